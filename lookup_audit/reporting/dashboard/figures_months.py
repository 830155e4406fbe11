"""The figure of months: questions by motive over a year, where single weeks are too restless."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lookup_audit.reporting.dashboard.figures import COLOURS, DASHES, MARKS, axis, layout, plot_text
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import MOTIVES, Rate
from lookup_audit.reporting.page import Data, Figure, Table, Value


def months_figure(months: Mapping[str, Sequence[Rate]], names: Names) -> Figure:
    """Questions per 10,000 lookups by month and motive, with intervals in the table."""
    _ = names.words.gettext
    days = [dt.date.fromisoformat(rate.name[0]) for rate in months[MOTIVES[0]]]
    columns = [_("Month"), _("Lookups")]
    for motive in MOTIVES:
        columns += [f"{names.motive(motive)}: {part}" for part in (_("Questions"), *names.rate_columns())]
    data = []
    for place, day in enumerate(days):
        row: list[Value] = [day, months[MOTIVES[0]][place].lookups]
        for motive in MOTIVES:
            rate = months[motive][place]
            row += [rate.questions, *names.rate_values(rate)]
        data.append(tuple(row))
    return Figure(
        "months",
        _title(months, names) if len(days) > 1 else _("One whole month or less was audited"),
        _("Questions per 10,000 lookups, by whole month and motive."),
        _lines(months, days, names) if len(days) > 1 else None,
        Table(
            (_("Month"), _("Lookups"), *(names.motive(motive) for motive in MOTIVES)),
            tuple(
                (
                    names.words.date(day, "MMMM y"),
                    names.words.number(months[MOTIVES[0]][place].lookups),
                    *(names.rate(months[motive][place]) for motive in MOTIVES),
                )
                for place, day in enumerate(days)
            ),
            (1, 2, 3, 4),
            Data(tuple(columns), tuple(data)),
        )
        if days
        else None,
        empty=_("Months are shown from two whole ones on."),
    )


def _title(months: Mapping[str, Sequence[Rate]], names: Names) -> str:
    """The motive that moved most between the first and the last month, where their intervals do not meet."""
    _ = names.words.gettext
    moved = [
        ((last.rate or 0.0) - (first.rate or 0.0), motive)
        for motive, rates in months.items()
        for first, last in [(rates[0], rates[-1])]
        if first.low is not None
        and last.low is not None
        and (last.low > (first.high or 0.0) or (last.high or 0.0) < first.low)
    ]
    if not moved:
        return _("From the first month to the last, no motive moved by more than chance")
    change, motive = max(moved, key=lambda pair: abs(pair[0]))
    if change > 0:
        return _("%(motive)s is higher than in the first month", motive=names.motive(motive))
    return _("%(motive)s is lower than in the first month", motive=names.motive(motive))


def _lines(months: Mapping[str, Sequence[Rate]], days: Sequence[dt.date], names: Names) -> dict[str, Any]:
    ticks = [day.isoformat() for day in days]
    texts = [names.words.date(day, "MMM yy") for day in days]
    every = max(1, len(days) // 5)
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": names.motive(motive),
                "x": ticks,
                "y": [rate.rate for rate in months[motive]],
                "line": {"color": COLOURS[motive], "width": 2, "dash": DASHES[motive]},
                "marker": {"symbol": MARKS[motive], "size": 8, "color": COLOURS[motive]},
                "hoverinfo": "text",
                "hovertext": [
                    plot_text(f"{names.motive(motive)}, {text}: {names.rate(rate)}")
                    for rate, text in zip(months[motive], texts, strict=True)
                ],
            }
            for motive in MOTIVES
        ],
        "layout": layout(
            names,
            320,
            showlegend=True,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemclick": False,
                    "itemdoubleclick": False},
            margin={"l": 8, "r": 16, "t": 40, "b": 44},
            xaxis=axis(type="date", showgrid=False, tickvals=ticks[::every], ticktext=texts[::every]),
            yaxis=axis(rangemode="tozero", nticks=5),
        ),
    }  # fmt: skip
