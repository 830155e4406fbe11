"""How much a rate stepped up or down, by regression of counts that spread more than chance alone."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]

# A step of the log rate that stands for "to nothing" or "from nothing": a factor of 10 to the 13th.
_BOUND = 30.0
_MOST_CARRIED = 0.8  # more cannot be told from a level that drifts


@dataclass(frozen=True)
class Observed:
    """Counts by week, and the exposures that their rates are over.

    With `totals`, each count is a part of its total, and its exposure that of the part over that of the rest.
    """

    counts: Floats
    exposures: Floats
    totals: Floats | None = None


def step_ratio(
    observed: Observed, others: Floats, step: Floats, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """The factor by which the rate is higher where `step` is 1, with its interval; 0 or infinite at the edges.

    A quasi-Poisson regression with a logarithmic link (McCullagh and Nelder, Generalized Linear Models,
    1989, chapter 9): the variance is the mean times Pearson's chi-square over its degrees of freedom, never
    less than the mean. The interval holds every step whose deviance F allows (Venzon and Moolgavkar, Applied
    Statistics 37, 1988; with one degree of freedom, F is t squared): unlike a symmetric one it stays right
    for small counts, and exists where the count of one side is zero. Rows are weeks in order: where a busy week
    is mostly followed by another, they say less than as many separate weeks would, and the interval is wider.

    `others` are the columns of whatever else moves the rate. Where the counts are parts of totals they are
    binomial given these: the same regression as one of both parts with a term for each week (Palmgren,
    Biometrika 68, 1981), and faster.

    Raises `ValueError` where the counts cannot tell the step from the other terms, or nothing is left to judge
    the spread by.
    """
    counts, totals = observed.counts, observed.totals
    free = len(counts) - others.shape[1] - 1
    if free < 1:
        raise ValueError("as many terms as weeks: nothing is left to judge the spread by")
    rest = np.ones_like(counts) if totals is None else totals - counts
    down, up = (_without_limit(counts, rest, others, sign * step) for sign in (-1.0, 1.0))
    if down and up:
        raise ValueError("the counts cannot tell the step from what else moves the rate")

    def fit(columns: Floats, value: float) -> Any:
        parts = counts if totals is None else np.column_stack([counts, rest])
        return _fit(parts, columns, np.log(observed.exposures) + value * step)

    if down or up:
        best = _BOUND if up else -_BOUND
        fitted = fit(others, best)
    else:
        fitted = fit(np.column_stack([others, step]), 0.0)
        best = float(fitted.params[-1])
    spread = max(1.0, float(fitted.pearson_chi2) / free) * _carried_over(
        fitted.resid_pearson, len(counts) - free
    )
    allowed = float(fitted.deviance) + spread * float(stats.f.ppf(confidence, 1, free))

    def beyond(value: float) -> float:
        return float(fit(others, value).deviance - allowed)

    return _ratio(best), _ratio(_crossing(beyond, best, -1.0)), _ratio(_crossing(beyond, best, 1.0))


def _carried_over(residuals: Floats, terms: int) -> float:
    """The factor on the variance of a level where a busy week is followed by another: 1 where none is.

    For a first-order autocorrelation r it is (1+r)/(1-r) (Bence, Ecology 76, 1995). The terms that were fitted
    make r too low, by about their number over that of the weeks.
    """
    squares = float(residuals @ residuals)
    if not squares:
        return 1.0
    carried = float(residuals[1:] @ residuals[:-1]) / squares + terms / len(residuals)
    carried = min(max(carried, 0.0), _MOST_CARRIED)
    return (1 + carried) / (1 - carried)


def _without_limit(counts: Floats, rest: Floats, others: Floats, step: Floats) -> bool:
    """Whether the fit keeps improving as the step grows, so that the best one is infinite.

    It does when the other terms can make up for the step in every week with questions on both sides, and it
    moves no week without them away from zero, and none with nothing else away from all (Correia, Guimarães
    and Zylkin, arXiv 1903.01633, 2019).
    """
    none, all_ = counts == 0, rest == 0
    some = ~none & ~all_
    found = optimize.linprog(
        np.zeros(others.shape[1]),
        A_ub=np.vstack([others[none], -others[all_]]),
        b_ub=np.concatenate([-step[none], step[all_]]),
        A_eq=others[some],
        b_eq=-step[some],
        bounds=(None, None),
    )
    return bool(found.status == 0)


def _fit(counts: Floats, columns: Floats, offset: Floats) -> Any:
    """A fitted regression: of counts, or of parts and rests in two columns."""
    import statsmodels.api as sm  # a second to import, which only pages with effects need
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    family = sm.families.Poisson() if counts.ndim == 1 else sm.families.Binomial()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", PerfectSeparationWarning
        )  # a series of equal counts is fitted exactly
        return sm.GLM(counts, columns, family=family, offset=offset).fit()


def _crossing(beyond: Callable[[float], float], best: float, sign: float) -> float:
    """Where the step is no longer allowed, looking outward from the best one, or the bound on that side."""
    inside, stride = best, 0.25
    while abs(inside + sign * stride) < _BOUND:
        outside = inside + sign * stride
        if beyond(outside) > 0:
            return float(optimize.brentq(beyond, inside, outside, xtol=1e-6))
        inside, stride = outside, 2 * stride
    return sign * _BOUND


def _ratio(log_ratio: float) -> float:
    if abs(log_ratio) >= _BOUND:
        return 0.0 if log_ratio < 0 else float("inf")
    return float(np.exp(log_ratio))
