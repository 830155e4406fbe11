"""Whether a folder is the dossier that was written: needs no warehouse, and trusts nothing in the folder."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lookup_audit.errors import InputError, UsageError
from lookup_audit.reporting.dossier.folder import entries_of, open_regular, read_regular
from lookup_audit.reporting.dossier.manifest import (
    BESIDE,
    MANIFEST,
    MOST_BYTES,
    PUBLIC_KEY,
    SIGNATURE,
    Listed,
    Manifest,
    read_manifest,
    sha256,
)
from lookup_audit.reporting.dossier.signature import fingerprint_of, is_signed, is_written_so, load_public_key
from lookup_audit.reporting.plain import shown

_MOST_SIGNATURE = 10_000
_PIECE = 1 << 20
_MOST_NAMED = 50


@dataclass(frozen=True)
class Checked:
    """What a folder proved to be: no `faults`, and it is the dossier that its manifest describes.

    `manifest_sha256` is None without a manifest; `signed_by` is the fingerprint of the key that the manifest
    names, and `signature` says how far that was checked: none, with the key in the folder (which proves
    nothing about whose it is), or with a key that was given.
    """

    faults: tuple[str, ...]
    files: int
    manifest_sha256: str | None
    signed_by: str | None
    signature: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_folder(
    folder: Path, *, public_key: Path | None = None, manifest_hash: str | None = None
) -> Checked:
    """Every fault of a folder, one sentence each: files changed, cut, removed, added, renamed or swapped.

    Whoever rewrites the manifest with all its hashes leaves a folder that is whole in itself: only the public
    key of who signed it, or the manifest's SHA-256 as it was noted elsewhere, finds that.

    Raises `UsageError` for a public key or hash that is none; whatever the folder holds is never an error.
    """
    if manifest_hash is not None and not re.fullmatch(r"[0-9a-f]{64}", manifest_hash.strip().lower()):
        raise UsageError(f"{manifest_hash!r} is no SHA-256: it has 64 digits from 0 to f")
    key = load_public_key(public_key) if public_key else None
    if not folder.is_dir():
        return Checked((f"{shown(str(folder))}: there is no folder here",), 0, None, None, "none")
    try:
        content = read_regular(folder, MANIFEST, MOST_BYTES)
    except InputError as error:
        return Checked((f"{MANIFEST}: {error}",), 0, None, None, "none")
    known = sha256(content)
    faults = []
    if manifest_hash is not None and known != manifest_hash.strip().lower():
        faults.append(f"{MANIFEST}: is not the one that was noted: its SHA-256 is {known}")
    try:
        manifest = read_manifest(content)
    except InputError as error:
        return Checked((*faults, f"{MANIFEST}: {shown(str(error))}"), 0, known, None, "none")
    faults += _files(folder, manifest)
    faults += _signature(folder, content, manifest, key)
    signature = "none" if manifest.signed_by is None else "given key" if key else "own key"
    return Checked(tuple(faults), len(manifest.files), known, manifest.signed_by, signature)


def _files(folder: Path, manifest: Manifest) -> list[str]:
    listed = {one.name: one for one in manifest.files}
    inner = {name.rpartition("/")[0] for name in listed} - {""}
    try:
        there = entries_of(folder, inner)
    except InputError as error:
        return [f"{shown(str(folder))}: {error}"]
    unlisted = sorted(set(there) - set(listed) - set(BESIDE) - inner)
    hashes = {name: _hash(folder, name) for name in unlisted if stat.S_ISREG(there[name].st_mode)}
    faults, moved = [], set()
    for name, one in listed.items():
        if name not in there:
            new = next((new for new in hashes if hashes[new] == one.sha256 and new not in moved), None)
            moved.add(new)
            faults.append(f"{name}: {f'renamed to {shown(new)}' if new else 'removed'}")
        elif fault := _fault(folder, one, there[name], listed):
            faults.append(f"{name}: {fault}")
    added = [name for name in unlisted if name not in moved]
    faults += [f"{shown(name)}: added, no dossier has it" for name in added[:_MOST_NAMED]]
    if len(added) > _MOST_NAMED:
        faults.append(f"{len(added) - _MOST_NAMED} more files or folders: added")
    faults += [
        f"{name}: is no folder, or a link"
        for name in sorted(inner & set(there))
        if not stat.S_ISDIR(there[name].st_mode)
    ]
    return faults


def _fault(  # noqa: PLR0911 - one sentence a kind of fault
    folder: Path, one: Listed, status: os.stat_result, listed: Mapping[str, Listed]
) -> str | None:
    """What is wrong with a file that is there, or None."""
    if not stat.S_ISREG(status.st_mode):
        return "is a link" if stat.S_ISLNK(status.st_mode) else "is no ordinary file"
    if status.st_size > one.size and all(status.st_size != other.size for other in listed.values()):
        return f"changed: {status.st_size} bytes where there were {one.size}"
    found = _hash(folder, one.name)
    if found is None:
        return "cannot be read"
    if found == one.sha256 and status.st_size == one.size:
        return None
    other = next((other.name for other in listed.values() if other.sha256 == found), None)
    if other:
        return f"changed: it holds what {other} held"
    if status.st_size < one.size:
        return f"changed or cut off: {status.st_size} bytes where there were {one.size}"
    return "changed"


def _hash(folder: Path, name: str) -> str | None:
    """SHA-256 of a file; None when it is none, cannot be read, or is larger than a name could make it."""
    try:
        handle = open_regular(folder, name)
    except InputError:
        return None
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


def _signature(folder: Path, content: bytes, manifest: Manifest, key: bytes | None) -> list[str]:
    """What is wrong with the signature; a folder without one is wrong only when a key was given."""
    there = {name: os.path.lexists(folder / name) for name in (SIGNATURE, PUBLIC_KEY)}
    if manifest.signed_by is None:
        faults = [
            f"{name}: added, this dossier was not signed" for name, is_there in there.items() if is_there
        ]
        return faults + (
            [f"{MANIFEST}: is not signed, and a public key was given to check it with"] if key else []
        )
    found: dict[str, bytes] = {}
    faults = []
    for name, is_there in there.items():
        try:
            found[name] = read_regular(folder, name, _MOST_SIGNATURE)
        except InputError as error:
            faults.append(f"{name}: {error if is_there else 'removed'}")
    own = found.get(PUBLIC_KEY)
    if own is not None and not (is_written_so(own) and fingerprint_of(own) == manifest.signed_by):
        faults.append(f"{PUBLIC_KEY}: changed, it is not the key that the manifest names")
        own = None
    if key is not None and fingerprint_of(key) != manifest.signed_by:
        faults.append(f"{MANIFEST}: names another key than the one that was given: {manifest.signed_by}")
    signature, checked_with = found.get(SIGNATURE), key or own
    if signature is not None and checked_with and not is_signed(content, signature, checked_with):
        faults.append(f"{SIGNATURE}: is no signature of this manifest by {'the given' if key else 'its'} key")
    return faults
