"""What stood behind the lookups in time: incidents of the user and team, dispatches, and news."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lookup_audit.reporting.dossier.afterwards import INCIDENT_DAYS
from lookup_audit.reporting.dossier.afterwards_queries import INCIDENTS
from lookup_audit.reporting.dossier.asked import ASKED, in_local_time
from lookup_audit.reporting.dossier.numbers import Alert, Key, Period
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Stretch:
    """One dispatch of the user, in local and aware times; `label` is the kind of incident and its id."""

    starts_at: datetime
    ends_at: datetime
    label: str


@dataclass(frozen=True)
class Moment:
    """One news item about a subject with a question, in local and aware time."""

    at: datetime
    subject_id: str
    headline: str | None


@dataclass(frozen=True)
class Incident:
    """An incident that the user (`tie` user) or the team was sent to, near a lookup in an alert.

    `via` says how it touches the subject: `itself`, `owner`, `owned`, `household`, `address`; or `elsewhere`,
    for a dispatch of the user at the moment of a lookup with no known tie to the subject.
    """

    starts_at: datetime
    ends_at: datetime
    incident_id: str
    kind: str | None
    tie: str
    via: str


@dataclass(frozen=True)
class Behind:
    """Over the whole period, for the figure: `dispatches` and `news`; and, by alert in order, `incidents`."""

    dispatches: tuple[Stretch, ...]
    news: tuple[Moment, ...]
    incidents: tuple[tuple[Incident, ...], ...]


def read_behind(warehouse: Warehouse, user_id: str, period: Period, alerts: Sequence[Alert]) -> Behind:
    """Dispatches and news of the period, and the incidents around each alert, all by time."""
    asked = {"user": user_id, "first": period.first, "last": period.last}
    by_key: dict[Key, dict[str, Incident]] = defaultdict(dict)
    # a tie to the subject says more than none, so it is read last
    for row in (
        *in_local_time(warehouse, _ELSEWHERE, asked),
        *reversed(in_local_time(warehouse, INCIDENTS, {**asked, "around": INCIDENT_DAYS})),
    ):
        by_key[row["system"], row["lookup_id"]][row["incident_id"]] = _incident(row)
    around = []
    for alert in alerts:
        found = {
            incident
            for lookup in alert.lookups
            for incident in by_key[lookup.system, lookup.lookup_id].values()
        }
        around.append(tuple(sorted(found, key=lambda one: (one.starts_at, one.incident_id, one.via))))
    news = {
        (item["published_at"], item["subject_id"], item["headline"])
        for alert in alerts
        for item in alert.news
        if period.first <= item["published_at"].date() <= period.last
    }
    return Behind(
        dispatches=tuple(
            Stretch(
                row["starts_at"], row["ends_at"], " ".join(filter(None, (row["kind"], row["incident_id"])))
            )
            for row in in_local_time(warehouse, _DISPATCHES, asked)
        ),
        news=tuple(Moment(*item) for item in sorted(news, key=lambda one: (one[0], one[1], one[2] or ""))),
        incidents=tuple(around),
    )


def _incident(row: dict[str, Any]) -> Incident:
    return Incident(row["starts_at"], row["ends_at"], row["incident_id"], row["kind"], row["tie"], row["via"])


# Dispatches of the user; one without a known end lasts four hours, as the audit reckons.
_DISPATCHES = """
SELECT
    dispatches.incident_id,
    incidents.kind,
    coalesce(dispatches.dispatched_at, incidents.occurred_at) AS starts_at,
    coalesce(
        dispatches.cleared_at, coalesce(dispatches.dispatched_at, incidents.occurred_at) + to_hours(4)
    ) AS ends_at
FROM dispatches
LEFT JOIN incidents ON incidents.incident_id = dispatches.incident_id
WHERE
    dispatches.user_id = $user
    AND coalesce(dispatches.dispatched_at, incidents.occurred_at) BETWEEN $first AND $last + 1
ORDER BY starts_at, dispatches.incident_id
"""

# Where the user was sent at the moment of a lookup, whatever the subject has to do with it.
_ELSEWHERE = f"""
WITH {ASKED}

SELECT
    asked.system,
    asked.lookup_id,
    dispatches.incident_id,
    dispatches.dispatched_at AS starts_at,
    coalesce(dispatches.cleared_at, dispatches.dispatched_at + to_hours(4)) AS ends_at,
    incidents.kind,
    'user' AS tie,
    'elsewhere' AS via
FROM asked
INNER JOIN dispatches
    ON
        dispatches.user_id = $user
        AND dispatches.dispatched_at <= asked.occurred_at
        AND coalesce(dispatches.cleared_at, dispatches.dispatched_at + to_hours(4)) >= asked.occurred_at
LEFT JOIN incidents ON incidents.incident_id = dispatches.incident_id
ORDER BY asked.occurred_at, asked.system, asked.lookup_id, starts_at, dispatches.incident_id
"""
