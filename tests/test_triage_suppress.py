"""Suppressions: what they hide and never hide, that they end, and that they change nothing else."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lookup_audit.calibration import current_calibration
from lookup_audit.cli import app
from lookup_audit.errors import UsageError
from lookup_audit.evaluation.reviewed import reviewed
from lookup_audit.privacy import trail
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.settings import Settings
from lookup_audit.triage import (
    Choice,
    Pattern,
    Suppression,
    add_suppression,
    count_alerts,
    end_suppression,
    list_alerts,
    list_suppressions,
    pattern_of,
    record_verdict,
    shown_suppressions,
)
from lookup_audit.triage.names import motive_by_detector
from lookup_audit.warehouse import Warehouse
from tests.triage_world import MONDAY, REVIEWER, TUESDAY, WEDNESDAY, audit, named

DETECTORS = ("off_duty", "news_spike", "neighbour", "family", "bulk_extraction")
USERS = ("anna", "bob", "carl", "dora")
LADDER = ("curiosity", "personal_involvement", "personal_benefit")


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Four users in two teams; a night of which every alert is read."""
    with Warehouse(None, Settings(threads=1)) as opened:
        teams = {"anna": "north", "bob": "north", "carl": "south", "dora": None}
        opened.insert(
            "users", pd.DataFrame({"user_id": teams.keys(), "team": teams.values(), "file_id": "f"})
        )
        yield opened


def hide(warehouse: Warehouse, *detectors: str, days: int = 30, **whose: Any) -> Suppression:
    """Suppress these questions from today on; the owner and reason do not matter here."""
    until = warehouse.settings.today() + timedelta(days=days)
    return add_suppression(
        warehouse, Pattern(detectors, **whose), owner="M. de Wit", reason="known", until=until, who=REVIEWER
    )


def shown(warehouse: Warehouse) -> list[str]:
    """Whose alerts a reviewer is shown, by name."""
    return sorted(row["user_id"] for row in named(warehouse, Choice(hidden=False)))


# Cases that a lawyer can read.


def test_a_roster_that_is_always_late_is_hidden_for_the_team_it_is_about(warehouse: Warehouse) -> None:
    for nr, user in enumerate(USERS):
        audit(warehouse, MONDAY + timedelta(days=nr), (user, "s", 0.9), sums={"off_duty": 4.0}, motive=None)
    hide(warehouse, "off_duty", team="north")
    assert shown(warehouse) == ["carl", "dora"]  # dora has no team, so she is in none


def test_a_new_kind_of_question_brings_the_alert_back(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "mother", 0.9), sums={"family": 5.0}, motive="personal_involvement")
    hide(warehouse, "family", user_id="anna", subject_id="mother")
    assert shown(warehouse) == []
    sums = {"family": 5.0, "bulk_extraction": 6.0}
    audit(warehouse, TUESDAY, ("anna", "mother", 0.9), sums=sums, motive="personal_benefit")
    assert shown(warehouse) == ["anna"]


def test_a_graver_motive_brings_the_alert_back(warehouse: Warehouse) -> None:
    """The questions are the same, but the strongest of them is now one of personal involvement."""
    sums = {"news_spike": 5.0, "neighbour": 1.0}
    audit(warehouse, MONDAY, ("anna", "mayor", 0.9), sums=sums)
    alert_id = list_alerts(warehouse)[0]["alert_id"]
    pattern = pattern_of(warehouse, alert_id)
    assert set(pattern.detectors) == set(sums) and pattern.motive == "curiosity"
    until = warehouse.settings.today()
    add_suppression(warehouse, pattern, owner="x", reason="she guards his house", until=until, who=REVIEWER)
    assert shown(warehouse) == []
    audit(warehouse, TUESDAY, ("anna", "mayor", 0.95), sums=sums, motive="personal_involvement")
    assert shown(warehouse) == ["anna"]


