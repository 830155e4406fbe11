"""Identifiers and spellings: how users, subjects, cases and machines are written in the tables."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.names import prefix_last
from lookup_audit.simulate.population import Population
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.unit import Unit

_DESKS_PER_TEAM = 12


@dataclass(frozen=True)
class Identifiers:
    """Texts by position: ids of users, subjects and cases, and machines (desks, then lines, then devices).

    `queries` holds two ways to type each subject: as registered, then as people type.
    """

    users: pa.Array
    subjects: pa.Array
    cases: pa.Array
    desks: list[str]
    stations: pa.Array
    queries: pa.Array
    postcodes: pa.Array
    house_numbers: pa.Array


def name_everything(unit: Unit) -> Identifiers:
    """The identifiers of a unit; numbers are shuffled, so that an id tells nothing of its bearer."""
    rng = generator(unit.seed, "identifiers")
    people, users = unit.people, unit.force.users
    user_numbers = 10_000 + rng.permutation(users * 2)[:users]
    kinds = [
        _numbered(letter, rng.permutation(int(last - first)) + 1)
        for letter, first, last in zip("PVATO", people.first[:-1], people.first[1:], strict=True)
    ]
    years = [unit.clock.year_of(int(at)) for at in unit.cases.opened]
    desks = [
        f"WS{team:04d}-{desk:02d}"
        for team in range(len(unit.force.teams.size))
        for desk in range(_DESKS_PER_TEAM)
    ]
    lines = [f"VPN-{number:05d}" for number in rng.permutation(users)]
    devices = [f"MD-{number:05d}" for number in rng.permutation(users)]
    postcodes = pa.array(people.postcode_texts()).take(pa.array(people.postcode))
    additions = np.array(["", "A", "bis", "-2"])[
        np.where(people.house_number % 19 == 3, people.house_number % 3 + 1, 0)
    ]
    house_numbers = pa.array(np.char.add(people.house_number.astype("U6"), additions))
    return Identifiers(
        users=pa.array([f"u{number}" for number in user_numbers]),
        subjects=pa.concat_arrays(kinds),
        cases=pa.array([f"{year}-{number:07d}" for number, year in enumerate(years, start=4_211)]),
        desks=desks,
        stations=pa.array(desks + lines + devices),
        queries=_queries(rng, people, postcodes, house_numbers),
        postcodes=postcodes,
        house_numbers=house_numbers,
    )


def spaced(postcodes: pa.Array, where: Array) -> pa.Array:
    """Postcodes as '1234 AB' where the mask says so."""
    return pc.if_else(
        pa.array(where), pc.replace_substring_regex(postcodes, "^([0-9]{4})", r"\1 "), postcodes
    )


def _numbered(letter: str, numbers: Array) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise(pa.scalar(letter), digits, "")


def _queries(
    rng: np.random.Generator, people: Population, postcodes: pa.Array, numbers: pa.Array
) -> pa.Array:
    """What one types to find each subject: first as registered, then in a hurry."""
    born = pa.array(people.birth.astype("datetime64[D]"))
    names = people.full_surname()
    typed = pa.array([prefix_last(name).lower() for name in people.family_names]).take(
        pa.array(people.surname)
    )
    plates = pa.array(people.plate)
    phones = pa.array(
        [f"06-{number}" for number in rng.integers(10_000_000, 99_999_999, len(people.phone_owner))]
    )
    firms = pa.array(
        [f"{people.family_names[at]} BV" for at in rng.integers(0, 200, people.first[5] - people.first[4])]
    )
    formal = [
        pc.binary_join_element_wise(names, pc.strftime(born, "%d-%m-%Y"), " "),
        plates,
        pc.binary_join_element_wise(postcodes, numbers, " "),
        phones,
        firms,
    ]
    hasty = [
        pc.binary_join_element_wise(typed, pc.strftime(born, "%d%m%Y"), " "),
        pc.utf8_lower(pc.replace_substring(plates, "-", "")),
        pc.binary_join_element_wise(
            pc.utf8_lower(spaced(postcodes, np.full(len(postcodes), True))), numbers, " "
        ),
        pc.replace_substring(phones, "-", ""),
        pc.utf8_lower(firms),
    ]
    return pa.concat_arrays([part.cast(pa.string()) for part in formal + hasty])
