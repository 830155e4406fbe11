"""What changed by itself: themes or groups whose rate of questions moved to another level, and since when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from lookup_audit.reporting.dashboard.quasi_poisson import Floats, Observed, step_ratio
from lookup_audit.reporting.dashboard.series import Series

Sureness = Literal["very_sure", "fairly_sure"]
Reason = Literal["too_few_weeks", "too_few_questions"]

FEWEST_ON_A_SIDE = 4
"""Weeks before and after a change: in fewer, one busy week would pass for one."""

FEWEST_WEEKS = 12
"""Of a series. With 8 weeks there is one split, and by chance alone it is the extreme one of 70 in 2."""

FEWEST_QUESTIONS = 20
"""Of a series: four published fives, which rounding alone can move anywhere."""

SMALLEST_RATIO = 1.5
"""A change worth a coordinator's time: half as much again, or less by as much."""

VERY_SURE = 0.01
"""The share of false ones, among changes as clear as this one, below which nobody need wait another month."""

_DRAWS = 9_999  # the smallest p is then 1 in 10,000: low enough for one clear change among hundreds of series
_AT_ONCE = 100
_SEED = 2026


@dataclass(frozen=True)
class Change:
    """One series that moved: the first week of the new level, and the new rate over the old with its interval.

    A rise from nothing has an infinite ratio.
    """

    name: tuple[str, ...]
    since: dt.date
    ratio: float
    low: float
    high: float
    sureness: Sureness


@dataclass(frozen=True)
class Changes:
    """What was found, the surest first, among how many series; and which could not be watched, and why."""

    found: tuple[Change, ...]
    watched: int
    left_out: tuple[tuple[tuple[str, ...], Reason], ...]


def changes(series: Sequence[Series], *, level: float = 0.05) -> Changes:
    """The series whose rate changed by half or more, of which about `level` may be false.

    For each split of the weeks the rate after is compared with that before, and the clearest split counts:
    the standardised CUSUM (Csorgo and Horvath, Limit Theorems in Change-Point Analysis, 1997, chapter 1). How
    clear that is follows from the same weeks in another order, so no distribution is assumed; over all series
    the share of false ones is held (Benjamini and Hochberg, JRSS B 57, 1995). The same series give the same
    result, whatever else runs.
    """
    watched: list[Series] = []
    left_out: list[tuple[tuple[str, ...], Reason]] = []
    for one in (each.with_lookups() for each in series):
        if len(one.weeks) < FEWEST_WEEKS:
            left_out.append((one.name, "too_few_weeks"))
        elif sum(one.questions) < FEWEST_QUESTIONS:
            left_out.append((one.name, "too_few_questions"))
        else:
            watched.append(one)
    if not watched:
        return Changes((), 0, tuple(left_out))
    false_shares = stats.false_discovery_control(_chances(watched))
    kept = [place for place, share in enumerate(false_shares) if share <= level]
    # An interval is reported because its series stood out; at this confidence the share of wrong ones among
    # those reported is held all the same (Benjamini and Yekutieli, JASA 100, 2005).
    confidence = 1 - 0.05 * len(kept) / len(watched)
    found = [_change(watched[place], float(false_shares[place]), confidence) for place in kept]
    order = sorted(range(len(found)), key=lambda place: (false_shares[kept[place]], found[place].name))
    mattering = [found[place] for place in order if _matters(found[place].ratio)]
    return Changes(tuple(mattering), len(watched), tuple(left_out))


def _chances(series: Sequence[Series]) -> Floats:
    """For each series how often its weeks in another order show a split as clear: p of a permutation test."""
    chances = np.ones(len(series))
    for size in sorted({len(one.weeks) for one in series}):
        places = [place for place, one in enumerate(series) if len(one.weeks) == size]
        found = stats.permutation_test(
            (np.stack([_surplus(series[place]) for place in places]),),
            lambda surplus, axis: np.abs(_clearness(surplus)).max(axis=-1),
            permutation_type="pairings",
            vectorized=True,
            n_resamples=_DRAWS,
            batch=_AT_ONCE,
            alternative="greater",
            axis=-1,
            rng=np.random.default_rng(_SEED),
        )
        chances[places] = found.pvalue
    return chances


def _surplus(series: Series) -> Floats:
    """For each week the questions above the expected, scaled to spread alike in busy and quiet weeks."""
    questions, lookups = np.asarray(series.questions, float), np.asarray(series.lookups, float)
    scaled = (questions - lookups * (questions.sum() / lookups.sum())) / np.sqrt(lookups)
    return np.asarray(scaled - scaled.mean())


def _clearness(surplus: Any) -> Any:
    """For each split, from the first allowed on, how far the sum before it is from none, standardised."""
    size = surplus.shape[-1]
    splits = np.arange(FEWEST_ON_A_SIDE, size - FEWEST_ON_A_SIDE + 1)
    return np.cumsum(surplus, axis=-1)[..., splits - 1] / np.sqrt(splits * (size - splits) / size)


def _change(series: Series, false_share: float, confidence: float) -> Change:
    split = FEWEST_ON_A_SIDE + int(np.abs(_clearness(_surplus(series))).argmax())
    after = (np.arange(len(series.weeks)) >= split).astype(float)
    observed = Observed(np.asarray(series.questions, float), np.asarray(series.lookups, float))
    ratio, low, high = step_ratio(observed, np.ones((len(after), 1)), after, confidence=confidence)
    sureness: Sureness = "very_sure" if false_share <= VERY_SURE else "fairly_sure"
    return Change(series.name, series.weeks[split], ratio, low, high, sureness)


def _matters(ratio: float) -> bool:
    return ratio >= SMALLEST_RATIO or ratio <= 1 / SMALLEST_RATIO
