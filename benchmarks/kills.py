"""Nothing is ever half: python -m benchmarks.kills [--kills N] [--seed N] [--phase NAME …] [--json]

A small simulated unit. `ingest`, `audit`, `publish`, `forget` and `migrate` are killed (SIGKILL) at random moments,
in turn. After each, the same command is run again, plainly, and what follows it; then the exports and what readers
find must be byte for byte those of an undisturbed run (but for the clock in `runs`), the log of who looked at whom
whole, and nothing left beside the warehouse.
"""

import argparse
import hashlib
import json
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.forked import answer, import_all, run, start
from benchmarks.measuring import note

DAYS = 3
CONFIG = "threads = 1\nmemory = '1GB'\n"
FORGET_BEFORE = "2026-01-06"
SCHEMA_BEFORE = Path(__file__).parents[1] / "tests" / "schema_version_3.sql"
KNOWN = {"w.duckdb", "w.duckdb.key", "w.duckdb.log", "w.duckdb.published", "w.duckdb.version-3"}


@dataclass
class Phase:
    """A command to be killed: the words, what follows it, and what an undisturbed run ends with."""

    name: str
    words: tuple[str, ...]
    then: tuple[tuple[str, ...], ...]
    seconds: float = 0.0
    longest: float = 0.0  # after which a kill comes at the latest
    expected: dict[str, Any] = field(default_factory=dict)


def main() -> int:
    """Measure and print; 0 when every run after a kill ended as the undisturbed one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--phase", action="append", choices=("ingest", "audit", "publish", "forget", "migrate")
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    import_all()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        measured = Kills(Path(folder), options.seed).measure(options.kills, options.phase)
    print(json.dumps(measured, indent=2) if options.json else _table(measured))
    return int(measured["faults"] > 0)


class Kills:
    """The bench: a drop, a warehouse as it is before each phase, and the kills."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.drop = folder / "drop"
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG, encoding="utf-8")
        self.said = folder / "said"
        ingest, audit, publish = ("ingest", str(self.drop)), ("audit",), ("publish",)
        forget = ("forget", "--before", FORGET_BEFORE, "--even-history", "--reason", "benchmark")
        self.phases = {
            phase.name: phase
            for phase in (
                Phase("ingest", ingest, (audit, publish)),
                Phase("audit", audit, (publish,)),
                Phase("publish", publish, ()),
                Phase("forget", forget, ()),
                Phase("migrate", ("migrate",), (publish,)),
            )
        }

    def measure(self, kills: int, only: list[str] | None) -> dict[str, Any]:
        """So many kills over the phases in turn, and what came of them."""
        phases = [self.phases[name] for name in only or self.phases]
        self.prepare()
        for phase in phases:
            here = self.copy(phase.name)
            phase.seconds = phase.longest = self.command(here, phase.words).seconds
            phase.expected = self._end(here, phase)
            if phase.expected["faults"]:
                raise RuntimeError(f"{phase.name}, undisturbed: {phase.expected['faults']}")
        outcomes: Counter[str] = Counter()
        found: list[str] = []
        left: Counter[str] = Counter()
        for nr in range(kills):
            phase = phases[nr % len(phases)]
            here, moment = self._killed(phase)
            outcomes[phase.name] += 1
            left.update(f"{phase.name} {_kind(name)}" for name in set(_beside(here)) - KNOWN)
            faults = self._faults(here, phase)
            found += [f"kill {nr + 1}, {phase.name} at {moment:.3f} s: {fault}" for fault in faults]
            if (nr + 1) % 20 == 0:
                note(f"{nr + 1} kills, {len(found)} faults")
        return {
            "kills": kills,
            "phases": dict(outcomes),
            "seconds": {phase.name: round(phase.seconds, 2) for phase in phases},
            "left_by_the_killed": dict(sorted(left.items())),
            "faults": len(found),
            "first_faults": found[:10],
        }

    def prepare(self) -> None:
        """The drop, and a folder for each phase with the warehouse as it is before it."""
        run(["simulate", self.drop, "--users", "20", "--days", str(DAYS), "--seed", "3", "--bad-rows", "20",
             "--formats", "csv"], self.said)  # fmt: skip
        note(f"a unit of 20 users over {DAYS} days")
        here = self.folder / "ingest"
        here.mkdir()
        (here / "w.duckdb.key").write_text("0123456789abcdef" * 4 + "\n", encoding="ascii")
        (here / "w.duckdb.key").chmod(0o600)
        late = self.folder / "late"
        late.mkdir()
        last = max(self.drop.glob("lookups-*"))
        last.rename(late / last.name)
        here = self.copy("ingest", "audit")
        self.command(here, self.phases["ingest"].words)
        self.command(here, ("audit",))
        self.command(here, ("publish",))
        self.command(here, ("ingest", str(late)))
        (late / last.name).rename(last)
        here = self.copy("audit", "publish")
        answer(lambda: _audit(here), self.said)
        here = self.copy("publish", "forget")
        self.command(here, ("publish",))
        here = self.copy("forget", "migrate")
        answer(lambda: _as_before(here / "w.duckdb"), self.said)

    def copy(self, name: str, to: str = "here") -> Path:
        here = self.folder / to
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(self.folder / name, here, symlinks=True)
        return here

    def command(self, here: Path, words: tuple[str, ...]) -> Any:
        done = run([*words, "--warehouse", here / "w.duckdb", "--config", self.config], self.said)
        if done.code not in {0, 3}:
            raise RuntimeError(f"{' '.join(words)}: left with {done.code}: {done.text()}")
        return done

    def _killed(self, phase: Phase) -> tuple[Path, float]:
        """The folder that a killed command left, and when; one that had ended is tried again, sooner.

        So that kills fall over the whole of it, also while the machine is busy at times, about a quarter end before.
        """
        while True:
            here = self.copy(phase.name)
            moment = self.chance.uniform(0, phase.longest)
            words = [*phase.words, "--warehouse", here / "w.duckdb", "--config", self.config]
            running = start(words, self.said)
            if running.kill_after(moment):
                phase.longest *= 1.02
                return here, moment
            phase.longest *= 0.95

    def _faults(self, here: Path, phase: Phase) -> list[str]:
        try:
            self.command(here, phase.words)
            found = self._end(here, phase)
        except RuntimeError as error:
            return [str(error)]
        differs = [name for name, value in phase.expected.items() if found[name] != value]
        return [
            *found["faults"],
            *(f"{name} is another than undisturbed" for name in differs if name != "faults"),
        ]

    def _end(self, here: Path, phase: Phase) -> dict[str, Any]:
        for words in phase.then:
            self.command(here, words)
        found: dict[str, Any] = answer(lambda: content(here), self.said)
        beside = sorted(set(_beside(here)) - KNOWN)
        if beside:
            found["faults"].append(f"left beside it: {', '.join(beside)}")
        return found


