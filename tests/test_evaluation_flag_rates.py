"""Who is flagged: groups of users, what chance says of their differences, and the text that shows it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.cli.evaluation import say_evaluation
from lookup_audit.evaluation import Dimension, evaluate
from lookup_audit.evaluation.flag_rates import _chance_of_equal_rates, _holm
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.test_evaluation import fill as fill_dozen
from tests.test_evaluation import insert, run

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 29)  # four weeks, Monday to Sunday


@dataclass(frozen=True)
class User:
    """A user who makes one lookup on the last day; `risk` is that of their one alert, where there is one."""

    user_id: str
    team: str | None = "A"
    risk: float | None = None
    is_labelled: bool = False
    hired_on: date | None = date(2020, 1, 1)
    duty_days: int = 20  # of eight hours, from the first day on
    away: tuple[str, int] | None = None  # leave or sick, and days, at the end of the four weeks


def fill(warehouse: Warehouse, users: list[User]) -> None:
    """Put the users, their rosters and what the audit of LAST says into the warehouse."""
    at = {"occurred_at": datetime(2026, 3, 29, 9), "system": "BVH", "local_date": LAST}
    insert(warehouse, "lookups", [at | {"lookup_id": one.user_id, "user_id": one.user_id} for one in users])
    insert(
        warehouse,
        "users",
        [
            {
                "user_id": one.user_id,
                "unit": "North",
                "district": "D",
                "team": one.team,
                "hired_on": one.hired_on,
            }
            for one in users
        ],
    )
    insert(warehouse, "user_days", [{"user_id": one.user_id, "day": LAST} for one in users])
    finished = {"finished_at": datetime(2026, 3, 30, 2), "explained": 0}
    runs = [run("first", **finished) | {"audit_date": FIRST}, run("last", **finished) | {"audit_date": LAST}]
    insert(warehouse, "runs", runs)
    flagged = [one for one in users if one.risk is not None]
    insert(
        warehouse,
        "lookup_risk",
        [
            {
                "system": "BVH", "lookup_id": one.user_id, "user_id": one.user_id, "risk": one.risk,
                "alert_id": f"alert of {one.user_id}", "sum_shown": "[]", "audit_date": LAST,
            }
            for one in flagged
        ],
    )  # fmt: skip
    insert(
        warehouse,
        "alert_episodes",
        [
            {"alert_id": f"alert of {one.user_id}", "user_id": one.user_id, "risk": one.risk}
            for one in flagged
        ],
    )
    labelled = [{"system": "BVH", "lookup_id": one.user_id} for one in users if one.is_labelled]
    insert(warehouse, "labels", labelled)
    start = datetime(2026, 3, 2, 8)
    shifts = [
        {
            "user_id": one.user_id, "kind": None, "starts_at": start + timedelta(days=day),
            "ends_at": start + timedelta(days=day, hours=8),
        }
        for one in users for day in range(one.duty_days)
    ] + [
        {
            "user_id": one.user_id, "kind": one.away[0],
            "starts_at": datetime(2026, 3, 30) - timedelta(days=one.away[1]), "ends_at": datetime(2026, 3, 30),
        }
        for one in users if one.away
    ]  # fmt: skip
    insert(warehouse, "shifts", shifts)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        yield opened


def dimension(warehouse: Warehouse, name: str) -> Dimension:
    return next(one for one in evaluate(warehouse).flag_rates if one.name == name)


def members(warehouse: Warehouse, name: str) -> dict[str, int]:
    return {group.name: group.users for group in dimension(warehouse, name).groups}


def test_a_team_that_is_flagged_far_more_often_differs_more_than_chance(warehouse: Warehouse) -> None:
    of_a = [User(f"a{nr}", "A", 0.9 if nr < 10 else 0.4) for nr in range(20)]
    of_b = [User(f"b{nr}", "B", 0.9, is_labelled=True) for nr in range(1)]
    of_b += [User(f"b{nr}", "B") for nr in range(1, 20)]
    fill(warehouse, of_a + of_b)
    teams = dimension(warehouse, "team")
    a, b = teams.groups
    # an alert below 0.5 flags nobody; the one alert of team B is right
    assert (a.name, a.users, a.flagged.part, a.falsely.part) == ("A", 20, 10, 10)
    assert (b.name, b.users, b.flagged.part, b.falsely.part) == ("B", 20, 1, 0)
    assert (a.alerts.count, a.alerts.exposure, a.alerts.rate) == (10, 20, 500.0)
    assert teams.flagged.verdict == teams.falsely.verdict == "differs more than chance"
    assert (teams.flagged.p or 1) < 0.01


def test_the_same_shares_are_no_more_than_chance(warehouse: Warehouse) -> None:
    fill(warehouse, [User(f"{team}{nr}", team, 0.9 if nr < 5 else None) for team in "AB" for nr in range(20)])
    teams = dimension(warehouse, "team")
    assert (teams.flagged.p, teams.flagged.verdict) == (1.0, "no more than chance")
    # without labels nobody knows which alerts are false
    assert {group.falsely.share for group in teams.groups} == {None}
    assert (teams.falsely.p, teams.falsely.verdict) == (None, "cannot be compared")


def test_who_is_in_no_known_group_is_shown_and_not_compared(warehouse: Warehouse) -> None:
    users = [User(f"a{nr}", "A", 0.9 if nr < 2 else None) for nr in range(10)]
    fill(warehouse, users + [User(f"x{nr}", None, 0.9) for nr in range(10)])
    teams = dimension(warehouse, "team")
    assert [(group.name, group.flagged.part) for group in teams.groups] == [("A", 2), ("unknown", 10)]
    assert teams.flagged.verdict == "cannot be compared"


def test_part_time_is_below_80_percent_of_the_units_median_hours(warehouse: Warehouse) -> None:
    users = [User(f"full{nr}") for nr in range(5)]  # 20 days of 8 hours in 4 weeks: 40 hours a week
    users += [User("at 80%", duty_days=16), User("below", duty_days=15), User("no roster", duty_days=0)]
    fill(warehouse, users)
    assert members(warehouse, "part-time") == {"full-time": 6, "part-time": 1, "unknown": 1}


@pytest.mark.parametrize("kind", ["leave", "sick"])
def test_leave_and_illness_make_nobody_part_time(warehouse: Warehouse, kind: str) -> None:
    users = [User(f"full{nr}") for nr in range(5)]
    # ten days of work in the 14 that are left is 40 hours a week; with 13 left the roster says too little
    users += [User("away", duty_days=10, away=(kind, 14)), User("longer", duty_days=10, away=(kind, 15))]
    fill(warehouse, users)
    assert members(warehouse, "part-time") == {"full-time": 6, "unknown": 1}


def test_hired_within_the_period_is_not_part_time(warehouse: Warehouse) -> None:
    users = [User(f"full{nr}") for nr in range(5)]
    fill(warehouse, [*users, User("new", duty_days=10, hired_on=date(2026, 3, 16))])
    assert members(warehouse, "part-time") == {"full-time": 6}


def test_seniority_is_counted_to_the_last_audited_day(warehouse: Warehouse) -> None:
    hired = {
        date(2025, 3, 30): "under 1 year", date(2025, 3, 28): "1 to 5 years", date(2021, 3, 28): "5 to 15 years",
        date(2011, 3, 28): "over 15 years", None: "unknown", date(2026, 4, 1): "unknown",
    }  # fmt: skip
    fill(warehouse, [User(f"u{nr}", hired_on=day) for nr, day in enumerate(hired)])
    found = members(warehouse, "seniority")
    assert list(found.items()) == [
        ("under 1 year", 1), ("1 to 5 years", 1), ("5 to 15 years", 1), ("over 15 years", 1), ("unknown", 2)
    ]  # fmt: skip


# two groups of the same size: the permutation test is Fisher's exact test, but for the draws
@pytest.mark.parametrize(("one", "other"), [(8, 2), (5, 1), (6, 4), (10, 0)])
def test_the_chance_of_equal_rates_is_fishers(one: int, other: int) -> None:
    found = _chance_of_equal_rates(np.array([10, 10]), np.array([one, other]))
    exact = stats.fisher_exact([[one, 10 - one], [other, 10 - other]]).pvalue
    assert found == pytest.approx(exact, abs=0.015)


def test_many_groups_of_equal_rate_are_rarely_said_to_differ() -> None:
    draws = np.random.default_rng(4)
    sizes = np.full(12, 15)
    chances = [_chance_of_equal_rates(sizes, draws.binomial(sizes, 0.1)) for _ in range(100)]
    assert sum(p is not None and p < 0.05 for p in chances) <= 12


def test_holm_corrects_for_the_number_of_comparisons() -> None:
    assert _holm([0.01, 0.04, None, 0.03]) == [0.03, 0.06, None, 0.06]


def test_the_text_of_a_clean_unit_says_that_every_alert_counts_as_false(
    warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(warehouse, [User(f"a{nr}", "A", 0.9 if nr < 5 else None) for nr in range(20)])
    say_evaluation(evaluate(warehouse), by_group=True, leave_one_out=True)
    said = capsys.readouterr().out
    assert "no audited lookup has a label: every alert counts as false" in said
    assert "FALSE ALERTS" in said
    assert "125.00 (40.59 to 291.71)" in said  # five in 20 users × 2 nights
    for what in (
        "OF THE ALERTS THAT PEOPLE CAN READ",
        "LABELS BY",
        "READ AS A PROBABILITY",
        "flagged falsely",
    ):
        assert what not in said


def test_the_long_parts_of_the_text_are_there_when_asked_for_and_json_has_all(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings()) as opened:
        fill_dozen(opened)
        insert(opened, "verdicts", [{"alert_id": "a1", "verdict": "referred"}])
    runner = CliRunner()

    def said(*options: str) -> str:
        return runner.invoke(app, ["evaluate", "--warehouse", str(path), *options]).output

    short, long = said(), said("--by-group", "--leave-one-out")
    for heading in (
        "OF THE ALERTS THAT PEOPLE CAN READ", "FALSE ALERTS", "EXPLAINED BY A WORK LINK", "BY DETECTOR",
        "LABELS BY THEME", "DOES THE RISK READ AS A PROBABILITY?", "AGAINST REVIEWERS' VERDICTS", "WHO IS FLAGGED",
    ):  # fmt: skip
        assert heading in short
        assert heading in long
    for part in ("WHAT EACH DETECTOR ADDS", "WHAT EACH EXPLANATION ADDS", "alerts per 1,000 user-days"):
        assert part not in short
        assert part in long
    content = json.loads(said("--json"))
    assert {one["name"] for one in content["leave_one_out"]["detectors"]} == {
        "neighbour", "news_spike", "off_duty"
    }  # fmt: skip
    assert [one["name"] for one in content["flag_rates"]] == [
        "function", "team", "district", "part-time", "seniority"
    ]  # fmt: skip
    assert content["reviewed"][0]["precision"]["share"] == 1.0
