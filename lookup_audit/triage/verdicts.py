"""Verdicts: what a reviewer concluded about an alert, or about a lookup of the control sample."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from typing import Literal, get_args

from lookup_audit.calibration import before_recalibration
from lookup_audit.errors import UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.triage.alerts import REPEATED_DAY_LOG_ODDS
from lookup_audit.warehouse import Warehouse

Verdict = Literal["asked", "explained", "unexplained", "referred", "dismissed"]


@dataclass(frozen=True)
class VerdictRecord:
    """A verdict as recorded, on an alert or a control lookup (`c-…`): `decided_at` is in UTC."""

    alert_id: str
    verdict: str
    note: str
    decided_by: str
    decided_at: datetime


def record_verdict(warehouse: Warehouse, alert_id: str, verdict: str, note: str, who: Actor) -> VerdictRecord:
    """Add a verdict to the history of an alert or a control lookup and return it; earlier ones stay.

    Raises `UsageError` for an unknown verdict, an unknown alert, or an empty note: a verdict without a
    reason cannot be defended, for the officer or against.
    """
    if verdict not in get_args(Verdict):
        raise UsageError(f"verdict {verdict!r}: must be one of {', '.join(get_args(Verdict))}")
    if not note.strip():
        raise UsageError("a verdict needs a note that says why")
    log_odds = _log_odds(warehouse, alert_id)
    record = VerdictRecord(
        alert_id, verdict, note.strip(), who.account, datetime.now(UTC).replace(tzinfo=None)
    )
    warehouse.run(
        "INSERT INTO verdicts BY NAME SELECT $alert_id AS alert_id, $decided_at AS decided_at, "
        "$decided_by AS decided_by, $verdict AS verdict, $note AS note, "
        "$log_odds AS log_odds, $repeated_log_odds AS repeated_log_odds",
        {**vars(record), **log_odds},
    )
    return record


def _log_odds(warehouse: Warehouse, alert_id: str) -> dict[str, float | None]:
    """What the reviewer was shown, as the columns `log_odds` and `repeated_log_odds`; a control has neither.

    It is kept with the verdict, since an alert's risk changes with later lookups and with recalibration.
    """
    control = "SELECT count(*) FROM control_sample WHERE control_id = $alert_id"
    if warehouse.value(control, {"alert_id": alert_id}):
        return {"log_odds": None, "repeated_log_odds": None}
    alert = warehouse.rows(_ALERT, {"alert_id": alert_id})
    if not alert:
        raise UsageError(f"no alert {alert_id}; `lookup-audit alerts` lists them")
    return {
        "log_odds": before_recalibration(alert[0]["sum_shown"]),
        "repeated_log_odds": round(REPEATED_DAY_LOG_ODDS * log(alert[0]["days"]), 4)
        if alert[0]["has_motive"]
        else 0.0,
    }


_ALERT = """
SELECT
    (list(sum_shown ORDER BY risk DESC, occurred_at, system, lookup_id))[1] AS sum_shown,
    count(DISTINCT audit_date) AS days,
    count(motive) > 0 AS has_motive
FROM lookup_risk
WHERE alert_id = $alert_id
GROUP BY alert_id
"""
