"""A folder that appears whole or not at all, and of which every byte is asked for by name."""

import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from lookup_audit.errors import InputError, UsageError
from lookup_audit.reporting.dossier.manifest import BESIDE, MANIFEST, MOST_BYTES, PUBLIC_KEY, read_manifest
from lookup_audit.reporting.page import write_file

State = Literal["written", "unchanged", "replaced"]

_ENOUGH = 10_000  # entries in a folder beyond which no more are asked for


def put_folder(folder: Path, contents: Mapping[str, bytes], *, replace: bool) -> State:
    """Write these files (name → content) as one folder, readable by its owner only; what became of it.

    They are written beside it first, then the whole is renamed. A folder that is there already and is the
    same stays as it is.

    Raises
    ------
    UsageError
        There is another folder or file of this name, and `replace` was not asked for; or it was, and what is
        there is no dossier: that is never removed.
    """
    _remove_torn(folder)
    there = _what_is_there(folder, contents)
    if there == "same":
        return "unchanged"
    if there == "other" and not replace:
        raise UsageError(
            f"{folder}: is there already, with another content; --replace puts this one in its place"
        )
    if there == "other" and PUBLIC_KEY not in contents and os.path.lexists(folder / PUBLIC_KEY):
        raise UsageError(f"{folder}: is signed, and this one would not be; sign it too (--sign-key)")
    if there == "foreign":
        raise UsageError(f"{folder}: is there already, and is no dossier; nothing is replaced")
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))  # made with mode 0700
    try:
        for name, content in contents.items():
            write_file(made / name, content)
        if there == "other":
            _exchange(made, folder)
        else:
            made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return "replaced" if there == "other" else "written"


def _remove_torn(folder: Path) -> None:
    """Take away what a killed process left half made beside it: it holds what the dossier holds, unseen.

    The process that writes dossiers has the warehouse to itself, so none is at work on it.
    """
    for torn in folder.parent.glob(f".{glob.escape(folder.name)}.????????"):
        if torn.is_dir() and not torn.is_symlink():
            shutil.rmtree(torn)


def _exchange(made: Path, folder: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    folder.rename(old)  # onto an empty folder, which is allowed
    try:
        made.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _what_is_there(
    folder: Path, contents: Mapping[str, bytes]
) -> Literal["nothing", "same", "other", "foreign"]:
    if not os.path.lexists(folder):
        return "nothing"
    if folder.is_symlink() or not folder.is_dir():
        return "foreign"
    try:
        known = read_manifest(read_regular(folder, MANIFEST, MOST_BYTES))
    except InputError:
        return "foreign"
    names = _with_folders(contents)
    listed = _with_folders({*BESIDE, *(one.name for one in known.files)})
    there = set(entries_of(folder, {name.rpartition("/")[0] for name in names | listed if "/" in name}))
    if there - names - listed:
        return "foreign"  # somebody's notes are not a dossier's to remove
    try:
        same = there == names and all(
            read_regular(folder, name, len(content)) == content for name, content in contents.items()
        )
    except InputError:
        same = False
    return "same" if same else "other"


def _with_folders(names: Iterable[str]) -> set[str]:
    return {part for name in names for part in (name, name.rpartition("/")[0]) if part}


def entries_of(folder: Path, opened: set[str]) -> dict[str, os.stat_result]:
    """What stands in a folder and in those of its sub-folders that are `opened`: name → status, links unfollowed.

    Raises `InputError` when it cannot be listed, or holds more than any dossier.
    """
    found: dict[str, os.stat_result] = {}
    for inner in ("", *sorted(opened)):
        place = folder / inner
        if inner and (place.is_symlink() or not place.is_dir()):
            continue
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    found[f"{inner}/{entry.name}" if inner else entry.name] = entry.stat(
                        follow_symlinks=False
                    )
                    if len(found) > _ENOUGH:
                        raise InputError("holds more files than any dossier")
        except OSError as error:
            raise InputError(f"cannot be listed: {error.strerror}") from error
    return found


def read_regular(folder: Path, name: str, most: int) -> bytes:
    """The content of a file, which must be a regular file of at most so many bytes, and no link.

    Raises `InputError` with what is wrong in a sentence that follows the file's name.
    """
    handle = open_regular(folder, name)
    with os.fdopen(handle, "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise InputError(f"has more than {most} bytes")
        content = file.read(most + 1)
    if len(content) > most:  # it grew while it was read
        raise InputError(f"has more than {most} bytes")
    return content


def open_regular(folder: Path, name: str) -> int:
    """A handle on a regular file; `InputError` for links, devices, pipes, and what cannot be read."""
    *inner, last = name.split("/")
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    place = None
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in inner:
            parent, place = place, os.open(part, flags | os.O_DIRECTORY, dir_fd=place)
            os.close(parent)
        handle = os.open(last, flags, dir_fd=place)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name cannot be"
        raise InputError(f"cannot be read as a file: {reason}") from error
    finally:
        if place is not None:
            os.close(place)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputError("is no ordinary file")
    return handle
