"""The page of news: waves of attention for people whom everyone talks about, who stay unnamed."""

from dataclasses import dataclass

from lookup_audit.reporting.dashboard.figures_news import (
    Wave,
    news_figure,
    small_waves,
    wave_figure,
    waves,
)
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.page import Figure
from lookup_audit.reporting.site import SitePage

MOST_CURVES = 12
"""So many waves are drawn by day, the largest; the others are in the table."""


@dataclass(frozen=True)
class WaveCard:
    """One wave as the page tells it."""

    reference: str
    day: str
    sentence: str
    figure: Figure


def news_page(published: Published, names: Names) -> SitePage:
    """All waves over the period, then each by day: how many users, over how many units, and how fast it died."""
    _ = names.words.gettext
    found = waves(published)
    largest = sorted(found, key=lambda wave: -wave.burst.users)[:MOST_CURVES]
    figure = news_figure(published, found, names)
    return SitePage(
        "news",
        _("News"),
        "report_news.html",
        {
            "figure": figure,
            "cards": [_card(wave, names) for wave in found if wave in largest],
            "left_out": len(found) > MOST_CURVES,
            "small": small_waves(published, names) if found else "",
            "talk_about": names.theme("news_spike")
            if any(theme.theme == "news_spike" for theme in published.themes)
            else "",
        },
        about=_(
            "How many users looked up someone in the news, how fast it died, and what was done about it."
        ),
        finding=figure.title,
    )


def _card(wave: Wave, names: Names) -> WaveCard:
    number = names.words.number
    return WaveCard(
        reference=names.given(wave.burst.reference),
        day=names.words.date(wave.busiest),
        sentence=names.words.ngettext(
            "About %(users)s users in all, in one unit.",
            "About %(users)s users in all, spread over %(number)s units.",
            wave.burst.units,
            users=number(wave.burst.users),
        )
        if wave.burst.units
        else names.words.gettext("About %(users)s users in all.", users=number(wave.burst.users)),
        figure=wave_figure(wave, names),
    )
