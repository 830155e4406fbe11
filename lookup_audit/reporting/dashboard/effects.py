"""What a measure achieved: the rate of questions after a session or campaign, against what it would have been.

Two designs, each with what it cannot see. Where everybody had the measure (a campaign), only the weeks before
can say what would have been: whatever else changed in that week counts as its effect. Where some groups had
it (a session for half of the teams), the others say so, season and news included: what changed for one half
only still counts as effect.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lookup_audit.reporting.dashboard.quasi_poisson import Floats, Observed, step_ratio
from lookup_audit.reporting.dashboard.series import Series, pooled

Method = Literal["interrupted", "compared"]
Verdict = Literal["fewer", "more", "no_effect_visible", "too_little_data"]

MOST_WEEKS_BEFORE = 26
"""Half a year: longer ago, teams and work were others."""

MOST_WEEKS_AFTER = 13
"""A quarter: later, other measures and other news speak too."""

FEWEST_WEEKS = 4
"""On each side: from fewer, how much weeks differ by themselves cannot be judged."""

FEWEST_QUESTIONS = 20
"""In all, and on each side of a comparison: four published fives. Of fewer, rounding is most of what is seen."""

WEEKS_FOR_A_TREND = 13
"""Before: a slope through fewer weeks is mostly noise, and the step after would carry it on."""

_WEEK = dt.timedelta(weeks=1)
_YEAR = dt.timedelta(days=365)  # a slope per year is near enough to one for the fit to be well scaled


@dataclass(frozen=True)
class Effect:
    """What the rate of questions did after a measure, as a change from what it would have been without.

    `change` is -0.6 for 60% fewer; `low` and `high` are its 95% interval, and a rise from nothing is infinite.
    All three are None where there is too little data. The verdict is `fewer` or `more` where the whole
    interval lies below or above zero. Weeks and questions are those that were used, of the groups that had
    the measure.
    """

    method: Method
    verdict: Verdict
    change: float | None
    low: float | None
    high: float | None
    weeks_before: int
    weeks_after: int
    questions_before: int
    questions_after: int


def interrupted(series: Series, held_on: dt.date) -> Effect:
    """The effect of a measure that everybody had, against the weeks before it: an interrupted time series.

    A level, a trend where there are weeks enough for one, and a step after (Bernal, Cummins and Gasparrini,
    International Journal of Epidemiology 46, 2017), in a quasi-Poisson regression over lookups. The week of
    the measure itself is left out: it lies on both sides.
    """
    used = _around(series.with_lookups(), held_on)
    after = _after(used, held_on)
    effect = _described("interrupted", used, after)
    if _too_short(effect) or sum(used.questions) < FEWEST_QUESTIONS:
        return effect
    columns = [np.ones(len(after))]
    if effect.weeks_before >= WEEKS_FOR_A_TREND:
        columns.append(np.asarray([(week - used.weeks[0]) / _YEAR for week in used.weeks]))
    observed = Observed(np.asarray(used.questions, float), np.asarray(used.lookups, float))
    return _judged(effect, observed, np.column_stack(columns), after)


def compared(treated: Sequence[Series], others: Sequence[Series], held_on: dt.date) -> Effect:
    """The effect of a measure that some groups had, against the groups without: difference in differences.

    Both are pooled, over the weeks that all of them have. A quasi-Poisson regression over lookups with a term
    for each week, which takes season and news away, a term for the group, and the step of the treated after
    (Wing, Simon and Bello-Gomez, Annual Review of Public Health 39, 2018). The week of the measure itself is
    left out: it lies on both sides.
    """
    ours, theirs = _same_weeks(pooled(treated, ("with",)), pooled(others, ("without",)))
    ours, theirs = _around(ours, held_on), _around(theirs, held_on)
    after = _after(ours, held_on)
    effect = _described("compared", ours, after)
    if _too_short(effect) or min(sum(ours.questions), sum(theirs.questions)) < FEWEST_QUESTIONS:
        return effect
    count, rest = np.asarray(ours.questions, float), np.asarray(theirs.questions, float)
    exposures = np.asarray(ours.lookups, float) / np.asarray(theirs.lookups, float)
    told = count + rest > 0  # a week without any question does not say who had fewer
    parts = Observed(count[told], exposures[told], (count + rest)[told])
    return _judged(effect, parts, np.ones((len(parts.counts), 1)), after[told])


def _same_weeks(ours: Series, theirs: Series) -> tuple[Series, Series]:
    """Both, in the weeks in which both have lookups."""
    ours, theirs = ours.with_lookups(), theirs.with_lookups()
    return ours.only(theirs.weeks), theirs.only(ours.weeks)


def _around(series: Series, held_on: dt.date) -> Series:
    """The weeks near enough to the measure to say something about it, without its own."""
    own = _monday(held_on)
    near = [own + place * _WEEK for place in range(-MOST_WEEKS_BEFORE, MOST_WEEKS_AFTER + 1) if place]
    return series.only(near)


def _after(series: Series, held_on: dt.date) -> Floats:
    """A column with 1 in the weeks after the measure, and 0 before."""
    return np.asarray([week > held_on for week in series.weeks], float)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _described(method: Method, series: Series, after: Floats) -> Effect:
    """An effect with its weeks and questions, and nothing told yet."""
    counts = np.asarray(series.questions, int)
    return Effect(
        method=method,
        verdict="too_little_data",
        change=None,
        low=None,
        high=None,
        weeks_before=int((after == 0).sum()),
        weeks_after=int((after == 1).sum()),
        questions_before=int(counts[after == 0].sum()),
        questions_after=int(counts[after == 1].sum()),
    )


def _too_short(effect: Effect) -> bool:
    return min(effect.weeks_before, effect.weeks_after) < FEWEST_WEEKS


def _judged(effect: Effect, observed: Observed, others: Floats, step: Floats) -> Effect:
    try:
        ratios = step_ratio(observed, others, step)
    except ValueError:  # the questions lie in too few of the weeks
        return effect
    change, low, high = (ratio - 1 for ratio in ratios)
    verdict: Verdict = "fewer" if high < 0 else "more" if low > 0 else "no_effect_visible"
    return replace(effect, verdict=verdict, change=change, low=low, high=high)
