"""Teams whose roster of a day is missing: their users look up, and no duty shift begins, though one usually does."""

from datetime import date, timedelta

from lookup_audit.quality.gap import Gap
from lookup_audit.quality.weakened import weakened_by
from lookup_audit.warehouse import Warehouse

_WEEKS = 4  # of the same weekday, or fewer where fewer are configured
_SHIFTS = 4  # as many that usually begin, and two at least: fewer can all be on leave


def missing_rosters(warehouse: Warehouse, day: date, past_weeks: int) -> list[Gap]:
    """A gap for each team without a duty shift that begins on the day, though two or more of its users looked up.

    On the same weekday of each of the last weeks two or more must have begun, and four on most: a small
    team may be off together, an office is closed on Sundays. What counts is where a shift begins, so that the last
    night shift before the gap does not hide it; leave and illness are entered elsewhere and tell nothing of a roster.
    """
    weeks = min(_WEEKS, past_weeks)
    days = [day - timedelta(weeks=back) for back in range(weeks + 1)]
    rows = warehouse.rows(
        _MISSING,
        {"zone": warehouse.settings.zone, "day": day, "days": days, "weeks": weeks, "shifts": _SHIFTS},
    )
    weaker = weakened_by("shifts")
    return [Gap(day, "missing_roster", row["team"], row["usual"], 0, weaker) for row in rows]


_MISSING = """
WITH dated AS (
    SELECT users.team, shifts.user_id, local_day(shifts.starts_at, $zone) AS day
    FROM shifts
    INNER JOIN (SELECT unnest($days::DATE[]) AS day) AS asked
        ON
            shifts.starts_at >= CAST(asked.day AS TIMESTAMP) - to_days(1)
            AND shifts.starts_at < CAST(asked.day AS TIMESTAMP) + to_days(2)
            AND local_day(shifts.starts_at, $zone) = asked.day
    INNER JOIN users ON users.user_id = shifts.user_id
    WHERE coalesce(shifts.kind, 'duty') = 'duty' AND users.team IS NOT NULL
),

begun AS (
    SELECT dated.team, dated.day, count(DISTINCT dated.user_id) AS rostered
    FROM dated
    GROUP BY dated.team, dated.day
),

usual AS (
    SELECT team, median(rostered) AS usual
    FROM begun
    WHERE day < $day AND team NOT IN (SELECT here.team FROM begun AS here WHERE here.day = $day)
    GROUP BY team
    HAVING count(*) >= $weeks AND min(rostered) > 1 AND median(rostered) >= $shifts
)

SELECT usual.team, usual.usual
FROM usual
INNER JOIN night ON night.team = usual.team
GROUP BY usual.team, usual.usual
HAVING count(DISTINCT night.user_id) > 1
ORDER BY usual.team
"""
