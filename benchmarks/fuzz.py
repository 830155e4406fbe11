"""Harmed files: python -m benchmarks.fuzz [--files N] [--seed N] [--jobs N] [--replay PLACE] [--json]

Files of every input table and format, harmed in ways that happen and in ways that somebody might try. None may end in
anything but a load or an error of the program that names the file. Where it is loaded, the rows accepted, rejected
and duplicate must together be the rows that a reader of its own counts (`fuzz_count`). An error must leave nothing.
Files that do not keep to that are kept in a folder; `--replay` with the same seed loads one again, after those that
went before it in its batch.
"""

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzz_count import Reading, rows_in
from benchmarks.fuzz_files import Case, case_of
from benchmarks.measuring import note
from lookup_audit.errors import InputError, SettingsError, WarehouseError
from lookup_audit.ingest import FileReport, ingest
from lookup_audit.settings import Ingest, Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES

BATCH = 100  # files into one warehouse, so that some meet rows that are there already
LONGEST_FIELD = 20_000  # characters, so that fields that are too long need not be of a million
LEDGER = ("input_files", "rejected_rows", "pending_days")


@dataclass
class Result:
    """How many files ended how, by harm, and what went wrong: place of the file → what."""

    outcomes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: Counter[str] = field(default_factory=Counter)
    faults: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Result") -> None:
        """Add what another batch found."""
        for harm, counts in other.outcomes.items():
            self.outcomes[harm] += counts
        self.rows += other.rows
        self.faults |= other.faults


def main() -> int:
    """Load and print; 0 when every file was loaded to the last row or refused in words."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--replay", type=int, metavar="PLACE", help="load this file of the seed again")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-faults"), help="where files at fault go")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.replay is not None:
        return _replay(options.seed, options.replay)
    begun = time.perf_counter()
    batches = [
        (options.seed, first, min(first + BATCH, options.files)) for first in range(0, options.files, BATCH)
    ]
    whole = Result()
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=20) as pool:
        for nr, result in enumerate(pool.imap_unordered(_batch, batches), start=1):
            whole.add(result)
            if nr % 20 == 0:
                note(
                    f"{nr * BATCH:,} files, {len(whole.faults)} at fault, {time.perf_counter() - begun:.0f} s"
                )
    for place, what in sorted(whole.faults.items()):
        _keep(options.keep, options.seed, place, what)
    measured = {
        "files": options.files,
        "seed": options.seed,
        "faults": len(whole.faults),
        "seconds": round(time.perf_counter() - begun),
        "rows": dict(whole.rows),
        "outcomes": {harm: dict(counts) for harm, counts in sorted(whole.outcomes.items())},
    }
    print(json.dumps(measured, indent=2) if options.json else _table(measured))
    return int(bool(whole.faults))


def case_at(seed: int, place: int) -> Case:
    """The file at a place of a seed's row of files; the same wherever it is made."""
    return case_of(random.Random(f"{seed}:{place}"), LONGEST_FIELD)


def fuzz(seed: int, first: int, until: int) -> Result:
    """Load the files at these places, one after another, into a warehouse in memory; how they ended."""
    result = Result()
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory if memory.is_dir() else None) as folder,
        _temporary(Path(folder)),
    ):
        bench = Bench(Path(folder))
        for place in range(first, until):
            case = case_at(seed, place)
            try:
                outcome = bench.load(case)
            except Exception:
                outcome = "fault"
                result.faults[place] = traceback.format_exc()
                bench.warehouse.close()
                bench.renew()  # what a fault leaves must not be a fault of the next
            for harm in case.harms or ("none",):
                result.outcomes[harm][outcome] += 1
        bench.warehouse.close()
        result.rows += bench.rows
    return result


class FuzzError(AssertionError):
    """A file ended as none may."""


