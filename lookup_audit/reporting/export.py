"""The output tables as Parquet files: pseudonyms for users and subjects, and the same bytes for the same rows."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookup_audit.errors import MandateError, UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.mandates import Mandate, find_mandate, open_under
from lookup_audit.privacy.pseudonyms import fill_pseudonyms
from lookup_audit.privacy.trail import record
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Output:
    """One table: what its rows are sorted by, the column that holds their day, and what stays inside."""

    keys: tuple[str, ...]
    day: str = "audit_date"
    kept_inside: tuple[str, ...] = ()


OUTPUT_TABLES: dict[str, Output] = {
    "findings": Output(("finding_id",)),
    "lookup_risk": Output(("system", "lookup_id"), kept_inside=("alert_about",)),
    "work_links": Output(("system", "lookup_id", "explanation")),
    "alerts": Output(("alert_id",), day="peak_on"),
    "control_sample": Output(("control_id",)),
    "user_days": Output(("user_id", "day"), day="day"),
    "runs": Output(("audit_date",)),
}


def export_tables(  # noqa: PLR0913 - each is part of what is asked
    warehouse: Warehouse,
    out: Path,
    *,
    who: Actor,
    identified: bool = False,
    mandate: str | None = None,
    replace: bool = False,
) -> list[Path]:
    """Write one Parquet file per output table, sorted by its key; the paths written.

    `user_id` and `subject_id` hold keyed pseudonyms. With `identified` they hold ids: under a mandate, of the
    rows of its user within its period, and no others; without one, of all, where the configuration says that
    this is an evaluation warehouse. The export is in the trail before anything is written.

    Times are marked as UTC. Each file replaces an earlier one in a single step (with ids only where `replace`
    says so: it may be what another mandate gave), and is readable by its owner only. The same input, configuration,
    code and key give the same bytes, but for the two clock columns of `runs`, which SOURCE_DATE_EPOCH pins.

    Raises `MandateError` where ids are asked for and nothing allows them, and `UsageError` where they would take the
    place of an earlier export.
    """
    there = [path for table in OUTPUT_TABLES if (path := out / f"{table}.parquet").exists()]
    if identified and there and not replace:
        raise UsageError(f"{there[0]}: is there already; --replace puts this export in the place of that one")
    order = _allowed(warehouse, who=who, identified=identified, mandate=mandate)
    if not identified:
        fill_pseudonyms(warehouse, _USERS, _SUBJECTS)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    before = os.umask(0o077)
    try:
        for table, output in OUTPUT_TABLES.items():
            path = out / f"{table}.parquet"
            with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as scratch:
                part = Path(scratch) / path.name
                mine, asked = _of_order(warehouse, table, order)
                select = rows_of(warehouse, table, output, pseudonymous=not identified, condition=mine)
                write_parquet(warehouse, select, asked, part)
                part.replace(path)
            written.append(path)
    finally:
        os.umask(before)
    return written


def _allowed(warehouse: Warehouse, *, who: Actor, identified: bool, mandate: str | None) -> Mandate | None:
    """The mandate that the export is under, if any, once the export is in the trail."""
    if mandate is not None and identified:
        known = find_mandate(warehouse, mandate.strip())
        about = known.user_id if known else ""
        return open_under(warehouse, mandate, action="export", user_id=about, who=who, detail="identified")
    refused = identified and not warehouse.settings.evaluation_warehouse
    reason = "pseudonyms"
    if identified:
        reason = "identified, without a mandate" if refused else "identified, for evaluation"
    with warehouse.transaction():
        record(
            warehouse, action="export", about=None, reason=reason, who=who,
            outcome="refused" if refused else "done",
        )  # fmt: skip
    if refused:
        raise MandateError(
            "an export with ids needs --mandate REF; only a warehouse that is configured with "
            "evaluation_warehouse = true is exported without; this attempt is on record"
        )
    return None


def rows_of(
    warehouse: Warehouse, table: str, output: Output, *, pseudonymous: bool, condition: str = "TRUE"
) -> str:
    """The query of one output table, sorted by its key: the rows that meet a condition, times marked as UTC.

    With pseudonyms, `fill_pseudonyms` comes first.
    """
    columns = _columns(warehouse, table)
    selected = [
        _column(name, kind, pseudonymous=pseudonymous)
        for name, kind in columns.items()
        if name not in output.kept_inside
    ]
    joined = [
        f"LEFT JOIN {kind}_pseudonyms ON {kind}_pseudonyms.id = {table}.{kind}_id"
        for kind in ("user", "subject")
        if pseudonymous and f"{kind}_id" in columns
    ]
    rows = f"SELECT {', '.join(selected)} FROM {table} {' '.join(joined)} WHERE {condition}"
    return f"SELECT * FROM ({rows}) AS rows_out ORDER BY {', '.join(output.keys)}"


def write_parquet(warehouse: Warehouse, query: str, asked: dict[str, Any], path: Path) -> int:
    """Write what a query gives to a new file; how many rows that were."""
    quoted = str(path).replace("'", "''")
    return int(warehouse.value(f"COPY ({query}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)", asked))


def _of_order(warehouse: Warehouse, table: str, order: Mandate | None) -> tuple[str, dict[str, Any]]:
    """Which rows a mandate is about, as a condition with its parameters; all without one."""
    if order is None or table == "runs":
        return "TRUE", {}
    of_user = "user_id = $user" if "user_id" in _columns(warehouse, table) else _OF_USER
    asked = {"user": order.user_id, "first": order.first_day, "last": order.last_day}
    return f"{of_user} AND {OUTPUT_TABLES[table].day} BETWEEN $first AND $last", asked


def _columns(warehouse: Warehouse, table: str) -> dict[str, str]:
    """The columns of a table in order, with their types."""
    columns = warehouse.rows(
        "SELECT column_name AS name, data_type AS kind FROM duckdb_columns() "
        "WHERE table_name = $table_name AND schema_name = 'main' AND NOT internal ORDER BY column_index",
        {"table_name": table},
    )
    return {column["name"]: column["kind"] for column in columns}


def _column(name: str, kind: str, *, pseudonymous: bool) -> str:
    if kind == "TIMESTAMP":
        return f"timezone('UTC', {name}) AS {name}"
    if pseudonymous and name in {"user_id", "subject_id"}:
        return f"{name.removesuffix('_id')}_pseudonyms.pseudonym AS {name}"
    return name


_OF_USER = """
(system, lookup_id) IN (SELECT (system, lookup_id) FROM lookups WHERE lookups.user_id = $user)
"""

_USERS = """
SELECT user_id FROM user_days
UNION SELECT user_id FROM lookup_risk
UNION SELECT user_id FROM findings
UNION SELECT user_id FROM alert_episodes
UNION SELECT user_id FROM control_sample
"""

_SUBJECTS = """
SELECT subject_id FROM lookup_risk
UNION SELECT subject_id FROM findings
UNION SELECT subject_id FROM alert_episodes
UNION SELECT subject_id FROM control_sample
"""
