"""What a night leaves for later nights, and which of them must be done again when that changed.

A night reads its own lookups, the tables of context, and rows that earlier nights left. So when an audited day is
audited again and leaves other rows than before, audited days after it may say something else, as far as they
read back. Alerts are no part of it: no night reads them, and those that a day touches are made again whole.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

Digests = Mapping[str, str]

HISTORY_CHANGED = "history_changed"
"""The reason in `pending_days` of a day that reads what an earlier day left, where that is other now."""

# Per table: its day, and what of its rows later nights read.
_LEFT = MappingProxyType(
    {
        "numbered_focus_days": ("day", "focus_nr, users, unlinked_users"),
        "numbered_user_subject_days": ("day", "user_nr, subject_nr, focus_nr, unlinked"),
        # how odd a day was is read by nobody afterwards
        "user_days": (
            "day",
            "user_id, peer_group, lookups, subjects, first_subjects, unlinked, off_duty, night_hours, systems, "
            "persons, vehicles, mobile, prints_exports, peak_hour, most_repeated, near_home, public_figures",
        ),
        "numbered_interest_days": (
            "day",
            "user_nr, focus_nr, team_nr, surname_nr, postcode_nr, home_nr, sex_nr",
        ),
        "team_place_days": ("day", "team, cell_lat, cell_lon, lookups"),
        "reason_days": ("day", "system, function, reason, lookups"),
        # how often a question comes up, in the steps that `scoring` counts in
        "findings": ("audit_date", "detector, user_id, subject_id, floor(score * 20)"),
        "work_links": ("audit_date", "system, lookup_id, explanation, strength >= 0.5"),
    }
)


def read_back(settings: Settings) -> dict[str, int]:
    """For how many days after a night its rows of each table are still read."""
    context = settings.context
    history = max(context.history_days, context.team_days, context.burst_days)
    return {
        "numbered_focus_days": history,
        "numbered_user_subject_days": history,
        # the forest of a week learns from the days before its Monday, and its Sunday is six days later
        "user_days": max(history, settings.forest.training_days + 6),
        "numbered_interest_days": context.interest_days,
        "team_place_days": history,
        "reason_days": history,
        "findings": history,
        "work_links": 1,  # what a colleague may have handed over
    }


def left_by(warehouse: Warehouse, day: date) -> Digests:
    """A digest, by table, of the rows that a day left for later nights; in whatever order they lie.

    Nothing where no audited day is near enough after it to have read them: so it is with every new night, which
    then costs nothing.
    """
    if _readers(warehouse, day, max(read_back(warehouse.settings).values())) == 0:
        return {}
    parts = [
        f"SELECT '{table}' AS name, count(*) || ' ' || coalesce(sum(hash({what})), 0) AS digest "
        f"FROM {table} WHERE {on} = $day"
        for table, (on, what) in _LEFT.items()
    ]
    return {row["name"]: row["digest"] for row in warehouse.rows(" UNION ALL ".join(parts), {"day": day})}


def mark_readers(warehouse: Warehouse, day: date, before: Digests) -> None:
    """Make the audited days after this one pending as `history_changed`, as far as they read what is other now.

    `before` is what `left_by` said before the day was audited again.
    """
    after = left_by(warehouse, day)
    far = [
        days for table, days in read_back(warehouse.settings).items() if before.get(table) != after.get(table)
    ]
    if far:
        warehouse.run(_MARK, {"day": day, "last": max(far), "reason": HISTORY_CHANGED})


def _readers(warehouse: Warehouse, day: date, days: int) -> int:
    return int(
        warehouse.value(
            "SELECT count(*) FROM runs WHERE audit_date > $day AND audit_date <= $day + $days",
            {"day": day, "days": days},
        )
    )


_MARK = """
INSERT INTO pending_days
SELECT DISTINCT audit_date, $reason
FROM runs
WHERE
    audit_date > $day
    AND audit_date <= $day + $last
    AND audit_date NOT IN (SELECT day FROM pending_days WHERE reason = $reason)
ORDER BY audit_date
"""
