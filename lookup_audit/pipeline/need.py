"""Which days need an audit, and doing them in order.

A day without an audit always needs one. A day whose input changed since needs another one, where it is not too long
ago (`audit.look_back_days`); one of longer ago waits until it is asked for, because every day after it may have to
follow. A day whose lookups were forgotten never needs one: of what was counted and found then only a part could be
said again, and what a mandate holds would say something else. It is audited where lookups of it come in anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from lookup_audit.pipeline.configured import CONFIGURATION_CHANGED, mark_otherwise
from lookup_audit.pipeline.forgotten import FORGOTTEN, first_kept
from lookup_audit.pipeline.night import Auditor, NightSummary
from lookup_audit.warehouse import Warehouse

Progress = Callable[[int, int, date], None]


@dataclass(frozen=True)
class PendingDay:
    """A local day that is not audited, or no longer as its input is; `reasons` as in `pending_days`."""

    day: date
    reasons: tuple[str, ...]
    audited: bool


@dataclass(frozen=True)
class Pending:
    """The days that an audit would take up by itself, and those that wait until they are asked for; rising."""

    due: tuple[PendingDay, ...]
    waiting: tuple[PendingDay, ...]


def pending(warehouse: Warehouse) -> Pending:
    """What is not audited, or no longer current: what the next audit does, and what is too long ago for that."""
    return _split(_pending_days(warehouse), _oldest(warehouse))


def waiting(warehouse: Warehouse) -> list[PendingDay]:
    """The audited days whose input changed, and that are too long ago to be audited again unasked; rising."""
    return list(pending(warehouse).waiting)


def days_to_audit(warehouse: Warehouse, *, first: date | None = None, last: date | None = None) -> list[date]:
    """The local days, rising, with lookups in a range; without bounds every pending day, however long ago.

    With one or both bounds, all days with lookups from `first` up to and including `last`, audited before or not;
    none that was forgotten since, of which a mandate may hold some lookups.
    """
    if first is None and last is None:
        return [one.day for one in _pending_days(warehouse)]
    rows = warehouse.rows(
        "SELECT DISTINCT local_date AS day FROM lookups "
        "WHERE ($first IS NULL OR local_date >= $first) AND ($last IS NULL OR local_date <= $last) "
        f"AND local_date NOT IN ({FORGOTTEN}) ORDER BY day",
        {"first": first, "last": last, "first_kept": first_kept(warehouse)},
    )
    return [row["day"] for row in rows]


def audit(warehouse: Warehouse, days: list[date], *, progress: Progress | None = None) -> list[NightSummary]:
    """Audit these local days in order, each in one transaction; a summary of each.

    A process that is killed leaves the days before it complete, and the day at hand as it was. Audited days that
    read what these days left are pending afterwards, where that is other than it was.
    `progress(done, total, day)` is called before each day.
    """
    auditor = Auditor(warehouse)
    summaries: list[NightSummary] = []
    for day in sorted(days):
        if progress:
            progress(len(summaries), len(days), day)
        summaries.append(auditor.audit(day))
    return summaries


def audit_by_need(
    warehouse: Warehouse, *, every: bool = False, force: bool = False, progress: Progress | None = None
) -> list[NightSummary]:
    """Audit the days that need it, in order, each in one transaction; a summary of each.

    A day that becomes pending meanwhile, because it reads what an earlier one left, is done as well. As a day
    changes later days only, each is done once, and a second call finds nothing to do.

    Parameters
    ----------
    every
        Also the days that are too long ago to be audited again unasked.
    force
        Also every day that was audited under another configuration, rule text or version.
    progress
        Called with days done, days known by then to be done, and the day at hand, before each day.
    """
    if force:
        mark_otherwise(warehouse)
    warehouse.run(
        f"DELETE FROM pending_days WHERE day IN ({FORGOTTEN})", {"first_kept": first_kept(warehouse)}
    )
    oldest = date.min if every else _oldest(warehouse)
    auditor = Auditor(warehouse)
    summaries: list[NightSummary] = []
    while queue := [
        one.day
        for one in _split(_pending_days(warehouse), oldest, force=force).due
        if not summaries or one.day > summaries[-1].audit_date
    ]:
        if progress:
            progress(len(summaries), len(summaries) + len(queue), queue[0])
        summaries.append(auditor.audit(queue[0]))
    return summaries


def _split(days: list[PendingDay], oldest: date, *, force: bool = False) -> Pending:
    due: list[PendingDay] = []
    late: list[PendingDay] = []
    for one in days:
        asked = force and CONFIGURATION_CHANGED in one.reasons
        (due if asked or not one.audited or one.day >= oldest else late).append(one)
    return Pending(tuple(due), tuple(late))


def _oldest(warehouse: Warehouse) -> date:
    """The first day that is audited again unasked: as many days before the last audited one as are configured."""
    last: date | None = warehouse.value("SELECT max(audit_date) FROM runs")
    days = warehouse.settings.audit.look_back_days
    if last is None or (last - date.min).days < days:
        return date.min
    return last - timedelta(days=days)


def _pending_days(warehouse: Warehouse) -> list[PendingDay]:
    rows = warehouse.rows(_PENDING, {"first_kept": first_kept(warehouse)})
    return [PendingDay(row["day"], tuple(row["reasons"]), row["audited"]) for row in rows]


_PENDING = f"""
SELECT
    day,
    list(DISTINCT reason ORDER BY reason) AS reasons,
    day IN (SELECT audit_date FROM runs) AS audited
FROM pending_days
WHERE day NOT IN ({FORGOTTEN})
GROUP BY day
ORDER BY day
"""
