"""Drops into the warehouse: every row of every file ends in its table or in `rejected_rows`, and counts add up."""

import errno
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from lookup_audit.errors import InputError, SettingsError, WarehouseError
from lookup_audit.ingest.drop import MAPPING_NAME, InputFile, files_of
from lookup_audit.ingest.load import known_report, load_file
from lookup_audit.ingest.mapping import load_mapping
from lookup_audit.ingest.readers import Reader, open_file
from lookup_audit.ingest.report import FileReport, IngestSummary, total_warnings
from lookup_audit.ingest.zone import load_zone
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import REQUIRED_TABLES

__all__ = ["FileReport", "IngestSummary", "ingest"]

Progress = Callable[[str, int, int], None]


def ingest(
    warehouse: Warehouse, drop: Path, *, mapping: Path | None = None, progress: Progress | None = None
) -> IngestSummary:
    """Load a drop; what became of each file, in order of name.

    Every file is opened and checked before the first is loaded, so that a file that cannot be used leaves
    the warehouse as it was. Each is then loaded in a transaction of its own.

    Parameters
    ----------
    warehouse
        Where to; its settings say the zone of local times.
    drop
        A folder of files named after their tables.
    mapping
        A mapping file; else the drop's own `mapping.toml`, where there is one.
    progress
        Called with the file's name, its number from 1, and how many there are, before each is loaded.

    Raises
    ------
    InputError
        The drop holds nothing to load, lacks what is required, or has a file that is corrupt or lacks a
        column. Nothing was changed, unless the message names files that were loaded.
    SettingsError
        The mapping says something unknown or impossible.
    """
    try:
        files, ignored = _files(warehouse, drop, mapping)
    except OSError as error:  # a folder without rights, a share that is gone
        raise InputError(f"{drop}: cannot be read: {error.strerror}") from error
    _require_tables(warehouse, drop, files, ignored)
    reports: list[FileReport] = []
    with _private_folder(warehouse.path) as folder:
        readers = _open_all(warehouse, files, folder)
        if readers:
            load_zone(warehouse)
        for index, file in enumerate(files):
            if progress:
                progress(file.name, index + 1, len(files))
            try:
                report = _load(warehouse, file, readers, index, folder / str(index))
            except (InputError, WarehouseError) as error:
                raise type(error)(f"{error}{_what_was_loaded(reports)}") from error
            except OSError as error:  # a share that is gone, a disk that fails
                where = error.filename or drop / file.name
                raise InputError(
                    f"{where}: could not be read to the end: {error.strerror}{_what_was_loaded(reports)}"
                ) from error
            reports.append(report)
    new_files = [
        file.file_id for file, report in zip(files, reports, strict=True) if report.status == "loaded"
    ]
    warnings = total_warnings(reports) + _unknown(warehouse, new_files)
    return IngestSummary(reports, ignored, {name: count for name, count in sorted(warnings.items()) if count})


def _files(warehouse: Warehouse, drop: Path, given: Path | None) -> tuple[list[InputFile], list[str]]:
    own = drop / MAPPING_NAME
    path = given or (own if own.is_file() else None)
    if path is None:
        return files_of(drop, None)
    mapping = load_mapping(path)
    for layout in mapping.time_formats:
        try:
            warehouse.value("SELECT try_strptime('', $layout)", {"layout": layout})
        except duckdb.Error as error:
            raise SettingsError(f"{path}: {layout!r} is no time format: {error}") from error
    return files_of(drop, mapping)


def _require_tables(warehouse: Warehouse, drop: Path, files: list[InputFile], ignored: list[str]) -> None:
    """Refuse a drop with nothing in it, or after which a required table was still never loaded."""
    seen = f"; ignored: {'; '.join(ignored)}" if ignored else ""
    if not files:
        raise InputError(f"{drop}: holds no file that names a table{seen}")
    loaded = {row["table_name"] for row in warehouse.rows("SELECT DISTINCT table_name FROM input_files")}
    missing = [name for name in REQUIRED_TABLES if name not in loaded | {file.table for file in files}]
    if missing:
        raise InputError(
            f"{drop}: no file for {' and '.join(missing)}, which an audit needs, and none was loaded before{seen}"
        )


def _open_all(warehouse: Warehouse, files: list[InputFile], folder: Path) -> dict[int, Reader]:
    """Readers, by position, of the files whose content is new; raises before anything is loaded."""
    readers = {}
    for index, file in enumerate(files):
        if _known(warehouse, file) is None:
            own = folder / str(index)
            own.mkdir(mode=0o700)
            readers[index] = open_file(file, warehouse, own)
    return readers


def _known(warehouse: Warehouse, file: InputFile) -> FileReport | None:
    """The report of an earlier load of this content, if that counts.

    When a mapping names the file and not one of its rows came through, that mapping was at fault, and a
    better one may be there now: such a file is loaded anew.
    """
    known = known_report(warehouse, file)
    failed = known is not None and known.rows_rejected == known.rows_read > 0
    alone = warehouse.value("SELECT count(*) FROM input_files WHERE file_id = $id", {"id": file.file_id}) == 1
    return None if failed and alone and file.mapped else known


def _load(
    warehouse: Warehouse, file: InputFile, readers: dict[int, Reader], index: int, folder: Path
) -> FileReport:
    known = _known(warehouse, file)  # again, because a file of the same content may have come before it
    if known is not None:
        return known
    try:
        return load_file(warehouse, readers[index], folder)
    finally:
        shutil.rmtree(folder)


def _what_was_loaded(reports: list[FileReport]) -> str:
    names = [report.file for report in reports if report.status == "loaded"]
    if not names:
        return ""
    return f"\nNothing of that file was kept. Loaded before it, and complete: {', '.join(names)}"


def _unknown(warehouse: Warehouse, file_ids: list[str]) -> Counter[str]:
    """How many lookups of these files are by a user, or of a subject, that no table knows."""
    counts: Counter[str] = Counter()
    for warning, column, table in (
        ("unknown_user", "user_id", "users"),
        ("unknown_subject", "subject_id", "subjects"),
    ):
        if file_ids and warehouse.count(table):
            counts[warning] = int(
                warehouse.value(
                    f"SELECT count(*) FROM lookups WHERE file_id IN (SELECT unnest($files::VARCHAR[])) "
                    f"AND {column} IS NOT NULL AND {column} NOT IN (SELECT {column} FROM {table})",
                    {"files": file_ids},
                )
            )
    return counts


@contextmanager
def _private_folder(warehouse: Path | None) -> Iterator[Path]:
    """A folder that only its owner can enter, beside the warehouse, gone afterwards.

    One that a killed process left is removed first; the warehouse is open, so that process is no more.
    What the engine spills to disk meanwhile is its owner's alone as well.
    """
    before = os.umask(0o077)
    try:
        if warehouse is None:
            folder = Path(tempfile.mkdtemp(prefix="lookup-audit-"))
        else:
            folder = warehouse.with_name(f"{warehouse.name}.ingest")
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        raise WarehouseError(f"beside {warehouse}: cannot write: {error.strerror}") from error
    finally:
        os.umask(before)
