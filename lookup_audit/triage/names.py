"""What a reviewer may name: a detector, a team, a system, a subject; a slip is told the nearest."""

import difflib
import re
from collections.abc import Iterable
from functools import cache

from lookup_audit.errors import UsageError
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.warehouse import Warehouse, load_signed

LADDER = ("curiosity", "personal_involvement", "personal_benefit")
"""The motives, the gravest last."""

_SUBJECT = re.compile(r"s-[a-z2-7]{16}")


def one_of(what: str, name: str, known: Iterable[str]) -> str:
    """The name, which is known; else `UsageError` with the nearest, or with all where they are few."""
    names = sorted(known)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    few = f"; one of {', '.join(names)}" if len(names) <= 20 else ""
    raise UsageError(f"no {what} {name!r}{f'; did you mean {near[0]}?' if near else few}")


@cache
def motive_by_detector() -> dict[str, str]:
    """The motive of every detector, by its id: curiosity where it speaks of any, as an alert's is then."""
    motives = {rule.id: rule.motive for rule in load_signed("rule", locked=False)}
    return {
        name: "curiosity" if motive == "any" else motive
        for name, motive in {**motives, "peer_anomaly": "any"}.items()
    }


def known_detector(name: str) -> str:
    """The id of a detector; `UsageError` for one that is not there."""
    return one_of("detector", name, motive_by_detector())


def known_motive(name: str) -> str:
    """A motive that a finding can have; `UsageError` for another."""
    return one_of("motive", name, LADDER)


def known_team(warehouse: Warehouse, name: str) -> str:
    """A team that `users` names; `UsageError` for another."""
    rows = warehouse.rows("SELECT DISTINCT team FROM users WHERE team IS NOT NULL")
    return one_of("team", name, [row["team"] for row in rows])


def known_system(warehouse: Warehouse, name: str) -> str:
    """A system that an audited lookup was made in; `UsageError` for another."""
    rows = warehouse.rows("SELECT DISTINCT system FROM lookup_risk")
    return one_of("system", name, [row["system"] for row in rows])


def subject_behind(warehouse: Warehouse, name: str) -> str:
    """The id of a subject, given as id or as the pseudonym that `alerts` shows; else `UsageError`."""
    if warehouse.value(_IS_SUBJECT, {"name": name}):
        return name
    if _SUBJECT.fullmatch(name):
        pseudonym = pseudonyms_of(warehouse).subject
        for row in warehouse.rows(_SHOWN_SUBJECTS):
            if pseudonym(row["subject_id"]) == name:
                return str(row["subject_id"])
        raise UsageError(f"{name}: is no subject of this warehouse's alerts, or its key was rotated since")
    raise UsageError(f"no subject {name} in subjects or lookups")


_IS_SUBJECT = """
SELECT
    EXISTS (SELECT 1 FROM subjects WHERE subject_id = $name)
    OR EXISTS (SELECT 1 FROM lookups WHERE subject_id = $name)
"""

_SHOWN_SUBJECTS = """
SELECT subject_id FROM lookup_risk WHERE subject_id IS NOT NULL
UNION
SELECT subject_id FROM control_sample WHERE subject_id IS NOT NULL
"""
