"""Incidents of a day: where, who was involved, who was sent, and the lookups that follow from them."""

from dataclasses import dataclass

import numpy as np

from lookup_audit.simulate.clock import HOUR, Array
from lookup_audit.simulate.force import PATROL
from lookup_audit.simulate.lookups import INCIDENT, REPORT, Batch, batch, joined
from lookup_audit.simulate.population import Population
from lookup_audit.simulate.randomness import pick, positions, weighted
from lookup_audit.simulate.unit import Unit

KIND_TEXTS = (
    "huiselijk geweld", "overlast personen", "verkeersongeval", "woninginbraak", "winkeldiefstal", "ruzie in café",
    "vermiste patiënt", "mishandeling", "controle voertuig", "geluidsoverlast", "schietpartij", "verward gedrag",
)  # fmt: skip
_TRAFFIC = (2, 8)
SERIOUS = 10
_WEIGHTS = np.array([9, 12, 11, 7, 6, 8, 2, 6, 12, 10, 0.1, 9])
_SPOTS = 20


@dataclass(frozen=True)
class Planned:
    """Incidents that happen on purpose: next door to a user, or what the news is about."""

    day: Array
    household: Array
    person: Array
    serious: Array


@dataclass(frozen=True)
class Incidents:
    """A day's incidents; `subject_*` and `sent_*` are rows by incident; `sent_user` -1 means the whole team."""

    at: Array
    kind: Array
    household: Array
    team: Array
    subject_incident: Array
    subject: Array
    registered: Array
    sent_incident: Array
    sent_user: Array
    sent_at: Array
    cleared_at: Array


