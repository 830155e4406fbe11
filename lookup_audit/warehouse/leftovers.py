"""What a killed process left beside a warehouse: a new file that never took its place, and rows on their way."""

import shutil
from pathlib import Path


def remove_leftovers(path: Path) -> list[Path]:
    """The files and folders that were there, and are gone now.

    Call it only while this process has the warehouse open for writing: then no other process is at work on
    it, and what is there belongs to none. Without it, rows on their way through the engine would stay
    readable on disk after a crash, for the engine removes only what it spilt itself.
    """
    whole = path.resolve()
    found = [*_like(whole, "rebuild"), *_like(whole, "new-"), spill_folder(path), ingest_folder(path)]
    # what a migration would have left as the old file, killed just before the new one took its name
    found += [kept for kept in _like(whole, "version-") if whole.exists() and kept.samefile(whole)]
    return _remove([*found, path.with_name(f"{path.name}.tmp")])


def remove_unfinished(part: Path) -> None:
    """Take away a file under its own name that never got its place, and what the engine has beside it."""
    _remove([part, *_like(part, "")])


def spill_folder(path: Path) -> Path:
    """Where the engine puts what does not fit in memory, beside the file itself."""
    whole = path.resolve()
    return whole.with_name(f"{whole.name}.tmp")


def ingest_folder(path: Path) -> Path:
    """Where files are unpacked and read into shape while they are loaded."""
    return path.with_name(f"{path.name}.ingest")


def _like(whole: Path, ending: str) -> list[Path]:
    return list(whole.parent.glob(f"{_literal(whole.name)}.{ending}*"))


def _remove(found: list[Path]) -> list[Path]:
    removed = []
    for one in found:
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif one.exists() or one.is_symlink():
            one.unlink()
        else:
            continue
        removed.append(one)
    return removed


def _literal(name: str) -> str:
    """The name as a pattern that matches nothing else."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)
