"""What several tests share: rows of the data contract put straight into a warehouse, and the readable cases."""

import fcntl
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lookup_audit import pipeline
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse, opening
from lookup_audit.warehouse.tables import TABLES
from tests.browser import running_browser

Row = dict[str, Any]

_TYPES = {"instant": "TIMESTAMP", "day": "DATE", "number": "DOUBLE", "whole": "BIGINT", "flag": "BOOLEAN"}
_AUDIT_TABLES = (
    "numbers", "numbered_focus_days", "numbered_user_subject_days", "numbered_interest_days", "user_days",
    "team_place_days", "reason_days", "work_links", "findings", "lookup_risk", "alert_episodes", "runs",
    "control_sample", "calibrations",
)  # fmt: skip


@dataclass
class World:
    """A warehouse in memory that is filled by hand, in local times, and emptied again between cases."""

    warehouse: Warehouse = field(default_factory=lambda: Warehouse(None, Settings(threads=1)))

    def insert(self, tables: dict[str, list[Row]], *, file: str = "case") -> None:
        """Add rows of the contract, as ingest would: local times to UTC, and the derived columns."""
        for name, rows in tables.items():
            if rows:
                self._insert(name, rows, file)

    def _insert(self, name: str, rows: list[Row], file: str) -> None:
        table = TABLES[name]
        unknown = {column for row in rows for column in row} - {column.name for column in table.columns}
        missing = [row for row in rows if any(row.get(column) is None for column in table.required)]
        if unknown or missing:
            raise ValueError(
                f"{name}: unknown columns {sorted(unknown)}; rows that lack a key: {missing[:3]}"
            )
        frame = pd.DataFrame(
            {
                column.name: pd.Series([row.get(column.name) for row in rows], dtype=object)
                for column in table.columns
            }
        )
        for column in table.columns:
            if column.kind == "instant":
                frame[column.name] = [self.utc(value) for value in frame[column.name]]
        derived = [f"{sql} AS {column}" for column, sql in table.derived.items()]
        if name == "lookups":
            local = [self.local(value) for value in frame["occurred_at"]]
            frame["local_date"] = [at.date() for at in local]
            frame["local_hour"] = [at.hour for at in local]
            frame["local_weekday"] = [at.isoweekday() for at in local]
            derived += ["local_date", "local_hour", "local_weekday"]
        typed = [
            f"{column.name}::{_TYPES.get(column.kind, 'VARCHAR')} AS {column.name}"
            for column in table.columns
        ]
        self.warehouse.run("DROP TABLE IF EXISTS given_rows")
        self.warehouse.run(
            "CREATE TEMP TABLE given_rows ("
            + ", ".join(f"{column} VARCHAR" for column in frame.columns)
            + ")"
        )
        self.warehouse.insert("given_rows", frame.map(lambda value: None if value is None else str(value)))
        self.warehouse.run(
            f"INSERT INTO {name} BY NAME SELECT {', '.join(typed + derived)}, $file AS file_id FROM given_rows",
            {"file": file},
        )

    def utc(self, value: str | datetime | None) -> datetime | None:
        """A local time, or one with its offset, as UTC without an offset; of a double hour the first."""
        if value is None:
            return None
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        at = at if at.tzinfo else at.replace(tzinfo=self.warehouse.settings.zone_info)
        return at.astimezone(UTC).replace(tzinfo=None)

    def local(self, at: datetime) -> datetime:
        """A UTC time without an offset, in the local zone."""
        return at.replace(tzinfo=UTC).astimezone(self.warehouse.settings.zone_info)

    def audit(self, *days: date) -> None:
        """Audit these local days, or every day that has lookups, in order."""
        pipeline.audit(self.warehouse, list(days) or pipeline.days_to_audit(self.warehouse, first=date.min))

    def clear(self, *, keep: str) -> None:
        """Forget everything but the input rows of one file."""
        for name in TABLES:
            self.warehouse.run(f"DELETE FROM {name} WHERE file_id <> $keep", {"keep": keep})
        for name in _AUDIT_TABLES:
            self.warehouse.run(f"DELETE FROM {name}")


@dataclass(frozen=True)
class Case:
    """One readable case of a rule or explanation: what is given, and what is expected of it."""

    about: str  # the id of the rule or explanation
    folder: str  # rules or explanations
    name: str
    kind: str
    tables: dict[str, list[Row]]
    expect: list[Row]
    settings: Row = field(default_factory=dict)  # what differs from the default configuration

    def __str__(self) -> str:
        return f"{self.about}: {self.name}"


CASES = Path(__file__).parent / "cases"
KINDS = {
    "rules": ("flagged", "innocent", "boundary"),
    "explanations": ("explains", "does_not_explain", "boundary"),
}
_HOME = tomllib.loads((CASES / "base.toml").read_text(encoding="utf-8"))["home"]


