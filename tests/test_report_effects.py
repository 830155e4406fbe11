"""What a measure achieved: found where it is there, not where it is not, with intervals that hold the truth."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup_audit.reporting.dashboard.effects import Effect, compared, interrupted
from lookup_audit.reporting.dashboard.quasi_poisson import Observed, step_ratio
from lookup_audit.reporting.dashboard.series import Series, pooled

FIRST = dt.date(2025, 1, 6)
WEEKS = 26 + 1 + 13
HELD_ON = FIRST + dt.timedelta(weeks=26, days=2)
SEASON = 1 + 0.3 * np.sin(np.arange(WEEKS) / 4)


def mondays(weeks: int) -> tuple[dt.date, ...]:
    return tuple(FIRST + dt.timedelta(weeks=week) for week in range(weeks))


def series(questions: Sequence[int], lookups: Sequence[int] | int = 1_000, name: str = "a") -> Series:
    each = (lookups,) * len(questions) if isinstance(lookups, int) else tuple(map(int, lookups))
    return Series((name,), mondays(len(questions)), tuple(map(int, questions)), each)


def drawn(expected: np.ndarray, draws: np.random.Generator, spread: float = 1.5) -> np.ndarray:
    """Negative binomial counts, rounded at random to base 5."""
    exact = draws.poisson(draws.gamma(expected / (spread - 1), spread - 1))
    above = exact % 5
    return exact - above + 5 * (draws.random(exact.shape) < above / 5)


def teams_of_which_half_had_a_session(
    seed: int, questions: float, change: float
) -> tuple[list[Series], list[Series]]:
    draws = np.random.default_rng(seed)
    lookups = draws.integers(800, 1_200, (12, WEEKS))
    expected = questions / 6 * SEASON * lookups / 1_000
    expected[:6, 27:] *= 1 + change
    found = [
        series(row, of, str(team))
        for team, (row, of) in enumerate(zip(drawn(expected, draws), lookups, strict=True))
    ]
    return found[:6], found[6:]


@pytest.mark.parametrize(("questions", "told"), [(10, 12), (25, 19)])
def test_a_session_that_takes_most_of_a_theme_away_is_seen_and_its_size_is_in_the_interval(
    questions: float, told: int
) -> None:
    effects = [
        compared(*teams_of_which_half_had_a_session(seed, questions, -0.6), HELD_ON) for seed in range(20)
    ]
    assert sum(holds(effect, -0.6) for effect in effects) >= 17
    assert sum(effect.verdict == "fewer" for effect in effects) >= told
    assert not any(effect.verdict == "more" for effect in effects)


def test_a_session_without_effect_is_hardly_ever_called_one() -> None:
    effects = [compared(*teams_of_which_half_had_a_session(seed, 25, 0.0), HELD_ON) for seed in range(20)]
    assert sum(effect.verdict != "no_effect_visible" for effect in effects) <= 2


def test_a_campaign_without_effect_is_hardly_ever_called_one() -> None:
    effects = []
    for seed in range(100):
        rising = 20 * np.exp(np.arange(WEEKS) / 60)
        effects.append(interrupted(series(drawn(rising, np.random.default_rng(seed))), HELD_ON))
    assert sum(effect.verdict == "fewer" for effect in effects[:20]) <= 2
    assert sum(effect.verdict != "no_effect_visible" for effect in effects) <= 11
    assert sum(holds(effect, 0.0) for effect in effects) >= 89


def holds(effect: Effect, change: float) -> bool:
    return effect.low is not None and effect.high is not None and effect.low <= change <= effect.high


def test_the_week_of_the_measure_and_weeks_too_far_away_are_left_out() -> None:
    questions = (
        [500] * 14 + [10, 15] * 13 + [500] + [10, 10, 15, 15, 10, 10, 15, 15, 10, 10, 15, 10, 15] + [500] * 9
    )
    effect = interrupted(series(questions), FIRST + dt.timedelta(weeks=40, days=6))
    assert (effect.weeks_before, effect.weeks_after) == (26, 13)
    assert (effect.questions_before, effect.questions_after) == (325, 160)
    assert effect.verdict == "no_effect_visible"


def test_few_weeks_before_have_no_trend() -> None:
    falling = [40, 35, 30, 25, 20, 15, 10, 5]
    short = interrupted(series([*falling, 0, *[5] * 5]), FIRST + dt.timedelta(weeks=8))
    assert short.change is not None and short.change == pytest.approx(5 / 22.5 - 1)


def test_what_stopped_altogether_has_an_interval_too() -> None:
    stopped = interrupted(series([10, 5, 15, 10, 10, 5, 0, 0, 0, 0, 0]), FIRST + dt.timedelta(weeks=6))
    assert (stopped.verdict, stopped.change, stopped.low) == ("fewer", -1.0, -1.0)
    assert stopped.high is not None and -1 < stopped.high < 0
    began = interrupted(series([0, 0, 0, 0, 0, 10, 5, 15, 10]), FIRST + dt.timedelta(weeks=4))
    assert (began.verdict, began.change, began.high) == ("more", float("inf"), float("inf"))


@pytest.mark.parametrize(
    "questions",
    [[50, 50, 50, 0, 10, 10, 10, 10], [50, 50, 50, 50, 0, 10, 10, 10], [0, 5, 0, 5, 0, 5, 0, 0, 0]],
)
def test_too_little_data_is_said_with_its_size_and_without_a_number(questions: list[int]) -> None:
    week = questions.index(0) if questions[0] else 4
    effect = interrupted(series(questions), FIRST + dt.timedelta(weeks=week))
    assert (effect.verdict, effect.change, effect.low, effect.high) == ("too_little_data", None, None, None)
    assert effect.questions_before == sum(questions[:week])


def test_a_comparison_needs_both_sides_and_questions_on_each() -> None:
    ours = series([20] * WEEKS)
    none = series([0] * WEEKS)
    assert compared([ours], [], HELD_ON).verdict == "too_little_data"
    assert compared([], [ours], HELD_ON).verdict == "too_little_data"
    assert compared([ours], [none], HELD_ON).verdict == "too_little_data"
    assert compared([ours], [ours], HELD_ON).verdict == "no_effect_visible"


def test_a_comparison_is_the_regression_with_a_term_for_each_week() -> None:
    treated, others = teams_of_which_half_had_a_session(4, 25, -0.6)
    ours, theirs = pooled(treated, ("a",)), pooled(others, ("b",))
    kept = np.arange(WEEKS) != 26
    counts = np.concatenate([np.asarray(pool.questions, float)[kept] for pool in (ours, theirs)])
    lookups = np.concatenate([np.asarray(pool.lookups, float)[kept] for pool in (ours, theirs)])
    group = np.repeat([1.0, 0.0], WEEKS - 1)
    terms = np.column_stack([np.tile(np.eye(WEEKS - 1), (2, 1)), group])
    step = group * np.tile(np.arange(WEEKS)[kept] > 26, 2)
    ratio, _, _ = step_ratio(Observed(counts, lookups), terms, step)
    change = compared(treated, others, HELD_ON).change
    assert change is not None and ratio == pytest.approx(1 + change)


def test_weeks_that_follow_each_other_say_less_than_separate_ones() -> None:
    busy, quiet = [30] * 3, [10] * 3
    in_runs = interrupted(
        series([*busy, *quiet, *busy, *quiet, 0, *busy, *quiet]), FIRST + dt.timedelta(weeks=12)
    )
    mixed = interrupted(series([*[30, 10] * 6, 0, *[10, 30] * 3]), FIRST + dt.timedelta(weeks=12))
    assert in_runs.change == pytest.approx(0.0) and mixed.change == pytest.approx(0.0)
    assert in_runs.high is not None and mixed.high is not None and in_runs.high > 1.5 * mixed.high


@given(
    st.lists(st.sampled_from([0, 5, 10, 15, 20, 40]), min_size=5, max_size=8),
    st.lists(st.sampled_from([0, 5, 10, 15, 20, 40]), min_size=5, max_size=8),
)
@settings(max_examples=25, deadline=None)
def test_an_interval_encloses_its_change(before: list[int], after: list[int]) -> None:
    effect = interrupted(series([*before, 0, *after]), FIRST + dt.timedelta(weeks=len(before)))
    if effect.verdict == "too_little_data":
        assert effect.change is None
        return
    assert effect.low is not None and effect.change is not None and effect.high is not None
    assert -1 <= effect.low <= effect.change <= effect.high
    assert effect.change == pytest.approx(
        sum(after) / len(after) / (sum(before) / len(before) or 1e-99) - 1, abs=1e-9
    ) or (not sum(before) and effect.change == float("inf"))


def test_a_pool_has_the_weeks_that_all_parts_have() -> None:
    full, short = series([5, 10, 15], [100, 200, 300]), series([0, 5], 1_000)
    assert pooled([full, short], ("both",)) == Series(("both",), mondays(2), (5, 15), (1_100, 1_200))
    assert pooled([], ("none",)) == Series(("none",), (), (), ())


@pytest.mark.parametrize(
    ("weeks", "questions", "lookups", "why"),
    [
        ((FIRST,), (1, 2), (1,), "its questions"),
        ((FIRST + dt.timedelta(days=1),), (1,), (1,), "Monday"),
        ((FIRST, FIRST), (1, 1), (1, 1), "in order"),
        ((FIRST,), (-5,), (1,), "below zero"),
    ],
)
def test_a_series_that_is_none_is_refused(
    weeks: tuple[dt.date, ...], questions: tuple[int, ...], lookups: tuple[int, ...], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Series(("a",), weeks, questions, lookups)
