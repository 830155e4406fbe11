"""Verdicts: their reasons and answers, their order, and that they go with their alert when its id changes."""

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lookup_audit.calibration import current_calibration
from lookup_audit.cli import app
from lookup_audit.errors import UsageError
from lookup_audit.evaluation import Reviewed
from lookup_audit.evaluation.reviewed import reviewed
from lookup_audit.privacy import trail
from lookup_audit.settings import Alerts, Settings
from lookup_audit.triage import REASONS, Choice, list_alerts, reason_words, record_verdict, verdict_history
from lookup_audit.warehouse import Warehouse
from tests.triage_world import MONDAY, REVIEWER, TUESDAY, WEDNESDAY, audit, employ, named


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """400 users, of whom 5 in 1,000 are two alerts a night."""
    with Warehouse(None, Settings(threads=1)) as opened:
        employ(opened, 400)
        yield opened


def only(warehouse: Warehouse) -> dict[str, Any]:
    """The one alert there is."""
    (row,) = list_alerts(warehouse)
    return row


def judge(warehouse: Warehouse, verdict: str, note: str = "as read", **more: str) -> str:
    """Judge the one alert there is; its id."""
    alert_id = str(only(warehouse)["alert_id"])
    record_verdict(warehouse, alert_id, verdict, note, REVIEWER, **more)
    return alert_id


def test_asked_then_the_answer_then_the_verdict(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "ex", 0.9))
    alert_id = judge(warehouse, "asked", "mailed: why this address on Monday?")
    waits = only(warehouse)
    assert waits["status"] == "asked" and waits["waiting_since"].tzinfo and not waits["answered"]
    judge(warehouse, "asked", "answer came, to be checked", answer="I was sent there with Kim")
    answered = only(warehouse)
    assert (answered["status"], answered["waiting_since"], answered["answered"]) == ("asked", None, True)
    judge(warehouse, "asked", "with which car?")
    assert only(warehouse)["waiting_since"] is not None  # a new question waits again
    judge(warehouse, "explained", "the dispatch is in the log", because="registered_late", answer="car 12")
    settled = only(warehouse)
    assert (settled["status"], settled["waiting_since"], settled["answered"]) == ("explained", None, False)
    history = verdict_history(warehouse, alert_id)
    assert [row["verdict"] for row in history] == ["asked", "asked", "asked", "explained"]
    assert [row["answer"] for row in history] == [None, "I was sent there with Kim", None, "car 12"]
    assert history[-1]["because"] == "registered_late"


def test_who_has_waited_since_before_a_day(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9), ("bob", "s", 0.8))
    for row in list_alerts(warehouse):
        record_verdict(warehouse, row["alert_id"], "asked", "why?", REVIEWER)
    today = warehouse.settings.today()
    assert len(list_alerts(warehouse, Choice(asked_before=today + timedelta(days=1)))) == 2
    assert list_alerts(warehouse, Choice(asked_before=today)) == []
    record_verdict(
        warehouse, list_alerts(warehouse)[0]["alert_id"], "asked", "read it", REVIEWER, answer="work"
    )
    (waits,) = named(warehouse, Choice(asked_before=today + timedelta(days=1)))
    assert waits["user_id"] == "bob"


@pytest.mark.parametrize(
    ("verdict", "more", "said"),
    [
        (
            "explained",
            {"because": "register_late"},
            "no reason 'register_late'; did you mean registered_late",
        ),
        ("explained", {"because": "guilty"}, "one of agreed, by_chance"),
        ("unexplained", {"because": "other"}, "goes with explained or dismissed; not with unexplained"),
        ("asked", {"because": "other"}, "goes with explained or dismissed; not with asked"),
        ("explained", {"answer": " \n"}, "the answer is empty"),
    ],
)
def test_a_reason_or_answer_that_says_nothing_is_refused(
    warehouse: Warehouse, verdict: str, more: dict[str, str], said: str
) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9))
    with pytest.raises(UsageError, match=said):
        judge(warehouse, verdict, **more)
    assert warehouse.count("verdicts") == warehouse.count("trail") == 0


def test_every_reason_has_words_in_both_languages() -> None:
    for code in REASONS:
        assert set(reason_words(code)) == {"en", "nl"} and all(reason_words(code).values())
    assert len({reason_words(code)["nl"] for code in REASONS}) == len(REASONS)


