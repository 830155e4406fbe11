"""A year of a unit, night after night: is the last month as quick as the first?

    python -m benchmarks.nights [--users 1000] [--days 365] [--seed 41] [--folder DIR] [--keep] [--json]

Makes the unit, cuts it into daily deliveries as they would have come (rosters and case links by the day on
which they were registered, some rosters three days late, a case once when it opens and once when it closes),
and runs every night in a process of its own, as a timer would: ingest, audit by need, publish. Prints the median of
each thirty days, and the last month's as a multiple of the first's: in seconds, and in seconds of processor, which
other programs on the machine disturb less.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from benchmarks.measuring import note

START = date(2026, 1, 5)
MONTH = 30
LATE_DAYS = 3
# The moment by whose day a row is delivered; what has none comes on the first day.
MOMENTS = {
    "shifts": "starts_at",
    "case_subjects": "linked_at",
    "case_members": "valid_from",
    "incidents": "occurred_at",
    "dispatches": "dispatched_at",
    "news": "published_at",
    "interventions": "held_on",
}


@dataclass(frozen=True)
class Night:
    """Seconds of one night's process, by the clock and of processor, of the audit in it, and what it audited."""

    day: date
    seconds: float
    processor_seconds: float
    audit_seconds: float
    days: int
    lookups: int


def deliver(drop: Path, out: Path, days: int) -> list[Path]:
    """The drop cut into one folder for each day, named after it; the folders in order."""
    import duckdb

    folders = [out / (START + timedelta(days=nr)).isoformat() for nr in range(days)]
    for folder in folders:
        folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table, query in _deliveries(drop).items():
            connection.execute(
                f"CREATE OR REPLACE TABLE part AS SELECT *, greatest(least(due, $last), $first) AS due_on "
                f"FROM ({query}) AS rows_due",
                {"first": START, "last": START + timedelta(days=days - 1)},
            )
            for (due,) in connection.execute("SELECT DISTINCT due_on FROM part").fetchall():
                target = out / due.isoformat() / f"{table}-{due}.parquet"
                connection.execute(
                    f"COPY (SELECT * EXCLUDE (due, due_on) FROM part WHERE due_on = DATE '{due}') "
                    f"TO '{target}' (FORMAT parquet)"
                )
    for file in drop.glob("lookups-*.parquet"):
        shutil.copy(file, out / file.stem.removeprefix("lookups-") / file.name)
    return folders


def _deliveries(drop: Path) -> dict[str, str]:
    """A query for each table, with the day in `due` on which each row is delivered."""
    queries = {}
    for table in ("users", "subjects", "relations"):
        queries[table] = f"SELECT *, DATE '{START}' AS due FROM '{drop}/{table}.parquet'"
    for table, moment in MOMENTS.items():
        if (drop / f"{table}.parquet").exists():
            queries[table] = f"SELECT *, CAST({moment} AS DATE) AS due FROM '{drop}/{table}.parquet'"
    queries["incident_subjects"] = (
        f"SELECT links.*, CAST(occurred_at AS DATE) AS due FROM '{drop}/incident_subjects.parquet' AS links "
        f"JOIN '{drop}/incidents.parquet' AS incidents USING (incident_id)"
    )
    cases = f"'{drop}/cases.parquet'"
    queries["cases"] = f"SELECT * REPLACE (NULL AS closed_at), CAST(opened_at AS DATE) AS due FROM {cases}"
    queries["cases-closed"] = (
        f"SELECT *, CAST(closed_at AS DATE) AS due FROM {cases} WHERE closed_at IS NOT NULL"
    )
    late = drop / "shifts-late.parquet"
    if late.exists():
        queries["shifts-late"] = f"SELECT *, CAST(starts_at AS DATE) + {LATE_DAYS} AS due FROM '{late}'"
    return queries


