"""One file into its table, in one transaction: rows, rejected rows, ledger, and days to be audited."""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

from lookup_audit.clock import later_than
from lookup_audit.errors import InputError, WarehouseError
from lookup_audit.ingest.drop import InputFile
from lookup_audit.ingest.keys import DUPLICATE, settle
from lookup_audit.ingest.pending import mark_pending
from lookup_audit.ingest.readers import TURNED_DOWN, Read, Reader, naming
from lookup_audit.ingest.report import FileReport
from lookup_audit.ingest.tokens import LONGEST_RAW_TEXT
from lookup_audit.ingest.values import checking_query
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES, Table

_MOST_UNKNOWN_NAMES = 20


def load_file(warehouse: Warehouse, reader: Reader, folder: Path) -> FileReport:
    """Load one opened file, wholly or not at all; raises `InputError` that names it.

    `folder` is for what the reader needs on disk meanwhile. Every row of the file is counted before the
    engine sees it; when its rows and the turned down do not add up to that count, nothing is kept.
    """
    file, table = reader.file, TABLES[reader.file.table]
    try:
        read = reader.read(folder, warehouse.settings.ingest.longest_field)
        with warehouse.transaction():
            _forget_failed_load(warehouse, reader)
            with naming(file):
                _check(warehouse, reader, read, table)
            replaced = settle(warehouse, table)
            report = _report(warehouse, reader, read, replaced)
            _insert(warehouse, table, file.file_id)
            with naming(file):
                _reject(warehouse, reader, read)
            _enter(warehouse, report, file.file_id)
            mark_pending(warehouse, table)
    except BaseException:
        with suppress(WarehouseError):  # an engine that gave up altogether would hide what it stumbled over
            _clear(warehouse)
        raise
    _clear(warehouse)
    return report


def _clear(warehouse: Warehouse) -> None:
    for name in ("incoming", "removed", TURNED_DOWN):
        warehouse.run(f"DROP TABLE IF EXISTS temp.{name}")


def known_report(warehouse: Warehouse, file: InputFile) -> FileReport | None:
    """The report of a content that was loaded into a table before, under the name that it has now."""
    rows = warehouse.rows(
        "SELECT rows_read, rows_loaded, rows_rejected, rows_duplicate, warnings FROM input_files "
        "WHERE file_id = $file_id AND table_name = $table",
        {"file_id": file.file_id, "table": file.table},
    )
    if not rows:
        return None
    counts = {name: int(rows[0][name]) for name in rows[0] if name != "warnings"}
    return FileReport(
        file=file.name,
        table=file.table,
        status="already_loaded",
        warnings=json.loads(rows[0]["warnings"]),
        **counts,
    )


def _forget_failed_load(warehouse: Warehouse, reader: Reader) -> None:
    """Drop the traces of an earlier load in which every row of this file was rejected (see `ingest`)."""
    parameters = {"file_id": reader.file.file_id, "table": reader.file.table}
    where = "WHERE file_id = $file_id"
    if warehouse.value(f"SELECT 1 FROM input_files {where} AND table_name = $table", parameters):
        warehouse.run(f"DELETE FROM input_files {where} AND table_name = $table", parameters)
        warehouse.run(f"DELETE FROM rejected_rows {where}", {"file_id": reader.file.file_id})


def _check(warehouse: Warehouse, reader: Reader, read: Read, table: Table) -> None:
    sql, parameters = checking_query(table, reader.file.rule, read.relation, warehouse.settings)
    warehouse.run(f"CREATE OR REPLACE TEMP TABLE incoming AS {sql}", parameters)
    given = warehouse.count("incoming")
    if given != read.expected:
        raise InputError(f"{reader.file.name}: has {read.expected} rows, but only {given} could be read")


