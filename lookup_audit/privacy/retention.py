"""Retention: days that are over are forgotten, so that nothing of them can be read in the file any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lookup_audit.errors import UsageError
from lookup_audit.ingest.pending import INCIDENT_DAYS, wrap_up_days
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.holds import hold, open_mandates
from lookup_audit.privacy.retained import Days, keeping, mark
from lookup_audit.privacy.trail import record
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.lock import Waiting
from lookup_audit.warehouse.numbered import require_sound
from lookup_audit.warehouse.rebuild import Copied, Progress, count, held, rebuild

ACTION = "forget"
"""What an entry of the trail about it is called; it is about the first day that was kept."""


@dataclass(frozen=True)
class Fate:
    """What becomes of one table: rows before, rows that go, and rows that would go but for open mandates."""

    table: str
    before: int
    gone: int
    held: int


@dataclass(frozen=True)
class Foreseen:
    """What forgetting comes to: the first day kept by kind of table, each table, and the mandates that hold rows.

    Days before `repeatable_from` cannot be audited again with the same result: what they look back on is gone.
    """

    days: Days
    tables: tuple[Fate, ...]
    mandates: tuple[str, ...]
    repeatable_from: date


@dataclass(frozen=True)
class Forgotten:
    """What forgetting came to, as in `Foreseen`; `tables` says how many rows were kept."""

    days: Days
    tables: tuple[Copied, ...]
    repeatable_from: date


def days_to_keep(settings: Settings, last_audited: date | None, before: date | None) -> Days:
    """The first day kept of each kind of table: `before`, or what the configuration counts back to.

    Raises `UsageError` when nothing is configured and no day is given, or no day was audited to count from.
    """
    if before:
        return Days(before, before, before, before, before)
    kept = settings.retention
    if not any(kept.model_dump().values()):
        raise UsageError(
            "nothing is forgotten by itself: set retention.lookups_days in the configuration, or name the day "
            "(--before)"
        )
    if last_audited is None:
        raise UsageError(
            "no day was audited yet, and retention counts back from the last; name the day (--before)"
        )

    def first(days: int | None, otherwise: date) -> date:
        return otherwise if days is None else last_audited - timedelta(days=days - 1)

    lookups = first(kept.lookups_days, date.min)
    context = first(kept.context_days, lookups)
    return Days(
        lookups=lookups,
        context=context,
        subjects=first(kept.subjects_days, context),
        rejected=first(kept.rejected_days, lookups),
        orders=first(kept.orders_days, lookups),
    )


def foresee(
    path: Path,
    settings: Settings,
    *,
    before: date | None = None,
    even_history: bool = False,
    waiting: Waiting | None = None,
) -> Foreseen:
    """What `forget` would do now, and how many rows open mandates keep from it; nothing is changed.

    Raises as `forget` does.
    """
    with held(path, settings, waiting) as desk:
        days = _days(desk, before, even_history=even_history)
        require_sound(desk)
        conditions = keeping(days, settings)
        hold(desk, settings.today(), mandates=False)
        mark(desk, days)
        without = {one.table: one.gone for one in count(desk, conditions)}
        hold(desk, settings.today())
        mark(desk, days)
        tables = tuple(
            Fate(one.table, one.before, one.gone, without[one.table] - one.gone)
            for one in count(desk, conditions)
        )
        return Foreseen(days, tables, tuple(open_mandates(desk)), repeatable_from(settings, days.lookups))


def forget(  # noqa: PLR0913 - each is part of what is asked
    path: Path,
    settings: Settings,
    *,
    reason: str,
    who: Actor,
    before: date | None = None,
    even_history: bool = False,
    progress: Progress | None = None,
    waiting: Waiting | None = None,
) -> Forgotten:
    """What became of each table, once the days before the first kept ones are gone from the file.

    The warehouse is written anew without them (see `rebuild`), with an entry in its trail: who, why, before which
    day, and how many rows of each table. Both are there, or neither is. The warehouse must be open nowhere.

    Parameters
    ----------
    before
        The first local day that is kept, for every kind of table; as the configuration counts when not given.
    even_history
        Also forget days that the next audits look back on.
    progress
        Called as `progress(done, total, table)` before each table.
    waiting
        For how long to wait while another process has the warehouse open.

    Raises
    ------
    UsageError
        There is no reason, no day, or nothing to forget; a day before it waits for its audit; or the next audits
        would miss their history.
    WarehouseError
        History is damaged, or as `rebuild` does; nothing was changed.
    """
    if not reason.strip():
        raise UsageError("say why these days are forgotten (--reason); it is kept")
    with held(path, settings, waiting) as desk:
        days = _days(desk, before, even_history=even_history)
        require_sound(desk)
        hold(desk, settings.today())
        mark(desk, days)

        def enter(made: Warehouse, copied: list[Copied]) -> None:
            record(
                made,
                action=ACTION,
                about=days.lookups.isoformat(),
                reason=_entry(reason, days, copied),
                who=who,
            )

        copied = rebuild(desk, keeping(days, settings), finish=enter, progress=progress)
        return Forgotten(days, tuple(copied), repeatable_from(settings, days.lookups))


def forgotten_before(warehouse: Warehouse) -> date | None:
    """The first local day of which lookups were never forgotten, or None where none ever were.

    On days before it a missing lookup or question says nothing: only what a mandate held is still there.
    """
    day: date | None = warehouse.value(
        "SELECT max(CAST(about AS DATE)) FROM trail WHERE action = $action AND outcome = 'done'",
        {"action": ACTION},
    )
    return day if day and day > date.min else None


def history_days(settings: Settings) -> int:
    """How many days before it an audit reads at most."""
    context = settings.context
    return max(
        context.history_days,
        context.interest_days,
        context.roster_days,
        context.team_days,
        context.burst_days,
        context.news_days,
        context.follow_up_hours // 24 + INCIDENT_DAYS + 1,
        wrap_up_days(settings),
        settings.forest.training_days + 6,  # it learns once a week, on Mondays
        settings.alerts.gap_days,
    )


def repeatable_from(settings: Settings, first_kept: date) -> date:
    """The first day that can still be audited again with the same result, where this is the first day kept."""
    return first_kept if first_kept == date.min else first_kept + timedelta(days=history_days(settings))


def _days(desk: Warehouse, before: date | None, *, even_history: bool) -> Days:
    """The days to keep, once it is sure that no audit to come misses what goes."""
    if before and before > desk.settings.today():
        raise UsageError(f"{before} is yet to come; name the first day that is kept")
    last = desk.value("SELECT max(audit_date) FROM runs")
    days = days_to_keep(desk.settings, last, before)
    pending = [row["day"] for row in desk.rows("SELECT DISTINCT day FROM pending_days ORDER BY day")]
    lost = [day for day in pending if day < days.lookups]
    if lost:
        raise UsageError(
            f"{len(lost)} days before {days.lookups} wait for their audit ({_some(lost)}); audit them first"
        )
    coming = [*pending[:1], *([last + timedelta(days=1)] if last else [])]
    first = max(days.lookups, days.context)
    if coming and not even_history and first > date.min:
        needed = min(coming) - timedelta(days=history_days(desk.settings))
        if first > needed:
            raise UsageError(
                f"the audit of {min(coming)} looks back to {needed}, and days from then on would go; keep them "
                f"(--before {needed}, or a longer retention), or forget even history (--even-history)"
            )
    return days


def _entry(reason: str, days: Days, copied: Sequence[Copied]) -> str:
    """What stands in the trail: the reason, the days, and the rows that went."""
    named = {kind: day for kind, day in vars(days).items() if day > date.min}
    if len(set(named.values())) == 1 and len(named) == len(vars(days)):
        when = f"all before {days.lookups}"
    else:
        when = ", ".join(f"{kind} before {day}" for kind, day in named.items())
    rows = ", ".join(f"{one.table} {one.gone}" for one in copied if one.gone)
    return f"{reason.strip()}; {when}; rows: {rows or 'none'}"


def _some(days: Sequence[date]) -> str:
    return ", ".join(map(str, days[:3])) + (", …" if len(days) > 3 else "")
