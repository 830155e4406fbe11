"""The figure of all weeks: questions by motive, with what happened meanwhile."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lookup_audit.reporting.dashboard.chance import rate_ratio
from lookup_audit.reporting.dashboard.figures import COLOURS, INK, MARKS, QUIET, axis, layout, plot_text
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import MOTIVES, Compared, Rate
from lookup_audit.reporting.page import Data, Figure, Table, Value

_SMALLEST_CHANGE = 1.5  # a smaller one is no headline, however certain
_PANELS = {  # from top to bottom, in parts of the height
    "curiosity": (0.77, 0.97),
    "personal_involvement": (0.48, 0.68),
    "personal_benefit": (0.19, 0.39),
}
_STRIP = (0.0, 0.11)


@dataclass(frozen=True)
class Marks:
    """What happened meanwhile: days with a news item, and prevention activities with what they were."""

    news: Sequence[dt.date]
    prevention: Sequence[tuple[dt.date, str]]


def weeks_figure(
    weeks: Mapping[str, Sequence[Rate]],
    motives: Mapping[str, Compared],
    marks: Marks,
    names: Names,
) -> Figure:
    """Questions per 10,000 lookups by week, a panel for each motive, with news and prevention below."""
    _ = names.words.gettext
    mondays = [dt.date.fromisoformat(rate.name[0]) for rate in weeks[MOTIVES[0]]]
    table = Table(
        (_("Week of"), _("Lookups"), *(names.motive(motive) for motive in MOTIVES)),
        tuple(
            (
                names.words.date(monday),
                names.words.number(weeks[MOTIVES[0]][place].lookups),
                *(_count_and_rate(weeks[motive][place], names) for motive in MOTIVES),
            )
            for place, monday in enumerate(mondays)
        ),
        (1, 2, 3, 4),
        _data(weeks, mondays, names),
    )
    subtitle = _(
        "Questions per 10,000 lookups, by week and motive, each on its own scale, with 95%% intervals."
    )
    if not any(rate.rate is not None for rates in weeks.values() for rate in rates):
        known = any(rate.lookups is not None for rate in weeks[MOTIVES[0]])
        return Figure(
            "weeks",
            _("Too few questions to compare"),
            subtitle,
            None,
            table if known else None,
            empty=_("No week has enough questions to be shown."),
        )
    return Figure(
        "weeks",
        _title(weeks, names),
        subtitle,
        _panels(weeks, motives, mondays, marks, names),
        table,
        note=_(
            "Dotted: the motive's rate over the whole period. "
            "Below: days with a news item about a person (ticks) and prevention activities (diamonds).",
        ),
    )


def _data(weeks: Mapping[str, Sequence[Rate]], mondays: Sequence[dt.date], names: Names) -> Data:
    """The same for a spreadsheet: for each motive the questions, and their rate with its interval."""
    _ = names.words.gettext
    columns = [_("Week of"), _("Lookups")]
    for motive in MOTIVES:
        parts = (_("Questions"), *names.rate_columns())
        columns += [f"{names.motive(motive)}: {part}" for part in parts]
    rows = []
    for place, monday in enumerate(mondays):
        row: list[Value] = [monday, weeks[MOTIVES[0]][place].lookups]
        for motive in MOTIVES:
            rate = weeks[motive][place]
            row += [rate.questions, *names.rate_values(rate)]
        rows.append(tuple(row))
    return Data(tuple(columns), tuple(rows))


def _count_and_rate(rate: Rate, names: Names) -> str:
    count = names.words.number(rate.questions)
    return count if rate.rate is None else f"{count} · {names.words.number(rate.rate, 1)}"


def _title(weeks: Mapping[str, Sequence[Rate]], names: Names) -> str:
    """The largest change from one week to the next that is beyond chance, in words; a rise before any fall.

    What falls after a peak only comes back to what it was.
    """
    _ = names.words.gettext
    pairs = [
        (motive, before, after)
        for motive, rates in weeks.items()
        for before, after in pairwise(rates)
        if before.rate is not None and after.rate is not None and before.questions != after.questions
    ]
    found: list[tuple[float, str, Rate]] = []
    for motive, before, after in pairs:
        ratio, low, high = rate_ratio(
            after.questions,
            after.lookups,
            before.questions,
            before.lookups,
            confidence=1 - 0.05 / len(pairs),
            rounded=(1, 1),
        )
        if (low > 1 and ratio >= _SMALLEST_CHANGE) or (high < 1 and ratio <= 1 / _SMALLEST_CHANGE):
            found.append((ratio, motive, after))
    if not found:
        return _("No week differs from the one before by more than chance")
    ratio, motive, week = max(found, key=lambda change: (change[0] > 1, _size(change[0])))
    day = names.words.date(dt.date.fromisoformat(week.name[0]), "d MMMM")
    return _sentence(ratio, names) % {"motive": names.motive(motive), "day": day}


def _size(ratio: float) -> float:
    return math.inf if ratio in (0.0, math.inf) else abs(math.log(ratio))


def _sentence(ratio: float, names: Names) -> str:
    """The sentence for a change, with places for motive and day."""
    _ = names.words.translations.gettext
    by_least_ratio = (
        (3.5, _("%(motive)s rose sharply in the week of %(day)s")),
        (2.5, _("%(motive)s about tripled in the week of %(day)s")),
        (1.75, _("%(motive)s about doubled in the week of %(day)s")),
        (1.0, _("%(motive)s rose by more than half in the week of %(day)s")),
        (0.57, _("%(motive)s fell by a third in the week of %(day)s")),
        (0.4, _("%(motive)s about halved in the week of %(day)s")),
        (0.0, _("%(motive)s fell sharply in the week of %(day)s")),
    )
    return next(sentence for least, sentence in by_least_ratio if ratio >= least)


def _panels(
    weeks: Mapping[str, Sequence[Rate]],
    motives: Mapping[str, Compared],
    mondays: Sequence[dt.date],
    marks: Marks,
    names: Names,
) -> dict[str, Any]:
    _ = names.words.gettext
    data: list[dict[str, Any]] = []
    parts: dict[str, Any] = {"annotations": [], "shapes": []}
    for number, (motive, domain) in enumerate(_PANELS.items(), start=1):
        place = "" if number == 1 else str(number)
        data += _panel(weeks[motive], motive, place, names)
        tops = [rate.high for rate in weeks[motive] if rate.high is not None]
        top = max(tops, default=1.0) * 1.08
        parts[f"yaxis{place}"] = axis(domain=domain, range=[0, top], nticks=4, showticklabels=bool(tops))
        parts["annotations"].append(
            {
                "text": f"<b>{plot_text(names.motive(motive))}</b>",
                "xref": "paper",
                "x": 0,
                "xanchor": "left",
                "yref": "paper",
                "y": domain[1] + 0.005,
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"color": INK, "size": 14},
            }
        )
        mean = motives[motive].now.rate
        if mean is not None:
            parts["shapes"].append(
                {
                    "type": "line",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1,
                    "yref": f"y{place}",
                    "y0": mean,
                    "y1": mean,
                    "layer": "below",
                    "line": {"color": QUIET, "width": 1, "dash": "dot"},
                }
            )
    parts["shapes"] += [
        {
            "type": "line",
            "x0": day.isoformat(),
            "x1": day.isoformat(),
            "yref": "paper",
            "y0": 0,
            "y1": 0.97,
            "layer": "below",
            "line": {"color": "#9fb0c0", "width": 1, "dash": "dash"},
        }
        for day in sorted({day for day, _what in marks.prevention})
    ]
    data += _strip(marks, names)
    parts["yaxis4"] = axis(
        domain=_STRIP,
        range=[-0.6, 1.6],
        tickvals=[0, 1],
        ticktext=[_("Prevention"), _("News")],
        showgrid=False,
    )
    first, last = mondays[0] - dt.timedelta(days=1), mondays[-1] + dt.timedelta(days=8)
    parts["xaxis"] = axis(
        type="date",
        range=[first.isoformat(), last.isoformat()],
        anchor="y4",
        showgrid=False,
        **week_ticks(mondays, 9, names),
    )
    narrow = week_ticks(mondays, 4, names)
    meta = {"narrow": {"xaxis.tickvals": narrow["tickvals"], "xaxis.ticktext": narrow["ticktext"]}}
    return {"data": data, "layout": layout(names, 640, meta=meta, **parts)}


def middle_of_week(week: str) -> str:
    """The Thursday of a week given by its Monday: its rate is drawn in its middle, so that marks by day line up."""
    return (dt.date.fromisoformat(week) + dt.timedelta(days=3)).isoformat()


def week_ticks(mondays: Sequence[dt.date], most: int, names: Names) -> dict[str, Any]:
    """Ticks of an axis of dates: at most that many weeks, evenly spread."""
    shown = mondays[:: max(1, math.ceil(len(mondays) / most))]
    return {
        "tickvals": [middle_of_week(monday.isoformat()) for monday in shown],
        "ticktext": [names.words.date(monday, "d MMM") for monday in shown],
    }


def _panel(rates: Sequence[Rate], motive: str, place: str, names: Names) -> list[dict[str, Any]]:
    """The line of one motive, with its intervals."""
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [middle_of_week(rate.name[0]) for rate in rates],
        "y": [rate.rate for rate in rates],
        "yaxis": f"y{place}",
        "connectgaps": False,
        "line": {"color": COLOURS[motive], "width": 2},
        "marker": {"symbol": MARKS[motive], "size": 8, "color": COLOURS[motive]},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [None if rate.rate is None else (rate.high or 0.0) - rate.rate for rate in rates],
            "arrayminus": [None if rate.rate is None else rate.rate - (rate.low or 0.0) for rate in rates],
            "color": COLOURS[motive],
            "thickness": 1.2,
            "width": 3,
        },
        "hoverinfo": "text",
        "hovertext": [_hover(rate, motive, names) for rate in rates],
    }
    return [line]


def _hover(rate: Rate, motive: str, names: Names) -> str:
    day = names.words.date(dt.date.fromisoformat(rate.name[0]))
    week = names.words.gettext("week of %(day)s", day=day)
    value = names.rate(rate)
    return plot_text(f"{names.motive(motive)}, {week}: {value}")


def _strip(marks: Marks, names: Names) -> list[dict[str, Any]]:
    """Marks below the panels: a tick for a day with news, a diamond for a prevention activity."""
    days = sorted(set(marks.news))
    date = names.words.date
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [day.isoformat() for day in days],
            "y": [1] * len(days),
            "yaxis": "y4",
            "cliponaxis": False,
            "marker": {"symbol": "line-ns", "size": 12, "line": {"color": QUIET, "width": 1.5}},
            "hoverinfo": "text",
            "hovertext": [plot_text(names.words.gettext("news, %(day)s", day=date(day))) for day in days],
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [day.isoformat() for day, _what in marks.prevention],
            "y": [0] * len(marks.prevention),
            "yaxis": "y4",
            "cliponaxis": False,
            "marker": {"symbol": "diamond", "size": 11, "color": INK},
            "hoverinfo": "text",
            "hovertext": [plot_text(f"{what}, {date(day)}") for day, what in marks.prevention],
        },
    ]
