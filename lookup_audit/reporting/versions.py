"""Versions of a folder beside each other, and a link to the one that is current, which is swapped in one step."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
_VERSION = re.compile(r"version-(\d{6,})")
_PART = re.compile(r"\.(version-\d{6,}|current)\.part")


@dataclass(frozen=True)
class Manifest:
    """What a version holds: each file by its name in it, with `rows`, `bytes`, `sha256`, and when it is another.

    `identity` is what no two versions beside each other may differ in; `layout` tells columns apart.
    """

    version: int
    identity: dict[str, Any]
    layout: str
    files: dict[str, dict[str, Any]]


class Versions:
    """The versions in a folder, which is made for its owner alone when it is not there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mode = home.stat().st_mode & 0o755  # who may read the folder may read what is in it

    def current(self) -> Manifest | None:
        """The manifest of the version that readers have; None where there is none, or it is no manifest."""
        try:
            target = (self.home / "current").readlink()
        except FileNotFoundError:
            return None
        return self._manifest(self.home / target)

    def has(self, version: Manifest, name: str) -> bool:
        """Whether a file of a version is there as its manifest says; one without rows needs none."""
        entry = version.files[name]
        if not entry["rows"]:
            return True
        path = self.home / _folder(version.version) / name
        return path.is_file() and path.stat().st_size == entry["bytes"]

    @contextmanager
    def part(self, number: int) -> Iterator[Path]:
        """A folder in which a version is put together; gone when the block ends without `swap`."""
        folder = self.home / f".{_folder(number)}.part"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def link(self, version: Manifest | None, names: Sequence[str], part: Path) -> None:
        """Give files of a version a second name in a part."""
        if version is None:
            return
        for name in names:
            if version.files[name]["rows"]:
                (part / name).parent.mkdir(exist_ok=True)
                (part / name).hardlink_to(self.home / _folder(version.version) / name)

    def swap(self, part: Path, manifest: Manifest) -> None:
        """Make a part the current version, once all of it is on the disk; then older ones go."""
        (part / MANIFEST).write_text(json.dumps(vars(manifest), indent=1) + "\n", encoding="utf-8")
        for path in [*part.rglob("*"), part]:
            if path.is_dir() or path.stat().st_nlink == 1:  # what is linked is on the disk already
                path.chmod(self._mode if path.is_dir() else self._mode & 0o644)
                _to_disk(path)
        part.replace(self.home / _folder(manifest.version))
        link = self.home / ".current.part"
        link.symlink_to(_folder(manifest.version))
        _to_disk(self.home)
        link.replace(self.home / "current")
        _to_disk(self.home)
        self.tidy()

    def tidy(self) -> None:
        """Remove what a killed process left, and versions but the current one and the one before.

        The one before goes too where its identity is another: a key that was rotated, or rows that are forgotten.
        What has the name of a version and no manifest was put there by somebody else, and stays.
        """
        current = self.current()
        versions = {
            int(found[1]): path
            for path in self.home.iterdir()
            if (found := _VERSION.fullmatch(path.name)) and self._manifest(path)
        }
        keep = {current.version} if current else set()
        older = max((number for number in versions if current and number < current.version), default=None)
        if current and older is not None:
            before = self._manifest(versions[older])
            keep |= {older} if before and before.identity == current.identity else set()
        for number, path in versions.items():
            if number not in keep:
                self._remove(path)
        for path in self.home.iterdir():
            if _PART.fullmatch(path.name):
                self._remove(path)

    def _remove(self, path: Path) -> None:
        if path.is_symlink():
            path.unlink()
            return
        doomed = self.home / f".{path.name.strip('.').removesuffix('.part')}.part"
        if path != doomed:
            path.replace(doomed)  # no reader takes half of it for a version
        shutil.rmtree(doomed)

    def _manifest(self, folder: Path) -> Manifest | None:
        try:
            return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def _folder(number: int) -> str:
    return f"version-{number:06}"


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
