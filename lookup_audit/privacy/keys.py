"""The secret key of a warehouse, in a file of its own that only its owner can read."""

import contextlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from lookup_audit.errors import SettingsError

_BYTES = 32


def warehouse_key(warehouse: Path | None) -> bytes:
    """The key that belongs to a warehouse, 32 bytes, made on first use in `<warehouse>.key` beside it.

    Without a path (a warehouse in memory) the key lives as long as the process needs it. Raises
    `SettingsError` where the file is not such a key, or others than its owner may read it.
    """
    if warehouse is None:
        return secrets.token_bytes(_BYTES)
    path = warehouse.with_name(f"{warehouse.name}.key")
    if not path.exists():
        _make(path)
    return _read(path)


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, 32 bytes: knowing it says nothing about the key or its other purposes."""
    return hmac.digest(key, purpose.encode(), "sha256")


def fraction(key: bytes, *name: str) -> float:
    """A number from 0 up to 1 that belongs to a name: always the same, and unknown without the key."""
    text = "".join(f"{len(part)}:{part}" for part in name)
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:6], "big") / 2**48


def _make(path: Path) -> None:
    """Write a new key whole or not at all; where another process was first, its key stays."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(made)
    finally:
        made.unlink(missing_ok=True)


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
