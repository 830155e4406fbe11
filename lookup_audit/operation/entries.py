"""What loading and auditing enter in the log of operation."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from lookup_audit.ingest import IngestSummary
from lookup_audit.operation.log import event, shortfall
from lookup_audit.quality.gap import NOTED_WITH
from lookup_audit.reporting.publish import Published
from lookup_audit.warehouse import Warehouse

_CODE = re.compile(r"[a-z][a-z_]{0,60}")


def last_loaded(warehouse: Warehouse) -> datetime:
    """When the newest file was loaded; each later one is loaded later, whatever the clock does."""
    return warehouse.value("SELECT max(loaded_at) FROM input_files") or datetime.min


def rejected_by_reason(warehouse: Warehouse, *, after: datetime = datetime.min) -> Counter[str]:
    """How many rows are rejected of the files that were loaded after a moment, by the code of the reason.

    What is counted is not what came on top: a file that is loaded again takes what was rejected of it before away.
    """
    counts: Counter[str] = Counter()
    for row in warehouse.rows(_REJECTED, {"after": after}):
        counts[row["reason"] if _CODE.fullmatch(row["reason"]) else "other"] += row["row_count"]
    return counts


def enter_drop(drop: Path, summary: IngestSummary, rejected: Counter[str]) -> None:
    """Enter a drop that was loaded: each new file with its counts, then the whole, and what was rejected why."""
    for report in summary.files:
        if report.status == "loaded":
            event(
                "file_loaded",
                file=report.file,
                table=report.table,
                rows=report.rows_read,
                loaded=report.rows_loaded,
                rejected=report.rows_rejected,
                duplicates=report.rows_duplicate,
            )
    known = sum(report.status == "already_loaded" for report in summary.files)
    event(
        "drop_loaded",
        drop=drop.name,
        files=len(summary.files) - known,
        known_files=known,
        rows=summary.read,
        loaded=summary.loaded,
        rejected=summary.rejected,
        duplicates=summary.duplicates,
    )
    if rejected:
        shortfall("rows_rejected", drop=drop.name, reasons=dict(rejected))


def enter_published(published: Published) -> None:
    """Enter which version readers have now, where it is a new one."""
    if published.is_new:
        event("published", version=published.version, written=published.written, kept=published.kept)


class DaysEntered:
    """Enters each audited day with its counts and seconds as soon as the next one begins.

    `update` is given to an audit as its progress, and passes on to the progress that it was made with; call
    `last` when the audit is done.
    """

    def __init__(self, warehouse: Warehouse, progress: Callable[[int, int, date], None]) -> None:
        self._warehouse = warehouse
        self._progress = progress
        self._day: date | None = None

    def update(self, done: int, total: int, day: date) -> None:
        """A day begins; the one before it is complete."""
        self.last()
        self._day = day
        self._progress(done, total, day)

    def last(self) -> None:
        """The day that began last is complete."""
        day, self._day = self._day, None
        for run in self._warehouse.rows(_DAY, {"day": day}) if day else []:
            skipped: list[str] = run.pop("skipped_detectors")
            event("day_audited", **run)
            for reason in skipped:
                shortfall("detector_skipped", day=day, detector=reason.split(":")[0], reason=reason)
            for gap in self._warehouse.rows(_GAPS, {"day": day}):
                shortfall("gap", day=day, **gap)


_REJECTED = """
SELECT reason, count(*) AS row_count
FROM rejected_rows
WHERE file_id IN (SELECT file_id FROM input_files WHERE loaded_at > $after)
GROUP BY reason
ORDER BY reason
"""

# Of how many systems, tables or teams, and not which: a value that came in as a system could be anything.
_GAPS = f"""
SELECT kind, count(*) AS parts, list_sort(list_distinct(flatten(list(disables)))) AS disables
FROM gaps WHERE {NOTED_WITH} = $day
GROUP BY kind ORDER BY kind
"""
_DAY = """
SELECT
    audit_date AS day,
    lookups,
    explained,
    (SELECT count(*) FROM lookup_risk WHERE audit_date = $day) AS questions,
    round(epoch(finished_at - started_at), 1) AS seconds,
    skipped_detectors
FROM runs WHERE audit_date = $day
"""