def incidents_of(rng: np.random.Generator, unit: Unit, day: int, planned: Planned) -> tuple[Incidents, Batch]:
    """The incidents that patrol shifts starting on the day are sent to, and the lookups that follow."""
    rows = unit.roster.on_day(day)
    rows = rows[unit.force.duty[unit.roster.user[rows]] == PATROL]
    team = unit.force.team[unit.roster.user[rows]]
    order = np.lexsort((unit.roster.start[rows], team))
    rows, team = rows[order], team[order]
    hours = (unit.roster.end[rows] - unit.roster.start[rows]) / HOUR
    first = np.repeat(np.arange(len(rows)), rng.poisson(unit.world.incidents * hours / 8))
    household = _places(rng, unit, team[first])
    main = _involved(rng, unit, household)
    kind = weighted(rng, _WEIGHTS, len(first))
    today = np.flatnonzero(planned.day == day)
    where = planned.household[today]
    squad = unit.beat_team[unit.people.area[where]]
    low, high = np.searchsorted(team, squad), np.searchsorted(team, squad, side="right")
    crew = pick(rng, low, high - low)
    come = crew >= 0
    first = np.concatenate((first, crew[come]))
    household = np.concatenate((household, where[come]))
    main = np.concatenate((main, planned.person[today][come]))
    kind = np.concatenate((kind, np.where(planned.serious[today], SERIOUS, 0)[come]))
    start, end = unit.roster.start[rows][first], unit.roster.end[rows][first]
    at = start + (rng.random(len(first)) * (end - start - HOUR // 2)).astype(np.int64)
    # Partners: any row of the same team and the same start.
    group = (
        np.concatenate(([0], np.cumsum((np.diff(team) != 0) | (np.diff(unit.roster.start[rows]) != 0))))
        if len(rows)
        else team
    )
    low, high = np.searchsorted(group, group[first]), np.searchsorted(group, group[first], side="right")
    partner = pick(rng, low, high - low)
    both = np.flatnonzero(partner != first)
    sent = np.concatenate((np.arange(len(first)), both))
    sent_row = np.concatenate((rows[first], rows[partner[both]]))
    sent_at = at[sent] + rng.integers(60, 900, len(sent))
    cleared = sent_at + (20 * 60 + rng.gamma(2.0, 22 * 60, len(sent))).astype(np.int64)
    subject_incident, subject = _subjects(rng, unit.people, main, household, kind)
    made = Incidents(
        at=at,
        kind=kind,
        household=household,
        team=team[first],
        subject_incident=subject_incident,
        subject=subject,
        registered=rng.random(len(subject)) >= unit.world.involvement_unregistered,
        sent_incident=sent,
        sent_user=np.where(rng.random(len(sent)) < 0.04, -1, unit.roster.user[sent_row]),
        sent_at=sent_at,
        cleared_at=cleared,
    )
    return made, _lookups(rng, unit, made, sent_row)


def _places(rng: np.random.Generator, unit: Unit, team: Array) -> Array:
    """Households in the team's area; some places again and again."""
    area = unit.force.teams.area[team]
    anywhere = unit.people.in_area(rng, area)
    spots = unit.people.area_start[area] + rng.integers(0, _SPOTS, len(area))
    return np.where(rng.random(len(area)) < 0.12, np.minimum(spots, len(unit.people.area) - 1), anywhere)


def _involved(rng: np.random.Generator, unit: Unit, household: Array) -> Array:
    """The main person of each incident: who lives there, one of the regulars, or anyone."""
    regular = unit.regulars[
        unit.people.area[household], rng.integers(0, unit.regulars.shape[1], len(household))
    ]
    stranger = rng.integers(0, unit.people.persons, len(household))
    chance = rng.random(len(household))
    return np.where(
        chance < 0.6, unit.people.resident(rng, household), np.where(chance < 0.75, regular, stranger)
    )


def _subjects(
    rng: np.random.Generator, people: Population, main: Array, household: Array, kind: Array
) -> tuple[Array, Array]:
    """Rows of incident and subject: the main person, others, and in traffic their cars."""
    count = 1 + rng.poisson(0.7, len(main))
    row = np.repeat(np.arange(len(main)), count)
    chance = rng.random(len(row))
    other = np.where(
        chance < 0.4,
        people.housemate(rng, main[row]),
        np.where(
            chance < 0.6,
            people.resident(rng, people.street(rng, household[row])),
            rng.integers(0, people.persons, len(row)),
        ),
    )
    person = np.where(positions(count) == 0, main[row], other)
    car = people.car_of(rng, person)
    drives = (car >= 0) & np.isin(kind[row], _TRAFFIC)
    incident, subject = np.concatenate((row, row[drives])), np.concatenate((person, car[drives]))
    _, first = np.unique(incident * people.first[-1] + subject, return_index=True)
    return incident[first], subject[first]


def around_incident(rng: np.random.Generator, unit: Unit, made: Incidents, incident: Array) -> Array:
    """A subject for each lookup about an incident: someone involved, their car, household or phone, the address."""
    bounds = np.searchsorted(made.subject_incident, np.arange(len(made.at) + 1))
    begin = bounds[incident]
    involved = made.subject[pick(rng, begin, bounds[incident + 1] - begin)]
    people = unit.people
    person = np.where(involved < people.persons, involved, 0)
    car, phone = people.car_of(rng, person), people.phone_of(rng, person)
    chance = rng.random(len(incident))
    near = np.select(
        [
            chance < 0.64,
            (chance < 0.78) & (car >= 0),
            chance < 0.87,
            chance < 0.95,
            (chance < 0.98) & (phone >= 0),
        ],
        [involved, car, people.first[2] + made.household[incident], people.housemate(rng, person), phone],
        people.resident(rng, people.street(rng, made.household[incident])),
    )
    return np.where(involved < people.persons, near, involved)


def _lookups(rng: np.random.Generator, unit: Unit, made: Incidents, sent_row: Array) -> Batch:
    """Lookups on the way and on the spot, for the report, and by colleagues of the next shift."""
    world, roster = unit.world, unit.roster
    user = roster.user[sent_row]
    spot = np.repeat(np.arange(len(sent_row)), rng.poisson(world.per_dispatch, len(sent_row)))
    length = made.cleared_at[spot] - made.sent_at[spot]
    home = made.household[made.sent_incident[spot]]
    noise = rng.normal(0, 0.0006, (2, len(spot)))
    parts = [
        batch(
            at=made.sent_at[spot] - 60 + (rng.random(len(spot)) ** 1.3 * length).astype(np.int64),
            user=user[spot],
            subject=around_incident(rng, unit, made, made.sent_incident[spot]),
            activity=INCIDENT,
            lat=unit.people.lat[home] + noise[0],
            lon=unit.people.lon[home] + noise[1],
        )
    ]
    share = world.reports / (2 * world.incidents)
    desk = np.repeat(np.arange(len(sent_row)), rng.poisson(share, len(sent_row)))
    left = np.maximum(roster.stayed[sent_row[desk]] - made.cleared_at[desk], 600)
    now = made.cleared_at[desk] + (rng.random(len(desk)) * left).astype(np.int64)
    next_time, comes, _ = roster.settle(rng, user[desk], roster.stayed[sent_row[desk]] + 4 * HOUR, 0.0)
    later = (rng.random(len(desk)) < 0.3) & comes
    subject = around_incident(rng, unit, made, made.sent_incident[desk])
    parts.append(batch(at=np.where(later, next_time, now), user=user[desk], subject=subject, activity=REPORT))
    passed = np.flatnonzero(rng.random(len(made.at)) < world.handovers / (2 * world.incidents))
    passed = np.repeat(passed, 1 + rng.poisson(0.8, len(passed)))
    taker = unit.force.colleague(rng, roster.user[sent_row[passed]])
    when, comes, _ = roster.settle(rng, taker, made.cleared_at[passed] + 4 * HOUR, 0.0, patience=14)
    subject = around_incident(rng, unit, made, passed[comes])
    parts.append(batch(at=when[comes], user=taker[comes], subject=subject, activity=REPORT))
    return joined(parts)


def no_incidents() -> Planned:
    """Nothing planned."""
    nothing = np.empty(0, dtype=np.int64)
    return Planned(nothing, nothing, nothing, nothing.astype(bool))


def in_order(parts: list[Planned]) -> Planned:
    """All planned incidents of the parts."""
    names = ("day", "household", "person", "serious")
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    return Planned(*columns)
