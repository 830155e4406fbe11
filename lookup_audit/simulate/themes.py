"""What misuse looks like, theme by theme: one function for each, for one user at one time."""

from collections.abc import Callable

import numpy as np

from lookup_audit.simulate.clock import DAY
from lookup_audit.simulate.deeds import Deeds
from lookup_audit.simulate.incidents import Planned
from lookup_audit.simulate.lookups import TRAFFIC
from lookup_audit.simulate.population import CHILD, VEHICLE
from lookup_audit.simulate.ties import TIE_NAMES

_FAMILY_WEIGHTS = np.array([2.5, 1.0, 1.5, 2.0, 0.7, 3.0, 1.2, 0.0, 2.5])  # in order of TIE_NAMES


def neighbour(deeds: Deeds, user: int) -> None:
    """Someone in the user's own street; often the day after colleagues came to the door there."""
    unit, rng = deeds.unit, deeds.rng
    people, me = unit.people, unit.force.person[user]
    home = people.household[me]
    house = next((int(one) for one in people.street(rng, np.repeat(home, 12)) if one != home), int(home))
    person = int(people.resident(rng, np.array([house]))[0])
    at = deeds.moment(user)
    if rng.random() < 0.45:
        day = max(int(unit.clock.day_of(np.array(at))) - 1, 0)
        deeds.planned.append(
            Planned(np.array([day]), np.array([house]), np.array([person]), np.array([False]))
        )
    car = int(people.car_of(rng, np.array([person]))[0])
    options = [person, person, int(people.address_of(np.array([person]))[0]), car if car >= 0 else person]
    many = 1 + int(rng.poisson(0.9))
    deeds.add("neighbour", user, rng.choice(options, many), deeds.soon_after(at, many))


def family(deeds: Deeds, user: int) -> None:
    """A relative, a former partner, or a former partner's new one."""
    unit, rng = deeds.unit, deeds.rng
    mine = unit.ties.of(user)
    weights = _FAMILY_WEIGHTS[unit.ties.kind[mine]]
    if not weights.sum():
        return neighbour(deeds, user)
    person = int(rng.choice(unit.ties.person[mine], p=weights / weights.sum()))
    many = 1 + int(rng.poisson(0.8))
    car = int(unit.people.car_of(rng, np.array([person]))[0])
    subjects = np.where(rng.random(many) < 0.2, car if car >= 0 else person, person)
    return deeds.add("family", user, subjects, deeds.soon_after(deeds.moment(user), many, minutes=600))


def self_lookup(deeds: Deeds, user: int) -> None:
    """The user's own record, car, or address."""
    me = np.array([deeds.unit.force.person[user]])
    car = deeds.unit.people.car_of(deeds.rng, me)
    options = [*me, *me, *car[car >= 0], *deeds.unit.people.address_of(me)]
    many = 1 + int(deeds.rng.poisson(0.4))
    deeds.add(
        "self_lookup", user, deeds.rng.choice(options, many), deeds.soon_after(deeds.moment(user), many)
    )


def colleague(deeds: Deeds, user: int) -> None:
    """Another user's own record: mostly of the same team."""
    force, rng = deeds.unit.force, deeds.rng
    other = (
        int(force.colleague(rng, np.array([user]))[0])
        if rng.random() < 0.7
        else int(rng.integers(force.users))
    )
    if other == user:
        return
    many = 1 + int(rng.poisson(0.5))
    deeds.add("colleague", user, force.person[other], deeds.soon_after(deeds.moment(user), many, minutes=300))


def vehicle_at_door(deeds: Deeds, user: int) -> None:
    """The car that stands outside the door, checked on the mobile device from there."""
    unit, rng = deeds.unit, deeds.rng
    people, home = unit.people, unit.people.household[unit.force.person[user]]
    near = people.car_of(rng, people.resident(rng, people.street(rng, np.array([home]))))
    stranger = people.first[VEHICLE] + int(rng.integers(len(people.vehicle_owner)))
    car = int(near[0]) if near[0] >= 0 and rng.random() < 0.4 else int(stranger)
    many = 1 + int(rng.poisson(0.5))
    off = rng.random() < 0.5
    at = deeds.evening(user) if off else deeds.moment(user)
    noise = rng.normal(0, 0.0004, (2, many))
    place = {"lat": people.lat[home] + noise[0], "lon": people.lon[home] + noise[1]}
    wished = deeds.soon_after(at, many, minutes=1_500)
    deeds.add(
        "vehicle_at_door",
        user,
        car,
        wished,
        activity=TRAFFIC,
        mobile=True,
        home=False,
        off=float(off),
        **place,
    )


def fixation(deeds: Deeds, user: int) -> None:
    """One person, again and again, over weeks; slowly for some."""
    unit, rng = deeds.unit, deeds.rng
    mine = unit.ties.of(user)
    close = unit.ties.person[mine][
        np.isin(unit.ties.kind[mine], [TIE_NAMES.index("ex_partner"), TIE_NAMES.index("friend")])
    ]
    grown = int(rng.integers(unit.people.persons))
    person = int(rng.choice(close)) if len(close) and rng.random() < 0.7 else grown
    logged = unit.clock.end - unit.clock.begin
    slow = rng.random() < 0.35
    many = int(np.clip(rng.lognormal(2.2 if slow else 3.0, 0.6) * unit.world.long_series, 8, 90))
    length = logged if slow else min(logged, int(rng.integers(14, 50)) * DAY)
    begin = unit.clock.begin + int(rng.random() * (logged - length))
    wished = np.sort(begin + (rng.random(many) * length).astype(np.int64))
    car = int(unit.people.car_of(rng, np.array([person]))[0])
    subjects = np.where(rng.random(many) < 0.12, car if car >= 0 else person, person)
    deeds.add("fixation", user, subjects, wished, patience=110.0)


