"""Which of the subjects that a user looked up belong together: one household, or an owner and what is owned."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lookup_audit.reporting.dossier.asked import MOST_IN_A_HOUSEHOLD
from lookup_audit.reporting.dossier.numbers import Lookup
from lookup_audit.warehouse import Warehouse

_Node = tuple[str, str]  # what kind of tie, and who or what ties: a subject's id or an address

MOST_GROUPS = 20
"""Groups that are listed; the rest are counted."""


@dataclass(frozen=True)
class Member:
    """One subject of a group that the user looked up, and how often."""

    subject_id: str
    subject_type: str | None
    name: str | None
    lookups: int


@dataclass(frozen=True)
class Group:
    """Subjects that belong together: who, by what (`household`, `owner`), and the lookups of them.

    `moments` are their lookups, each with the state in which the figure shows it, by time.
    """

    members: tuple[Member, ...]
    ties: tuple[str, ...]
    lookups: int
    questions: int
    first_at: datetime
    last_at: datetime
    moments: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class Network:
    """The largest groups, most lookups first; how many more there are, and how many subjects stand alone."""

    groups: tuple[Group, ...]
    more: int
    alone: int


def read_network(warehouse: Warehouse, lookups: Sequence[Lookup]) -> Network:
    """Groups of at least two of the subjects looked up, tied by the register as it is now."""
    by_subject: dict[str, list[Lookup]] = defaultdict(list)
    for lookup in lookups:
        if lookup.subject_id:
            by_subject[lookup.subject_id].append(lookup)
    rows = warehouse.rows(_TIES, {"subjects": sorted(by_subject), "most": MOST_IN_A_HOUSEHOLD})
    # An owner or an address that was not looked up itself still ties those that were: it is a node of its own.
    parents: dict[_Node, _Node] = {}
    tied: dict[_Node, set[str]] = defaultdict(set)
    for row in rows:
        node = (row["kind"], row["tied_by"])
        _join(parents, ("owner", row["subject_id"]), node)
        # by an address only what has another owner is tied: a man and his car are tied by owning it
        tied[node].add(row["subject_id"] if row["kind"] == "owner" else row["behind"])
    members: dict[_Node, list[str]] = defaultdict(list)
    for subject in sorted(by_subject):
        members[_root(parents, ("owner", subject))].append(subject)
        tied["owner", subject].add(subject)
    ties: dict[_Node, set[str]] = defaultdict(set)
    for node, subjects in tied.items():
        if len(subjects) > 1:
            ties[_root(parents, node)].add(node[0])
    together = [_group(ids, ties[root], by_subject) for root, ids in members.items() if len(ids) > 1]
    together.sort(key=lambda one: (-one.questions, -one.lookups, one.first_at, one.members[0].subject_id))
    return Network(
        tuple(together[:MOST_GROUPS]),
        more=max(0, len(together) - MOST_GROUPS),
        alone=sum(len(ids) == 1 for ids in members.values()),
    )


def _group(ids: list[str], ties: set[str], by_subject: dict[str, list[Lookup]]) -> Group:
    lookups = sorted((one for subject in ids for one in by_subject[subject]), key=lambda one: one.at)
    members = sorted(
        (_member(subject, by_subject[subject]) for subject in ids),
        key=lambda one: (-one.lookups, one.subject_id),
    )
    return Group(
        members=tuple(members),
        ties=tuple(sorted(ties)),
        lookups=len(lookups),
        questions=sum(bool(one.findings) for one in lookups),
        first_at=lookups[0].at,
        last_at=lookups[-1].at,
        moments=tuple((one.at, one.state) for one in lookups),
    )


def _member(subject: str, lookups: list[Lookup]) -> Member:
    return Member(subject, lookups[0].subject_type, lookups[0].subject_name, len(lookups))


def _root(parents: dict[_Node, _Node], node: _Node) -> _Node:
    while (parent := parents.get(node, node)) != node:
        parents[node] = parents.get(parent, parent)  # halves the way for the next
        node = parent
    return node


def _join(parents: dict[_Node, _Node], one: _Node, other: _Node) -> None:
    parents[_root(parents, one)] = _root(parents, other)


# What ties a subject: its owner (a node like any subject), and its address, or else its owner's.
_TIES = """
WITH looked_up AS (
    SELECT
        subjects.subject_id,
        subjects.owner_subject_id,
        coalesce(subjects.address_key, owners.address_key) AS address_key
    FROM subjects
    LEFT JOIN subjects AS owners ON owners.subject_id = subjects.owner_subject_id
    WHERE subjects.subject_id IN (SELECT unnest($subjects))
),

crowded AS (
    SELECT address_key
    FROM subjects
    WHERE subject_type = 'person' AND address_key IN (SELECT address_key FROM looked_up)
    GROUP BY address_key
    HAVING count(*) > $most
)

SELECT subject_id, 'owner' AS kind, owner_subject_id AS tied_by, owner_subject_id AS behind
FROM looked_up
WHERE owner_subject_id IS NOT NULL
UNION ALL
SELECT subject_id, 'household', address_key, coalesce(owner_subject_id, subject_id)
FROM looked_up
WHERE address_key IS NOT NULL AND address_key NOT IN (SELECT address_key FROM crowded)
ORDER BY subject_id, kind, tied_by
"""
