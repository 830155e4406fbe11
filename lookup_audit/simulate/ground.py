"""What stands before any work is done: people, place, force and roster."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from lookup_audit.simulate.clock import Array, Clock
from lookup_audit.simulate.force import Force, build_force, plan_teams
from lookup_audit.simulate.population import CHILD, Population, build_population
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.roster import Roster, build_roster
from lookup_audit.simulate.worlds import World

WARM_UP = 3  # days of work before the log begins, so that its first hours have a past
_EPOCH = date(1970, 1, 1)
_REGULARS = 10


@dataclass(frozen=True)
class Ground:
    """People, place, force and roster of one seed.

    `centres` is (areas, 2) lat and lon; `regulars` is (areas, 10) persons that patrol meets again and
    again; `beat_team` is the patrol team of each area.
    """

    seed: int
    world: World
    clock: Clock
    people: Population
    centres: Array
    force: Force
    roster: Roster
    regulars: Array
    beat_team: Array


def build_ground(world: World, users: int, days: int, seed: int, start: date) -> Ground:
    """The ground of a world; each part has its own random stream."""
    clock = Clock(start, days, WARM_UP)
    layout = plan_teams(generator(seed, "teams"), world, users)
    size = int(np.clip(users * world.persons_per_user, world.persons_least, world.persons_most))
    people = build_population(generator(seed, "people"), size, layout.centres, (start - _EPOCH).days)
    force = build_force(generator(seed, "force"), world, layout, people, days)
    return Ground(
        seed=seed,
        world=world,
        clock=clock,
        people=people,
        centres=layout.centres,
        force=force,
        roster=build_roster(generator(seed, "roster"), world, clock, force),
        regulars=_regulars(generator(seed, "regulars"), people, force, len(layout.centres)),
        beat_team=np.flatnonzero(layout.teams.area >= 0),
    )


def _regulars(rng: np.random.Generator, people: Population, force: Force, areas: int) -> Array:
    """Persons of each area that the police meet again and again; (areas, 10), repeats are possible."""
    area = np.repeat(np.arange(areas), _REGULARS)
    person = people.resident(rng, people.in_area(rng, area))
    for _ in range(20):
        unfit = np.flatnonzero((people.role[person] == CHILD) | np.isin(person, force.person))
        person[unfit] = people.resident(rng, people.in_area(rng, area[unfit]))
    return person.reshape(areas, _REGULARS)
