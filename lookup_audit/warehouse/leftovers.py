"""What a killed process left beside a warehouse: a new file that never took its place, and what was spilt."""

import shutil
from pathlib import Path


def remove_leftovers(path: Path) -> list[Path]:
    """The files and folders that were there, and are gone now.

    Call it only while this process has the warehouse open for writing: then no other process is at work on
    it, and what is there belongs to none. Without it, rows on their way through the engine would stay
    readable on disk after a crash, for the engine removes only what it spilt itself.
    """
    whole = path.resolve()
    found = [*whole.parent.glob(f"{_literal(whole.name)}.rebuild*"), path.with_name(f"{path.name}.tmp")]
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
