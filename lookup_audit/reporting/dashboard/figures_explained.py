"""The figure of what work explains, by week."""

import math

from lookup_audit.reporting.dashboard.figures import INK, axis, layout
from lookup_audit.reporting.dashboard.figures_weeks import middle_of_week, week_ticks
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.page import Data, Figure, Table


def explained_figure(published: Published, names: Names) -> Figure:
    """The share of lookups with a valid work link, by week."""
    _ = names.words.gettext
    weeks = published.explained_weeks
    share = published.explained["now"]
    title = _("Too little is known to say what share work explains")
    if share is not None:
        title = _("Work explains %(share)s of all lookups", share=names.words.percent(share))
    lowest = min((share for _day, share in weeks), default=0.0)
    floor = max(0.0, math.floor(lowest * 10 - 1) / 10)
    steps = [floor + (1 - floor) * step / 4 for step in range(5)]
    plot = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [middle_of_week(day.isoformat()) for day, _share in weeks],
                "y": [share for _day, share in weeks],
                "line": {"color": INK, "width": 2},
                "marker": {"size": 7},
                "hoverinfo": "text",
                "hovertext": [
                    f"{names.words.date(day)}: {names.words.percent(share)}" for day, share in weeks
                ],
            }
        ],
        "layout": layout(
            names,
            240,
            xaxis=axis(type="date", showgrid=False, **week_ticks([day for day, _share in weeks], 5, names)),
            yaxis=axis(
                range=[floor, 1.005],
                tickvals=steps,
                ticktext=[names.words.percent(step, 0 if floor < 0.9 else 1) for step in steps],
            ),
        ),
    }
    return Figure(
        "explained",
        title,
        _("Share of lookups with a valid work link, by week. The axis does not start at zero.")
        if floor
        else _("Share of lookups with a valid work link, by week."),
        plot if len(weeks) > 1 else None,
        Table(
            (_("Week of"), _("Explained")),
            tuple((names.words.date(day), names.words.percent(share)) for day, share in weeks),
            (1,),
            Data((_("Week of"), _("Explained (%%)")), tuple((day, 100 * share) for day, share in weeks)),
        ),
        empty=_("One week or less is shown, so there is no course over time."),
    )