def test_of_two_verdicts_in_one_moment_the_later_counts(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2026, 3, 9, 12, tzinfo=tz)

    monkeypatch.setattr("lookup_audit.triage.verdicts.datetime", Stopped)
    audit(warehouse, MONDAY, ("anna", "s", 0.9))
    lot = random.Random(1)
    for _ in range(20):
        verdict = lot.choice(("asked", "dismissed", "referred", "explained", "unexplained"))
        judge(warehouse, verdict)
        assert only(warehouse)["status"] == verdict
    times = [row["decided_at"] for row in warehouse.rows("SELECT decided_at FROM verdicts")]
    assert times == sorted(set(times)) and len(times) == 20


def test_the_trail_says_whose_alert_was_judged_and_which(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9))
    alert_id = judge(warehouse, "dismissed", "same name", because="by_chance")
    (entry,) = trail.entries_about(warehouse, "anna", MONDAY)
    assert (entry["action"], entry["actor"]) == ("triage", "reviewer")
    assert entry["reason"] == f"{alert_id}: dismissed (by_chance): same name"


# Verdicts and the alert's id. An alert is one user and one subject; its id is that of its first lookup.


def test_a_lookup_that_came_in_late_takes_the_verdict_along(warehouse: Warehouse) -> None:
    audit(warehouse, WEDNESDAY, ("anna", "ex", 0.8))
    before = judge(warehouse, "unexplained", "she has no case with him")
    audit(warehouse, MONDAY, ("anna", "ex", 0.7))  # the log of Monday was delivered on Thursday
    after = only(warehouse)
    assert after["alert_id"] != before
    assert (after["status"], after["lookups"], after["lookups_since"]) == ("unexplained", 2, 1)
    (kept,) = verdict_history(warehouse, after["alert_id"])
    assert (kept["judged_as"], kept["note"]) == (before, "she has no case with him")


def test_a_first_lookup_that_is_explained_later_leaves_the_verdict_with_the_rest(
    warehouse: Warehouse,
) -> None:
    audit(warehouse, MONDAY, ("anna", "ex", 0.8))
    audit(warehouse, TUESDAY, ("anna", "ex", 0.9))
    before = judge(warehouse, "referred")
    audit(warehouse, MONDAY)  # a case was registered on Wednesday: no question is left about Monday
    after = only(warehouse)
    assert after["alert_id"] != before
    assert (after["status"], after["lookups"], after["lookups_since"]) == ("referred", 1, 0)
    audit(warehouse, MONDAY, ("anna", "ex", 0.8))  # and it was a mistake: the case was about someone else
    assert (only(warehouse)["alert_id"], only(warehouse)["status"]) == (before, "referred")
    assert verdict_history(warehouse, before)[0]["judged_as"] is None


def test_an_alert_that_was_gone_has_its_verdict_when_it_is_back(warehouse: Warehouse) -> None:
    audit(warehouse, TUESDAY, ("anna", "ex", 0.9))
    first = judge(warehouse, "explained")
    audit(warehouse, MONDAY, ("anna", "ex", 0.9))
    audit(warehouse, MONDAY)
    audit(warehouse, TUESDAY)
    assert list_alerts(warehouse) == [] and warehouse.count("verdicts") == 1
    audit(warehouse, TUESDAY, ("anna", "ex", 0.9))
    assert (only(warehouse)["alert_id"], only(warehouse)["status"]) == (first, "explained")


def test_of_two_alerts_that_become_one_both_histories_stay(warehouse: Warehouse) -> None:
    gap = warehouse.settings.alerts.gap_days
    late = MONDAY + timedelta(days=gap + 5)
    audit(warehouse, MONDAY, ("anna", "ex", 0.9))
    audit(warehouse, late, ("anna", "ex", 0.8))
    for row, verdict in zip(list_alerts(warehouse), ("explained", "unexplained"), strict=True):
        record_verdict(warehouse, row["alert_id"], verdict, "as read", REVIEWER)
    audit(warehouse, MONDAY + timedelta(days=10), ("anna", "ex", 0.7))
    one = only(warehouse)
    assert one["status"] == "unexplained"
    assert [row["verdict"] for row in verdict_history(warehouse, one["alert_id"])] == [
        "explained",
        "unexplained",
    ]


