"""Ed25519 signatures (RFC 8032) over a manifest, by keys that stand in files of their own."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lookup_audit.errors import UsageError
from lookup_audit.reporting.dossier.manifest import sha256

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_MOST_BYTES = 100_000
_HOW = "make one with: openssl genpkey -algorithm ed25519"


@dataclass(frozen=True)
class Signer:
    """A key that signs: `public_key` is its other half in PEM, `fingerprint` the SHA-256 of that in DER."""

    key: "Ed25519PrivateKey"
    public_key: bytes
    fingerprint: str

    def sign(self, content: bytes) -> bytes:
        """The 64 bytes of the signature; the same content always has the same."""
        return self.key.sign(content)


def load_signer(path: Path) -> Signer:
    """The private key in a PEM file.

    Raises `UsageError` when others than its owner may read the file, or it holds no Ed25519 private key that
    opens without a passphrase.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _read(path, secret=True)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as error:
        raise UsageError(f"{path}: is locked with a passphrase; only keys without one are read") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path}: holds no private key in PEM; {_HOW}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: holds a key of another kind than Ed25519; {_HOW}")
    return Signer(key, _pem(key.public_key()), _fingerprint(key.public_key()))


def load_public_key(path: Path) -> bytes:
    """The public key in a PEM file, in PEM; `UsageError` when there is none of Ed25519."""
    content = _read(path, secret=False)
    if fingerprint_of(content) is None:
        raise UsageError(
            f"{path}: holds no Ed25519 public key in PEM (openssl pkey -in KEY -pubout makes it)"
        )
    return content


def fingerprint_of(public_key: bytes) -> str | None:
    """The SHA-256 of a public key in DER, as 64 hex digits; None for what is no Ed25519 key in PEM."""
    key = _public(public_key)
    return _fingerprint(key) if key else None


def is_written_so(public_key: bytes) -> bool:
    """Whether these are the very bytes as which a key is written beside a manifest."""
    key = _public(public_key)
    return key is not None and _pem(key) == public_key


def is_signed(content: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the holder of the key signed this content."""
    from cryptography.exceptions import InvalidSignature

    key = _public(public_key)
    if key is None:
        return False
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _public(content: bytes) -> "Ed25519PublicKey | None":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _pem(key: "Ed25519PublicKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _fingerprint(key: "Ed25519PublicKey") -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _read(path: Path, *, secret: bool) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise UsageError(f"{path}: is no key")
        if secret and stat.S_IMODE(status.st_mode) & 0o077:
            raise UsageError(
                f"{path}: others than its owner may read this key; chmod 600 it, or make a new one"
            )
        return file.read(_MOST_BYTES)
