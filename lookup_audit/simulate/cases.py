"""Cases: who works on them, who they are about, and when that was registered."""

from dataclasses import dataclass, fields

import numpy as np

from lookup_audit.simulate.clock import DAY, HOUR, Array
from lookup_audit.simulate.force import DETECTIVE, PATROL
from lookup_audit.simulate.ground import Ground
from lookup_audit.simulate.publicity import Publicity
from lookup_audit.simulate.randomness import positions, weighted

NEVER = -1  # a time that was not registered
KIND_TEXTS = (
    "woninginbraak",
    "drugs",
    "huiselijk geweld",
    "fraude",
    "zeden",
    "levensdelict",
    "overlast",
    "vermogen",
)
_DETECTIVE_DAYS, _BEAT_DAYS = 40.0, 60.0


@dataclass(frozen=True)
class Cases:
    """Cases in order of opening; members and subjects as rows, members in order of user.

    `closed`, `until` and `linked` are -1 where nothing is registered. `enters` is when the
    investigators first had the subject in view, `linked` when it was registered; a link that was never
    registered has no row in the tables but `kept` False. A member row has a user, or a team with user -1.
    """

    opened: Array
    closed: Array
    team: Array
    kind: Array
    member_case: Array
    member_user: Array
    member_team: Array
    member_from: Array
    member_until: Array
    subject_start: Array
    subject_case: Array
    subject: Array
    enters: Array
    linked: Array
    kept: Array
    event_case: Array


@dataclass(frozen=True)
class _Openings:
    """Cases as they are opened: `main` is who each is about, `event` what is in the news of it (-1 nothing)."""

    team: Array
    opened: Array
    closed: Array
    main: Array
    event: Array


def build_cases(rng: np.random.Generator, ground: Ground, publicity: Publicity) -> Cases:
    """All cases that are open in the period, some of them on people in the news."""
    begun = _openings(rng, ground, publicity)
    order = np.argsort(begun.opened, kind="stable")
    begun = _Openings(*(getattr(begun, column.name)[order] for column in fields(begun)))
    event_case = np.full(len(publicity.at), -1, dtype=np.int64)
    event_case[begun.event[begun.event >= 0]] = np.flatnonzero(begun.event >= 0)
    return Cases(
        opened=begun.opened,
        closed=np.where(begun.closed < ground.clock.end, begun.closed, NEVER),
        kind=weighted(rng, np.array([3, 3, 3, 3, 1, 1, 2, 4]), len(order)),
        event_case=event_case,
        **_subjects(rng, ground, begun),
        **_members(rng, ground, begun),
    )


def _openings(rng: np.random.Generator, ground: Ground, publicity: Publicity) -> _Openings:
    """The cases of every team, from 60 days before the period on."""
    clock, people, force = ground.clock, ground.people, ground.force
    duty = force.teams.duty
    open_at_once = np.select([duty == DETECTIVE, duty == PATROL], [force.teams.size * 0.9, 4.0], 0.0)
    lasting = np.where(duty == DETECTIVE, _DETECTIVE_DAYS, _BEAT_DAYS)
    many = rng.poisson(open_at_once * (clock.days + 60) / lasting)
    team = np.repeat(np.arange(len(duty)), many)
    day = rng.random(len(team)) * (clock.days + 60) - 60
    opened = clock.midnights[0] + (day * DAY).astype(np.int64)
    days = np.maximum(rng.gamma(2.0, lasting[team] / 2), 4)
    district = force.teams.district[team]
    areas = np.searchsorted(force.area_district, np.arange(len(force.districts) + 1))
    local = np.where(rng.random(len(team)) < 0.85, district, rng.integers(0, len(force.districts), len(team)))
    area = areas[local] + np.floor(rng.random(len(team)) * (areas[local + 1] - areas[local])).astype(np.int64)
    area = np.where(force.teams.area[team] >= 0, force.teams.area[team], area)
    main = people.resident(rng, people.in_area(rng, area))
    main = np.where(rng.random(len(team)) < 0.3, rng.choice(ground.regulars.ravel(), len(team)), main)
    real = np.flatnonzero(publicity.real)
    event_opened = publicity.at[real] + ((rng.random(len(real)) - 0.5) * 10 * HOUR).astype(np.int64)
    return _Openings(
        np.concatenate((team, publicity.team[real])),
        np.concatenate((opened, event_opened)),
        np.concatenate((opened + (days * DAY).astype(np.int64), event_opened + 50 * DAY)),
        np.concatenate((main, publicity.subject[real])),
        np.concatenate((np.full(len(team), -1), real)),
    )


