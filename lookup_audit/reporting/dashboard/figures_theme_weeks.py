"""The weeks of one theme as a small figure."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from lookup_audit.reporting.dashboard.chance import rate_interval
from lookup_audit.reporting.dashboard.emerging import Change
from lookup_audit.reporting.dashboard.figures import COLOURS, MARKS, QUIET, axis, layout, plot_text
from lookup_audit.reporting.dashboard.figures_weeks import middle_of_week, week_ticks
from lookup_audit.reporting.dashboard.in_words import signed
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published, Rate, Theme
from lookup_audit.reporting.page import Data, Figure, Table

_LEVEL = 0.05


def theme_weeks_figure(theme: Theme, published: Published, names: Names, slug: str) -> Figure:
    """The weeks of one theme, with its prevention activities."""
    _ = names.words.gettext
    change = next((one for one in published.emerging.found if one.name == ("theme", theme.theme)), None)
    held = [(day, kind) for day, kind, about in published.activities if about == theme.theme]
    labels = [names.words.date(dt.date.fromisoformat(rate.name[0])) for rate in theme.weeks]
    shown = len(theme.weeks) > 1
    notes = []
    if shown:
        notes.append(_("Dotted: the whole period."))
    if shown and held:
        days = [f"{names.code(kind)}, {names.words.date(day, 'd MMMM')}" for day, kind in dict.fromkeys(held)]
        notes.append(_("Dashed: %(activities)s.", activities="; ".join(days)))
    return Figure(
        f"weeks-{slug}",
        _title(theme, change, names),
        _("Questions per 10,000 lookups, by week, with 95%% intervals."),
        _plot(theme, [day for day, _kind in held], names) if shown else None,
        Table(
            (_("Week of"), _("Lookups"), _("Questions"), _("Per 10,000 (95%% interval)")),
            tuple(
                (
                    label,
                    names.words.number(rate.lookups),
                    names.words.number(rate.questions),
                    names.rate(rate),
                )
                for rate, label in zip(theme.weeks, labels, strict=True)
            ),
            (1, 2, 3),
            Data(
                (_("Week of"), _("Lookups"), _("Questions"), *names.rate_columns()),
                tuple(
                    (
                        dt.date.fromisoformat(rate.name[0]),
                        rate.lookups,
                        rate.questions,
                        *names.rate_values(rate),
                    )
                    for rate in theme.weeks
                ),
            ),
        )
        if theme.weeks
        else None,
        note=" ".join(notes),
        empty=_("One week or less is shown, so there is no course over time."),
    )


def _title(theme: Theme, change: Change | None, names: Names) -> str:
    """Since when the theme has another level; else which week was surely above the period; else that none was."""
    _ = names.words.gettext
    if change is not None:
        day = names.words.date(change.since)
        if math.isinf(change.ratio):
            return _("Came up in the week of %(day)s", day=day)
        if change.ratio >= 2:
            return _(
                "Since the week of %(day)s about %(times)s times as many",
                day=day, times=names.words.number(change.ratio, 1),
            )  # fmt: skip
        return _(
            "Since the week of %(day)s about %(change)s", day=day, change=signed(change.ratio - 1, names)
        )
    level = theme.compared.now.rate or 0.0
    above = [
        (low, rate)
        for rate in theme.weeks
        if rate.questions and rate.lookups
        for low in [rate_interval(rate.questions, rate.lookups, 1 - _LEVEL / len(theme.weeks), rounded=1)[1]]
        if low > level
    ]
    if above:
        peak = max(above, key=lambda pair: (pair[0], pair[1].name))[1]
        day = names.words.date(dt.date.fromisoformat(peak.name[0]), "d MMMM")
        return _("Most in the week of %(day)s, by more than chance", day=day)
    return _("No week stands out by more than chance")


def _plot(theme: Theme, held: Sequence[dt.date], names: Names) -> dict[str, Any]:
    rates: Sequence[Rate] = theme.weeks
    mondays = [dt.date.fromisoformat(rate.name[0]) for rate in rates]
    colour = COLOURS.get(theme.motive, QUIET)
    level = theme.compared.now.rate or 0.0
    most = max([rate.high or 0.0 for rate in rates] + [level, 0.1]) * 1.05
    shapes = [
        {
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level, "layer": "below",
            "line": {"color": QUIET, "width": 1.2, "dash": "dot"},
        },
        *(
            {
                "type": "line", "x0": day.isoformat(), "x1": day.isoformat(), "yref": "paper", "y0": 0, "y1": 1,
                "layer": "below", "line": {"color": QUIET, "width": 1.2, "dash": "dash"},
            }
            for day in sorted(set(held))
        ),
    ]  # fmt: skip
    first, last = mondays[0] - dt.timedelta(days=1), mondays[-1] + dt.timedelta(days=8)
    narrow = week_ticks(mondays, 4, names)
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [middle_of_week(rate.name[0]) for rate in rates],
                "y": [rate.rate for rate in rates],
                "connectgaps": False,
                "line": {"color": colour, "width": 1.8},
                "marker": {"symbol": MARKS.get(theme.motive, "circle"), "size": 8, "color": colour},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [(rate.high or 0.0) - (rate.rate or 0.0) for rate in rates],
                    "arrayminus": [(rate.rate or 0.0) - (rate.low or 0.0) for rate in rates],
                    "color": "#9fb0c0",
                    "thickness": 1.2,
                    "width": 0,
                },
                "cliponaxis": False,
                "hoverinfo": "text",
                "hovertext": [
                    plot_text(
                        names.words.gettext("week of %(day)s", day=names.words.date(monday))
                        + f": {names.rate(rate)}"
                    )
                    for monday, rate in zip(mondays, rates, strict=True)
                ],
            }
        ],
        "layout": layout(
            names,
            190,
            margin={"l": 8, "r": 12, "t": 10, "b": 30},
            shapes=shapes,
            xaxis=axis(
                type="date",
                range=[first.isoformat(), last.isoformat()],
                showgrid=False,
                **week_ticks(mondays, 5, names),
            ),
            yaxis=axis(range=[0, most], nticks=4),
            meta={"narrow": {"xaxis.tickvals": narrow["tickvals"], "xaxis.ticktext": narrow["ticktext"]}},
        ),
    }  # fmt: skip