class Bench:
    """A warehouse in memory into which one file after another is loaded, each checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: Counter[str] = Counter()
        self.renew()

    def renew(self) -> None:
        """Begin with an empty warehouse, in which what a drop must have seems to be loaded."""
        self.warehouse = Warehouse(None, Settings(threads=1, ingest=Ingest(longest_field=LONGEST_FIELD)))
        self.warehouse.run(_LOADED_BEFORE)
        self._state = self._counted()

    def load(self, case: Case) -> str:
        """Load one file as a drop; how it ended. Raises `FuzzError`, or what ingest should not raise."""
        with _drop(case, self.folder) as path:
            try:
                reports = ingest(self.warehouse, path.parent).files
            except (InputError, SettingsError, WarehouseError) as error:
                self._check_refused(path, error)
                return "refused"
            finally:
                left = sorted(entry.name for entry in self.folder.iterdir() if entry != path.parent)
                if left:
                    raise FuzzError(f"left behind: {left}")
            reports = [report for report in reports if report.status == "loaded"]
            counted = [rows_in(path, _reading(case, report.table)) for report in reports]
        self._check_loaded(reports)
        for report, count in zip(reports, counted, strict=True):
            self._check_rows(case, report, count)
        if not reports:
            return "loaded before"
        if None in counted:
            return "loaded, not counted"
        return "some rejected" if any(report.rows_rejected for report in reports) else "all loaded"

    def _check_rows(self, case: Case, report: FileReport, counted: int | None) -> None:
        """Whether the rows are all there, and none that was never written."""
        ended = report.rows_loaded + report.rows_rejected + report.rows_duplicate
        if ended != report.rows_read:
            raise FuzzError(f"{report.rows_read} rows were read and {ended} ended somewhere")
        if counted is not None and counted != report.rows_read:
            raise FuzzError(f"has {counted} rows, of which {report.rows_read} were read")
        if case.keys is not None and report.table == case.table:
            column = TABLES[case.table].columns[0].name
            rows = self.warehouse.rows(f"SELECT {column} AS key FROM {case.table} {_OF_LATEST}")
            foreign = {row["key"] for row in rows} - case.keys
            if foreign:
                raise FuzzError(f"has rows that nobody wrote: {foreign}")
        self.rows.update(
            read=report.rows_read,
            loaded=report.rows_loaded,
            rejected=report.rows_rejected,
            duplicate=report.rows_duplicate,
            counted=counted or 0,
        )

    def _check_refused(self, path: Path, error: Exception) -> None:
        before, self._state = self._state, self._counted()
        if before != self._state and "Loaded before it, and complete" not in str(error):
            raise FuzzError(f"refused, but changed: {before} {self._state}") from error
        named = (
            path.name,
            path.name.encode("utf-8", "surrogateescape").decode(errors="replace"),
            "mapping.toml",
        )
        if not any(name in str(error) for name in named):
            raise FuzzError("an error that names no file") from error

    def _check_loaded(self, reports: list[FileReport]) -> None:
        """Whether the reports' counts are what the tables hold."""
        before, self._state = self._state, self._counted()
        more = {name: count - before[name] for name, count in self._state.items() if name != "pending_days"}
        expected = Counter(dict.fromkeys(more, 0))
        for report in reports:
            expected[report.table] += report.rows_loaded - report.warnings.get("replaced", 0)
            expected["rejected_rows"] += report.rows_rejected
            expected["input_files"] += 1
        if more != dict(expected):
            raise FuzzError(f"the report says {dict(expected)}, the tables have {more} more")

    def _counted(self) -> dict[str, int]:
        """How many rows each table holds, and how many temporary tables of a load there are."""
        return self.warehouse.rows(_COUNTS)[0]


def _reading(case: Case, table: str) -> Reading:
    names = frozenset(column.name for column in TABLES[table].columns)
    return Reading(names, LONGEST_FIELD, case.delimiter, case.encoding)


@contextmanager
def _drop(case: Case, folder: Path) -> Iterator[Path]:
    """A drop of one file, gone afterwards; the file's path."""
    drop = folder / "drop"
    drop.mkdir()
    path = drop / case.name
    path.write_bytes(case.data)
    if case.mapping is not None:
        (drop / "mapping.toml").write_text(case.mapping, encoding="utf-8")
    try:
        yield path
    finally:
        shutil.rmtree(drop)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """What is made in the system's temporary folder is made here instead, to be seen."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _batch(places: tuple[int, int, int]) -> Result:
    return fuzz(*places)


def _replay(seed: int, place: int) -> int:
    case = case_at(seed, place)
    print(f"{case.name!a}, {len(case.data):,} bytes, {', '.join(case.harms) or 'not harmed'}")
    fault = fuzz(seed, place // BATCH * BATCH, place + 1).faults.get(place)
    print(fault or "no fault")
    return int(fault is not None)


def _keep(folder: Path, seed: int, place: int, what: str) -> None:
    case = case_at(seed, place)
    folder.mkdir(exist_ok=True)
    name = f"{seed}-{place}"
    (folder / f"{name}.file").write_bytes(case.data)
    if case.mapping is not None:
        (folder / f"{name}.mapping.toml").write_text(case.mapping, encoding="utf-8")
    (folder / f"{name}.txt").write_text(f"{case.name!a}\n{', '.join(case.harms)}\n{what}", encoding="utf-8")


def _table(measured: dict[str, Any]) -> str:
    ends = sorted({end for counts in measured["outcomes"].values() for end in counts})
    rows = ["| harm | " + " | ".join(ends) + " |", "| --- |" + " --: |" * len(ends)]
    rows += [
        f"| {harm} | " + " | ".join(f"{counts.get(end, 0):,}" for end in ends) + " |"
        for harm, counts in measured["outcomes"].items()
    ]
    said = ", ".join(f"{name} {count:,}" for name, count in measured["rows"].items())
    head = (
        f"{measured['files']:,} files of seed {measured['seed']}: {measured['faults']} at fault; "
        f"{measured['seconds']} s"
    )
    return "\n".join([head, f"rows: {said}", "", *rows])


_LOADED_BEFORE = """
INSERT INTO input_files
SELECT name, '', name, TIMESTAMP '2025-01-01', 0, 0, 0, 0, '{}' FROM (VALUES ('users'), ('lookups')) AS t(name)
"""

_OF_LATEST = "WHERE file_id = (SELECT file_id FROM input_files ORDER BY loaded_at DESC LIMIT 1)"

_COUNTS = "SELECT " + ", ".join(
    [f"(SELECT count(*) FROM {name}) AS {name}" for name in (*TABLES, *LEDGER)]
    + ["(SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name NOT LIKE 'zone_%') AS temporary"]
)


if __name__ == "__main__":
    sys.exit(main())
