"""What chance alone does to counts: intervals that hold what they should, and groups outside the funnel."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lookup_audit.reporting.dashboard.chance import funnel, rate_interval, rate_ratio

COUNTS = st.one_of(st.integers(0, 8), st.integers(0, 80)).map(lambda fives: 5 * fives)
ROUNDED = st.sampled_from([0, 1, 4, 26])


def published(expected: float, rounded: int, draws: np.random.Generator, worlds: int) -> list[int]:
    """Sums of Poisson counts, each rounded at random to base 5."""
    exact = draws.poisson(expected / max(rounded, 1), (worlds, max(rounded, 1)))
    if rounded:
        above = exact % 5
        exact = exact - above + 5 * (draws.random(exact.shape) < above / 5)
    return [int(count) for count in exact.sum(axis=1)]


@pytest.mark.parametrize("rounded", [0, 1, 4, 13])
@pytest.mark.parametrize("expected", [3.0, 20.0, 100.0])
def test_intervals_hold_the_truth_in_19_of_20_whatever_was_rounded(expected: float, rounded: int) -> None:
    draws = np.random.default_rng(1)
    counts, before = (published(size, rounded, draws, 150) for size in (expected, 2 * expected))
    rates = [rate_interval(count, 10_000, rounded=rounded) for count in counts]
    assert np.mean([low <= expected <= high for _, low, high in rates]) > 0.93
    pairs = [(count, early) for count, early in zip(counts, before, strict=True) if count + early]
    ratios = [rate_ratio(count, 1_000, early, 1_000, rounded=(rounded, rounded)) for count, early in pairs]
    assert np.mean([low <= 0.5 <= high for _, low, high in ratios]) > 0.93


@given(COUNTS, ROUNDED, st.sampled_from([0.8, 0.95, 0.9997]))
@settings(max_examples=60, deadline=None)
def test_an_interval_encloses_its_rate_and_rounding_widens_it(
    count: int, rounded: int, confidence: float
) -> None:
    rate, low, high = rate_interval(count, 10_000, confidence, rounded=rounded)
    assert 0 <= low <= rate == count <= high
    _, exact_low, exact_high = rate_interval(count, 10_000, confidence)
    assert low <= exact_low + 1e-9 and exact_high - 1e-9 <= high


@given(COUNTS, COUNTS, ROUNDED, ROUNDED)
@settings(max_examples=60, deadline=None)
def test_a_ratio_lies_in_its_interval_and_turned_round_it_is_the_same(
    count: int, before: int, rounded: int, rounded_before: int
) -> None:
    if not count + before:
        return
    ratio, low, high = rate_ratio(count, 1_000, before, 2_000, rounded=(rounded, rounded_before))
    assert 0 <= low <= ratio <= high
    back = rate_ratio(before, 2_000, count, 1_000, rounded=(rounded_before, rounded))
    assert tuple(1 / value if value else float("inf") for value in back) == pytest.approx((ratio, high, low))


def test_a_rounded_count_that_is_no_multiple_of_five_was_not_rounded() -> None:
    with pytest.raises(ValueError, match="multiple of 5, and 7 is none"):
        rate_interval(7, 1_000, rounded=2)
    assert rate_interval(7, 1_000)[0] == 70


def test_one_odd_group_is_outside_the_funnel_and_a_general_spread_is_not() -> None:
    odd = funnel([10, 11, 9, 10, 12, 8, 10, 60], [1_000] * 8)
    assert [place == "outside_998" for place in odd.places] == [False] * 7 + [True]
    spread = funnel([10, 30, 5, 40, 12, 28, 3, 60], [1_000] * 8)
    assert spread.spread is not None and spread.spread > 5
    assert set(spread.places) == {"inside"}


def test_few_groups_or_no_questions_have_no_limits() -> None:
    few = funnel([1, 90], [1_000, 1_000])
    assert (few.rate, few.spread, few.exposures, few.places) == (455.0, None, (), ("inside", "inside"))
    assert funnel([0] * 6, [10] * 6).places == ("inside",) * 6
    assert funnel([], []).places == ()
    with pytest.raises(ValueError, match="without lookups"):
        funnel([1] * 6, [0] * 6)


@pytest.mark.parametrize("rounded", [0, 1])
def test_of_groups_with_equal_rates_no_more_are_outside_than_chance_allows(
    rounded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookup_audit.reporting.dashboard.chance._GRID", 2)
    draws = np.random.default_rng(7)
    places: list[str] = []
    for _ in range(200):
        lookups = [int(size) for size in draws.integers(2_000, 20_000, 20)]
        counts = [published(size * 0.004, rounded, draws, 1)[0] for size in lookups]
        places += funnel(counts, lookups, rounded=rounded).places
    outside_998 = places.count("outside_998") / len(places)
    assert 0.01 < places.count("outside_95") / len(places) + outside_998 < 0.06
    assert outside_998 < 0.004


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(200, 9_000)), min_size=5, max_size=12), ROUNDED)
@example([(0, 200), (0, 200), (0, 1067), (0, 6860), (80, 201)], 0)  # so skew that the rate itself is rare
@settings(max_examples=20, deadline=None)
def test_limits_enclose_the_rate_the_wider_the_narrower_and_no_group_inside(
    groups: list[tuple[int, int]], rounded: int
) -> None:
    counts, lookups = [count for count, _ in groups], [size for _, size in groups]
    found = funnel(counts, lookups, rounded=rounded)
    narrow, wide = found.limits_95, found.limits_998
    for low, inner_low, inner_high, high in zip(wide.low, narrow.low, narrow.high, wide.high, strict=True):
        assert low <= inner_low <= found.rate <= inner_high <= high
    assert len(found.exposures) == len(wide.low)
    if not found.exposures:
        return
    for count, size, place in zip(counts, lookups, found.places, strict=True):
        rate, outside = 10_000 * count / size, place == "outside_998"
        for end in (0, -1):
            if size == round(found.exposures[end]):
                assert outside == (rate > wide.high[end] + 1e-6 or rate < wide.low[end] - 1e-6)
