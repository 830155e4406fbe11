"""How right the audit is, measured against what reviewers decided: the latest verdict on each alert.

Reviewers read the highest risks first, so these shares are of the alerts that were read, not of all; what
nobody read is not known, and so there is no recall.
"""

from collections import defaultdict
from dataclasses import dataclass

from lookup_audit.evaluation.measures import Share, share
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Reviewed:
    """Decided alerts in which a detector has a finding (`detector` None: all of them).

    Right are the unexplained and the referred, wrong the explained and the dismissed; `open` ones were asked
    about and wait for an answer. `false_because` counts the wrong ones by the reason that was given, the most
    frequent first; None is for those without a reason.
    """

    detector: str | None
    precision: Share
    open: int
    false_because: tuple[tuple[str | None, int], ...] = ()


def reviewed(warehouse: Warehouse) -> tuple[Reviewed, ...]:
    """All alerts with a verdict first, then each detector in order of name; empty without verdicts."""
    because: dict[str | None, list[tuple[str | None, int]]] = defaultdict(list)
    for row in warehouse.rows(_BECAUSE):
        because[row["detector"]].append((row["because"], row["alerts"]))
    return tuple(
        Reviewed(
            row["detector"],
            share(row["correct"], row["decided"]),
            row["waiting"],
            tuple(because[row["detector"]]),
        )
        for row in warehouse.rows(_VERDICTS)
    )


DECIDED = """
WITH latest AS (
    SELECT
        alert_id,
        because,
        row_number() OVER (PARTITION BY alert_id ORDER BY decided_at DESC) AS newest
    FROM verdicts
),

decided AS (
    SELECT alerts.alert_id, alerts.user_id, alerts.status, latest.because
    FROM alerts
    INNER JOIN latest ON latest.alert_id = alerts.alert_id AND latest.newest = 1
),

of_detectors AS (
    SELECT NULL AS detector, decided.* FROM decided
    UNION ALL
    SELECT DISTINCT findings.detector, decided.*
    FROM decided
    INNER JOIN lookup_risk ON lookup_risk.alert_id = decided.alert_id
    INNER JOIN findings
        ON findings.system = lookup_risk.system AND findings.lookup_id = lookup_risk.lookup_id
)
"""
"""The beginning of a query: `of_detectors` has each judged alert under each of its detectors, and under none."""

_VERDICTS = f"""
{DECIDED}
SELECT
    detector,
    count(*) FILTER (WHERE status IN ('unexplained', 'referred')) AS correct,
    count(*) FILTER (WHERE status <> 'asked') AS decided,
    count(*) FILTER (WHERE status = 'asked') AS waiting
FROM of_detectors
GROUP BY detector
ORDER BY detector NULLS FIRST
"""

_BECAUSE = f"""
{DECIDED}
SELECT detector, because, count(*) AS alerts
FROM of_detectors
WHERE status IN ('explained', 'dismissed')
GROUP BY detector, because
ORDER BY alerts DESC, because NULLS LAST
"""
