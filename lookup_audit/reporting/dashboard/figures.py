"""Figures by group: published numbers in, one `Figure` out; nothing is counted or hidden here."""

import html
import math
import textwrap
from collections.abc import Sequence
from typing import Any

from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Rate
from lookup_audit.reporting.page import Data, Figure, Table

INK, QUIET, LINE, DEEP = "#1b2430", "#52606d", "#d5dbe1", "#12355b"
# Okabe and Ito's colours, which the colour-blind can tell apart; marks and dashes differ too, for grey paper.
COLOURS = {"curiosity": "#0072b2", "personal_involvement": "#d55e00", "personal_benefit": "#009e73"}
DASHES = {"curiosity": "solid", "personal_involvement": "dash", "personal_benefit": "dot"}
MARKS = {"curiosity": "circle", "personal_involvement": "square", "personal_benefit": "diamond"}
PATTERNS = {"curiosity": "", "personal_involvement": "/", "personal_benefit": "."}
_FONT = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif'


def plot_text(text: str) -> str:
    """Text for a figure, whose library reads a few tags: with none of them left."""
    return html.escape(text, quote=False)


def layout(names: Names, height: int, **more: Any) -> dict[str, Any]:
    """What all figures share: quiet, no frame, numbers as the language writes them."""
    return {
        "height": height,
        "font": {"family": _FONT, "size": 13, "color": INK},
        "separators": ",." if names.words.language == "nl" else ".,",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": QUIET, "font": {"color": INK, "family": _FONT}},
        "showlegend": False,
        "dragmode": False,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 44},
        **more,
    }


def axis(**more: Any) -> dict[str, Any]:
    """An axis with thin lines that cannot be dragged."""
    base = {"fixedrange": True, "gridcolor": LINE, "zeroline": False, "linecolor": "#9fb0c0", "ticks": ""}
    return {**base, "tickfont": {"color": QUIET}, "automargin": True, **more}


def wrapped(label: str, width: int) -> str:
    """A label in at most two lines of that many signs, for the margin of a figure."""
    return "<br>".join(plot_text(line) for line in textwrap.wrap(label, width, max_lines=2, placeholder="…"))


def _labels(labels: Sequence[str], width: int) -> dict[str, Any]:
    """A vertical axis of names, the first on top; by place, so that names can be anything."""
    return axis(
        tickvals=list(range(len(labels))),
        ticktext=[wrapped(label, width) for label in labels],
        range=[len(labels) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": INK},
    )


def rates_figure(  # noqa: PLR0913 - an id, two texts, and what is drawn
    name: str, rates: Sequence[Rate], labels: Sequence[str], whole: Rate, names: Names, *,
    title: str, subtitle: str, column: str, marked: Sequence[bool] = (),
) -> Figure:  # fmt: skip
    """Rates with intervals as dots, in the order given, beside the rate of the whole."""
    _ = names.words.gettext
    table = Table(
        (column, _("Lookups"), _("Questions"), _("Per 10,000 (95%% interval)")),
        tuple(
            (label, names.words.number(rate.lookups), names.words.number(rate.questions), names.rate(rate))
            for rate, label in zip(rates, labels, strict=True)
        ),
        (1, 2, 3),
        rates_data(column, rates, labels, names),
    )
    if not any(rate.rate is not None for rate in rates):
        title, empty = (
            _("Too few questions to compare"),
            _("The numbers of this table are too small to be shown."),
        )
        known = any(rate.lookups is not None for rate in rates)
        return Figure(name, title, subtitle, None, table if known else None, empty=empty)
    plot = _dots(rates, labels, whole, names, marked or [True] * len(rates))
    return Figure(name, title, subtitle, plot, table)


def rates_data(column: str, rates: Sequence[Rate], labels: Sequence[str], names: Names) -> Data:
    """Rates for a spreadsheet: each with its label, counts and interval in columns of their own."""
    _ = names.words.gettext
    return Data(
        (column, _("Lookups"), _("Questions"), *names.rate_columns()),
        tuple(
            (label, rate.lookups, rate.questions, *names.rate_values(rate))
            for rate, label in zip(rates, labels, strict=True)
        ),
    )


def by_volume(rates: Sequence[Rate]) -> list[Rate]:
    """The largest first, by lookups: an order that says nothing about conduct; what is hidden comes last."""
    return sorted(rates, key=lambda rate: (-(rate.lookups or 0), rate.name))


def _dots(
    rates: Sequence[Rate], labels: Sequence[str], whole: Rate, names: Names, marked: Sequence[bool]
) -> dict[str, Any]:
    _ = names.words.gettext
    seen = [place for place, rate in enumerate(rates) if rate.rate is not None]
    values = [rates[place].rate or 0.0 for place in seen]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": seen,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [(rates[p].high or 0.0) - (rates[p].rate or 0.0) for p in seen],
                "arrayminus": [(rates[p].rate or 0.0) - (rates[p].low or 0.0) for p in seen],
                "color": QUIET,
                "thickness": 1.5,
                "width": 0,
            },
            "marker": {
                "size": 10,
                "color": [DEEP if marked[p] else "#ffffff" for p in seen],
                "line": {"color": DEEP, "width": 1.5},
            },
            "hoverinfo": "text",
            "hovertext": [plot_text(f"{labels[p]}: {names.rate(rates[p])}") for p in seen],
        },
    ]
    unit = _("per 10,000 lookups; dotted: the whole")
    most = max([rates[place].high or 0.0 for place in seen] + [whole.rate or 0.0])
    shapes = []
    if whole.rate is not None:
        shapes = [{"type": "line", "x0": whole.rate, "x1": whole.rate, "yref": "paper", "y0": 0, "y1": 1,
                   "layer": "below", "line": {"color": QUIET, "width": 1.2, "dash": "dot"}}]  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            names,
            math.ceil(80 + 30 * len(rates)),
            shapes=shapes,
            xaxis=axis(
                title={"text": plot_text(unit), "font": {"color": QUIET, "size": 12}},
                range=[0, most * 1.05],
                nticks=6,
            ),
            yaxis=_labels(labels, 30),
            meta={
                "narrow": {
                    "yaxis.ticktext": [wrapped(label, 16) for label in labels],
                    "xaxis.title.text": wrapped(unit, 30),
                    "xaxis.nticks": 4,
                }
            },
        ),
    }
