"""What explains or softens a lookup, and was found only after the fact: none of it is part of the risk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from lookup_audit.reporting.dossier.afterwards_queries import (
    CASES,
    FOCUSES,
    HANDOVERS,
    INCIDENTS,
    LATE_ROSTERS,
    PEERS_AWAY,
    SAME_DAYS,
    TEAM_MATTERS,
)
from lookup_audit.reporting.dossier.asked import in_local_time
from lookup_audit.reporting.dossier.numbers import Key, Lookup, Period
from lookup_audit.warehouse import Warehouse, load_signed

LATER_DAYS = 90
"""How far from a lookup a case link is still told of: a quarter, after which it is another matter."""

INCIDENT_DAYS = 30
"""The same for an incident of the user or team."""

HANDOVER_DAYS = 7
"""The same for a colleague's work link: a week, in which shifts and days off come round."""

_TIES = ("user", "team", "owned", "named")
_VIAS = ("itself", "owner", "owned", "household", "address")
_CASE_LINKS = {"user": "own_case", "team": "team_case", "owned": "team_case", "named": "named_case"}
_AWAY = ("off", "leave", "sick", "training")


@dataclass(frozen=True)
class Fact:
    """One thing that the risk does not hold, and the lookups that it bears on, by time.

    `kind` says which of the fields are filled in: `later_case`, `ended_case`, `missed_case`, `later_incident`,
    `earlier_incident`, `missed_incident`, `handover`, `late_roster`, `roster_differs`, `team_matter`,
    `same_day`, `peers_away`. `at` is when it came to hold (a case, an incident) or was delivered (a roster);
    `about` the case or incident and `what` its kind; `via` how it reaches the subject, `tie` how the user.
    `users` are other users, never named, `linked` those of them with a work link; `peers` those of them with
    the same function (`same_day`), or all of the same function and team with lookups that day (`peers_away`).
    A fact that the risk does hold, because it fell within the grace, is `counted`.
    """

    kind: str
    at: datetime | None = None
    until: datetime | None = None
    delivered_at: datetime | None = None
    about: str | None = None
    what: str | None = None
    now: str | None = None
    tie: str | None = None
    via: str | None = None
    opened_at: datetime | None = None
    linked_at: datetime | None = None
    member_from: datetime | None = None
    days: tuple[date, ...] = ()
    users: int | None = None
    linked: int | None = None
    peers: int | None = None
    counted: bool = False
    lookups: tuple[Key, ...] = ()


def read_afterwards(
    warehouse: Warehouse, user_id: str, period: Period, lookups: Sequence[Lookup]
) -> tuple[Fact, ...]:
    """All facts on the lookups with a question, by kind and time; equal ones are one, with all its lookups."""
    by_key = {(one.system, one.lookup_id): one for one in lookups if one.findings}
    asked = {"user": user_id, "first": period.first, "last": period.last}
    found = (
        *_cases(warehouse, asked, by_key),
        *_incidents(warehouse, asked, by_key),
        *_handovers(warehouse, asked),
        *_rosters(warehouse, asked, by_key),
        *_others(warehouse, asked),
        *_peers(warehouse, asked, by_key),
    )
    bears: dict[Fact, dict[Key, None]] = defaultdict(dict)
    for key, fact in found:
        if key in by_key:
            bears[fact][key] = None
    return tuple(
        replace(fact, lookups=tuple(sorted(keys, key=lambda key: (by_key[key].at, key))))
        for fact, keys in bears.items()
    )


def nameless(fact: Fact) -> Fact:
    """The fact without the number and kind of the case or incident, which are text of the log."""
    return replace(fact, about=None, what=None) if fact.about is not None else fact


_Found = Iterator[tuple[Key, Fact]]