def content(here: Path) -> dict[str, Any]:
    """What the warehouse in a folder gives away, as digests, and what is wrong with it."""
    from lookup_audit.privacy.actor import Actor
    from lookup_audit.privacy.trail import verify
    from lookup_audit.reporting.export import export_tables
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse

    with Warehouse(here / "w.duckdb", Settings(threads=1), must_exist=True) as warehouse:
        faults = verify(warehouse)
        inside = {
            table: warehouse.value(f"SELECT sum(hash({table})::HUGEINT)::VARCHAR FROM {table}")
            for table in ("lookups", "users", "subjects", "shifts", "pending_days", "verdicts")
        }
        inside["rejected_rows"] = warehouse.count("rejected_rows")
        inside["input_files"] = warehouse.count("input_files")
        exported = {
            one.name: _digest(one) for one in export_tables(warehouse, here / "out", who=Actor("benchmark"))
        }
    shutil.rmtree(here / "out")
    published = here / "w.duckdb.published"
    readable = {
        str(one.relative_to(published / "current")): _digest(one)
        for one in sorted((published / "current").rglob("*.parquet"))
    }
    versions = sorted(one.name for one in published.iterdir())
    if len(versions) > 3 or any(name.startswith(".") for name in versions):
        faults.append(f"left in what is published: {versions}")
    loose = set()
    for version in published.glob("version-*"):
        listed = json.loads((version / "manifest.json").read_text(encoding="utf-8"))["files"]
        for name, entry in listed.items():
            if entry["rows"] and hashlib.sha256((version / name).read_bytes()).hexdigest() != entry["sha256"]:
                faults.append(f"{version.name}/{name}: is not what its manifest says")
        loose |= {one.name for one in version.rglob("*.parquet")} - {Path(name).name for name in listed}
    if loose:
        faults.append(f"published, and in no manifest: {sorted(loose)}")
    return {"inside": inside, "exports": exported, "published": readable, "faults": faults}


def _digest(file: Path) -> str:
    """Of a file; of `runs` without the two columns that hold the clock."""
    import pyarrow.parquet as pq

    if file.name != "runs.parquet":
        return hashlib.sha256(file.read_bytes()).hexdigest()
    rows = pq.read_table(file).drop_columns(["started_at", "finished_at"]).to_pylist()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _audit(here: Path) -> None:
    """Audit without publishing."""
    from lookup_audit.pipeline import audit, days_to_audit
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse

    with Warehouse(here / "w.duckdb", Settings(threads=1)) as warehouse:
        audit(warehouse, days_to_audit(warehouse))


def _as_before(path: Path) -> None:
    """Lay a warehouse out as version 3 did."""
    import duckdb

    old = path.with_name("old.duckdb")
    with duckdb.connect(str(old)) as connection:
        connection.execute(SCHEMA_BEFORE.read_text(encoding="utf-8"))
        connection.execute(f"ATTACH '{path}' AS now")
        tables = connection.execute(
            "SELECT table_name, string_agg('\"' || column_name || '\"', ', ') FROM duckdb_columns() "
            "WHERE database_name = 'old' AND NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables()) "
            "AND table_name <> 'warehouse_version' GROUP BY table_name"
        ).fetchall()
        for table, names in tables:
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM now.{table}")
        connection.execute("DETACH now")
    old.chmod(0o600)
    old.replace(path)


def _kind(name: str) -> str:
    return re.sub(r"-\d+", "", name.removeprefix("w.duckdb"))


def _beside(here: Path) -> list[str]:
    return sorted(one.name for one in here.iterdir())


def _table(measured: dict[str, Any]) -> str:
    lines = [
        f"{measured['kills']} kills; "
        + ", ".join(f"{name} {count}" for name, count in measured["phases"].items()),
        "seconds undisturbed: " + ", ".join(f"{name} {one}" for name, one in measured["seconds"].items()),
        "left by the killed: "
        + ", ".join(f"{name} {n}" for name, n in measured["left_by_the_killed"].items()),
        f"faults: {measured['faults']}",
        *measured["first_faults"],
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
