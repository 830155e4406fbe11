"""A dossier in which third parties are hidden: the same lookups, times and questions, without whom they were about.

What is kept is named here; everything else that could hold text of the input is hidden, so that a new column
or a hostile value does not slip through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lookup_audit.detectors.column_words import is_column
from lookup_audit.reporting.dossier.afterwards import Fact, nameless
from lookup_audit.reporting.dossier.behind import Behind
from lookup_audit.reporting.dossier.network import Network
from lookup_audit.reporting.dossier.numbers import Alert, Finding, Lookup

if TYPE_CHECKING:
    from lookup_audit.reporting.dossier.reading import Dossier

HIDDEN = "█████"
"""What stands in the place of a hidden value."""

NameOf = Callable[[str], str]

_SUBJECT_TYPES = ("person", "vehicle", "address", "phone", "organisation")
_ACTIONS = ("search", "view", "print", "export")
_CHANNELS = ("desktop", "mobile", "api")
# Evidence that is a code of this program, by column; any other text in evidence is hidden.
_CODES: Mapping[str, tuple[str, ...]] = {
    "duty_state": (
        "duty",
        "standby",
        "overtime",
        "unrostered",
        "leave",
        "sick",
        "training",
        "off",
        "unknown",
    ),
    "action": _ACTIONS,
    "channel": _CHANNELS,
    "subject_type": _SUBJECT_TYPES,
    "reason_state": ("none", "given", "boilerplate", "says nothing"),
    "contradicted_tie": ("own", "team", "none"),
    "skew_trait": ("surname", "street", "sex"),
}
# Of the forest, which is no rule: names of its own features and scores, nothing of the subject.
_OF_THE_FOREST = ("anomaly_score", "lookups_that_day", "top_features", "day_lookups")


def redact(dossier: Dossier, name_of: NameOf) -> Dossier:
    """The dossier with third parties hidden; the one given is left as it is.

    Subjects become what `name_of` calls them; names, query texts, justifications, cases that were named, texts
    in the evidence, headlines, and what reviewers wrote become `HIDDEN`. Times, systems, ids of lookups,
    workstations, numbers, and all about the user stay.

    Parameters
    ----------
    name_of
        The pseudonym of a subject, such as `Pseudonyms.subject`.
    """
    content = dossier.content
    return replace(
        dossier,
        lookups=tuple(_lookup(one, name_of) for one in dossier.lookups),
        alerts=tuple(_alert(one, name_of) for one in dossier.alerts),
        content=replace(
            content,
            facts=_facts(content.facts),
            behind=_behind(content.behind, name_of),
            network=_network(content.network, name_of),
            redacted=True,
        ),
    )


def _lookup(lookup: Lookup, name_of: NameOf) -> Lookup:
    return replace(
        lookup,
        action=_one_of(lookup.action, _ACTIONS),
        channel=_one_of(lookup.channel, _CHANNELS),
        subject_id=_named(lookup.subject_id, name_of),
        subject_type=_one_of(lookup.subject_type, _SUBJECT_TYPES),
        subject_name=_hidden(lookup.subject_name),
        query_text=_hidden(lookup.query_text),
        case_id=_hidden(lookup.case_id),
        justification=_hidden(lookup.justification),
        findings=tuple(_finding(one) for one in lookup.findings),
    )


def _finding(finding: Finding) -> Finding:
    """The question with its numbers; of its texts only codes of this program, of its names only known ones."""
    evidence: dict[str, Any] = {}
    for name, value in finding.evidence.items():
        if is_column(name) or name in _OF_THE_FOREST:
            evidence[name] = _value(name, value)
        else:
            evidence["hidden"] = HIDDEN
    return replace(finding, evidence=evidence)


def _value(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name == "top_features" and isinstance(value, list):
        from lookup_audit.detectors.isolation_forest import FEATURES

        return [one if one in FEATURES else HIDDEN for one in map(str, value)]
    return value if isinstance(value, str) and value in _CODES.get(name, ()) else HIDDEN


def _alert(alert: Alert, name_of: NameOf) -> Alert:
    """The alert; of its verdicts when and what was decided, and the reason where it is a code."""
    kept = ("alert_id", "decided_at", "verdict", "because")
    return replace(
        alert,
        subject_id=_named(alert.subject_id, name_of),
        lookups=tuple(_lookup(one, name_of) for one in alert.lookups),
        verdicts=tuple(
            {name: value if name in kept else _hidden(value) for name, value in verdict.items()}
            for verdict in alert.verdicts
        ),
        news=tuple(_news(item, name_of) for item in alert.news),
    )


def _news(item: dict[str, Any], name_of: NameOf) -> dict[str, Any]:
    """A news item without what would let a reader find it: when it was published, and about whom."""
    return {
        name: _named(value, name_of)
        if name == "subject_id"
        else value
        if isinstance(value, date)
        else _hidden(value)
        for name, value in item.items()
    }


def _facts(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Facts without numbers and kinds of cases and incidents; those that are then the same stay apart."""
    return tuple(nameless(fact) for fact in facts)


def _behind(behind: Behind, name_of: NameOf) -> Behind:
    return replace(
        behind,
        dispatches=tuple(replace(one, label=HIDDEN) for one in behind.dispatches),
        news=tuple(
            replace(one, subject_id=name_of(one.subject_id), headline=_hidden(one.headline))
            for one in behind.news
        ),
        incidents=tuple(
            tuple(replace(one, incident_id=HIDDEN, kind=None) for one in around)
            for around in behind.incidents
        ),
    )


def _network(network: Network, name_of: NameOf) -> Network:
    return replace(
        network,
        groups=tuple(
            replace(
                group,
                members=tuple(
                    replace(
                        one,
                        subject_id=name_of(one.subject_id),
                        subject_type=_one_of(one.subject_type, _SUBJECT_TYPES),
                        name=_hidden(one.name),
                    )
                    for one in group.members
                ),
            )
            for group in network.groups
        ),
    )


def _named(subject_id: str | None, name_of: NameOf) -> str | None:
    return name_of(subject_id) if subject_id else subject_id


def _hidden(value: Any) -> str | None:
    """The mark; nothing stays nothing, as that a field is empty says something and names nobody."""
    return HIDDEN if value not in (None, "") else None


def _one_of(value: str | None, codes: tuple[str, ...]) -> str | None:
    return value if value is None or value in codes else HIDDEN
