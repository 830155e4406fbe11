"""A small unit over a month, made by chance, in which every text is a word of its own, so that each can be found."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from lookup_audit.settings import Alerts, Context, Forest, Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES
from tests.conftest import Row, World

FIRST, DAYS = date(2026, 3, 2), 30
LAST = FIRST + timedelta(days=DAYS - 1)
BEFORE = FIRST + timedelta(days=14)
USERS, TEAMS = 12, 2

SETTINGS = Settings(
    threads=1,
    context=Context(
        history_days=7,
        interest_days=7,
        roster_days=3,
        team_days=3,
        burst_days=2,
        news_days=2,
        follow_up_hours=24,
    ),
    forest=Forest(training_days=1),
    alerts=Alerts(gap_days=4, control_per_1000_users_per_day=100),
)  # so that an audit looks back nine days

_SIGNS = "bcdfghjklmnpqrstvwxz"


class Words:
    """Words of 14 signs, none of which was said before: no compression can hide that they are there, or not."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def one(self) -> str:
        return "".join(self._chance.choices(_SIGNS, k=14))


def made(path: Path, seed: int, settings: Settings = SETTINGS) -> None:
    """A warehouse at `path` with the month loaded and audited."""
    with Warehouse(path, settings) as warehouse:
        world = World(warehouse)
        world.insert(month(seed), file="month")
        warehouse.run(
            "INSERT INTO input_files "
            "VALUES ('month', 'month.csv', 'lookups', TIMESTAMP '2026-04-02', 0, 0, 0, 0, '{}')"
        )
        world.audit()


def month(seed: int) -> dict[str, list[Row]]:
    """Rows of every input table; on each day each user looks up about two subjects, some of them several times."""
    chance = random.Random(seed)
    words = Words(chance)
    users = [_user(words, nr) for nr in range(USERS)]
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    tables["users"] = users
    for nr in range(120):
        tables["subjects"] += _household(words, chance, nr)
    persons = [row["subject_id"] for row in tables["subjects"] if row["subject_type"] == "person"]
    subjects = [row["subject_id"] for row in tables["subjects"]]
    regulars = {user["user_id"]: chance.sample(persons, 2) for user in users}
    for nr in range(DAYS):
        day = FIRST + timedelta(days=nr)
        at = Moments(chance, day)
        _shifts(tables, users, chance, day)
        _work(tables, words, chance, at, subjects)
        for user in users:
            for _ in range(chance.randint(0, 4)):
                often = chance.random() < 0.3
                subject = chance.choice(regulars[user["user_id"]] if often else subjects)
                _lookup(tables, words, chance, at.any(), user["user_id"], subject)
    for user in users:
        tables["relations"].append(
            {
                "user_id": user["user_id"],
                "subject_id": chance.choice(persons),
                "kind": chance.choice(["friend", "sibling"]),
            }
        )
        if chance.random() < 0.4:
            user["left_on"] = FIRST + timedelta(days=chance.randint(0, DAYS))
    return tables


class Moments:
    """Local times of one day, by chance."""

    def __init__(self, chance: random.Random, day: date) -> None:
        self._chance, self._day = chance, day

    def any(self) -> str:
        return str(
            datetime(self._day.year, self._day.month, self._day.day)
            + timedelta(minutes=self._chance.randint(0, 1439))
        )


def _user(words: Words, nr: int) -> Row:
    return {
        "user_id": words.one(), "unit": "Unit", "team": f"Team {nr % TEAMS}", "function": "Patrol",
        "surname": words.one(), "home_postcode": f"1{nr:03}AB", "home_house_number": str(nr),
        "home_lat": 52.0 + nr / 100, "home_lon": 5.0,
    }  # fmt: skip


def _household(words: Words, chance: random.Random, nr: int) -> Iterator[Row]:
    """One or two persons at an address, and perhaps a car."""
    where = {"postcode": f"9{nr:03}XY", "house_number": str(nr), "lat": 52.0 + nr / 1000, "lon": 5.0}
    owner = words.one()
    yield {"subject_id": owner, "subject_type": "person", "surname": words.one(), "sex": "v", **where}
    if chance.random() < 0.3:
        yield {
            "subject_id": words.one(),
            "subject_type": "person",
            "surname": words.one(),
            "sex": "m",
            **where,
        }
    if chance.random() < 0.5:
        yield {
            "subject_id": words.one(),
            "subject_type": "vehicle",
            "plate": words.one(),
            "owner_subject_id": owner,
        }