def test_where_an_alert_falls_apart_its_later_part_is_read_again(warehouse: Warehouse) -> None:
    days = [MONDAY, MONDAY + timedelta(days=20), MONDAY + timedelta(days=40)]
    for day in days:
        audit(warehouse, day, ("anna", "ex", 0.9))
    before = judge(warehouse, "explained")
    audit(warehouse, days[1])
    assert {row["alert_id"]: row["status"] for row in list_alerts(warehouse)} == {
        before: "explained",
        next(row["alert_id"] for row in list_alerts(warehouse) if row["alert_id"] != before): "new",
    }


def test_no_verdict_goes_to_another_user_or_subject(warehouse: Warehouse) -> None:
    audit(warehouse, TUESDAY, ("anna", "ex", 0.9), ("bob", "ex", 0.8), ("anna", "neighbour", 0.7))
    alert_id = named(warehouse)[0]["alert_id"]
    record_verdict(warehouse, alert_id, "referred", "as read", REVIEWER)
    audit(warehouse, MONDAY, ("anna", "ex", 0.9), ("bob", "ex", 0.9), ("anna", "neighbour", 0.9))
    audit(warehouse, TUESDAY)
    status = {(row["user_id"], row["subject_id"]): row["status"] for row in named(warehouse)}
    assert sorted(status.values()) == ["new", "new", "referred"]
    referred = warehouse.rows("SELECT user_id, subject_id FROM alerts WHERE status = 'referred'")
    assert referred == [{"user_id": "anna", "subject_id": "ex"}]


def test_an_alert_that_grew_after_the_verdict_is_found_again(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "ex", 0.9))
    judge(warehouse, "explained", "one lookup, her own case")
    assert list_alerts(warehouse, Choice(grown=True)) == []
    audit(warehouse, TUESDAY, ("anna", "ex", 0.6), ("anna", "ex", 0.6))
    (grown,) = list_alerts(warehouse, Choice(grown=True))
    assert (grown["status"], grown["lookups_since"]) == ("explained", 2)
    judge(warehouse, "unexplained", "the case was closed by then")
    assert list_alerts(warehouse, Choice(grown=True)) == []


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_audited_again_no_verdict_is_lost_or_moves_to_another_person(
    warehouse: Warehouse, seed: int
) -> None:
    lot = random.Random(seed)
    owner: dict[str, tuple[str, str]] = {}  # the note of each verdict → whose it was
    days = [MONDAY + timedelta(days=lot.randrange(60)) for _ in range(8)]
    for step in range(60):
        audit(
            warehouse,
            lot.choice(days),
            *((lot.choice("ab"), lot.choice("xy"), lot.random()) for _ in range(lot.randrange(4))),
        )
        if step % 3 == 0 and (
            rows := warehouse.rows("SELECT alert_id, user_id, subject_id FROM alert_episodes")
        ):
            row = lot.choice(sorted(rows, key=lambda one: one["alert_id"]))
            record_verdict(warehouse, row["alert_id"], "explained", f"note {step}", REVIEWER)
            owner[f"note {step}"] = (row["user_id"], row["subject_id"])
        placed = warehouse.rows(
            "SELECT note, user_id, subject_id FROM verdicts INNER JOIN alert_episodes USING (alert_id)"
        )
        assert warehouse.count("verdicts") == len(owner)
        assert all(owner[row["note"]] == (row["user_id"], row["subject_id"]) for row in placed)


def test_verdicts_that_moved_count_once_in_what_reviewers_found(warehouse: Warehouse) -> None:
    audit(warehouse, TUESDAY, ("anna", "ex", 0.9))
    judge(warehouse, "explained")
    audit(warehouse, MONDAY, ("anna", "ex", 0.9))
    judge(warehouse, "unexplained")
    (found,) = reviewed(warehouse)
    assert (found.precision.part, found.precision.whole) == (1, 1)


# What the owner of a rule sees.


