"""Forgetting, killed and searched: python -m benchmarks.forget [--kills N] [--users N] [--days N] [--json]

On a simulated unit, audited, with rejected rows and a mandate:

- 1,000 things that go (ids, query texts, justifications, names, plates, cases, rejected rows) are searched for in
  every file of the warehouse, before and after, as the engine compresses them and uncompressed, and read back;
- `forget` is killed (SIGKILL) at random moments, each time on the same warehouse: afterwards it must be the old one
  or the new one, row for row, with the trail's entry in the new one only, and a plain second run must end it;
- while it runs, other processes try to open the warehouse for writing.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measuring import note
from lookup_audit.errors import WarehouseLocked
from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.privacy.retention import forget, forgotten_before, history_days
from lookup_audit.settings import Alerts, Context, Forest, Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse, opening

FIRST = date(2026, 1, 5)
SETTINGS = Settings(
    threads=2,
    context=Context(history_days=10, interest_days=10, team_days=10, roster_days=7),
    forest=Forest(training_days=4),
    alerts=Alerts(gap_days=5),
)
WHO = Actor("benchmark")
MARKERS = 1000

# What a marker is, and where it stands; each of its values is looked for as it stands in the file.
_MARKED = (
    ("lookup ids", "lookups", "lookup_id"), ("query texts", "lookups", "query_text"),
    ("justifications", "lookups", "justification"), ("case ids", "cases", "case_id"),
    ("incident ids", "incidents", "incident_id"), ("subject ids", "subjects", "subject_id"),
    ("surnames", "subjects", "surname"), ("plates", "subjects", "plate"), ("headlines", "news", "headline"),
    ("alert ids", "alert_episodes", "alert_id"), ("rejected rows", "rejected_rows", "raw_text"),
)  # fmt: skip


def main() -> int:
    """Measure and print; 0 when nothing was found that went, and nothing lost that stays."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forget", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--run", nargs=2, metavar=("PATH", "DAY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        return _run(Path(options.run[0]), date.fromisoformat(options.run[1]))
    with tempfile.TemporaryDirectory(prefix="forget-") as folder:
        measured = _measure(Path(folder), options)
    print(json.dumps(measured, indent=2) if options.json else _table(measured))
    return int(measured["faults"] > 0 or measured["markers"]["found after"] > 0)


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    before = FIRST + timedelta(days=options.days - history_days(SETTINGS) - 1)
    whole = folder / "whole" / "a.duckdb"
    whole.parent.mkdir()
    note(f"a unit of {options.users} users over {options.days} days; what is before {before} goes")
    _make(folder / "drop", whole, options)
    markers = _search(folder, whole, before)
    old = _content(whole)
    new, seconds, sizes = _undisturbed(folder, whole, before)
    kills = _kill(folder, whole, before, options.kills, (old, new), seconds)
    return {
        "rows": {"before": sum(old["rows"].values()), "after": sum(new["rows"].values())},
        "seconds": round(seconds, 2),
        "megabytes": sizes,
        "markers": markers,
        **kills,
    }


def _make(drop: Path, path: Path, options: argparse.Namespace) -> None:
    simulate(drop, users=options.users, days=options.days, seed=7, bad_rows=60, formats="csv")
    with Warehouse(path, SETTINGS) as warehouse:
        ingest(warehouse, drop)
        audit(warehouse, days_to_audit(warehouse))
        user = warehouse.value(
            "SELECT user_id FROM lookup_risk GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 1"
        )
        add_mandate(
            warehouse, "B-1", authority="a", purpose="p", user_id=user, first_day=FIRST,
            last_day=FIRST + timedelta(days=9), valid_until=SETTINGS.today() + timedelta(days=9), holders=("a",),
            who=WHO,
        )  # fmt: skip
        # as if the first half of the files had been delivered long ago, so that their rejected rows go
        warehouse.run(
            "UPDATE input_files SET loaded_at = TIMESTAMP '2026-01-05' WHERE file_id IN "
            "(SELECT file_id FROM rejected_rows ORDER BY file_id LIMIT 1000)"
        )


