"""The worlds that are measured: a dense unit, its audited warehouse, and the same with more or less history.

Each is made once and kept under `benchmarks/results/`, named after the code that made it, because auditing
ninety nights takes longer than measuring one. Run with: python -m benchmarks.world FOLDER [--quick]
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

import lookup_audit
from benchmarks.measuring import note
from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.settings import Settings
from lookup_audit.simulate import WORLDS, simulate
from lookup_audit.warehouse import Warehouse, load_signed

SEED, USUAL_SEED = 42, 104  # seeds on which nothing was developed
FIRST_DAY = date(2026, 1, 8)  # a Thursday, so that the 91st day is a Wednesday


@dataclass(frozen=True)
class Size:
    """How large things are: a dense unit of `history` days and one new day, with at most `a_day` lookups each;
    the lookups of the file to load; and the days of the usual unit that the baselines are measured on.
    """

    users: int
    history: int
    a_day: int
    busier: float
    loaded: int
    usual_days: int

    @property
    def new_day(self) -> date:
        """The day whose audit is measured."""
        return FIRST_DAY + timedelta(days=self.history)


FULL = Size(users=1_000, history=90, a_day=50_000, busier=5.5, loaded=1_000_000, usual_days=60)
QUICK = Size(users=100, history=12, a_day=2_000, busier=3.0, loaded=20_000, usual_days=15)


@dataclass(frozen=True)
class Made:
    """Where things are, or will be; `warehouses` by days of history, each with the new day loaded."""

    root: Path
    warehouses: dict[int, Path]

    @property
    def drop(self) -> Path:
        """The dense unit's drop."""
        return self.root / "drop"

    @property
    def users(self) -> Path:
        """A drop of its users, with one lookup, because a drop without any is refused."""
        return self.root / "users"

    @property
    def loaded(self) -> Path:
        """A drop of one file of its lookups."""
        return self.root / "loaded"

    @property
    def usual(self) -> Path:
        """The audited warehouse of a usual unit."""
        return self.root / "usual.duckdb"

    @property
    def parameters(self) -> Path:
        """What the script in pandas is told, as JSON."""
        return self.root / "parameters.json"


