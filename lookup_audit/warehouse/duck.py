"""A warehouse in one DuckDB file, readable by its owner only."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa

from lookup_audit.errors import WarehouseError
from lookup_audit.settings import Settings
from lookup_audit.warehouse import opening
from lookup_audit.warehouse.leftovers import remove_leftovers, spill_folder
from lookup_audit.warehouse.lock import Waiting, when_free

SCHEMA_VERSION = 5
OLDEST_VERSION = 3  # that can be brought forward (see `migrate`)

Parameters = Mapping[str, Any]


class Warehouse:
    """An open warehouse; close it, or use it in a `with` block.

    Values always travel as named parameters (`$name`), never inside the text of a query.

    Parameters
    ----------
    path
        The DuckDB file; ``None`` for one in memory (tests, previews). Made when absent, unless
        `must_exist`, whole or not at all; a new file and its write-ahead log are readable by their owner only.
    settings
        Threads and memory of the engine are taken from here.
    waiting
        For how long to wait while another process has it open; not at all when not given.

    Raises
    ------
    WarehouseLocked
        Another process has it open; the message says who.
    WarehouseError
        It is absent, not a warehouse, or of another schema version.
    """

    def __init__(
        self,
        path: Path | None,
        settings: Settings,
        *,
        must_exist: bool = False,
        waiting: Waiting | None = None,
    ) -> None:
        self.path = path
        self.settings = settings
        self._spill: Path | None = None
        self._connection = (
            opening.connect(None, settings)
            if path is None
            else when_free(lambda: opening.opened(path, settings, must_exist=must_exist), waiting)
        )
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        if self.path is not None:
            self._make_room_to_spill(self.path)
        macros = opening.package_text("functions.sql")
        self.script(macros.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO"))
        if not self.value(_HOLDS_ANYTHING):
            opening.write_schema(self._connection, self.path)
        version = self.schema_version()
        if version != SCHEMA_VERSION:
            raise not_of_this_version(self.path, version)

    def schema_version(self) -> int:
        """Of which schema the database in use is; `WarehouseError` where it does not say so in a table of its own."""
        version = self.value("SELECT version FROM warehouse_version") if self.value(_HAS_VERSION) else None
        if not isinstance(version, int):
            raise WarehouseError(f"{self.path}: is a database, but not a lookup-audit warehouse")
        return version

    def _make_room_to_spill(self, path: Path) -> None:
        """A folder beside the file that only its owner can enter, for what does not fit in memory.

        What a killed process left there is removed first: this process has the file open now, so that one is gone.
        """
        with suppress(OSError):  # where nothing can be written, the engine says so once it has to spill
            remove_leftovers(path)
            self._spill = spill_folder(path)
            self._spill.mkdir(mode=0o700)
            quoted = str(self._spill).replace("'", "''")
            self.run(f"SET temp_directory = '{quoted}'")

    def _execute(self, sql: str, parameters: Parameters | None = None) -> duckdb.DuckDBPyConnection:
        """Run a query; a full disk, a lost share, a harmed file or too little memory is an error of the warehouse."""
        try:
            return self._connection.execute(sql, dict(parameters or {}))
        except duckdb.Error as error:
            has_a_kind = type(error) is not duckdb.Error  # a wrong checksum has none
            if has_a_kind and not isinstance(error, _OF_THE_FILE):
                raise
            raise WarehouseError(f"{self.path}: {str(error).splitlines()[0]}") from error
        except RuntimeError as error:
            if str(error) != "Query interrupted":
                raise
            raise KeyboardInterrupt from error  # which is what the engine was told, in the middle of a statement

    def run(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run one statement for its effect."""
        self._execute(sql, parameters)

    def script(self, sql: str) -> None:
        """Run several statements without parameters, for their effect."""
        self._execute(sql)

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """Every row of a query as a dict by column name; for small answers."""
        cursor = self._execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, parameters: Parameters | None = None) -> Any:
        """The first column of the first row, or None when there is no row."""
        rows = self._execute(sql, parameters).fetchall()  # an unread result would block the next insert
        return rows[0][0] if rows else None

    def columns(self, query: str, parameters: Parameters | None = None) -> list[str]:
        """The names of a query's columns, without running it."""
        cursor = self._execute(f"SELECT * FROM ({query}) AS asked LIMIT 0", parameters)
        names = [column[0] for column in cursor.description or []]
        cursor.fetchall()  # an unread result would block the next insert
        return names

    def frame(self, sql: str, parameters: Parameters | None = None) -> pd.DataFrame:
        """A query's rows as a pandas frame; for features and figures, never for whole logs."""
        return self._execute(sql, parameters).df()

    def insert(self, table: str, rows: pd.DataFrame | pa.Table) -> None:
        """Append rows to a table, matched by column name; columns that are not given become null."""
        self._connection.register("rows_to_insert", rows)
        try:
            self.run(f"INSERT INTO {table} BY NAME SELECT * FROM rows_to_insert")
        finally:
            self._connection.unregister("rows_to_insert")

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        return int(self.value(f'SELECT count(*) FROM "{table}"'))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what runs inside is kept when the block ends, and undone when it raises."""
        self._execute("BEGIN")
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        try:
            self._execute("COMMIT")
        except duckdb.TransactionException as error:  # a disk that is full at the last moment
            self._roll_back()
            raise WarehouseError(f"{self.path}: {str(error).splitlines()[0]}; it was undone") from error

    def _roll_back(self) -> None:
        """Undo, unless the engine already did so by itself, or can do nothing any more until it is opened again."""
        with suppress(duckdb.TransactionException, duckdb.FatalException, duckdb.IOException):
            self._connection.execute("ROLLBACK")

    def remove(self) -> None:
        """Take the file away and release it: as it was never there, also where another process waits for it.

        All is in the file itself by then, so nothing is left to be written under a name that may be another's.
        """
        self.run("CHECKPOINT")
        if self.path is not None:
            self.path.resolve().unlink()
        self.close()

    def close(self) -> None:
        """Release the file; nothing can be run after."""
        self._connection.close()
        if self._spill is not None:
            with suppress(OSError):  # there no more, or not empty: what the next one to open it removes
                self._spill.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def not_of_this_version(path: Path | None, version: int) -> WarehouseError:
    """The error for a warehouse of another schema, by whether it can be brought forward."""
    where = f"{path}: is of schema version {version}, and this program works with version {SCHEMA_VERSION}"
    if version > SCHEMA_VERSION:
        return WarehouseError(f"{where}; a newer program made it, use that one")
    if version < OLDEST_VERSION:
        return WarehouseError(f"{where}; it is too old to be brought forward: load its drops into a new one")
    return WarehouseError(
        f"{where}; bring it forward, with a backup: lookup-audit migrate --warehouse {path}"
    )


_OF_THE_FILE = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.SerializationException,
)

_HAS_VERSION = """
SELECT count(*)
FROM duckdb_columns()
WHERE
    table_name = 'warehouse_version'
    AND column_name = 'version'
    AND database_name = current_database()
    AND table_name IN (
        SELECT known.table_name FROM duckdb_tables() AS known WHERE known.database_name = current_database()
    )
"""

_HOLDS_ANYTHING = """
SELECT (SELECT count(*) FROM duckdb_tables()) + count(*) FROM duckdb_views() WHERE NOT internal
"""
