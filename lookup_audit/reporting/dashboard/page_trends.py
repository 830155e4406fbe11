"""The page of trends: questions by week and by month, and what work explains."""

from lookup_audit.reporting.dashboard.figures_explained import explained_figure
from lookup_audit.reporting.dashboard.figures_months import months_figure
from lookup_audit.reporting.dashboard.figures_weeks import Marks, weeks_figure
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.pages import figure_page
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.site import SitePage


def trends_page(published: Published, names: Names) -> SitePage:
    """Week by week with news and activities marked, month by month over a year, and the share explained."""
    _ = names.words.gettext
    happened = [
        (day, f"{names.code(kind)}: {names.theme(theme)}") for day, kind, theme in published.activities
    ]
    return figure_page(
        "trends",
        _("Trends"),
        heading=_("Over time"),
        lead=_("How questions and explained lookups went, week by week and month by month."),
        rows=[
            [weeks_figure(published.motive_weeks, published.motives, Marks(published.news, happened), names)],
            [months_figure(published.motive_months, names), explained_figure(published, names)],
        ],
    )
