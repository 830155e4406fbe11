"""A page that is its figures: under which words they stand, and which stand side by side."""

from collections.abc import Sequence

from lookup_audit.reporting.page import Figure
from lookup_audit.reporting.site import SitePage


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
