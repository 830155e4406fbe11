"""The control sample: lookups drawn at random from those that nothing flagged.

What the detectors miss can only be estimated from what they did not flag. So each night a few of those lookups
are put before a reviewer beside the alerts; the share of them without an answer says what is missed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from lookup_audit.clock import local_time
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.triage.listing import Status
from lookup_audit.triage.queue import PLACES
from lookup_audit.warehouse import Warehouse

if TYPE_CHECKING:
    from lookup_audit.evaluation import Share


@dataclass(frozen=True)
class ControlEstimate:
    """What the reviewed part of the control sample says about every lookup that nothing flagged.

    `unanswered` is the share of the reviewed with the verdict unexplained or referred; `unflagged` counts the
    lookups that were drawn from, on `nights`; `missed_low` to `missed_high` how many of those would be judged
    the same, with 95% confidence, and None while nothing was reviewed.
    """

    nights: int
    drawn: int
    unanswered: "Share"
    unflagged: int
    missed_low: int | None
    missed_high: int | None

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts and numbers, ready for JSON."""
        return asdict(self)


def draw_control(warehouse: Warehouse, day: date) -> None:
    """Fill `control_sample` for the night at hand, once `lookup_risk` is; an earlier draw of the day is replaced.

    The draw takes the lookups with the smallest hash of seed, system and id among those that no detector
    touched. It looks like chance to whoever makes a lookup, and a re-run draws the same.
    """
    alerts = warehouse.settings.alerts
    warehouse.run("DELETE FROM control_sample WHERE audit_date = $day", {"day": day})
    places = warehouse.value(
        f"SELECT places FROM ({PLACES}) AS capacity",
        {"nights": [day], "per_1000": alerts.control_per_1000_users_per_day},
    )
    warehouse.run(_DRAW, {"day": day, "seed": str(alerts.control_seed), "places": places or 0})


def list_control(
    warehouse: Warehouse, *, limit: int | None = None, statuses: Sequence[Status] = get_args(Status)
) -> list[dict[str, Any]]:
    """The control sample, latest night first: one dict per lookup, with `status` as alerts have it.

    `user_id` and `subject_id` hold pseudonyms, `occurred_at` is in the warehouse's zone.
    """
    names, zone = pseudonyms_of(warehouse), warehouse.settings.zone_info
    rows = warehouse.rows(
        f"""
        SELECT control_id, audit_date, occurred_at, system, lookup_id, user_id, subject_id, status
        FROM ({CONTROL}) AS control
        WHERE list_contains($statuses, status)
        ORDER BY audit_date DESC, control_id
        LIMIT $row_limit
        """,
        {"statuses": list(statuses), "row_limit": 2**40 if limit is None else limit},
    )
    for row in rows:
        row["user_id"] = names.user(row["user_id"])
        row["subject_id"] = names.subject(row["subject_id"]) if row["subject_id"] is not None else None
        row["occurred_at"] = local_time(row["occurred_at"], zone)
    return rows


def control_lookup(warehouse: Warehouse, control_id: str) -> dict[str, Any]:
    """One drawn lookup by its control id, with the ids that the warehouse knows, and its `status`."""
    return warehouse.rows(
        f"SELECT * FROM ({CONTROL}) AS control WHERE control_id = $control_id", {"control_id": control_id}
    )[0]


def control_estimate(warehouse: Warehouse) -> ControlEstimate:
    """What the control sample says so far about what is missed, with the Wilson interval at 95%.

    It holds for the nights that were drawn from, and as far as the sample is read whole: whoever reads only
    what looks odd learns nothing about the rest. Each night counts alike, busy or quiet.
    """
    from lookup_audit.evaluation import share

    counts = warehouse.rows(_COUNTS)[0]
    unanswered = share(counts["unanswered"], counts["reviewed"])
    low, high = (
        None if bound is None else round(bound * counts["unflagged"])
        for bound in (unanswered.low, unanswered.high)
    )
    return ControlEstimate(counts["nights"], counts["drawn"], unanswered, counts["unflagged"], low, high)


_DRAW = """
INSERT INTO control_sample BY NAME
SELECT
    stable_id('c', [$seed, night.system, night.lookup_id]) AS control_id,
    night.system,
    night.lookup_id,
    night.occurred_at,
    night.user_id,
    night.subject_id,
    $day AS audit_date
FROM night
LEFT JOIN lookup_risk
    ON lookup_risk.audit_date = $day
    AND lookup_risk.system = night.system
    AND lookup_risk.lookup_id = night.lookup_id
WHERE lookup_risk.lookup_id IS NULL
ORDER BY control_id, night.system, night.lookup_id
LIMIT $places
"""

CONTROL = """
SELECT control_sample.*, coalesce(latest.verdict, 'new') AS status
FROM control_sample
LEFT JOIN (
    SELECT alert_id, arg_max(verdict, decided_at) AS verdict FROM verdicts GROUP BY alert_id
) AS latest ON latest.alert_id = control_sample.control_id
"""

_COUNTS = f"""
WITH control AS ({CONTROL}),

nights AS (
    SELECT count(*) AS nights, coalesce(sum(lookups), 0)::BIGINT AS lookups
    FROM runs
    WHERE audit_date IN (SELECT audit_date FROM control_sample)
),

flagged AS (
    SELECT count(*) AS lookups
    FROM lookup_risk
    WHERE audit_date IN (SELECT audit_date FROM control_sample)
)

SELECT
    min(nights.nights) AS nights,
    min(nights.lookups) - min(flagged.lookups) AS unflagged,
    count(control.control_id) AS drawn,
    count(*) FILTER (WHERE control.status NOT IN ('new', 'asked')) AS reviewed,
    count(*) FILTER (WHERE control.status IN ('unexplained', 'referred')) AS unanswered
FROM nights
CROSS JOIN flagged
LEFT JOIN control ON TRUE
"""
