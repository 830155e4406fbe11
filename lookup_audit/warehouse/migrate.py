"""An older warehouse, brought to the schema of this program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lookup_audit.errors import WarehouseError
from lookup_audit.settings import Settings
from lookup_audit.warehouse.duck import OLDEST_VERSION, SCHEMA_VERSION, Warehouse, not_of_this_version
from lookup_audit.warehouse.lock import Waiting
from lookup_audit.warehouse.numbered import FIRST_VERSION, NUMBERED, TEXTS, number_history, require_sound
from lookup_audit.warehouse.rebuild import Copied, Keeping, Progress, count, held, rebuild


@dataclass(frozen=True)
class Migrated:
    """What a migration came to: the version before and now, rows by table, and where the old file is."""

    before: int
    now: int
    tables: tuple[Copied, ...]
    backup: Path | None


def migrate(  # noqa: PLR0913 - each is part of what is asked
    path: Path,
    settings: Settings,
    *,
    finish: Callable[[Warehouse, int], None],
    keep_backup: bool = True,
    progress: Progress | None = None,
    waiting: Waiting | None = None,
) -> Migrated:
    """What became of each table, once the warehouse at `path` has the present schema.

    It is written anew beside the old file, compared with it row by row, and takes its place in one step; killed
    at any moment, the old one or the new one is there whole. One of the present schema is read, and left alone.

    Parameters
    ----------
    finish
        Called with the new warehouse and the version before, to enter what was done: both are there, or neither.
    keep_backup
        Keep the old file, under `backup_of(path, version)`. It holds everything that the old warehouse held: what is
        forgotten later stays readable in it until it is removed.
    progress
        Called as `progress(done, total, table)` before each table.
    waiting
        How one waits where another process has the warehouse open; not at all when not given.

    Raises
    ------
    WarehouseError
        The warehouse is older than can be brought forward, or newer than this program; it is damaged; a backup of an
        earlier migration is in the way; or as `rebuild` does. The old file is there as it was.
    """
    with held(path, settings, waiting) as desk:
        version = desk.schema_version()
        keeping = {row["name"]: Keeping() for row in desk.rows(_TABLES)}
        if version == SCHEMA_VERSION:
            _read_whole(desk, keeping)
            require_sound(desk)
            return Migrated(version, version, (), None)
        if not OLDEST_VERSION <= version < SCHEMA_VERSION:
            raise not_of_this_version(path, version)
        backup = backup_of(path, version) if keep_backup else None
        if backup and (backup.exists() or backup.is_symlink()):
            raise WarehouseError(
                f"{backup}: is there already, so the old warehouse cannot be kept under that name; move it away, "
                "or migrate without a backup (--no-backup)"
            )
        turned = TEXTS if version < FIRST_VERSION else ()
        if turned:
            number_history(desk)
            keeping = {table: Keeping() for table in (*keeping, *NUMBERED) if table not in turned}
        copied = rebuild(
            desk,
            keeping,
            turned=turned,
            finish=lambda made, _: finish(made, version),
            progress=progress,
            old_stays_as=backup,
        )
    return Migrated(version, SCHEMA_VERSION, tuple(copied), backup)


def _read_whole(desk: Warehouse, keeping: dict[str, Keeping]) -> None:
    """Read every row, as copying them would: a file that was cut off or damaged can be opened all the same."""
    try:
        count(desk, keeping)
    except WarehouseError as error:
        raise WarehouseError(
            f"{error}\nIt cannot be read whole; where the file is damaged, take back a copy, or load its drops anew"
        ) from error


def backup_of(path: Path, version: int) -> Path:
    """Where the warehouse of that version is kept when it is migrated: beside the file itself."""
    whole = path.resolve()
    return whole.with_name(f"{whole.name}.version-{version}")


_TABLES = """
SELECT table_name AS name
FROM duckdb_tables()
WHERE database_name = 'old' AND schema_name = 'main' AND NOT internal AND table_name <> 'warehouse_version'
ORDER BY table_oid
"""
