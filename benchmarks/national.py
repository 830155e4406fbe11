"""A national night against a bare load of its file: 65,000 users, five million lookups, 400 and 30 days of history.

Run with: python -m benchmarks.national [--users 65000 --lookups 5000000 --history 400] [--quick] [--json]

Each contender runs in a process of its own, on two threads and with a bound on the memory of the engine. What is
made is kept under benchmarks/results/national until the schema changes (a warehouse of 400 days takes some 30 GB, and
a copy of it while it is measured); how true to life it is, docs/performance.md says.
"""

import argparse
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks.measuring import Run, note, report_run, run

RESULTS = Path(__file__).parent / "results" / "national"
SHORT = 30  # days of history that the long one is held against
MEMORY, THREADS = "5GB", 2  # of the engine; what Python and the forest hold comes on top of it
_MOST_GB = 8.0


@dataclass(frozen=True)
class Measured:
    """One contender's run, and the most that it had spilt to disk at once, in MB."""

    run: Run
    spilt_mb: float


def measure(made: dict[int, Path], night: date, bare: Path) -> dict[str, Measured]:
    """A bare load of the file, `ingest` of it, and the audit of the night, for each length of history."""
    (file,) = bare.iterdir()
    results: dict[str, Measured] = {}
    database = bare.with_name("bare.duckdb")
    database.unlink(missing_ok=True)
    results["bare load"] = _watched(database, partial(run, "benchmarks.national", "bare", file, database))
    database.unlink()
    for history, path in sorted(made.items(), reverse=True):
        copy = path.with_name("night.duckdb")
        shutil.copy(path, copy)
        os.sync()  # a copy of some 20 GB on its way to the disk slows whoever is measured meanwhile
        try:
            for name, arguments in (("ingest", (bare, copy)), ("audit", (night.isoformat(), copy))):
                note(f"{name} on {history} days")
                contender = partial(run, "benchmarks.national", name, *arguments)
                results[f"{name}, {history} days"] = _watched(copy, contender)
        finally:
            copy.unlink()
    return results


def _watched(database: Path, contender: Callable[[], Run]) -> Measured:
    """A run, while the folder that the engine spills into is looked at twice a second."""
    most, done = 0, threading.Event()

    def look() -> None:
        nonlocal most
        while not done.wait(0.5):
            spilt = 0
            for one in database.parent.glob(f"{database.name}.tmp/*"):
                try:
                    spilt += one.stat().st_size
                except FileNotFoundError:
                    continue
            most = max(most, spilt)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        ran = contender()
    finally:
        done.set()
        watch.join()
    return Measured(ran, most / 1e6)


def main(arguments: list[str] | None = None) -> int:
    """Make what is not there yet, measure, and print seconds, memory and ratios; 0 when everything ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.national", description=__doc__)
    parser.add_argument("--users", type=int, default=65_000, help="a whole number of thousands")
    parser.add_argument("--lookups", type=int, default=5_000_000, help="on the night")
    parser.add_argument("--history", type=int, default=400, help=f"days; held against {SHORT}")
    parser.add_argument("--form", choices=("parquet", "csv"), default="parquet", help="of the night's file")
    parser.add_argument("--quick", action="store_true", help="two small units: does it run, not how fast")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where what is made is kept")
    options = parser.parse_args(arguments)
    if options.users % 1_000:
        parser.error("a nation is made of units of 1,000 users")
    from benchmarks.national_world import Nation, make

    nation, history = Nation(options.users // 1_000, options.lookups), options.history
    if options.quick:
        nation, history = Nation(units=2, lookups=4_000, users=100, days=14), 42
    made = make(options.results, nation, (SHORT, history))
    results = measure(made, nation.night, made[history].parent / options.form)
    ratios = _ratios(results, history)
    if options.json:
        print(
            json.dumps({"runs": {n: asdict(one) for n, one in results.items()}, "ratios": ratios}, indent=2)
        )
    else:
        print(_table(results, ratios))
    return 0


def _ratios(results: dict[str, Measured], history: int) -> dict[str, float]:
    bare = results["bare load"].run.seconds
    night = {
        days: sum(results[f"{name}, {days} days"].run.seconds for name in ("ingest", "audit"))
        for days in (SHORT, history)
    }
    audits = {days: results[f"audit, {days} days"].run.seconds for days in (SHORT, history)}
    return {
        f"ingest and audit on {history} days / bare load (at most 10, aimed at 5)": night[history] / bare,
        f"audit on {history} days / on {SHORT} days (at most 1.3)": audits[history] / audits[SHORT],
        f"highest peak of memory, GB (below {_MOST_GB:g})": max(one.run.peak_mb for one in results.values())
        / 1024,
    }


def _table(results: dict[str, Measured], ratios: dict[str, float]) -> str:
    lines = [f"{'':24}{'seconds':>9}{'process':>9}{'peak MB':>9}{'spilt MB':>10}"]
    lines += [
        f"{name:24}{one.run.seconds:9.1f}{one.run.process_seconds:9.1f}{one.run.peak_mb:9,.0f}{one.spilt_mb:10,.0f}"
        for name, one in results.items()
    ]
    return "\n".join([*lines, "", *(f"{what:72}{ratio:8.2f}" for what, ratio in ratios.items())])


def _bare(file: Path, database: Path) -> None:
    import duckdb

    def load() -> None:
        config: dict[str, str | bool | int | float | list[str]] = {"threads": THREADS, "memory_limit": MEMORY}
        with duckdb.connect(database, config=config) as connection:
            connection.execute(f"CREATE TABLE lookups AS SELECT * FROM '{file}'")

    report_run(load)


def _ingest(drop: Path, database: Path) -> None:
    from lookup_audit.ingest import ingest
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse

    def load() -> None:
        with Warehouse(database, Settings(memory=MEMORY, threads=THREADS), must_exist=True) as warehouse:
            ingest(warehouse, drop)

    report_run(load)


def _audit(day: Path, database: Path) -> None:
    from lookup_audit.pipeline import audit
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse

    def night() -> None:
        with Warehouse(database, Settings(memory=MEMORY, threads=THREADS), must_exist=True) as warehouse:
            audit(warehouse, [date.fromisoformat(day.name)])

    report_run(night)


CONTENDERS: dict[str, Callable[[Path, Path], None]] = {"bare": _bare, "ingest": _ingest, "audit": _audit}

if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in CONTENDERS:
        CONTENDERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main())