def skewed_interest(deeds: Deeds, user: int) -> None:
    """Many persons of one surname, one street, or one sex and age."""
    unit, rng = deeds.unit, deeds.rng
    people, me = unit.people, unit.force.person[user]
    way = rng.integers(3)
    if way == 0:
        pool = np.flatnonzero(people.surname == people.surname[rng.integers(people.persons)])
    elif way == 1:
        street = people.postcode[rng.integers(len(people.postcode))]
        pool = np.flatnonzero(people.postcode[people.household] == street)
    else:
        pool = np.flatnonzero(
            (people.sex != people.sex[me]) & (people.age > 18) & (people.age < 32) & (people.role != CHILD)
        )
    many = int(np.clip(rng.lognormal(3.1, 0.4) * unit.world.long_series, 10, 80))
    logged = unit.clock.end - unit.clock.begin
    length = min(logged, int(rng.integers(10, 40)) * DAY)
    begin = unit.clock.begin + int(rng.random() * (logged - length))
    wished = np.sort(begin + (rng.random(many) * length).astype(np.int64))
    deeds.add("skewed_interest", user, rng.choice(pool, many), wished, off=0.1, patience=110.0)


def bulk_extraction(deeds: Deeds, user: int) -> None:
    """Series of prints and exports, in one or a few sittings."""
    unit, rng = deeds.unit, deeds.rng
    for _ in range(1 + int(rng.integers(3))):
        many = int(np.clip(rng.lognormal(3.5, 0.5) * unit.world.long_series, 12, 150))
        subjects = rng.integers(0, unit.people.first[VEHICLE + 1], many)
        copied = rng.random(many) < 0.7
        late = rng.random() < 0.3
        at = deeds.evening(user) if late else deeds.moment(user)
        wished = deeds.soon_after(at, many, minutes=0.8)
        deeds.add("bulk_extraction", user, subjects, wished, copied=copied, off=float(late))


def off_duty(deeds: Deeds, user: int) -> None:
    """Someone without any link, from home in the evening, or during leave or illness."""
    many = 1 + int(deeds.rng.poisson(0.8))
    person = int(deeds.rng.integers(deeds.unit.people.persons))
    deeds.add("off_duty", user, person, deeds.soon_after(deeds.evening(user), many), off=1.0)


def out_of_area(deeds: Deeds, user: int) -> None:
    """Persons and addresses far from where the user works."""
    unit, rng = deeds.unit, deeds.rng
    people = unit.people
    base = unit.centres[
        np.flatnonzero(unit.force.area_district == unit.force.teams.district[unit.force.team[user]])[0]
    ]
    far = np.argsort(np.hypot(*(unit.centres - base).T))[-max(1, len(unit.centres) // 4) :]
    many = 2 + int(rng.poisson(1.5))
    person = people.resident(rng, people.in_area(rng, rng.choice(far, many)))
    subjects = np.where(rng.random(many) < 0.25, people.address_of(person), person)
    deeds.add("out_of_area", user, subjects, deeds.soon_after(deeds.moment(user), many))


def weak_justification(deeds: Deeds, user: int) -> None:
    """Persons that the case named has nothing to do with, for a reason that says nothing."""
    many = 2 + int(deeds.rng.poisson(1.5))
    person = deeds.rng.integers(0, deeds.unit.people.persons, many)
    deeds.add(
        "weak_justification",
        user,
        person,
        deeds.soon_after(deeds.moment(user), many),
        cover=0.75,
        pretext=True,
    )


def public_figure(deeds: Deeds, user: int) -> None:
    """A celebrity, though there is no news."""
    many = 1 + int(deeds.rng.poisson(0.4))
    news = deeds.unit.publicity
    work = news.subject[news.real & (news.team == deeds.unit.force.team[user])]
    figure = int(deeds.rng.choice(np.setdiff1d(news.figures, work)))
    deeds.add("public_figure", user, figure, deeds.soon_after(deeds.moment(user), many))


def probe_subject(deeds: Deeds, user: int) -> None:
    """A record planted as a tripwire: any person, here the last of the population."""
    person = deeds.unit.people.persons - 1
    deeds.add("probe_subject", user, person, deeds.soon_after(deeds.moment(user), 1))


DEEDS: dict[str, Callable[[Deeds, int], None]] = {
    "neighbour": neighbour,
    "family": family,
    "self_lookup": self_lookup,
    "colleague": colleague,
    "vehicle_at_door": vehicle_at_door,
    "fixation": fixation,
    "skewed_interest": skewed_interest,
    "bulk_extraction": bulk_extraction,
    "off_duty": off_duty,
    "out_of_area": out_of_area,
    "weak_justification": weak_justification,
    "public_figure": public_figure,
    "probe_subject": probe_subject,
}
