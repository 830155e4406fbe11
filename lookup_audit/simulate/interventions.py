"""Prevention activities as a table of the data contract."""

import numpy as np
import pyarrow as pa

from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.force import unit_name
from lookup_audit.simulate.measures import day_at, session_teams
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.tables import contract_table
from lookup_audit.simulate.unit import Unit


def interventions_table(unit: Unit) -> pa.Table:
    """`interventions`: a campaign for everyone, and sessions with some teams; those with a known effect, if any."""
    rng = generator(unit.seed, "interventions")
    teams, world = unit.force.teams, unit.world
    if world.session_theme or world.campaign_theme:
        return _measures(unit)
    logged = unit.clock.days - unit.clock.first
    some = np.sort(rng.choice(len(teams.size), max(2, len(teams.size) // 12), replace=False))
    days = unit.clock.first + rng.integers(0, logged, len(some) + 1)
    themes = rng.choice(["news_spike", "neighbour", "family", "colleague", "vehicle_at_door"], len(some))
    kinds = rng.choice(["dilemma_session", "debrief", "presentation"], len(some))
    return _activities(unit, days, ["campaign", *kinds], ["news_spike", *themes], [-1, *some])


def _measures(unit: Unit) -> pa.Table:
    """The campaign and the sessions of a world that has them, and nothing else that could be taken for a cause."""
    world = unit.world
    days, kinds, themes, teams = [], [], [], []
    if world.campaign_theme:
        days, kinds = [day_at(unit.clock, world.campaign_at)], ["campaign"]
        themes, teams = [world.campaign_theme], [-1]
    if world.session_theme:
        some = session_teams(unit.seed, unit.force, world.session_teams).tolist()
        days += [day_at(unit.clock, world.session_at)] * len(some)
        kinds += ["dilemma_session"] * len(some)
        themes += [world.session_theme] * len(some)
        teams += some
    return _activities(unit, np.array(days), kinds, themes, teams)


def _activities(unit: Unit, days: Array, kinds: list[str], themes: list[str], team: list[int]) -> pa.Table:
    """`interventions`, each on a day with a team by position; -1 is everyone, of whom half are reached."""
    teams, users = unit.force.teams, unit.force.users
    return contract_table(
        "interventions",
        {
            "intervention_id": pa.array([f"I{number:04d}" for number in range(1, len(days) + 1)]),
            "held_on": pa.array(unit.clock.days_since_epoch(days).astype("datetime64[D]")),
            "kind": pa.array(kinds),
            "theme": pa.array(themes),
            "unit": pa.array([None if at < 0 else unit_name(int(teams.unit[at])) for at in team]),
            "team": pa.array([None if at < 0 else teams.name[at] for at in team]),
            "reach": pa.array([users // 2 if at < 0 else int(teams.size[at] * 0.8) for at in team]),
        },
    )
