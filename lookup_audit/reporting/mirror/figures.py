"""The figures of a mirror: one's own as a dot, the middle half of the peers as a bar behind it."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from lookup_audit.reporting.dashboard.figures import DEEP, axis, layout, plot_text, wrapped
from lookup_audit.reporting.dashboard.figures_weeks import middle_of_week, week_ticks
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.mirror.numbers import Beside
from lookup_audit.reporting.page import Data, Figure, Table

_BAND = "#cfdcea"


def weeks_figure(name: str, by_week: Sequence[Beside], title: str, words: Words) -> Figure:
    """One's own lookups by week, over the middle half of the peers who worked that week."""
    _ = words.gettext
    days = [date.fromisoformat(one.part) for one in by_week]
    known = [one for one in by_week if one.low is not None]
    most = max([one.own for one in by_week] + [one.high or 0.0 for one in known])
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": [middle_of_week(one.part) for one in known],
            "base": [one.low for one in known],
            "y": [(one.high or 0.0) - (one.low or 0.0) for one in known],
            "width": 7 * 86_400_000 * 0.72,
            "marker": {"color": _BAND},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [middle_of_week(one.part) for one in by_week],
            "y": [one.own for one in by_week],
            "line": {"color": DEEP, "width": 2},
            "marker": {"size": 8, "color": DEEP},
            "hoverinfo": "text",
            "hovertext": [
                plot_text(f"{words.date(day)}: {_hover(one, words, share=False)}")
                for day, one in zip(days, by_week, strict=True)
            ],
        },
    ]
    plot = {
        "data": data,
        "layout": layout(
            Names(words, {}),
            300,
            xaxis=axis(type="date", showgrid=False, **week_ticks(days, 7, Names(words, {}))),
            yaxis=axis(range=[0, most * 1.06 or 1], nticks=6),
            meta={
                "narrow": {
                    f"xaxis.{key}": value for key, value in week_ticks(days, 4, Names(words, {})).items()
                }
            },
        ),
    }
    column = _("Week of")
    return Figure(
        name, title, _("Lookups by week. %(key)s", key=key_of(words, known)), plot,
        _table(column, [words.date(day) for day in days], by_week, words, share=False, values=days),
    )  # fmt: skip


def hours_figure(name: str, hours: Sequence[Beside], width: int, title: str, words: Words) -> Figure:
    """The share of one's own lookups by part of the day."""
    _ = words.gettext
    labels = [f"{int(one.part) * width:02d}–{int(one.part) * width + width:02d}" for one in hours]
    known = [(nr, one) for nr, one in enumerate(hours) if one.high is not None]
    most = max([one.own for one in hours] + [one.high or 0.0 for _nr, one in known])
    places = list(range(len(hours)))
    plot = {
        "data": [
            {
                "type": "bar",
                "x": [nr for nr, _one in known],
                "base": [one.low for _nr, one in known],
                "y": [_thick(one, most) for _nr, one in known],
                "width": 0.8,
                "marker": {"color": _BAND},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": places,
                "y": [one.own for one in hours],
                "marker": {"size": 10, "color": DEEP},
                "hoverinfo": "text",
                "hovertext": [
                    f"{label}: {_hover(one, words, share=True)}"
                    for label, one in zip(labels, hours, strict=True)
                ],
            },
        ],
        "layout": layout(
            Names(words, {}),
            300,
            xaxis=axis(tickvals=places, ticktext=labels, range=[-0.6, len(hours) - 0.4], showgrid=False),
            yaxis=_percents(most, words, 5),
            meta={"narrow": {"xaxis.tickvals": places[::3], "xaxis.ticktext": labels[::3]}},
        ),
    }
    return Figure(
        name, title,
        _("Share of your lookups by hour of the day, local time. %(key)s", key=key_of(words, known)), plot,
        _table(_("Hours"), labels, hours, words, share=True),
    )  # fmt: skip


