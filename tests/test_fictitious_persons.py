"""Kin and housemates are found among the official fictitious persons of the Dutch persons register.

The test set is that of the GBA-V: one person list in several rows, of which the first is current; columns
are LO-GBA element numbers (category.group.element).
"""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lookup_audit import pipeline
from lookup_audit.ingest import IngestSummary, ingest
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

PERSONS = (
    Path(__file__).parents[1].parent / "shared" / "data" / "brp_testset_persoonslijsten_GBA-V_20220502.csv"
)

BSN, GIVEN, PREFIX, SURNAME, BORN, SEX = (
    "01.01.20",
    "01.02.10",
    "01.02.30",
    "01.02.40",
    "01.03.10",
    "01.04.10",
)
POSTCODE, NUMBER, LETTER, ADDITION = "08.11.60", "08.11.20", "08.11.30", "08.11.40"
KIN = {"02": "parent", "03": "parent", "05": "partner", "09": "child"}  # category → kind
DISSOLVED = "05.07.10"
HOUSEHOLD = 10  # more persons at one address are a building

MAPPING = f"""
[tables.subjects]
files = ["persoonslijsten.csv"]
delimiter = ";"
times = {{ birth_date = "%Y%m%d" }}
constants = {{ subject_type = "person" }}
[tables.subjects.columns]
subject_id = "{BSN}"
surname = "achternaam"
given_names = "{GIVEN}"
birth_date = "{BORN}"
sex = "{SEX}"
postcode = "{POSTCODE}"
house_number = "huisnummer"

[tables.users]
files = ["medewerkers.csv"]
[tables.users.columns]
user_id = "dienstnummer"
own_subject_id = "bsn"
surname = "achternaam"
home_postcode = "postcode"
home_house_number = "huisnummer"

[tables.relations]
files = ["opgegeven relaties.csv"]
columns = {{ user_id = "dienstnummer", subject_id = "bsn", kind = "soort" }}
values.kind = {{ ouder = "parent", kind = "child", partner = "partner", "ex-partner" = "ex_partner" }}

[tables.lookups]
files = ["bevragingen.csv"]
time_format = "%d-%m-%Y %H:%M:%S"
[tables.lookups.columns]
lookup_id = "volgnummer"
occurred_at = "tijdstip"
user_id = "dienstnummer"
subject_id = "bsn"
system = "systeem"
"""
DUTCH = {"parent": "ouder", "child": "kind", "partner": "partner", "ex_partner": "ex-partner"}


@dataclass
class Person:
    """One person list: who, where, and the kin that it names (citizen number → kind of relation)."""

    bsn: str
    row: dict[str, str]
    kin: dict[str, str] = field(default_factory=dict)

    @property
    def surname(self) -> str:
        """As registers write it: the prefix after a comma."""
        return f"{self.row[SURNAME]}, {self.row[PREFIX]}" if self.row[PREFIX] else self.row[SURNAME]

    @property
    def house_number(self) -> str:
        return "-".join(self.row[part] for part in (NUMBER, LETTER, ADDITION) if self.row[part])

    @property
    def address(self) -> tuple[str, str] | None:
        return (self.row[POSTCODE], self.house_number) if self.row[POSTCODE] and self.house_number else None


