"""The log of who looked at whom: each entry carries the hash of the one before, so that tampering shows."""

import getpass
import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

from lookup_audit.errors import UsageError
from lookup_audit.warehouse import Warehouse

_FIRST = "0" * 64
_HASHED = ("entry", "entered_at", "actor", "action", "about", "reason", "previous")


def record(
    warehouse: Warehouse, *, action: str, about: str | None, reason: str, actor: str | None = None
) -> int:
    """The number of the entry that was added, from 1; call it before the deed, so that no deed goes unseen.

    `action` is what is done (``dossier``, ``triage``), `about` the user or alert that it is done to,
    `reason` the mandate's reference or the note, and `actor` who does it: the operating-system account
    when not given. Raises `UsageError` when there is no reason.
    """
    if not reason.strip():
        raise UsageError(f"{action}: say why; an entry in the log of who looked at whom needs a reason")
    last = warehouse.rows("SELECT entry, hash FROM trail ORDER BY entry DESC LIMIT 1")
    added: dict[str, Any] = {
        "entry": last[0]["entry"] + 1 if last else 1,
        "entered_at": datetime.now(UTC).replace(tzinfo=None),
        "actor": actor or _account(),
        "action": action,
        "about": about,
        "reason": reason,
        "previous": last[0]["hash"] if last else _FIRST,
    }
    warehouse.run(
        "INSERT INTO trail (entry, entered_at, actor, action, about, reason, previous, hash) "
        "VALUES ($entry, $entered_at, $actor, $action, $about, $reason, $previous, $hash)",
        {**added, "hash": _hash(added)},
    )
    return int(added["entry"])


def verify(warehouse: Warehouse, *, known_hash: str | None = None) -> list[str]:
    """What is wrong with the log, one sentence a fault; empty when it is whole.

    Finds entries that were changed, removed, or put in another order. Entries cut off at the end leave a
    shorter chain that is whole in itself, and whoever rewrites every hash leaves a new one: keep the
    latest hash elsewhere, and pass it as `known_hash` to find those too.
    """
    faults = []
    entries = warehouse.rows("SELECT * FROM trail ORDER BY entry, entered_at, hash")
    expected, previous = 1, _FIRST
    for entry in entries:
        number = entry["entry"]
        if number > expected:
            faults.append(f"entry {expected} to {number - 1}: removed")
        elif number < expected:
            faults.append(f"entry {number}: is there more than once, or moved")
        if entry["previous"] != previous:
            faults.append(f"entry {number}: does not follow the entry before it")
        if entry["hash"] != _hash(entry):
            faults.append(f"entry {number}: changed after it was made")
        expected, previous = number + 1, entry["hash"]
    if known_hash is not None and known_hash not in {_FIRST, *(entry["hash"] for entry in entries)}:
        faults.append(
            f"no entry has the hash {known_hash}: entries were cut off at the end, or all rewritten"
        )
    return faults


def _hash(entry: dict[str, Any]) -> str:
    """SHA-256 over one entry as canonical JSON, the hash of the entry before included."""
    hashed = {name: entry[name] for name in _HASHED}
    hashed["entered_at"] = entry["entered_at"].isoformat(timespec="microseconds")
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _account() -> str:
    """The operating-system account; its number where it has no name (a container)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return f"uid {os.getuid()}"
