"""What the audit costs the innocent: alerts without any labelled lookup, per 1,000 users and nights."""

from dataclasses import dataclass

from lookup_audit.evaluation.measures import Rate, rate
from lookup_audit.warehouse import Warehouse

LIKELY = 0.5
"""From this risk on an alert says: more likely than not."""


@dataclass(frozen=True)
class FalseAlerts:
    """Alerts chosen in one way, and those of them that are false: they hold no labelled lookup.

    `per_night` is per 1,000 users per audited night, users being all in the register or the log;
    `per_user_day` is per 1,000 days on which a user looked anything up.
    """

    chosen: str
    alerts: int
    false: int
    per_night: Rate
    per_user_day: Rate


def false_alerts(
    warehouse: Warehouse, *, alerts_read: int, users: int, days: int, user_days: int
) -> tuple[FalseAlerts, ...]:
    """False alerts among those of risk 0.5 and higher, and among the first `alerts_read`.

    Without labels every alert is false, which is right for a unit known to be clean.
    """
    row = warehouse.rows(_COUNTS, {"likely": LIKELY, "alerts": alerts_read})[0]
    return tuple(
        FalseAlerts(
            chosen=chosen,
            alerts=row[name],
            false=row[f"false_{name}"],
            per_night=rate(row[f"false_{name}"], users * days),
            per_user_day=rate(row[f"false_{name}"], user_days),
        )
        for chosen, name in ((f"risk from {LIKELY}", "likely"), (f"the first {alerts_read}", "first"))
    )


_COUNTS = """
SELECT
    count(*) FILTER (WHERE risk >= $likely) AS likely,
    count(*) FILTER (WHERE risk >= $likely AND labelled = 0) AS false_likely,
    count(*) FILTER (WHERE rank <= $alerts) AS first,
    count(*) FILTER (WHERE rank <= $alerts AND labelled = 0) AS false_first
FROM judged_alerts
"""
