"""The secret key of a warehouse, in a file of its own that only its owner can read.

The warehouse holds the key's fingerprint, never the key, so that a lost or exchanged key is noticed: with
another key, pseudonyms, references and rounding would change without a word.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from weakref import WeakKeyDictionary

from lookup_audit.clock import utc_now
from lookup_audit.errors import SettingsError
from lookup_audit.warehouse import Warehouse

_BYTES = 32
_in_memory: WeakKeyDictionary[Warehouse, bytes] = WeakKeyDictionary()


def warehouse_key(warehouse: Warehouse) -> bytes:
    """The key that belongs to a warehouse, 32 bytes, made on first use in its file (`key_file`).

    A warehouse in memory has a key for as long as it lives. Raises `SettingsError` where the file is gone,
    is not the key that this warehouse was used with, is no key, or others than its owner may read it.
    """
    if warehouse.path is None:
        return _in_memory.setdefault(warehouse, secrets.token_bytes(_BYTES))
    known = _current_print(warehouse)
    path = key_file(warehouse, warehouse.path)
    if known is None:
        if not path.exists():
            _write(path, secrets.token_bytes(_BYTES))
        key = _read(path)
        _remember(warehouse, key)
        return key
    _finish_rotation(path, known)
    if not path.exists():
        raise SettingsError(
            f"{path}: the key of this warehouse is gone. Put it back from its backup; or accept new pseudonyms "
            "and references with: lookup-audit key rotate --lost"
        )
    key = _read(path)
    if fingerprint(key) != known:
        raise SettingsError(
            f"{path}: is not the key that this warehouse was used with. Put the right one back; or accept new "
            "pseudonyms and references with: lookup-audit key rotate --lost"
        )
    return key


def rotate_key(warehouse: Warehouse, *, lost: bool = False) -> str:
    """Put a new key in the old one's place; the new fingerprint.

    Pseudonyms and references made before can no longer be told whose they are, and dashboards round anew.
    The new key is written beside the old one, takes effect with the warehouse's own record, and then
    replaces the file; a process that is killed leaves one or the other. Raises `SettingsError` as
    `warehouse_key` does, unless the old key is `lost`.
    """
    if not lost:
        warehouse_key(warehouse)
    key = secrets.token_bytes(_BYTES)
    if warehouse.path is None:
        _in_memory[warehouse] = key
        return fingerprint(key)
    path = key_file(warehouse, warehouse.path)
    _write(_next_file(path), key)
    _remember(warehouse, key)
    return fingerprint(key)


def finish_rotation(warehouse: Warehouse) -> None:
    """Let the file follow the warehouse's record, once the transaction that rotated the key is over."""
    known = _current_print(warehouse)
    if warehouse.path is not None and known is not None:
        _finish_rotation(key_file(warehouse, warehouse.path), known)


def key_file(warehouse: Warehouse, path: Path) -> Path:
    """Where the key of the warehouse at this path is: as configured, else `<warehouse>.key` beside it."""
    configured = warehouse.settings.key_file
    return Path(configured) if configured else path.with_name(f"{path.name}.key")


def fingerprint(key: bytes) -> str:
    """16 hex digits that tell keys apart and say nothing about them."""
    return hashlib.sha256(derived(key, "fingerprint")).hexdigest()[:16]


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, 32 bytes: knowing it says nothing about the key or its other purposes."""
    return hmac.digest(key, purpose.encode(), "sha256")


def fraction(key: bytes, *name: str) -> float:
    """A number from 0 up to 1 that belongs to a name: always the same, and unknown without the key."""
    text = "".join(f"{len(part)}:{part}" for part in name)
    return (
        int.from_bytes(hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")[:6], "big") / 2**48
    )


def _current_print(warehouse: Warehouse) -> str | None:
    found = warehouse.value("SELECT fingerprint FROM key_prints WHERE retired_at IS NULL")
    return None if found is None else str(found)


def _remember(warehouse: Warehouse, key: bytes) -> None:
    now = utc_now()
    warehouse.run("UPDATE key_prints SET retired_at = $now WHERE retired_at IS NULL", {"now": now})
    warehouse.run(
        "INSERT INTO key_prints (fingerprint, made_at) VALUES ($fingerprint, $now)",
        {"fingerprint": fingerprint(key), "now": now},
    )


def _next_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _finish_rotation(path: Path, known: str) -> None:
    """A rotation that was under way took effect if the warehouse knows the new key, and never happened if not."""
    following = _next_file(path)
    if not following.exists():
        return
    if fingerprint(_read(following)) == known:
        following.replace(path)
    else:
        following.unlink()


def _write(path: Path, key: bytes) -> None:
    """Write a key whole or not at all, and to the disk before anything relies on it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SettingsError(
            f"{path}: others may read this key; make it readable by its owner only (chmod 600)"
        )
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise SettingsError(f"{path}: holds no key of {_BYTES} bytes in hexadecimal")
    return key
