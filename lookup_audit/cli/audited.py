"""What an audit says at its end, on one screen: what was audited and why, what could not run, and what is left."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from lookup_audit.cli.common import counted, note, say, say_table

if TYPE_CHECKING:
    from lookup_audit.pipeline import NightSummary, Otherwise, Pending, PendingDay
    from lookup_audit.settings import Settings

_MOST_NAMED = 5

_REASONS = {
    "new_lookups": "late lookups",
    "history_changed": "an earlier day changed",
    "configuration_changed": "another configuration",
    "users": "other users",
    "subjects": "other subjects",
    "case_subjects": "late case links",
    "case_members": "late case members",
    "incident_subjects": "late persons involved",
}


def reasons_in_words(reasons: Sequence[str]) -> str:
    """Why audited days are audited again, as in "late shifts, late case links"; from the codes of `pending_days`."""
    words = (_REASONS.get(reason) or f"late {reason.replace('_', ' ')}" for reason in reasons)
    return ", ".join(dict.fromkeys(words))


def say_nights(nights: "list[NightSummary]") -> None:
    """Totals, which days were done again and why, the last nights, and what could not run."""
    if not nights:
        say("Nothing to audit: every loaded day is done.")
        return
    lookups = sum(night.lookups for night in nights)
    explained = sum(night.explained for night in nights)
    say(
        f"{counted(len(nights), 'day')} from {nights[0].audit_date} to {nights[-1].audit_date}: "
        f"{counted(lookups, 'lookup')}, {explained / max(lookups, 1):.1%} explained, "
        + counted(sum(night.touched for night in nights), "raises a question", "raise a question")
    )
    again = [night for night in nights if night.again]
    if again:
        why = reasons_in_words(sorted({reason for night in again for reason in night.why}))
        say(f"{counted(len(again), 'day')} again: {why or 'as chosen'}")
    if len(nights) > 7:
        say("The last 7 days (--json lists all):")
    say_table(
        ("day", "lookups", "explained", "questions"),
        [
            (night.audit_date, night.lookups, f"{night.explained / max(night.lookups, 1):.1%}", night.touched)
            for night in nights[-7:]
        ],
        numbers=(1, 2, 3),
    )
    skipped: dict[str, list[date]] = {}
    for night in nights:
        for why in night.skipped:
            skipped.setdefault(why, []).append(night.audit_date)
    for why, days in sorted(skipped.items()):
        note(f"could not run on {len(days)} of {counted(len(nights), 'day')}: {why}")
    odd = [gap for night in nights for gap in night.gaps]
    for gap in odd[-_MOST_NAMED:]:
        note(gap)
    if len(odd) > _MOST_NAMED:
        note(f"and {len(odd) - _MOST_NAMED} more about what came in; lookup-audit quality says all")


def say_left(left: "Pending", settings: "Settings") -> None:
    """What is still to be audited: what the next audit does, and what waits until it is asked for."""
    if left.due:
        note(f"pending: {_named(left.due)}; lookup-audit audit does {_it(left.due)}")
    if left.waiting:
        note(
            f"waiting, because input changed more than {counted(settings.audit.look_back_days, 'day')} before the "
            f"last audited one: {_named(left.waiting)}; lookup-audit audit --all does {_it(left.waiting)}"
        )


def say_otherwise(otherwise: "list[Otherwise]", *, forced: bool) -> None:
    """That days were audited under another configuration, and where they are done again, what is other."""
    days = sum(one.days for one in otherwise)
    if days and not forced:
        verb = "was" if days == 1 else "were"
        note(
            f"{counted(days, 'earlier day')} {verb} audited under another configuration or version; "
            "lookup-audit audit --force says what is other, and does them again"
        )
    for one in otherwise if forced else []:
        say(f"Audited otherwise: {counted(one.days, 'day')} from {one.first} to {one.last}")
        for change in one.changes:
            say(f"  {change}")
    if forced and not days:
        say("Every day was audited under the configuration, rule texts and version of now.")


def _named(days: "Sequence[PendingDay]") -> str:
    """The first of these days with their reasons, and how many more there are."""
    named = [f"{one.day} ({reasons_in_words(one.reasons)})" for one in days[:_MOST_NAMED]]
    more = len(days) - len(named)
    return f"{counted(len(days), 'day')}: {', '.join(named)}{f' and {more} more' if more else ''}"


def _it(days: "Sequence[PendingDay]") -> str:
    return "it" if len(days) == 1 else "them"
