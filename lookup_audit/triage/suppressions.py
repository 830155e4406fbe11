"""Suppressions: a pattern that needs no reading for now, with an owner, a reason and a last day.

A suppression hides alerts from the list of what is to be read, and nothing else. Findings, risks, ranks and the
queue stay what they are: a hidden alert keeps its place in its night's queue, and nothing moves up into it, so
that the same input gives the same queue and reviewers read less, not something else. Exports, evaluation and
calibration know nothing of it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lookup_audit.clock import later_than, local_time, utc_now
from lookup_audit.errors import UsageError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.privacy.trail import record
from lookup_audit.triage.names import LADDER, known_detector, motive_by_detector
from lookup_audit.warehouse import Warehouse

LONGEST_DAYS = 365
"""After a year somebody looks again whether the reason still holds."""


@dataclass(frozen=True)
class Pattern:
    """Which alerts are hidden: those whose questions are all among `detectors`, and that match what is given.

    `motive` is the highest that is hidden; None means the highest of the detectors' own.
    """

    detectors: tuple[str, ...]
    user_id: str | None = None
    team: str | None = None
    subject_id: str | None = None
    motive: str | None = None


@dataclass(frozen=True)
class Suppression:
    """One suppression as recorded; `until` is its last local day, times are UTC."""

    suppression_id: str
    detectors: tuple[str, ...]
    motive: str
    user_id: str | None
    team: str | None
    subject_id: str | None
    owner: str
    reason: str
    made_by: str
    made_at: datetime
    until: date
    ended_by: str | None = None
    ended_at: datetime | None = None


def pattern_of(warehouse: Warehouse, alert_id: str) -> Pattern:
    """The pattern of one alert: its questions, user, subject and motive; `UsageError` where there is none.

    One of an alert about behaviour has no subject, and so covers these questions about anyone.
    """
    rows = warehouse.rows(
        "SELECT detectors, user_id, subject_id, motive FROM alert_episodes WHERE alert_id = $alert_id",
        {"alert_id": alert_id},
    )
    if not rows:
        raise UsageError(f"no alert {alert_id}; `lookup-audit alerts` lists them")
    found = rows[0]
    return Pattern(
        tuple(found["detectors"]), found["user_id"], None, found["subject_id"], motive=found["motive"]
    )


def add_suppression(  # noqa: PLR0913 - each is a field of the suppression
    warehouse: Warehouse, pattern: Pattern, *, owner: str, reason: str, until: date, who: Actor
) -> Suppression:
    """Hide the alerts of a pattern up to and including a day, and enter that in the trail; the suppression.

    Raises `UsageError` for an unknown detector, a pattern about nobody, an empty owner or reason, and a day
    that is over or more than a year away.
    """
    detectors = tuple(dict.fromkeys(known_detector(name) for name in pattern.detectors))
    if not detectors:
        raise UsageError("say which questions need no reading: --detector")
    if not (pattern.user_id or pattern.team or pattern.subject_id):
        raise UsageError("say whose alerts need no reading: a user, a team, a subject, or an alert")
    for name, text in (("owner", owner), ("reason", reason)):
        if not text.strip():
            raise UsageError(f"a suppression needs {'an' if name == 'owner' else 'a'} {name}")
    today = warehouse.settings.today()
    if until < today:
        raise UsageError(f"{until} is over; a suppression runs up to and including its last day")
    if until > today + timedelta(days=LONGEST_DAYS):
        raise UsageError(
            f"a suppression lasts a year at most: until {today + timedelta(days=LONGEST_DAYS)}; look again then"
        )
    made_at = later_than(warehouse.value("SELECT max(made_at) FROM suppressions"))
    made = Suppression(
        suppression_id=str(
            warehouse.value("SELECT stable_id('h', [$made_at])", {"made_at": made_at.isoformat()})
        ),
        detectors=detectors,
        motive=pattern.motive or max((motive_by_detector()[name] for name in detectors), key=LADDER.index),
        user_id=pattern.user_id,
        team=pattern.team,
        subject_id=pattern.subject_id,
        owner=owner.strip(),
        reason=reason.strip(),
        made_by=who.account,
        made_at=made_at,
        until=until,
    )
    with warehouse.transaction():
        record(
            warehouse,
            action="suppress add",
            about=made.user_id,
            reason=f"{made.suppression_id}, until {until}, owner {made.owner}: {made.reason}",
            who=who,
        )
        warehouse.run(_ADD, {**vars(made), "detectors": list(detectors)})
    return made


def end_suppression(warehouse: Warehouse, suppression_id: str, reason: str, who: Actor) -> Suppression:
    """End a suppression before its last day, and enter that in the trail; the suppression as it is then.

    Raises `UsageError` when there is no such one, it no longer runs, or no reason is given.
    """
    found = [one for one in list_suppressions(warehouse) if one.suppression_id == suppression_id]
    if not found:
        raise UsageError(f"no suppression {suppression_id}; `lookup-audit suppress list --all` shows them")
    state = state_of(warehouse, found[0])
    if state != "running":
        raise UsageError(f"{suppression_id}: no longer runs ({state})")
    if not reason.strip():
        raise UsageError("say why the suppression ends")
    ended = utc_now()
    with warehouse.transaction():
        record(
            warehouse,
            action="suppress end",
            about=found[0].user_id,
            reason=f"{suppression_id}: {reason.strip()}",
            who=who,
        )
        warehouse.run(
            "UPDATE suppressions SET ended_by = $account, ended_at = $ended WHERE suppression_id = $id",
            {"account": who.account, "ended": ended, "id": suppression_id},
        )
    return Suppression(**{**vars(found[0]), "ended_by": who.account, "ended_at": ended})


def list_suppressions(warehouse: Warehouse) -> list[Suppression]:
    """Every suppression that was ever made, the latest first; with the ids that the warehouse knows."""
    rows = warehouse.rows("SELECT * FROM suppressions ORDER BY made_at DESC")
    return [Suppression(**{**row, "detectors": tuple(row["detectors"])}) for row in rows]


def state_of(warehouse: Warehouse, suppression: Suppression) -> str:
    """How a suppression stands today: running, ended, or run out."""
    if suppression.ended_at:
        return "ended"
    return "run out" if suppression.until < warehouse.settings.today() else "running"


def shown_suppressions(warehouse: Warehouse, *, ended: bool = False) -> list[dict[str, Any]]:
    """The running suppressions, or all with `ended`, as dicts for a reader: pseudonyms in place of ids.

    Beside its fields each has `state`, and `hides`: how many alerts that are not judged yet it hides now.
    """
    names, zone = pseudonyms_of(warehouse), warehouse.settings.zone_info
    hides = {row["id"]: row["alerts"] for row in warehouse.rows(_HIDES, running_on(warehouse))}
    shown = []
    for one in list_suppressions(warehouse):
        state = state_of(warehouse, one)
        if state != "running" and not ended:
            continue
        row = {**vars(one), "detectors": list(one.detectors), "state": state}
        row["user_id"] = names.user(one.user_id) if one.user_id else None
        row["subject_id"] = names.subject(one.subject_id) if one.subject_id else None
        for name in ("made_at", "ended_at"):
            row[name] = row[name] and local_time(row[name], zone)
        shown.append({**row, "hides": hides.get(one.suppression_id, 0)})
    return shown


def running_on(warehouse: Warehouse) -> dict[str, Any]:
    """The parameters of `HIDDEN`: today, and the motives from the least grave."""
    return {"today": warehouse.settings.today(), "ladder": list(LADDER)}


_COVERS = """
    suppressions.ended_at IS NULL
    AND suppressions.until >= $today
    AND list_has_all(suppressions.detectors, episode.detectors)
    AND list_position($ladder, episode.motive) <= list_position($ladder, suppressions.motive)
