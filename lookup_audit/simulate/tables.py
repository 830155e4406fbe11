"""The context of a unit as tables of the data contract."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lookup_audit.simulate import cases as case_files
from lookup_audit.simulate import incidents as calls
from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.force import unit_name
from lookup_audit.simulate.identifiers import Identifiers, spaced
from lookup_audit.simulate.incidents import Incidents
from lookup_audit.simulate.names import prefix_last, registered
from lookup_audit.simulate.population import ADDRESS, PERSON, PHONE, TYPE_NAMES, VEHICLE
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.roster import KIND_NAMES
from lookup_audit.simulate.ties import TIE_NAMES, declared
from lookup_audit.simulate.unit import Unit
from lookup_audit.warehouse.tables import TABLES

_TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "instant": pa.timestamp("us", "UTC"),
    "day": pa.date32(),
    "number": pa.float64(),
    "whole": pa.int64(),
    "flag": pa.bool_(),
}
_LATE, _MISSING, _WRONG = 1, 2, 3


def contract_table(name: str, columns: dict[str, pa.Array]) -> pa.Table:
    """A table with the contract's columns, in its order and types; columns not given are null."""
    size = len(next(iter(columns.values())))
    schema = pa.schema([(column.name, _TYPES[column.kind]) for column in TABLES[name].columns])
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(size, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def instants(seconds: Array) -> pa.Array:
    """UTC timestamps; null where the number is negative."""
    whole = pa.array(seconds.astype(np.int64) * 1_000_000, mask=seconds < 0)
    return whole.cast(pa.timestamp("us", "UTC"))


def users_table(unit: Unit, names: Identifiers) -> pa.Table:
    """`users`: surnames as the personnel office spells them."""
    force, people = unit.force, unit.people
    rng = generator(unit.seed, "users")
    home = people.household[force.person]
    size = force.users
    spelled = people.full_surname().take(pa.array(force.person)).to_pylist()
    own_name = [people.family_names[at] for at in people.surname[force.person]]
    way = rng.random(size)
    spelled = [
        prefix_last(name) if draw < 0.1 and text == registered(name) else text
        for text, name, draw in zip(spelled, own_name, way, strict=True)
    ]
    first = int(unit.clock.days_since_epoch(np.array(unit.clock.first)))
    left = pa.array(
        (first + force.left).astype("datetime64[D]"), mask=force.left >= unit.clock.days - unit.clock.first
    )
    return contract_table(
        "users",
        {
            "user_id": names.users,
            "unit": pa.array([unit_name(int(one)) for one in force.unit_of(np.arange(size))]),
            "district": pa.array([unit.force.districts[one] for one in force.teams.district[force.team]]),
            "team": pa.array(force.teams.name).take(pa.array(force.team)),
            "function": pa.array(force.function.astype(object)),
            "surname": pa.array(spelled),
            "home_postcode": spaced(names.postcodes.take(pa.array(home)), rng.random(size) < 0.2),
            "home_house_number": names.house_numbers.take(pa.array(home)),
            "home_lat": pa.array(people.lat[home]),
            "home_lon": pa.array(people.lon[home]),
            "own_subject_id": _some(names.subjects.take(pa.array(force.person)), rng.random(size) < 0.97),
            "hired_on": pa.array((first + force.hired).astype("datetime64[D]")),
            "left_on": left,
        },
    )


def subjects_table(unit: Unit, names: Identifiers) -> pa.Table:
    """`subjects`: persons, vehicles, addresses, phones, organisations."""
    people = unit.people
    rng = generator(unit.seed, "subjects")
    size = int(people.first[-1])
    kind = people.kind(np.arange(size))
    person = np.where(kind == PERSON, np.arange(size), 0)
    is_person = kind == PERSON
    home = np.where(is_person, people.household[person], 0)
    home[people.first[ADDRESS] : people.first[PHONE]] = np.arange(len(people.area))
    home[people.first[4] :] = rng.integers(0, len(people.area), size - people.first[4])
    housed = is_person | (kind == ADDRESS) | (kind == 4)
    owner = np.full(size, -1, dtype=np.int64)
    owner[people.first[VEHICLE] : people.first[ADDRESS]] = people.vehicle_owner
    owner[people.first[PHONE] : people.first[4]] = people.phone_owner
    plates = pa.array(people.plate).take(
        pa.array(np.clip(np.arange(size) - people.first[VEHICLE], 0, len(people.plate) - 1))
    )
    plates = pc.if_else(pa.array(rng.random(size) < 0.15), pc.replace_substring(plates, "-", ""), plates)
    figure = np.isin(person, unit.publicity.figures)
    at_home, whom = pa.array(home), pa.array(person)
    return contract_table(
        "subjects",
        {
            "subject_id": names.subjects,
            "subject_type": pa.array(TYPE_NAMES).take(pa.array(kind)),
            "surname": _some(people.full_surname().take(whom), is_person),
            "given_names": _some(people.given_names().take(whom), is_person),
            "birth_date": pa.array(people.birth[person].astype("datetime64[D]"), mask=~is_person),
            "sex": _some(pa.array(["M", "V"]).take(pa.array(people.sex[person])), is_person),
            "plate": _some(plates, kind == VEHICLE),
            "owner_subject_id": _some(names.subjects.take(pa.array(np.maximum(owner, 0))), owner >= 0),
            "postcode": _some(spaced(names.postcodes.take(at_home), rng.random(size) < 0.05), housed),
            "house_number": _some(names.house_numbers.take(at_home), housed),
            "lat": pa.array(people.lat[home], mask=~housed),
            "lon": pa.array(people.lon[home], mask=~housed),
            "is_public_figure": pa.array(figure, mask=~is_person),
        },
    )


def shifts_tables(unit: Unit, names: Identifiers) -> tuple[pa.Table, pa.Table]:
    """`shifts` as registered in time, and those registered late."""
    roster = unit.roster
    shifted = roster.registered == _WRONG
    start = np.where(shifted, roster.wrong_start, roster.start)
    end = np.where(shifted, roster.wrong_start + roster.end - roster.start, roster.end)

    def table(rows: Array) -> pa.Table:
        """The rows as a table."""
        return contract_table(
            "shifts",
            {
                "user_id": names.users.take(pa.array(roster.user[rows])),
                "starts_at": instants(start[rows]),
                "ends_at": instants(end[rows]),
                "kind": pa.array(KIND_NAMES).take(pa.array(roster.kind[rows])),
            },
        )

    keys = np.rec.fromarrays((roster.user, start, roster.kind))
    _, first = np.unique(keys, return_index=True)
    single = np.zeros(len(start), dtype=bool)
    single[first] = True
    known = single & (roster.registered != _MISSING)
    in_time = np.flatnonzero(known & (roster.registered != _LATE))
    return table(in_time), table(np.flatnonzero(known & (roster.registered == _LATE)))


def case_tables(unit: Unit, names: Identifiers) -> dict[str, pa.Table]:
    """`cases`, `case_subjects` and `case_members`, as registered by the end of the period."""
    cases, end = unit.cases, unit.clock.end
    opened = np.flatnonzero(cases.opened < end)
    linked = np.flatnonzero(cases.kept & (cases.linked < end) & (cases.opened[cases.subject_case] < end))
    member = np.flatnonzero((cases.member_from < end) & (cases.opened[cases.member_case] < end))
    teams = pa.array(unit.force.teams.name)
    team, until = cases.member_team[member], cases.member_until[member]
    return {
        "cases": contract_table(
            "cases",
            {
                "case_id": names.cases.take(pa.array(opened)),
                "opened_at": instants(cases.opened[opened]),
                "closed_at": instants(cases.closed[opened]),
                "team": teams.take(pa.array(cases.team[opened])),
                "kind": pa.array(case_files.KIND_TEXTS).take(pa.array(cases.kind[opened])),
            },
        ),
        "case_subjects": contract_table(
            "case_subjects",
            {
                "case_id": names.cases.take(pa.array(cases.subject_case[linked])),
                "subject_id": names.subjects.take(pa.array(cases.subject[linked])),
                "linked_at": instants(cases.linked[linked]),
            },
        ),
        "case_members": contract_table(
            "case_members",
            {
                "case_id": names.cases.take(pa.array(cases.member_case[member])),
                "user_id": _some(
                    names.users.take(pa.array(np.maximum(cases.member_user[member], 0))), team < 0
                ),
                "team": _some(teams.take(pa.array(np.maximum(team, 0))), team >= 0),
                "valid_from": instants(cases.member_from[member]),
                "valid_until": instants(np.where(until < end, until, -1)),
            },
        ),
    }


def incident_tables(unit: Unit, names: Identifiers, made: Incidents, before: int) -> dict[str, pa.Table]:
    """`incidents`, `incident_subjects` and `dispatches` of one day; `before` is how many came earlier."""
    people, home = unit.people, made.household
    ids = pa.array(
        [f"{unit.clock.date_of(0).year}{number:08d}" for number in range(before + 1, before + 1 + len(home))]
    )
    teams = pa.array(unit.force.teams.name)
    kept = np.flatnonzero(made.registered)
    at_home = pa.array(home)
    return {
        "incidents": contract_table(
            "incidents",
            {
                "incident_id": ids,
                "occurred_at": instants(made.at),
                "kind": pa.array(calls.KIND_TEXTS).take(pa.array(made.kind)),
                "postcode": names.postcodes.take(at_home),
                "house_number": names.house_numbers.take(at_home),
                "lat": pa.array(people.lat[home]),
                "lon": pa.array(people.lon[home]),
                "team": teams.take(pa.array(made.team)),
            },
        ),
        "incident_subjects": contract_table(
            "incident_subjects",
            {
                "incident_id": ids.take(pa.array(made.subject_incident[kept])),
                "subject_id": names.subjects.take(pa.array(made.subject[kept])),
            },
        ),
        "dispatches": contract_table(
            "dispatches",
            {
                "incident_id": ids.take(pa.array(made.sent_incident)),
                "user_id": _some(
                    names.users.take(pa.array(np.maximum(made.sent_user, 0))), made.sent_user >= 0
                ),
                "team": _some(teams.take(pa.array(made.team[made.sent_incident])), made.sent_user < 0),
                "dispatched_at": instants(made.sent_at),
                "cleared_at": instants(made.cleared_at),
            },
        ),
    }


def other_tables(unit: Unit, names: Identifiers) -> dict[str, pa.Table]:
    """`news` and `relations`."""
    news, ties = unit.publicity, unit.ties
    told = declared(generator(unit.seed, "relations"), ties, unit.world.relation_declared)
    out = np.flatnonzero(news.news_at < unit.clock.end)
    slugs = [f"https://nieuws.example/{number:05d}" for number in out]
    return {
        "news": contract_table(
            "news",
            {
                "news_id": pa.array([f"N{number:05d}" for number in out]),
                "published_at": instants(news.news_at[out]),
                "subject_id": names.subjects.take(pa.array(news.news_subject[out])),
                "headline": pa.array([news.headline[at] for at in out]),
                "outlet": pa.array([news.outlet[at] for at in out]),
                "url": pa.array(slugs),
            },
        ),
        "relations": contract_table(
            "relations",
            {
                "user_id": names.users.take(pa.array(ties.user[told])),
                "subject_id": names.subjects.take(pa.array(ties.person[told])),
                "kind": pa.array(TIE_NAMES).take(pa.array(ties.kind[told])),
            },
        ),
    }


def _some(values: pa.Array, where: Array) -> pa.Array:
    """The values where the mask says so, else null."""
    return pc.if_else(pa.array(where), values, pa.scalar(None, values.type))
