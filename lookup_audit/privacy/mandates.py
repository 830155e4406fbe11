"""Mandates: the written orders under which one user may be named, and what each of them allows."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from lookup_audit.clock import utc_now
from lookup_audit.errors import MandateError, UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import user_behind
from lookup_audit.privacy.trail import record
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Mandate:
    """One written order as it was recorded; days are local and included, times are UTC.

    `holders` are the operating-system accounts that may use it.
    """

    reference: str
    authority: str
    purpose: str
    user_id: str
    first_day: date
    last_day: date
    valid_until: date
    holders: tuple[str, ...]
    added_by: str
    added_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


def add_mandate(  # noqa: PLR0913 - each is a field of the order
    warehouse: Warehouse,
    reference: str,
    *,
    authority: str,
    purpose: str,
    user_id: str,
    first_day: date,
    last_day: date,
    valid_until: date,
    holders: tuple[str, ...],
    who: Actor,
) -> Mandate:
    """Record a written order, and enter that in the trail; the mandate.

    Raises `UsageError` for a reference that is taken, an empty field, days the wrong way round, or a validity
    that is over already or longer than the configuration allows.
    """
    today = warehouse.settings.today()
    longest = warehouse.settings.mandates.longest_days
    texts = {"reference": reference, "authority": authority, "purpose": purpose, "holder": " ".join(holders)}
    for name, text in texts.items():
        if not text.strip():
            raise UsageError(f"a mandate needs {'an' if name[0] in 'aeiou' else 'a'} {name}")
    if len(reference.strip()) > _LONGEST_REFERENCE or not reference.strip().isprintable():
        raise UsageError(f"a reference is one line of at most {_LONGEST_REFERENCE} readable characters")
    if ": " in reference or ", " in reference:  # what follows a reference in the trail
        raise UsageError("a reference has no colon or comma with a space behind it")
    if last_day < first_day:
        raise UsageError(f"the period of a mandate ends ({last_day}) before it begins ({first_day})")
    if valid_until < today:
        raise UsageError(f"this mandate was valid until {valid_until}, which is over")
    if valid_until > today + timedelta(days=longest):
        raise UsageError(
            f"a mandate is valid for {longest} days at most (mandates.longest_days): until "
            f"{today + timedelta(days=longest)}; ask for a new one then"
        )
    for known in list_mandates(warehouse):
        if (
            known.reference.casefold() == reference.strip().casefold()
        ):  # R4 beside r4 would be mistaken for it
            raise UsageError(
                f"mandate {known.reference} is recorded already; `lookup-audit mandate list` shows it"
            )
    mandate = Mandate(
        reference.strip(), authority.strip(), purpose.strip(), user_id, first_day, last_day, valid_until,
        tuple(dict.fromkeys(holder.strip() for holder in holders if holder.strip())), who.account, utc_now(),
    )  # fmt: skip
    with warehouse.transaction():
        record(
            warehouse,
            action="mandate add",
            about=user_id,
            reason=f"{mandate.reference}, given by {mandate.authority}: {mandate.purpose}; "
            f"{first_day} to {last_day}, valid until {valid_until}, for {', '.join(mandate.holders)}"
            f"{_TERMS}{_terms(mandate)}",
            who=who,
        )
        warehouse.run(_ADD, {**vars(mandate), "holders": list(mandate.holders)})
    return mandate


def approve_mandate(warehouse: Warehouse, reference: str, who: Actor) -> Mandate:
    """Record that a second person approved a mandate; the mandate as it is then.

    Raises `MandateError` when it is unknown, approved or withdrawn already, or was added by the same account.
    """
    mandate = _known(warehouse, reference)
    fault = None
    if mandate.withdrawn_at:
        fault = "was withdrawn"
    elif mandate.approved_at:
        fault = f"was approved already, by {mandate.approved_by}"
    elif mandate.added_by == who.account:
        fault = "must be approved by another account than the one that added it"
    changed = replace(mandate, approved_by=who.account, approved_at=utc_now())
    return _step(warehouse, changed, "approve", who, fault, "approved")


def withdraw_mandate(warehouse: Warehouse, reference: str, reason: str, who: Actor) -> Mandate:
    """Record that a mandate no longer counts; the mandate as it is then. `MandateError` as for approval."""
    mandate = _known(warehouse, reference)
    fault = "was withdrawn already" if mandate.withdrawn_at else None
    if not reason.strip():
        raise UsageError("say why the mandate is withdrawn")
    changed = replace(mandate, withdrawn_by=who.account, withdrawn_at=utc_now())
    return _step(warehouse, changed, "withdraw", who, fault, reason.strip())


def list_mandates(warehouse: Warehouse) -> list[Mandate]:
    """Every mandate that was ever recorded, the latest first."""
    rows = warehouse.rows("SELECT * FROM mandates ORDER BY added_at DESC, reference")
    return [_mandate(row) for row in rows]


def find_mandate(warehouse: Warehouse, reference: str) -> Mandate | None:
    """The mandate with this reference, or None."""
    rows = warehouse.rows("SELECT * FROM mandates WHERE reference = $reference", {"reference": reference})
    return _mandate(rows[0]) if rows else None


def state_of(warehouse: Warehouse, mandate: Mandate) -> str:
    """How a mandate stands today: valid, waiting (for approval), expired or withdrawn."""
    if mandate.withdrawn_at:
        return "withdrawn"
    if mandate.valid_until < warehouse.settings.today():
        return "expired"
    return "waiting" if warehouse.settings.mandates.two_persons and not mandate.approved_at else "valid"


def open_under(  # noqa: PLR0913 - each is part of what the order must allow
    warehouse: Warehouse,
    reference: str,
    *,
    action: str,
    user_id: str,
    first: date | None = None,
    last: date | None = None,
    who: Actor,
    detail: str = "",
    otherwise: str | None = None,
) -> Mandate:
    """The mandate that allows this look at a user, once the look is in the trail; call it before reading.

    Without `first` or `last` the mandate's own period is meant. `detail` is added to the entry. `otherwise` is
    why the look is refused though the mandate would allow it, if it is.

    Raises
    ------
    MandateError
        It is unknown, not valid today, for another user, for other accounts, or does not cover these days.
        The refusal is in the trail too.
    """
    mandate = find_mandate(warehouse, reference.strip())
    fault = _fault(warehouse, mandate, user_id, first, last, who) or otherwise
    if not reference.strip():
        fault = "this needs a written order: give its reference (--mandate REF)"
    asked = f"{first or '…'} to {last or '…'}" if first or last else ""
    reason = "; ".join(part for part in (reference.strip() or "(no mandate)", asked, detail, fault) if part)
    with warehouse.transaction():
        record(
            warehouse, action=action, about=user_id, reason=reason, who=who,
            outcome="refused" if fault else "done",
        )  # fmt: skip
    if mandate is None or fault:
        given = f"{reference.strip()}: " if reference.strip() else ""
        raise MandateError(f"{given}{fault}; this attempt is on record")
    return mandate


def user_to_open(warehouse: Warehouse, name: str, reference: str, *, action: str, who: Actor) -> str:
    """The id of the user that is asked for by id or pseudonym; asking for one that is not there is on record too.

    Raises `UsageError` as `user_behind` does: whoever tries ids until one fits leaves a line for each.
    """
    try:
        return user_behind(warehouse, name)
    except UsageError as error:
        with warehouse.transaction():
            record(
                warehouse, action=action, about=name[:_LONGEST_REFERENCE], who=who, outcome="refused",
                reason=f"{reference.strip() or '(no mandate)'}; there is no such user",
            )  # fmt: skip
        raise UsageError(f"{error}; this attempt is on record") from error


def _fault(  # noqa: PLR0911, PLR0913, PLR0917 - one sentence for each way in which an order does not allow it
    warehouse: Warehouse,
    mandate: Mandate | None,
    user_id: str,
    first: date | None,
    last: date | None,
    who: Actor,
) -> str | None:
    """Why the mandate does not allow this look, or None."""
    if mandate is None:
        return "there is no such mandate; record the written order first (mandate add)"
    if mandate.user_id != user_id:
        return "this mandate is about another user"
    if who.account not in mandate.holders:
        return f"this mandate may not be used by {who.account}"
    state = state_of(warehouse, mandate)
    if state == "withdrawn":
        return "this mandate was withdrawn"
    if state == "expired":
        return f"this mandate was valid until {mandate.valid_until}"
    if state == "waiting":
        return "this mandate waits for approval by another account (mandate approve)"
    if any(day and not mandate.first_day <= day <= mandate.last_day for day in (first, last)):
        return f"this mandate covers {mandate.first_day} to {mandate.last_day} only"
    if not _is_as_recorded(warehouse, mandate):
        return "this mandate is not as it was recorded; someone changed it in the warehouse (trail verify)"
    return None


def _step(  # noqa: PLR0913, PLR0917
    warehouse: Warehouse, changed: Mandate, verb: str, who: Actor, fault: str | None, why: str
) -> Mandate:
    """The mandate as it is from now on, once that is on record; or `MandateError` with the fault, which is too."""
    said = fault or f"{why}{_TERMS}{_terms(changed)}"
    with warehouse.transaction():
        record(
            warehouse, action=f"mandate {verb}", about=changed.user_id, reason=f"{changed.reference}: {said}",
            who=who, outcome="refused" if fault else "done",
        )  # fmt: skip
        if not fault:
            warehouse.run(_CHANGE, {name: getattr(changed, name) for name in _CHANGED})
    if fault:
        raise MandateError(f"{changed.reference}: {fault}")
    return changed


def altered(warehouse: Warehouse) -> list[str]:
    """What is wrong with the mandates, one sentence for each that is not as the trail says; empty when all are."""
    return [
        f"mandate {mandate.reference} is not as it was recorded"
        for mandate in list_mandates(warehouse)
        if not _is_as_recorded(warehouse, mandate)
    ]


def _is_as_recorded(warehouse: Warehouse, mandate: Mandate) -> bool:
    """Whether the trail's last entry about this order has the same terms: the chain there shows what was edited.

    An entry of before terms were kept there says nothing against it.
    """
    recorded = warehouse.value(_LAST_STEP, {"reference": mandate.reference})
    if recorded is None:
        return False
    _said, mark, terms = str(recorded).rpartition(_TERMS)
    return not mark or terms == _terms(mandate)


def _terms(mandate: Mandate) -> str:
    """SHA-256 over every field of the order, as canonical JSON."""
    text = json.dumps(vars(mandate), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(warehouse: Warehouse, reference: str) -> Mandate:
    mandate = find_mandate(warehouse, reference.strip())
    if mandate is None:
        raise MandateError(
            f"{reference.strip()}: there is no such mandate; `lookup-audit mandate list` shows all"
        )
    return mandate


def _mandate(row: dict[str, Any]) -> Mandate:
    return Mandate(**{**row, "holders": tuple(row["holders"])})


_CHANGE = """
UPDATE mandates SET
    approved_by = $approved_by, approved_at = $approved_at,
    withdrawn_by = $withdrawn_by, withdrawn_at = $withdrawn_at
WHERE reference = $reference
"""

_CHANGED = ("reference", "approved_by", "approved_at", "withdrawn_by", "withdrawn_at")

_LONGEST_REFERENCE = 100
_TERMS = "; terms "

_LAST_STEP = """
SELECT arg_max(reason, entry)
FROM trail
WHERE
    action IN ('mandate add', 'mandate approve', 'mandate withdraw')
    AND outcome = 'done'
    AND (starts_with(reason, $reference || ', given by ') OR starts_with(reason, $reference || ': '))
"""

_ADD = """
INSERT INTO mandates (
    reference, authority, purpose, user_id, first_day, last_day, valid_until, holders, added_by, added_at,
    approved_by, approved_at, withdrawn_by, withdrawn_at
)
VALUES (
    $reference, $authority, $purpose, $user_id, $first_day, $last_day, $valid_until, $holders, $added_by, $added_at,
    $approved_by, $approved_at, $withdrawn_by, $withdrawn_at
)
"""
