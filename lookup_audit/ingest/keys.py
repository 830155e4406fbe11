"""Rows whose key is there already: in the same file, or in the table.

With the same content a row is a duplicate. With other content the later row wins, except among lookups:
there the first stands, because a log does not change. Works on the temporary table `incoming` (see `values`),
and does next to nothing when every key is new.
"""

from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import Table

DUPLICATE = "duplicate"
SUPERSEDED = "|superseded"


def settle(warehouse: Warehouse, table: Table) -> int:
    """Mark in `incoming.fate` the rows that do not go into the table; how many of the table's rows it replaces.

    The replaced rows are moved to the temporary table `removed`.
    """
    warehouse.run(f"CREATE OR REPLACE TEMP TABLE removed AS SELECT * FROM {table.name} LIMIT 0")
    if table.name == "lookups":
        # What stands in the table stands before anything in the file.
        _against_table(warehouse, table)
        _within_file(warehouse, table)
        return 0
    _within_file(warehouse, table)
    return _against_table(warehouse, table)


def _within_file(warehouse: Warehouse, table: Table) -> None:
    """Of the rows with one key, the standing one is the first (lookups) or the last (context)."""
    keys = ", ".join(_names(table.key))
    good = int(warehouse.value("SELECT count(*) FROM incoming WHERE fate IS NULL"))
    # Hashes may collide; that costs a look at the keys themselves, and changes nothing.
    if warehouse.value(f"SELECT count(DISTINCT hash({keys})) FROM incoming WHERE fate IS NULL") == good:
        return
    first = table.name == "lookups"
    other = f"'{table.key[-1]}|conflicting_duplicate'" if first else f"'{SUPERSEDED}'"
    warehouse.run(f"""
        CREATE OR REPLACE TEMP TABLE repeated AS
        SELECT line, {"min" if first else "max"}(line) OVER (PARTITION BY {keys}) AS standing
        FROM incoming
        WHERE fate IS NULL AND hash({keys}) IN (
            SELECT hash({keys}) FROM incoming WHERE fate IS NULL GROUP BY 1 HAVING count(*) > 1
        )
    """)
    warehouse.run(f"""
        UPDATE incoming SET fate = verdict.fate FROM (
            SELECT row.line, CASE WHEN {_same(table, "row", "stands")} THEN '{DUPLICATE}' ELSE {other} END AS fate
            FROM repeated
            JOIN incoming AS row ON row.line = repeated.line
            JOIN incoming AS stands ON stands.line = repeated.standing
            WHERE repeated.line <> repeated.standing
        ) AS verdict
        WHERE incoming.line = verdict.line
    """)
    warehouse.run("DROP TABLE repeated")


def _against_table(warehouse: Warehouse, table: Table) -> int:
    if warehouse.value(f"SELECT 1 FROM {table.name} LIMIT 1") is None:
        return 0
    # The keys alone first: on a long log this reads two columns, and the rest only where a key is met again.
    warehouse.run(f"""
        CREATE OR REPLACE TEMP TABLE met AS
        SELECT incoming.line, there.rowid AS there
        FROM incoming JOIN {table.name} AS there ON {_key_equal(table, "incoming", "there")}
        WHERE incoming.fate IS NULL
    """)
    if not warehouse.count("met"):
        warehouse.run("DROP TABLE met")
        return 0
    other = f"'{table.key[-1]}|conflicting_duplicate'" if table.name == "lookups" else "NULL"
    warehouse.run(f"""
        UPDATE incoming SET fate = verdict.fate FROM (
            SELECT row.line, CASE WHEN {_same(table, "row", "there")} THEN '{DUPLICATE}' ELSE {other} END AS fate
            FROM met
            JOIN incoming AS row ON row.line = met.line
            JOIN {table.name} AS there ON there.rowid = met.there
        ) AS verdict
        WHERE incoming.line = verdict.line
    """)
    replaced = (
        "SELECT met.there FROM met JOIN incoming ON incoming.line = met.line WHERE incoming.fate IS NULL"
    )
    warehouse.run(f"INSERT INTO removed SELECT * FROM {table.name} WHERE rowid IN ({replaced})")
    count = warehouse.count("removed")
    if count:
        warehouse.run(f"DELETE FROM {table.name} WHERE rowid IN ({replaced})")
    warehouse.run("DROP TABLE met")
    return count


def _names(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]


def _key_equal(table: Table, left: str, right: str) -> str:
    """Equality of keys; parts that may be empty are equal when both are."""
    return " AND ".join(
        f'{left}."{name}" {"=" if name in table.required else "IS NOT DISTINCT FROM"} {right}."{name}"'
        for name in table.key
    )


def _same(table: Table, left: str, right: str) -> str:
    names = [column.name for column in table.columns]
    return " AND ".join(f'{left}."{name}" IS NOT DISTINCT FROM {right}."{name}"' for name in names)
