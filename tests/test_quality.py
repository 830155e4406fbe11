"""What is odd about what came in: each kind of gap is found, and an ordinary or a quiet day raises none."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from lookup_audit import pipeline
from lookup_audit.quality import Gap, gaps, note_gaps, stretches
from lookup_audit.quality.weakened import weakened_by
from lookup_audit.settings import Settings
from lookup_audit.warehouse import load_signed
from tests.conftest import World

MONDAY = dt.date(2026, 3, 2)
DAY = MONDAY + dt.timedelta(weeks=5)  # a Monday, after five weeks that were as always
USERS = [f"agent{nr}" for nr in range(6)]
SYSTEMS = {"BVH": 60, "BRP": 40, "RDW": 30}

NIGHT = """
CREATE OR REPLACE TEMP TABLE night AS
SELECT
    lookups.*, lookups.user_id AS user_nr, lookups.subject_id AS subject_nr, users.team,
    lookups.justification AS reason
FROM lookups LEFT JOIN users ON users.user_id = lookups.user_id
WHERE local_date = $day
"""
WHO = """
CREATE OR REPLACE TEMP TABLE everyone AS
SELECT DISTINCT user_nr, user_nr IN (SELECT user_id FROM users) AS is_registered FROM night
"""
WHOM = """
CREATE OR REPLACE TEMP TABLE night_subjects AS
SELECT DISTINCT subject_nr, subject_nr IN (SELECT subject_id FROM subjects) AS is_registered FROM night
"""
NO_ROSTER = "CREATE OR REPLACE TEMP TABLE missing_rosters AS " + (
    files("lookup_audit.context").joinpath("10_missing_rosters.sql").read_text(encoding="utf-8")
)
VOLUME = """
INSERT INTO volume_days
SELECT $day, 'system', system, count(*), 0, count(DISTINCT user_id) FROM night GROUP BY system
"""


class Unit:
    """A unit whose every day is the same, until a test changes the last."""

    def __init__(self, world: Any) -> None:
        self.warehouse = world.warehouse
        self.world = world
        world.insert(
            {
                "users": [{"user_id": user, "team": "Team Noord"} for user in USERS],
                "subjects": [{"subject_id": "P1", "subject_type": "person"}],
            }
        )
        self.days = [MONDAY + dt.timedelta(days=nr) for nr in range((DAY - MONDAY).days + 1)]
        for nr, day in enumerate(self.days):
            self.deliver(day, nr)

    def deliver(self, day: dt.date, number: int) -> None:
        """Lookups of each system, a duty shift for each user, incidents and dispatches."""
        self.world.insert(
            {
                "lookups": [
                    {
                        "lookup_id": f"{day} {nr}", "system": system, "user_id": USERS[nr % 6],
                        "occurred_at": f"{day} 10:{nr % 60:02d}", "action": "print" if nr % 2 else "search",
                        "channel": "desktop", "subject_type": "person", "subject_id": "P1",
                        "justification": "aangifte" if nr % 10 else None,
                    }
                    for system, usual in SYSTEMS.items()
                    for nr in range(usual + number % 3)
                ],
                "shifts": [
                    {"user_id": user, "starts_at": f"{day} 07:00", "ends_at": f"{day} 15:00"} for user in USERS
                ],
                "incidents": [
                    {"incident_id": f"I{day} {nr}", "occurred_at": f"{day} 11:{nr:02d}"} for nr in range(30)
                ],
                "dispatches": [
                    {"incident_id": f"I{day} {nr}", "user_id": USERS[0], "dispatched_at": f"{day} 11:{nr:02d}"}
                    for nr in range(30)
                ],
            },
            file=f"drop of {day}",
        )  # fmt: skip

    def without(self, table: str, condition: str) -> None:
        values = {"day": DAY} if "$day" in condition else {}
        self.warehouse.run(f"DELETE FROM {table} WHERE {condition}", values)

    def note(self, *days: dt.date, skipped: tuple[str, ...] = ()) -> list[Gap]:
        """Every night in order, as an audit would; the gaps of the last."""
        found: list[Gap] = []
        for day in days or self.days:
            self.warehouse.run(NIGHT, {"day": day})
            self.warehouse.run(NO_ROSTER, {"day": day, "zone": "Europe/Amsterdam"})
            self.warehouse.run(WHO)
            self.warehouse.run(WHOM)
            self.warehouse.run("DELETE FROM volume_days WHERE day = $day", {"day": day})
            self.warehouse.run(VOLUME, {"day": day})
            self.warehouse.run(
                "INSERT INTO runs SELECT 'r', $day, $day, $day, 'done', 'c', 'v', 1, 1, 1, 1, 0, [] "
                "WHERE $day NOT IN (SELECT audit_date FROM runs)",
                {"day": day},
            )
            if self.warehouse.count("night"):
                found = note_gaps(self.warehouse, day, skipped)
        return found


@pytest.fixture(scope="module")
def ordinary() -> Iterator[Unit]:
    """A unit as it is before anything odd happens; made once, because five weeks take their time."""
    world = World()
    yield Unit(world)
    world.warehouse.close()


@pytest.fixture
def unit(ordinary: Unit) -> Iterator[Unit]:
    """The ordinary unit; what a test does to it is undone."""
    ordinary.warehouse.run("BEGIN")
    yield ordinary
    ordinary.warehouse.run("ROLLBACK")


def told(found: list[Gap]) -> list[tuple[str, str]]:
    return [(gap.kind, gap.part) for gap in found]


ON_DAY = "local_date = $day"


def test_days_that_are_as_always_have_no_gap(unit: Unit) -> None:
    unit.note()
    assert gaps(unit.warehouse, MONDAY, DAY) == []


def test_a_system_that_is_silent_for_a_day_is_a_gap(unit: Unit) -> None:
    unit.without("lookups", f"{ON_DAY} AND system = 'BRP'")
    (gap,) = unit.note()
    assert (gap.kind, gap.part, gap.expected, gap.seen) == ("silent_system", "BRP", 41, 0)


def test_a_quiet_day_everywhere_is_one_gap_and_not_one_for_each_system(unit: Unit) -> None:
    unit.without("lookups", f"{ON_DAY} AND hash(lookup_id) % 10 < 7")
    assert told(unit.note()) == [("volume", "")]


def test_a_system_that_is_silent_because_everything_is_nearly_silent_is_not_named(unit: Unit) -> None:
    unit.without("lookups", f"{ON_DAY} AND (system <> 'BVH' OR lookup_id NOT LIKE '% 1_')")
    assert ("silent_system", "RDW") not in told(unit.note())


def test_a_system_that_sends_far_less_or_far_more_is_a_gap(unit: Unit) -> None:
    unit.without("lookups", f"{ON_DAY} AND system = 'BVH' AND hash(lookup_id) % 10 < 7")
    assert told(unit.note()) == [("volume", "BVH")]
    unit.world.insert(
        {
            "lookups": [
                {"lookup_id": f"more {nr}", "system": "RDW", "user_id": USERS[0], "occurred_at": f"{DAY} 12:00",
                 "action": "search", "channel": "desktop", "subject_type": "person", "subject_id": "P1",
                 "justification": "aangifte"}
                for nr in range(90)
            ]
        }
    )  # fmt: skip
    assert ("volume", "RDW") in told(unit.note(DAY))


def test_a_team_whose_roster_is_missing_is_named_with_what_says_nothing_about_it(unit: Unit) -> None:
    # the last night shift before it, and leave, do not hide it; of other teams there are shifts
    unit.world.insert({"users": [{"user_id": "zuid", "team": "Team Zuid"}]})
    unit.world.insert(
        {
            "shifts": [
                {"user_id": "zuid", "starts_at": f"{DAY} 07:00", "ends_at": f"{DAY} 15:00"},
                {
                    "user_id": USERS[0],
                    "starts_at": f"{DAY - dt.timedelta(days=1)} 23:00",
                    "ends_at": f"{DAY} 07:00",
                },
                {
                    "user_id": USERS[1],
                    "starts_at": f"{DAY} 00:00",
                    "ends_at": f"{DAY} 23:00",
                    "kind": "leave",
                },
            ]
        }
    )
    unit.without(
        "shifts", "local_day(starts_at, 'Europe/Amsterdam') = $day AND kind IS NULL AND user_id <> 'zuid'"
    )
    (gap,) = unit.note()
    assert (gap.kind, gap.part, gap.expected, gap.disables) == (
        "missing_roster",
        "Team Noord",
        6,
        ("off_duty", "vehicle_at_door"),
    )


def test_every_rule_that_asks_because_somebody_is_off_duty_says_less_without_a_roster() -> None:
    asking = re.compile(r"duty_state IN \('off'|CASE duty_state")
    rules = [rule.id for rule in load_signed("rule", locked=False) if asking.search(rule.query)]
    assert set(rules) == set(weakened_by("shifts"))
    assert len(rules) > 1


def test_all_rosters_missing_are_one_gap_of_the_table(unit: Unit) -> None:
    unit.without("shifts", "local_day(starts_at, 'Europe/Amsterdam') >= $day - 4")
    assert told(unit.note()) == [("empty_table", "shifts")]


def test_an_office_that_is_closed_on_sundays_has_no_gap_then(unit: Unit) -> None:
    unit.without("shifts", "isodow(starts_at) = 7")
    unit.without("incidents", "isodow(occurred_at) = 7")
    unit.note()
    assert gaps(unit.warehouse, MONDAY, DAY) == []


def test_a_table_of_context_that_is_fed_no_more_is_a_gap_with_what_it_weakens(unit: Unit) -> None:
    unit.without("dispatches", "CAST(dispatched_at AS DATE) = $day")
    (gap,) = unit.note()
    assert (gap.kind, gap.part, gap.expected) == ("empty_table", "dispatches", 30)
    assert gap.disables == ("dispatch", "incident_address")


def test_what_did_not_run_is_not_weakened_once_more(unit: Unit) -> None:
    unit.without("dispatches", "CAST(dispatched_at AS DATE) = $day")
    (gap,) = unit.note(skipped=("dispatch: needs incident_subjects",))
    assert gap.disables == ("incident_address",)


def test_a_value_that_was_never_seen_is_a_gap_on_its_first_day(unit: Unit) -> None:
    unit.warehouse.run(
        f"UPDATE lookups SET action = 'export' WHERE {ON_DAY} AND lookup_id LIKE '%5'", {"day": DAY}
    )
    assert told(unit.note()) == [("new_value", "action: export")]


def test_one_user_who_does_something_new_is_no_new_value(unit: Unit) -> None:
    unit.warehouse.run(
        f"UPDATE lookups SET action = 'export' WHERE {ON_DAY} AND user_id = $user",
        {"day": DAY, "user": USERS[0]},
    )
    assert unit.note() == []


def test_a_new_system_is_a_gap_on_its_first_day(unit: Unit) -> None:
    unit.warehouse.run(
        f"UPDATE lookups SET system = 'NIEUW' WHERE {ON_DAY} AND lookup_id LIKE '%5'", {"day": DAY}
    )
    assert told(unit.note()) == [("new_value", "system: NIEUW")]


def test_a_value_that_is_gone_is_a_gap(unit: Unit) -> None:
    unit.warehouse.run(f"UPDATE lookups SET action = 'search' WHERE {ON_DAY}", {"day": DAY})
    (gap,) = unit.note()
    assert (gap.kind, gap.part, gap.disables) == (
        "vanished_value",
        "action: print",
        weakened_by("lookups.action"),
    )
    assert "bulk_extraction" in gap.disables


def test_a_column_that_is_emptied_is_a_gap(unit: Unit) -> None:
    unit.warehouse.run(f"UPDATE lookups SET justification = NULL WHERE {ON_DAY}", {"day": DAY})
    (gap,) = unit.note()
    assert (gap.kind, gap.part, gap.seen) == ("share", "justification", 0)
    assert gap.expected == pytest.approx(0.9, abs=0.03)
    assert gap.disables == ("weak_justification",)


def test_many_lookups_by_users_who_are_not_loaded_are_a_gap(unit: Unit) -> None:
    unit.warehouse.run(
        f"UPDATE lookups SET user_id = 'x' || user_id WHERE {ON_DAY} AND lookup_id LIKE '%1_'", {"day": DAY}
    )
    found = [gap for gap in unit.note() if gap.kind == "unknown"]
    assert [gap.part for gap in found] == ["users"]
    assert "colleague" in found[0].disables


def test_most_lookups_by_users_who_are_not_loaded_are_a_gap_from_the_first_day_on(unit: Unit) -> None:
    """As where an export of users was rejected but for a few; half of them is for the comparison with past weeks."""
    unit.warehouse.run("DELETE FROM users WHERE user_id <> $one", {"one": USERS[0]})
    (gap,) = unit.note(unit.days[0])
    assert (gap.kind, gap.part, gap.expected) == ("unknown", "users", 0.0)
    assert gap.seen == pytest.approx(5 / 6, abs=0.02)
    assert "colleague" in gap.disables
    *_, last = unit.note(*unit.days[1:])
    assert (last.day, last.kind, last.part) == (DAY, "unknown", "users")
    assert last.expected == pytest.approx(5 / 6, abs=0.02)


def test_half_of_them_on_a_first_day_are_none(unit: Unit) -> None:
    unit.warehouse.run("DELETE FROM users WHERE user_id > $third", {"third": sorted(USERS)[2]})
    assert unit.note(unit.days[0]) == []


def test_a_day_on_which_nothing_came_in_is_a_gap_until_it_is_delivered(unit: Unit) -> None:
    missing = DAY - dt.timedelta(days=1)
    unit.warehouse.run("DELETE FROM lookups WHERE local_date = $day", {"day": missing})
    (gap,) = unit.note(*[day for day in unit.days if day != missing])
    assert (gap.day, gap.kind) == (missing, "silent_day")
    unit.world.insert(
        {
            "lookups": [
                {"lookup_id": f"late {nr}", "system": system, "user_id": USERS[nr % 6],
                 "occurred_at": f"{missing} 10:00", "action": "print" if nr % 2 else "search", "channel": "desktop",
                 "subject_type": "person", "subject_id": "P1", "justification": "aangifte"}
                for system, usual in SYSTEMS.items()
                for nr in range(usual)
            ]
        }
    )  # fmt: skip
    unit.note(missing)
    assert gaps(unit.warehouse, MONDAY, DAY) == []


def test_many_rejected_rows_in_the_files_of_a_day_are_a_gap(unit: Unit) -> None:
    for day, rejected in ((DAY - dt.timedelta(days=1), 1), (DAY, 100)):
        unit.warehouse.run(
            "INSERT INTO input_files SELECT 'drop of ' || $day, 'f', 'lookups', $day, 1000, 900, $rejected, 0, '{}'",
            {"day": day, "rejected": rejected},
        )
    (gap,) = unit.note()
    assert (gap.kind, gap.part, gap.expected, gap.seen) == ("rejected_rows", "lookups", 0.001, 0.1)


def test_a_second_audit_of_a_day_leaves_the_same_gaps(unit: Unit) -> None:
    unit.without("lookups", f"{ON_DAY} AND system = 'BRP'")
    unit.without("dispatches", "CAST(dispatched_at AS DATE) = $day")
    unit.note()
    before = [unit.warehouse.rows(f"FROM {table} ORDER BY ALL") for table in ("gaps", "value_days")]
    unit.note(DAY)
    assert [unit.warehouse.rows(f"FROM {table} ORDER BY ALL") for table in ("gaps", "value_days")] == before
    assert before[0]


def test_gaps_of_days_on_end_are_one_stretch(unit: Unit) -> None:
    unit.without("dispatches", "CAST(dispatched_at AS DATE) >= $day - 2")
    unit.note()
    (one,) = stretches(unit.warehouse, MONDAY, DAY)
    assert (one.first, one.last, len(one.gaps)) == (DAY - dt.timedelta(days=2), DAY, 3)


def test_the_first_weeks_say_nothing(make_world: Callable[[], Any]) -> None:
    unit = Unit(make_world())
    unit.days = unit.days[:20]
    unit.without("lookups", "local_date = DATE '2026-03-20' AND system = 'BRP'")
    unit.note()
    assert gaps(unit.warehouse, MONDAY, DAY) == []


def test_an_audit_notes_gaps_in_its_transaction_and_says_them(make_world: Callable[[], Any]) -> None:
    world = make_world()
    world.insert({"users": [{"user_id": "eva", "team": "Noord"}]})
    world.insert(
        {
            "lookups": [
                {
                    "lookup_id": f"{nr}",
                    "system": "BVH",
                    "user_id": "eva",
                    "occurred_at": f"{DAY} 10:00",
                    "query_text": "x",
                }
                for nr in range(30)
            ]
        }
    )
    for back in range(1, 5):
        for system in ("BVH", "BRP"):
            world.warehouse.run(
                "INSERT INTO volume_days SELECT $day, 'system', $system, 30, 0, 1",
                {"day": DAY - dt.timedelta(weeks=back), "system": system},
            )
    (night,) = pipeline.audit(world.warehouse, [DAY])
    assert [line for line in night.gaps if "BRP" in line] == [
        "Nothing from the system BRP (30 were to be expected since its last day) on 6 April 2026. "
        "No detector says anything about lookups that did not come in."
    ]
    assert ("silent_system", "BRP") in told(gaps(world.warehouse, DAY, DAY))
    assert world.warehouse.value("SELECT count(*) FROM value_days WHERE day = $day", {"day": DAY})


def test_settings_of_quality_do_not_change_what_an_audit_says() -> None:
    usual = Settings().config_hash
    assert Settings.model_validate({"quality": {"changed_times": 3}}).config_hash == usual
