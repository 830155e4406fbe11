"""False alerts per 1,000 users a night, and verdicts: on the dozen lookups of test_evaluation, by hand."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from lookup_audit.evaluation import evaluate
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.test_evaluation import fill, insert


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        fill(opened)
        yield opened


def test_false_alerts_per_1000_users_a_night_and_per_1000_user_days(warehouse: Warehouse) -> None:
    likely, first = evaluate(warehouse).false_alerts
    # a1 (0.95) holds two labels, a2 (0.55) none, a3 (0.3) is below 0.5; two users, one night, one of it false
    assert (likely.alerts, likely.false) == (2, 1)
    assert (likely.per_night.exposure, likely.per_night.rate) == (2, 500.0)
    assert (likely.per_user_day.exposure, likely.per_user_day.rate) == (2, 500.0)
    # 30 alerts per 1,000 users per 30 days are one for two users on one day: a1, which is right
    assert (first.alerts, first.false, first.per_night.rate) == (1, 0, 0.0)


def test_one_labelled_lookup_makes_an_alert_right(warehouse: Warehouse) -> None:
    warehouse.run("UPDATE alert_episodes SET risk = 0.7 WHERE alert_id = 'a3'")
    warehouse.run("UPDATE lookup_risk SET alert_id = 'a3' WHERE lookup_id IN ('5', '6')")
    likely = evaluate(warehouse).false_alerts[0]
    assert (likely.alerts, likely.false) == (3, 1)


def test_registered_users_who_looked_nothing_up_count_per_night_and_not_per_user_day(
    warehouse: Warehouse,
) -> None:
    insert(warehouse, "users", [{"user_id": user} for user in ("u2", "u3", "u4")])
    likely = evaluate(warehouse).false_alerts[0]
    assert (likely.per_night.exposure, likely.per_user_day.exposure) == (4, 2)


def test_without_labels_every_alert_is_false_and_nothing_is_called_right(warehouse: Warehouse) -> None:
    warehouse.run("DELETE FROM labels WHERE lookup_id <> '10'")  # 10 is of a day that was not audited
    clean = evaluate(warehouse)
    assert (clean.labels, clean.motives, clean.themes) == (0, (), ())
    assert (clean.average_precision, clean.alert_average_precision, clean.brier) == (None, None, None)
    assert clean.average_precision_interval == (None, None)
    for at in clean.at_capacity:
        assert {at.precision.share, at.recall.share, at.pair_recall.share, at.ceiling.share} == {None}
    assert {one.precision.share for one in clean.detectors} == {None}
    assert {(band.labelled.share, band.labelled.whole > 0) for band in clean.calibration} == {(None, True)}
    assert [(one.alerts, one.false) for one in clean.false_alerts] == [(2, 2), (1, 1)]
    assert clean.explained.part == 3
    json.dumps(clean.as_dict(), allow_nan=False)


def test_the_latest_verdict_says_whether_an_alert_was_right(warehouse: Warehouse) -> None:
    assert evaluate(warehouse).reviewed == ()
    verdicts = [
        ("a1", 1, "dismissed"), ("a1", 2, "referred"),  # the later one counts: right
        ("a2", 1, "unexplained"), ("a2", 2, "explained"),  # wrong
        ("a3", 1, "explained"), ("a3", 2, "asked"),  # open again
    ]  # fmt: skip
    insert(
        warehouse,
        "verdicts",
        [
            {"alert_id": alert, "decided_at": datetime(2026, 3, 4, hour), "verdict": verdict}
            for alert, hour, verdict in verdicts
        ],
    )
    found = {
        one.detector: (one.precision.part, one.precision.whole, one.open)
        for one in evaluate(warehouse).reviewed
    }
    assert found == {
        None: (1, 2, 1),
        "neighbour": (1, 1, 0),
        "news_spike": (0, 1, 0),
        "off_duty": (1, 1, 1),
    }
