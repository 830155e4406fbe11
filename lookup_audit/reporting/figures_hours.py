"""The figure of a week: questions by weekday and hour."""

from collections.abc import Sequence
from typing import Any

from lookup_audit.reporting.chance import rate_interval
from lookup_audit.reporting.counts import HOURS
from lookup_audit.reporting.figures import QUIET, axis, layout, rates_data
from lookup_audit.reporting.names import Names
from lookup_audit.reporting.page import Figure, Table
from lookup_audit.reporting.published import Rate

_BLUES = [[0.0, "#eef4fa"], [0.25, "#c3d9ec"], [0.5, "#7fb0d6"], [0.75, "#2f78b3"], [1.0, "#0b3c6b"]]


def hours_figure(rates: Sequence[Rate], whole: Rate, names: Names) -> Figure:
    """Questions per 10,000 lookups by weekday and block of hours."""
    _ = names.words.gettext
    days = names.words.weekdays()
    found = {(int(rate.name[0]), int(rate.name[1])): rate for rate in rates}
    blocks = list(range(24 // HOURS))
    spans = [f"{block * HOURS:02d}–{(block + 1) * HOURS:02d}" for block in blocks]
    in_order = [rate for _place, rate in sorted(found.items())]
    labels = [f"{days[day - 1]} {spans[block]}" for day, block in sorted(found)]
    rows = tuple(
        (label, names.words.number(rate.lookups), names.words.number(rate.questions), names.rate(rate))
        for label, rate in zip(labels, in_order, strict=True)
    )
    seen = [rate for rate in rates if rate.rate is not None]
    title = _("Hours of the week differ little, or too little is known of them")
    above = [rate for rate in seen if whole.rate and _surely(rate, len(seen)) > whole.rate]
    if above:
        peak = max(above, key=lambda rate: _surely(rate, len(seen)))
        title = _(
            "Questions are most frequent on %(day)s between %(span)s hours",
            day=names.words.weekday(int(peak.name[0])),
            span=spans[int(peak.name[1])],
        )
    return Figure(
        "hours",
        title,
        _(
            "Questions per 10,000 lookups, by weekday and local time. Blank: too few to be shown, or no lookups."
        ),
        _grid(found, blocks, spans, names) if seen else None,
        Table(
            (_("When"), _("Lookups"), _("Questions"), _("Per 10,000 (95%% interval)")),
            rows,
            (1, 2, 3),
            rates_data(_("When"), in_order, labels, names),
        ),
        empty=_("No part of the week has enough questions to be shown."),
    )


def _surely(rate: Rate, of: int) -> float:
    """The rate that a block is at least, with the level shared among all blocks that are compared."""
    return rate_interval(rate.questions, rate.lookups, confidence=1 - 0.05 / of, rounded=1)[1]


def _grid(
    found: dict[tuple[int, int], Rate], blocks: list[int], spans: list[str], names: Names
) -> dict[str, Any]:
    _ = names.words.gettext
    days = names.words.weekdays()
    values, texts = [], []
    for day in range(1, 8):
        row = [found.get((day, block)) for block in blocks]
        values.append([None if rate is None else rate.rate for rate in row])
        texts.append(
            [
                f"{days[day - 1]} {spans[block]}: " + (_("no lookups") if rate is None else names.rate(rate))
                for block, rate in zip(blocks, row, strict=True)
            ]
        )
    every = max(1, 3 // HOURS)
    return {
        "data": [
            {
                "type": "heatmap",
                "z": values,
                "x": blocks,
                "y": list(range(7)),
                "xgap": 2,
                "ygap": 2,
                "colorscale": _BLUES,
                "zmin": 0,
                "hoverinfo": "text",
                "hovertext": texts,
                "hoverongaps": True,
                "colorbar": {
                    "orientation": "h",
                    "title": {"text": _("per 10,000"), "side": "top", "font": {"color": QUIET, "size": 12}},
                    "thickness": 10,
                    "len": 0.6,
                    "x": 0,
                    "xanchor": "left",
                    "y": -0.14,
                    "yanchor": "top",
                    "outlineHOURS": 0,
                    "tickfont": {"color": QUIET},
                    "nticks": 5,
                },
            }
        ],
        "layout": layout(
            names,
            400,
            margin={"l": 8, "r": 16, "t": 8, "b": 100},
            xaxis=axis(
                tickvals=[block - 0.5 for block in blocks[::every]],
                showgrid=False,
                ticktext=[f"{block * HOURS}:00" for block in blocks[::every]],
                range=[-0.5, len(blocks) - 0.5],
            ),
            yaxis=axis(tickvals=list(range(7)), ticktext=days, range=[6.5, -0.5], showgrid=False),
            meta={
                "narrow": {
                    "xaxis.tickvals": [block - 0.5 for block in blocks[:: every * 2]],
                    "xaxis.ticktext": [f"{block * HOURS}:00" for block in blocks[:: every * 2]],
                }
            },
        ),
    }
