"""What chance alone does to counts: intervals and changes.

A published count may be rounded at random to base 5: up or down to a multiple of 5, so that it is right on
average (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 9). `rounded` says
how many numbers so rounded were added up in a count, 0 where it is exact; intervals widen accordingly.
"""

import math

import numpy as np
from scipy import optimize, special, stats

from lookup_audit.privacy.disclosure import BASE

PER = 10_000
"""Rates are per this many lookups."""


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
    """The rate per 10,000 lookups with its interval, which is exact for Poisson counts (Garwood, Biometrika 28, 1936).

    The interval holds every rate at which a count as far out as this one is not rarer than the tail; for one
    rounded number that is exact too, for a sum of several the spread is widened by what each adds. Raises
    `ValueError` when there are no lookups.
    """
    if lookups <= 0:
        raise ValueError("a rate needs lookups")
    low, high = _bounds(count, (1 - confidence) / 2, rounded)
    return PER * count / lookups, PER * low / lookups, PER * high / lookups


def _bounds(count: int, tail: float, rounded: int) -> tuple[float, float]:
    if not rounded:
        low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count else 0.0
        return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)
    widest = count + 20 + 20 * math.sqrt(count + (BASE**2 - 1) / 6 * rounded)

    def too_high(expected: float) -> float:
        return 1 - _at_least(count + BASE, expected, rounded) - tail

    def too_low(expected: float) -> float:
        return _at_least(count, expected, rounded) - tail

    low = float(optimize.brentq(too_low, 1e-9, widest)) if count else 0.0
    return low, float(optimize.brentq(too_high, 1e-9, widest))


def _at_least(count: int, expected: float, rounded: int) -> float:
    """The chance of a published count of at least so many.

    A number n is rounded to at least 5k when n and a random one of 0 to 4 are at least 5k together. What more
    than one rounded number adds to the spread widens the Poisson distribution by as much.
    """
    thresholds = np.maximum(count - np.arange(BASE), 0.0)
    spread = 1 + rounding_variance(expected, rounded - 1) / expected
    chances = np.where(
        thresholds > 0, special.gammainc(np.maximum(thresholds, 1) / spread, expected / spread), 1.0
    )
    return float(chances.mean())


def rate_ratio(
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
    must be above zero, or `ValueError`.
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
    low = float(stats.beta.ppf(tail, count, count_before + 1)) if count else 0.0
    high = float(stats.beta.ppf(1 - tail, count + 1, count_before)) if count_before else 1.0
    return ratio, *(share / (1 - share) * exposure if share < 1 else float("inf") for share in (low, high))


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