def _shifts(tables: dict[str, list[Row]], users: list[Row], chance: random.Random, day: date) -> None:
    for user in users:
        if chance.random() < 0.7:
            tables["shifts"].append(
                {
                    "user_id": user["user_id"],
                    "starts_at": f"{day} 07:00",
                    "ends_at": f"{day} 15:00",
                    "kind": "duty",
                }
            )


def _work(
    tables: dict[str, list[Row]], words: Words, chance: random.Random, at: Moments, subjects: list[str]
) -> None:
    """An incident, a case that is closed within days, a news item, and who is in them."""
    incident, case, begun = words.one(), words.one(), at.any()
    team = f"Team {chance.randrange(TEAMS)}"
    tables["incidents"].append(
        {"incident_id": incident, "occurred_at": begun, "kind": words.one(), "team": team}
    )
    tables["incident_subjects"] += [
        {"incident_id": incident, "subject_id": one} for one in chance.sample(subjects, 2)
    ]
    tables["dispatches"].append(
        {
            "incident_id": incident,
            "user_id": chance.choice(tables["users"])["user_id"],
            "dispatched_at": begun,
        }
    )
    closed = datetime.fromisoformat(begun) + timedelta(days=chance.randint(1, 12))
    tables["cases"].append(
        {
            "case_id": case,
            "opened_at": begun,
            "closed_at": str(closed) if chance.random() < 0.8 else "2027-01-01 12:00",
            "team": team,
        }
    )
    tables["case_subjects"] += [
        {"case_id": case, "subject_id": one, "linked_at": begun} for one in chance.sample(subjects, 3)
    ]
    tables["case_members"] += [
        {"case_id": case, "user_id": chance.choice(tables["users"])["user_id"], "valid_from": begun},
        {"case_id": case, "team": team, "valid_from": begun},
    ]
    person = next(one for one in chance.sample(subjects, len(subjects)))
    tables["news"].append(
        {"news_id": words.one(), "published_at": begun, "subject_id": person, "headline": words.one()}
    )


def _lookup(
    tables: dict[str, list[Row]], words: Words, chance: random.Random, at: str, user: str, subject: str
) -> None:
    lookup = words.one()
    cases = [row["case_id"] for row in tables["cases"]]
    tables["lookups"].append(
        {
            "lookup_id": lookup, "occurred_at": at, "user_id": user, "system": chance.choice(["BVH", "RDW"]),
            "action": "search", "channel": "desktop", "subject_id": subject, "query_text": words.one(),
            "justification": words.one(),
            "case_id": chance.choice(cases) if cases and chance.random() < 0.2 else None,
        }
    )  # fmt: skip
    if chance.random() < 0.1:
        row = tables["lookups"][-1]
        tables["labels"].append({"system": row["system"], "lookup_id": lookup, "motive": "curiosity"})


def rows_of(path: Path, settings: Settings = SETTINGS) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order of its own."""
    with Warehouse(path, settings, must_exist=True) as warehouse:
        tables = [
            row["name"]
            for row in warehouse.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")
        ]
        return {
            table: sorted(
                (tuple(row.values()) for row in warehouse.rows(f'SELECT * FROM "{table}"')), key=repr
            )
            for table in tables
        }


def words_in(rows: dict[str, list[tuple[Any, ...]]]) -> set[str]:
    """Every word of `Words` in any text of these rows, also within a longer text."""
    import re

    return {
        word
        for table in rows.values()
        for row in table
        for value in row
        for word in re.findall(f"[{_SIGNS}]{{14}}", str(value))
    }


def words_on_disk(folder: Path, words: set[str]) -> set[str]:
    """The words of which the bytes are in any file of a folder, whatever it is."""
    content = b"\0".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())
    return {word for word in words if word.encode() in content}
