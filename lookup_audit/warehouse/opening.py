"""How a warehouse is opened and made: whole or not at all, by one process at a time."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import duckdb

from lookup_audit.errors import WarehouseError, WarehouseLocked
from lookup_audit.settings import Settings
from lookup_audit.warehouse.leftovers import remove_unfinished
from lookup_audit.warehouse.lock import holder
from lookup_audit.warehouse.memory import available_memory, memory_limit


def opened(path: Path, settings: Settings, *, must_exist: bool) -> duckdb.DuckDBPyConnection:
    """A connection to the file that has this name, made first where there is none.

    Between opening a file and locking it, another process may have put a new one in its place (`rebuild`), or taken
    it away (`remove`): then this one would be written to, and be nowhere. So the name is looked at again.
    """
    for _ in range(20):
        known = identity(path)
        if known is None:
            if must_exist:
                raise WarehouseError(f"{path}: there is no warehouse here; load a drop first (ingest)")
            _make(path, settings)
            continue
        connection = connect(path, settings)
        if identity(path) == known:
            return connection
        connection.close()
    raise WarehouseError(f"{path}: is replaced by another process again and again; try again later")


def identity(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None where none has."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _make(path: Path, settings: Settings) -> None:
    """Put a new warehouse under this name, whole or not at all; one that is there by then is left alone."""
    whole = path.resolve()
    if not whole.parent.is_dir():
        raise WarehouseError(
            f"{path}: there is no folder {whole.parent} to make a warehouse in; make it first"
        )
    part = whole.with_name(f"{whole.name}.new-{os.getpid()}")
    remove_unfinished(part)
    try:
        connection = connect(part, settings)
        try:
            write_schema(connection, path)
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
        with suppress(FileExistsError):
            _give_name(part, whole)
    except FileNotFoundError:
        if not whole.exists():  # otherwise another process made one, and took this for what a killed one left
            raise
    except (WarehouseError, duckdb.Error) as error:
        message = str(error).splitlines()[0].replace(str(part), str(path))  # the name that was given
        if isinstance(error, WarehouseError):
            raise WarehouseError(message) from error
        raise WarehouseError(f"{path}: cannot be made: {message}; nothing was changed") from error
    finally:
        remove_unfinished(part)


def _give_name(part: Path, whole: Path) -> None:
    """Name a file, unless another has the name."""
    try:
        whole.hardlink_to(part)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS) or whole.exists():
            raise
        part.replace(whole)  # a file system that knows one name for a file only


def write_schema(connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    """Make every table and view; in a file with the comments of schema.sql, which any client shows."""
    try:
        connection.execute("BEGIN")
        connection.execute(package_text("schema.sql"))
        for statement in comments() if path else ():
            connection.execute(statement)
        connection.execute("COMMIT")
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
        raise WarehouseError(
            f"{path}: cannot be made: {str(error).splitlines()[0]}; nothing was changed"
        ) from error


def comments() -> Iterator[str]:
    """A statement for each column of schema.sql that puts its comment there into the database."""
    schema = package_text("schema.sql")
    for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", schema, re.DOTALL):
        for column, comment in re.findall(r'^ +("?\w+"?) .*?-- (.+)$', body, re.MULTILINE):
            quoted = comment.strip().replace("'", "''")
            yield f"COMMENT ON COLUMN {table}.{column} IS '{quoted}'"


def not_opened(path: Path | None, message: str, settings: Settings) -> WarehouseError:
    """The error for a file that the engine could not open, by what it said: who holds it, or what is wrong."""
    who = holder(message, settings)
    if who is not None:
        return WarehouseLocked(f"{path}: in use by {who}")
    return WarehouseError(f"{path}: cannot be opened: {message.splitlines()[0]}")


def connect(path: Path | None, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection that asks no network for anything, with times in UTC; `None` is one in memory.

    From the first file on, everything that this process makes is its owner's only.
    """
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,  # nothing is fetched, ever
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "preserve_insertion_order": True,
    }
    if settings.threads is not None:
        options["threads"] = settings.threads
    options["memory_limit"] = memory_limit(settings.memory, available_memory())
    _refuse_what_is_no_database(path)
    if path is not None:
        # For good, not around this call: the engine makes `<warehouse>.wal` anew whenever it writes.
        os.umask(0o077)
    try:
        connection = duckdb.connect(str(path) if path else ":memory:", config=options)
    except duckdb.IOException as error:
        raise not_opened(path, str(error), settings) from error
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: cannot be opened: {str(error).splitlines()[0]}") from error
    connection.execute("SET TimeZone = 'UTC'")
    with suppress(duckdb.InvalidInputException):  # a notebook without widgets has no bar to turn off
        connection.execute("SET enable_progress_bar = false")  # standard output belongs to the answer
    return connection


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


def package_text(name: str) -> str:
    """The text of a file of this package."""
    return (files("lookup_audit.warehouse") / name).read_text(encoding="utf-8")