def test_another_subject_of_the_same_user_is_not_hidden(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "mother", 0.9), ("anna", "ex", 0.8))
    hide(warehouse, "family", user_id="anna", subject_id="mother")
    (left,) = list_alerts(warehouse, Choice(hidden=False))
    assert left["subject_id"] == pseudonyms_of(warehouse).subject("ex")


def test_it_ends_after_its_last_day(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9))
    made = hide(warehouse, "family", user_id="anna", days=10)
    assert shown(warehouse) == []
    monkeypatch.setattr(Settings, "today", lambda _: made.until)
    assert shown(warehouse) == []
    monkeypatch.setattr(Settings, "today", lambda _: made.until + timedelta(days=1))
    assert shown(warehouse) == ["anna"]
    assert shown_suppressions(warehouse) == []
    assert [row["state"] for row in shown_suppressions(warehouse, ended=True)] == ["run out"]
    with pytest.raises(UsageError, match="no longer runs"):
        end_suppression(warehouse, made.suppression_id, "why not", REVIEWER)


def test_it_ends_when_it_is_ended_and_that_is_kept(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, ("anna", "s", 0.9))
    made = hide(warehouse, "family", user_id="anna")
    end_suppression(warehouse, made.suppression_id, "the roster is right again", REVIEWER)
    assert shown(warehouse) == ["anna"]
    (kept,) = list_suppressions(warehouse)
    assert (kept.made_by, kept.ended_by) == ("reviewer", "reviewer") and kept.ended_at
    with pytest.raises(UsageError, match="no longer runs"):
        end_suppression(warehouse, made.suppression_id, "again", REVIEWER)
    entries = trail.entries_about(warehouse, "anna", MONDAY)
    assert [entry["action"] for entry in entries] == ["suppress add", "suppress end"]
    assert all(entry["reason"].startswith(made.suppression_id) for entry in entries)
    assert trail.verify(warehouse) == []


def test_nothing_moves_up_into_the_place_of_what_is_hidden() -> None:
    """Of each night as many alerts are queued as can be read; a hidden one keeps its place among them."""
    with Warehouse(None, Settings(threads=1)) as warehouse:
        warehouse.insert("users", pd.DataFrame({"user_id": [f"u{nr}" for nr in range(400)], "file_id": "f"}))
        audit(warehouse, MONDAY, ("anna", "s", 0.9), ("bob", "s", 0.8), ("carl", "s", 0.7))
        made = hide(warehouse, "family", user_id="anna")
        for _ in range(2):
            assert [row["user_id"] for row in named(warehouse, Choice(only_queued=True, hidden=False))] == [
                "bob"
            ]
            counts = count_alerts(warehouse)
            assert (counts.queued, counts.hidden, counts.below) == (1, 1, 1)
            assert counts.hidden_by == {made.suppression_id: 1}
            audit(warehouse, MONDAY, ("anna", "s", 0.9), ("bob", "s", 0.8), ("carl", "s", 0.7))


def test_it_leaves_findings_risks_verdicts_and_what_is_learned_from_them_alone(warehouse: Warehouse) -> None:
    audit(warehouse, MONDAY, *((user, "s", 0.9) for user in USERS))
    for row in list_alerts(warehouse)[:2]:
        record_verdict(warehouse, row["alert_id"], "explained", "read", REVIEWER)
    tables = ("alert_episodes", "lookup_risk", "findings", "verdicts", "alerts")

    def all_of_it() -> list[Any]:
        learned = current_calibration(warehouse, WEDNESDAY)
        return [
            learned,
            reviewed(warehouse),
            *(warehouse.rows(f"FROM {name} ORDER BY ALL") for name in tables),
        ]

    before = all_of_it()
    hide(warehouse, *DETECTORS, team="north")
    hide(warehouse, *DETECTORS, user_id="carl")
    assert shown(warehouse) == ["dora"]
    assert all_of_it() == before


# Whatever is suppressed.

