"""The queue: what is put before a reviewer, of which night, and that it is the same however it came about."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import UsageError
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.settings import Alerts, Settings
from lookup_audit.triage import (
    Choice,
    count_alerts,
    list_alerts,
    record_verdict,
)
from lookup_audit.warehouse import Warehouse
from tests.triage_world import MONDAY, REVIEWER, TUESDAY, WEDNESDAY, Touched, audit, employ, named


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """400 users, of whom 5 in 1,000 are two alerts a night."""
    with Warehouse(None, Settings(threads=1)) as opened:
        employ(opened, 400)
        yield opened


def queue(warehouse: Warehouse) -> set[tuple[date, str]]:
    """The night and the user of each alert that is put before a reviewer."""
    return {(row["peak_on"], row["user_id"]) for row in named(warehouse, Choice(only_queued=True))}


def test_of_each_night_the_alerts_that_can_be_read_are_queued(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.6), ("bob", "s", 0.9), ("carl", "s", 0.7))
    audit(warehouse, TUESDAY, ("dora", "s", 0.4))
    assert queue(warehouse) == {(MONDAY, "bob"), (MONDAY, "carl"), (TUESDAY, "dora")}
    assert [row["rank"] for row in list_alerts(warehouse)] == [1, 2, 3, 4]
    assert (count_alerts(warehouse).queued, count_alerts(warehouse).below) == (3, 1)


def test_a_quiet_night_stays_quiet(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.299), ("bob", "s", 0.1))
    audit(warehouse, TUESDAY, ("carl", "s", 0.3), ("dora", "s", 0.2))
    assert queue(warehouse) == {(TUESDAY, "carl")}


@pytest.mark.parametrize(
    ("alerts", "queued"),
    [
        (Alerts(per_1000_users_per_day=0), 0),
        (Alerts(per_1000_users_per_day=0.1), 1),  # rounded up: a small unit reads one
        (Alerts(per_1000_users_per_day=7.5), 3),
        (Alerts(per_1000_users_per_day=7.6), 4),
        (Alerts(per_1000_users_per_day=1000), 5),
        (Alerts(per_1000_users_per_day=1000, minimum_risk=0.65), 3),
    ],
)
def test_the_line_is_where_the_settings_put_it(alerts: Alerts, queued: int) -> None:
    with Warehouse(None, Settings(alerts=alerts)) as warehouse:
        employ(warehouse, 400)
        audit(warehouse, MONDAY, *((f"user {nr}", "s", 0.5 + nr / 10) for nr in range(5)))
        assert len(queue(warehouse)) == queued


def test_who_left_or_is_not_hired_yet_makes_no_room(warehouse: Warehouse) -> None:
    employ(warehouse, 400, left_on=MONDAY)
    employ(warehouse, 400, hired_on=WEDNESDAY)
    for day, room in ((MONDAY, 4), (TUESDAY, 2), (WEDNESDAY, 4)):
        audit(warehouse, day, *((f"user {nr}", str(day), 0.5) for nr in range(6)))
        assert len([at for at, _ in queue(warehouse) if at == day]) == room, day


def test_a_user_whom_the_register_does_not_know_counts_on_a_day_with_lookups() -> None:
    with Warehouse(None, Settings()) as warehouse:
        employ(warehouse, 200)
        counts = warehouse.rows(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = 'user_days' AND data_type = 'BIGINT'"
        )
        seen = {"user_id": ["unknown"], "day": [MONDAY], "peer_group": ["p"]}
        warehouse.insert("user_days", pd.DataFrame(seen | {row["column_name"]: [1] for row in counts}))
        for day in (MONDAY, TUESDAY):
            audit(warehouse, day, *((f"user {nr}", str(day), 0.5) for nr in range(3)))
        assert sorted(day for day, _ in queue(warehouse)) == [MONDAY, MONDAY, TUESDAY]


def test_an_alert_belongs_to_the_night_of_its_highest_risk_and_of_equals_the_first(
    warehouse: Warehouse,
) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.6), ("bob", "s", 0.5))
    audit(warehouse, TUESDAY, ("anna", "s", 0.6), ("bob", "s", 0.7))
    audit(warehouse, WEDNESDAY, ("anna", "s", 0.4), ("bob", "s", 0.4))
    assert queue(warehouse) == {(MONDAY, "anna"), (TUESDAY, "bob")}


def test_when_an_alert_moves_to_a_later_night_the_next_one_takes_its_place(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9), ("bob", "s", 0.8), ("carl", "s", 0.7))
    assert queue(warehouse) == {(MONDAY, "anna"), (MONDAY, "bob")}
    audit(warehouse, TUESDAY, ("anna", "s", 0.95))
    assert queue(warehouse) == {(MONDAY, "bob"), (MONDAY, "carl"), (TUESDAY, "anna")}


def test_auditing_a_day_again_lines_it_up_again_under_the_settings_of_then(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    touched = [(f"user {nr}", "s", 0.5 + nr / 10) for nr in range(4)]
    for capacity, queued in ((5.0, {MONDAY: 2, TUESDAY: 2}), (2.5, {MONDAY: 1, TUESDAY: 2})):
        with Warehouse(path, Settings(alerts=Alerts(per_1000_users_per_day=capacity))) as warehouse:
            if capacity == 5.0:
                employ(warehouse, 400)
                audit(warehouse, TUESDAY, *((user, "other", risk) for user, _, risk in touched))
            audit(warehouse, MONDAY, *touched)
            nights = [day for day, _ in queue(warehouse)]
        assert {day: nights.count(day) for day in queued} == queued


@pytest.mark.parametrize("gap_days", [1, 2, 45])
@pytest.mark.parametrize("seed", range(4))
def test_the_queue_is_the_same_however_it_came_about(seed: int, gap_days: int) -> None:
    settings = Settings(threads=1, alerts={"gap_days": gap_days})
    lot = random.Random(seed)
    days = [MONDAY + timedelta(days=nr) for nr in range(12)]

    def touched() -> list[Touched]:
        users, subjects, risks = "abcdef", "xy", (0.2, 0.35, 0.5, 0.5, 0.8)
        return [(lot.choice(users), lot.choice(subjects), lot.choice(risks)) for _ in range(lot.randrange(9))]

    final = {day: touched() for day in days}
    with Warehouse(None, settings) as at_once:
        employ(at_once, 400)
        for day in days:
            audit(at_once, day, *final[day])
        expected = at_once.rows("SELECT * FROM alert_episodes ORDER BY ALL")
    with Warehouse(None, settings) as piecemeal:
        employ(piecemeal, 400)
        for day in lot.sample(days, len(days)):  # out of order, and first with other input
            audit(piecemeal, day, *touched())
        for day in lot.sample(days, len(days)):
            audit(piecemeal, day, *final[day])
        assert piecemeal.rows("SELECT * FROM alert_episodes ORDER BY ALL") == expected
    ranked = sorted(
        expected,
        key=lambda row: (-row["risk"], -row["lookups"], -row["last_at"].timestamp(), row["alert_id"]),
    )
    for day in days:
        of_night = [row for row in ranked if row["peak_on"] == day]
        assert [row["queued"] for row in of_night] == [
            place < 2 and row["risk"] >= 0.3 for place, row in enumerate(of_night)
        ]
    assert any(row["queued"] for row in expected)
    assert any(row["risk"] >= 0.3 and not row["queued"] for row in expected)


def test_alerts_are_right_in_the_transaction_that_replaced_rows_of_a_night() -> None:
    """As a night keeps them: of rows that it deleted and put in, the engine may read others by their number."""
    days = [MONDAY + timedelta(days=number) for number in range(25)]
    touched: list[Touched] = [(f"u{number % 12}", f"s{number % 5}", 0.5) for number in range(60)]
    with Warehouse(None, Settings(threads=1)) as warehouse:
        for day in days:
            with warehouse.transaction():
                audit(warehouse, day, *touched)
            with warehouse.transaction():
                audit(warehouse, day, *touched)
        told = warehouse.rows(
            "SELECT user_id, alert_about, first_at::DATE AS first, last_at::DATE AS last, lookups, detectors "
            "FROM alert_episodes ORDER BY user_id, alert_about"
        )
    assert told == [
        {
            "user_id": user, "alert_about": subject, "first": days[0], "last": days[-1], "lookups": len(days),
            "detectors": ["family"],
        }
        for user, subject, _ in sorted(touched)
    ]  # fmt: skip


def test_many_days_add_to_a_motive_and_nothing_to_a_habit_of_working_late(warehouse: Warehouse) -> None:
    days = [MONDAY + timedelta(days=nr) for nr in range(20)]
    for day in days:
        audit(warehouse, day, ("late", "behaviour", 0.1), sums={"off_duty": 2.0}, motive=None)
    for day in days:
        audit(warehouse, day, ("late", "behaviour", 0.1), ("keen", "ex", 0.1))
    risks = {row["user_id"]: row["risk"] for row in named(warehouse)}
    assert risks["keen"] == pytest.approx(1 / (1 + 9 / 20**0.85), abs=1e-4)
    for day in days:
        audit(warehouse, day, ("late", "behaviour", 0.1), sums={"off_duty": 2.0}, motive=None)
    assert {row["user_id"]: row["risk"] for row in named(warehouse)} == {"late": 0.1}


def test_an_alert_names_the_questions_that_were_asked_the_strongest_first(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.6), sums={"off_duty": 1.5, "colleague": 1.0, "neighbour": 0.0})
    audit(warehouse, TUESDAY, ("anna", "s", 0.6), sums={"neighbour": 4.8, "news_spike": 1.5})
    assert [row["detectors"] for row in list_alerts(warehouse)] == [
        ["neighbour", "news_spike", "off_duty", "colleague"]
    ]


def test_a_verdict_changes_the_status_and_not_the_queue(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9), ("bob", "s", 0.8), ("carl", "s", 0.7))
    before = queue(warehouse)
    first = list_alerts(warehouse)[0]["alert_id"]
    record_verdict(warehouse, first, "asked", "asked the team chief", REVIEWER)
    record_verdict(warehouse, first, "explained", "own case, registered late", REVIEWER)
    audit(warehouse, MONDAY, ("anna", "s", 0.9), ("bob", "s", 0.8), ("carl", "s", 0.7))
    assert queue(warehouse) == before
    assert [row["alert_id"] for row in list_alerts(warehouse, Choice(statuses=["explained"]))] == [first]
    assert [row["user_id"] for row in named(warehouse, Choice(statuses=["new", "asked"]))] == ["bob", "carl"]
    assert warehouse.count("verdicts") == 2


@pytest.mark.parametrize(
    ("alert_id", "verdict", "note", "said"),
    [
        ("a-0", "explained", "why", "no alert a-0"),
        ("c-0", "explained", "why", "no alert c-0"),
        ("anna", "guilty", "why", "must be one of"),
        ("anna", "explained", "  ", "needs a note"),
    ],
)
def test_a_verdict_that_cannot_be_defended_is_refused(
    warehouse: Warehouse, alert_id: str, verdict: str, note: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        record_verdict(warehouse, alert_id, verdict, note, REVIEWER)
    assert not warehouse.count("verdicts")


@pytest.fixture
def listed(tmp_path: Path) -> Any:
    """A function: what `lookup-audit alerts` prints of four alerts of one night, with names for pseudonyms."""
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings()) as warehouse:
        employ(warehouse, 400)
        risks = {"anna": 0.9, "bob": 0.8, "carl": 0.7, "dora": 0.1}
        audit(warehouse, MONDAY, *((user, "s", risk) for user, risk in risks.items()))
        record_verdict(warehouse, list_alerts(warehouse)[0]["alert_id"], "explained", "own case", REVIEWER)
        pseudonym = pseudonyms_of(warehouse).user
        users = {pseudonym(user): user for user in risks}

    def alerts(*options: str) -> str:
        said = CliRunner().invoke(app, ["alerts", "--warehouse", str(path), *options]).output
        assert not any(user in said for user in users.values())
        for shown, user in users.items():
            said = said.replace(shown, user)
        return said

    return alerts


def test_the_terminal_shows_the_open_queue_and_says_what_is_below_the_line(listed: Any) -> None:
    said = listed()
    assert [name for name in ("anna", "bob", "carl", "dora") if name in said] == ["bob"]
    assert "family" in said and "why" in said
    assert "2 more are below the line" in said and "--all" in said


def test_all_lists_every_alert_in_the_terminal(listed: Any) -> None:
    said = listed("--all")
    assert [name for name in ("anna", "bob", "carl", "dora") if name in said] == [
        "anna",
        "bob",
        "carl",
        "dora",
    ]
    assert "below the line" not in said
    assert "The first 1 of 4" in listed("--all", "--limit", "1")


def test_options_narrow_the_list(listed: Any) -> None:
    assert "anna" in listed("--status", "explained")
    assert "bob" not in listed("--status", "explained")
    assert "No alerts." in listed("--minimum-risk", "0.85")
    assert "carl" not in listed("--all", "--minimum-risk", "0.75")


def test_a_program_gets_every_alert_by_rank_with_whether_it_is_queued(listed: Any) -> None:
    rows = json.loads(listed("--json"))
    assert [(row["rank"], row["user_id"], row["queued"], row["status"]) for row in rows] == [
        (1, "anna", True, "explained"),
        (2, "bob", True, "new"),
        (3, "carl", False, "new"),
        (4, "dora", False, "new"),
    ]
    assert rows[0]["peak_on"] == "2026-03-02"
    assert rows[0]["detectors"] == ["family"]
    assert [row["user_id"] for row in json.loads(listed("--json", "--limit", "2"))] == ["anna", "bob"]