def code_key() -> str:
    """16 hex digits over every file of the package, and over this one."""
    package = Path(lookup_audit.__file__).parent
    texts = sorted(path for path in package.rglob("*") if path.suffix in {".py", ".sql", ".csv", ".toml"})
    digest = hashlib.sha256()
    for path in (*texts, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def where(folder: Path, size: Size) -> Made:
    """Where the things of this size are, or will be."""
    root = folder / f"{size.users}x{size.history}-{code_key()}"
    days = (size.history, size.history // 3, size.history * 4)
    return Made(root, {history: root / f"history-{history}.duckdb" for history in days})


def make(folder: Path, size: Size) -> Made:
    """Everything of this size, made where it is not there yet."""
    made = where(folder, size)
    made.root.mkdir(parents=True, exist_ok=True)
    made.parameters.write_text(json.dumps(parameters(Settings()), indent=1), encoding="utf-8")
    if not made.drop.exists():
        note(f"simulating {size.users} users × {size.history + 1} days")
        dense_drop(made.drop, size)
    if not made.loaded.exists():
        _drops_to_load(made, size.loaded)
    known = made.warehouses[size.history]
    if not known.exists():
        audited_warehouse(made.drop, known, until=size.new_day)
    for history, path in made.warehouses.items():
        if not path.exists():
            note(f"making a history of {history} days")
            rescaled_warehouse(known, path, new_day=size.new_day, history=history, known=size.history)
    if not made.usual.exists():
        drop = made.root / "usual"
        shutil.rmtree(drop, ignore_errors=True)
        simulate(drop, users=size.users, days=size.usual_days, seed=USUAL_SEED)
        audited_warehouse(drop, made.usual, until=date.max)
    return made


def _drops_to_load(made: Made, lookups: int) -> None:
    """One file of so many lookups; and a drop of the users with the one lookup that comes after those."""
    made.users.mkdir(exist_ok=True)
    shutil.copy(made.drop / "users.parquet", made.users)
    partial = made.root / "loaded.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    with duckdb.connect() as connection:
        for folder, limit in ((partial, f"{lookups}"), (made.users, f"1 OFFSET {lookups}")):
            connection.execute(
                f"COPY (SELECT * FROM read_parquet('{made.drop}/lookups-*.parquet') ORDER BY occurred_at, lookup_id "
                f"LIMIT {limit}) TO '{folder}/lookups.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
    partial.rename(made.loaded)


def dense_drop(out: Path, size: Size) -> None:
    """Simulate a unit whose every kind of work asks for more lookups, and cap each day at `size.a_day`.

    What explains them grows along (the same cases and incidents, consulted more often), so the share of
    lookups with a work link stays about that of the world it was made from.
    """
    partial = out.with_name("drop.partial")
    shutil.rmtree(partial, ignore_errors=True)
    usual = WORLDS["regional"]
    volumes = (
        "per_dispatch",
        "reports",
        "traffic_checks",
        "briefing",
        "detective",
        "desk",
        "front_office",
        "staff",
    )
    more = {name: getattr(usual, name) * size.busier for name in volumes}
    WORLDS["dense"] = replace(usual, name="dense", **more)
    simulate(partial, users=size.users, days=size.history + 1, seed=SEED, world="dense", start=FIRST_DAY)
    with duckdb.connect() as connection:
        for path in sorted(partial.glob("lookups-*.parquet")):
            capped = path.with_name("capped")
            connection.execute(
                f"COPY (SELECT * FROM read_parquet('{path}') QUALIFY row_number() OVER (ORDER BY md5(lookup_id)) "
                f"<= {size.a_day} ORDER BY occurred_at, lookup_id) TO '{capped}' (FORMAT parquet, COMPRESSION zstd)"
            )
            capped.replace(path)
    partial.rename(out)


def audited_warehouse(drop: Path, path: Path, *, until: date) -> None:
    """Load the drop and audit every night before `until`, one at a time, as they would have come."""
    partial = _fresh(path)
    with Warehouse(partial, Settings()) as warehouse:
        ingest(warehouse, drop)
        nights = days_to_audit(warehouse, last=until - timedelta(days=1))
        audit(
            warehouse,
            nights,
            progress=lambda done, total, day: note(f"auditing {day}: {done + 1} of {total}"),
        )
    partial.rename(path)


def rescaled_warehouse(source: Path, path: Path, *, new_day: date, history: int, known: int) -> None:
    """A warehouse with the new day of `source` on `history` days instead of the `known` ones.

    A longer one holds the known days again and again, each time some weeks earlier under other ids; a
    shorter one only the last of them. History is only read by an audit, so who made it does not matter.
    """
    partial = _fresh(path)
    copies, step = -(-history // known), timedelta(weeks=-(-known // 7))
    with Warehouse(partial, Settings()) as warehouse:
        warehouse.run(f"ATTACH '{source}' AS source (READ_ONLY)")
        for table in _SAME:
            warehouse.run(f"INSERT INTO {table} SELECT * FROM source.{table}")
        for table, when in _GROWING.items():
            columns = warehouse.rows(
                "SELECT column_name AS name, data_type AS type FROM duckdb_columns() "
                "WHERE database_name = 'source' AND table_name = $table ORDER BY column_index",
                {"table": table},
            )
            for copy in reversed(range(copies)):  # the oldest first, as it would have come
                warehouse.run(
                    f"INSERT INTO {table} SELECT {', '.join(_moved(column, copy) for column in columns)} "
                    f"FROM source.{table} WHERE coalesce({when}, $first) >= $first "
                    f"AND ($copy = 0 OR coalesce({when}, $first) < $new_day)",
                    {
                        "first": new_day - timedelta(days=min(history, known)),
                        "new_day": new_day,
                        "copy": copy,
                        **(
                            {"step": step * copy}
                            if any(column["type"] in _TIMES for column in columns)
                            else {}
                        ),
                    },
                )
        warehouse.run("DETACH source")
    partial.rename(path)


def parameters(settings: Settings) -> dict[str, Any]:
    """What the script in pandas is told: the settings, the parameters in every header, common surnames."""
    signed = {"explanation": load_signed("explanation"), "rule": load_signed("rule")}
    common = (files("lookup_audit.context") / "45_common_surnames.sql").read_text(encoding="utf-8")
    people = float(common.partition("bearers / ")[2].split()[0])
    return {
        "zone": settings.zone,
        "probe_subjects": list(settings.probe_subjects),
        "context": settings.context.model_dump(mode="json"),
        "common_surnames": {
            name: int(n) / people for name, n in re.findall(r"\('([a-z-]+)', (\d+)\)", common)
        },
        **{kind: {one.id: one.values(settings) for one in every} for kind, every in signed.items()},
    }


_SAME = (
    "numbers",
    "users",
    "subjects",
    "relations",
    "interventions",
    "labels",
    "input_files",
    "pending_days",
)
_GROWING = {
    "lookups": "local_date",
    "shifts": "starts_at",
    "cases": "NULL",
    "case_subjects": "NULL",
    "case_members": "NULL",
    "incidents": "occurred_at",
    "incident_subjects": "NULL",
    "dispatches": "dispatched_at",
    "news": "published_at",
    "work_links": "audit_date",
    "findings": "audit_date",
    "lookup_risk": "audit_date",
    "alert_episodes": "last_at",
    "runs": "audit_date",
    "numbered_focus_days": "day",
    "numbered_user_subject_days": "day",
    "user_days": "day",
}
"""The tables that grow with history, each with the column that says when; NULL where all rows are kept."""

_IDS = ("lookup_id", "case_id", "incident_id", "news_id", "finding_id", "run_id", "alert_id")
_TIMES = ("DATE", "TIMESTAMP")


def _moved(column: dict[str, str], copy: int) -> str:
    """A column of a copy of history: another id, an earlier time, or as it is."""
    name, kind = column["name"], column["type"]
    if name in _IDS:
        return f"{name} || CASE WHEN $copy = 0 THEN '' ELSE '~{copy}' END AS {name}"
    if kind in _TIMES:
        return f"CAST({name} - $step AS {kind}) AS {name}"
    return f'"{name}"'


def _fresh(path: Path) -> Path:
    """Where to make a file before it is moved into place; what a killed process left there is removed."""
    partial = path.with_suffix(".partial")
    for left in (partial, partial.with_name(f"{partial.name}.wal")):
        left.unlink(missing_ok=True)
    return partial


def main() -> int:
    """Make everything of one size and print where it is, as JSON; 0 when it is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    made = make(options.folder, size)
    places = {
        name: str(getattr(made, name)) for name in ("root", "drop", "users", "loaded", "usual", "parameters")
    }
    warehouses = {history: str(path) for history, path in made.warehouses.items()}
    print(
        json.dumps(
            {
                **places,
                "known": warehouses[size.history],
                "warehouses": warehouses,
                "new_day": str(size.new_day),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
