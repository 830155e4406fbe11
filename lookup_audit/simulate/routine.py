"""The routine of a day: casework, traffic checks, briefings, desks that look up for others."""

import numpy as np

from lookup_audit.simulate.clock import HOUR, Array
from lookup_audit.simulate.force import DESK, DETECTIVE, FRONT, PATROL, STAFF
from lookup_audit.simulate.incidents import Incidents, around_incident
from lookup_audit.simulate.lookups import (
    BRIEFING,
    CASE,
    DESKWORK,
    INTAKE,
    OVERVIEW,
    TRAFFIC,
    Batch,
    batch,
    joined,
)
from lookup_audit.simulate.population import ADDRESS, VEHICLE
from lookup_audit.simulate.randomness import pick
from lookup_audit.simulate.roster import STANDBY
from lookup_audit.simulate.unit import Unit

_MINUTE = 60


def routine_of(rng: np.random.Generator, unit: Unit, day: int, made: Incidents) -> Batch:
    """All lookups that shifts starting on the day make in the course of routine work."""
    rows = unit.roster.on_day(day)
    duty = unit.force.duty[unit.roster.user[rows]]
    cases = _open_cases(unit, day)
    patrol, detective = rows[duty == PATROL], rows[duty == DETECTIVE]
    standby = np.flatnonzero((unit.roster.kind == STANDBY) & (unit.clock.day_of(unit.roster.start) == day))
    world = unit.world
    return joined(
        [
            _casework(rng, unit, detective, cases, (world.detective, 0.85)),
            _casework(rng, unit, standby, cases, (world.detective * 0.06, 0.95)),
            _casework(rng, unit, patrol, cases, (world.team_cases, 0.0)),
            _steady_interest(rng, unit, patrol),
            _traffic(rng, unit, patrol),
            _briefing(rng, unit, patrol),
            _desk(rng, unit, rows[duty == DESK], made),
            _intake(rng, unit, rows[duty == FRONT]),
            _overview(rng, unit, rows[duty == STAFF], made),
        ]
    )


def _spread(rng: np.random.Generator, unit: Unit, rows: Array, mean: float) -> tuple[Array, Array]:
    """Shift rows repeated by their number of lookups (the mean is for eight hours), and times within them."""
    roster = unit.roster
    hours = (roster.end[rows] - roster.start[rows]) / HOUR
    habit = 0.5 + (roster.user[rows] * 2_654_435_761 % 1_000) / 1_000  # some look up more than others
    row = np.repeat(rows, rng.poisson(mean * np.minimum(hours, 12) / 8 * habit))
    length = roster.stayed[row] - roster.start[row] + 8 * _MINUTE
    return row, roster.start[row] - 8 * _MINUTE + (rng.random(len(row)) * length).astype(np.int64)


def _open_cases(unit: Unit, day: int) -> tuple[Array, Array, Array, Array]:
    """Cases open on the day: users with their case rows in order of user, teams with theirs in order of team."""
    cases, now = unit.cases, unit.clock.midnights[day]
    is_open = (cases.opened <= now) & ((cases.closed < 0) | (cases.closed > now))
    running = is_open[cases.member_case] & (cases.member_from <= now)
    running &= (cases.member_until < 0) | (cases.member_until > now)
    own = np.flatnonzero(running & (cases.member_user >= 0))
    open_ones = np.flatnonzero(is_open)
    open_ones = open_ones[np.argsort(cases.team[open_ones], kind="stable")]
    return cases.member_user[own], cases.member_case[own], cases.team[open_ones], open_ones


def _casework(
    rng: np.random.Generator,
    unit: Unit,
    rows: Array,
    open_cases: tuple[Array, ...],
    habit: tuple[float, float],
) -> Batch:
    """Lookups about the subjects of cases; `habit` is the mean number and the share on one's own cases."""
    mean, own = habit
    row, at = _spread(rng, unit, rows, mean)
    user = unit.roster.user[row]
    users, user_cases, teams, team_cases = open_cases
    low, high = np.searchsorted(users, user), np.searchsorted(users, user, side="right")
    mine = pick(rng, low, high - low)
    team = unit.force.team[user]
    low, high = np.searchsorted(teams, team), np.searchsorted(teams, team, side="right")
    ours = pick(rng, low, high - low)
    use_own = (mine >= 0) & ((rng.random(len(user)) < own) | (ours < 0))
    case = np.full(len(user), -1, dtype=np.int64)
    case[use_own] = user_cases[mine[use_own]]
    shared = ~use_own & (ours >= 0)
    case[shared] = team_cases[ours[shared]]
    some = np.flatnonzero(case >= 0)
    return batch(
        at=at[some],
        user=user[some],
        subject=around_case(rng, unit, case[some], at[some]),
        activity=CASE,
        case=case[some],
        home=unit.roster.at_home[row[some]] | (unit.roster.kind[row[some]] == STANDBY),
    )


def around_case(rng: np.random.Generator, unit: Unit, case: Array, at: Array) -> Array:
    """A subject for each lookup on a case: one in view by then, or the car, home or household of one."""
    cases, people = unit.cases, unit.people
    begin = cases.subject_start[case]
    drawn = pick(rng, begin, cases.subject_start[case + 1] - begin)
    subject = cases.subject[np.where(cases.enters[drawn] <= at, drawn, begin)]
    person = np.where(subject < people.persons, subject, 0)
    car = people.car_of(rng, person)
    chance = rng.random(len(case))
    near = np.select(
        [chance < 0.8, (chance < 0.87) & (car >= 0), chance < 0.94],
        [subject, car, people.address_of(person)],
        people.housemate(rng, person),
    )
    return np.where(subject < people.persons, near, subject)


