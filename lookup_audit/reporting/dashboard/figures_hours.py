"""The figure of a week: questions by weekday and hour."""

from collections.abc import Sequence
from typing import Any

from lookup_audit.reporting.dashboard.amounts import times
from lookup_audit.reporting.dashboard.chance import PER, rate_interval
from lookup_audit.reporting.dashboard.counts import HOURS
from lookup_audit.reporting.dashboard.figures import INK, QUIET, axis, layout, rates_data
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Rate
from lookup_audit.reporting.dashboard.standing_out import StandsOut, strongest_part, together
from lookup_audit.reporting.page import Figure, Table

_BLUES = [[0.0, "#eef4fa"], [0.25, "#c3d9ec"], [0.5, "#7fb0d6"], [0.75, "#2f78b3"], [1.0, "#0b3c6b"]]

FEWEST_EXPECTED = 10
"""Questions in a block of hours: of fewer, random rounding to fives makes most of the colour."""


def hours_figure(rates: Sequence[Rate], whole: Rate, names: Names) -> Figure:
    """Questions per 10,000 lookups by weekday and block of hours."""
    _ = names.words.gettext
    days = names.words.weekdays()
    found = {(int(rate.name[0]), int(rate.name[1])): rate for rate in rates}
    spans = _spans()
    in_order = [rate for _place, rate in sorted(found.items())]
    labels = [f"{days[day - 1]} {spans[block]}" for day, block in sorted(found)]
    rows = tuple(
        (label, names.words.number(rate.lookups), names.words.number(rate.questions), names.rate(rate))
        for label, rate in zip(labels, in_order, strict=True)
    )
    above = {rate.name for rate in rates if _is_above(rate, whole, len(rates))}
    return Figure(
        "hours",
        _title(rates, names),
        _(
            "Questions per 10,000 lookups, by weekday and local time. Dot: above the rest by more than chance. "
            "Dash: too few to say. Blank: no lookups, or too few people."
        ),
        _grid(found, whole, above, names) if above or any(_tells(rate, whole) for rate in rates) else None,
        None
        if not rates
        else Table(
            (_("When"), _("Lookups"), _("Questions"), _("Per 10,000 (95%% interval)")),
            rows,
            (1, 2, 3),
            rates_data(_("When"), in_order, labels, names),
        ),
        empty=_("No part of the week has enough questions to be shown."),
    )


def _spans() -> list[str]:
    return [f"{block * HOURS:02d}–{(block + 1) * HOURS:02d}" for block in range(24 // HOURS)]


def hours_stand_out(rates: Sequence[Rate]) -> bool:
    """Whether any block of hours is above the rest by more than chance: every day, or on one."""
    return bool(_every_day(rates) or _busiest(rates))


def _title(rates: Sequence[Rate], names: Names) -> str:
    """The hours that stand out on every day; else those that do on one."""
    _ = names.words.gettext
    block = _every_day(rates)
    if block and block.ratio != float("inf"):
        return _(
            "Between %(span)s hours, questions are about %(times)s times as frequent as at other hours",
            span=_spans()[int(block.name[0])],
            times=times(block.ratio, names),
        )
    peak = _busiest(rates)
    if not peak:
        return _("Hours of the week differ little, or too little is known of them")
    return _(
        "Questions are most frequent on %(day)s between %(span)s hours",
        day=names.words.weekday(int(peak.name[0])),
        span=_spans()[int(peak.name[1])],
    )


def _every_day(rates: Sequence[Rate]) -> StandsOut | None:
    """The block of hours that stands out over the days together, also without its busiest day."""
    peak = _busiest(rates)
    kept = [rate for rate in rates if not peak or rate.name != peak.name]
    blocks = [
        together((str(block),), [rate for rate in kept if rate.name[1] == str(block)])
        for block in range(24 // HOURS)
    ]
    return strongest_part(blocks, rounded=7)


def _busiest(rates: Sequence[Rate]) -> Rate | None:
    """The block of one day that is most surely above the whole; None where none is by more than chance."""
    whole = together(("hours",), rates)
    above = [rate for rate in rates if _is_above(rate, whole, len(rates))]
    return max(above, key=lambda rate: _surely(rate, len(rates)), default=None)


def _is_above(rate: Rate, whole: Rate, of: int) -> bool:
    return bool(rate.lookups and whole.rate and _surely(rate, of) > whole.rate)


def _tells(rate: Rate, whole: Rate) -> bool:
    """Whether the colour of a block would say more than how its count happened to be rounded.

    What is to be expected of its lookups decides, not its count: else quiet hours were seen where they are
    high by chance, and not where they are low.
    """
    return rate.rate is not None and (whole.rate or 0.0) * rate.lookups / PER >= FEWEST_EXPECTED


def _colours(rate: Rate, whole: Rate, above: set[tuple[str, ...]]) -> bool:
    return rate.name in above or _tells(rate, whole)


def _surely(rate: Rate, of: int) -> float:
    """The rate that a block is at least, with the level shared among all blocks that are compared."""
    return rate_interval(rate.questions, rate.lookups, confidence=1 - 0.05 / of, rounded=1)[1]


def _grid(
    found: dict[tuple[int, int], Rate], whole: Rate, above: set[tuple[str, ...]], names: Names
) -> dict[str, Any]:
    _ = names.words.gettext
    blocks = list(range(24 // HOURS))
    spans = _spans()
    days = names.words.weekdays()
    values, texts = [], []
    for day in range(1, 8):
        row = [found.get((day, block)) for block in blocks]
        values.append([rate.rate if rate and _colours(rate, whole, above) else None for rate in row])
        texts.append(
            [
                f"{days[day - 1]} {spans[block]}: " + (_("no lookups") if rate is None else names.rate(rate))
                for block, rate in zip(blocks, row, strict=True)
            ]
        )
    every = max(1, 3 // HOURS)
    unsure = sorted(name for name, rate in found.items() if not _colours(rate, whole, above))
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
                    "outlinewidth": 0,
                    "tickfont": {"color": QUIET},
                    "nticks": 5,
                },
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [int(name[1]) for name in sorted(above)],
                "y": [int(name[0]) - 1 for name in sorted(above)],
                "marker": {"size": 9, "color": "#ffffff", "line": {"color": INK, "width": 1.5}},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": [block for _day, block in unsure],
                "y": [day - 1 for day, _block in unsure],
                "text": ["–"] * len(unsure),
                "textfont": {"color": QUIET},
                "hoverinfo": "skip",
            },
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
