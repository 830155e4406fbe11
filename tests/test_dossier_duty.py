"""A dossier reckons duty as the audit does: two readings of one roster would accuse, or excuse, by mistake."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

import pytest

from lookup_audit.context import build_context, store_history
from lookup_audit.pipeline import audit
from lookup_audit.reporting.dossier.numbers import Period, read_lookups
from tests.conftest import World

DAYS = [date(2026, 3, 10) + timedelta(days=number) for number in range(3)]
PERIOD = Period(DAYS[0], DAYS[-1])
TEAM = [f"u{number}" for number in range(5)]
# of a team whose roster of the second day is missing, in the morning and in the evening
STATES = {
    f"{day} {hour}": state
    for day, states in zip(DAYS, (("off", "off"), ("unknown", "unknown"), ("unknown", "off")), strict=True)
    for hour, state in zip(("05:00", "20:00"), states, strict=True)
}


def as_the_audit_has_it(world: World) -> dict[str, str]:
    """The duty state of every lookup, by its id."""
    found: dict[str, str] = {}
    for day in DAYS:
        build_context(world.warehouse, day, [])
        store_history(world.warehouse, day)
        rows = world.warehouse.rows(
            "SELECT night.lookup_id, context.duty_state FROM lookup_context AS context "
            "INNER JOIN night ON night.lookup_nr = context.lookup_nr"
        )
        found |= {row["lookup_id"]: row["duty_state"] for row in rows}
    return found


def as_dossiers_have_it(world: World, users: list[str]) -> dict[str, str]:
    return {one.lookup_id: one.duty for user in users for one in read_lookups(world.warehouse, user, PERIOD)}


def rostered(user: str, start: str, end: str, kind: str = "duty") -> dict[str, str]:
    return {"user_id": user, "starts_at": start, "ends_at": end, "kind": kind}


def looked_up(user: str, name: str, at: str) -> dict[str, str]:
    return {"lookup_id": name, "system": "BVH", "occurred_at": at, "user_id": user, "subject_id": "s"}


@pytest.mark.parametrize(
    ("shift", "at", "state"),
    [
        (("2026-03-11 00:00", "2026-03-11 08:00"), "2026-03-10 23:30", "unknown"),  # only the next day's
        (("2026-03-10 22:00", "2026-03-11 06:00"), "2026-03-11 03:00", "duty"),
        (("2026-03-10 22:00", "2026-03-11 06:00"), "2026-03-11 06:40", "overtime"),
        (("2026-02-24 15:00", "2026-02-24 23:00"), "2026-03-10 11:00", "unknown"),  # fourteen days ago
        (("2026-02-25 07:00", "2026-02-25 15:00"), "2026-03-10 11:00", "off"),  # thirteen
        (("2026-03-13 07:00", "2026-03-13 15:00"), "2026-03-10 11:00", "unknown"),  # still to come
    ],
)
def test_a_shift_is_read_up_to_the_end_of_the_day_and_as_far_back_as_the_audit_reads(
    make_world: Callable[[], World], shift: tuple[str, str], at: str, state: str
) -> None:
    world = make_world()
    world.insert(
        {
            "users": [{"user_id": "eva"}],
            "shifts": [rostered("eva", *shift)],
            "lookups": [looked_up("eva", "L1", at)],
        }
    )
    assert as_the_audit_has_it(world) == as_dossiers_have_it(world, ["eva"]) == {"L1": state}


def test_the_audit_and_a_dossier_agree_on_every_lookup(make_world: Callable[[], World]) -> None:
    world, random = make_world(), Random(20260310)
    users = [f"u{number:02}" for number in range(80)]
    shifts, lookups = [], []
    for user in users:
        for number in range(random.randint(0, 7)):
            start = datetime(2026, 2, 22) + timedelta(minutes=15 * random.randint(0, 21 * 96) + number)
            end = start + timedelta(hours=random.choice([4, 8, 8, 12, 72]))
            kind = random.choice(["duty", "duty", "standby", "training", "leave", "sick"])
            shifts.append(rostered(user, str(start), str(end), kind))
        for number in range(random.choice([2, 6, 24])):
            at = datetime(2026, 3, 10) + timedelta(minutes=random.randint(0, 3 * 1440 - 1))
            lookups.append(looked_up(user, f"{user}-{number}", str(at)))
    world.insert({"users": [{"user_id": user} for user in users], "shifts": shifts, "lookups": lookups})
    audited, told = as_the_audit_has_it(world), as_dossiers_have_it(world, users)
    assert len(set(audited.values())) == 9, "every state comes by"
    assert {name: (audited[name], told[name]) for name in audited if audited[name] != told[name]} == {}


@pytest.fixture
def without_a_roster(make_world: Callable[[], World]) -> World:
    """A team of five that looks up in the evening of three days, on the second of which nobody is rostered."""
    world = make_world()
    worked = [
        DAYS[-1] - timedelta(days=back) for back in range(28) if DAYS[-1] - timedelta(days=back) != DAYS[1]
    ]
    world.insert(
        {
            "users": [{"user_id": user, "team": "Noord"} for user in TEAM],
            "shifts": [rostered(user, f"{day} 07:00", f"{day} 15:00") for user in TEAM for day in worked],
            "lookups": [looked_up(user, f"{user} {at}", at) for user in TEAM for at in STATES],
        }
    )
    return world


def test_they_agree_on_a_team_whose_roster_is_missing_for_a_day(without_a_roster: World) -> None:
    audited = as_the_audit_has_it(without_a_roster)
    assert audited == {f"{user} {at}": state for user in TEAM for at, state in STATES.items()}
    assert as_dossiers_have_it(without_a_roster, TEAM) == audited


def test_where_the_others_are_forgotten_a_roster_that_was_missing_is_still_not_known(
    without_a_roster: World,
) -> None:
    audit(without_a_roster.warehouse, DAYS)
    for table in ("shifts", "lookups", "user_days"):
        without_a_roster.warehouse.run(f"DELETE FROM {table} WHERE user_id <> 'u0'")
    states = as_dossiers_have_it(without_a_roster, ["u0"])
    assert states == {f"u0 {at}": state for at, state in STATES.items()}


def test_once_a_roster_that_was_missing_is_there_it_is_read(without_a_roster: World) -> None:
    audit(without_a_roster.warehouse, DAYS)
    without_a_roster.insert({"shifts": [rostered("u1", f"{DAYS[1]} 16:00", f"{DAYS[1]} 22:00")]})
    states = as_dossiers_have_it(without_a_roster, ["u0", "u1"])
    assert (states[f"u0 {DAYS[1]} 20:00"], states[f"u1 {DAYS[1]} 20:00"]) == ("off", "duty")


@pytest.mark.parametrize(
    ("team", "users"), [("Zuid", 3), (None, 5)], ids=["too few to tell", "users without a team"]
)
def test_where_all_rosters_are_missing_they_agree_on_who_has_no_team_of_which_it_can_be_told(
    make_world: Callable[[], World], team: str | None, users: int
) -> None:
    """The gap is one of the whole table then, and names no team."""
    world, names = make_world(), TEAM[:users]
    worked = [DAYS[1] - timedelta(days=back) for back in range(1, 29)]
    world.insert(
        {
            "users": [{"user_id": user, "team": team} for user in names],
            "shifts": [rostered(user, f"{day} 07:00", f"{day} 15:00") for user in names for day in worked]
            + [rostered(names[0], f"{DAYS[1]} 00:00", f"{DAYS[1]} 12:00", "leave")],
            "lookups": [
                looked_up(user, f"{user} {hour}", f"{DAYS[1]} {hour}:00")
                for user in names
                for hour in (11, 20)
            ],
        }
    )
    world.warehouse.run(
        "INSERT INTO gaps BY NAME SELECT $day AS day, 'empty_table' AS kind, 'shifts' AS part, [] AS disables",
        {"day": DAYS[1]},
    )
    audited = as_the_audit_has_it(world)
    assert sorted(set(audited.values())) == ["leave", "off"]
    assert as_dossiers_have_it(world, names) == audited