def _subjects(rng: np.random.Generator, ground: Ground, begun: _Openings) -> dict[str, Array]:
    """The subjects of each case: first the main one, then others, in order of case."""
    world, people, opened, main = ground.world, ground.people, begun.opened, begun.main
    count = 1 + rng.poisson(3.0, len(main))
    case = np.repeat(np.arange(len(main)), count)
    place = positions(count)
    lead = main[case]
    chance = rng.random(len(case))
    stranger = rng.integers(0, people.persons, len(case))
    car, mate = people.car_of(rng, lead), people.housemate(rng, lead)
    subject = np.select(
        [place == 0, chance < 0.3, (chance < 0.5) & (car >= 0), chance < 0.65, chance < 0.9],
        [lead, mate, car, people.address_of(lead), stranger],
        people.address_of(stranger),
    )
    pair = case * people.first[-1] + subject
    _, first = np.unique(pair, return_index=True)
    first = np.sort(first)
    case, subject, place = case[first], subject[first], place[first]
    enters = opened[case] + np.where(place == 0, 0, rng.random(len(case)) * 18 * DAY).astype(np.int64)
    chance = rng.random(len(case))
    delay = np.where(chance < world.link_late, rng.random(len(case)) * 3 * DAY, -rng.random(len(case)) * HOUR)
    return {
        "subject_start": np.searchsorted(case, np.arange(len(opened) + 1)),
        "subject_case": case,
        "subject": subject,
        "enters": enters,
        "linked": enters + delay.astype(np.int64),
        "kept": rng.random(len(case)) >= world.link_never,
    }


def _members(rng: np.random.Generator, ground: Ground, begun: _Openings) -> dict[str, Array]:
    """Member rows, and which team owns each case at the end."""
    force, team, opened, event = ground.force, begun.team, begun.opened, begun.event
    share = ground.world.case_handed_over
    moved = (force.teams.duty[team] == DETECTIVE) & (event < 0) & (rng.random(len(team)) < share)
    teams = np.flatnonzero(force.teams.duty == DETECTIVE)
    other = teams[(np.searchsorted(teams, team) + 1) % len(teams)]
    moved &= other != team
    middle = opened + ((begun.closed - opened) * rng.uniform(0.2, 0.8, len(team))).astype(np.int64)
    stages = [(np.arange(len(team)), team, opened, np.where(moved, middle, NEVER))]
    stages.append((np.flatnonzero(moved), other[moved], middle[moved], np.full(int(moved.sum()), NEVER)))
    columns: list[tuple[Array, ...]] = []
    for case, group, begin, until in stages:
        whole = (force.teams.duty[group] == PATROL) | (event[case] >= 0)
        columns.append((case[whole], np.full(int(whole.sum()), -1), group[whole], begin[whole], until[whole]))
        some = ~whole
        size = force.teams.size[group[some]]
        wanted = np.minimum(2 + rng.poisson(1.2, len(size)), size)
        row = np.repeat(np.arange(len(size)), wanted)
        first = np.floor(rng.random(len(size)) * size).astype(np.int64)
        user = force.team_start[group[some]][row] + (first[row] + positions(wanted)) % size[row]
        columns.append((case[some][row], user, np.full(len(row), -1), begin[some][row], until[some][row]))
    case, user, group, begin, until = (np.concatenate([part[at] for part in columns]) for at in range(5))
    order = np.lexsort((case, user))
    names = ("member_case", "member_user", "member_team", "member_from", "member_until")
    rows = {
        name: column[order] for name, column in zip(names, (case, user, group, begin, until), strict=True)
    }
    return {"team": np.where(moved, other, team), **rows}
