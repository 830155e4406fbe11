"""What changed by itself: found since the week it did, and hardly ever where nothing did."""

import datetime as dt

import numpy as np
import pytest

from lookup_audit.reporting.dashboard.emerging import changes
from lookup_audit.reporting.dashboard.series import Series
from tests.test_report_effects import FIRST, drawn, series

WEEKS = 26


def themes(seed: int, count: int = 40, factor: float = 1.0) -> list[Series]:
    """Themes at several rates without change, but that the first is at another level from half-way."""
    draws = np.random.default_rng(seed)
    lookups = draws.integers(9_000, 11_000, (count, WEEKS))
    expected = np.resize([20.0, 3, 6, 12], (count, 1)) * lookups / 10_000
    expected[0, 13:] *= factor
    rows = zip(drawn(expected, draws), lookups, strict=True)
    return [series(row, of, f"{place:02}") for place, (row, of) in enumerate(rows)]


def test_a_theme_that_doubles_is_found_since_when_and_by_how_much() -> None:
    found = [changes(themes(seed, factor=2.0)) for seed in range(20)]
    doubled = [change for each in found for change in each.found if change.name == ("00",)]
    assert len(doubled) >= 18
    assert np.median([abs((change.since - FIRST).days / 7 - 13) for change in doubled]) <= 1
    assert sum(change.low <= 2 <= change.high for change in doubled) >= 0.95 * len(doubled)
    assert sum(len(each.found) for each in found) - len(doubled) <= 3


def test_where_nothing_changes_hardly_anything_is_called_changed() -> None:
    assert sum(len(changes(themes(seed)).found) for seed in range(20)) <= 2


def test_a_theme_that_all_but_stops_is_found_and_the_same_series_give_the_same_result() -> None:
    watched = themes(3, factor=0.1)
    first = changes(watched)
    assert first.found[0].name == ("00",)
    assert first.found[0].sureness == "very_sure"
    assert first.found[0].high < 1 / 1.5
    assert changes(watched) == first
    assert changes(watched[:1]).found[0].since == first.found[0].since


def test_a_change_from_nothing_and_one_to_nothing_have_a_bound_on_one_side() -> None:
    began, stopped = [0] * 13 + [10, 15] * 6 + [10], [15, 10] * 6 + [10] + [0] * 13
    found = {
        change.name: change for change in changes([series(began, name="b"), series(stopped, name="s")]).found
    }
    assert found["b",].since == found["s",].since == FIRST + dt.timedelta(weeks=13)
    assert (found["b",].ratio, found["b",].high) == (float("inf"), float("inf"))
    assert found["b",].low > 1.5
    assert (found["s",].ratio, found["s",].low) == (0.0, 0.0)


def test_a_clear_change_that_is_too_small_to_matter_is_left_out() -> None:
    steady = [995, 1005] * 6 + [1300, 1310] * 6
    assert changes([series(steady)]).found == ()


def test_what_cannot_be_watched_is_named_with_the_reason() -> None:
    short, rare, empty = series([5] * 11, name="s"), series([0, 0, 0, 5] * 3, name="r"), series([], name="e")
    found = changes([short, rare, empty])
    assert (found.found, found.watched) == ((), 0)
    assert found.left_out == (
        (("s",), "too_few_weeks"),
        (("r",), "too_few_questions"),
        (("e",), "too_few_weeks"),
    )


def test_series_of_different_lengths_and_equal_counts_are_watched_together() -> None:
    found = changes([series([5] * 26, name="flat"), series([5] * 12 + [40] * 12, name="jump")])
    assert [change.name for change in found.found] == [("jump",)]
    assert found.watched == 2
    assert found.found[0].ratio == pytest.approx(8.0)
