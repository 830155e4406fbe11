"""Verdicts: what a reviewer concluded about an alert, or about a lookup of the control sample."""

from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any, Literal, get_args

from lookup_audit.calibration import before_recalibration
from lookup_audit.clock import later_than, local_time
from lookup_audit.errors import UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.trail import record
from lookup_audit.triage.alerts import REPEATED_DAY_LOG_ODDS
from lookup_audit.triage.names import one_of
from lookup_audit.triage.reasons import REASONS
from lookup_audit.warehouse import Warehouse

Verdict = Literal["asked", "explained", "unexplained", "referred", "dismissed"]

FALSE_ALARMS: tuple[Verdict, ...] = ("explained", "dismissed")
"""The verdicts that say that nothing was wrong, so that a reason of the false alarm can be given."""


@dataclass(frozen=True)
class VerdictRecord:
    """A verdict as recorded, on an alert or a control lookup (`c-…`): `decided_at` is in UTC."""

    alert_id: str
    verdict: str
    note: str
    decided_by: str
    decided_at: datetime
    because: str | None = None
    answer: str | None = None


def record_verdict(  # noqa: PLR0913 - each is a field of the verdict
    warehouse: Warehouse,
    alert_id: str,
    verdict: str,
    note: str,
    who: Actor,
    *,
    because: str | None = None,
    answer: str | None = None,
) -> VerdictRecord:
    """Add a verdict to the history of an alert or a control lookup, and to the trail; earlier ones stay.

    Asking the user takes two: `asked` with what was asked, then any verdict with the `answer` (`asked` again
    while it is weighed). `because` is the reason of a false alarm, one of `REASONS`.

    Raises `UsageError` for an unknown verdict, alert or reason, an empty note or answer, or a reason with a
    verdict that is no false alarm: what cannot be defended, for the officer or against, is not recorded.
    """
    if verdict not in get_args(Verdict):
        raise UsageError(f"verdict {verdict!r}: must be one of {', '.join(get_args(Verdict))}")
    if not note.strip():
        raise UsageError("a verdict needs a note that says why")
    if answer is not None and not answer.strip():
        raise UsageError("the answer is empty; leave it out while the user has not answered")
    if because is not None:
        one_of("reason", because, REASONS)
        if verdict not in FALSE_ALARMS:
            raise UsageError(
                f"--because says why an alarm was false, and goes with {' or '.join(FALSE_ALARMS)}; "
                f"not with {verdict}"
            )
    user_id, shown = _judged(warehouse, alert_id)
    decided_at = later_than(warehouse.value("SELECT max(decided_at) FROM verdicts"))
    entry = VerdictRecord(
        alert_id, verdict, note.strip(), who.account, decided_at, because,
        answer.strip() if answer else None,
    )  # fmt: skip
    said = f"{verdict} ({because})" if because else verdict
    with warehouse.transaction():
        record(warehouse, action="triage", about=user_id, reason=f"{alert_id}: {said}: {entry.note}", who=who)
        warehouse.run(_ADD, {**vars(entry), **shown})
    return entry


def user_of(warehouse: Warehouse, alert_id: str) -> str:
    """The id of the user that an alert or a control lookup is about; `UsageError` where there is none."""
    found = warehouse.value(_USER, {"alert_id": alert_id})
    if found is None:
        raise UsageError(f"no alert {alert_id}; `lookup-audit alerts` lists them")
    return str(found)


def verdict_history(warehouse: Warehouse, alert_id: str) -> list[dict[str, Any]]:
    """Every verdict on an alert or control lookup, the first first, as dicts of its columns.

    `decided_at` is in the warehouse's zone; `judged_as` is the id that the alert had then, where it is another.
    """
    rows = warehouse.rows(_HISTORY, {"alert_id": alert_id})
    for row in rows:
        row["decided_at"] = local_time(row["decided_at"], warehouse.settings.zone_info)
    return rows


def _judged(warehouse: Warehouse, alert_id: str) -> tuple[str, dict[str, float | int | None]]:
    """Whom a verdict is about, and what the reviewer was shown: `log_odds`, `repeated_log_odds`, `lookups`.

    It is kept with the verdict, since an alert's risk changes with later lookups and with recalibration. A
    control lookup has none of these.
    """
    user_id = user_of(warehouse, alert_id)
    alert = warehouse.rows(_ALERT, {"alert_id": alert_id})
    if not alert:
        return user_id, {"log_odds": None, "repeated_log_odds": None, "lookups": None}
    return user_id, {
        "log_odds": before_recalibration(alert[0]["sum_shown"]),
        "repeated_log_odds": round(REPEATED_DAY_LOG_ODDS * log(alert[0]["days"]), 4)
        if alert[0]["has_motive"]
        else 0.0,
        "lookups": alert[0]["lookups"],
    }


_ADD = """
INSERT INTO verdicts (
    alert_id, decided_at, decided_by, verdict, note, because, answer, lookups, log_odds, repeated_log_odds
)
VALUES (
    $alert_id, $decided_at, $decided_by, $verdict, $note, $because, $answer, $lookups, $log_odds, $repeated_log_odds
)
"""

_HISTORY = """
SELECT decided_at, decided_by, verdict, because, note, answer, judged_as
FROM verdicts
WHERE alert_id = $alert_id
ORDER BY decided_at
"""

_USER = """
SELECT user_id FROM alert_episodes WHERE alert_id = $alert_id
UNION ALL
SELECT user_id FROM control_sample WHERE control_id = $alert_id
"""

_ALERT = """
SELECT
    (list(sum_shown ORDER BY risk DESC, occurred_at, system, lookup_id))[1] AS sum_shown,
    count(DISTINCT audit_date) AS days,
    count(motive) > 0 AS has_motive,
    count(*) AS lookups
FROM lookup_risk
WHERE alert_id = $alert_id
GROUP BY alert_id
"""
