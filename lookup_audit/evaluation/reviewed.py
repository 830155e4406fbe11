"""How right the audit is, measured against what reviewers decided: the latest verdict on each alert.

Reviewers read the highest risks first, so these shares are of the alerts that were read, not of all; what
nobody read is not known, and so there is no recall.
"""

from dataclasses import dataclass

from lookup_audit.evaluation.measures import Share, share
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Reviewed:
    """Decided alerts in which a detector has a finding (`detector` None: all of them).

    Right are the unexplained and the referred, wrong the explained and the dismissed; `open` ones were asked
    about and wait for an answer.
    """

    detector: str | None
    precision: Share
    open: int


def reviewed(warehouse: Warehouse) -> tuple[Reviewed, ...]:
    """All alerts with a verdict first, then each detector in order of name; empty without verdicts."""
    return tuple(
        Reviewed(row["detector"], share(row["correct"], row["decided"]), row["waiting"])
        for row in warehouse.rows(_VERDICTS)
    )


_VERDICTS = """
WITH decided AS (
    SELECT alert_id, status FROM alerts WHERE status <> 'new'
),

of_detectors AS (
    SELECT NULL AS detector, decided.alert_id, decided.status FROM decided
    UNION ALL
    SELECT DISTINCT findings.detector, decided.alert_id, decided.status
    FROM decided
    INNER JOIN lookup_risk ON lookup_risk.alert_id = decided.alert_id
    INNER JOIN findings
        ON findings.system = lookup_risk.system AND findings.lookup_id = lookup_risk.lookup_id
)

SELECT
    detector,
    count(*) FILTER (WHERE status IN ('unexplained', 'referred')) AS correct,
    count(*) FILTER (WHERE status <> 'asked') AS decided,
    count(*) FILTER (WHERE status = 'asked') AS waiting
FROM of_detectors
GROUP BY detector
ORDER BY detector NULLS FIRST
"""
