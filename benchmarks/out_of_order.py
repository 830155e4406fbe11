"""Does the order of delivery matter? One simulated unit, delivered in several orders, must end with the same risks.

Run with: python -m benchmarks.out_of_order [--users 250] [--days 30] [--seeds 1 2 3]

Every day of every table is a file. Each order delivers all of them, with an audit after each delivery: all at once;
day by day; the days shuffled; a third of the files up to 20 days late. In the last two some files come first with
rows that were entered wrongly, and are put right in a later delivery. Users, subjects and relations come first: what
is known of them is read as it is on the night (see docs/operations.md).
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measuring import note
from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit_by_need, waiting
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse

FIRST = date(2026, 1, 5)
PEOPLE = ("users", "subjects", "relations")
COMPARED = ("lookup_risk", "findings", "alerts")
ALSO_KEPT = ("work_links", "control_sample", "user_days", "user_subject_days", "focus_days", "interest_days")

# The moment by which a row belongs to a local day; what has none is of the first.
_MOMENTS = {
    "lookups": "occurred_at",
    "shifts": "starts_at",
    "cases": "opened_at",
    "case_subjects": "linked_at",
    "case_members": "valid_from",
    "incidents": "occurred_at",
    "news": "published_at",
}
_WITH_INCIDENT = ("incident_subjects", "dispatches")

# Rows as they were entered wrongly at first: every nineteenth of a file, by what it is of.
_WRONG = {
    "shifts": ("user_id || starts_at", "* REPLACE (ends_at - INTERVAL 3 HOUR AS ends_at)"),
    "cases": (
        "case_id",
        "* REPLACE ('another team' AS team, opened_at - INTERVAL 2 DAY AS opened_at, NULL AS closed_at)",
    ),
    "case_subjects": (
        "case_id || subject_id",
        "* REPLACE (linked_at + INTERVAL 5 DAY AS linked_at)",
    ),
    "incidents": (
        "incident_id",
        "* REPLACE (occurred_at + INTERVAL 1 DAY AS occurred_at, 'another team' AS team)",
    ),
    "dispatches": ("incident_id", "* REPLACE (NULL AS cleared_at)"),
    "news": ("news_id", "* REPLACE (published_at - INTERVAL 2 DAY AS published_at)"),
}


@dataclass(frozen=True)
class Part:
    """One day of one table, as a file; `wrong` is the same with some rows that are put right later."""

    table: str
    day: date
    path: Path
    wrong: Path | None


Deliveries = list[list[Path]]


@dataclass(frozen=True)
class Outcome:
    """What one order came to: rows by table, audits in all, days audited again, by reason, and seconds."""

    order: str
    tables: dict[str, list[tuple[Any, ...]]]
    deliveries: int
    audits: int
    again: int
    reasons: dict[str, int]
    seconds: float


def split(folder: Path, *, users: int, days: int, seed: int) -> tuple[list[Path], list[Part]]:
    """A simulated unit as files under `folder`: those on people, and the parts by day."""
    simulate(folder / "whole", users=users, days=days, seed=seed, start=FIRST)
    people = [path for name in PEOPLE for path in sorted((folder / "whole").glob(f"{name}*.parquet"))]
    parts: list[Part] = []
    with Warehouse(None, Settings(threads=1)) as engine:
        for table in (*_MOMENTS, *_WITH_INCIDENT):
            if not list((folder / "whole").glob(f"{table}[-.]*parquet")):
                continue
            where = f"read_parquet('{folder}/whole/{table}[-.]*parquet')"
            if table in _WITH_INCIDENT:
                rows = (
                    f"SELECT given.*, {_day('incident.occurred_at')} AS of_day FROM {where} AS given "
                    f"JOIN read_parquet('{folder}/whole/incidents*.parquet') AS incident USING (incident_id)"
                )
            else:
                rows = f"SELECT *, {_day(_MOMENTS[table])} AS of_day FROM {where}"
            engine.script(f"CREATE OR REPLACE TEMP TABLE part_rows AS {rows}")
            last = FIRST + timedelta(days=days - 1)
            engine.run(
                "UPDATE part_rows SET of_day = least(greatest(coalesce(of_day, $first), $first), $last)",
                {"first": FIRST, "last": last},
            )
            for row in engine.rows("SELECT DISTINCT of_day FROM part_rows ORDER BY of_day"):
                parts.append(_part(engine, folder, table, row["of_day"]))
    return people, parts


def _day(moment: str) -> str:
    return f"local_day(timezone('UTC', {moment}), '{Settings().zone}')"


def _part(engine: Warehouse, folder: Path, table: str, day: date) -> Part:
    rows = f"SELECT * EXCLUDE (of_day) FROM part_rows WHERE of_day = DATE '{day}'"
    path = folder / "parts" / f"{table}-{day}.parquet"
    path.parent.mkdir(exist_ok=True)
    engine.script(f"COPY ({rows} ORDER BY ALL) TO '{path}'")
    if table not in _WRONG:
        return Part(table, day, path, None)
    key, other = _WRONG[table]
    hit = f"hash({key}) % 19 = 0"
    wrong = folder / "wrong" / f"{table}-{day}.parquet"
    wrong.parent.mkdir(exist_ok=True)
    engine.script(
        f"COPY (SELECT {other} FROM ({rows}) WHERE {hit} "
        f"UNION ALL SELECT * FROM ({rows}) WHERE NOT {hit}) TO '{wrong}'"
    )
    return Part(table, day, path, wrong)


def in_order(parts: list[Part], *, every: int) -> Deliveries:
    """The parts day by day, or so many days in one delivery."""
    return _deliveries([(part.day, part) for part in parts], every)


def shuffled(parts: list[Part], lot: random.Random, *, every: int) -> Deliveries:
    """The days in any order, with some files that are put right later."""
    days = sorted({part.day for part in parts})
    as_if = dict(zip(days, lot.sample(days, len(days)), strict=True))
    return _deliveries([(as_if[part.day], part) for part in parts], every, lot)


def late(parts: list[Part], lot: random.Random, *, every: int, share: float, most: int) -> Deliveries:
    """In order, but a share of the files up to `most` days late, with some files that are put right later."""
    days = [part.day + timedelta(days=lot.randint(1, most) if lot.random() < share else 0) for part in parts]
    return _deliveries(list(zip(days, parts, strict=True)), every, lot)


def _deliveries(
    arrivals: list[tuple[date, Part]], every: int, lot: random.Random | None = None
) -> Deliveries:
    """What came on each day, or in so many days, in order of time; there is no delivery before the first lookups.

    By lot one file in seven comes wrong at first, and is put right one to three deliveries later.
    """
    together: dict[int, list[Path]] = defaultdict(list)
    begin = min(day for day, part in arrivals if part.table == "lookups")
    for day, part in arrivals:
        number = (max(day, begin) - FIRST).days // every
        if lot is not None and part.wrong is not None and lot.random() < 1 / 7:
            together[number].append(part.wrong)
            number += lot.randint(1, 3)
        together[number].append(part.path)
    return [together[number] for number in sorted(together)]


def deliver(
    order: str, people: list[Path], deliveries: Deliveries, settings: Settings, folder: Path
) -> Outcome:
    """Load these deliveries one after the other, with an audit after each; what it came to."""
    begun = time.perf_counter()
    nights = []
    with Warehouse(folder / f"{order.replace(' ', '-')}.duckdb", settings) as warehouse:
        for number, paths in enumerate(deliveries):
            with _drop(folder, [*people, *paths] if number == 0 else paths) as drop:
                ingest(warehouse, drop)
            nights += audit_by_need(warehouse)
        if audit_by_need(warehouse) or waiting(warehouse):
            raise AssertionError(f"{order}: once all was in and audited, there were days left")
        tables = {name: _rows(warehouse, name) for name in (*COMPARED, *ALSO_KEPT)}
    again = [night for night in nights if night.again]
    return Outcome(
        order,
        tables,
        deliveries=len(deliveries),
        audits=len(nights),
        again=len(again),
        reasons=dict(Counter(why for night in again for why in night.why).most_common()),
        seconds=round(time.perf_counter() - begun, 1),
    )


class _drop:  # noqa: N801 - reads as the context that it is
    """A folder with copies of these files, for as long as it takes to load them."""

    def __init__(self, folder: Path, paths: list[Path]) -> None:
        self._folder, self._paths = folder, paths

    def __enter__(self) -> Path:
        self._drop = Path(tempfile.mkdtemp(prefix="drop-", dir=self._folder))
        for path in self._paths:
            shutil.copy(path, self._drop)
        return self._drop

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._drop)


def _rows(warehouse: Warehouse, table: str) -> list[tuple[Any, ...]]:
    return [tuple(map(str, row.values())) for row in warehouse.rows(f"SELECT * FROM {table} ORDER BY ALL")]


def differences(expected: Outcome, other: Outcome) -> dict[str, int]:
    """By table, how many rows the two outcomes do not share; tables that are the same are left out."""
    counts = {table: len(set(expected.tables[table]) ^ set(other.tables[table])) for table in expected.tables}
    return {table: count for table, count in counts.items() if count}


def orders(parts: list[Part], lot: random.Random, *, every: int, most_late: int) -> dict[str, Deliveries]:
    """Every order by its name; the first is all at once."""
    return {
        "all at once": [[part.path for part in parts]],
        "in order": in_order(parts, every=every),
        "shuffled": shuffled(parts, lot, every=every),
        "a third late": late(parts, lot, every=every, share=1 / 3, most=most_late),
    }


def main(arguments: list[str] | None = None) -> int:
    """Deliver each unit in every order and print what it took; 1 where any order ended with other rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.out_of_order", description=__doc__)
    parser.add_argument("--users", type=int, default=250)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--every", type=int, default=1, help="days in one delivery")
    parser.add_argument("--most-late", type=int, default=20, help="days that a late file is late at most")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--folder", type=Path, default=None, help="where warehouses are made; a temporary one else"
    )
    options = parser.parse_args(arguments)
    settings = Settings.model_validate({"forest": {"trees": 20}})  # fewer are as good for this, and faster
    same = True
    for seed in options.seeds:
        expected = None
        with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
            folder = Path(temporary)
            people, parts = split(folder, users=options.users, days=options.days, seed=seed)
            every_order = orders(parts, random.Random(seed), every=options.every, most_late=options.most_late)
            for order, deliveries in every_order.items():
                outcome = deliver(order, people, deliveries, settings, folder)
                expected = expected or outcome
                other = differences(expected, outcome)
                same = same and not other
                said = {key: value for key, value in asdict(outcome).items() if key != "tables"}
                rows = {table: len(outcome.tables[table]) for table in COMPARED}
                print(json.dumps({"seed": seed, **said, "rows": rows, "other_rows": other}), flush=True)
        note(f"seed {seed} done")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
