"""Of a team whose roster is missing nobody is called off duty; of one that is free together everybody is."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from lookup_audit.context import build_context
from tests.conftest import World

DAY = date(2026, 3, 10)  # a Tuesday
TEAM = ("eva", "mo", "fatima", "piet")
MONTH = [DAY - timedelta(days=back) for back in range(1, 29)]
TUESDAYS = [day for day in MONTH if day.weekday() == DAY.weekday()]


def shifts(
    users: Iterable[str], days: Iterable[date], hours: str = "07:00 15:00", kind: str | None = None
) -> Any:
    """A shift for each user on each day, at local times."""
    start, end = hours.split()
    return [
        {"user_id": user, "starts_at": f"{day} {start}", "ends_at": f"{day} {end}", "kind": kind}
        for user in users
        for day in days
    ]


def in_the_evening(world: World, rows: Any, looking: Iterable[str] = ("eva", "mo")) -> set[str]:
    """The duty states of users who look up at eight in the evening, of a team of four with these shifts."""
    world.insert(
        {
            "users": [{"user_id": user, "team": "Noord"} for user in TEAM],
            "shifts": rows,
            "lookups": [
                {
                    "lookup_id": user, "system": "BVH", "user_id": user, "subject_id": "s",
                    "occurred_at": f"{DAY} 20:00",
                }
                for user in looking
            ],
        }
    )  # fmt: skip
    build_context(world.warehouse, DAY, [])
    return {row["duty_state"] for row in world.warehouse.rows("SELECT duty_state FROM night")}


UNKNOWN = {
    "no roster of today": shifts(TEAM, MONTH),
    "no roster since a week and a day": shifts(TEAM, MONTH[8:]),
    "no roster of today, and before two weeks ago there was none yet": shifts(TEAM, MONTH[:14]),
    "no roster of today but the leave of two": shifts(TEAM, MONTH)
    + shifts(TEAM[2:], [DAY], hours="00:00 23:59", kind="leave"),
    "the night shift that began yesterday is all there is": shifts(TEAM, MONTH[1:])
    + [
        {"user_id": user, "starts_at": f"{MONTH[0]} 22:00", "ends_at": f"{DAY} 06:00"} for user in TEAM
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", UNKNOWN.values(), ids=UNKNOWN)
def test_where_the_roster_of_a_team_is_missing_nobody_knows_who_was_off(
    make_world: Callable[[], World], rows: Any
) -> None:
    assert in_the_evening(make_world(), rows) == {"unknown"}


OFF = {
    "on the roster of today, for the morning": shifts(TEAM, [*MONTH, DAY]),
    "nobody of the team is on duty, and one on standby": shifts(TEAM, MONTH)
    + shifts(["piet"], [DAY], hours="00:00 06:00", kind="standby"),
    "one of the team is on it": shifts(TEAM, MONTH) + shifts(["piet"], [DAY]),
    "a team that never works on Tuesdays": shifts(TEAM, [day for day in MONTH if day not in TUESDAYS]),
    "a team that was free last Tuesday and worked the one before, and so on": shifts(
        TEAM, [day for day in MONTH if day not in (TUESDAYS[0], TUESDAYS[2])]
    ),
    "a team that is known for a week": shifts(TEAM, MONTH[:7]),
    "three on duty, who can be free together": shifts(TEAM[:3], MONTH),
    "mostly one alone": shifts(TEAM, [day for day in MONTH if day != TUESDAYS[3]])
    + shifts(["eva"], TUESDAYS[3:]),
}


@pytest.mark.parametrize("rows", OFF.values(), ids=OFF)
def test_where_a_roster_is_there_or_none_is_usual_who_looks_up_in_the_evening_is_off(
    make_world: Callable[[], World], rows: Any
) -> None:
    assert in_the_evening(make_world(), rows) == {"off"}


def test_one_alone_who_looks_up_while_the_office_is_closed_is_off(make_world: Callable[[], World]) -> None:
    assert in_the_evening(make_world(), shifts(TEAM, MONTH), looking=["eva"]) == {"off"}


def test_until_noon_after_a_day_without_a_roster_nobody_knows_whose_night_shift_it_was(
    make_world: Callable[[], World],
) -> None:
    world = make_world()
    yesterday = MONTH[0]
    looked_up = [("eva", yesterday, "20:00"), ("mo", yesterday, "20:00")]
    looked_up += [("eva", DAY, "05:30"), ("mo", DAY, "11:59"), ("piet", DAY, "16:30")]
    world.insert(
        {
            "users": [{"user_id": user, "team": "Noord"} for user in TEAM],
            "shifts": shifts(TEAM, [*MONTH[1:], DAY], hours="07:00 09:00"),
            "lookups": [
                {
                    "lookup_id": str(number), "system": "BVH", "user_id": user, "subject_id": "s",
                    "occurred_at": f"{day} {at}",
                }
                for number, (user, day, at) in enumerate(looked_up)
            ],
        }
    )  # fmt: skip
    build_context(world.warehouse, DAY, [])
    rows = world.warehouse.rows("SELECT user_id, duty_state FROM night")
    assert {row["user_id"]: row["duty_state"] for row in rows} == {
        "eva": "unknown",
        "mo": "unknown",
        "piet": "off",
    }


def test_leave_is_entered_elsewhere_and_still_known(make_world: Callable[[], World]) -> None:
    rows = shifts(TEAM, MONTH) + shifts(TEAM, [DAY], hours="00:00 23:59", kind="leave")
    assert in_the_evening(make_world(), rows) == {"leave"}
