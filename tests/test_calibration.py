"""Risks follow the verdicts: once there are enough, as of a day, without changing who comes first."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from lookup_audit.calibration import RECALIBRATED_SQL, RIDGE, SLOPES, Calibration, current_calibration
from lookup_audit.privacy.actor import Actor
from lookup_audit.settings import Alerts, Settings
from lookup_audit.triage import list_alerts, record_verdict, remember_pairs, update_alerts
from lookup_audit.warehouse import Warehouse

DAY = date(2026, 3, 2)
BEFORE = datetime(2026, 3, 2, 12)
MIDNIGHT = datetime(2026, 3, 2, 23)  # where the local day ends, in UTC


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        yield opened


def judge(
    warehouse: Warehouse,
    log_odds: Sequence[float],
    verdicts: Sequence[str],
    *,
    repeated: float | Sequence[float] = 0.0,
    at: datetime = BEFORE,
    prefix: str = "a",
) -> None:
    """Verdicts of reviewers on alerts `a-0`, `a-1`, …, which they were shown at these log-odds."""
    rows = pd.DataFrame({"log_odds": log_odds, "verdict": verdicts, "repeated_log_odds": repeated})
    names = [f"{prefix}-{nr}" for nr in range(len(rows))]
    warehouse.insert(
        "verdicts", rows.assign(alert_id=names, decided_at=at, decided_by="reviewer", note="because")
    )


def answers(log_odds: np.ndarray, seed: int = 7) -> list[str]:
    """What reviewers find where the truth has these log-odds."""
    unanswered = np.random.default_rng(seed).random(len(log_odds)) < 1 / (1 + np.exp(-log_odds))
    return ["unexplained" if one else "explained" for one in unanswered]


def added(warehouse: Warehouse, calibration: Calibration, log_odds: Sequence[float]) -> list[float]:
    """What the term of recalibration adds to the sum of risks with these log-odds."""
    rows = warehouse.rows(
        f"SELECT {RECALIBRATED_SQL} AS added FROM (SELECT unnest($values) AS log_odds) AS risks ORDER BY log_odds",
        {"values": list(log_odds), **vars(calibration)},
    )
    return [row["added"] for row in rows]


STEPS = np.repeat([-1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0], 400)


def test_it_finds_how_far_the_risks_are_off(warehouse: Warehouse) -> None:
    judge(warehouse, STEPS, answers(-1.0 + 0.6 * STEPS))
    found = current_calibration(warehouse, DAY)
    assert found.intercept == pytest.approx(-1.0, abs=0.1)
    assert found.slope == pytest.approx(0.6, abs=0.1)
    assert found.reviewed_from == -1.0
    assert warehouse.rows("SELECT * FROM calibrations") == [
        {"fitted_on": DAY, "verdicts": len(STEPS), **vars(found)}
    ]


def test_with_many_verdicts_it_is_plain_logistic_regression(warehouse: Warehouse) -> None:
    verdicts = answers(0.5 + 1.4 * STEPS)
    judge(warehouse, STEPS, verdicts)
    found = current_calibration(warehouse, DAY)
    plain = LogisticRegression(C=1e6).fit(STEPS[:, None], verdicts)
    assert found.intercept == pytest.approx(plain.intercept_[0], abs=0.02)
    assert found.slope == pytest.approx(plain.coef_[0, 0], abs=0.02)


def test_what_repeated_days_add_is_left_as_it_is(warehouse: Warehouse) -> None:
    repeated = np.tile([0.0, 0.0, 0.8, 1.6], len(STEPS) // 4)
    judge(warehouse, STEPS, answers(-1.0 + 0.6 * STEPS + repeated), repeated=repeated)
    found = current_calibration(warehouse, DAY)
    assert (found.intercept, found.slope) == (pytest.approx(-1.0, abs=0.1), pytest.approx(0.6, abs=0.1))


def test_no_curve_beside_it_fits_better_as_it_is_applied(warehouse: Warehouse) -> None:
    log_odds = np.concatenate([np.full(40, -5.0), np.linspace(0, 4, 1000)])  # a few far below the others
    verdicts = ["explained", "unexplained"] * 20 + answers(-1.0 + 0.6 * log_odds[40:])
    judge(warehouse, log_odds, verdicts)
    outcome = np.where(np.array(verdicts) == "unexplained", 1.0, -1.0)

    def misfit(curve: Calibration) -> float:
        recalibrated = log_odds + added(warehouse, curve, log_odds)
        ridge = (curve.intercept / RIDGE[0]) ** 2 + ((curve.slope - 1) / RIDGE[1]) ** 2
        return float(np.logaddexp(0, -outcome * recalibrated).sum() + ridge / 2)

    found = current_calibration(warehouse, DAY)
    for intercept, slope in ((0.03, 0), (-0.03, 0), (0, 0.03), (0, -0.03)):
        beside = Calibration(found.intercept + intercept, found.slope + slope, found.reviewed_from)
        assert misfit(found) < misfit(beside)


@pytest.mark.parametrize(("explained", "unexplained"), [(100, 99), (181, 19), (19, 181), (0, 300), (0, 0)])
def test_too_few_verdicts_of_either_outcome_change_nothing(
    warehouse: Warehouse, explained: int, unexplained: int
) -> None:
    verdicts = ["explained"] * explained + ["unexplained"] * unexplained
    judge(warehouse, np.linspace(0, 2, len(verdicts)), verdicts)
    found = current_calibration(warehouse, DAY)
    assert found == Calibration()
    assert added(warehouse, found, [-4.0, 0.0, 3.0]) == [0.0, 0.0, 0.0]
    assert warehouse.count("calibrations") == 0


def test_the_setting_says_how_many_are_enough(warehouse: Warehouse) -> None:
    with Warehouse(None, Settings(alerts=Alerts(recalibrate_from=50))) as eager:
        for opened in (warehouse, eager):
            judge(
                opened,
                np.linspace(0, 3, 50),
                ["explained", "dismissed", "referred", "unexplained", "explained"] * 10,
            )
        assert current_calibration(warehouse, DAY) == Calibration()
        assert current_calibration(eager, DAY) != Calibration()
        assert eager.value("SELECT verdicts FROM calibrations") == 50


def test_few_verdicts_change_less_than_many_that_say_the_same(warehouse: Warehouse) -> None:
    shifts = []
    for times in (1, 20):
        warehouse.run("DELETE FROM verdicts")
        judge(warehouse, [2.0] * 200 * times, (["explained"] * 170 + ["unexplained"] * 30) * times)
        shifts.append(added(warehouse, current_calibration(warehouse, DAY), [2.0])[0])
    truth = float(np.log(30 / 170)) - 2.0
    assert truth < shifts[1] < shifts[0] < -3.0
    assert shifts[1] == pytest.approx(truth, abs=0.05)


@pytest.mark.parametrize("upside_down", [True, False])
def test_the_order_never_changes_whatever_reviewers_say(warehouse: Warehouse, upside_down: bool) -> None:
    log_odds = np.linspace(-1, 3, 600)
    high, low = ("explained", "unexplained") if upside_down else ("referred", "dismissed")
    judge(warehouse, log_odds, [low if value < 1 else high for value in log_odds])
    found = current_calibration(warehouse, DAY)
    assert found.slope == SLOPES[0] if upside_down else 1 < found.slope <= SLOPES[1]
    risks = np.linspace(-6, 8, 200)
    recalibrated = risks + added(warehouse, found, risks)
    assert (np.diff(recalibrated) > 0).all()


def test_below_what_was_judged_nothing_is_extrapolated(warehouse: Warehouse) -> None:
    log_odds = np.linspace(0, 4, 1000)
    judge(warehouse, log_odds, answers(-1.0 + 0.3 * log_odds))
    found = current_calibration(warehouse, DAY)
    assert found.reviewed_from == pytest.approx(0.2, abs=0.01)
    shifts = added(warehouse, found, [-4.5, -2.0, 0.2, 4.0])
    assert shifts[0] == shifts[1] == pytest.approx(shifts[2], abs=0.01)
    assert shifts[0] < 0 and shifts[3] < shifts[2] - 1


def test_it_learns_from_the_latest_verdict_on_an_alert_and_not_from_what_is_open(
    warehouse: Warehouse,
) -> None:
    judge(warehouse, STEPS, answers(STEPS, seed=1), at=BEFORE - timedelta(days=1))
    judge(warehouse, STEPS, (latest := answers(-1.0 + 0.6 * STEPS)))
    judge(warehouse, STEPS, ["asked"] * len(STEPS), prefix="open")
    judge(warehouse, STEPS, ["explained"] * len(STEPS), prefix="reopened", at=BEFORE - timedelta(days=1))
    judge(warehouse, STEPS, ["asked"] * len(STEPS), prefix="reopened")
    judge(warehouse, [None] * 500, ["explained"] * 500, prefix="c")  # the control sample has no risk
    found = current_calibration(warehouse, DAY)
    with Warehouse(None, Settings()) as only_those:
        judge(only_those, STEPS, latest)
        assert found == current_calibration(only_those, DAY)


def test_auditing_an_older_day_again_uses_what_was_known_then(warehouse: Warehouse) -> None:
    judge(warehouse, STEPS, answers(-1.0 + 0.6 * STEPS), at=MIDNIGHT - timedelta(microseconds=1))
    then = current_calibration(warehouse, DAY)
    judge(warehouse, STEPS, ["unexplained"] * len(STEPS), at=MIDNIGHT, prefix="later")
    later = current_calibration(warehouse, DAY + timedelta(days=1))
    assert current_calibration(warehouse, DAY) == then != later
    assert current_calibration(warehouse, DAY - timedelta(days=1)) == Calibration()
    kept = warehouse.rows("SELECT fitted_on, verdicts FROM calibrations ORDER BY fitted_on")
    assert [(row["fitted_on"], row["verdicts"]) for row in kept] == [
        (DAY, len(STEPS)),
        (DAY + timedelta(days=1), 2 * len(STEPS)),
    ]


def test_a_verdict_keeps_what_the_rules_said_before_recalibration(warehouse: Warehouse) -> None:
    remember_pairs(warehouse, DAY)
    terms = {"prior": -4.5, "family": 5.25, "off_duty": 1.0, "own_case": -0.75, "recalibrated": -1.3}
    rows = [
        {
            "system": "BVH", "lookup_id": str(nr), "occurred_at": BEFORE + timedelta(days=nr), "user_id": "anna",
            "motive": "personal_involvement",
            "risk": risk, "detectors": ["family", "off_duty"], "work_links": ["own_case"], "alert_about": "s",
            "audit_date": DAY + timedelta(days=nr),
            "sum_shown": json.dumps([{"term": term, "log_odds": value} for term, value in shown.items()]),
        }
        for nr, (risk, shown) in enumerate([(0.2, {**terms, "family": 4.0}), (0.5, terms)])
    ]  # fmt: skip
    warehouse.insert("lookup_risk", pd.DataFrame(rows))
    remember_pairs(warehouse, DAY)
    update_alerts(warehouse)
    record_verdict(
        warehouse, list_alerts(warehouse)[0]["alert_id"], "unexplained", "no case, no call", Actor("r")
    )
    kept = warehouse.rows("SELECT log_odds, repeated_log_odds FROM verdicts")[0]
    assert kept == {"log_odds": 1.0, "repeated_log_odds": pytest.approx(0.85 * np.log(2), abs=1e-4)}
