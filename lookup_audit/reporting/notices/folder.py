"""The folder of one run's messages: prepared out of sight, and put in place whole once the run is recorded.

A mail system sees folders that are complete, and recorded, only. Between the record and the move a process can be
killed; the next run with the same folder finishes that move, or throws away what was prepared and never recorded.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from shutil import rmtree

from lookup_audit.reporting.page import write_file
from lookup_audit.warehouse import Warehouse

_NAME = re.compile(r"\d{4}-\d\d-\d\d-(b-[0-9a-f]{16})")
_OUT_OF_SIGHT = ".prepared"


def name_of(today: date, batch_id: str) -> str:
    """The name of a run's folder: the day, and the run."""
    return f"{today}-{batch_id}"


def prepare(out: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """The folder with these files, out of sight under `out`, and on the disk; for its owner only."""
    prepared = out / _OUT_OF_SIGHT / name
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepared.parent.mkdir(mode=0o700, exist_ok=True)
    prepared.mkdir(mode=0o700)
    try:
        for file, content in files.items():
            _to_disk(write_file(prepared / file, content))
        _to_disk(prepared)
    except BaseException:
        throw_away(prepared)
        raise
    return prepared


def put_in_place(prepared: Path) -> Path:
    """The folder where a mail system looks; call it once the run is recorded."""
    out_of_sight = prepared.parent
    placed = prepared.rename(out_of_sight.parent / prepared.name)
    _to_disk(placed.parent)
    _remove_when_empty(out_of_sight)
    return placed


def throw_away(prepared: Path) -> None:
    """Remove what was prepared and not recorded."""
    rmtree(prepared)
    _remove_when_empty(prepared.parent)


def finish(warehouse: Warehouse, out: Path) -> list[Path]:
    """The folders that a stopped run had recorded and not put in place, in place now.

    What it had prepared and not recorded goes: nobody is known to have been written to.
    """
    placed = []
    for prepared in sorted((out / _OUT_OF_SIGHT).glob("*")):
        found = _NAME.fullmatch(prepared.name)
        if found and warehouse.value(_RECORDED, {"batch": found[1]}):
            placed.append(put_in_place(prepared))
        elif found:
            throw_away(prepared)
    return placed


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_when_empty(folder: Path) -> None:
    with suppress(OSError):  # another run is in it
        folder.rmdir()


_RECORDED = "SELECT count(*) FROM notices WHERE batch_id = $batch"