_whose = st.fixed_dictionaries(
    {
        "user_id": st.sampled_from([None, *USERS]),
        "team": st.sampled_from([None, "north", "south"]),
        "subject_id": st.sampled_from([None, "x", "y"]),
    }
).filter(lambda whose: any(whose.values()))
_patterns = st.lists(
    st.tuples(st.sets(st.sampled_from(DETECTORS), min_size=1), _whose, st.integers(0, 3), st.booleans()),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def busy() -> Iterator[Warehouse]:
    """Sixty alerts, of four users about two subjects, each with some of the questions."""
    with Warehouse(None, Settings(threads=1)) as opened:
        teams = {"anna": "north", "bob": "north", "carl": "south", "dora": None}
        opened.insert(
            "users", pd.DataFrame({"user_id": teams.keys(), "team": teams.values(), "file_id": "f"})
        )
        lot = random.Random(3)
        for nr in range(60):
            asked = lot.sample(DETECTORS, lot.randint(1, 3))
            audit(
                opened,
                date(2020, 1, 1) + timedelta(days=40 * nr),
                (lot.choice(USERS), lot.choice("xy"), lot.random()),
                sums={name: lot.random() for name in asked},
                motive=lot.choice([None, *{motive_by_detector()[name] for name in asked}]),
            )
        yield opened


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patterns=_patterns)
def test_an_alert_is_hidden_by_exactly_those_that_cover_it(busy: Warehouse, patterns: list[Any]) -> None:
    """Told again in other words: all its questions, no graver motive, its user, its team, its subject, in time."""
    busy.run("DELETE FROM suppressions")
    today = busy.settings.today()
    for detectors, whose, days, ended in patterns:
        made = hide(busy, *detectors, days=days, **whose)
        if ended:
            end_suppression(busy, made.suppression_id, "enough", REVIEWER)
    running = [one for one in list_suppressions(busy) if one.until >= today and not one.ended_at]
    team = {"anna": "north", "bob": "north", "carl": "south", "dora": None}
    alerts = {row["alert_id"]: row for row in busy.rows("SELECT * FROM alerts")}
    rows = list_alerts(busy)
    assert len(rows) == len(alerts) == 60
    for row in rows:
        alert = alerts[row["alert_id"]]
        covers = [
            one.suppression_id
            for one in running
            if set(alert["detectors"]) <= set(one.detectors)
            and LADDER.index(alert["motive"]) <= LADDER.index(one.motive)
            and one.user_id in {None, alert["user_id"]}
            and (one.team is None or one.team == team[alert["user_id"]])
            and one.subject_id in {None, alert["subject_id"]}
        ]
        assert row["hidden_by"] == sorted(covers)
    hidden = {row["alert_id"] for row in list_alerts(busy, Choice(hidden=True))}
    seen = {row["alert_id"] for row in list_alerts(busy, Choice(hidden=False))}
    assert hidden | seen == set(alerts) and not hidden & seen


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"detectors": ("neighbor",)}, "no detector 'neighbor'; did you mean neighbour"),
        ({"detectors": ()}, "which questions"),
        ({"user_id": None}, "whose alerts"),
        ({"owner": " "}, "needs an owner"),
        ({"reason": ""}, "needs a reason"),
        ({"days": -1}, "is over"),
        ({"days": 366}, "a year at most"),
    ],
)
def test_a_suppression_that_nobody_answers_for_is_refused(
    warehouse: Warehouse, change: dict[str, Any], said: str
) -> None:
    wanted = {"detectors": ("family",), "user_id": "anna", "owner": "x", "reason": "y", "days": 365} | change
    with pytest.raises(UsageError, match=said):
        add_suppression(
            warehouse,
            Pattern(wanted["detectors"], wanted["user_id"]),
            owner=wanted["owner"],
            reason=wanted["reason"],
            until=warehouse.settings.today() + timedelta(days=wanted["days"]),
            who=REVIEWER,
        )
    assert warehouse.count("suppressions") == warehouse.count("trail") == 0


# The commands.