def run_night(warehouse: Path, folder: Path) -> None:
    """One night in this process; prints its figures as one line of JSON."""
    from lookup_audit.ingest import ingest
    from lookup_audit.pipeline import audit_by_need
    from lookup_audit.reporting.publish import publish
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse

    with Warehouse(warehouse, Settings()) as opened:
        ingest(opened, folder)
        begun = time.perf_counter()
        nights = audit_by_need(opened)
        publish(opened)
        seconds = time.perf_counter() - begun
    last = nights[-1] if nights else None
    print(json.dumps({"audit_seconds": seconds, "days": len(nights), "lookups": last.lookups if last else 0}))


def by_month(nights: list[Night]) -> list[dict[str, float]]:
    """Medians of each thirty nights: seconds of the process and of the audit; days audited, lookups, in the mean."""
    months = []
    for first in range(0, len(nights) - MONTH // 2, MONTH):
        part = nights[first : first + MONTH]
        months.append(
            {
                "from_night": first + 1,
                "seconds": median(night.seconds for night in part),
                "processor_seconds": median(night.processor_seconds for night in part),
                "audit_seconds": median(night.audit_seconds for night in part),
                "slowest": max(night.seconds for night in part),
                "days": sum(night.days for night in part) / len(part),
                "lookups": sum(night.lookups for night in part) / len(part),
            }
        )
    return months


def main(arguments: list[str] | None = None) -> int:
    """Make the unit, run its nights, and print the months; 1 when the last is not within 1.3 times the first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights", description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--folder", type=Path, default=None, help="where it is made; a temporary one else")
    parser.add_argument("--keep", action="store_true", help="leave what was made")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--night", nargs=2, type=Path, metavar=("WAREHOUSE", "DROP"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.night:
        run_night(*options.night)
        return 0
    made = Path(tempfile.mkdtemp(dir=options.folder, prefix="nights-"))
    try:
        nights = _year(made, options.users, options.days, options.seed)
    finally:
        if not options.keep:
            shutil.rmtree(made)
    months = by_month(nights)
    ratio, processor = (months[-1][what] / months[0][what] for what in ("seconds", "processor_seconds"))
    if options.json:
        print(
            json.dumps(
                {
                    "months": months,
                    "ratio": ratio,
                    "processor_ratio": processor,
                    "nights": [asdict(one) for one in nights],
                },
                default=str,
            )
        )
    else:
        print(_table(months))
        print(f"\nlast month / first month: {ratio:.2f} (at most 1.3); of processor {processor:.2f}")
    return int(ratio > 1.3)


def _year(made: Path, users: int, days: int, seed: int) -> list[Night]:
    from lookup_audit.simulate import simulate

    note(f"making {users} users, {days} days")
    simulate(made / "drop", users=users, days=days, seed=seed, start=START)
    folders = deliver(made / "drop", made / "deliveries", days)
    shutil.rmtree(made / "drop")
    nights = []
    used = _used()
    for folder in folders:
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.nights", "--night", made / "warehouse.duckdb", folder],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        seconds = time.perf_counter() - begun
        before, used = used, _used()
        night = Night(
            date.fromisoformat(folder.name),
            seconds,
            used - before,
            **json.loads(done.stdout.splitlines()[-1]),
        )
        nights.append(night)
        note(f"{night.day}: {night.seconds:.2f} s, {night.days} days audited, {night.lookups:,} lookups")
    return nights


def _used() -> float:
    """Seconds of processor that the processes started from here took, of those that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _table(months: list[dict[str, float]]) -> str:
    lines = ["from night   median s   processor   of it audit   slowest s   days a night   lookups a day"]
    lines += [
        f"{month['from_night']:>10,.0f}{month['seconds']:>11.2f}{month['processor_seconds']:>12.2f}{month['audit_seconds']:>14.2f}"
        f"{month['slowest']:>12.2f}{month['days']:>15.2f}{month['lookups']:>16,.0f}"
        for month in months
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
