"""Every lookup, shift and alert of one user's dossier, read from the warehouse and from nowhere else."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lookup_audit.clock import local_time
from lookup_audit.reporting.dossier.queries import FINDINGS, LINKS, LOOKUPS, NEWS, VERDICTS
from lookup_audit.warehouse import Warehouse

EXPLAINS_FROM = 0.5  # the strength from which a work link explains; below it softens
GRAVE_FROM = 0.5  # the risk from which a question reads as more likely than not

Key = tuple[str, str]  # system and lookup_id


@dataclass(frozen=True)
class Link:
    """What explains a lookup (strength from 0.5), or softens it (below)."""

    explanation: str
    strength: float

    @property
    def explains(self) -> bool:
        """Whether it is strong enough to explain."""
        return self.strength >= EXPLAINS_FROM


@dataclass(frozen=True)
class Finding:
    """One detector's question on one lookup, with the values that it saw."""

    detector: str
    score: float
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Lookup:
    """One lookup with all that is known of it; `at` is local and aware, `risk` None when no rule asks."""

    system: str
    lookup_id: str
    at: datetime
    action: str | None
    channel: str | None
    workstation: str | None
    subject_id: str | None
    subject_type: str | None
    subject_name: str | None
    query_text: str | None
    case_id: str | None
    justification: str | None
    duty: str
    risk: float | None
    alert_id: str | None
    sum_shown: tuple[tuple[str, float], ...]
    links: tuple[Link, ...]
    findings: tuple[Finding, ...]

    @property
    def explained(self) -> bool:
        """Whether at least one work link explains it."""
        return any(link.explains for link in self.links)

    @property
    def state(self) -> str:
        """How the figure shows it: grave or question (a detector touched it), explained, or open."""
        if self.findings:
            return "grave" if (self.risk or 0.0) >= GRAVE_FROM else "question"
        return "explained" if self.explained else "open"

    @property
    def on_duty(self) -> bool:
        """Whether it falls in duty or standby, or the grace around them."""
        return self.duty in ("duty", "standby", "overtime")


@dataclass(frozen=True)
class Shift:
    """One rostered stretch, in local and aware times."""

    starts_at: datetime
    ends_at: datetime
    kind: str


@dataclass(frozen=True)
class Alert:
    """One alert with its lookups in the period, by time; `alert_id` is None for questions in no alert."""

    alert_id: str | None
    subject_id: str | None
    motive: str | None
    risk: float
    status: str
    all_lookups: int
    lookups: tuple[Lookup, ...]
    verdicts: tuple[dict[str, Any], ...]
    news: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Period:
    """The local days that a dossier covers, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def period_of(
    warehouse: Warehouse, user_id: str, from_day: date | None, to_day: date | None
) -> Period | None:
    """Days to cover: as asked, else from the user's first lookup to the last; None without either."""
    ends = warehouse.rows(
        "SELECT min(local_date) AS first, max(local_date) AS last FROM lookups WHERE user_id = $user",
        {"user": user_id},
    )[0]
    first, last = from_day or ends["first"] or to_day, to_day or ends["last"] or from_day
    return Period(first, max(first, last)) if first and last else None


