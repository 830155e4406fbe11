"""A population: persons in households at addresses in streets, with their cars and phones."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.names import GIVEN_NAMES, plates, prefix_last, registered, surnames
from lookup_audit.simulate.randomness import pick, positions, starts_of, weighted

HEAD, PARTNER, CHILD, SHARER = 0, 1, 2, 3
PERSON, VEHICLE, ADDRESS, PHONE, ORGANISATION = 0, 1, 2, 3, 4
TYPE_NAMES = ("person", "vehicle", "address", "phone", "organisation")
_SINGLE, _COUPLE, _FAMILY, _ONE_PARENT, _SHARED = range(5)
_HOUSEHOLDS = (0.40, 0.27, 0.24, 0.07, 0.02)
_PERSONS_PER_HOUSEHOLD = 2.06
_HOUSES_PER_POSTCODE = 17
_LETTERS = "ABCDEFGHJKLMNPRSTVWXZ"
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Population:
    """Arrays by person, household (which is also an address), vehicle and phone.

    A subject is one number: persons first, then vehicles, addresses, phones, organisations; `first`
    holds where each kind begins, and at its end how many subjects there are. Persons lie in order of
    household, households in order of postcode, postcodes in order of area.
    """

    first: Array
    household: Array
    role: Array
    sex: Array
    age: Array
    birth: Array
    surname: Array
    second_surname: Array
    given: Array
    parents: Array
    family_names: list[str]
    household_start: Array
    postcode: Array
    house_number: Array
    lat: Array
    lon: Array
    area: Array
    area_start: Array
    postcode_start: Array
    vehicle_owner: Array
    vehicle_start: Array
    plate: Array
    phone_owner: Array
    phone_start: Array

    @property
    def persons(self) -> int:
        """How many persons."""
        return len(self.household)

    def kind(self, subject: Array) -> Array:
        """The kind of each subject: `PERSON` to `ORGANISATION`."""
        kind: Array = np.searchsorted(self.first, subject, side="right") - 1
        return kind

    def address_of(self, person: Array) -> Array:
        """The subject that is the person's address."""
        address: Array = self.first[ADDRESS] + self.household[person]
        return address

    def car_of(self, rng: np.random.Generator, person: Array) -> Array:
        """A car of the person's household, as a subject; -1 where there is none."""
        home = self.household[person]
        begin = self.vehicle_start[self.household_start[home]]
        found = pick(rng, begin, self.vehicle_start[self.household_start[home + 1]] - begin)
        return np.where(found >= 0, found + self.first[VEHICLE], -1)

    def phone_of(self, rng: np.random.Generator, person: Array) -> Array:
        """A phone of the person, as a subject; -1 where none is known."""
        begin = self.phone_start[person]
        found = pick(rng, begin, self.phone_start[person + 1] - begin)
        return np.where(found >= 0, found + self.first[PHONE], -1)

    def housemate(self, rng: np.random.Generator, person: Array) -> Array:
        """Another person of the household; the person where there is none."""
        home = self.household[person]
        size = self.household_start[home + 1] - self.household_start[home]
        step = 1 + np.floor(rng.random(len(home)) * np.maximum(size - 1, 1)).astype(np.int64)
        other: Array = self.household_start[home] + (person - self.household_start[home] + step) % size
        return other

    def resident(self, rng: np.random.Generator, household: Array) -> Array:
        """A person who lives there."""
        begin = self.household_start[household]
        return pick(rng, begin, self.household_start[household + 1] - begin)

    def in_area(self, rng: np.random.Generator, area: Array) -> Array:
        """A household in the area."""
        begin = self.area_start[area]
        return pick(rng, begin, self.area_start[area + 1] - begin)

    def street(self, rng: np.random.Generator, household: Array) -> Array:
        """A household of the same postcode."""
        begin = self.postcode_start[self.postcode[household]]
        return pick(rng, begin, self.postcode_start[self.postcode[household] + 1] - begin)

    def home_of(self, subject: Array) -> Array:
        """The household where a person, vehicle, address or phone belongs; -1 for an organisation."""
        kind = self.kind(subject)
        owner = np.where(kind == PERSON, subject, 0)
        car = np.clip(subject - self.first[VEHICLE], 0, max(len(self.vehicle_owner) - 1, 0))
        phone = np.clip(subject - self.first[PHONE], 0, max(len(self.phone_owner) - 1, 0))
        owner = np.where(kind == VEHICLE, self.vehicle_owner[car], owner)
        owner = np.where(kind == PHONE, self.phone_owner[phone], owner)
        home = np.where(kind == ADDRESS, subject - self.first[ADDRESS], self.household[owner])
        return np.where(kind == ORGANISATION, -1, home)

    def full_surname(self) -> pa.Array:
        """Each person's surname as registered, some spelled as an index would."""
        count = len(self.family_names)
        texts = [registered(name) for name in self.family_names]
        texts += [prefix_last(name) for name in self.family_names]
        texts += [name.upper() for name in self.family_names]
        plain = pa.array(self.family_names)
        way = (np.arange(self.persons) * 7919) % 97
        spelled = self.surname + count * np.where(way < 4, 1, np.where(way < 6, 2, 0))
        single = pa.array(texts).take(pa.array(spelled))
        double = pc.binary_join_element_wise(
            single, plain.take(pa.array(np.maximum(self.second_surname, 0))), "-"
        )
        return pc.if_else(pa.array(self.second_surname >= 0), double, single)

    def given_names(self) -> pa.Array:
        """Each person's first given name."""
        texts = pa.array([*GIVEN_NAMES[0], *GIVEN_NAMES[1]])
        return texts.take(pa.array(self.given + np.where(self.sex == 1, len(GIVEN_NAMES[0]), 0)))

    def postcode_texts(self) -> list[str]:
        """Each postcode as text, '1234AB'."""
        many = len(_LETTERS)
        pairs = many * many
        return [
            f"{1011 + 7 * (at // 60) % 8900:04d}{_LETTERS[at % pairs // many]}{_LETTERS[at * 11 % many]}"
            for at in range(len(self.postcode_start) - 1)
        ]


