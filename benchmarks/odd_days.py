"""Odd user-days: the audit's forest against simpler measures of oddness, on the same features of the same days.

A day is right when any of its lookups has a label. The audit learns from the past of each week only; the
others learn from the whole period at once, future included, which only flatters them.

Run with: python -m benchmarks.odd_days WAREHOUSE
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.covariance import EmpiricalCovariance
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

from lookup_audit.detectors.isolation_forest import FEATURES
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

Numbers = npt.NDArray[np.float64]


def measure_odd_days(warehouse: Warehouse) -> dict[str, float]:
    """Average precision per user-day of each measure of oddness, over the days that the audit scored."""
    days = warehouse.frame(_DAYS.format(features=", ".join(f"user_days.{name}" for name in FEATURES)))
    relative = among_peers(days)
    forest = IsolationForest(n_estimators=200, max_samples=min(4096, len(days)), random_state=1)
    scores = {
        "the audit": days["anomaly_score"].to_numpy(np.float64),
        "isolation forest": -forest.fit(relative).score_samples(relative),
        "robust z-scores": np.sqrt((relative**2).mean(axis=1)),
        "strongest z-score": relative.max(axis=1),
        "Mahalanobis distance": EmpiricalCovariance().fit(relative).mahalanobis(relative),
    }
    labelled = days["is_labelled"].to_numpy(bool)
    return {name: round(float(average_precision_score(labelled, score)), 6) for name, score in scores.items()}


def among_peers(days: pd.DataFrame) -> Numbers:
    """Return user-days × features: logs, in robust deviations from the function's median, within ±10."""
    logs = np.log1p(days[list(FEATURES)].astype(np.float64))
    from_centre = logs - logs.groupby(days["function"]).transform("median")
    spread = 1.4826 * from_centre.abs().groupby(days["function"]).transform("median")
    relative: Numbers = (from_centre / spread.clip(lower=0.1)).clip(-10.0, 10.0).to_numpy(np.float64)
    return relative


_DAYS = """
SELECT
    user_days.anomaly_score,
    split_part(user_days.peer_group, ' | ', 1) AS function,
    {features},
    marked.user_id IS NOT NULL AS is_labelled
FROM user_days
LEFT JOIN (
    SELECT DISTINCT lookups.user_id, lookups.local_date
    FROM labels
    INNER JOIN lookups ON lookups.system = labels.system AND lookups.lookup_id = labels.lookup_id
) AS marked
    ON marked.user_id = user_days.user_id AND marked.local_date = user_days.day
WHERE user_days.anomaly_score IS NOT NULL
ORDER BY user_days.user_id, user_days.day
"""


if __name__ == "__main__":
    with Warehouse(Path(sys.argv[1]), Settings(), must_exist=True) as opened:
        for measure, precision in measure_odd_days(opened).items():
            print(f"{measure:24}{precision:8.3f}")
