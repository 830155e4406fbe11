"""The output tables for readers who never open the warehouse: Parquet files in a folder that is swapped in one step.

`<warehouse>.published/current` is a link to the latest version, a folder that never changes after it has its name.
So a reader waits for nobody, and one that looked up once where the link leads reads one version to the end: the
version before is kept until the next. A large table is one file for each audited day; a day that did not change is
the same file under a second name (a hard link), so a publication costs what the nights since the last one cost.

Killed at any moment, `current` is the old version or the new one, whole; the next publication clears what is left.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lookup_audit.errors import WarehouseError
from lookup_audit.privacy.keys import fingerprint, warehouse_key
from lookup_audit.privacy.pseudonyms import fill_pseudonyms
from lookup_audit.reporting.export import OUTPUT_TABLES, Output, rows_of, write_parquet
from lookup_audit.reporting.versions import Manifest, Versions
from lookup_audit.warehouse import Warehouse

Progress = Callable[[int, int, str], None]

BY_DAY = ("findings", "lookup_risk", "work_links", "user_days")
"""The tables that are one file for each audited day: those that grow with the lookups."""

PUBLISHED: dict[str, Output] = {**OUTPUT_TABLES, "gaps": Output(("day", "kind", "part"), day="day")}
"""The tables that are published: the outputs, and what was missing in what came in."""


@dataclass(frozen=True)
class Published:
    """What a publication came to: the version that is current now, and how many files were written or kept.

    `is_new` is False where nothing had changed, so that the version before stayed.
    """

    folder: Path
    version: int
    written: int
    kept: int
    is_new: bool


def published_folder(warehouse: Warehouse) -> Path | None:
    """Where this warehouse is published: as configured, else `<warehouse>.published`; None for one in memory."""
    if warehouse.settings.publishing.folder:
        return Path(warehouse.settings.publishing.folder)
    return warehouse.path and warehouse.path.with_name(f"{warehouse.path.name}.published")


def publish(
    warehouse: Warehouse, folder: Path | None = None, *, progress: Progress | None = None
) -> Published:
    """What readers find from now on: the output tables under pseudonyms, as they are in the warehouse at this moment.

    Days that did not change since the last publication are not read. All is written anew once the key was rotated,
    something was forgotten, or a program with other columns came; then no earlier version stays.

    Parameters
    ----------
    folder
        Where; as `published_folder` says when not given. Made for its owner alone; where it is there and others
        may read it, they may read what is in it.
    progress
        Called as `progress(done, total, table)` before each file.

    Raises
    ------
    WarehouseError
        The folder cannot be written to, or the disk is full; readers still have what they had.
    """
    home = folder or published_folder(warehouse)
    if home is None:
        raise WarehouseError("a warehouse in memory is published in a folder that is named, or not at all")
    before = os.umask(0o077)
    try:
        with _said_clearly(home):
            return _Publication(warehouse, Versions(home), progress).publish()
    finally:
        os.umask(before)


def publish_again(warehouse: Warehouse, *, progress: Progress | None = None) -> Published | None:
    """What readers find after something was forgotten or the key rotated; None where nothing was ever published."""
    home = published_folder(warehouse)
    if home is None or not home.is_dir():
        return None
    return publish(warehouse, home, progress=progress)


class _Publication:
    """One publication: what stays, what is written, and the manifest that says so."""

    def __init__(self, warehouse: Warehouse, versions: Versions, progress: Progress | None) -> None:
        self.warehouse = warehouse
        self.versions = versions
        self.progress = progress
        self.identity = {
            "key": fingerprint(warehouse_key(warehouse)),
            "forgotten": warehouse.value(_FORGOTTEN),
        }
        self.queries = {
            table: rows_of(
                warehouse, table, output, pseudonymous=True,
                condition=f"{table}.{output.day} = $day" if table in BY_DAY else "TRUE",
            )
            for table, output in PUBLISHED.items()
        }  # fmt: skip
        self.layout = hashlib.sha256(json.dumps(self.queries).encode()).hexdigest()[:16]

    def publish(self) -> Published:
        """Write what changed, link what did not, and swap."""
        self.versions.tidy()
        last = self.versions.current()
        usable = last if last and last.identity == self.identity and last.layout == self.layout else None
        marks = self._marks()
        kept = self._unchanged(usable, marks) if usable else {}
        changed = {
            table: [day for day in days if _name(table, day) not in kept] for table, days in marks.items()
        }
        self._fill_pseudonyms({day for days in changed.values() for day in days})
        number = (last.version if last else 0) + 1
        with self.versions.part(number) as part:
            files = dict(kept)
            self.versions.link(usable, list(kept), part)
            todo: list[tuple[str, date | None]] = [
                (table, None) for table in PUBLISHED if table not in BY_DAY
            ]
            todo += [(table, day) for table, days in changed.items() for day in days]
            for done, (table, day) in enumerate(todo):
                if self.progress:
                    self.progress(done, len(todo), table)
                mark = marks[table][day] if day else None
                files |= self._write(part, table, day, mark)
            files |= self._empty(part, files)
            manifest = Manifest(number, self.identity, self.layout, dict(sorted(files.items())))
            if usable and usable.files == manifest.files:
                return Published(self.versions.home, usable.version, 0, len(files), is_new=False)
            self.versions.swap(part, manifest)
        return Published(self.versions.home, number, len(files) - len(kept), len(kept), is_new=True)

    def _marks(self) -> dict[str, dict[date, str | None]]:
        """By table and day, what is another once the day changed; None where that cannot be told.

        A day changes when it is audited: its run says when. Under a pinned clock all runs end when they began, and
        say nothing. A later night can also change which alert a lookup belongs to.
        """
        runs: dict[date, str | None] = {
            row["day"]: None
            if row["started_at"] == row["finished_at"]
            else f"{row['run_id']} {row['finished_at']}"
            for row in self.warehouse.rows(_RUNS)
        }
        alerts = {row["day"]: row["digest"] for row in self.warehouse.rows(_ALERTS)}
        marks = {table: dict(runs) for table in BY_DAY}
        for day, mark in runs.items():
            marks["lookup_risk"][day] = mark and f"{mark} {alerts.get(day, 0)}"
        return marks

    def _unchanged(
        self, last: Manifest, marks: dict[str, dict[date, str | None]]
    ) -> dict[str, dict[str, Any]]:
        """The files of the last version that are what would be written now."""
        return {
            name: last.files[name]
            for table, days in marks.items()
            for day, mark in days.items()
            if mark is not None
            and (name := _name(table, day)) in last.files
            and last.files[name]["mark"] == mark
            and self.versions.has(last, name)
        }

    def _fill_pseudonyms(self, days: set[date]) -> None:
        """Pseudonyms for whoever is in the days to be written, and in the tables that are written whole."""
        self.warehouse.run("CREATE OR REPLACE TEMP TABLE days_to_publish (day DATE)")
        for day in sorted(days):
            self.warehouse.run("INSERT INTO days_to_publish VALUES ($day)", {"day": day})
        fill_pseudonyms(self.warehouse, _USERS, _SUBJECTS)

    def _write(self, part: Path, table: str, day: date | None, mark: str | None) -> dict[str, dict[str, Any]]:
        """Write one file; what the manifest says of it. A day without rows has none."""
        name = _name(table, day)
        path = part / name
        path.parent.mkdir(exist_ok=True)
        rows = write_parquet(self.warehouse, self.queries[table], {"day": day} if day else {}, path)
        if day and not rows:
            path.unlink()
            return {name: {"rows": 0, "mark": mark}}
        return {name: _entry(path, rows, mark)}

    def _empty(self, part: Path, files: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """A file without rows for each table by day that has none at all, so that a pattern finds its columns."""
        made = {}
        for table in BY_DAY:
            if not any(entry["rows"] for name, entry in files.items() if name.startswith(f"{table}/")):
                path = part / table / "no_rows.parquet"
                path.parent.mkdir(exist_ok=True)
                write_parquet(self.warehouse, self.queries[table], {"day": date.min}, path)
                made[f"{table}/{path.name}"] = _entry(path, 0, None)
        return made


def _name(table: str, day: date | None) -> str:
    return f"{table}/{day}.parquet" if day else f"{table}.parquet"


def _entry(path: Path, rows: int, mark: str | None) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"rows": rows, "bytes": path.stat().st_size, "sha256": digest, "mark": mark}


@contextmanager
def _said_clearly(home: Path) -> Iterator[None]:
    """A full disk, a folder that cannot be written to, or a share that is gone is an error that says where."""
    try:
        yield
    except OSError as error:
        raise WarehouseError(
            f"{home}: cannot be published to: {error.strerror or error}; readers still have what they had"
        ) from error


# What was forgotten last; `forget` is what `retention.ACTION` calls it.
_FORGOTTEN = "SELECT coalesce(max(entry), 0) FROM trail WHERE action = 'forget' AND outcome = 'done'"

_RUNS = "SELECT audit_date AS day, run_id, started_at, finished_at FROM runs ORDER BY day"

_ALERTS = """
SELECT audit_date AS day, sum(hash(lookup_id, alert_id)::HUGEINT)::VARCHAR AS digest
FROM lookup_risk
GROUP BY audit_date
"""

_USERS = """
SELECT user_id FROM user_days WHERE day IN (SELECT days_to_publish.day FROM days_to_publish)
UNION SELECT user_id FROM lookup_risk WHERE audit_date IN (SELECT days_to_publish.day FROM days_to_publish)
UNION SELECT user_id FROM findings WHERE audit_date IN (SELECT days_to_publish.day FROM days_to_publish)
UNION SELECT user_id FROM alert_episodes
UNION SELECT user_id FROM control_sample
"""

_SUBJECTS = """
SELECT subject_id FROM lookup_risk WHERE audit_date IN (SELECT days_to_publish.day FROM days_to_publish)
UNION SELECT subject_id FROM findings WHERE audit_date IN (SELECT days_to_publish.day FROM days_to_publish)
UNION SELECT subject_id FROM alert_episodes
UNION SELECT subject_id FROM control_sample
"""