def _cases(warehouse: Warehouse, asked: dict[str, Any], by_key: dict[Key, Lookup]) -> _Found:
    """Cases about the subject that came to hold after the lookup, had ended before it, or were missed."""
    grace = timedelta(days=warehouse.settings.context.link_grace_days)
    wrap_up = {
        tie: timedelta(days=_configured(warehouse, name, "wrap_up_days")) for tie, name in _CASE_LINKS.items()
    }
    for key, rows in _grouped(warehouse, CASES, asked, "case_id"):
        if key not in by_key:
            continue
        at = by_key[key].at
        links = {link.explanation for link in by_key[key].links}
        spans = [(row, *_span(row, wrap_up[row["tie"]])) for row in rows]
        holding = [row for row, start, end in spans if not (start and start > at) and not (end and end < at)]
        late = [(row, start) for row, start, _ in spans if start and at < start <= at + timedelta(LATER_DAYS)]
        ended = [(row, end) for row, _, end in spans if end and at - timedelta(LATER_DAYS) <= end < at]
        if holding:
            if not links & {_CASE_LINKS[row["tie"]] for row in holding}:
                row = min(holding, key=_nearness)
                yield key, _case("missed_case", row, delivered_at=row["loaded_at"])
        elif late:
            row, start = min(late, key=lambda one: (_nearness(one[0]), one[1]))
            counted = start <= at + grace and _CASE_LINKS[row["tie"]] in links
            yield key, _case("later_case", row, at=start, counted=counted)
        elif ended:
            row, end = min(ended, key=lambda one: (_nearness(one[0]), at - one[1]))
            yield key, _case("ended_case", row, until=end)


def _configured(warehouse: Warehouse, explanation: str, parameter: str) -> float:
    """A parameter of an explanation, as the audit has it."""
    texts = {text.id: text for text in load_signed("explanation", locked=False)}
    return float(texts[explanation].values(warehouse.settings)[parameter])


def _span(row: dict[str, Any], wrap_up: timedelta) -> tuple[datetime | None, datetime | None]:
    """From when and until when a case explains, as the audit reckons; None where there is no bound."""
    starts = [at for name in ("linked_at", "opened_at", "valid_from") if (at := row[name])]
    closed = row["closed_at"] + wrap_up if row["closed_at"] else None
    ends = [at for at in (row["valid_until"], closed) if at]
    return max(starts, default=None), min(ends, default=None)


def _case(kind: str, row: dict[str, Any], **more: Any) -> Fact:
    return Fact(
        kind, about=row["case_id"], what=row["kind"], tie=row["tie"], via=row["via"],
        opened_at=row["opened_at"], linked_at=row["linked_at"], member_from=row["valid_from"], **more,
    )  # fmt: skip


def _nearness(row: dict[str, Any]) -> tuple[int, int]:
    return _TIES.index(row["tie"]), _VIAS.index(row["via"])


def _incidents(warehouse: Warehouse, asked: dict[str, Any], by_key: dict[Key, Lookup]) -> _Found:
    """Incidents of the user or team with the subject: after the lookup, too long before it, or missed."""
    follow_up = timedelta(hours=warehouse.settings.context.follow_up_hours)
    lead = timedelta(
        minutes=max(_configured(warehouse, name, "lead_minutes") for name in ("dispatch", "incident_address"))
    )
    for key, rows in _grouped(warehouse, INCIDENTS, {**asked, "around": INCIDENT_DAYS}, "incident_id"):
        if key not in by_key:
            continue
        lookup, row = by_key[key], min(rows, key=_nearness)
        if row["starts_at"] - lead > lookup.at:
            kind = "later_incident"
        elif row["ends_at"] + follow_up < lookup.at:
            kind = "earlier_incident"
        elif {link.explanation for link in lookup.links} & {"dispatch", "incident_address"}:
            continue
        else:
            kind = "missed_incident"
        yield (
            key,
            Fact(
                kind, at=row["starts_at"], about=row["incident_id"], what=row["kind"], tie=row["tie"],
                via=row["via"], delivered_at=row["loaded_at"] if kind == "missed_incident" else None,
            ),
        )  # fmt: skip


