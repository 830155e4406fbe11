"""One alert with all that is known of it, read once the look is in the trail."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lookup_audit.errors import UsageError, WarehouseError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import Pseudonyms, pseudonyms_of
from lookup_audit.privacy.trail import record
from lookup_audit.reporting.dossier.afterwards import Fact, nameless, read_afterwards
from lookup_audit.reporting.dossier.numbers import Alert, Key, Lookup, Period, read_alerts, read_lookups
from lookup_audit.reporting.dossier.unknown import Unknown, read_unknown
from lookup_audit.triage import Choice, list_alerts, user_of, verdict_history
from lookup_audit.triage.control import control_lookup
from lookup_audit.triage.suppressions import Suppression, list_suppressions, state_of
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Touching:
    """A suppression that matches the alert's user, team or subject, and asks about one of its questions."""

    suppression: Suppression
    state: str
    hides: bool


@dataclass(frozen=True)
class Opened:
    """All that is known of an alert, or of a control lookup (`listed` is None, `alert` holds that one lookup).

    `listed` is the alert's line in the triage list. `facts` were found only after the fact and name no case or
    incident; `hours` of news are from the first lookup, negative before it. Ids stand in `alert` and `facts`:
    nothing of it is shown but through `alert_in_words`.
    """

    alert_id: str
    names: Pseudonyms
    user_id: str
    listed: dict[str, Any] | None
    alert: Alert
    facts: tuple[Fact, ...]
    gaps: tuple[Unknown, ...]
    touching: tuple[Touching, ...]
    history: tuple[dict[str, Any], ...]
    now: datetime


def open_alert(warehouse: Warehouse, alert_id: str, *, reason: str, who: Actor) -> Opened:
    """The alert or control lookup with this id; that it was opened is in the trail before it is read.

    Raises `UsageError` for an id that is neither, or without a reason.
    """
    user_id = user_of(warehouse, alert_id)
    if not reason.strip():
        raise UsageError("say why you look; it is kept")
    with warehouse.transaction():
        record(
            warehouse, action="alerts show", about=user_id, reason=f"{alert_id}: {reason.strip()}", who=who
        )
    names = pseudonyms_of(warehouse)
    listed = next(iter(list_alerts(warehouse, Choice(alert_id=alert_id))), None)
    if listed:
        period = Period(listed["first_at"].date(), listed["last_at"].date())
        lookups = read_lookups(warehouse, user_id, period)
        found = [one for one in read_alerts(warehouse, user_id, lookups) if one.alert_id == alert_id]
        alert = found[0] if found else None
    else:
        lookups, period, alert = _control(warehouse, alert_id, user_id)
    if alert is None or not alert.lookups:
        raise WarehouseError(f"{alert_id}: its lookups are no longer in this warehouse")
    keys = {(one.system, one.lookup_id) for one in alert.lookups}
    return Opened(
        alert_id=alert_id,
        names=names,
        user_id=user_id,
        listed=listed,
        alert=alert,
        facts=tuple(
            replace(nameless(fact), lookups=mine)
            for fact in read_afterwards(warehouse, user_id, period, lookups)
            if (mine := tuple(key for key in fact.lookups if key in keys))
        ),
        gaps=read_unknown(warehouse, period, [alert])[0],
        touching=_touching(warehouse, user_id, alert, listed) if listed else (),
        history=tuple(verdict_history(warehouse, alert_id)),
        now=datetime.now(warehouse.settings.zone_info),
    )


def _control(warehouse: Warehouse, control_id: str, user_id: str) -> tuple[list[Lookup], Period, Alert]:
    drawn = control_lookup(warehouse, control_id)
    period = Period(drawn["audit_date"], drawn["audit_date"])
    lookups = read_lookups(warehouse, user_id, period)
    mine = tuple(
        one for one in lookups if (one.system, one.lookup_id) == (drawn["system"], drawn["lookup_id"])
    )
    said = tuple(verdict_history(warehouse, control_id))
    return lookups, period, Alert(None, drawn["subject_id"], None, 0.0, drawn["status"], 1, mine, said, ())


def _touching(
    warehouse: Warehouse, user_id: str, alert: Alert, listed: dict[str, Any]
) -> tuple[Touching, ...]:
    team = warehouse.value("SELECT team FROM users WHERE user_id = $user", {"user": user_id})
    whose = {"user_id": user_id, "team": team, "subject_id": alert.subject_id}
    return tuple(
        Touching(one, state_of(warehouse, one), one.suppression_id in listed["hidden_by"])
        for one in list_suppressions(warehouse)
        if set(one.detectors) & set(listed["detectors"])
        and all(getattr(one, name) in {None, value} for name, value in whose.items())
    )


def main_lookups(lookups: tuple[Lookup, ...], most: int) -> set[Key]:
    """The first lookup and the riskiest, `most` in all."""
    riskiest = sorted(lookups[1:], key=lambda one: -(one.risk or 0.0))[: most - 1]
    return {(one.system, one.lookup_id) for one in (*lookups[:1], *riskiest)}


def hours_between(earlier: datetime, later: datetime) -> float:
    """Elapsed hours, negative when the second comes first."""
    return (later - earlier) / timedelta(hours=1)
