"""Who misuses their access, and to what: a few users, once or twice; a very few, for weeks."""

import numpy as np

from lookup_audit.simulate.clock import HOUR
from lookup_audit.simulate.deeds import Deeds
from lookup_audit.simulate.force import DETECTIVE, FRONT, PATROL
from lookup_audit.simulate.incidents import Planned, in_order, no_incidents
from lookup_audit.simulate.lookups import CASE, Batch, batch, chosen, joined
from lookup_audit.simulate.measures import rising_deeds, without_heeded
from lookup_audit.simulate.publicity import surge_users
from lookup_audit.simulate.randomness import generator, weighted
from lookup_audit.simulate.routine import around_case
from lookup_audit.simulate.themes import DEEDS
from lookup_audit.simulate.unit import Unit
from lookup_audit.simulate.worlds import THEMES

_ENOUGH_USERS = 100  # from here on every theme occurs at least once
_REACH_DAYS = 90.0
_ATTEMPTS = 10  # a deed comes to nothing where the user has no shift in time
_CURIOUS_USERS = 0.02  # those who cannot resist, and look up most people in the news
_TALKED_OF = 24  # drawn at least; some work on the case, some have no shift in time
_LONG = ("fixation", "skewed_interest", "bulk_extraction")  # long series by themselves


def plan_misuse(unit: Unit) -> tuple[Batch, Planned]:
    """Planned lookups in order of time, labelled and innocent, and the incidents that belong to them.

    Innocent ones are those of teams with a real case on someone in the news.
    """
    rng = generator(unit.seed, "misuse")
    deeds = Deeds(unit, rng)
    deeds.planned += [no_incidents(), _news_incidents(unit)]
    deeds.lookups += _surges(generator(unit.seed, "surges"), unit)
    if unit.world.curious > 0:
        _curious(rng, unit, deeds)
    if unit.world.misuse_users > 0:
        _offenders(rng, unit, deeds)
    deeds.lookups = without_heeded(unit, deeds.lookups)
    made = _logged(unit, deeds)
    return chosen(made, np.argsort(made["at"], kind="stable")), in_order(deeds.planned)


def _logged(unit: Unit, deeds: Deeds) -> Batch:
    """The lookups that fall in the period, while the user was in service."""
    made = joined(deeds.lookups)
    day = unit.clock.day_of(made["at"]) - unit.clock.first
    served = (day >= unit.force.hired[made["user"]]) & (day < unit.force.left[made["user"]])
    return chosen(made, served & (made["at"] >= unit.clock.begin) & (made["at"] < unit.clock.end))


def _news_incidents(unit: Unit) -> Planned:
    """The incidents behind the news, the day before it is known."""
    news = unit.publicity
    with_place = np.flatnonzero(news.place >= 0)
    day = np.maximum(unit.clock.day_of(news.at[with_place]) - 1, 0)
    return Planned(day, news.place[with_place], news.subject[with_place], ~news.public[with_place])


def _surges(rng: np.random.Generator, unit: Unit) -> list[Batch]:
    """Teams with a real case on someone in the news: many lookups in the hours when the curious look too."""
    parts = []
    for event in np.flatnonzero(unit.publicity.real):
        users = surge_users(unit.force, int(unit.publicity.team[event]))
        users = np.repeat(users, rng.poisson(2.5, len(users)))
        wished = unit.publicity.at[event] + rng.exponential(16 * HOUR, len(users)).astype(np.int64)
        at, comes, _ = unit.roster.settle(rng, users, wished, 0.0)
        users, at = users[comes], at[comes]
        case = np.full(len(at), unit.cases.event_case[event])
        lead = np.full(len(at), unit.publicity.subject[event])
        around = around_case(rng, unit, case, at)
        subject = np.where(rng.random(len(at)) < 0.5, lead, around)
        parts.append(batch(at=at, user=users, subject=subject, activity=CASE, case=case))
    return parts


def _curious(rng: np.random.Generator, unit: Unit, deeds: Deeds) -> None:
    """Users from many teams who look up whom the news, or the corridor, is about."""
    force, news = unit.force, unit.publicity
    leaning = np.where(rng.random(force.users) < _CURIOUS_USERS, rng.gamma(1.0, 1.0, force.users), 0.001)
    for event in range(len(news.at)):
        many = rng.poisson(unit.world.curious * force.users * news.prominence[event])
        talked_of = event == news.scandal
        few = _TALKED_OF if talked_of and force.users >= _ENOUGH_USERS else 2 if event < 4 else 0
        drawn_to = leaning + 0.05 if talked_of else leaning
        users = np.unique(weighted(rng, drawn_to, max(int(many), few)))
        at_work = (
            force.team[users] != news.team[event] if news.real[event] else np.ones(len(users), dtype=bool)
        )
        theme = "news_spike" if news.public[event] else "high_profile_incident"
        for user in users[at_work]:
            lag = rng.lognormal(np.log(8 * HOUR), 0.9)
            again = 1 + int(rng.poisson(0.4))
            wished = deeds.soon_after(int(news.at[event] + lag), again, minutes=5)
            person = int(news.subject[event])
            car = int(unit.people.car_of(rng, np.array([person]))[0])
            subject = np.where(rng.random(again) < 0.1, car if car >= 0 else person, person)
            deeds.add(theme, int(user), subject, wished, off=unit.world.off_duty_share * 0.5)


def _offenders(rng: np.random.Generator, unit: Unit, deeds: Deeds) -> None:
    """A share of users, each with one deed or a few; at least one of each kind where there are users enough."""
    force, world = unit.force, unit.world
    days = unit.clock.days - unit.clock.first
    leaning = np.select(
        [force.duty == PATROL, force.duty == DETECTIVE, force.duty == FRONT], [1.0, 0.8, 0.8], 0.5
    )
    leaning *= rng.uniform(0.5, 1.5, force.users)
    many = int(np.ceil(world.misuse_users * force.users * min(days / _REACH_DAYS, 1.5)))
    users = np.unique(weighted(rng, leaning, many))
    names = [name for name, _ in world.theme_weights]
    weights = np.array([weight for _, weight in world.theme_weights])
    first = [names[at] for at in weighted(rng, weights, len(users))]
    plan = list(zip((int(user) for user in rng.permutation(users)), first, strict=True))
    for user, theme in list(plan):
        more = int(rng.geometric(0.7)) - 1
        plan += [(user, names[int(at)]) for at in weighted(rng, weights, more)]
        if rng.random() < world.serial:
            plan += [(user, theme)] * int(rng.integers(0, 3) if theme in _LONG else rng.integers(2, 9))
    if world.probes:
        names.append("probe_subject")
    for user, theme in plan:
        DEEDS[theme](deeds, user)
    for _ in range(_ATTEMPTS if force.users >= _ENOUGH_USERS else 0):
        found = set(_logged(unit, deeds)["theme"].tolist())
        for name in names:
            if THEMES.index(name) not in found:
                DEEDS[name](deeds, int(weighted(rng, leaning, 1)[0]))
    if world.rising_theme:
        added = rising_deeds(unit, [theme for _, theme in plan].count(world.rising_theme), leaning)
        deeds.lookups += added.lookups
        deeds.planned += added.planned
