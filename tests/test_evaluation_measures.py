"""The measures of an evaluation, against scikit-learn and printed tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from lookup_audit.evaluation import average_precision, rate, share
from lookup_audit.evaluation.measures import RESAMPLES, resampled_average_precision


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4), st.booleans()), min_size=1))
def test_average_precision_with_ties_is_that_of_scikit_learn(groups: list[tuple[int, int, bool]]) -> None:
    scores = np.array([float(score) for score, _, _ in groups])
    rows = np.array([rows for _, rows, _ in groups], dtype=np.int64)
    hits = np.array([rows if hit else 0 for _, rows, hit in groups], dtype=np.int64)
    found = average_precision(scores, rows, hits)
    if not hits.any():
        assert found is None
        return
    expected = average_precision_score(np.repeat(hits > 0, rows), np.repeat(scores, rows))
    assert found == pytest.approx(expected, abs=1e-6)


def test_lookups_of_one_user_are_no_independent_evidence() -> None:
    rows = np.ones(1000, dtype=np.int64)
    hits = np.arange(1000, dtype=np.int64) % 3 % 2
    scores = np.arange(1000) % 7 / 7
    of_one = resampled_average_precision(np.zeros(1000, dtype=np.int64), scores, rows, hits)
    assert of_one == pytest.approx([average_precision(scores, rows, hits)] * RESAMPLES, abs=1e-6)
    of_many = resampled_average_precision(np.arange(1000), scores, rows, hits)
    assert np.std(of_many) > 0.005


def test_a_draw_takes_all_of_a_users_lookups_as_often_as_the_user_is_drawn() -> None:
    make = np.random.default_rng(1)
    users, hits = make.integers(0, 30, 400), make.integers(0, 2, 400)
    scores = (users % 5 + make.integers(0, 4, 400)) / 10
    found = resampled_average_precision(users, scores, np.ones(400, dtype=np.int64), hits)
    drawn = np.random.default_rng(2026).integers(0, 30, 30)
    lookups = np.concatenate([np.flatnonzero(users == user) for user in drawn])
    assert found[0] == pytest.approx(average_precision_score(hits[lookups], scores[lookups]))


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 100, 0.0018, 0.0545)],
)
def test_wilson_interval(part: int, whole: int, low: float, high: float) -> None:
    observed = share(part, whole)
    assert (observed.low, observed.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_share_of_nothing_is_unknown() -> None:
    assert share(0, 0).share is None


# Garwood's limits for a Poisson count, as tables print them
@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.6)]
)
def test_a_rate_has_the_exact_poisson_interval(count: int, low: float, high: float) -> None:
    per_thousand = rate(count, 1_000)
    assert per_thousand.rate == count
    assert (per_thousand.low, per_thousand.high) == (
        pytest.approx(low, rel=1e-3),
        pytest.approx(high, rel=1e-3),
    )
    assert rate(count, 500_000).high == pytest.approx(high / 500, rel=1e-3)