def _search(folder: Path, whole: Path, before: date) -> dict[str, Any]:
    """How many of the markers stand in the files, before and after, compressed and not."""
    found: dict[str, Any] = {}
    connect: Any = opening.connect

    def plainly(*arguments: Any) -> Any:
        connection = connect(*arguments)
        connection.execute("PRAGMA force_compression = 'uncompressed'")
        return connection

    for kind, way in (("compressed", connect), ("uncompressed", plainly)):
        here = folder / kind / "a.duckdb"
        here.parent.mkdir()
        setattr(opening, "connect", way)  # noqa: B010 - for the whole process, as a test would
        try:
            shutil.copy(whole, here)
            _forget(here, date.min)  # every row written again, in this way
            texts = _texts(here)
            content = _bytes(here.parent)
            _forget(here, before)
            chosen = _choose(texts, "\0".join(sorted(_every_text(here))))
            words = [word for one in chosen.values() for word in one]
            left = _bytes(here.parent)
        finally:
            setattr(opening, "connect", connect)  # noqa: B010
        found[f"found before, {kind}"] = sum(word.encode() in content for word in words)
        found[f"found after, {kind}"] = [word for word in words if word.encode() in left]
        found["kinds"] = {name: len(one) for name, one in chosen.items()}
        found["markers"] = len(words)
    after = found.pop("found after, compressed") + found.pop("found after, uncompressed")
    return {**found, "found after": len(after), "examples": after[:5]}


def _choose(texts: dict[str, set[str]], stays: str) -> dict[str, list[str]]:
    """Of the texts that are no part of any text that stays as many of each kind as there are, evenly."""
    chance = random.Random(1)
    gone = {
        name: sorted(one for one in values if len(one) > 5 and one not in stays)
        for name, values in texts.items()
    }
    chosen: dict[str, list[str]] = {name: [] for name in gone}
    while sum(map(len, chosen.values())) < MARKERS and any(gone.values()):
        for name, values in gone.items():
            if values and sum(map(len, chosen.values())) < MARKERS:
                chosen[name].append(values.pop(chance.randrange(len(values))))
    return chosen


def _texts(path: Path) -> dict[str, set[str]]:
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        return {
            kind: {
                row["text"]
                for row in warehouse.rows(
                    f"SELECT DISTINCT {column} AS text FROM {table} WHERE {column} IS NOT NULL"
                )
            }
            for kind, table, column in _MARKED
        }


def _every_text(path: Path) -> set[str]:
    """Whatever stands in any column of text, of every table."""
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        columns = warehouse.rows(
            "SELECT table_name AS named, column_name AS part FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = 'main' AND data_type LIKE 'VARCHAR%'"
        )
        return {
            str(row["text"])
            for one in columns
            for row in warehouse.rows(f'SELECT DISTINCT "{one["part"]}" AS text FROM {one["named"]}')
        }


def _bytes(folder: Path) -> bytes:
    return b"\0".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


def _forget(path: Path, before: date) -> None:
    forget(path, SETTINGS, reason="benchmark", who=WHO, before=before, even_history=before == date.min)


def _undisturbed(folder: Path, whole: Path, before: date) -> tuple[dict[str, Any], float, dict[str, float]]:
    here = folder / "undisturbed.duckdb"
    shutil.copy(whole, here)
    start = time.monotonic()
    _forget(here, before)
    seconds = time.monotonic() - start
    sizes = {"before": round(whole.stat().st_size / 1e6, 1), "after": round(here.stat().st_size / 1e6, 1)}
    return _content(here), seconds, sizes


def _content(path: Path) -> dict[str, Any]:
    """How many rows each table has, a digest of all of them in order, and the entries that say that it was done."""
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        names = [
            row["name"]
            for row in warehouse.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")
        ]
        digest = hashlib.sha256()
        rows = {}
        for name in sorted(set(names) - {"trail"}):
            found = warehouse.rows(f"SELECT * FROM {name}")
            rows[name] = len(found)
            digest.update(repr([tuple(row.values()) for row in found]).encode())
        done = warehouse.value("SELECT count(*) FROM trail WHERE action = 'forget' AND outcome = 'done'")
        return {
            "rows": rows,
            "digest": digest.hexdigest(),
            "entries": done,
            "before": forgotten_before(warehouse),
        }