"""

# In three parts, by what is equal, so that no suppression is held against every alert there is.
HIDDEN = f"""
SELECT episode.alert_id, suppressions.suppression_id
FROM suppressions
INNER JOIN alert_episodes AS episode ON episode.user_id = suppressions.user_id
LEFT JOIN users ON users.user_id = episode.user_id
WHERE {_COVERS}
    AND (suppressions.team IS NULL OR suppressions.team = users.team)
    AND (suppressions.subject_id IS NULL OR suppressions.subject_id = episode.subject_id)
UNION ALL
SELECT episode.alert_id, suppressions.suppression_id
FROM suppressions
INNER JOIN alert_episodes AS episode ON episode.subject_id = suppressions.subject_id
LEFT JOIN users ON users.user_id = episode.user_id
WHERE {_COVERS}
    AND suppressions.user_id IS NULL
    AND (suppressions.team IS NULL OR suppressions.team = users.team)
UNION ALL
SELECT episode.alert_id, suppressions.suppression_id
FROM suppressions
INNER JOIN users ON users.team = suppressions.team
INNER JOIN alert_episodes AS episode ON episode.user_id = users.user_id
WHERE {_COVERS} AND suppressions.user_id IS NULL AND suppressions.subject_id IS NULL
"""
"""Each alert that a running suppression hides, with that suppression: one row for each such pair. An alert whose
team or subject is not known matches none that names one."""

_HIDES = f"""
SELECT hidden.suppression_id AS id, count(*) AS alerts
FROM ({HIDDEN}) AS hidden
INNER JOIN alerts ON alerts.alert_id = hidden.alert_id
WHERE alerts.status IN ('new', 'asked')
GROUP BY hidden.suppression_id
"""

_ADD = """
INSERT INTO suppressions (
    suppression_id, detectors, motive, user_id, team, subject_id, owner, reason, made_by, made_at, until,
    ended_by, ended_at
)
VALUES (
    $suppression_id, $detectors, $motive, $user_id, $team, $subject_id, $owner, $reason, $made_by, $made_at, $until,
    $ended_by, $ended_at
)
"""
