"""A warehouse written anew beside the old file, which it then replaces in one step.

Deleted rows stay readable in the file of the engine, until it happens to write over them. So whatever must be gone
for good, or laid out in another way, is not deleted or altered: what is kept is copied into a new file.

What holds at every moment, also when the process is killed: under the warehouse's name there is a whole
warehouse, the old one or the new one, and no write-ahead log of one is ever played on the other.

- The old file stays open for writing until the new one has its name, so no other process can open it.
- It is checkpointed first and nothing is written to it after, so it has no log; that is checked before the swap.
- The new file is complete, read back from disk and compared, and on the disk before it gets the name.
- What is left when the process is killed earlier is removed by the next one (see `leftovers`).
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from lookup_audit.errors import WarehouseError
from lookup_audit.settings import Settings
from lookup_audit.warehouse.duck import Warehouse
from lookup_audit.warehouse.leftovers import remove_leftovers
from lookup_audit.warehouse.lock import Waiting, when_free
from lookup_audit.warehouse.opening import identity, not_opened

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Keeping:
    """Which rows of a table are kept: an SQL condition over its columns. A row of which it says neither is kept."""

    condition: str = "TRUE"
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Copied:
    """What became of one table: rows before, and how many of them were kept."""

    table: str
    before: int
    kept: int

    @property
    def gone(self) -> int:
        """Rows that are not in the new file."""
        return self.before - self.kept


@dataclass(frozen=True)
class _Counted(Copied):
    content: int  # the sum of the hashes of the kept rows: the same for the same rows in any order


@contextmanager
def held(path: Path, settings: Settings, waiting: Waiting | None = None) -> Iterator[Warehouse]:
    """An empty desk on which the tables of the warehouse at `path` lie open under their own names, to be read.

    For as long as the block lasts no other process can open that warehouse. Temporary tables may be made.
    Never open and close the file by other means inside the block: that would end the lock (POSIX). Where another
    process has it open, one waits for it as `waiting` says.

    Raises
    ------
    WarehouseLocked
        Another process has it open; the message names it.
    WarehouseError
        It is not there or cannot be opened, or the file has a second name (a hard link) that would keep the rows.
    """
    if not path.is_file():
        raise WarehouseError(f"{path}: there is no warehouse here")
    spill = _beside(path, f"rebuild-{os.getpid()}.tmp")
    before = os.umask(0o077)
    try:
        with Warehouse(None, settings) as desk:
            desk.path = path  # what errors on this desk are about
            when_free(lambda: _open_old(desk, path), waiting)
            remove_leftovers(path)
            if path.stat().st_nlink > 1:
                raise WarehouseError(
                    f"{path}: this file has another name too (a hard link), which would keep what goes"
                )
            with _said_clearly(path):
                spill.mkdir(mode=0o700)
            try:
                desk.run(f"SET temp_directory = {_text(spill)}")
                desk.run("CHECKPOINT old")
                desk.run("USE old")
                yield desk
            finally:
                shutil.rmtree(spill, ignore_errors=True)
    finally:
        os.umask(before)


def count(desk: Warehouse, keeping: Mapping[str, Keeping]) -> list[Copied]:
    """What a rebuild with these conditions would keep, table by table; nothing is written."""
    return [
        Copied(one.table, one.before, one.kept) for one in (_count(desk, *item) for item in keeping.items())
    ]


def rebuild(  # noqa: PLR0913 - each is part of what is asked
    desk: Warehouse,
    keeping: Mapping[str, Keeping],
    *,
    finish: Callable[[Warehouse, list[Copied]], None],
    turned: Collection[str] = (),
    progress: Progress | None = None,
    old_stays_as: Path | None = None,
) -> list[Copied]:
    """Put a new warehouse of the present schema in the place of the one on the desk; what became of each table.

    Parameters
    ----------
    desk
        From `held`, whose block must end right after; until then it reads the old file, which has no name by then.
    keeping
        A condition for every table, in the order of copying. A column that only the new schema has stays empty.
    finish
        Called once with the new warehouse, before it takes the old one's place: what it writes and the
        rest are there together, or neither is.
    turned
        Tables of the old file that became others: what they held lies on the desk too, as temporary tables or views
        under names of the new schema, which `keeping` names instead.
    progress
        Called as `progress(done, total, table)` before each table.
    old_stays_as
        A name beside it, under which the old file is still there afterwards; without one it is gone.

    Raises
    ------
    WarehouseError
        The disk is too small or full, the folder is read-only, a table or column of the old file has no place in
        the new, or what was written does not compare with what was read. The old file is there as it was.
    """
    path = desk.path
    if path is None:
        raise WarehouseError("a warehouse in memory has no file to write anew")
    whole = path.resolve()
    new = _beside(path, "rebuild")
    _require_space(whole)
    try:
        with _said_clearly(whole):
            Warehouse(new, desk.settings).close()
            copied = _fill(desk, new, keeping, turned, progress)
            _finish(new, desk.settings, copied, finish)
            _put_in_place(path, whole, new, old_stays_as)
    except BaseException:
        with suppress(WarehouseError, duckdb.Error):
            desk.run("DETACH DATABASE IF EXISTS new")
        for leftover in whole.parent.glob(f"{new.name}*"):
            if leftover.is_file():
                leftover.unlink()
        raise
    return copied


def _open_old(desk: Warehouse, path: Path) -> None:
    """Attach the file that has this name; it may be another once the lock is had (see `opening.opened`)."""
    while True:
        known = identity(path)
        try:
            desk.run(f"ATTACH {_text(path)} AS old")
        except WarehouseError as error:
            raise not_opened(path, str(error.__cause__), desk.settings) from error
        if identity(path) == known:
            return
        desk.run("DETACH old")


def _fill(
    desk: Warehouse,
    new: Path,
    keeping: Mapping[str, Keeping],
    turned: Collection[str],
    progress: Progress | None,
) -> list[Copied]:
    """Copy what is kept, close the new file, and compare what is in it then with what was to be kept."""
    desk.run(f"ATTACH {_text(new)} AS new")
    columns = _columns(desk, keeping, turned)
    counted = []
    for done, (table, rows) in enumerate(keeping.items()):
        if progress:
            progress(done, len(keeping), table)
        counted.append(_count(desk, table, rows))
        names = _names(columns[table])
        desk.run(
            f"INSERT INTO new.main.{table} ({names}) SELECT {names} FROM {table} WHERE {_kept(rows)}",
            rows.values,
        )
    desk.run("CHECKPOINT new")
    desk.run("DETACH new")
    desk.run(f"ATTACH {_text(new)} AS new (READ_ONLY)")
    for one in counted:
        names = _names(columns[one.table])
        there = desk.rows(f"SELECT count(*) AS kept, {_content(names)} AS content FROM new.main.{one.table}")[
            0
        ]
        if (there["kept"], there["content"]) != (one.kept, one.content):
            raise WarehouseError(
                f"{desk.path}: {one.table}: {one.kept} rows were to be kept, and the new file holds "
                f"{there['kept']}, or others; the old file is as it was"
            )
    desk.run("DETACH new")
    return [Copied(one.table, one.before, one.kept) for one in counted]


def _columns(
    desk: Warehouse, keeping: Mapping[str, Keeping], turned: Collection[str]
) -> dict[str, list[str]]:
    """The columns of each table to copy; fails closed where something of the old file would be lost unseen."""
    found: dict[str, dict[str, list[str]]] = {"old": {}, "new": {}}
    for row in desk.rows(_COLUMNS):
        found[row["whose"]].setdefault(row["named"], []).append(row["part"])
    copied = {table: desk.columns(f"SELECT * FROM {_names([table])}") for table in keeping}
    missing = [table for table in found["old"] if table not in keeping and table not in turned]
    missing += [table for table in keeping if table not in found["new"]]
    missing += [
        f"{table}.{column}"
        for table, columns in copied.items()
        for column in columns
        if column not in found["new"].get(table, [])
    ]
    if missing:
        named = ", ".join(map(_on_one_line, missing))
        raise WarehouseError(f"{desk.path}: it is not said what becomes of {named}; nothing was changed")
    return copied


def _count(desk: Warehouse, table: str, rows: Keeping) -> _Counted:
    whole = _names([table])  # that of a foreign table can hold anything
    names = _names(desk.columns(f"SELECT * FROM {whole}"))
    found = desk.rows(
        f"SELECT count(*) AS before, count(*) FILTER (is_kept) AS kept, "
        f"{_content(names)} FILTER (is_kept) AS content "
        f"FROM (SELECT *, {_kept(rows)} AS is_kept FROM {whole}) AS marked",
        rows.values,
    )[0]
    return _Counted(table, **found)


def _names(columns: Sequence[str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in columns)


def _on_one_line(name: str) -> str:
    return name if name.isprintable() else repr(name)


def _kept(rows: Keeping) -> str:
    return f"coalesce(({rows.condition}), TRUE)"


def _content(names: str) -> str:
    return f"sum(hash({names})::HUGEINT)"


def _finish(
    new: Path, settings: Settings, copied: list[Copied], finish: Callable[[Warehouse, list[Copied]], None]
) -> None:
    """Let the caller add what belongs to it, and see that all of it is in the file itself, on the disk."""
    with Warehouse(new, settings, must_exist=True) as made:
        with made.transaction():
            finish(made, copied)
        made.run("CHECKPOINT")
    if any(new.parent.glob(f"{new.name}.wal*")):
        raise WarehouseError(f"{new}: could not be completed; the old file is as it was")
    with new.open("rb") as file:
        os.fsync(file.fileno())


def _put_in_place(path: Path, whole: Path, new: Path, old_stays_as: Path | None) -> None:
    """Give the new file the old one's owner, mode and name."""
    if any(path.parent.glob(f"{path.name}.wal*")):
        raise WarehouseError(f"{path}: was written to meanwhile; nothing was changed, try again")
    known = whole.stat()
    if (known.st_uid, known.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        os.chown(new, known.st_uid, known.st_gid)  # made by root for the account of the service
    new.chmod(stat.S_IMODE(known.st_mode))
    if old_stays_as:
        old_stays_as.hardlink_to(
            whole
        )  # a second name, not a copy: no time, no room, and the lock is not lost
    new.replace(whole)
    folder = os.open(whole.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _require_space(whole: Path) -> None:
    needed, free = whole.stat().st_size, shutil.disk_usage(whole.parent).free
    if free < needed:
        raise WarehouseError(
            f"{whole.parent}: the new file needs up to {_megabytes(needed)} beside the old one, and "
            f"{_megabytes(free)} are free; nothing was changed"
        )


@contextmanager
def _said_clearly(path: Path) -> Iterator[None]:
    """A full disk or a folder that cannot be written to is an error of the warehouse, whoever meets it first."""
    try:
        yield
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: {str(error).splitlines()[0]}; nothing was changed") from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise WarehouseError(
            f"{path.parent}: the new file cannot be written beside the old one: {error.strerror}; nothing was changed"
        ) from error


def _beside(path: Path, ending: str) -> Path:
    """A name beside the file itself, also where `path` is a link to it: only there can it take its place."""
    whole = path.resolve()
    return whole.with_name(f"{whole.name}.{ending}")


def _text(path: Path) -> str:
    """A path as SQL text: ATTACH and SET take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


# The version is written with the schema, and never copied.
_COLUMNS = """
SELECT database_name AS whose, table_name AS named, column_name AS part
FROM duckdb_columns()
WHERE
    database_name IN ('old', 'new')
    AND schema_name = 'main'
    AND table_name <> 'warehouse_version'
    AND table_name IN (SELECT tables.table_name FROM duckdb_tables() AS tables)
ORDER BY database_name, table_name, column_index
"""
