"""The log of who looked at whom: each entry carries the hash of the one before, so that tampering shows."""

import hashlib
import json
from datetime import date
from typing import Any, Literal

from lookup_audit.clock import later_than
from lookup_audit.errors import UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.warehouse import Warehouse

Outcome = Literal["done", "refused"]

_FIRST = "0" * 64
_HASHED = ("entry", "entered_at", "actor", "claimed", "action", "outcome", "about", "reason", "previous")


def record(  # noqa: PLR0913 - each is a field of the entry
    warehouse: Warehouse,
    *,
    action: str,
    about: str | None,
    reason: str,
    who: Actor,
    outcome: Outcome = "done",
) -> int:
    """The number of the entry that was added, from 1; call it before the deed, so that no deed goes unseen.

    `action` is what is done (``dossier``, ``triage``), `about` the id of the user that it is done to, or what
    else it is about, `reason` the mandate's reference or the note. Raises `UsageError` when there is no reason.
    """
    if not reason.strip():
        raise UsageError(f"{action}: say why; an entry in the log of who looked at whom needs a reason")
    last = warehouse.rows("SELECT entry, entered_at, hash FROM trail ORDER BY entry DESC LIMIT 1")
    added: dict[str, Any] = {
        "entry": last[0]["entry"] + 1 if last else 1,
        "entered_at": later_than(last[0]["entered_at"] if last else None),
        "actor": who.account,
        "claimed": who.claimed,
        "action": action,
        "outcome": outcome,
        "about": about,
        "reason": reason.strip(),
        "previous": last[0]["hash"] if last else _FIRST,
    }
    warehouse.run(_ADD, {**added, "hash": _hash(added)})
    return int(added["entry"])


def anchor(warehouse: Warehouse) -> str:
    """The last entry as `number:hash`, to be kept elsewhere; `0:000…` while there is none.

    Whoever has it can tell later whether anything up to that entry was changed, or cut off at the end.
    """
    last = warehouse.rows("SELECT entry, hash FROM trail ORDER BY entry DESC, entered_at DESC LIMIT 1")
    return f"{last[0]['entry']}:{last[0]['hash']}" if last else f"0:{_FIRST}"


def verify(warehouse: Warehouse, *, anchors: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with the log, one sentence a fault; empty when it is whole.

    Finds entries that were changed, removed, or put in another order. Entries cut off at the end leave a
    shorter chain that is whole in itself, and whoever rewrites every hash leaves a new one: only an
    `anchor` that was kept elsewhere finds those. Raises `UsageError` for what is no anchor.
    """
    entries = warehouse.rows("SELECT * FROM trail ORDER BY entry, entered_at, hash")
    faults = []
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
    hashes = {0: _FIRST, **{entry["entry"]: entry["hash"] for entry in entries}}
    for number, known in map(_parts, anchors):
        if number not in hashes:
            faults.append(f"entry {number}: is gone, where an anchor was printed; cut off at the end")
        elif hashes[number] != known:
            faults.append(
                f"entry {number}: is not the one of which an anchor was printed; the log was rewritten"
            )
    return faults


def entries_about(warehouse: Warehouse, user_id: str, today: date) -> list[dict[str, Any]]:
    """Each entry about one user, oldest first: entered_at (UTC), actor, claimed, action, outcome, reason.

    It is what an officer gets to see who asks who looked at the file. `under_open_mandate` marks what the law
    lets one keep back for a time (Directive (EU) 2016/680 art. 15): while a mandate about the user holds, all that
    was done about mandates and under them since it was added, also what was refused or named another.
    """
    return warehouse.rows(_ABOUT, {"user": user_id, "today": today})


def list_entries(
    warehouse: Warehouse, *, first: date | None = None, last: date | None = None, action: str | None = None
) -> list[dict[str, Any]]:
    """Each entry of these days (UTC), or of all, oldest first, as dicts of its columns but the hashes.

    With `action`, those whose action is or begins with it: `mandate` has `mandate add` too.
    """
    return warehouse.rows(_LISTED, {"first": first, "last": last, "action": action})


def _parts(text: str) -> tuple[int, str]:
    number, _, known = text.strip().partition(":")
    if not number.isdecimal() or len(known) != len(_FIRST):
        raise UsageError(
            f"{text!r} is no anchor; it is a number, a colon and 64 signs, as `trail anchor` prints"
        )
    return int(number), known


def _hash(entry: dict[str, Any]) -> str:
    """SHA-256 over one entry as canonical JSON, the hash of the entry before included."""
    hashed = {name: entry[name] for name in _HASHED}
    hashed["entered_at"] = entry["entered_at"].isoformat(timespec="microseconds")
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


_ADD = """
INSERT INTO trail (entry, entered_at, actor, claimed, action, outcome, about, reason, previous, hash)
VALUES ($entry, $entered_at, $actor, $claimed, $action, $outcome, $about, $reason, $previous, $hash)
"""

_LISTED = """
SELECT entry, entered_at, actor, claimed, action, outcome, about, reason
FROM trail
WHERE
    ($first IS NULL OR CAST(entered_at AS DATE) >= $first)
    AND ($last IS NULL OR CAST(entered_at AS DATE) <= $last)
    AND ($action IS NULL OR action = $action OR starts_with(action, $action || ' '))
ORDER BY entry
"""

_ABOUT = """
SELECT
    entry, entered_at, actor, claimed, action, outcome, reason,
    split_part(action, ' ', 1) IN ('dossier', 'export', 'mandate', 'whose')
    AND EXISTS (
        SELECT 1
        FROM mandates
        WHERE
            mandates.user_id = trail.about
            AND mandates.added_at <= trail.entered_at
            AND mandates.withdrawn_at IS NULL
            AND mandates.valid_until >= $today
    ) AS under_open_mandate
FROM trail
WHERE about = $user
ORDER BY entry
"""