def shares_figure(  # noqa: PLR0913, PLR0917 - an id, three texts, and what is drawn
    name: str,
    labels: Sequence[str],
    parts: Sequence[Beside],
    column: str,
    title: str,
    about: str,
    words: Words,
    *,
    empty: str = "",
) -> Figure:
    """Shares one under the other, in the order given."""
    known = [(nr, one) for nr, one in enumerate(parts) if one.high is not None]
    most = max([one.own for one in parts] + [one.high or 0.0 for _nr, one in known], default=0.0)
    across = _percents(most, words, 6)
    thin = 1 if len(across["tickvals"]) < 5 else 2
    plot = {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": [nr for nr, _one in known],
                "base": [one.low for _nr, one in known],
                "x": [_thick(one, most) for _nr, one in known],
                "width": 0.5,
                "marker": {"color": _BAND},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [one.own for one in parts],
                "y": list(range(len(parts))),
                "marker": {"size": 12, "color": DEEP},
                "cliponaxis": False,
                "hoverinfo": "text",
                "hovertext": [
                    plot_text(f"{label}: {_hover(one, words, share=True)}")
                    for label, one in zip(labels, parts, strict=True)
                ],
            },
        ],
        "layout": layout(
            Names(words, {}),
            math.ceil(70 + 42 * len(parts)),
            xaxis=across,
            yaxis=axis(
                tickvals=list(range(len(parts))),
                ticktext=[wrapped(label, 34) for label in labels],
                range=[len(parts) - 0.4, -0.6],
                showgrid=False,
                tickfont={"color": "#1b2430"},
            ),
            meta={
                "narrow": {
                    "yaxis.ticktext": [wrapped(label, 22) for label in labels],
                    "xaxis.tickvals": across["tickvals"][::thin],
                    "xaxis.ticktext": across["ticktext"][::thin],
                }
            },
        ),
    }
    return Figure(
        name, title, f"{about} {key_of(words, known)}", plot if parts else None,
        _table(column, labels, parts, words, share=True) if parts else None,
        empty=empty,
    )  # fmt: skip


def key_of(words: Words, known: Sequence[object]) -> str:
    """What the marks mean, in a sentence."""
    _ = words.gettext
    return _("Dot: you. Bar: the middle half of your peers.") if known else _("Dot: you.")


def span(one: Beside, words: Words, *, share: bool) -> str:
    """The middle half of the peers in words; a dash where they are too few."""
    if one.low is None or one.high is None:
        return words.number(None)
    low, high = (_written(value, words, share=share) for value in (one.low, one.high))
    return low if low == high else words.gettext("%(low)s to %(high)s", low=low, high=high)


def _hover(one: Beside, words: Words, *, share: bool) -> str:
    own = _written(one.own, words, share=share)
    if one.low is None:
        return words.gettext("you %(own)s", own=own)
    return words.gettext("you %(own)s, peers %(span)s", own=own, span=span(one, words, share=share))


def _written(value: float, words: Words, *, share: bool) -> str:
    return words.percent(value) if share else words.number(value)


def _thick(one: Beside, most: float) -> float:
    """How long a bar is drawn: at least so much that it is seen."""
    return max((one.high or 0.0) - (one.low or 0.0), most / 150)


def _percents(most: float, words: Words, ticks: int) -> dict[str, Any]:
    """An axis of shares from zero, with whole percents at its ticks."""
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if most / step <= ticks or step == 0.25)
    return axis(range=[0, max(most * 1.06, step)], **_at(step, most, words))


def _at(step: float, most: float, words: Words) -> dict[str, Any]:
    values = [round(step * nr, 2) for nr in range(math.floor(most * 1.06 / step) + 1)]
    return {"tickvals": values, "ticktext": [words.percent(value) for value in values]}


def _table(  # noqa: PLR0913 - what stands in it, and how
    column: str,
    labels: Sequence[str],
    parts: Sequence[Beside],
    words: Words,
    *,
    share: bool,
    values: Sequence[date] | None = None,
) -> Table:
    _ = words.gettext
    times = 100 if share else 1
    columns = (
        (_("You (%%)"), _("Peers from (%%)"), _("Peers to (%%)"))
        if share
        else (_("You"), _("Peers from"), _("Peers to"))
    )

    def amount(value: float | None) -> float | None:
        return None if value is None else round(times * value, 2)

    firsts: Sequence[date | str] = values or labels
    return Table(
        (column, _("You"), _("Middle half of your peers")),
        tuple(
            (label, _written(one.own, words, share=share), span(one, words, share=share))
            for label, one in zip(labels, parts, strict=True)
        ),
        (1, 2),
        Data(
            (column, *columns),
            tuple(
                (label, amount(one.own), amount(one.low), amount(one.high))
                for label, one in zip(firsts, parts, strict=True)
            ),
        ),
    )
