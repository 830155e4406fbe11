"""What chance alone does to counts: intervals, changes, and differences between groups."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

PER = 10_000
"""Rates are per this many lookups."""


def rate_interval(count: int, lookups: int, confidence: float = 0.95) -> tuple[float, float, float]:
    """The rate per 10,000 lookups with its exact Poisson interval (Garwood, Biometrika 28, 1936).

    Raises `ValueError` when there are no lookups.
    """
    if lookups <= 0:
        raise ValueError("a rate needs lookups")
    tail = (1 - confidence) / 2
    low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count else 0.0
    high = float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)
    return PER * count / lookups, PER * low / lookups, PER * high / lookups


def rate_ratio(
    count: int, lookups: int, count_before: int, lookups_before: int, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """A rate over an earlier one with its exact interval; infinite where there was none before.

    Given their sum, the later of two Poisson counts is binomial (Przyborowski and Wilenski, Biometrika 31,
    1940); the interval of that share is Clopper and Pearson's, turned into a ratio. At least one count must
    be above zero, or `ValueError`.
    """
    both = count + count_before
    if both == 0 or lookups <= 0 or lookups_before <= 0:
        raise ValueError("a ratio needs lookups, and at least one question")
    tail = (1 - confidence) / 2
    low = float(stats.beta.ppf(tail, count, count_before + 1)) if count else 0.0
    high = float(stats.beta.ppf(1 - tail, count + 1, count_before)) if count_before else 1.0
    exposure = lookups_before / lookups
    return tuple(  # type: ignore[return-value]  # three in, three out
        share / (1 - share) * exposure if share < 1 else float("inf") for share in (count / both, low, high)
    )


def beyond_chance(counts: Sequence[int], lookups: Sequence[int], level: float = 0.05) -> list[bool]:
    """For each group whether its rate differs from that of all by more than chance and usual spread.

    Funnel-plot limits with over-dispersion (Spiegelhalter, Statistics in Medicine 24, 2005): one person makes
    many questions, so groups differ more than Poisson counts do. The spread is the mean of squared z-scores,
    winsorised at 10% on each side; the level is shared among the groups (Bonferroni). Fewer than 5 groups
    do not show their spread, and none of them is called different.
    """
    if len(counts) < 5 or sum(counts) == 0:
        return [False] * len(counts)
    expected = np.asarray(lookups, dtype=float) * (sum(counts) / sum(lookups))
    z = (np.asarray(counts, dtype=float) - expected) / np.sqrt(np.maximum(expected, 1e-9))
    usual = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    spread = max(1.0, float(np.mean(usual**2)))
    limit = float(stats.norm.ppf(1 - level / (2 * len(counts))))
    return [bool(value) for value in np.abs(z) / np.sqrt(spread) > limit]