def _report(warehouse: Warehouse, reader: Reader, read: Read, replaced: int) -> FileReport:
    counts = warehouse.rows(f"""
        SELECT count(*) FILTER (fate IS NULL) AS loaded, count(*) FILTER (fate = '{DUPLICATE}') AS duplicate,
            count(*) FILTER (fate <> '{DUPLICATE}') AS rejected,
            coalesce(sum(ambiguous) FILTER (fate IS NULL), 0) AS ambiguous,
            coalesce(sum(nonexistent) FILTER (fate IS NULL), 0) AS nonexistent
        FROM incoming
    """)[0]
    warnings = Counter(read.warnings)
    warnings["ambiguous_local_time"] = int(counts["ambiguous"])
    warnings["nonexistent_local_time"] = int(counts["nonexistent"])
    warnings["replaced"] = replaced
    unknown = reader.columns.unknown
    for name in unknown[:_MOST_UNKNOWN_NAMES]:
        warnings[f"unknown_column:{name}"] = 1
    warnings["more_unknown_columns"] = max(0, len(unknown) - _MOST_UNKNOWN_NAMES)
    return FileReport(
        file=reader.file.name,
        table=reader.file.table,
        status="loaded",
        rows_read=read.expected + read.rejected,
        rows_loaded=int(counts["loaded"]),
        rows_rejected=int(counts["rejected"]) + read.rejected,
        rows_duplicate=int(counts["duplicate"]),
        warnings={name: count for name, count in sorted(warnings.items()) if count},
    )


def _insert(warehouse: Warehouse, table: Table, file_id: str) -> None:
    warehouse.run(
        f"INSERT INTO {table.name} BY NAME SELECT * EXCLUDE (line, ambiguous, nonexistent, fate), "
        f"$file_id AS file_id FROM incoming WHERE fate IS NULL",
        {"file_id": file_id},
    )


def _reject(warehouse: Warehouse, reader: Reader, read: Read) -> None:
    """Put what was turned down, by the guard and by the checks, into `rejected_rows`, in order of line."""
    names = {"file_id": reader.file.file_id, "file": reader.file.name}
    short = (
        f"CASE WHEN length(raw_text) <= {LONGEST_RAW_TEXT + 1} THEN raw_text "
        f"ELSE left(raw_text, {LONGEST_RAW_TEXT}) || '…' END"
    )
    insert = f"INSERT INTO rejected_rows SELECT $file_id, $file, line, {short}, nullif(\"column\", ''), reason FROM"
    if read.rejected and read.rejected_rows:
        sql, parameters = read.rejected_rows
        warehouse.run(f'{insert} (SELECT *, NULL AS "column" FROM ({sql})) ORDER BY line', names | parameters)
    warehouse.run(f"""
        CREATE OR REPLACE TEMP TABLE {TURNED_DOWN} AS
        SELECT line, split_part(fate, '|', 1) AS "column", split_part(fate, '|', 2) AS reason
        FROM incoming WHERE fate IS NOT NULL AND fate <> '{DUPLICATE}'
    """)
    if not warehouse.count(TURNED_DOWN):
        return
    lines = warehouse.frame(f"SELECT line FROM {TURNED_DOWN} ORDER BY line")["line"].tolist()
    sql, parameters = read.raw_text(lines)
    warehouse.run(
        f'{insert} (SELECT line, "column", reason, raw_text FROM {TURNED_DOWN} LEFT JOIN ({sql}) USING (line)) '
        f"ORDER BY line",
        names | parameters,
    )


def _enter(warehouse: Warehouse, report: FileReport, file_id: str) -> None:
    warehouse.run(
        "INSERT INTO input_files VALUES ($file_id, $file, $table, $loaded_at, $read, $loaded, $rejected, "
        "$duplicate, $warnings)",
        {
            "file_id": file_id,
            "file": report.file,
            "table": report.table,
            "loaded_at": later_than(warehouse.value(_LATEST)),
            "read": report.rows_read,
            "loaded": report.rows_loaded,
            "rejected": report.rows_rejected,
            "duplicate": report.rows_duplicate,
            "warnings": json.dumps(report.warnings, sort_keys=True),
        },
    )


# What a file was loaded after: an audit that ended before did not see it, whatever the clock did since.
_LATEST = """
SELECT greatest((SELECT max(loaded_at) FROM input_files), (SELECT max(finished_at) FROM runs))
"""
