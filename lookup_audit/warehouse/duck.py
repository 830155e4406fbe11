"""A warehouse in one DuckDB file, readable by its owner only."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa

from lookup_audit.errors import WarehouseError, WarehouseLocked
from lookup_audit.settings import Settings

SCHEMA_VERSION = 4
OLDEST_VERSION = 3  # that can be brought forward (see `migrate`)

Parameters = Mapping[str, Any]


class Warehouse:
    """An open warehouse; close it, or use it in a `with` block.

    Values always travel as named parameters (`$name`), never inside the text of a query.

    Parameters
    ----------
    path
        The DuckDB file; ``None`` for one in memory (tests, previews). Made when absent, unless
        `must_exist`; a new file and its write-ahead log are readable by their owner only.
    settings
        Threads and memory of the engine are taken from here.

    Raises
    ------
    WarehouseLocked
        Another process has it open; the message names it.
    WarehouseError
        It is absent, not a warehouse, or of another schema version.
    """

    def __init__(self, path: Path | None, settings: Settings, *, must_exist: bool = False) -> None:
        self.path = path
        self.settings = settings
        fresh = path is None or not path.exists()
        if fresh and must_exist:
            raise WarehouseError(f"{path}: there is no warehouse here; load a drop first (ingest)")
        self._connection = _connect(path, settings)
        try:
            self._prepare(fresh)
        except BaseException:
            self.close()
            raise

    def _prepare(self, fresh: bool) -> None:
        self.script(_text("functions.sql").replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO"))
        known = self.value(
            "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'warehouse_version' AND column_name = 'version'"
        )
        if not known:
            held = "SELECT (SELECT count(*) FROM duckdb_tables()) + count(*) FROM duckdb_views() WHERE NOT internal"
            if not fresh and self.value(held):
                raise WarehouseError(f"{self.path}: is a database, but not a lookup-audit warehouse")
            with self.transaction():
                self.script(_text("schema.sql"))
                self._comment_columns()
        version = self.value("SELECT version FROM warehouse_version")
        if version != SCHEMA_VERSION:
            raise not_of_this_version(self.path, version)

    def _comment_columns(self) -> None:
        """Put the comments of schema.sql into the database, where any client shows them."""
        for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", _text("schema.sql"), re.DOTALL):
            for column, comment in re.findall(r'^ +("?\w+"?) .*?-- (.+)$', body, re.MULTILINE):
                quoted = comment.strip().replace("'", "''")
                self.run(f"COMMENT ON COLUMN {table}.{column} IS '{quoted}'")

    def _execute(self, sql: str, parameters: Parameters | None = None) -> duckdb.DuckDBPyConnection:
        """Run a query; a full disk or too little memory is an error of the warehouse, not of the program."""
        try:
            return self._connection.execute(sql, dict(parameters or {}))
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise WarehouseError(f"{self.path}: {str(error).splitlines()[0]}") from error

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
        self._execute("COMMIT")

    def _roll_back(self) -> None:
        """Undo, unless the engine already did so by itself."""
        with suppress(duckdb.TransactionException):
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Release the file; nothing can be run after."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _text(name: str) -> str:
    return (files("lookup_audit.warehouse") / name).read_text(encoding="utf-8")


def _refuse_what_is_no_database(path: Path | None) -> None:
    """A folder, or a file of another kind: the engine would take some of these for data and keep nothing."""
    if path is None or not path.exists():
        return
    if path.is_dir():
        raise WarehouseError(f"{path}: is a folder, not a warehouse")
    with path.open("rb") as file:
        start = file.read(12)
    if start and start[8:12] != b"DUCK":
        raise WarehouseError(f"{path}: is a file, but not a warehouse")


def not_of_this_version(path: Path | None, version: int) -> WarehouseError:
    """The error for a warehouse of another schema, by whether it can be brought forward."""
    where = f"{path}: is of schema version {version}, and this program works with version {SCHEMA_VERSION}"
    if version > SCHEMA_VERSION:
        return WarehouseError(f"{where}; a newer program made it, use that one")
    if version < OLDEST_VERSION:
        return WarehouseError(f"{where}; it is too old to be brought forward: load its drops into a new one")
    return WarehouseError(f"{where}; bring it forward, with a backup: lookup-audit migrate")


def not_opened(path: Path | None, message: str) -> WarehouseError:
    """The error for a file that the engine could not open, by what it said: who holds it, or what is wrong."""
    holder = re.search(r"Conflicting lock is held in (.+?) \(PID (\d+)\)", message)
    if holder:
        return WarehouseLocked(
            f"{path}: in use by process {holder[2]} ({Path(holder[1]).name}); try again when it is done"
        )
    return WarehouseError(f"{path}: cannot be opened: {message.splitlines()[0]}")


def _connect(path: Path | None, settings: Settings) -> duckdb.DuckDBPyConnection:
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,  # nothing is fetched, ever
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "preserve_insertion_order": True,
    }
    if settings.threads is not None:
        options["threads"] = settings.threads
    options["memory_limit"] = settings.memory or "60%"
    _refuse_what_is_no_database(path)
    before = os.umask(0o077)
    try:
        connection = duckdb.connect(str(path) if path else ":memory:", config=options)
    except duckdb.IOException as error:
        raise not_opened(path, str(error)) from error
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: cannot be opened: {str(error).splitlines()[0]}") from error
    finally:
        os.umask(before)
    connection.execute("SET TimeZone = 'UTC'")
    with suppress(duckdb.InvalidInputException):  # a notebook without widgets has no bar to turn off
        connection.execute("SET enable_progress_bar = false")  # standard output belongs to the answer
    return connection
