"""Teams whose roster of a day is missing: their users look up, and no shift begins, though some usually do."""

from datetime import date

from lookup_audit.quality.gap import Gap
from lookup_audit.quality.weakened import weakened_by
from lookup_audit.warehouse import Warehouse


def missing_rosters(warehouse: Warehouse, day: date) -> list[Gap]:
    """A gap for each team of which the night took the duty of nobody for off duty, because the roster is missing."""
    rows = warehouse.rows(
        "SELECT team, usual FROM missing_rosters WHERE day = $day ORDER BY team", {"day": day}
    )
    weaker = weakened_by("shifts")
    return [Gap(day, "missing_roster", row["team"], row["usual"], 0, weaker) for row in rows]
