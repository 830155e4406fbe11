"""Recalibration: risks that follow what reviewers found, once they have judged enough alerts.

The weights of rules are reasoned. Whether a risk of 0.6 means that six in ten such alerts stay without an
answer, only verdicts can tell. The method is Platt's scaling (1999): the log-odds of a risk become
``intercept + slope × log-odds``, fitted on the latest verdict of each judged alert (unexplained or referred
against explained or dismissed; asked is still open). In place of his smoothed targets a ridge pulls towards
an intercept of 0 and a slope of 1, so that few verdicts change little. The slope stays positive, so within a
night the order of lookups is what it was.

Reviewers read the top of the queue, so verdicts say nothing about what is below it. Where fewer than one in
twenty judged alerts lie (`reviewed_from`) nothing is extrapolated: what is added stays what it is at that
point. And verdicts are people's: when reviewers ask one group harder than another, a fit learns it. The
control sample is the check on both.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lookup_audit.context.build import night_values
from lookup_audit.warehouse import Warehouse

RECALIBRATED = "recalibrated"
"""The name of the term that recalibration adds to the sum of a risk."""

RECALIBRATED_SQL = "round($intercept + ($slope - 1.0) * greatest(log_odds, $reviewed_from), 4)"
"""That term in SQL: what is added to `log_odds`; its parameters are the fields of a `Calibration`."""

FEWEST_OF_EACH = 20
"""Judged alerts of either outcome without which nothing is fitted: one side alone has no slope."""

SLOPES = (0.25, 4.0)
"""A slope outside these says that something else is wrong: a rule, or how verdicts are given."""

RIDGE = (1.0, 0.5)
"""Standard deviations of the intercept around 0 and of the slope around 1, before any verdict is seen."""


@dataclass(frozen=True)
class Calibration:
    """What a night's risks are recalibrated with; as it is made, nothing changes. All in natural log-odds."""

    intercept: float = 0.0
    slope: float = 1.0
    reviewed_from: float = 0.0


def current_calibration(warehouse: Warehouse, day: date) -> Calibration:
    """The calibration for auditing a local day, kept in `calibrations`; one that changes nothing is not kept.

    It learns from verdicts decided before the end of that day, so that auditing the day again uses what was
    known then. Verdicts carry the log-odds that the reviewer was shown, before any recalibration: the result
    depends on the table of verdicts alone, and does not feed on itself.
    """
    warehouse.run("DELETE FROM calibrations WHERE fitted_on = $day", {"day": day})
    judged = warehouse.frame(_JUDGED, {"night_end": night_values(day, warehouse.settings)["night_end"]})
    unanswered = int(judged["is_unanswered"].sum())
    if (
        len(judged) < warehouse.settings.alerts.recalibrate_from
        or min(unanswered, len(judged) - unanswered) < FEWEST_OF_EACH
    ):
        return Calibration()
    fitted = _fit(judged)
    row = {"fitted_on": day, "verdicts": len(judged), **vars(fitted)}
    warehouse.insert("calibrations", pd.DataFrame([row]))
    return fitted


def before_recalibration(sum_shown: str) -> float:
    """The log-odds of a lookup without the term of recalibration, from the sum in `lookup_risk`."""
    terms: list[dict[str, Any]] = json.loads(sum_shown)
    return round(sum(float(term["log_odds"]) for term in terms if term["term"] != RECALIBRATED), 4)


def _fit(judged: pd.DataFrame) -> Calibration:
    """The penalised maximum-likelihood fit of intercept and slope.

    `judged` has a row per alert: `log_odds` of its riskiest lookup, `repeated_log_odds` that its days added
    (not scaled: it is added after recalibration), and `is_unanswered`.
    """
    from scipy.optimize import minimize

    log_odds = judged["log_odds"].to_numpy(float)
    as_it_was = log_odds + judged["repeated_log_odds"].to_numpy(float)
    outcome = np.where(judged["is_unanswered"], 1.0, -1.0)
    reviewed_from = float(np.quantile(log_odds, 0.05))
    design = np.column_stack([np.ones_like(log_odds), np.maximum(log_odds, reviewed_from)])
    ridge = np.array(RIDGE)

    def loss(added: np.ndarray) -> tuple[float, np.ndarray]:
        margin = outcome * (as_it_was + design @ added)
        value = np.logaddexp(0.0, -margin).sum() + (added**2 / (2 * ridge**2)).sum()
        gradient = -design.T @ (outcome * np.exp(-np.logaddexp(0.0, margin))) + added / ridge**2
        return float(value), gradient

    bounds = [(None, None), (SLOPES[0] - 1, SLOPES[1] - 1)]
    found = minimize(loss, np.zeros(2), jac=True, bounds=bounds, method="L-BFGS-B", tol=1e-12)
    intercept, steeper = (float(value) for value in found.x)
    return Calibration(round(intercept, 4), round(1 + steeper, 4), round(reviewed_from, 4))


_JUDGED = """
SELECT log_odds, repeated_log_odds, verdict IN ('unexplained', 'referred') AS is_unanswered
FROM (
    SELECT
        alert_id,
        verdict,
        log_odds,
        repeated_log_odds,
        row_number() OVER (PARTITION BY alert_id ORDER BY decided_at DESC, verdict) AS newest
    FROM verdicts
    WHERE decided_at < $night_end AND log_odds IS NOT NULL
) AS latest
WHERE newest = 1 AND verdict <> 'asked'
ORDER BY alert_id
"""
