"""The pages of the prevention report: which figures stand on which, and under which words."""

from collections.abc import Mapping, Sequence

from lookup_audit.reporting.names import Names
from lookup_audit.reporting.page import Figure, Table
from lookup_audit.reporting.site import SitePage
from lookup_audit.settings import Reporting


def figure_pages(found: Mapping[str, Figure], limits: Reporting, names: Names) -> list[SitePage]:
    """The pages of figures, in the order of the navigation; `found` are all figures by name."""
    _ = names.words.gettext
    minimum = names.words.number(limits.minimum_group)
    return [
        figure_page(
            "trends",
            _("Trends"),
            heading=_("Over time"),
            lead=_("How questions and explained lookups went, week by week."),
            rows=[[found["weeks"]], [found["explained"]]],
        ),
        figure_page(
            "where",
            _("Where"),
            heading=_("Where in the organisation"),
            lead=_(
                "Groups of fewer than %(minimum)s users are merged into the level above. A group can differ "
                "because of its work, its area, or how well its cases are registered: ask before concluding.",
                minimum=minimum,
            ),
            rows=[[found["teams"]]],
            about=_("Teams, or districts of a large force, beside the whole."),
        ),
        figure_page(
            "when",
            _("When"),
            heading=_("When, and on which systems"),
            lead=_("At which hours of the week, on which systems, and on what device."),
            rows=[[found["hours"]], [found["systems"], found["channels"]]],
        ),
        figure_page(
            "themes",
            _("Themes"),
            heading=_("What about"),
            lead=_(
                "A theme is the pattern that fits a lookup best. Themes are what a prevention session can be about."
            ),
            rows=[[found["themes"]]],
        ),
    ]


def figure_page(  # noqa: PLR0913 - what a page is called, says and shows
    name: str, label: str, *, heading: str, lead: str, rows: Sequence[Sequence[Figure]], about: str = ""
) -> SitePage:
    """A page that is figures only: each row stands side by side where there is room.

    The title of its first figure is what the page has found; `about` is for the overview, where the lead is
    too long for it.
    """
    return SitePage(
        name,
        label,
        "report_figures.html",
        {"heading": heading, "lead": lead, "rows": rows},
        about=about or lead,
        finding=rows[0][0].title,
    )


def measures_page(interventions: Table | None, names: Names) -> SitePage:
    """The page of prevention activities; without any, it says so."""
    count = len(interventions.rows) if interventions else 0
    _ = names.words.gettext
    return SitePage(
        "measures",
        _("Measures"),
        "report_measures.html",
        {"interventions": interventions},
        about=_("What was done to prevent, and for whom."),
        finding=names.words.ngettext(
            "%(number)s activity was registered", "%(number)s activities were registered", count
        )
        if count
        else "",
    )
