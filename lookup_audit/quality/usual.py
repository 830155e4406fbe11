"""What the same weekdays of past weeks lead one to expect, and whether a day differs by more than chance.

The median of the same weekday follows the week's rhythm and is not moved by one odd week. Counts are taken as
Poisson, widened to the spread that the past days show (a robust one, from the median absolute deviation; Rousseeuw
and Croux 1993), because work comes in clusters. Four standard deviations, and a factor that is worth naming: with a
hundred comparisons a night, anything narrower would cry wolf.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

Counts = Mapping[date, float]
"""By local day; a day that is not in it has none."""

_FEWEST_WEEKS = 3  # of two weekdays one can be the odd one
_FEWEST_FOR_SPREAD = 4
_DEVIATIONS = 4.0  # of one among a hundred comparisons a night
OF_ONE = 3.0
"""Standard deviations for what is compared once a night."""
_MAD = 1.4826  # times the median absolute deviation is the standard deviation of normal values


@dataclass(frozen=True)
class Past:
    """The audited days before a day, within the weeks that it is compared with, rising."""

    day: date
    days: Sequence[date]

    def same_weekday(self, day: date, since: date, until: date) -> list[date]:
        """Those on this day's weekday, from `since` on and before `until`."""
        return [one for one in self.days if one.weekday() == day.weekday() and since <= one < until]

    def usual(self, counts: Counts, day: date | None = None, until: date | None = None) -> float | None:
        """The median of the same weekdays since there first was anything; None for fewer than three."""
        there = [one for one in self.days if counts.get(one, 0)]
        if not there:
            return None
        weekdays = self.same_weekday(day or self.day, there[0], until or self.day)
        if len(weekdays) < _FEWEST_WEEKS:
            return None
        return float(median(counts.get(one, 0) for one in weekdays))

    def spread(self, counts: Counts) -> float:
        """The standard deviation to reckon with on the same weekday: that of a Poisson count, or the past's own.

        Infinite for fewer than four weeks, whose own spread says too little.
        """
        values = [counts.get(one, 0) for one in self.same_weekday(self.day, date.min, self.day)]
        if len(values) < _FEWEST_FOR_SPREAD:
            return math.inf
        middle = median(values)
        return max(robust_deviation(values), math.sqrt(max(middle, 1)))

    def silence(self, counts: Counts) -> float:
        """How much was to be expected since the last day with anything, today included; 0 when today has some.

        Days that are silent are no part of what is usual, so a silence of weeks stays one for as long as the weeks
        before it are in sight.
        """
        if counts.get(self.day, 0):
            return 0.0
        there = [one for one in self.days if counts.get(one, 0)]
        if not there:
            return 0.0
        empty = [*(one for one in self.days if one > there[-1]), self.day]
        return sum(self.usual(counts, one, empty[0]) or 0.0 for one in empty)


def robust_deviation(values: Sequence[float]) -> float:
    """The standard deviation of normal values with this median absolute deviation."""
    middle = median(values)
    return float(_MAD * median(abs(value - middle) for value in values))


def is_other(
    seen: float, expected: float, deviation: float, times: float, deviations: float = _DEVIATIONS
) -> bool:
    """Whether a value is so many times more or fewer than expected, and that by more than chance."""
    far = seen >= expected * times or seen * times <= expected
    return far and abs(seen - expected) > deviations * deviation
