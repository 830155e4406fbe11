"""Lookups as marks of a figure: each by itself where that can be drawn, else counted by day and hour."""

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Any

from lookup_audit.reporting.dossier.numbers import Lookup, Period
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown

MOST_MARKS = 1500
"""Lookups without a question that are drawn one by one; more are counted in cells, of which no more are drawn."""

MOST_QUESTIONS = 1500
"""Lookups with a question that are drawn one by one, those of the highest risk; the others are counted too."""

STATES = ("open", "explained", "question", "grave")

# Symbols differ as well as colours: the page is also read in grey, and by the colour-blind.
_LOOKS = {
    "open": {"color": "#ffffff", "line": "#52606d", "symbol": "circle", "size": 8},
    "explained": {"color": "#2c7a4b", "line": "#1d5233", "symbol": "square", "size": 7},
    "question": {"color": "#e08a00", "line": "#6b4200", "symbol": "diamond", "size": 10},
    "grave": {"color": "#b3261e", "line": "#5c0f0a", "symbol": "triangle-up", "size": 12},
}
_BESIDE = {"open": 0.3, "explained": 0.7, "question": 0.5, "grave": 0.5}  # of the hour: marks of one cell
_LARGEST = 13.0


@dataclass(frozen=True)
class Drawing:
    """Which lookups are drawn one by one, and how the others are counted: over `days` days and an hour."""

    single: tuple[Lookup, ...]
    counted: tuple[Lookup, ...]
    days: int


def drawing_of(lookups: Sequence[Lookup], period: Period) -> Drawing:
    """How to draw these lookups with a few thousand marks at most, those with a question first."""
    riskiest = sorted((one for one in lookups if one.findings), key=lambda one: -(one.risk or 0.0))
    kept = {id(one) for one in riskiest[:MOST_QUESTIONS]}
    others = [one for one in lookups if id(one) not in kept]
    if len(others) <= MOST_MARKS:
        return Drawing(tuple(lookups), (), 1)
    single = tuple(one for one in lookups if id(one) in kept)
    for days in (1, 7, 28, 91):
        if len(_cells(others, period, days)) <= MOST_MARKS:
            break
    return Drawing(single, tuple(others), days)


def single_marks(state: str, name: str, lookups: Sequence[Lookup], words: Words) -> dict[str, Any]:
    """The lookups of one state as one trace of a figure, a mark each at its clock time."""
    mine = [lookup for lookup in lookups if lookup.state == state]
    return {
        **_trace(state, f"{name} ({words.number(len(mine))})"),
        "x": [lookup.at.date().isoformat() for lookup in mine],
        "y": [hour_of(lookup.at) for lookup in mine],
        "hovertext": [_hover(lookup, name, words) for lookup in mine],
        "marker": _marker(state, _LOOKS[state]["size"]),
    }


def counted_marks(state: str, name: str, drawing: Drawing, period: Period, words: Words) -> dict[str, Any]:
    """The counted lookups of one state as one trace: a mark for each cell, its area as their number."""
    mine = [lookup for lookup in drawing.counted if lookup.state == state]
    cells = sorted(_cells(mine, period, drawing.days).items())
    most = max((count for _, count in cells), default=1)
    smallest = 3.0
    width = timedelta(days=drawing.days - 1)
    texts = []
    for (first, hour, _state), count in cells:
        days = words.date(first, "d MMM y") + (
            f" – {words.date(min(first + width, period.last), 'd MMM y')}" if drawing.days > 1 else ""
        )
        number = words.ngettext("%(number)s lookup", "%(number)s lookups", count)
        texts.append(f"{days}, {hour:02d}:00–{hour + 1:02d}:00<br>{number}, {html.escape(name, quote=False)}")
    return {
        **_trace(state, words.gettext("%(name)s (%(number)s, counted)", name=name, number=words.number(len(mine)))),
        "x": [(first + width / 2).isoformat() for (first, _, _), _ in cells],
        "y": [hour + _BESIDE[state] for (_, hour, _), _ in cells],
        "hovertext": texts,
        "marker": _marker(state, [round(max(smallest, _LARGEST * sqrt(count / most)), 1) for _, count in cells]),
    }  # fmt: skip


def hour_of(moment: datetime) -> float:
    """Clock time as hours since midnight; clock changes do not move it."""
    return round(moment.hour + moment.minute / 60 + moment.second / 3600, 4)


def _cells(lookups: Sequence[Lookup], period: Period, days: int) -> Counter[tuple[date, int, str]]:
    """How many lookups are in each cell: its first day, its hour, and the state of the lookups."""
    return Counter(
        (
            period.first + timedelta(days=(one.at.date() - period.first).days // days * days),
            one.at.hour,
            one.state,
        )
        for one in lookups
    )


def _trace(state: str, name: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "markers", "name": name, "hoverinfo": "text", "legendgroup": state}


def _marker(state: str, size: Any) -> dict[str, Any]:
    look = _LOOKS[state]
    return {
        "color": look["color"],
        "symbol": look["symbol"],
        "size": size,
        "line": {"color": look["line"], "width": 1.2 if isinstance(size, int) else 0.8},
    }


def _hover(lookup: Lookup, name: str, words: Words) -> str:
    """Lines for the pointer; the figure library reads markup in them, so every value is escaped."""
    lines = [
        words.moment(lookup.at, "EEE d MMM y, HH:mm:ss"),
        name,
        f"{lookup.system} {lookup.lookup_id}",
        f"{words.gettext('subject')}: {lookup.subject_id or '–'}",
    ]
    return "<br>".join(html.escape(shown(line, longest=80), quote=False) for line in lines)
