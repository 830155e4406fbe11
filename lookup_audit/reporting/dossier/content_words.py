"""The content of a dossier in words: for each alert what was found later, what stood behind it, what is unknown."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lookup_audit.reporting.dossier.afterwards import Fact
from lookup_audit.reporting.dossier.afterwards_words import involved, may_soften, say
from lookup_audit.reporting.dossier.labels import Labels
from lookup_audit.reporting.dossier.network_figure import figure_of_network
from lookup_audit.reporting.dossier.numbers import Alert, Key, Lookup
from lookup_audit.reporting.dossier.unknown import Unknown
from lookup_audit.reporting.dossier.unknown_words import say_gap, together
from lookup_audit.reporting.plain import shown

if TYPE_CHECKING:
    from lookup_audit.reporting.dossier.reading import Dossier

MOST_IN_TIME = 60
"""Lines of an alert's course of events; what is more is counted."""


@dataclass(frozen=True)
class Line:
    """One line of a course of events: when, what kind (`lookups`, `incident`, `news`), and what, in words."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True)
class AroundAlert:
    """What stands around one alert, in words.

    `facts` are sentences with how many of the alert's lookups each bears on; `numbers` gives for each lookup
    the places of its facts in that list, from 1. `softens` is the sentence for what speaks for the officer,
    empty when there is none.
    """

    facts: tuple[tuple[str, int], ...]
    numbers: dict[Key, list[int]]
    softens: str
    unknown: tuple[str, ...]
    course: tuple[Line, ...]
    course_left: int
    quiet: bool


def content_words(dossier: Dossier, labels: Labels) -> dict[str, Any]:
    """What the templates need besides the numbers, in the language of the labels."""
    content = dossier.content
    by_key = {(one.system, one.lookup_id): one for one in dossier.lookups if one.findings}
    gaps = together(gap for gaps in content.unknown for gap in gaps)
    return {
        "by_alert": {
            number: _around(dossier, number - 1, by_key, labels)
            for number in range(1, len(dossier.alerts) + 1)
        },
        "softened_in_short": _softens(content.facts, len(by_key), labels),
        "unknown_in_short": _unknown_in_short(dossier, gaps, len(by_key), labels),
        "figure_of_network": figure_of_network(content.network, dossier.period, labels),
        "third_parties_hidden": content.redacted,
    }


def _around(dossier: Dossier, place: int, by_key: dict[Key, Lookup], labels: Labels) -> AroundAlert:
    content, alert = dossier.content, dossier.alerts[place]
    facts = facts_of(content.facts, alert)
    course = _course(dossier, place, labels)
    return AroundAlert(
        facts=tuple((say(fact, by_key, labels), len(fact.lookups)) for fact in facts),
        numbers=_numbers(facts),
        softens=_softens(facts, len(alert.lookups), labels),
        unknown=tuple(say_gap(gap, len(alert.lookups), labels) for gap in content.unknown[place]),
        course=tuple(course[:MOST_IN_TIME]),
        course_left=max(0, len(course) - MOST_IN_TIME),
        quiet=all(line.kind == "lookups" for line in course),
    )


def _numbers(facts: list[Fact]) -> dict[Key, list[int]]:
    numbers: dict[Key, list[int]] = defaultdict(list)
    for number, fact in enumerate(facts, start=1):
        for key in fact.lookups:
            numbers[key].append(number)
    return dict(numbers)


def facts_of(facts: tuple[Fact, ...], alert: Alert) -> list[Fact]:
    """The facts that bear on an alert, each with the alert's lookups only."""
    mine = {(one.system, one.lookup_id) for one in alert.lookups}
    bearing = [replace(fact, lookups=tuple(key for key in fact.lookups if key in mine)) for fact in facts]
    return [fact for fact in bearing if fact.lookups]


def _softens(facts: tuple[Fact, ...] | list[Fact], whole: int, labels: Labels) -> str:
    """How many lookups have a fact that may explain or soften them and is no part of the risk."""
    words = labels.words
    softened = {key for fact in facts if may_soften(fact) and not fact.counted for key in fact.lookups}
    if not softened:
        return ""
    return words.gettext(
        "For %(part)s of %(whole)s lookups with a question something was found after the fact that may explain or "
        "soften it. The risk does not count it.",
        part=words.number(len(softened)),
        whole=words.number(whole),
    )


def _unknown_in_short(
    dossier: Dossier, gaps: tuple[Unknown, ...], whole: int, labels: Labels
) -> tuple[str, ...]:
    """The gaps of all alerts together, and rows of the logs that could not be read; or that there is none."""
    words = labels.words
    said = [say_gap(gap, whole, labels) for gap in gaps]
    if dossier.coverage.rejected_lookups:
        said.append(
            words.ngettext(
                "%(number)s row of the query logs could not be read; it is not in this dossier.",
                "%(number)s rows of the query logs could not be read; they are not in this dossier.",
                dossier.coverage.rejected_lookups,
            )
        )
    if not said:
        said.append(
            words.gettext(
                "No gap is known in what the audit could read. What no system records stays unknown."
            )
        )
    return tuple(said)


def _course(dossier: Dossier, place: int, labels: Labels) -> list[Line]:
    """Lookups by day, incidents and dispatches, and news of one alert, by time."""
    words = labels.words
    alert = dossier.alerts[place]
    first: dict[Any, datetime] = {}
    by_day = Counter(lookup.at.date() for lookup in alert.lookups)
    for lookup in alert.lookups:
        first.setdefault(lookup.at.date(), lookup.at)
    lines = [
        Line(
            at,
            "lookups",
            words.ngettext(
                "%(number)s lookup of this alert", "%(number)s lookups of this alert", by_day[day]
            ),
        )
        for day, at in first.items()
    ]
    for one in dossier.content.behind.incidents[place]:
        incident = shown(f"{one.incident_id} ({one.kind})" if one.kind else one.incident_id)
        values = {"incident": incident, "end": words.moment(one.ends_at, "d MMM, HH:mm"),
                  "via": involved(one.via, words)}  # fmt: skip
        text = (
            words.gettext("the user was at incident %(incident)s until %(end)s; %(via)s", **values)
            if one.tie == "user"
            else words.gettext(
                "the team of the user was at incident %(incident)s until %(end)s; %(via)s", **values
            )
        )
        lines.append(Line(one.starts_at, "incident", text))
    for item in alert.news:
        headline = shown(item["headline"] or "–")
        outlet = shown(item["outlet"] or "–")
        about = shown(item["subject_id"])
        lines.append(
            Line(
                item["published_at"],
                "news",
                words.gettext(
                    "news about %(subject)s: %(headline)s (%(outlet)s)",
                    subject=about, headline=headline, outlet=outlet,
                ),
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: (line.at, line.kind, line.text))
