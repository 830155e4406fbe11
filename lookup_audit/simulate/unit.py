"""One synthetic police unit: its ground, and what happens on it over the whole period."""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from lookup_audit.simulate.cases import Cases, build_cases
from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.force import PATROL
from lookup_audit.simulate.ground import Ground, build_ground
from lookup_audit.simulate.publicity import Publicity, build_publicity
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.ties import Ties, build_ties
from lookup_audit.simulate.worlds import World


@dataclass(frozen=True)
class Unit(Ground):
    """Everything that does not change from day to day.

    `steady` is the case (by position, -1 none) in which a user has a long legitimate interest.
    """

    ties: Ties
    publicity: Publicity
    cases: Cases
    steady: Array


def build_unit(world: World, users: int, days: int, seed: int, start: date) -> Unit:
    """The unit of a world; each part has its own random stream."""
    ground = build_ground(world, users, days, seed, start)
    publicity = build_publicity(generator(seed, "publicity"), ground)
    cases = build_cases(generator(seed, "cases"), ground, publicity)
    return Unit(
        **{field.name: getattr(ground, field.name) for field in fields(ground)},
        ties=build_ties(generator(seed, "ties"), ground.people, ground.force),
        publicity=publicity,
        cases=cases,
        steady=_steady(generator(seed, "steady"), ground, cases),
    )


def _steady(rng: np.random.Generator, ground: Ground, cases: Cases) -> Array:
    """For a share of patrol users, at least one, the team's case whose main subject they look up on most days."""
    force = ground.force
    steady = np.full(force.users, -1, dtype=np.int64)
    order = np.argsort(cases.team, kind="stable")
    patrol = rng.permutation(np.flatnonzero(force.duty == PATROL))
    many = max(1, rng.binomial(len(patrol), ground.world.long_interest))
    for user in patrol[:many]:
        low, high = np.searchsorted(cases.team[order], [force.team[user], force.team[user] + 1])
        if high > low:
            steady[user] = order[rng.integers(low, high)]
    return steady
