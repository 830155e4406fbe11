"""The triage list: alerts as a reviewer gets them, users and subjects by pseudonym."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from lookup_audit.clock import local_time
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.triage.suppressions import HIDDEN, running_on
from lookup_audit.warehouse import Warehouse

Status = Literal["new", "asked", "explained", "unexplained", "referred", "dismissed"]

OPEN: tuple[Status, ...] = ("new", "asked")
"""What still waits for a verdict, or for an answer."""


@dataclass(frozen=True)
class Choice:
    """Which alerts are meant, by all that is given; as it is made, every alert.

    `first` and `last` are local days, of an alert's last lookup; `asked_before` leaves those whose user was
    asked before that day and has not answered. `hidden` says whether a running suppression hides it, None
    that it does not matter; `grown` leaves judged alerts to which lookups were added after the verdict.
    """

    alert_id: str | None = None
    statuses: Sequence[Status] = get_args(Status)
    minimum_risk: float = 0.0
    only_queued: bool = False
    motive: str | None = None
    detector: str | None = None
    user_id: str | None = None
    team: str | None = None
    system: str | None = None
    first: date | None = None
    last: date | None = None
    asked_before: date | None = None
    hidden: bool | None = None
    grown: bool = False


@dataclass(frozen=True)
class Counts:
    """How many alerts of a choice are to be read, below the line, and hidden from the queue.

    `hidden_by` has the hidden ones by suppression; one that two hide counts for both. `hidden_in_all` counts
    those below the line that a suppression matches too. `grown` counts the
    judged alerts to which lookups were added after the verdict, whatever the statuses of the choice.
    """

    queued: int
    below: int
    hidden: int
    hidden_in_all: int
    grown: int
    hidden_by: dict[str, int] = field(default_factory=dict)


def list_alerts(
    warehouse: Warehouse, choice: Choice | None = None, *, limit: int | None = None
) -> list[dict[str, Any]]:
    """The triage list, highest risk first: one dict per alert, with times in the warehouse's zone.

    Its columns are those of the contract, `user_id` and `subject_id` holding pseudonyms, and: `peak_on` (the
    night of its highest risk), `queued` (whether it is put before a reviewer), `detectors` (the questions
    asked, the strongest first), `waiting_since` (when the user was asked, while no answer came), `answered`
    (asked, and an answer came), `lookups_since` (lookups that the latest verdict had not seen), and
    `hidden_by` (the running suppressions that hide it).
    """
    asked = choice or Choice()
    names, zone = pseudonyms_of(warehouse), warehouse.settings.zone_info
    rows = warehouse.rows(
        _LISTED,
        {
            **_values(warehouse, asked),
            "only_queued": asked.only_queued,
            "hidden": asked.hidden,
            "row_limit": 2**40 if limit is None else limit,
        },
    )
    for row in rows:
        row["user_id"] = names.user(row["user_id"])
        row["subject_id"] = names.subject(row["subject_id"]) if row["subject_id"] is not None else None
        for name in ("first_at", "last_at", "waiting_since"):
            row[name] = row[name] and local_time(row[name], zone)
    return rows


def count_alerts(warehouse: Warehouse, choice: Choice | None = None) -> Counts:
    """How many alerts there are of a choice; its `only_queued` and `hidden` play no part."""
    rows = warehouse.rows(_COUNTED, _values(warehouse, choice or Choice()))
    by: Counter[str] = Counter()
    for row in rows:
        if row["is_meant"] and row["queued"]:
            by.update(dict.fromkeys(row["hidden_by"], row["alerts"]))
    meant = [row for row in rows if row["is_meant"]]
    return Counts(
        queued=sum(row["alerts"] for row in meant if row["queued"] and not row["hidden_by"]),
        below=sum(row["alerts"] for row in meant if not row["queued"]),
        hidden=sum(row["alerts"] for row in meant if row["queued"] and row["hidden_by"]),
        hidden_in_all=sum(row["alerts"] for row in meant if row["hidden_by"]),
        grown=sum(row["alerts"] for row in rows if row["has_grown"]),
        hidden_by=dict(by),
    )


def _values(warehouse: Warehouse, choice: Choice) -> dict[str, Any]:
    beside = ("only_queued", "hidden")
    return {
        **{name: value for name, value in vars(choice).items() if name not in beside},
        "statuses": list(choice.statuses),
        "zone": warehouse.settings.zone,
        **running_on(warehouse),
    }


# What settles a question to the user is the answer, or a verdict without one.
_KNOWN = f"""
WITH settled AS (
    SELECT
        alert_id,
        max(decided_at) FILTER (WHERE verdict <> 'asked' OR answer IS NOT NULL) AS settled_at,
        arg_max(lookups, decided_at) AS lookups_then
    FROM verdicts
    GROUP BY alert_id
),

waiting AS (
    SELECT verdicts.alert_id, min(verdicts.decided_at) AS waiting_since
    FROM verdicts
    INNER JOIN settled ON settled.alert_id = verdicts.alert_id
    WHERE settled.settled_at IS NULL OR verdicts.decided_at > settled.settled_at
    GROUP BY verdicts.alert_id
),

hidden AS (
    SELECT alert_id, list(suppression_id ORDER BY suppression_id) AS hidden_by
    FROM ({HIDDEN}) AS pairs
    GROUP BY alert_id
),

known AS (
    SELECT
        alerts.*,
        users.team,
        waiting.waiting_since,
        coalesce(greatest(alerts.lookups - settled.lookups_then, 0), 0) AS lookups_since,
        coalesce(hidden.hidden_by, []) AS hidden_by
    FROM alerts
    LEFT JOIN users ON users.user_id = alerts.user_id
    LEFT JOIN settled ON settled.alert_id = alerts.alert_id
    LEFT JOIN waiting ON waiting.alert_id = alerts.alert_id
    LEFT JOIN hidden ON hidden.alert_id = alerts.alert_id
)

SELECT
    *,
    status NOT IN ('new', 'asked') AND lookups_since > 0 AS has_grown,
    list_contains($statuses, status)
    AND ($asked_before IS NULL OR (status = 'asked' AND local_day(waiting_since, $zone) < $asked_before))
    AND (NOT $grown OR has_grown) AS is_meant
FROM known
WHERE
    ($alert_id IS NULL OR alert_id = $alert_id)
    AND risk >= $minimum_risk
    AND ($motive IS NULL OR motive = $motive)
    AND ($detector IS NULL OR list_contains(detectors, $detector))
    AND ($user_id IS NULL OR user_id = $user_id)
    AND ($team IS NULL OR team = $team)
    AND ($system IS NULL OR alert_id IN (SELECT alert_id FROM lookup_risk WHERE system = $system))
    AND ($first IS NULL OR local_day(last_at, $zone) >= $first)
    AND ($last IS NULL OR local_day(last_at, $zone) <= $last)
"""

_LISTED = f"""
SELECT
    alert_id, user_id, subject_id, motive, first_at, last_at, lookups, risk, rank, status, peak_on, queued,
    detectors, waiting_since, status = 'asked' AND waiting_since IS NULL AS answered, lookups_since, hidden_by
FROM ({_KNOWN}) AS known
WHERE is_meant AND (queued OR NOT $only_queued) AND ($hidden IS NULL OR (hidden_by <> []) = $hidden)
ORDER BY rank
LIMIT $row_limit
"""

_COUNTED = f"""
SELECT queued, hidden_by, is_meant, has_grown, count(*) AS alerts
FROM (
    SELECT queued, hidden_by, is_meant, has_grown
    FROM ({_KNOWN}) AS known
    WHERE is_meant OR has_grown
) AS found
GROUP BY ALL
"""
