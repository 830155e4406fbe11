"""The figure of a dossier: lookups as dots by day and local time of day, the roster as bars behind them."""

import html
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lookup_audit.reporting.dossier.numbers import Lookup, Period, Shift
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown

_DAY_MS = 86_400_000
_HOURS_A_DAY = 24.0

# Patterns and symbols differ as well as colours: the page is also read in grey, and by the colour-blind.
_SHIFTS = {
    "duty": {"color": "#d5e2ee", "pattern": ""},
    "standby": {"color": "#d5e2ee", "pattern": "/"},
    "training": {"color": "#dcd9ea", "pattern": "."},
    "leave": {"color": "#f3e6c8", "pattern": "\\"},
    "sick": {"color": "#f0dcd6", "pattern": "x"},
}
_DOTS = {
    "open": {"color": "#ffffff", "line": "#52606d", "symbol": "circle", "size": 8},
    "explained": {"color": "#2c7a4b", "line": "#1d5233", "symbol": "square", "size": 7},
    "question": {"color": "#e08a00", "line": "#6b4200", "symbol": "diamond", "size": 10},
    "grave": {"color": "#b3261e", "line": "#5c0f0a", "symbol": "triangle-up", "size": 12},
}


def timeline(
    lookups: Sequence[Lookup], shifts: Sequence[Shift], period: Period, words: Words
) -> dict[str, Any]:
    """A Plotly figure as plain dicts: days across, hours of the local day down, from midnight to midnight."""
    _ = words.gettext
    names = {
        "duty": _("duty"), "standby": _("standby"), "training": _("training"), "leave": _("leave"),
        "sick": _("sick"), "open": _("no work link, no question"), "explained": _("explained by work"),
        "question": _("question raised, risk below 50%%"), "grave": _("question raised, risk 50%% or more"),
    }  # fmt: skip
    data = [_bars(kind, names[kind], shifts, period, words) for kind in _SHIFTS]
    data += [_dots(state, names[state], lookups, words) for state in _DOTS]
    return {"data": [trace for trace in data if trace["x"]], "layout": _layout(period, words)}


def _bars(kind: str, name: str, shifts: Sequence[Shift], period: Period, words: Words) -> dict[str, Any]:
    """One kind of shift as floating bars, cut at each midnight; clock times, as a roster shows them."""
    pieces = [
        piece
        for shift in shifts
        if shift.kind == kind
        for piece in _by_day(shift, words)
        if period.first.isoformat() <= piece[0] <= period.last.isoformat()
    ]
    style = _SHIFTS[kind]
    return {
        "type": "bar",
        "name": name,
        "x": [day for day, _from, _to, _text in pieces],
        "base": [start for _day, start, _to, _text in pieces],
        "y": [round(end - start, 4) for _day, start, end, _text in pieces],
        "hovertext": [f"{name}: {text}" for _day, _from, _to, text in pieces],
        "hoverinfo": "text",
        "width": round(_DAY_MS * 0.9),
        "marker": {
            "color": style["color"],
            "line": {"color": "#8fa3b5", "width": 0.5},
            "pattern": {
                "shape": style["pattern"],
                "bgcolor": style["color"],
                "fgcolor": "#6f8498",
                "size": 6,
                "solidity": 0.2,
            },
        },
    }


def _by_day(shift: Shift, words: Words) -> list[tuple[str, float, float, str]]:
    text = f"{words.moment(shift.starts_at)} – {words.moment(shift.ends_at)}"
    pieces = []
    day = shift.starts_at.date()
    while day <= shift.ends_at.date():
        start = _hour(shift.starts_at) if day == shift.starts_at.date() else 0.0
        end = _hour(shift.ends_at) if day == shift.ends_at.date() else _HOURS_A_DAY
        if end > start:
            pieces.append((day.isoformat(), start, end, text))
        day += timedelta(days=1)
    return pieces


def _dots(state: str, name: str, lookups: Sequence[Lookup], words: Words) -> dict[str, Any]:
    mine = [lookup for lookup in lookups if lookup.state == state]
    style = _DOTS[state]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{name} ({words.number(len(mine))})",
        "x": [lookup.at.date().isoformat() for lookup in mine],
        "y": [_hour(lookup.at) for lookup in mine],
        "hovertext": [_hover(lookup, name, words) for lookup in mine],
        "hoverinfo": "text",
        "marker": {
            "color": style["color"],
            "symbol": style["symbol"],
            "size": style["size"],
            "line": {"color": style["line"], "width": 1.2},
        },
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


def _hour(moment: datetime) -> float:
    """Clock time as hours since midnight; clock changes do not move it."""
    return round(moment.hour + moment.minute / 60 + moment.second / 3600, 4)


def _layout(period: Period, words: Words) -> dict[str, Any]:
    edge = timedelta(hours=14)
    first = datetime.combine(period.first, datetime.min.time()) - edge
    last = datetime.combine(period.last, datetime.min.time()) + edge
    hours = list(range(0, 25, 3))
    days = [period.first + timedelta(days=number) for number in _tick_days(period.days)]
    return {
        "barmode": "overlay",
        "height": 560,
        "margin": {"l": 56, "r": 12, "t": 8, "b": 40},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "font": {"family": "Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif", "size": 13},
        "hoverlabel": {"align": "left", "bgcolor": "#ffffff", "font": {"color": "#1b2430"}},
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top", "traceorder": "normal"},
        "xaxis": {
            "type": "date",
            "range": [first.isoformat(sep=" "), last.isoformat(sep=" ")],
            "tickvals": [day.isoformat() for day in days],
            "ticktext": [words.date(day, "d MMM'<br>'y" if day == days[0] else "d MMM") for day in days],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": False,
        },
        "yaxis": {
            "range": [24, 0],
            "tickvals": hours,
            "ticktext": [f"{hour:02d}:00" for hour in hours],
            "title": {"text": words.gettext("local time"), "standoff": 4},
            "gridcolor": "#e4e9ee",
            "zeroline": False,
            "fixedrange": True,
        },
        "meta": {"narrow": {"height": 680, "margin": {"l": 52, "r": 4, "t": 8, "b": 40}}},
    }


def _tick_days(days: int) -> range:
    """At most nine labelled days, evenly spread from the first."""
    return range(0, days, max(1, -(-days // 8)))