def _steady_interest(rng: np.random.Generator, unit: Unit, rows: Array) -> Batch:
    """Officers who, for months and for a reason, look up the same person nearly every shift."""
    rows = rows[unit.steady[unit.roster.user[rows]] >= 0]
    rows = np.repeat(rows, rng.binomial(2, 0.55, len(rows)))
    user = unit.roster.user[rows]
    case = unit.steady[user]
    at = unit.roster.start[rows] + rng.integers(0, 7 * HOUR, len(rows))
    begun = (unit.cases.opened[case] <= at) & ((unit.cases.closed[case] < 0) | (unit.cases.closed[case] > at))
    case, user, at = case[begun], user[begun], at[begun]
    main = unit.cases.subject[unit.cases.subject_start[case]]
    return batch(at=at, user=user, subject=main, activity=CASE, case=case)


def _traffic(rng: np.random.Generator, unit: Unit, rows: Array) -> Batch:
    """Plates checked on the road, of whoever drives by; sometimes the owner right after."""
    row, at = _spread(rng, unit, rows, unit.world.traffic_checks)
    user, people = unit.roster.user[row], unit.people
    area = unit.force.teams.area[unit.force.team[user]]
    local = people.car_of(rng, people.resident(rng, people.in_area(rng, area)))
    passing = people.first[VEHICLE] + rng.integers(0, len(people.vehicle_owner), len(row))
    car = np.where((local >= 0) & (rng.random(len(row)) < 0.6), local, passing)
    where = unit.centres[area] + rng.normal(0, 0.012, (len(row), 2))
    more = rng.random(len(row)) < 0.2
    common = {"activity": TRAFFIC, "mobile": True}
    owner = people.vehicle_owner[car[more] - people.first[VEHICLE]]
    return joined(
        [
            batch(at=at, user=user, subject=car, lat=where[:, 0], lon=where[:, 1], **common),
            batch(
                at=at[more] + 25,
                user=user[more],
                subject=owner,
                lat=where[more, 0],
                lon=where[more, 1],
                **common,
            ),
        ]
    )


def _briefing(rng: np.random.Generator, unit: Unit, rows: Array) -> Batch:
    """The usual suspects, read up on at the start of a shift."""
    row, _ = _spread(rng, unit, rows, unit.world.briefing)
    user = unit.roster.user[row]
    area = unit.force.teams.area[unit.force.team[user]]
    known = unit.regulars[
        area, np.floor(rng.random(len(row)) ** 1.5 * unit.regulars.shape[1]).astype(np.int64)
    ]
    at = unit.roster.start[row] + rng.integers(0, 50 * _MINUTE, len(row))
    return batch(at=at, user=user, subject=known, activity=BRIEFING)


def _desk(rng: np.random.Generator, unit: Unit, rows: Array, made: Incidents) -> Batch:
    """The real-time centre: what colleagues on the way to an incident ask for, and strangers by the dozen."""
    row, at = _spread(rng, unit, rows, unit.world.desk)
    user = unit.roster.user[row]
    teams = unit.force.teams
    order = np.argsort(teams.unit[made.team], kind="stable")
    units = teams.unit[made.team][order]
    own = unit.force.unit_of(user)
    low, high = np.searchsorted(units, own), np.searchsorted(units, own, side="right")
    found = pick(rng, low, high - low)
    incident = order[np.maximum(found, 0)] if len(order) else np.zeros(len(row), dtype=np.int64)
    asked = np.zeros(len(row), dtype=bool)
    subject = rng.integers(0, unit.people.first[ADDRESS + 1], len(row))
    if len(order):
        then = made.at[incident] + rng.integers(0, 40 * _MINUTE, len(row))
        asked = (found >= 0) & (then >= unit.roster.start[row]) & (then < unit.roster.stayed[row])
        at = np.where(asked, then, at)
        subject[asked] = around_incident(rng, unit, made, incident[asked])
    return batch(at=at, user=user, subject=subject, activity=DESKWORK)


def _intake(rng: np.random.Generator, unit: Unit, rows: Array) -> Batch:
    """The front office: people who come to report something, their things, and whom they name."""
    row, at = _spread(rng, unit, rows, unit.world.front_office / 3.2)
    people = unit.people
    visitor = rng.integers(0, people.persons, len(row))
    many = 1 + rng.poisson(2.2, len(row))
    each = np.repeat(np.arange(len(row)), many)
    person = visitor[each]
    car = people.car_of(rng, person)
    chance = rng.random(len(each))
    subject = np.select(
        [chance < 0.5, (chance < 0.7) & (car >= 0), chance < 0.8],
        [person, car, people.address_of(person)],
        rng.integers(0, people.persons, len(each)),
    )
    after = rng.integers(0, 12 * _MINUTE, len(each))
    return batch(at=at[each] + after, user=unit.roster.user[row[each]], subject=subject, activity=INTAKE)


def _overview(rng: np.random.Generator, unit: Unit, rows: Array, made: Incidents) -> Batch:
    """Staff who check the quality of reports, or vet an applicant."""
    row, at = _spread(rng, unit, rows, unit.world.staff)
    subject = rng.integers(0, unit.people.persons, len(row))
    if len(made.at):
        checked = rng.random(len(row)) < 0.6
        incident = rng.integers(0, len(made.at), int(checked.sum()))
        subject[checked] = around_incident(rng, unit, made, incident)
    home = unit.roster.at_home[row]
    return batch(at=at, user=unit.roster.user[row], subject=subject, activity=OVERVIEW, home=home)
