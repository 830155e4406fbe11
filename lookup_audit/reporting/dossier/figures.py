"""The figure of a dossier: lookups by day and local time of day, with the roster, dispatches and news behind."""

import html
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lookup_audit.reporting.dossier.behind import Moment, Stretch
from lookup_audit.reporting.dossier.marks import STATES, counted_marks, drawing_of, hour_of, single_marks
from lookup_audit.reporting.dossier.numbers import Lookup, Period, Shift
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.page import Figure
from lookup_audit.reporting.plain import shown

if TYPE_CHECKING:
    from lookup_audit.reporting.dossier.reading import Dossier

_DAY_MS = 86_400_000
_HOURS_A_DAY = 24.0

# Patterns differ as well as colours: the page is also read in grey, and by the colour-blind.
_SHIFTS = {
    "duty": {"color": "#d5e2ee", "pattern": ""},
    "standby": {"color": "#d5e2ee", "pattern": "/"},
    "training": {"color": "#dcd9ea", "pattern": "."},
    "leave": {"color": "#f3e6c8", "pattern": "\\"},
    "sick": {"color": "#f0dcd6", "pattern": "x"},
}


def figure_of_time(dossier: "Dossier", words: Words) -> Figure:
    """The figure with its words; they say how lookups are counted where there are too many to draw."""
    _ = words.gettext
    drawing = drawing_of(dossier.lookups, dossier.period)
    if not drawing.counted:
        said = _("Every mark is one lookup; the bars behind them are the roster and, darker, dispatches.")
    elif drawing.days == 1:
        said = _(
            "A lookup with a question is a mark of its own. The others are too many to draw one by one: a mark "
            "stands for those of one day and hour, its area for their number. The bars behind are the roster and, "
            "darker, dispatches."
        )
    else:
        said = _(
            "A lookup with a question is a mark of its own. The others are too many to draw one by one: a mark "
            "stands for those of one hour in %(days)s days, its area for their number. The bars behind are the "
            "roster and, darker, dispatches.",
            days=words.number(drawing.days),
        )
    return Figure(
        id="timeline",
        title=_("Lookups by day and time of day"),
        subtitle=f"{said} "
        + _("Point at a mark to see what it is; drag to enlarge some days, double-click to go back."),
        plot=timeline(
            dossier.lookups, dossier.shifts, dossier.period, words,
            dossier.content.behind.dispatches, dossier.content.behind.news,
        )
        if dossier.lookups or dossier.shifts
        else None,
        table=None,
        note=_("Clock times in the zone %(zone)s. The table below and the CSV file hold the same lookups.",
               zone=dossier.zone),
        empty=_("There is no lookup and no shift in this period."),
    )  # fmt: skip


def timeline(  # noqa: PLR0913, PLR0917 - what is drawn, from back to front
    lookups: Sequence[Lookup],
    shifts: Sequence[Shift],
    period: Period,
    words: Words,
    dispatches: Sequence[Stretch] = (),
    news: Sequence[Moment] = (),
) -> dict[str, Any]:
    """A Plotly figure as plain dicts: days across, hours of the local day down, from midnight to midnight."""
    _ = words.gettext
    names = {
        "duty": _("duty"), "standby": _("standby"), "training": _("training"), "leave": _("leave"),
        "sick": _("sick"), "open": _("no work link, no question"), "explained": _("explained by work"),
        "question": _("question raised, risk below 50%%"), "grave": _("question raised, risk 50%% or more"),
    }  # fmt: skip
    drawing = drawing_of(lookups, period)
    data = [_bars(kind, names[kind], shifts, period, words) for kind in _SHIFTS]
    data += [_dispatches(dispatches, period, words)]
    data += [counted_marks(state, names[state], drawing, period, words) for state in STATES]
    data += [single_marks(state, names[state], drawing.single, words) for state in STATES]
    data += [_news(news, words)]
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
        start = hour_of(shift.starts_at) if day == shift.starts_at.date() else 0.0
        end = hour_of(shift.ends_at) if day == shift.ends_at.date() else _HOURS_A_DAY
        if end > start:
            pieces.append((day.isoformat(), start, end, text))
        day += timedelta(days=1)
    return pieces


def _dispatches(dispatches: Sequence[Stretch], period: Period, words: Words) -> dict[str, Any]:
    """Dispatches as narrow bars in front of the roster, cut at each midnight."""
    pieces = [
        (day, start, end, f"{text}<br>{_escaped(one.label)}")
        for one in dispatches
        for day, start, end, text in _by_day(Shift(one.starts_at, one.ends_at, "dispatch"), words)
        if period.first.isoformat() <= day <= period.last.isoformat()
    ]
    name = words.gettext("dispatch")
    return {
        "type": "bar",
        "name": name,
        "x": [day for day, _from, _to, _text in pieces],
        "base": [start for _day, start, _to, _text in pieces],
        "y": [round(end - start, 4) for _day, start, end, _text in pieces],
        "hovertext": [f"{name}: {text}" for _day, _from, _to, text in pieces],
        "hoverinfo": "text",
        "width": round(_DAY_MS * 0.5),
        "marker": {"color": "#9fbad3", "line": {"color": "#5d7f9f", "width": 0.5}},
    }


def _news(news: Sequence[Moment], words: Words) -> dict[str, Any]:
    name = words.gettext("news about a subject")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.at.date().isoformat() for one in news],
        "y": [hour_of(one.at) for one in news],
        "hovertext": [
            f"{words.moment(one.at)}<br>{name}: {_escaped(one.subject_id)}<br>{_escaped(one.headline or '–')}"
            for one in news
        ],
        "hoverinfo": "text",
        "marker": {
            "color": "#5b3a8c",
            "symbol": "star",
            "size": 11,
            "line": {"color": "#ffffff", "width": 1},
        },
    }


def _escaped(text: str) -> str:
    """Text for the pointer; the figure library reads markup in it."""
    return html.escape(shown(text, longest=80), quote=False)


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