def read_lookups(warehouse: Warehouse, user_id: str, period: Period) -> list[Lookup]:
    """Every lookup of the user in the period, by time, with duty state, links, findings and risk."""
    asked = {"user": user_id, "first": period.first, "last": period.last}
    zone = warehouse.settings.zone_info
    links: dict[Key, list[Link]] = defaultdict(list)
    for row in warehouse.rows(LINKS, asked):
        links[row["system"], row["lookup_id"]].append(Link(row["explanation"], row["strength"]))
    findings: dict[Key, list[Finding]] = defaultdict(list)
    for row in warehouse.rows(FINDINGS, asked):
        found = Finding(row["detector"], row["score"], _object(row["evidence"]))
        findings[row["system"], row["lookup_id"]].append(found)
    context = warehouse.settings.context
    grace = {
        "grace": context.shift_grace_minutes,
        "roster_days": context.roster_days,
        "zone": warehouse.settings.zone,
        "unrostered_lookups": context.unrostered_lookups,
        "unrostered_hours": context.unrostered_hours,
    }
    lookups = []
    for row in warehouse.rows(LOOKUPS, {**asked, **grace}):
        key = (row["system"], row["lookup_id"])
        row["at"] = local_time(row.pop("occurred_at"), zone)
        row["sum_shown"] = tuple((t["term"], t["log_odds"]) for t in json.loads(row["sum_shown"] or "[]"))
        lookups.append(Lookup(**row, links=tuple(links[key]), findings=tuple(findings[key])))
    return lookups


def read_shifts(warehouse: Warehouse, user_id: str, period: Period) -> list[Shift]:
    """Every shift of the user that touches the period, by start."""
    zone = warehouse.settings.zone_info
    rows = warehouse.rows(
        "SELECT starts_at, ends_at, coalesce(kind, 'duty') AS kind FROM shifts WHERE user_id = $user "
        "AND ends_at >= $first AND starts_at <= $last ORDER BY starts_at, kind",
        {"user": user_id, "first": period.first - timedelta(days=1), "last": period.last + timedelta(days=1)},
    )
    return [
        Shift(local_time(row["starts_at"], zone), local_time(row["ends_at"], zone), row["kind"])
        for row in rows
    ]


def read_alerts(warehouse: Warehouse, user_id: str, lookups: list[Lookup]) -> list[Alert]:
    """Each alert with lookups in the period, highest risk first; then the questions in no alert."""
    members: dict[str | None, list[Lookup]] = defaultdict(list)
    for lookup in lookups:
        if lookup.findings:
            members[lookup.alert_id].append(lookup)
    rows = warehouse.rows("SELECT * FROM alerts WHERE user_id = $user ORDER BY rank", {"user": user_id})
    verdicts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for verdict in warehouse.rows(VERDICTS, {"user": user_id}):
        verdict["decided_at"] = local_time(verdict["decided_at"], warehouse.settings.zone_info)
        verdicts[verdict["alert_id"]].append(verdict)
    alerts = [
        Alert(
            alert_id=row["alert_id"],
            subject_id=row["subject_id"],
            motive=row["motive"],
            risk=row["risk"],
            status=row["status"],
            all_lookups=row["lookups"],
            lookups=tuple(mine),
            verdicts=tuple(verdicts[row["alert_id"]]),
            news=_news_around(warehouse, mine),
        )
        for row in rows
        if (mine := members.pop(row["alert_id"], []))
    ]
    left = sorted((lookup for rest in members.values() for lookup in rest), key=lambda one: one.at)
    if left:
        risk = max(lookup.risk or 0.0 for lookup in left)
        news = _news_around(warehouse, left)
        alerts.append(Alert(None, None, None, risk, "new", len(left), tuple(left), (), news))
    return alerts


def _news_around(warehouse: Warehouse, lookups: list[Lookup]) -> tuple[dict[str, Any], ...]:
    """News about the subjects of these lookups, from `news_days` before the first to as long after."""
    margin = timedelta(days=warehouse.settings.context.news_days)
    rows = warehouse.rows(
        NEWS,
        {
            "subjects": sorted({lookup.subject_id for lookup in lookups if lookup.subject_id}),
            "first": _utc(min(lookup.at for lookup in lookups) - margin),
            "last": _utc(max(lookup.at for lookup in lookups) + margin),
        },
    )
    for row in rows:
        row["published_at"] = local_time(row["published_at"], warehouse.settings.zone_info)
    return tuple(rows)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _object(text: str) -> dict[str, Any]:
    """Evidence as an object; anything else that is valid JSON under one name."""
    value = json.loads(text)
    return value if isinstance(value, dict) else {"value": value}