@pytest.fixture
def command(tmp_path: Path) -> Any:
    """A function: exit code and output of a command on a warehouse with three alerts of one night."""
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings()) as warehouse:
        users = pd.DataFrame(
            {"user_id": ["annasecret", "bobsecret"], "team": ["north", "south"], "file_id": "f"}
        )
        warehouse.insert("users", users)
        audit(warehouse, MONDAY, ("annasecret", "exsecret", 0.9))
        audit(warehouse, TUESDAY, ("bobsecret", "exsecret", 0.8), sums={"family": 4.0, "off_duty": 2.0})

    def run(*options: str) -> tuple[int, str]:
        made = CliRunner().invoke(app, [*options, "--warehouse", str(path)])
        said = made.output + (f"{made.exception}" if made.exception else "")
        assert "secret" not in made.output  # neither user nor subject is ever named
        return 2 if isinstance(made.exception, UsageError) else made.exit_code, said

    return run


def day(days: int) -> str:
    return str(Settings().today() + timedelta(days=days))


WHY = ("--owner", "M. de Wit", "--reason", "declared to the team chief")


def test_the_commands_hide_list_and_end(command: Any) -> None:
    first, second = json.loads(command("alerts", "--json")[1])
    code, said = command("suppress", "add", "--alert", first["alert_id"], "--until", day(30), *WHY)
    assert code == 0 and "hides 1 alert that waits now" in said
    name = said.split(":")[0]
    assert first["alert_id"] not in command("alerts")[1]
    assert f"1 more is hidden, by {name} (1); --suppressed lists them." in command("alerts")[1]
    said = command("alerts", "--suppressed")[1]
    assert first["alert_id"] in said and "hidden" in said and second["alert_id"] not in said
    rows = json.loads(command("alerts", "--json")[1])  # a program gets all, and is told
    assert [row["hidden_by"] for row in rows] == [[name], []]
    (listed,) = json.loads(command("suppress", "list", "--json")[1])
    assert (listed["user_id"], listed["subject_id"]) == (first["user_id"], first["subject_id"])
    assert (listed["detectors"], listed["motive"], listed["hides"]) == (["family"], "curiosity", 1)
    assert "M. de Wit" in command("suppress", "list")[1]
    assert command("suppress", "end", name, "--reason", "he moved")[0] == 0
    assert "No suppressions." in command("suppress", "list")[1]
    assert "ended" in command("suppress", "list", "--all")[1]
    assert first["alert_id"] in command("alerts")[1]


def test_users_and_subjects_are_named_by_id_or_by_pseudonym(command: Any) -> None:
    rows = json.loads(command("alerts", "--json")[1])
    for whose, hidden in (
        (("--user", "annasecret"), 1),
        (("--user", rows[1]["user_id"]), 1),
        (("--subject", rows[0]["subject_id"]), 2),
        (("--team", "north"), 1),
    ):
        detectors = ("--detector", "family", "--detector", "off_duty")
        code, said = command("suppress", "add", *detectors, *whose, "--until", day(3), *WHY)
        assert code == 0, said
        assert len(json.loads(command("alerts", "--suppressed", "--json")[1])) == hidden, whose
        assert command("suppress", "end", said.split(":")[0], "--reason", "x")[0] == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--alert", "a-0"), "no alert a-0"),
        (("--alert", "SECOND", "--detector", "family"), "also asks off_duty"),
        (("--alert", "SECOND", "--user", "annasecret"), "stands for its user"),
        (("--detector", "family", "--team", "noth"), "did you mean north"),
        (("--detector", "family", "--user", "u-aaaaaaaaaaaaaaaa"), "is no user of this warehouse"),
        (("--detector", "family", "--subject", "s-aaaaaaaaaaaaaaaa"), "is no subject"),
        (("--detector", "family"), "whose alerts"),
    ],
)
def test_what_cannot_be_hidden_is_refused(command: Any, options: tuple[str, ...], said: str) -> None:
    second = json.loads(command("alerts", "--json")[1])[1]["alert_id"]
    filled = [option.replace("SECOND", second) for option in options]
    code, answer = command("suppress", "add", *filled, "--until", day(3), *WHY)
    assert code == 2 and said in answer
