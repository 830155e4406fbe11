"""The manifest of a dossier: every file with its size and hash, and what is needed to make it again."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lookup_audit.errors import InputError
from lookup_audit.reporting.language import LANGUAGES
from lookup_audit.settings import Language

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PUBLIC_KEY = "manifest.pub"
BESIDE = (MANIFEST, SIGNATURE, PUBLIC_KEY)
"""The files of a folder that its manifest cannot list."""

MOST_BYTES = 1_000_000
"""More than any manifest has: a file beyond this is not read."""

_FORMAT = "lookup-audit dossier, format 1"
_NAME = re.compile(r"(?:[a-z]+/)?[a-z0-9_-]{1,80}\.[a-z]{2,5}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_FILES = 1000


@dataclass(frozen=True)
class Asked:
    """What a dossier is of: with the same warehouse this makes it again. Days are local and included."""

    user_id: str
    mandate: str
    first: date
    last: date
    languages: tuple[Language, ...]
    redacted: bool


@dataclass(frozen=True)
class Listed:
    """One file as the manifest lists it; the name is relative, with `/`, and the size is in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a folder holds; `signed_by` is the fingerprint of the key, or None for one that is not signed."""

    asked: Asked
    files: tuple[Listed, ...]
    signed_by: str | None

    def content(self) -> bytes:
        """The manifest as a file: always the same bytes, ending in a seal over all before it.

        The seal finds a slip of the disk or the hand. Whoever rewrites the manifest makes a new one: only a
        signature, or the SHA-256 of the manifest noted elsewhere, finds that.
        """
        asked = {
            **asdict(self.asked),
            "first": self.asked.first.isoformat(),
            "last": self.asked.last.isoformat(),
        }
        body = {
            "format": _FORMAT,
            "asked": asked,
            "files": [asdict(one) for one in self.files],
            "signed_by": self.signed_by,
        }
        return _text({**body, "seal": sha256(_text(body))})


def make_manifest(asked: Asked, contents: Mapping[str, bytes], signed_by: str | None) -> Manifest:
    """The manifest of these files, by name → content."""
    listed = (Listed(name, len(contents[name]), sha256(contents[name])) for name in sorted(contents))
    return Manifest(asked, tuple(listed), signed_by)


def read_manifest(content: bytes) -> Manifest:
    """A manifest from the bytes of its file.

    Raises `InputError`, with what is wrong in a sentence, for all that `Manifest.content` cannot have written:
    nothing in it is trusted before that.
    """
    parsed = strict_json(content)
    try:
        found = Manifest(
            asked=_asked(parsed["asked"]),
            files=tuple(_listed(one) for one in parsed["files"]),
            signed_by=parsed["signed_by"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("is not a manifest of a dossier: a field is missing or of another kind") from error
    names = [one.name for one in found.files]
    if names != sorted(set(names)) or not 0 < len(names) <= _MOST_FILES:
        raise InputError("lists no file, too many, a file twice, or not in order")
    if found.signed_by is not None and not _SHA256.fullmatch(str(found.signed_by)):
        raise InputError("names a key by something that is no fingerprint")
    try:
        same = found.content() == content
    except UnicodeEncodeError as error:
        raise InputError("holds characters that are none") from error
    if not same:
        raise InputError("was changed after it was written: its seal does not fit it")
    return found


def strict_json(content: bytes) -> Any:
    """What JSON bytes say; `InputError` for a key given twice, a number that is none, or what is no JSON."""
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_without_twins, parse_constant=_no_number
        )
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text") from error
    except RecursionError as error:
        raise InputError("is nested deeper than any file of a dossier") from error
    except ValueError as error:
        raise InputError(f"is not JSON: {error}") from error


def sha256(content: bytes) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def _asked(given: dict[str, Any]) -> Asked:
    languages = tuple(given["languages"])
    if not languages or languages != tuple(one for one in LANGUAGES if one in languages):
        raise ValueError("no such languages")
    asked = Asked(
        user_id=_string(given["user_id"]),
        mandate=_string(given["mandate"]),
        first=date.fromisoformat(given["first"]),
        last=date.fromisoformat(given["last"]),
        languages=languages,
        redacted=given["redacted"],
    )
    if asked.last < asked.first or not isinstance(asked.redacted, bool):
        raise ValueError("no such period or option")
    return asked


def _listed(given: dict[str, Any]) -> Listed:
    name, size, digest = _string(given["name"]), given["size"], _string(given["sha256"])
    if not _NAME.fullmatch(name) or name in BESIDE:
        raise InputError("lists a file by a name that no dossier has")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not _SHA256.fullmatch(digest):
        raise InputError(f"lists {name} with a size or hash that is none")
    return Listed(name, size, digest)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _text(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
