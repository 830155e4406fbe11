"""The figures of a warehouse that a public document may hold: every one of them went through the gate."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lookup_audit.evaluation.measures import Share, share
from lookup_audit.evaluation.reviewed import DECIDED
from lookup_audit.privacy.disclosure import BASE, Gate
from lookup_audit.privacy.keys import warehouse_key
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES

MOST_OF_ONE = BASE - 1
"""Alerts of one user that count, fewer than rounding hides: no figure is mostly one person."""

_MONTH = 30


@dataclass(frozen=True)
class Judged:
    """Of the alerts with a verdict in which a detector has a finding (None: of all), the share that was right."""

    detector: str | None
    right: Share


@dataclass(frozen=True)
class Figures:
    """What may be said in public about one warehouse; None where nothing was audited, or too few people are in it.

    Counts of people and alerts are rounded by chance to a multiple of five, and volumes to two digits. `alerts`
    are those put before reviewers, `alerts_per_1000` per 1,000 users and 30 nights. `skipped` are the
    detectors that could not run on the last audited day, with the reason. `loaded` says of each input table
    whether it has rows.
    """

    first: dt.date | None
    last: dt.date | None
    nights: int
    users: int | None
    lookups: int | None
    explained: float | None
    first_explained: float | None
    alerts: int | None
    alerts_per_1000: float | None
    judged: tuple[Judged, ...]
    skipped: dict[str, str]
    loaded: dict[str, bool]
    config_hash: str | None
    code_version: str | None
    configurations: int

    @property
    def right(self) -> float | None:
        """The share of all judged alerts that was right."""
        return next((one.right.share for one in self.judged if one.detector is None), None)


def read_figures(warehouse: Warehouse) -> Figures:
    """The figures of everything that was audited and is still kept."""
    loaded = {
        table: warehouse.value(f'SELECT 1 FROM "{table}" LIMIT 1') is not None
        for table in TABLES
        if table != "labels"
    }
    runs = warehouse.rows(_RUNS)[0]
    if not runs["nights"]:
        return Figures(
            None, None, 0, None, None, None, None, None, None, (), {}, loaded, None, None, 0
        )  # fmt: skip
    gate = Gate(warehouse_key(warehouse), warehouse.settings.reporting.minimum_group)
    period = {"first": runs["first"], "last": runs["last"]}
    cell = ("documents", str(runs["first"]), str(runs["last"]))
    last = warehouse.rows(_LAST)[0]
    active = warehouse.value(_USERS, period)
    users, lookups, alerts = None, None, None
    if gate.is_group(active):
        users = gate.count(active, *cell, "users")
        lookups = gate.volume(int(runs["lookups"]), *cell, "lookups")
        counted = warehouse.rows(_ALERTS, {**period, "most": MOST_OF_ONE})[0]
        if gate.is_group(counted["users"]):
            alerts = gate.count(int(counted["alerts"]), *cell, "alerts")
    shown = users is not None
    return Figures(
        first=runs["first"],
        last=runs["last"],
        nights=runs["nights"],
        users=users,
        lookups=lookups,
        explained=gate.share(int(runs["explained"]), int(runs["lookups"])) if shown else None,
        first_explained=gate.share(int(runs["first_explained"]), int(runs["first_lookups"]))
        if shown
        else None,
        alerts=alerts,
        alerts_per_1000=1000 * alerts / users * _MONTH / runs["nights"] if alerts and users else None,
        judged=_judged(warehouse, gate, cell),
        skipped=dict(line.partition(": ")[::2] for line in last["skipped_detectors"]),
        loaded=loaded,
        config_hash=last["config_hash"],
        code_version=last["code_version"],
        configurations=runs["configurations"],
    )


def _judged(warehouse: Warehouse, gate: Gate, cell: tuple[str, ...]) -> tuple[Judged, ...]:
    """Shares of rounded counts with their intervals; groups of too few users are left out."""
    return tuple(
        Judged(row["detector"], _rounded(row, gate, (*cell, "verdicts", row["detector"] or "")))
        for row in warehouse.rows(_VERDICTS, {"most": MOST_OF_ONE})
        if gate.is_group(row["users"])
    )


def _rounded(row: dict[str, Any], gate: Gate, cell: tuple[str, ...]) -> Share:
    decided = gate.count(row["decided"], *cell, "decided")
    return share(min(gate.count(row["correct"], *cell, "right"), decided), decided)


# A run stays when what it read is forgotten; a figure is about what is still kept, people and lookups alike.
_KEPT = "audit_date >= (SELECT min(day) FROM user_days)"

_RUNS = f"""
SELECT
    min(audit_date) AS first,
    max(audit_date) AS last,
    count(*) AS nights,
    sum(lookups) AS lookups,
    sum(explained) AS explained,
    sum(first_lookups) AS first_lookups,
    sum(first_explained) AS first_explained,
    count(DISTINCT config_hash || ' ' || code_version) AS configurations
FROM runs
WHERE {_KEPT}
"""

_LAST = "SELECT config_hash, code_version, skipped_detectors FROM runs ORDER BY audit_date DESC LIMIT 1"

_USERS = "SELECT count(DISTINCT user_id) FROM user_days WHERE day BETWEEN $first AND $last"

_ALERTS = """
SELECT count(*) AS users, coalesce(sum(least(alerts, $most)), 0) AS alerts
FROM (
    SELECT user_id, count(*) AS alerts
    FROM alert_episodes
    WHERE queued AND peak_on BETWEEN $first AND $last
    GROUP BY user_id
) AS of_one
"""

# Of one user the first few in order of id, which is by chance.
_VERDICTS = f"""
{DECIDED}, numbered AS (
    SELECT
        detector,
        user_id,
        status IN ('unexplained', 'referred') AS is_right,
        row_number() OVER (PARTITION BY detector, user_id ORDER BY alert_id) AS nr
    FROM of_detectors
    WHERE status <> 'asked'
)

SELECT
    detector,
    count(*) FILTER (WHERE is_right) AS correct,
    count(*) AS decided,
    count(DISTINCT user_id) AS users
FROM numbered
WHERE nr <= $most
GROUP BY detector
ORDER BY detector NULLS FIRST
"""