def build_population(rng: np.random.Generator, size: int, centres: Array, today: int) -> Population:
    """About `size` persons spread over areas; `centres` is (areas, 2) lat and lon; `today` in days since 1970."""
    households = max(int(size / _PERSONS_PER_HOUSEHOLD), len(centres) * 20)
    form = weighted(rng, np.array(_HOUSEHOLDS), households)
    children = 1 + rng.binomial(3, 0.35, households)
    sizes = np.select(
        [form == _SINGLE, form == _COUPLE, form == _FAMILY, form == _ONE_PARENT],
        [np.ones(households, dtype=np.int64), np.full(households, 2), 2 + children, 1 + children],
        2 + rng.binomial(2, 0.5, households),
    ).astype(np.int64)
    start = starts_of(sizes)
    household = np.repeat(np.arange(households), sizes)
    place = positions(sizes)
    role = _roles(form[household], place)
    sex, age = _sexes_and_ages(rng, form, household, role, start)
    names, weights = surnames(rng, int(np.clip(size // 6, 2_000, 16_000)))
    surname, second, parents = _families(rng, weighted(rng, weights, len(household)), role, sex, age)
    given = np.floor(
        rng.random(len(household)) ** 1.6 * np.where(sex == 1, len(GIVEN_NAMES[1]), len(GIVEN_NAMES[0]))
    )
    area, postcode, number, lat, lon = _streets(rng, households, centres)
    adult = (age >= 18) & (role != CHILD)
    cars = np.where(adult, rng.binomial(2, 0.36, len(adult)), 0)
    phones = np.where(age >= 14, rng.binomial(1, 0.3, len(adult)), 0)
    firms = max(20, len(household) // 120)
    return Population(
        first=starts_of(np.array([len(household), cars.sum(), households, phones.sum(), firms])),
        household=household,
        role=role,
        sex=sex,
        age=age,
        birth=today - (age * 365.25).astype(np.int64) - rng.integers(1, 365, len(age)),
        surname=surname,
        second_surname=second,
        given=given.astype(np.int64),
        parents=parents,
        family_names=names,
        household_start=start,
        postcode=postcode,
        house_number=number,
        lat=lat,
        lon=lon,
        area=area,
        area_start=np.searchsorted(area, np.arange(len(centres) + 1)),
        postcode_start=np.searchsorted(postcode, np.arange(postcode[-1] + 2)),
        vehicle_owner=np.repeat(np.arange(len(adult)), cars),
        vehicle_start=starts_of(cars),
        plate=plates(rng, int(cars.sum())),
        phone_owner=np.repeat(np.arange(len(adult)), phones),
        phone_start=starts_of(phones),
    )


def _roles(form: Array, place: Array) -> Array:
    later = np.select(
        [(form == _SHARED), np.isin(form, (_COUPLE, _FAMILY)) & (place == 1)], [SHARER, PARTNER], CHILD
    )
    return np.where(place == 0, HEAD, later)


def _sexes_and_ages(
    rng: np.random.Generator, form: Array, household: Array, role: Array, start: Array
) -> tuple[Array, Array]:
    """Sex (0 man, 1 woman) and age in years of each person."""
    low = np.array([20, 22, 28, 28, 19])[form]
    high = np.array([86, 84, 52, 54, 35])[form]
    head_age = low + rng.random(len(form)) * (high - low)
    head_sex = rng.random(len(form)) < np.array([0.5, 0.25, 0.2, 0.8, 0.5])[form]
    size = len(household)
    chance = rng.random(size)
    opposite = np.where(chance < 0.97, ~head_sex[household], head_sex[household])
    sex = np.select([role == HEAD, role == PARTNER], [head_sex[household], opposite], chance < 0.49)
    own = head_age[household]
    age = np.select(
        [role == HEAD, role == PARTNER, role == SHARER],
        [own, np.maximum(own - 1 + rng.normal(0, 3, size), 19), np.maximum(own + rng.normal(0, 4, size), 18)],
        rng.random(size) * np.minimum(22, own - 19),
    )
    return sex.astype(np.int64), np.maximum(age, 0)


def _families(
    rng: np.random.Generator, surname: Array, role: Array, sex: Array, age: Array
) -> tuple[Array, Array, Array]:
    """Surname, second surname (-1 none), and the household of the parents (-1 unknown) of each person.

    `surname` is what each would be called without kin; persons lie in order of household, heads first.
    """
    size = len(surname)
    household = np.cumsum(role == HEAD) - 1
    second = np.full(size, -1, dtype=np.int64)
    parents = np.full(size, -1, dtype=np.int64)
    heads = np.flatnonzero(role == HEAD)
    older = np.sort(heads[age[heads] >= 46])
    older = older[np.argsort(age[older], kind="stable")]
    grown = np.flatnonzero((role != CHILD) & (age < 46) & (rng.random(size) < 0.4))
    low = np.searchsorted(age[older], age[grown] + 21)
    high = np.searchsorted(age[older], age[grown] + 40)
    found = pick(rng, low, high - low)
    grown, found = grown[found >= 0], found[found >= 0]
    parents[grown] = household[older[found]]
    surname[grown] = surname[older[found]]
    chance = rng.random(size)
    head_name = surname[heads][household]
    married = (role == PARTNER) & (sex == 1)
    double = married & (chance < 0.25) & (surname != head_name)
    second = np.where(double, surname, second)
    surname = np.where(double | (married & (chance < 0.35)), head_name, surname)
    return np.where((role == CHILD) & (chance < 0.92), head_name, surname), second, parents


def _streets(
    rng: np.random.Generator, households: int, centres: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Area, postcode, house number, latitude and longitude of each household, in order of area and street."""
    share = rng.uniform(0.6, 1.4, len(centres))
    area = np.sort(weighted(rng, share, households - 10 * len(centres)))
    area = np.sort(np.concatenate((area, np.repeat(np.arange(len(centres)), 10))))
    fresh = rng.random(households) < 1 / _HOUSES_PER_POSTCODE
    fresh[np.flatnonzero(np.diff(area)) + 1] = True
    fresh[0] = False
    postcode = np.cumsum(fresh)
    begin = np.searchsorted(postcode, np.arange(postcode[-1] + 1))
    place = np.arange(households) - begin[postcode]
    number = 1 + 2 * place + (postcode % 2) + 40 * (postcode % 3)
    many = len(begin)
    metres = rng.normal(0, 1_300, (many, 2))
    heading = rng.random(many) * 2 * np.pi
    along = place * 11.0
    north = metres[postcode, 0] + along * np.sin(heading[postcode])
    east = metres[postcode, 1] + along * np.cos(heading[postcode])
    lat = centres[area, 0] + north / _METRES_PER_DEGREE
    lon = centres[area, 1] + east / (_METRES_PER_DEGREE * np.cos(np.radians(centres[area, 0])))
    return area, postcode, number, np.round(lat, 5), np.round(lon, 5)