def test_reviewers_reasons_are_counted_by_detector(warehouse: Warehouse) -> None:
    for nr, (verdict, because) in enumerate(
        [
            ("explained", "registered_late"),
            ("explained", "registered_late"),
            ("dismissed", "by_chance"),
            ("explained", None),
            ("unexplained", None),
            ("asked", None),
        ]
    ):
        audit(warehouse, MONDAY + timedelta(days=nr), (f"user {nr}", "s", 0.9))
        row = next(one for one in named(warehouse) if one["user_id"] == f"user {nr}")
        record_verdict(warehouse, row["alert_id"], verdict, "read", REVIEWER, because=because)
    warehouse.run(
        "INSERT INTO findings SELECT lookup_id, 'r', audit_date, 'family', motive, system, lookup_id, user_id, "
        "subject_id, occurred_at, 0.9, '{}' FROM lookup_risk"
    )
    every, family = reviewed(warehouse)
    assert isinstance(every, Reviewed) and (every.detector, family.detector) == (None, "family")
    assert family.false_because == (("registered_late", 2), ("by_chance", 1), (None, 1))
    assert (family.precision.part, family.precision.whole, family.open) == (1, 5, 1)
    assert family.precision.low == pytest.approx(0.0362, abs=1e-3)  # Wilson's interval of 1 in 5
    assert family.precision.high == pytest.approx(0.6245, abs=1e-3)


def test_a_reason_that_was_taken_back_is_no_longer_counted(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9))
    judge(warehouse, "explained", because="roster_wrong")
    judge(warehouse, "explained")
    assert reviewed(warehouse)[0].false_because == ((None, 1),)
    judge(warehouse, "unexplained")
    assert reviewed(warehouse)[0].false_because == ()


def test_calibration_learns_from_the_latest_verdict_of_an_alert_whose_id_changed() -> None:
    with Warehouse(None, Settings(threads=1, alerts=Alerts(recalibrate_from=40))) as warehouse:
        users = [f"user {nr}" for nr in range(60)]
        audit(warehouse, TUESDAY, *((user, "s", 0.5) for user in users))
        verdicts = {row["alert_id"]: nr for nr, row in enumerate(list_alerts(warehouse))}
        for alert_id, nr in verdicts.items():
            verdict = "explained" if nr % 2 else "unexplained"
            record_verdict(warehouse, alert_id, verdict, "read", REVIEWER)
        warehouse.run("UPDATE verdicts SET decided_at = decided_at - to_days(3650)")
        day = date(2026, 3, 31)
        expected = current_calibration(warehouse, day)
        audit(warehouse, MONDAY, *((user, "s", 0.5) for user in users))
        assert not set(verdicts) & {row["alert_id"] for row in list_alerts(warehouse)}
        assert current_calibration(warehouse, day) == expected
        assert warehouse.value("SELECT verdicts FROM calibrations") == 60


@pytest.fixture
def command(tmp_path: Path) -> Any:
    """A function: exit code and output of a command on a warehouse with one alert."""
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings()) as warehouse:
        employ(warehouse, 400)
        audit(warehouse, MONDAY, ("anna", "s", 0.9))
        alert_id = only(warehouse)["alert_id"]
        warehouse.run(
            "INSERT INTO runs SELECT 'r', audit_date, occurred_at, occurred_at, 'done', 'c', 'v', 9, 0, 0, 0, 1, [] "
            "FROM lookup_risk"
        )

    def run(*options: str) -> tuple[int, str]:
        filled = [option.replace("ALERT", alert_id) for option in options]
        made = CliRunner().invoke(app, [*filled, "--warehouse", str(path)])
        return made.exit_code, made.output

    return run


def test_the_commands_take_a_reason_and_an_answer_and_show_how_long_it_waits(command: Any) -> None:
    assert command("triage", "ALERT", "--verdict", "asked", "--note", "why?")[0] == 0
    assert "asked 0 d" in command("alerts")[1]
    assert "No alerts." in command("alerts", "--asked-before", "2020-01-01")[1]
    command("triage", "ALERT", "--verdict", "asked", "--note", "in", "--answer", "my own case")
    assert "answered" in command("alerts")[1]
    code, said = command(
        "triage", "ALERT", "--verdict", "explained", "--note", "yes", "--because", "not_registered", "--json"
    )
    assert (code, json.loads(said)["because"]) == (0, "not_registered")
    said = command("evaluate")[1]
    assert "WHY THEY WERE FALSE" in said and "the work was not registered (1)" in said
