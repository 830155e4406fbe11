"""What is loaded, audited and pending, and whether last night is complete."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from lookup_audit.pipeline import pending
from lookup_audit.reporting.publish import published_folder
from lookup_audit.reporting.versions import MANIFEST
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES


@dataclass(frozen=True)
class Readers:
    """What readers have: the version that is published, when that was done (UTC), and its newest audited day."""

    folder: Path
    version: int
    at: datetime
    audited_days: int
    newest: date | None
    runs: frozenset[tuple[str, datetime]]


def warehouse_status(warehouse: Warehouse) -> dict[str, Any]:
    """What is loaded (rows by input table), audited (days), pending and waiting (days with reasons), and published.

    `complete` is whether every day with lookups is audited as its input is now, and readers have it; `incomplete`
    says what is not so: "nothing_loaded", "no_lookups", "pending", "nothing_accepted" (of the lookups that came last
    every row was rejected; the key of that name says of which files) or "not_published". Days that changed so long
    ago that they wait leave it complete.
    """
    audited = warehouse.rows(
        "SELECT count(*) AS audited_days, min(audit_date) AS first_audited, max(audit_date) AS last_audited FROM runs"
    )[0]
    left = pending(warehouse)
    folder = published_folder(warehouse)
    readers = what_readers_have(folder) if folder else None
    loaded = {table: warehouse.count(table) for table in TABLES}
    refused = warehouse.rows(_NOTHING_ACCEPTED)
    incomplete = _incomplete(warehouse, loaded["lookups"], bool(left.due), bool(refused), readers)
    return {
        "complete": incomplete is None,
        "incomplete": incomplete,
        "loaded": loaded,
        "files": warehouse.count("input_files"),
        "rejected_rows": warehouse.count("rejected_rows"),
        "nothing_accepted": refused,
        **audited,
        "pending": [{"day": one.day, "reasons": ", ".join(one.reasons)} for one in left.due],
        "waiting": [{"day": one.day, "reasons": ", ".join(one.reasons)} for one in left.waiting],
        "published": published_as_dict(readers),
        "alerts": warehouse.count("alert_episodes"),
    }


def what_readers_have(folder: Path) -> Readers | None:
    """What is published there; None where nothing is, or nothing that can be read. It needs no warehouse."""
    current = folder / "current"
    try:
        version = int(json.loads((current / MANIFEST).read_text(encoding="utf-8"))["version"])
        written = (current / MANIFEST).stat().st_mtime
        runs = pq.read_table(
            current / "runs.parquet", columns=["audit_date", "run_id", "finished_at"]
        ).to_pylist()
    except (OSError, ValueError, KeyError):
        return None
    return Readers(
        current,
        version,
        datetime.fromtimestamp(written, UTC).replace(tzinfo=None),
        len(runs),
        max((run["audit_date"] for run in runs), default=None),
        frozenset((run["run_id"], run["finished_at"].replace(tzinfo=None)) for run in runs),
    )


def published_as_dict(readers: Readers | None) -> dict[str, Any] | None:
    """The same for a program, without the runs."""
    if readers is None:
        return None
    return {
        "folder": readers.folder,
        "version": readers.version,
        "at": readers.at,
        "audited_days": readers.audited_days,
        "newest": readers.newest,
    }


def days_old(newest: date | None, settings: Settings) -> int | None:
    """How many days ago the newest audited day is, by the clock and the configured zone; None where none is."""
    return None if newest is None else (settings.today() - newest).days


def _incomplete(
    warehouse: Warehouse, lookups: int, is_pending: bool, is_refused: bool, readers: Readers | None
) -> str | None:
    if not lookups:
        return "no_lookups" if warehouse.count("input_files") else "nothing_loaded"
    if is_pending:
        return "pending"
    if is_refused:
        return "nothing_accepted"
    if readers is None or not warehouse.settings.publishing.enabled:
        return None  # who never publishes has no readers
    runs = {
        (row["run_id"], row["finished_at"]) for row in warehouse.rows("SELECT run_id, finished_at FROM runs")
    }
    return None if runs == readers.runs else "not_published"


# Files of lookups that came after the last one of which any row is in the warehouse.
_NOTHING_ACCEPTED = """
WITH files AS (
    SELECT file, rows_rejected, loaded_at, rows_loaded + rows_duplicate > 0 AS is_accepted
    FROM input_files
    WHERE table_name = 'lookups' AND rows_read > 0
)

SELECT file, rows_rejected AS rows
FROM files
WHERE
    NOT is_accepted
    AND rows_rejected > 0
    AND loaded_at >= coalesce((SELECT max(known.loaded_at) FROM files AS known WHERE known.is_accepted), loaded_at)
ORDER BY loaded_at, file
"""
