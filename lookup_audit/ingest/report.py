"""What an ingest did, per file and as a whole."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class FileReport:
    """One file: every row that was read is loaded, rejected, or a duplicate.

    `status` is "already_loaded" when its content was loaded before; the counts are then those of that time.
    """

    file: str
    table: str
    status: Literal["loaded", "already_loaded"]
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_duplicate: int
    warnings: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class IngestSummary:
    """A drop: its files in the order they were loaded, what was ignored ("name: why"), and all warnings.

    `warnings` adds up those of the files loaded now, and counts the lookups among them by an unknown user
    or of an unknown subject.
    """

    files: list[FileReport]
    ignored: list[str]
    warnings: dict[str, int]

    def _new(self) -> list[FileReport]:
        return [report for report in self.files if report.status == "loaded"]

    @property
    def read(self) -> int:
        """Rows read from the files loaded now."""
        return sum(report.rows_read for report in self._new())

    @property
    def loaded(self) -> int:
        """Rows that went into their tables."""
        return sum(report.rows_loaded for report in self._new())

    @property
    def rejected(self) -> int:
        """Rows that went into `rejected_rows`."""
        return sum(report.rows_rejected for report in self._new())

    @property
    def duplicates(self) -> int:
        """Rows that were there already, with the same content."""
        return sum(report.rows_duplicate for report in self._new())


def total_warnings(files: list[FileReport]) -> Counter[str]:
    """The warnings of the files loaded now, added up by kind."""
    total: Counter[str] = Counter()
    for report in files:
        if report.status == "loaded":
            total.update(report.warnings)
    return total
