"""The control sample: drawn at random from what nothing flagged, and what its verdicts say about the rest."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.settings import Alerts, Settings
from lookup_audit.triage import control_estimate, draw_control, list_control, record_verdict
from lookup_audit.warehouse import Warehouse

MONDAY = date(2026, 3, 2)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """2,000 users, of whom 1 in 1,000 are two lookups a night."""
    with Warehouse(None, Settings(threads=1)) as opened:
        employ(opened, 2000)
        yield opened


def employ(warehouse: Warehouse, users: int) -> None:
    warehouse.insert(
        "users", pd.DataFrame({"user_id": [f"user {nr}" for nr in range(users)], "file_id": "f"})
    )


def night(warehouse: Warehouse, day: date, *, lookups: int, flagged: int = 0) -> None:
    """A night as it is once its risks are known: so many lookups, the first of them flagged; then the draw."""
    made = [
        {
            "system": "BVH", "lookup_id": f"{day} {nr}", "user_id": f"user {nr}", "subject_id": f"subject {nr}",
            "occurred_at": datetime(day.year, day.month, day.day, 9) + timedelta(seconds=nr),
        }
        for nr in range(lookups)
    ]  # fmt: skip
    warehouse.run(
        "CREATE OR REPLACE TEMP TABLE night (system VARCHAR, lookup_id VARCHAR, user_id VARCHAR, "
        "subject_id VARCHAR, occurred_at TIMESTAMP)"
    )
    warehouse.insert("night", pd.DataFrame(made))
    audited = {"audit_date": day, "risk": 0.1, "alert_about": "x", "sum_shown": "[]"}
    risks = [row | audited | {"detectors": ["family"], "work_links": []} for row in made[:flagged]]
    warehouse.run("DELETE FROM lookup_risk WHERE audit_date = $day", {"day": day})
    if risks:
        warehouse.insert("lookup_risk", pd.DataFrame(risks))
    draw_control(warehouse, day)
    warehouse.run("DELETE FROM runs WHERE audit_date = $day", {"day": day})
    run = {
        "run_id": str(day), "audit_date": day, "started_at": made[0]["occurred_at"],
        "finished_at": made[0]["occurred_at"],
        "status": "done", "config_hash": "c", "code_version": "v", "lookups": lookups, "explained": 0,
        "first_lookups": 0, "first_explained": 0, "findings": flagged, "skipped_detectors": [["none"]],
    }  # fmt: skip
    warehouse.insert("runs", pd.DataFrame(run))


def drawn(warehouse: Warehouse) -> list[str]:
    return [row["lookup_id"] for row in list_control(warehouse)]


def test_a_few_lookups_that_nothing_flagged_are_drawn_each_night(warehouse: Warehouse) -> None:
    night(warehouse, MONDAY, lookups=50, flagged=45)
    night(warehouse, TUESDAY, lookups=50)
    rows = list_control(warehouse)
    assert [row["audit_date"] for row in rows] == [TUESDAY, TUESDAY, MONDAY, MONDAY]
    assert all(int(row["lookup_id"].split()[1]) >= 45 for row in rows if row["audit_date"] == MONDAY)
    assert {row["status"] for row in rows} == {"new"}
    assert all(row["control_id"].startswith("c-") for row in rows)
    pseudonym = pseudonyms_of(warehouse).user
    assert all(row["user_id"] == pseudonym(f"user {row['lookup_id'].split()[1]}") for row in rows)


def test_the_draw_is_the_same_twice_and_another_with_another_seed(warehouse: Warehouse) -> None:
    night(warehouse, MONDAY, lookups=500)
    first = warehouse.rows("SELECT * FROM control_sample ORDER BY ALL")
    night(warehouse, MONDAY, lookups=500)
    assert warehouse.rows("SELECT * FROM control_sample ORDER BY ALL") == first
    with Warehouse(None, Settings(alerts=Alerts(control_seed=1))) as other:
        employ(other, 2000)
        night(other, MONDAY, lookups=500)
        assert set(drawn(other)).isdisjoint(row["lookup_id"] for row in first)


def test_a_drawn_lookup_that_is_flagged_later_makes_room_for_another(warehouse: Warehouse) -> None:
    night(warehouse, MONDAY, lookups=20)
    first = drawn(warehouse)
    flagged = 1 + min(int(name.split()[1]) for name in first)
    night(warehouse, MONDAY, lookups=20, flagged=flagged)
    now = drawn(warehouse)
    assert len(now) == 2 and len(set(now) & set(first)) == 1


@pytest.mark.parametrize(
    ("rate", "users", "lookups", "flagged", "expected"),
    [
        (1.0, 40, 30, 10, 1),  # a small unit: at least one
        (1.0, 2001, 30, 10, 3),
        (0.01, 2000, 30, 10, 1),
        (0.0, 2000, 30, 10, 0),  # switched off
        (1.0, 2000, 30, 30, 0),  # everything was flagged
        (1.0, 2000, 11, 10, 1),
    ],
)
def test_how_many_are_drawn_follows_the_number_of_users(
    rate: float, users: int, lookups: int, flagged: int, expected: int
) -> None:
    with Warehouse(None, Settings(alerts=Alerts(control_per_1000_users_per_day=rate))) as warehouse:
        employ(warehouse, users)
        night(warehouse, MONDAY, lookups=lookups, flagged=flagged)
        assert len(drawn(warehouse)) == expected


def test_every_lookup_is_as_likely_to_be_drawn(warehouse: Warehouse) -> None:
    for nr in range(300):
        night(warehouse, MONDAY + timedelta(days=nr), lookups=10)
    times = Counter(name.split()[1] for name in drawn(warehouse))
    assert sum(times.values()) == 600 and len(times) == 10
    assert stats.chisquare(list(times.values())).pvalue > 0.01


def judge(warehouse: Warehouse, *verdicts: str) -> None:
    for row, verdict in zip(list_control(warehouse), verdicts, strict=False):
        record_verdict(warehouse, row["control_id"], verdict, "read in full", Actor("reviewer"))


def test_the_estimate_counts_what_was_judged_and_speaks_of_all_that_nothing_flagged(
    warehouse: Warehouse,
) -> None:
    for nr in range(4):
        night(warehouse, MONDAY + timedelta(days=nr), lookups=1000, flagged=100)
    judge(warehouse, "explained", "unexplained", "dismissed", "explained", "asked")
    estimate = control_estimate(warehouse)
    assert (estimate.nights, estimate.drawn, estimate.unflagged) == (4, 8, 3600)
    assert (estimate.unanswered.part, estimate.unanswered.whole) == (1, 4)
    # Wilson's interval of 1 in 4 is 4.6% to 69.9%; of 3,600 lookups that is
    assert (estimate.missed_low, estimate.missed_high) == (164, 2518)
    judge(warehouse, "referred")  # a later verdict takes the place of the first
    assert control_estimate(warehouse).unanswered.part == 2


def test_before_anything_is_judged_or_drawn_nothing_is_estimated(warehouse: Warehouse) -> None:
    empty = control_estimate(warehouse)
    assert (empty.nights, empty.drawn, empty.unflagged, empty.missed_high) == (0, 0, 0, None)
    night(warehouse, MONDAY, lookups=100, flagged=10)
    some = control_estimate(warehouse)
    assert (some.nights, some.drawn, some.unflagged) == (1, 2, 90)
    assert some.unanswered.share is some.missed_low is some.missed_high is None


def test_a_verdict_on_a_control_lookup_carries_no_risk(warehouse: Warehouse) -> None:
    night(warehouse, MONDAY, lookups=10)
    judge(warehouse, "unexplained")
    row = warehouse.rows("SELECT * FROM verdicts")[0]
    assert row["alert_id"] == list_control(warehouse)[0]["control_id"]
    assert row["log_odds"] is row["repeated_log_odds"] is None


@pytest.fixture
def command(tmp_path: Path) -> Any:
    """A function: what a command prints of a warehouse with two nights that were drawn from."""
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings()) as warehouse:
        employ(warehouse, 2000)
        night(warehouse, MONDAY, lookups=100, flagged=10)
        night(warehouse, TUESDAY, lookups=100)

    def run(*options: str) -> str:
        return CliRunner().invoke(app, [*options, "--warehouse", str(path)]).output

    return run


def test_the_command_lists_the_sample_takes_verdicts_and_says_what_they_mean(command: Any) -> None:
    said = command("alerts", "--control")
    assert "drawn at random, nothing was flagged" in said
    assert "Judged: 0 of 4 drawn on 2 nights." in said
    chosen = next(word for word in said.split() if word.startswith("c-"))
    assert "unexplained" in command(
        "triage", chosen, "--verdict", "unexplained", "--note", "no case, no call"
    )
    said = command("alerts", "--control")
    assert chosen not in said  # judged already
    assert "Judged: 1 of 4 drawn on 2 nights." in said
    assert "1 of these stayed without an answer: 100.0% (20.7%–100.0%)" in said
    assert "39 to 190 of the 190 lookups that nothing flagged" in said
    assert chosen in command("alerts", "--control", "--status", "unexplained")


def test_a_program_gets_the_sample_with_the_estimate(command: Any) -> None:
    answer = json.loads(command("alerts", "--control", "--json"))
    assert [row["audit_date"] for row in answer["control_sample"]] == ["2026-03-03"] * 2 + ["2026-03-02"] * 2
    assert answer["estimate"]["unflagged"] == 190
    assert answer["estimate"]["unanswered"]["whole"] == 0


def test_options_that_mean_nothing_for_a_control_sample_are_refused(command: Any) -> None:
    assert "takes --limit and --status only" in command("alerts", "--control", "--all")
    assert "takes --limit and --status only" in command("alerts", "--control", "--minimum-risk", "0.5")
