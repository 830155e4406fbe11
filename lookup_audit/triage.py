"""Alerts, what a person triages, and the verdicts on them."""

import getpass
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args

from lookup_audit.errors import UsageError
from lookup_audit.warehouse import Warehouse

Verdict = Literal["asked", "explained", "unexplained", "referred", "dismissed"]
Status = Literal["new", "asked", "explained", "unexplained", "referred", "dismissed"]

REPEATED_DAY_LOG_ODDS = 0.5
"""What each doubling (in natural logarithms) of the days in an alert adds: serial lookups matter more."""


@dataclass(frozen=True)
class VerdictRecord:
    """A verdict as recorded: `decided_at` is in UTC."""

    alert_id: str
    verdict: str
    note: str
    decided_by: str
    decided_at: datetime


def remember_pairs(warehouse: Warehouse, day: date) -> None:
    """Keep which users and circles a day touches, before its rows are replaced and again after."""
    warehouse.run("CREATE TEMP TABLE IF NOT EXISTS touched_pairs (user_id VARCHAR, alert_about VARCHAR)")
    warehouse.run(
        "INSERT INTO touched_pairs SELECT DISTINCT user_id, alert_about FROM lookup_risk WHERE audit_date = $day",
        {"day": day},
    )


def update_alerts(warehouse: Warehouse) -> None:
    """Rebuild the alerts of the remembered users and circles; every other alert stays as it is.

    An alert is one user and one circle (a subject with household, car and address) or one user's behaviour,
    until the configured number of days passes without another lookup that carries a finding.
    """
    warehouse.run(
        """
        DELETE FROM alert_episodes
        WHERE (user_id, alert_about) IN (SELECT DISTINCT (user_id, alert_about) FROM touched_pairs)
        """
    )
    warehouse.run(_MEMBERS, {"gap_days": warehouse.settings.alerts.gap_days})
    warehouse.run(_EPISODES, {"per_day": REPEATED_DAY_LOG_ODDS})
    warehouse.run(
        """
        UPDATE lookup_risk
        SET alert_id = alert_members.alert_id
        FROM alert_members
        WHERE
            lookup_risk.system = alert_members.system
            AND lookup_risk.lookup_id = alert_members.lookup_id
            AND lookup_risk.alert_id IS DISTINCT FROM alert_members.alert_id
        """
    )
    warehouse.run("DROP TABLE touched_pairs")


def list_alerts(
    warehouse: Warehouse,
    *,
    limit: int | None = None,
    minimum_risk: float = 0.0,
    status: Status | None = None,
) -> list[dict[str, Any]]:
    """The triage list, highest risk first: one dict per alert with the columns of the contract."""
    return warehouse.rows(
        """
        SELECT alert_id, user_id, subject_id, motive, first_at, last_at, lookups, risk, rank, status
        FROM alerts
        WHERE risk >= $minimum_risk AND ($status IS NULL OR status = $status)
        ORDER BY rank
        LIMIT $row_limit
        """,
        {"minimum_risk": minimum_risk, "status": status, "row_limit": 2**40 if limit is None else limit},
    )


def record_verdict(warehouse: Warehouse, alert_id: str, verdict: str, note: str) -> VerdictRecord:
    """Add a verdict to an alert's history and return it; earlier ones stay.

    Raises `UsageError` for an unknown verdict, an unknown alert, or an empty note: a verdict without a
    reason cannot be defended, for the officer or against.
    """
    if verdict not in get_args(Verdict):
        raise UsageError(f"verdict {verdict!r}: must be one of {', '.join(get_args(Verdict))}")
    if not note.strip():
        raise UsageError("a verdict needs a note that says why")
    known = warehouse.value(
        "SELECT count(*) FROM alert_episodes WHERE alert_id = $alert_id", {"alert_id": alert_id}
    )
    if not known:
        raise UsageError(f"no alert {alert_id}; `lookup-audit alerts` lists them")
    record = VerdictRecord(
        alert_id, verdict, note.strip(), getpass.getuser(), datetime.now(UTC).replace(tzinfo=None)
    )
    warehouse.run(
        "INSERT INTO verdicts VALUES ($alert_id, $decided_at, $decided_by, $verdict, $note)",
        {
            "alert_id": record.alert_id,
            "decided_at": record.decided_at,
            "decided_by": record.decided_by,
            "verdict": record.verdict,
            "note": record.note,
        },
    )
    return record


_MEMBERS = """
CREATE OR REPLACE TEMP TABLE alert_members AS
WITH involved AS (
    SELECT
        lookup_risk.*,
        lag(occurred_at) OVER (
            PARTITION BY lookup_risk.user_id, lookup_risk.alert_about
            ORDER BY lookup_risk.occurred_at, lookup_risk.system, lookup_risk.lookup_id
        ) AS previous_at
    FROM lookup_risk
    INNER JOIN (SELECT DISTINCT user_id, alert_about FROM touched_pairs) AS pair
        ON pair.user_id = lookup_risk.user_id AND pair.alert_about = lookup_risk.alert_about
),

numbered AS (
    SELECT
        *,
        sum(CASE WHEN previous_at IS NULL OR occurred_at > previous_at + to_days($gap_days) THEN 1 ELSE 0 END)
            OVER (
                PARTITION BY user_id, alert_about
                ORDER BY occurred_at, system, lookup_id
                ROWS UNBOUNDED PRECEDING
            ) AS episode
    FROM involved
)

SELECT
    stable_id('a', [
        user_id,
        alert_about,
        first_value(system || chr(31) || lookup_id) OVER (
            PARTITION BY user_id, alert_about, episode ORDER BY occurred_at, system, lookup_id
        )
    ]) AS alert_id,
    user_id,
    alert_about,
    system,
    lookup_id,
    subject_id,
    occurred_at,
    audit_date,
    motive,
    risk
FROM numbered
"""

_EPISODES = """
INSERT INTO alert_episodes BY NAME
SELECT
    alert_id,
    user_id,
    CASE
        WHEN alert_about <> 'behaviour'
            THEN (list(subject_id ORDER BY risk DESC, subject_id) FILTER (WHERE subject_id IS NOT NULL))[1]
    END AS subject_id,
    alert_about,
    coalesce((list(motive ORDER BY risk DESC, motive) FILTER (WHERE motive IS NOT NULL))[1], 'curiosity') AS motive,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at,
    count(*) AS lookups,
    round(
        from_log_odds(
            ln(greatest(max(risk), 1e-6) / greatest(1.0 - max(risk), 1e-6))
            + $per_day * ln(count(DISTINCT audit_date))
        ),
        6
    ) AS risk
FROM alert_members
GROUP BY alert_id, user_id, alert_about
ORDER BY alert_id
"""