def cases_of(path: Path) -> list[Case]:
    """The cases of one file, which is named after its rule or explanation."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    cases = []
    for given in content.pop("case"):
        given.pop("why", None)
        case = Case(
            about=path.stem,
            folder=path.parent.name,
            name=given.pop("name"),
            kind=given.pop("kind"),
            expect=[one for row in given.pop("expect") for one in _spelt_out(row)],
            settings=given.pop("settings", {}),
            tables={
                table: [_placed(one) for row in rows for one in _spelt_out(row)]
                for table, rows in given.items()
                if table != "lookups"
            },
        )
        case.tables["lookups"] = [
            lookup
            for nr, row in enumerate(given["lookups"], 1)
            for one in _spelt_out({"lookup_id": str(nr), **row}, is_lookup=True)
            for lookup in _lookups(one)
        ]
        if case.kind not in KINDS[case.folder] or set(case.tables) - set(TABLES):
            raise ValueError(
                f"{path.name}, {case.name!r}: unknown kind {case.kind!r}, or a table that is not there"
            )
        cases.append(case)
    if content:
        raise ValueError(f"{path.name}: unknown: {', '.join(content)}")
    return cases


def _spelt_out(row: Row, *, is_lookup: bool = False) -> Iterator[Row]:
    """The rows that one line stands for: "house 1 to 5" is house 1, house 2 and so on, side by side in each column.

    The lookups of such a line are told apart by what was spelt out: "1 house 3".
    """
    many = {
        column: [f"{found[1]}{nr}" for nr in range(int(found[2]), int(found[3]) + 1)]
        for column, value in row.items()
        if isinstance(value, str) and (found := re.fullmatch(r"(.*?)(\d+) to (\d+)", value))
    }
    if not many:
        yield row
    for values in zip(*many.values(), strict=True):
        one = {**row, **dict(zip(many, values, strict=True))}
        if is_lookup and "lookup_id" not in many:
            one["lookup_id"] = " ".join([row["lookup_id"], *values])
        yield one


def _placed(row: Row) -> Row:
    """A row whose `metres_from_home` (due north of Eva's house) is turned into coordinates."""
    metres = row.get("metres_from_home")
    place = {} if metres is None else {"lat": _HOME["lat"] + metres / 111_320, "lon": _HOME["lon"]}
    return {**{key: value for key, value in row.items() if key != "metres_from_home"}, **place}


def _lookups(row: Row) -> Iterator[Row]:
    """The lookups that one line stands for: so many `times` a day, by each of its users, on each of its `days`."""
    row = _placed({"system": "BVH", "user_id": "eva", **row})
    users = row["user_id"] if isinstance(row["user_id"], list) else [row["user_id"]]
    first = datetime.fromisoformat(row["occurred_at"])
    times = range(row.pop("times", 1))
    for day, nr, user in product(range(row.pop("days", 1)), times, users):
        parts = [row["lookup_id"]]
        parts += [user] if len(users) > 1 else []
        parts += [f"day {day + 1}"] if day else []
        parts += [f"time {nr + 1}"] if nr else []
        at = (first + timedelta(days=day, minutes=nr)).isoformat(" ")
        yield {**row, "lookup_id": " ".join(parts), "user_id": user, "occurred_at": at}


def _base_tables() -> dict[str, list[Row]]:
    """The world in which every case takes place: base.toml, its roster written out, and the other persons."""
    base = tomllib.loads((CASES / "base.toml").read_text(encoding="utf-8"))
    roster, others = base.pop("roster"), base.pop("other_persons")
    base.pop("home")
    days = [roster["first"] + timedelta(days=nr) for nr in range((roster["last"] - roster["first"]).days + 1)]
    base["shifts"] = [
        {"user_id": user, "starts_at": f"{day} {roster['starts']}", "ends_at": f"{day} {roster['ends']}"}
        for user in roster["users"]
        for day in days
        if day.isoweekday() <= 5
    ]
    tables = {table: [_placed(row) for row in rows] for table, rows in base.items()}
    surnames = ["".join(parts).capitalize() for parts in product(*others["surnames_from"])]
    tables["subjects"] += [
        {"subject_id": f"person {nr}", "subject_type": "person", "surname": surnames[nr % len(surnames)]}
        for nr in range(others["count"])
    ]
    return tables


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """One thread for the engine where a test does not say how many: tests run side by side, and on little data."""
    connect = opening.connect

    def connect_with_one(path: Path | None, settings: Settings) -> Any:
        return connect(path, settings if settings.threads else settings.model_copy(update={"threads": 1}))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(opening, "connect", connect_with_one)
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A chromium of this machine; for one module at a time, as its event loop would get in the way of others."""
    yield from running_browser()


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audited warehouse of a month, made by chance from a seed, to be copied and not touched.

    It takes long, so what one of the processes that test side by side made is there for all of them.
    """
    from tests.retention_world import made  # which needs the world below

    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    path = folder / "month" / "a.duckdb"
    with (folder / "month.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            half = folder / "month.half"
            half.mkdir()
            made(half / path.name, seed=1)
            half.rename(path.parent)
    return path


@pytest.fixture(scope="session")
def base_world() -> Iterator[World]:
    """The world of base.toml; shared, so whoever changes it clears it."""
    world = World()
    world.insert(_base_tables(), file="base")
    yield world
    world.warehouse.close()


@pytest.fixture
def make_world() -> Iterator[Callable[[], World]]:
    """A function: an empty world; all of them are closed when the test ends."""
    made: list[World] = []

    def make() -> World:
        made.append(World())
        return made[-1]

    yield make
    for world in made:
        world.warehouse.close()


def faults(world: World, case: Case) -> list[str]:
    """What a case expects and the audit does not say, or says and the case does not expect; empty when right."""
    world.clear(keep="base")
    for table in ("users", "subjects"):
        key = TABLES[table].key[0]
        known = [row[key] for row in world.warehouse.rows(f"SELECT {key} FROM {table}")]
        twice = {row[key] for row in case.tables.get(table, [])} & set(known)
        if twice:
            raise ValueError(f"{case}: {table} that base.toml has already: {sorted(twice)}")
    world.insert(case.tables)
    usual = world.warehouse.settings
    world.warehouse.settings = Settings.model_validate({"threads": 1, **case.settings})
    try:
        world.audit()
    finally:
        world.warehouse.settings = usual
    skipped = world.warehouse.rows(
        "SELECT reason FROM (SELECT unnest(skipped_detectors) AS reason FROM runs) "
        "WHERE starts_with(reason, $about || ':')",
        {"about": case.about},
    )
    if len(skipped) == world.warehouse.count("runs"):
        raise ValueError(f"{case}: shows nothing, because it was skipped: {skipped[0]['reason']}")
    column, table = ("detector", "findings") if case.folder == "rules" else ("explanation", "work_links")
    score = "score" if case.folder == "rules" else "strength"
    rows = world.warehouse.rows(
        f"SELECT lookup_id, {column} AS id, {score} AS score FROM {table} ORDER BY ALL"
    )
    found = {row["lookup_id"]: row["score"] for row in rows if row["id"] == case.about}
    lookups = {row["lookup_id"]: row for row in case.tables["lookups"]}
    expected = {row["lookup"]: row for row in case.expect}
    if set(expected) - set(lookups):
        raise ValueError(
            f"{case}: expects of lookups that are not there: {sorted(set(expected) - set(lookups))}"
        )
    return [
        f"{_in_words(lookup)}\n  expected: {_wanted(case, expected.get(name))}\n  found: {_got(name, rows)}"
        for name, lookup in lookups.items()
        if not _is_met(expected.get(name), found.get(name))
    ]


def _is_met(wanted: Row | None, score: float | None) -> bool:
    if wanted is None or score is None:
        return wanted is score is None
    return bool(wanted.get("at_least", 0) - 1e-6 <= score <= wanted.get("at_most", 1) + 1e-6)


def _in_words(lookup: Row) -> str:
    whom = lookup.get("subject_id") or lookup.get("query_text")
    return f"lookup {lookup['lookup_id']!r}: {lookup['user_id']} looks up {whom!r} at {lookup['occurred_at']}"


def _wanted(case: Case, wanted: Row | None) -> str:
    verb, measure = ("asks", "score") if case.folder == "rules" else ("explains it", "strength")
    if wanted is None:
        return f"{case.about} says nothing"
    bounds = [
        f"{word.replace('_', ' ')} {wanted[word]}" for word in ("at_least", "at_most") if word in wanted
    ]
    return f"{case.about} {verb}, {measure} {' and '.join(bounds) or 'above 0'}"


def _got(name: str, rows: list[Row]) -> str:
    said = [f"{row['id']} {row['score']:g}" for row in rows if row["lookup_id"] == name]
    return ", ".join(said) or "nothing"


@pytest.fixture(scope="session")
def case_faults(base_world: World) -> Callable[[Case], list[str]]:
    """A function: what is wrong with a case, in words; an empty list when nothing is."""
    return lambda case: faults(base_world, case)


@pytest.fixture(scope="session")
def read_cases() -> Callable[[Path], list[Case]]:
    """A function: the cases of one file."""
    return cases_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes a `case` every case there is."""
    if "case" in metafunc.fixturenames:
        cases = [case for path in sorted(CASES.glob("*/*.toml")) for case in cases_of(path)]
        metafunc.parametrize("case", cases, ids=str)
