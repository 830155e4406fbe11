"""What the page of what came in says, as numbers; no user and no subject is in it."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lookup_audit.errors import UsageError
from lookup_audit.quality import Stretch, stretches
from lookup_audit.warehouse import Warehouse

VERSION = 1
"""Of the form of the JSON."""


@dataclass(frozen=True)
class Quality:
    """What came in from `first` to `last`.

    `tables` and `loaded` count files and rows by table, and by the local day on which they were loaded; `rejected`
    holds rows by table, column and code of the reason. `volumes` holds lookups by system and local day. The ledger
    is counted over all that was ever loaded in `tables` and `rejected`, because a row that cannot be read has no day.
    """

    first: date
    last: date
    audited_days: int
    tables: tuple[dict[str, Any], ...]
    loaded: tuple[dict[str, Any], ...]
    rejected: tuple[dict[str, Any], ...]
    volumes: tuple[dict[str, Any], ...]
    gaps: tuple[Stretch, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it for a program, in the form of `VERSION`."""
        content = asdict(self)
        content["gaps"] = [
            {
                "kind": one.gaps[-1].kind,
                "part": one.gaps[-1].part,
                "first": one.first,
                "last": one.last,
                "days": [{"day": gap.day, "expected": gap.expected, "seen": gap.seen} for gap in one.gaps],
                "disables": list(one.gaps[-1].disables),
            }
            for one in self.gaps
        ]
        return {"version": VERSION, **content}


def read_quality(warehouse: Warehouse, first: date | None = None, last: date | None = None) -> Quality:
    """The numbers of these local days; without bounds of the last `reporting.weeks` that were audited.

    Raises `UsageError` where nothing was audited.
    """
    newest = warehouse.value("SELECT max(audit_date) FROM runs")
    if newest is None:
        raise UsageError("nothing was audited yet; `lookup-audit audit` comes first")
    last = last or newest
    oldest = warehouse.value("SELECT min(audit_date) FROM runs")
    weeks = warehouse.settings.reporting.weeks
    first = first or date.fromordinal(max(last.toordinal() - 7 * weeks + 1, oldest.toordinal()))
    period = {"first": first, "last": last}
    return Quality(
        first,
        last,
        warehouse.value("SELECT count(*) FROM runs WHERE audit_date BETWEEN $first AND $last", period),
        tuple(warehouse.rows(_TABLES)),
        tuple(warehouse.rows(_LOADED, {"first": first, "zone": warehouse.settings.zone})),
        tuple(warehouse.rows(_REJECTED)),
        tuple(warehouse.rows(_VOLUMES, period)),
        tuple(stretches(warehouse, first, last)),
    )


_SUMS = """
    count(*) AS files,
    CAST(sum(rows_read) AS BIGINT) AS rows_read,
    CAST(sum(rows_loaded) AS BIGINT) AS rows_loaded,
    CAST(sum(rows_rejected) AS BIGINT) AS rows_rejected,
    CAST(sum(rows_duplicate) AS BIGINT) AS rows_duplicate
"""

_TABLES = f'SELECT table_name AS "table", {_SUMS} FROM input_files GROUP BY table_name ORDER BY table_name'

_LOADED = f"""
SELECT dated.day, dated.table_name AS "table", {_SUMS}
FROM (SELECT *, local_day(loaded_at, $zone) AS day FROM input_files) AS dated
WHERE dated.day >= $first
GROUP BY dated.day, dated.table_name
ORDER BY dated.day DESC, dated.table_name
"""

_REJECTED = """
SELECT
    input_files.table_name AS "table",
    coalesce(rejected_rows."column", '') AS "column",
    rejected_rows.reason,
    count(*) AS rows
FROM rejected_rows
INNER JOIN input_files ON input_files.file_id = rejected_rows.file_id
GROUP BY input_files.table_name, rejected_rows."column", rejected_rows.reason
ORDER BY rows DESC, input_files.table_name, rejected_rows."column", rejected_rows.reason
"""

_VOLUMES = """
SELECT part AS system, day, lookups
FROM volume_days
WHERE cut = 'system' AND day BETWEEN $first AND $last
ORDER BY part, day
"""
