"""Shares, rates and average precision, each with what chance alone does to it."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

RESAMPLES = 200
"""Draws of the bootstrap: enough for the two ends of a 95% interval to two figures."""

_Z = 1.959964  # of a 95% interval
_SEED = 2026
_PER = 1_000

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Share:
    """A share of `whole`, with its 95% interval (Wilson, 1927).

    The share and its interval are None when there is nothing to count, or when nobody knows the answer.
    """

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Rate:
    """Events per 1,000 of `exposure`, with the exact 95% interval of a Poisson count; None without exposure.

    The interval takes events to come one by one; where one user makes many of them, it is too narrow.
    """

    count: int
    exposure: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval; all None where it cannot be known."""

    value: float | None
    low: float | None
    high: float | None


def share(part: int, whole: int, *, known: bool = True) -> Share:
    """Share with the Wilson interval at 95%; without `known`, of `whole` nobody knows how many."""
    if whole == 0 or not known:
        return Share(part if known else 0, whole, None, None, None)
    observed, z_squared = part / whole, _Z * _Z
    centre = (observed + z_squared / (2 * whole)) / (1 + z_squared / whole)
    half = _Z * sqrt(observed * (1 - observed) / whole + z_squared / (4 * whole * whole))
    half /= 1 + z_squared / whole
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Share(part, whole, round(observed, 6), round(low, 6), round(high, 6))


def rate(count: int, exposure: int) -> Rate:
    """Events per 1,000 of `exposure`, with the exact Poisson interval (Garwood, Biometrika 28, 1936)."""
    if exposure == 0:
        return Rate(count, exposure, None, None, None)
    low = float(stats.chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    high = float(stats.chi2.ppf(0.975, 2 * count + 2)) / 2
    observed, low, high = (round(_PER * value / exposure, 6) for value in (count, low, high))
    return Rate(count, exposure, observed, low, high)


def average_precision(scores: Numbers, rows: Counts, hits: Counts) -> float | None:
    """Average precision of groups of `rows`, of which `hits` are labelled, each group with one score.

    The sum over thresholds of the gain in recall times the precision there, as scikit-learn defines it:
    whatever has the same score enters together, in however many groups it comes. None when nothing is
    labelled.
    """
    if not hits.sum():
        return None
    order, starts = _levels(scores)
    return round(
        _average_precision(np.add.reduceat(rows[order], starts), np.add.reduceat(hits[order], starts)), 6
    )


def resampled_average_precision(users: Counts, scores: Numbers, rows: Counts, hits: Counts) -> Numbers:
    """Average precision in each of `RESAMPLES` draws of as many users, with replacement; (RESAMPLES,).

    The user is the unit of independence: one officer's lookups resemble each other, so whole officers are
    drawn (the bootstrap for clusters; Davison and Hinkley, 1997, section 3.8). `users` number the groups'
    users from 0. The seed is fixed, so the same users give the same draws: two sets of scores of the same
    lookups can be compared draw by draw. A draw without labels is nan.
    """
    order, starts = _levels(scores)
    of_user, rows, hits = users[order], rows[order], hits[order]
    units = int(users.max()) + 1
    draws = np.random.default_rng(_SEED)
    result = np.full(RESAMPLES, np.nan)
    for at in range(RESAMPLES):
        times = np.bincount(draws.integers(0, units, units), minlength=units)[of_user]
        result[at] = _average_precision(
            np.add.reduceat(times * rows, starts), np.add.reduceat(times * hits, starts)
        )
    return result


def estimate(value: float | None, draws: Numbers) -> Estimate:
    """A value with the middle 95% of its draws as interval; draws that are nan do not count."""
    known = draws[~np.isnan(draws)]
    if value is None or not len(known):
        return Estimate(value, None, None)
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(round(value, 6), round(float(low), 6), round(float(high), 6))


def _levels(scores: Numbers) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The order by falling score, and where in it each distinct score starts."""
    order = np.argsort(-scores, kind="stable")
    return order, np.flatnonzero(np.diff(scores[order], prepend=np.inf))


def _average_precision(rows: Counts, hits: Counts) -> float:
    """Average precision of groups in falling order; nan when nothing is labelled."""
    labelled = hits.sum()
    if not labelled:
        return float("nan")
    gains = hits > 0
    return float(np.sum(hits[gains] * np.cumsum(hits)[gains] / np.cumsum(rows)[gains]) / labelled)
