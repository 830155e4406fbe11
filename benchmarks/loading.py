"""Loading a million lookups: `ingest` against a bare table made by the engine from the same file.

A contender runs in a process of its own: python -m benchmarks.loading CONTENDER FILE DATABASE
"""

import shutil
import sys
from pathlib import Path

from benchmarks.measuring import Run, interleaved, report_run, run


def measure(users: Path, lookups: Path, scratch: Path, repeats: int) -> dict[str, Run]:
    """Medians of `ingest` and of `bare duckdb`, each into a new file that is closed at the end.

    `users` is a drop with the users, loaded before the clock starts; `lookups` one with a single file.
    """
    (bare,) = lookups.glob("*.parquet")
    empty, database = scratch / "users.duckdb", scratch / "loading.duckdb"
    empty.unlink(missing_ok=True)
    run("benchmarks.loading", "ingest", users, empty)

    def ingested() -> Run:
        shutil.copy(empty, database)
        return run("benchmarks.loading", "ingest", lookups, database)

    def bare_duckdb() -> Run:
        database.unlink(missing_ok=True)
        return run("benchmarks.loading", "duckdb", bare, database)

    try:
        return interleaved({"ingest": ingested, "bare duckdb": bare_duckdb}, repeats)
    finally:
        empty.unlink()
        database.unlink(missing_ok=True)


def _ingest(drop: Path, database: Path) -> None:
    from lookup_audit.ingest import ingest
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse

    def load() -> None:
        with Warehouse(database, Settings()) as warehouse:
            ingest(warehouse, drop)

    report_run(load)


def _bare_duckdb(file: Path, database: Path) -> None:
    import duckdb

    def load() -> None:
        with duckdb.connect(database) as connection:
            connection.execute(f"CREATE TABLE lookups AS SELECT * FROM read_parquet('{file}')")

    report_run(load)


if __name__ == "__main__":
    contender, file, database = sys.argv[1:]
    {"ingest": _ingest, "duckdb": _bare_duckdb}[contender](Path(file), Path(database))
