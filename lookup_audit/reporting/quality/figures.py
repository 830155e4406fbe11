"""A strip of days for each system: how much came in, beside what that system usually has."""

from datetime import timedelta
from statistics import median
from typing import Any

from lookup_audit.reporting.dashboard.figures import INK, axis, layout, wrapped
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.page import Data, Figure, Table
from lookup_audit.reporting.plain import shown
from lookup_audit.reporting.quality.numbers import Quality

# Less than usual is orange, more is blue; grey is as usual. The colour-blind can tell them apart.
_SCALE = [[0, "#b35806"], [0.25, "#fdb863"], [0.5, "#e9edf0"], [0.75, "#92b4d8"], [1, "#12355b"]]
_MOST = 40  # systems in the strip; the table has them all


def volumes_figure(quality: Quality, words: Words) -> Figure:
    """Lookups by system and day; colour says how that compares with the median of the same weekday."""
    _ = words.gettext
    known: dict[str, dict[Any, int]] = {}
    for row in quality.volumes:
        known.setdefault(row["system"], {})[row["day"]] = row["lookups"]
    days = sorted({row["day"] for row in quality.volumes})
    if not days:
        return Figure(
            "volumes", _("Nothing came in"), "", None, None, empty=_("There were no lookups in these days.")
        )
    every = [days[0] + timedelta(days=nr) for nr in range((days[-1] - days[0]).days + 1)]
    systems = sorted(known, key=lambda name: (-sum(known[name].values()), name))
    table = Table(
        (_("System"), _("Lookups"), _("Days with any"), _("Median a day")),
        tuple(
            (
                shown(name, 60),
                words.number(sum(known[name].values())),
                words.number(len(known[name])),
                words.number(median(known[name].values())),
            )
            for name in systems
        ),
        (1, 2, 3),
        Data(
            (_("System"), _("Day"), _("Lookups")),
            tuple((name, day, known[name].get(day, 0)) for name in systems for day in every),
        ),
    )
    title = words.ngettext("One system sent lookups", "%(number)s systems sent lookups", len(systems))
    subtitle = _(
        "Each row is a system, the busiest first; each cell a day. Grey: as on other such weekdays. Orange: less. "
        "Blue: more. White: nothing came in."
    )
    return Figure("volumes", title, subtitle, _strip(known, systems[:_MOST], every, words), table)


def _strip(
    known: dict[str, dict[Any, int]], systems: list[str], days: list[Any], words: Words
) -> dict[str, Any]:
    values, texts = [], []
    for name in systems:
        usual = {
            weekday: median(known[name].get(day, 0) for day in days if day.weekday() == weekday)
            for weekday in {day.weekday() for day in days}
        }
        counts = [(day, known[name].get(day)) for day in days]
        values.append([_compared(count, usual[day.weekday()]) for day, count in counts])
        label = wrapped(shown(name, 60), 30)
        texts.append([f"{label}<br>{words.date(day)}: {words.number(count or 0)}" for day, count in counts])
    places = [nr for nr, day in enumerate(days) if day.weekday() == 0] or [0]
    labels = [words.date(days[nr], "d MMM") for nr in places]
    return {
        "data": [
            {
                "type": "heatmap",
                "z": values,
                "x": list(range(len(days))),
                "y": list(range(len(systems))),
                "zmin": -1,
                "zmax": 1,
                "xgap": 1,
                "ygap": 3,
                "colorscale": _SCALE,
                "showscale": False,
                "hoverinfo": "text",
                "hovertext": texts,
                "hoverongaps": True,
            }
        ],
        "layout": layout(
            Names(words, {}),
            90 + 30 * len(systems),
            xaxis=axis(tickvals=places, ticktext=labels, showgrid=False, nticks=8),
            yaxis=axis(
                tickvals=list(range(len(systems))),
                ticktext=[wrapped(shown(name, 60), 18) for name in systems],
                range=[len(systems) - 0.5, -0.5],
                showgrid=False,
                tickfont={"color": INK},
            ),
            meta={"narrow": {"xaxis.tickvals": places[::3], "xaxis.ticktext": labels[::3]}},
        ),
    }


def _compared(count: int | None, usual: float) -> float | None:
    """-1 where a third or less came in, 0 as usual, 1 three times as much or more; None for nothing."""
    if not count:
        return None
    ratio = count / usual if usual else 3.0
    return round(max(-1.0, min(1.0, (ratio - 1) / 2 if ratio > 1 else (1 - 1 / ratio) / 2)), 3)
