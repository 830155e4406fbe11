"""The output tables as Parquet files, the same bytes for the same rows."""

import os
import tempfile
from pathlib import Path

from lookup_audit.warehouse.duck import Warehouse

OUTPUT_TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # table: (what its rows are sorted by, what does not leave the warehouse)
    "findings": (("finding_id",), ()),
    "lookup_risk": (("system", "lookup_id"), ("alert_about",)),
    "work_links": (("system", "lookup_id", "explanation"), ()),
    "alerts": (("alert_id",), ()),
    "control_sample": (("control_id",), ()),
    "user_days": (("user_id", "day"), ()),
    "runs": (("audit_date",), ()),
}


def export_tables(warehouse: Warehouse, out: Path) -> list[Path]:
    """Write one Parquet file per output table, sorted by its key; the paths written.

    Times are marked as UTC. Each file replaces an earlier one in a single step, and is readable by its
    owner only. The same input, configuration and code give the same bytes, but for the two clock columns
    of `runs`, which SOURCE_DATE_EPOCH pins.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    before = os.umask(0o077)
    try:
        for table, (keys, kept_inside) in OUTPUT_TABLES.items():
            path = out / f"{table}.parquet"
            with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as scratch:
                part = Path(scratch) / path.name
                quoted = str(part).replace("'", "''")
                select = _select(warehouse, table, keys, kept_inside)
                warehouse.run(f"COPY ({select}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
                part.replace(path)
            written.append(path)
    finally:
        os.umask(before)
    return written


def _select(warehouse: Warehouse, table: str, keys: tuple[str, ...], kept_inside: tuple[str, ...]) -> str:
    columns = warehouse.rows(
        "SELECT column_name AS name, data_type AS kind FROM duckdb_columns() "
        "WHERE table_name = $table_name AND schema_name = 'main' AND NOT internal ORDER BY column_index",
        {"table_name": table},
    )
    selected = [
        f"timezone('UTC', {column['name']}) AS {column['name']}"
        if column["kind"] == "TIMESTAMP"
        else column["name"]
        for column in columns
        if column["name"] not in kept_inside
    ]
    return f"SELECT {', '.join(selected)} FROM {table} ORDER BY {', '.join(keys)}"