def read_persons(path: Path) -> dict[str, Person]:
    """The persons that have a citizen number, with the kin that are in the set as well."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    persons: dict[str, Person] = {}
    person: Person | None = None
    for values in rows:
        row = dict(zip(header, values, strict=True))
        if values[0]:  # the first row of a list
            known = row[BSN] and row[BSN] not in persons
            person = persons.setdefault(row[BSN], Person(row[BSN], row)) if known else None
        if person is None:
            continue
        for category, kind in KIN.items():
            bsn = row[f"{category}.01.20"]
            # later rows are history, except of children, who each have a row
            if bsn and bsn != person.bsn and (values[0] or category == "09"):
                person.kin[bsn] = "ex_partner" if category == "05" and row[DISSOLVED] else kind
    for person in persons.values():
        person.kin = {bsn: kind for bsn, kind in sorted(person.kin.items()) if bsn in persons}
    return persons


@dataclass
class Asked:
    """Who is looked up by whom: pairs of user (by citizen number) and person."""

    kin: dict[tuple[str, str], str] = field(default_factory=dict)
    housemates: set[tuple[str, str]] = field(default_factory=set)
    strangers: set[tuple[str, str]] = field(default_factory=set)


def choose(persons: dict[str, Person]) -> Asked:
    """Every person who has kin in the set is a user, who looks up all kin, all housemates, and five strangers."""
    residents = defaultdict(set)
    for person in persons.values():
        if person.address:
            residents[person.address].add(person.bsn)
    homes = {bsn: home for home in residents.values() for bsn in home if len(home) <= HOUSEHOLD}
    asked, lot = Asked(), random.Random(1)
    for user in persons.values():
        if not user.kin:
            continue
        asked.kin |= {(user.bsn, bsn): kind for bsn, kind in user.kin.items()}
        near = homes.get(user.bsn, set()) - {user.bsn}
        asked.housemates |= {(user.bsn, bsn) for bsn in near if bsn not in user.kin}
        # who lives with kin is one step from them, and no stranger
        circle = {user.bsn, *near, *user.kin, *(bsn for kin in user.kin for bsn in homes.get(kin, set()))}
        others = sorted(bsn for bsn in persons if bsn not in circle and persons[bsn].address != user.address)
        asked.strangers |= {(user.bsn, bsn) for bsn in lot.sample(others, 5)}
    return asked


def write(path: Path, rows: list[dict[str, Any]], *, delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def write_drop(folder: Path, persons: dict[str, Person], asked: Asked) -> None:
    """A drop in foreign names and formats, with the mapping that explains them."""
    pairs = sorted([*asked.kin, *asked.housemates, *asked.strangers])
    users = sorted({user for user, _ in pairs})
    folder.mkdir()
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    write(
        folder / "persoonslijsten.csv",
        [
            {name: person.row[name] for name in (BSN, GIVEN, SEX, POSTCODE)}
            | {"achternaam": person.surname, "huisnummer": person.house_number}
            # a birth date of which the day or month is not known has zeros
            | {BORN: "" if "00" in (person.row[BORN][4:6], person.row[BORN][6:]) else person.row[BORN]}
            for person in persons.values()
        ],
        delimiter=";",
    )
    write(
        folder / "medewerkers.csv",
        [
            {
                "dienstnummer": f"D{bsn}",
                "bsn": bsn,
                "achternaam": persons[bsn].surname,
                "postcode": persons[bsn].row[POSTCODE].lower(),
                "huisnummer": persons[bsn].house_number,
            }
            for bsn in users
        ],
    )
    write(
        folder / "opgegeven relaties.csv",
        [
            {"dienstnummer": f"D{user}", "bsn": bsn, "soort": DUTCH[kind]}
            for (user, bsn), kind in asked.kin.items()
        ],
    )
    write(
        folder / "bevragingen.csv",
        [
            {
                "volgnummer": f"{user} {bsn}",
                "tijdstip": f"10-03-2026 {8 + number % 9:02}:{number % 60:02}:00",
                "dienstnummer": f"D{user}",
                "bsn": bsn,
                "systeem": "BRP",
            }
            for number, (user, bsn) in enumerate(pairs)
        ],
    )


@dataclass
class Audited:
    """The fictitious persons after the audit: scores of `family` by pair of user and person."""

    persons: dict[str, Person]
    asked: Asked
    summary: IngestSummary
    family: dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    if not PERSONS.exists():
        pytest.skip(
            f"the official fictitious persons ({PERSONS.name}) are not in ../shared/data beside this repository"
        )
    persons = read_persons(PERSONS)
    asked = choose(persons)
    drop = tmp_path_factory.mktemp("brp") / "drop"
    write_drop(drop, persons, asked)
    with Warehouse(None, Settings(threads=1)) as warehouse:
        summary = ingest(warehouse, drop)
        pipeline.audit(warehouse, pipeline.days_to_audit(warehouse))
        rows = warehouse.rows("SELECT lookup_id, score FROM findings WHERE detector = 'family'")
        scores = {tuple(row["lookup_id"].split()): row["score"] for row in rows}
        yield Audited(persons, asked, summary, scores)


def test_every_row_of_the_set_is_loaded(audited: Audited) -> None:
    assert audited.summary.rejected == 0
    assert audited.summary.warnings == {}
    assert {report.table: report.rows_loaded for report in audited.summary.files} == {
        "subjects": len(audited.persons),
        "users": len({user for user, _ in audited.asked.kin}),
        "relations": len(audited.asked.kin),
        "lookups": len(audited.asked.kin) + len(audited.asked.housemates) + len(audited.asked.strangers),
    }


def test_the_set_is_rich_enough_to_say_something(audited: Audited) -> None:
    kinds = list(audited.asked.kin.values())
    assert kinds.count("parent") >= 300
    assert kinds.count("child") >= 300
    assert kinds.count("partner") + kinds.count("ex_partner") >= 150
    assert len(audited.asked.housemates) >= 20
    assert len(audited.asked.strangers) >= 1_000


@pytest.mark.parametrize("kind", ["parent", "child", "partner", "ex_partner"])
def test_declared_kin_are_found(audited: Audited, kind: str) -> None:
    kin = {pair for pair, known in audited.asked.kin.items() if known == kind}
    assert kin - set(audited.family) == set()
    assert {audited.family[pair] for pair in kin} == {0.9}


def test_undeclared_housemates_are_found(audited: Audited) -> None:
    assert audited.asked.housemates - set(audited.family) == set()
    assert min(audited.family[pair] for pair in audited.asked.housemates) >= 0.7


def test_strangers_are_not_found(audited: Audited) -> None:
    assert audited.asked.strangers & set(audited.family) == set()
