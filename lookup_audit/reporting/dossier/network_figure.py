"""The figure and table of subjects that belong together: when each group was looked up."""

import datetime as dt
import html
from typing import Any

from lookup_audit.reporting.dossier.labels import Labels
from lookup_audit.reporting.dossier.network import Group, Network
from lookup_audit.reporting.dossier.numbers import Period
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.page import Data, Figure, Table
from lookup_audit.reporting.plain import shown

# The same looks as in the figure of time: symbols differ as well as colours.
_DOTS = {
    "open": {"color": "#ffffff", "line": "#52606d", "symbol": "circle", "size": 8},
    "explained": {"color": "#2c7a4b", "line": "#1d5233", "symbol": "square", "size": 7},
    "question": {"color": "#e08a00", "line": "#6b4200", "symbol": "diamond", "size": 10},
    "grave": {"color": "#b3261e", "line": "#5c0f0a", "symbol": "triangle-up", "size": 11},
}
_MEMBERS_NAMED = 6


def figure_of_network(network: Network, period: Period, labels: Labels) -> Figure:
    """A row for each group with its lookups in time, over the table of who belongs to it."""
    _ = labels.words.gettext
    return Figure(
        id="network",
        title=_("Subjects that belong together"),
        subtitle=_(
            "Each line is a household, or an owner with what is owned, of which the user looked up at least two "
            "members; each mark is a lookup. Work can bring this too: who visits an address meets all who live there."
        ),
        plot=_plot(network, period, labels.words) if network.groups else None,
        table=_table(network, labels) if network.groups else None,
        note=_note(network, labels.words),
        empty=_("No two of the subjects that were looked up belong together, as far as the register knows."),
    )


def tie_names(words: Words) -> dict[str, str]:
    """What ties the members of a group, in words."""
    _ = words.gettext
    return {"household": _("one address"), "owner": _("owner and owned")}


def _note(network: Network, words: Words) -> str:
    parts = []
    if network.more:
        parts.append(
            words.ngettext(
                "%(number)s smaller group is not listed.",
                "%(number)s smaller groups are not listed.",
                network.more,
            )
        )
    parts.append(
        words.ngettext(
            "%(number)s subject that was looked up stands alone.",
            "%(number)s subjects that were looked up stand alone.",
            network.alone,
        )
    )
    parts.append(
        words.gettext(
            "Who belongs together is as the register has it now; it may have been otherwise at the time."
        )
    )
    return " ".join(parts)


def _plot(network: Network, period: Period, words: Words) -> dict[str, Any]:
    _ = words.gettext
    names = {
        "open": _("no work link, no question"),
        "explained": _("explained by work"),
        "question": _("question raised, risk below 50%%"),
        "grave": _("question raised, risk 50%% or more"),
    }
    data = []
    for state, style in _DOTS.items():
        marks = [
            (at, number, group)
            for number, group in enumerate(network.groups, start=1)
            for at, its in group.moments
            if its == state
        ]
        if marks:
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": names[state],
                    "x": [at.strftime("%Y-%m-%d %H:%M") for at, _number, _group in marks],
                    "y": [number for _at, number, _group in marks],
                    "hovertext": [_hover(at, number, names[state], words) for at, number, _group in marks],
                    "hoverinfo": "text",
                    "cliponaxis": False,
                    "marker": {
                        "color": style["color"],
                        "symbol": style["symbol"],
                        "size": style["size"],
                        "line": {"color": style["line"], "width": 1.2},
                    },
                }
            )
    return {"data": data, "layout": _layout(len(network.groups), period, words)}


def _hover(at: dt.datetime, number: int, state: str, words: Words) -> str:
    lines = (words.moment(at), words.gettext("group %(number)s", number=words.number(number)), state)
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def _layout(groups: int, period: Period, words: Words) -> dict[str, Any]:
    numbers = list(range(1, groups + 1))
    days = [
        period.first + dt.timedelta(days=nr) for nr in range(0, period.days, max(1, -(-period.days // 6)))
    ]
    margin = dt.timedelta(days=max(1, period.days // 40))
    return {
        "height": 110 + 30 * groups,
        "margin": {"l": 56, "r": 16, "t": 8, "b": 40},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "font": {"family": "Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif", "size": 13},
        "hoverlabel": {"align": "left", "bgcolor": "#ffffff", "font": {"color": "#1b2430"}},
        "hovermode": "closest",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -36 / (30 * groups + 62), "yanchor": "top"},
        "xaxis": {
            "type": "date",
            "range": [(period.first - margin).isoformat(), (period.last + margin).isoformat()],
            "tickvals": [day.isoformat() for day in days],
            "ticktext": [words.date(day, "d MMM") for day in days],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [groups + 0.6, 0.4],
            "tickvals": numbers,
            "ticktext": [words.number(number) for number in numbers],
            "title": {"text": words.gettext("group"), "standoff": 4},
            "gridcolor": "#e4e9ee",
            "zeroline": False,
            "fixedrange": True,
        },
    }


def _table(network: Network, labels: Labels) -> Table:
    words = labels.words
    _ = words.gettext
    columns = (
        _("Group"), _("Subjects looked up, with their lookups"), _("Tied by"), _("Lookups"), _("With a question"),
        _("First"), _("Last"),
    )  # fmt: skip
    rows, data = [], []
    for number, group in enumerate(network.groups, start=1):
        ties = words.list([tie_names(words)[tie] for tie in group.ties])
        text = (words.number(number), _members(group, labels), ties)
        days = (group.first_at.date(), group.last_at.date())
        counts = (words.number(group.lookups), words.number(group.questions))
        rows.append((*text, *counts, *(words.date(day, "d MMM y") for day in days)))
        data.append((number, text[1], ties, group.lookups, group.questions, *days))
    return Table(columns, tuple(rows), numeric=(3, 4), data=Data(columns, tuple(data)))


def _members(group: Group, labels: Labels) -> str:
    """The members with their kind, name and number of lookups; of many, the first six and how many more."""
    words = labels.words
    named = []
    for member in group.members[:_MEMBERS_NAMED]:
        parts = [shown(member.subject_id, 80)]
        if member.subject_type:
            parts.append(labels.code(member.subject_type))
        if member.name:
            parts.append(shown(member.name, 80))
        named.append(f"{' '.join(parts)} ({words.number(member.lookups)})")
    more = len(group.members) - len(named)
    if more:
        named.append(words.gettext("%(number)s more", number=words.number(more)))
    return "; ".join(named)
