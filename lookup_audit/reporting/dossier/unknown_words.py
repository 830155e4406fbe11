"""Sentences on what is not known, as plain as those on what raises a question."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from lookup_audit.reporting.dossier.labels import Labels
from lookup_audit.reporting.dossier.unknown import AROUND_DAYS, Unknown
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown

_DAYS_NAMED = 6
_LOOKUPS_ADD_UP = ("roster", "nothing_said", "not_registered", "no_subject", "never_justified", "not_justified",
                   "channel", "workstation")  # fmt: skip


def say_gap(gap: Unknown, of: int, labels: Labels) -> str:
    """The gap in a sentence or two; `of` is how many lookups the alert (or the dossier) asks about."""
    words = labels.words
    if gap.kind in _LOOKUPS_ADD_UP:
        return _on_lookups(gap, words.number(of), words)
    if gap.kind == "skipped":
        return words.ngettext(
            "Could not be asked on %(number)s of these days: %(reason)s.",
            "Could not be asked on %(number)s of these days: %(reason)s.",
            len(gap.days),
            reason=shown(labels.skipped(gap.names[0])),
        )
    if gap.kind == "not_audited":
        return words.ngettext(
            "%(number)s day with lookups in the %(around)s days before or after was not audited: %(days)s.",
            "%(number)s days with lookups in the %(around)s days before or after were not audited: %(days)s.",
            len(gap.days),
            around=words.number(AROUND_DAYS),
            days=_some_days(gap.days, words),
        )
    if gap.kind == "not_loaded":
        tables = words.list([_table(name, words) for name in gap.names])
        return words.gettext(
            "No data is loaded on: %(tables)s. What it would explain, or ask about, is not known.",
            tables=tables,
        )
    return words.ngettext(
        'The audit goes back %(number)s day at that moment: "for the first time" and "usual" rest on no more.',
        'The audit goes back %(number)s days at that moment: "for the first time" and "usual" rest on no more.',
        gap.count,
    )


def _on_lookups(gap: Unknown, of: str, words: Words) -> str:
    _ = words.gettext
    part = words.number(gap.count)
    systems = words.list([shown(name) for name in gap.names])
    return {
        "roster": _(
            "Roster not known for %(part)s of %(of)s lookups: whether they were made off duty cannot be said.",
            part=part, of=of,
        ),
        "nothing_said": _(
            "No answer of the officer is on record for %(part)s of %(of)s lookups: what the officer would say is "
            "not known.",
            part=part, of=of,
        ),
        "not_registered": _(
            "The subject is not in the register for %(part)s of %(of)s lookups: who it is, where it lives and what "
            "belongs to it is not known.",
            part=part, of=of,
        ),
        "no_subject": _(
            "No subject could be found for %(part)s of %(of)s lookups: who or what was seen is not known.",
            part=part, of=of,
        ),
        "never_justified": _(
            "%(systems)s: hardly anyone's lookups carry a justification there, so that none stands with %(part)s of "
            "%(of)s lookups says nothing about the officer.",
            systems=systems, part=part, of=of,
        ),
        "not_justified": _(
            "No justification stands with %(part)s of %(of)s lookups, in systems that can hold one: whether one was "
            "given elsewhere, or asked for, is not known.",
            part=part, of=of,
        ),
        "channel": _(
            "The channel is not known for %(part)s of %(of)s lookups (desktop or mobile).", part=part, of=of
        ),
        "workstation": _(
            "The workstation is not known for %(part)s of %(of)s lookups: nor whether someone else used the account "
            "there.",
            part=part, of=of,
        ),
    }[gap.kind]  # fmt: skip


def _table(name: str, words: Words) -> str:
    _ = words.gettext
    return {
        "subjects": _("the register of subjects"),
        "shifts": _("rosters"),
        "cases": _("cases"),
        "case_subjects": _("who a case is about"),
        "case_members": _("who works on a case"),
        "incidents": _("incidents"),
        "incident_subjects": _("who was involved in an incident"),
        "dispatches": _("dispatches"),
        "news": _("news"),
        "relations": _("declared relations"),
    }.get(name, name)


def together(gaps: Iterable[Unknown]) -> tuple[Unknown, ...]:
    """The gaps of several alerts as one list: lookups and days added up, each kind once.

    What goes by alert only (how far the audit went back) is left out.
    """
    whole: dict[tuple[str, tuple[str, ...]], Unknown] = {}
    days: dict[tuple[str, tuple[str, ...]], set[date]] = defaultdict(set)
    for gap in gaps:
        if gap.kind == "short_history":
            continue
        key = (gap.kind, () if gap.kind == "never_justified" else gap.names)
        before = whole.get(key, replace(gap, count=0, names=()))
        days[key] |= {*before.days, *gap.days}
        names = tuple(sorted({*before.names, *gap.names}))
        whole[key] = replace(gap, count=before.count + gap.count, days=tuple(sorted(days[key])), names=names)
    return tuple(whole.values())


def _some_days(days: tuple[date, ...], words: Words) -> str:
    named = [words.date(day, "d MMM y") for day in days[:_DAYS_NAMED]]
    more = len(days) - len(named)
    return words.list(
        [*named, words.gettext("%(number)s more", number=words.number(more))] if more else named
    )
