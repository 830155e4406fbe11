"""What chance alone does to counts: intervals, changes, and differences between groups.

A published count may be rounded at random to base 5: up or down to a multiple of 5, so that it is right on
average (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 9). `rounded` says
how many numbers so rounded were added up in a count, 0 where it is exact; intervals widen accordingly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from scipy import optimize, special, stats

from lookup_audit.privacy.disclosure import BASE

Place = Literal["inside", "outside_95", "outside_998"]

PER = 10_000
"""Rates are per this many lookups."""

FEWEST_GROUPS = 5
"""Fewer do not show how much groups usually differ, so that none of them can differ by more."""

_WINSORISED = 0.1
# What is left of the mean of squares of a normal variable after winsorising. Without dividing by it a third of
# the usual spread would be missed, and twice as many groups called different.
_EDGE = float(stats.norm.ppf(1 - _WINSORISED))
_OF_NORMAL = 1 - 2 * _WINSORISED - 2 * _EDGE * float(stats.norm.pdf(_EDGE)) + 2 * _WINSORISED * _EDGE**2
_GRID = 60
_ALMOST_NONE = 1e-100


def rounding_variance(expected: float, rounded: int) -> float:
    """The variance that rounding adds to a count that is `expected` on average, over the numbers added up.

    A number that is r above a multiple of 5 goes up with chance r/5: a variance of r(5-r), on average 4. Of a
    number that is mostly 0 there is nothing to round; of one that is at times 1, the variance is 4 as often.
    So 4 for each question up to one a number, and 4 a number from there: a little more than the truth between.
    """
    return min((BASE - 1) * expected, (BASE**2 - 1) / 6 * rounded)


def rate_interval(
    count: int, lookups: int, confidence: float = 0.95, *, rounded: int = 0
) -> tuple[float, float, float]:
    """The rate per 10,000 lookups with its interval: for exact counts Garwood's (Biometrika 28, 1936).

    The interval holds every rate at which a count as far out as this one is not rarer than the tail; for one
    rounded number that is exact too, for a sum of several the spread is widened by what each adds. Raises
    `ValueError` when there are no lookups, or a rounded count is no multiple of 5.
    """
    if lookups <= 0:
        raise ValueError("a rate needs lookups")
    low, high = _bounds(count, (1 - confidence) / 2, rounded)
    return PER * count / lookups, PER * low / lookups, PER * high / lookups


@cache
def _bounds(count: int, tail: float, rounded: int) -> tuple[float, float]:
    if not rounded:
        low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count else 0.0
        return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)
    if count % BASE:
        raise ValueError(f"a sum of rounded counts is a multiple of {BASE}, and {count} is none")
    widest = 2.0 * count + BASE
    while _at_least(count + BASE, widest, rounded) < 1 - tail:
        widest *= 2

    def too_high(expected: float) -> float:
        return 1 - _at_least(count + BASE, expected, rounded) - tail

    def too_low(expected: float) -> float:
        return _at_least(count, expected, rounded) - tail

    low = float(optimize.brentq(too_low, _ALMOST_NONE, widest)) if count >= BASE else 0.0
    return low, float(optimize.brentq(too_high, _ALMOST_NONE, widest))


def _at_least(count: float, expected: float, rounded: int, spread: float = 1.0) -> float:
    """The chance of a count of at least so many: Poisson, or with a variance `spread` times as large.

    A number n is rounded to at least 5k when n and a random one of 0 to 4 are together at least 5k. What more
    than one rounded number adds is taken as a further factor on the variance.
    """
    if rounded > 1:
        spread *= 1 + rounding_variance(expected, rounded - 1) / expected
    needed = [count - short for short in range(BASE if rounded else 1)]
    return sum(_exact_at_least(n, expected, spread) if n > 0 else 1.0 for n in needed) / len(needed)


def _exact_at_least(count: float, expected: float, spread: float) -> float:
    """The tail of a Poisson, or of a negative binomial distribution, also between whole counts."""
    if spread < 1 + 1e-6:
        return float(special.gammainc(count, expected))
    return float(special.betainc(count, expected / (spread - 1), 1 - 1 / spread))


def rate_ratio(  # noqa: PLR0913 - two counts, each with what it is over
    count: int,
    lookups: int,
    count_before: int,
    lookups_before: int,
    *,
    confidence: float = 0.95,
    rounded: tuple[int, int] = (0, 0),
) -> tuple[float, float, float]:
    """A rate over an earlier one with its interval; infinite where there was none before.

    For exact counts the interval is exact: given their sum, the later of two Poisson counts is binomial
    (Przyborowski and Wilenski, Biometrika 31, 1940); the interval of that share is Clopper and Pearson's,
    turned into a ratio. For rounded ones (`rounded`: how many numbers each count adds up) the intervals of both
    rates are combined (Donner and Zou, Statistical Methods in Medical Research 21, 2012). At least one count
    must be above zero, and rounded ones multiples of 5, or `ValueError`.
    """
    both = count + count_before
    if both == 0 or lookups <= 0 or lookups_before <= 0:
        raise ValueError("a ratio needs lookups, and at least one question")
    exposure = lookups_before / lookups
    ratio = count / count_before * exposure if count_before else float("inf")
    tail = (1 - confidence) / 2
    if any(rounded):
        low, high = _combined(count, count_before, tail, rounded)
        return ratio, low * exposure, high * exposure
    least = float(stats.beta.ppf(tail, count, count_before + 1)) if count else 0.0
    most = float(stats.beta.ppf(1 - tail, count + 1, count_before)) if count_before else 1.0
    high = most / (1 - most) * exposure if most < 1 else float("inf")
    return ratio, least / (1 - least) * exposure, high


def _combined(count: int, before: int, tail: float, rounded: tuple[int, int]) -> tuple[float, float]:
    """The bounds of one count over another from the bounds of each, as far out together as one alone."""
    low, high = _bounds(count, tail, rounded[0])
    low_before, high_before = _bounds(before, tail, rounded[1])
    product = float(count * before)
    least = low * (2 * count - low)
    most_before = high_before * (2 * before - high_before)
    smallest = least / (product + math.sqrt(product**2 - least * most_before)) if least else 0.0
    least_before = low_before * (2 * before - low_before)
    most = high * (2 * count - high)
    if not least_before:
        return smallest, float("inf")
    return smallest, (product + math.sqrt(product**2 - most * least_before)) / least_before


@dataclass(frozen=True)
class Limits:
    """The rates between which chance and the usual spread keep groups, along the exposures of the grid."""

    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Funnel:
    """The rate of all, the factor by which groups spread more than chance, limits to draw, each group's place.

    Rates are per 10,000 lookups. The spread is 1 where chance explains it all, and None where there are too
    few groups to say, or no questions: then all groups are inside, and there are no limits to draw.
    """

    rate: float
    spread: float | None
    exposures: tuple[float, ...]
    limits_95: Limits
    limits_998: Limits
    places: tuple[Place, ...]


def funnel(counts: Sequence[int], exposures: Sequence[int], *, rounded: int = 0) -> Funnel:
    """The funnel plot of groups: each one's place inside or outside the limits at 95% and at 99.8%.

    Limits with over-dispersion (Spiegelhalter, Statistics in Medicine 24, 2005): one person makes many
    questions, so groups differ more than Poisson counts do. The spread is the mean of squared z-scores,
    winsorised at 10% on each side and freed of what that takes off. A count is outside where one as far out,
    itself counted half, is rarer than the tail. `rounded` is how many rounded numbers each count adds up. An
    exposure that is not above zero is a `ValueError`.
    """
    if any(exposure <= 0 for exposure in exposures):
        raise ValueError("a group without lookups has no place in a funnel")
    rate = sum(counts) / sum(exposures) if exposures else 0.0
    if len(counts) < FEWEST_GROUPS or rate == 0:
        inside: tuple[Place, ...] = tuple("inside" for _ in counts)
        return Funnel(PER * rate, None, (), Limits((), ()), Limits((), ()), inside)
    expected = [rate * exposure for exposure in exposures]
    variances = [mean + rounding_variance(mean, rounded) for mean in expected]
    z = (np.asarray(counts, float) - expected) / np.sqrt(variances)
    usual = np.clip(z, *np.quantile(z, [_WINSORISED, 1 - _WINSORISED]))
    spread = max(1.0, float(np.mean(usual**2)) / _OF_NORMAL)
    grid = np.geomspace(min(exposures), max(exposures), _GRID).tolist()
    return Funnel(
        rate=PER * rate,
        spread=spread,
        exposures=tuple(grid),
        limits_95=_limits(grid, rate, rounded, spread, 0.025),
        limits_998=_limits(grid, rate, rounded, spread, 0.001),
        places=tuple(
            _place(count, mean, _above(count, mean, rounded, spread))
            for count, mean in zip(counts, expected, strict=True)
        ),
    )


def _above(count: float, expected: float, rounded: int, spread: float) -> float:
    """The chance of a higher count, and half that of the same: even in the middle, however few are expected."""
    step = BASE if rounded else 1
    same_or_more = _at_least(count, expected, rounded, spread)
    return (same_or_more + _at_least(count + step, expected, rounded, spread)) / 2


def _place(count: float, expected: float, above: float) -> Place:
    # where groups spread so much that what is expected is itself rare, a count up to it is still not too high
    rarity = 1 - above if count <= expected else above
    if rarity < 0.001:
        return "outside_998"
    return "outside_95" if rarity < 0.025 else "inside"


def _limits(exposures: Sequence[float], rate: float, rounded: int, spread: float, tail: float) -> Limits:
    low, high = [], []
    for exposure in exposures:
        mean = rate * exposure

        def above(count: float, chance: float, mean: float = mean) -> float:
            return _above(count, mean, rounded, spread) - chance

        widest = max(mean, 1.0)
        while above(widest, tail) > 0:
            widest *= 2
        # where not even a count of none is rare enough, nothing lies below
        none_is_rare = above(0.0, 1 - tail) > 0
        low.append(
            PER * optimize.brentq(above, 0.0, widest, args=(1 - tail,)) / exposure if none_is_rare else 0.0
        )
        # a group at the rate of all is never outside, however skew the spread makes counts
        high.append(PER * max(rate, optimize.brentq(above, 0.0, widest, args=(tail,)) / exposure))
    return Limits(tuple(low), tuple(high))
