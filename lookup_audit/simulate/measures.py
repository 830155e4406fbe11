"""Prevention of which the effect is known: sessions with half of the teams, a campaign, and a theme that rises.

Effects are drawn after all misuse is planned, by generators of their own: the same seed without an effect is the
same unit with the same plans, and nothing else that anybody does changes.
"""

import numpy as np

from lookup_audit.simulate.clock import Array, Clock
from lookup_audit.simulate.deeds import Deeds
from lookup_audit.simulate.force import Force
from lookup_audit.simulate.incidents import Planned
from lookup_audit.simulate.lookups import Batch, chosen
from lookup_audit.simulate.randomness import generator, weighted
from lookup_audit.simulate.themes import DEEDS
from lookup_audit.simulate.unit import Unit
from lookup_audit.simulate.worlds import THEMES


def day_at(clock: Clock, share: float) -> int:
    """The day, counted as the clock does, at a share of the logged period."""
    logged = clock.days - clock.first
    return clock.first + min(round(share * logged), logged - 1)


def session_teams(seed: int, force: Force, share: float) -> Array:
    """The teams, by position and rising, that have a session: so large a share of all, drawn at random."""
    teams = len(force.teams.size)
    drawn = generator(seed, "session teams").permutation(teams)
    return np.sort(drawn[: round(share * teams)])


def without_heeded(unit: Unit, deeds: list[Batch]) -> list[Batch]:
    """The deeds without those that the session prevents.

    Of each deed by a user of a team with a session it is drawn once whether what falls on that day or later is
    left out; so the rate of the theme there falls to 1 - `session_effect`, and nowhere else.
    """
    world = unit.world
    if not world.session_theme or not world.session_effect:
        return deeds
    heeds = generator(unit.seed, "session").random(len(deeds)) < world.session_effect
    theme = THEMES.index(world.session_theme)
    teams = session_teams(unit.seed, unit.force, world.session_teams)
    held = unit.clock.midnights[day_at(unit.clock, world.session_at)]
    kept = []
    for deed, heeded in zip(deeds, heeds, strict=True):
        prevented = (deed["theme"] == theme) & (deed["at"] >= held)
        prevented &= np.isin(unit.force.team[deed["user"]], teams)
        kept.append(chosen(deed, ~prevented) if heeded else deed)
    return kept


def rising_deeds(unit: Unit, usual: int, leaning: Array) -> Deeds:
    """What a rising theme adds to its `usual` number of deeds in the period, by users drawn by `leaning`.

    As many are planned over the whole period as make it `rising_factor` times as frequent; those before it
    starts to rise are left out, so that the rate after is that many times the rate before.
    """
    world, rng = unit.world, generator(unit.seed, "rising")
    deeds = Deeds(unit, rng)
    for user in weighted(rng, leaning, round((world.rising_factor - 1) * usual)):
        DEEDS[world.rising_theme](deeds, int(user))
    first = day_at(unit.clock, world.rising_at)
    deeds.lookups = [chosen(deed, deed["at"] >= unit.clock.midnights[first]) for deed in deeds.lookups]
    deeds.planned = [_from_day(plan, first - 1) for plan in deeds.planned]
    return deeds


def _from_day(plan: Planned, day: int) -> Planned:
    """The planned incidents of a day and later."""
    kept = plan.day >= day
    return Planned(plan.day[kept], plan.household[kept], plan.person[kept], plan.serious[kept])