def _kill(  # noqa: PLR0913, PLR0917 - what is killed, when, and what may come of it
    folder: Path,
    whole: Path,
    before: date,
    kills: int,
    states: tuple[dict[str, Any], dict[str, Any]],
    seconds: float,
) -> dict[str, Any]:
    """Kill it so many times while it is at work; one that had ended before is tried again, sooner."""
    chance = random.Random(2)
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    nr = 0
    while nr < kills:
        here = folder / "killed" / "a.duckdb"
        shutil.rmtree(here.parent, ignore_errors=True)
        here.parent.mkdir()
        shutil.copy(whole, here)
        moment = chance.uniform(0, 1.1 * seconds)
        took, opened = _kill_one(here, before, moment, chance)
        if took is not None:
            seconds = min(seconds, took)
        if took is not None or opened == "came first":
            continue
        nr += 1
        outcomes["another process was kept out"] += opened == "kept out"
        outcomes["another process got in, before or after"] += opened == "let in"
        is_new = (here.parent / f"{here.name}.rebuild").exists()
        left = _content(here)
        what = next((name for name, state in zip(("old", "new"), states, strict=True) if left == state), None)
        outcomes[f"left the {what} one{', a part of the new one beside it' if is_new else ''}"] += 1
        if what is None:
            faults.append(f"kill {nr} at {moment:.3f} s: neither the old nor the new warehouse")
        _forget(here, before)
        again = _content(here)
        if again["digest"] != states[1]["digest"] or again["entries"] != left["entries"] + 1:
            faults.append(f"kill {nr} at {moment:.3f} s: a second run ends elsewhere")
        beside = sorted(one.name for one in here.parent.iterdir() if one != here)
        if beside:
            faults.append(f"kill {nr} at {moment:.3f} s: left beside it: {beside}")
        if nr % 20 == 0:
            note(f"{nr} kills, {len(faults)} faults; {dict(outcomes)}")
    return {"kills": kills, "outcomes": dict(outcomes), "faults": len(faults), "first_faults": faults[:5]}


def _kill_one(here: Path, before: date, moment: float, chance: random.Random) -> tuple[float | None, str]:
    """How long it took, where it had ended before the kill, else None; and whether another process got in.

    Where that came first, forgetting was refused and nothing was killed.
    """
    command = [sys.executable, "-m", "benchmarks.forget", "--run", str(here), str(before)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        start = time.monotonic()
        opened = "not tried"
        if chance.random() < 0.3:
            time.sleep(moment * 0.5)
            opened = _opened(here)
        time.sleep(max(0.0, moment - (time.monotonic() - start)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed = process.returncode == -signal.SIGKILL
        said = process.stdout.read().strip()
    if said == "refused":
        return None, "came first"
    return None if killed else float(said), opened


def _opened(here: Path) -> str:
    """Whether another process can open it for writing at this moment."""
    code = f"import duckdb; duckdb.connect({str(here)!r}, config={{'threads': 1}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return "kept out" if "Conflicting lock" in done.stderr else "let in"


def _run(path: Path, before: date) -> int:
    """In a process of its own: say when it begins, forget, and say how long that took."""
    os.write(1, b"begin\n")
    start = time.monotonic()
    try:
        _forget(path, before)
    except WarehouseLocked:
        os.write(1, b"refused\n")
        return 1
    os.write(1, f"{time.monotonic() - start}\n".encode())
    return 0


def _table(measured: dict[str, Any]) -> str:
    markers = measured["markers"]
    lines = [
        f"rows {measured['rows']['before']:,} → {measured['rows']['after']:,}, "
        f"{measured['megabytes']['before']} → {measured['megabytes']['after']} MB, {measured['seconds']} s",
        f"{markers['markers']} markers; "
        + ", ".join(f"{name} {count}" for name, count in markers["kinds"].items()),
        f"found before: {markers['found before, compressed']} as compressed, "
        f"{markers['found before, uncompressed']} uncompressed; found after: {markers['found after']}",
        f"{measured['kills']} kills: {measured['outcomes']}",
        f"faults: {measured['faults']}",
        *measured["first_faults"],
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