def _handovers(warehouse: Warehouse, asked: dict[str, Any]) -> _Found:
    """Colleagues of the team with a work link to the same person within days, one fact a person."""
    hours = warehouse.settings.context.handover_hours
    named = {**asked, "around": HANDOVER_DAYS, "handover_hours": hours}
    by_focus: dict[str, list[tuple[Key, dict[str, Any]]]] = defaultdict(list)
    for key, rows in _grouped(warehouse, HANDOVERS, named, "focus_id"):
        by_focus[rows[0]["focus_id"]] += [(key, row) for row in rows]
    for rows_of_one in by_focus.values():
        users = len({row["colleague"] for _, row in rows_of_one})
        days = tuple(sorted({row["linked_at"].date() for _, row in rows_of_one}))
        for key in {key for key, _ in rows_of_one}:
            yield key, Fact("handover", days=days, users=users)


def _rosters(warehouse: Warehouse, asked: dict[str, Any], by_key: dict[Key, Lookup]) -> _Found:
    """Shifts delivered after the audit of their day, and duty states that the audit saw otherwise."""
    grace = {"grace": warehouse.settings.context.shift_grace_minutes}
    for key, rows in _grouped(warehouse, LATE_ROSTERS, {**asked, **grace}, "lookup_id"):
        for row in rows:
            fact = Fact(
                "late_roster",
                row["starts_at"],
                row["ends_at"],
                delivered_at=row["loaded_at"],
                what=row["kind"],
            )
            yield key, fact
    for key, lookup in by_key.items():
        for seen in {
            str(one.evidence["duty_state"]) for one in lookup.findings if "duty_state" in one.evidence
        }:
            if seen != lookup.duty:
                yield key, Fact("roster_differs", what=seen, now=lookup.duty)


def _others(warehouse: Warehouse, asked: dict[str, Any]) -> _Found:
    """Others who looked up the same person: of the team around then, and of all on the same day."""
    keys: dict[str, list[tuple[Key, date]]] = defaultdict(list)
    for row in warehouse.rows(FOCUSES, asked):
        keys[row["focus_id"]].append(((row["system"], row["lookup_id"]), row["day"]))
    around = {"around": warehouse.settings.context.team_days}
    for row in warehouse.rows(TEAM_MATTERS, {**asked, **around}):
        days = (row["first_day"], row["last_day"])
        for key, _ in keys[row["focus_id"]]:
            yield key, Fact("team_matter", days=days, users=row["users"], linked=row["linked"])
    for row in warehouse.rows(SAME_DAYS, asked):
        for key, day in keys[row["focus_id"]]:
            if day == row["day"]:
                users, linked, peers = row["users"], row["linked"], row["peers"]
                yield key, Fact("same_day", days=(day,), users=users, linked=linked, peers=peers)


def _peers(warehouse: Warehouse, asked: dict[str, Any], by_key: dict[Key, Lookup]) -> _Found:
    """Peers who, like the user, looked something up off duty that day."""
    by_day = {row["day"]: row for row in warehouse.rows(PEERS_AWAY, asked)}
    for key, lookup in by_key.items():
        row = by_day.get(lookup.at.date())
        if row and row["away"] and lookup.duty in _AWAY:
            yield key, Fact("peers_away", days=(row["day"],), users=row["away"], peers=row["peers"])


def _grouped(
    warehouse: Warehouse, query: str, values: dict[str, Any], by: str
) -> Iterable[tuple[Key, list[dict[str, Any]]]]:
    """The rows of a query by lookup and one more column, with every time in local time."""
    groups: dict[tuple[Key, Any], list[dict[str, Any]]] = defaultdict(list)
    for row in in_local_time(warehouse, query, values):
        groups[(row["system"], row["lookup_id"]), row[by]].append(row)
    return [(key, rows) for (key, _), rows in groups.items()]
