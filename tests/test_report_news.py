"""The page of news: how large waves were and how fast they died, with nobody named and nothing over-precise."""

import datetime as dt
import re
from typing import Any

import pytest

from lookup_audit.reporting.dashboard.figures_news import news_figure, wave_figure, waves
from lookup_audit.reporting.dashboard.page_news import MOST_CURVES, news_page
from lookup_audit.reporting.dashboard.published import Published, ShownBurst
from lookup_audit.reporting.site import Frame, render_site
from lookup_audit.settings import Language
from tests.hand_made import FIRST, PERIOD, names_in, published

DAY = dt.timedelta(days=1)
FAST = (0, 5, 80, 20, 5, *[0] * 9)
SLOW = (0, 0, 80, 75, 60, 50, 30, 5, *[0] * 6)


def burst(
    by_day: tuple[int, ...] = FAST, *, reference: str = "N-7QX2K4MD", first: dt.date = FIRST + 10 * DAY,
    users: int = 100, units: int = 2,
) -> ShownBurst:  # fmt: skip
    return ShownBurst(reference, first, users, units, by_day)


def _html(content: Published, language: Language = "en") -> str:
    names = names_in(language)
    return render_site([news_page(content, names)], language, ("en", "nl"), Frame())["news.html"]


@pytest.mark.parametrize(
    ("bursts", "english", "dutch"),
    [
        (
            (),
            "No wave of attention was large enough to be shown",
            "Geen golf van aandacht was groot genoeg om te tonen",
        ),
        (
            (burst(),),
            "One wave of attention, of about 100 users",
            "Eén golf van aandacht, van ongeveer 100 medewerkers",
        ),
        (
            (burst(), burst(reference="N-B", users=1250)),
            "2 waves of attention, the largest of about 1,250 users",
            "2 golven van aandacht, de grootste van ongeveer 1.250 medewerkers",
        ),
    ],
)
def test_the_title_counts_waves_and_names_the_size_of_the_largest(
    bursts: Any, english: str, dutch: str
) -> None:
    content = published(bursts=bursts)
    titles = [news_figure(content, waves(content), names_in(language)).title for language in ("en", "nl")]
    assert titles == [english, dutch]
    assert news_page(content, names_in()).finding == english


@pytest.mark.parametrize(
    ("by_day", "half", "title"),
    [
        (FAST, (1, 1), "Below half of the peak after 1 day"),
        (SLOW, (4, 4), "Below half of the peak after 4 days"),
        ((0, 0, 40, 20, 20, 5, *[0] * 8), (1, 3), "Below half of the peak after 1 to 3 days"),
        ((0, 0, 10, 5, *[0] * 10), None, "Too few users a day to say how fast it died"),
        ((0,) * 14, None, "Too few users a day to say how fast it died"),
    ],
    ids=["fast", "slow", "rounding blurs", "too few", "rounded away"],
)
def test_how_fast_it_died_is_said_as_far_as_rounding_lets_it(
    by_day: tuple[int, ...], half: tuple[int, int] | None, title: str
) -> None:
    (wave,) = waves(published(bursts=(burst(by_day),)))
    assert wave.half == half
    assert wave_figure(wave, names_in()).title == title


def test_days_that_were_not_counted_are_not_shown_as_quiet() -> None:
    (wave,) = waves(published(bursts=(burst(SLOW, first=PERIOD.last - 4 * DAY),)))
    assert wave.days[-1] == PERIOD.last
    assert wave.users == SLOW[:5]
    figure = wave_figure(wave, names_in())
    assert figure.title == "How fast it died is not known yet"
    assert figure.note == "The period ends before the fortnight does: later days are not counted yet."
    (early,) = waves(published(bursts=(burst(first=PERIOD.first - DAY),)))
    assert early.days[0] == PERIOD.first
    assert early.busiest == PERIOD.first + DAY


def test_a_wave_tells_its_users_and_units_under_its_reference() -> None:
    html = _html(
        published(bursts=(burst(), burst(reference="N-ONE", units=1), burst(reference="N-NONE", units=0)))
    )
    assert "About 100 users in all, spread over 2 units." in html
    assert "About 100 users in all, in one unit." in html
    assert "About 100 users in all.<" in html
    assert "N-7QX2K4MD" in html
    dutch = _html(published(bursts=(burst(),)), "nl")
    assert "In totaal ongeveer 100 medewerkers, verspreid over 2 eenheden." in dutch
    assert "Na 1 dag minder dan de helft van de piek" in dutch


@pytest.mark.parametrize(
    ("small", "text"),
    [(False, "There were no waves too small"), (True, "also waves too small")],
)
def test_small_waves_are_said_to_exist_and_never_counted(small: bool, text: str) -> None:
    html = _html(published(bursts=(burst(),), small_bursts=small))
    assert text in html


@pytest.mark.parametrize(
    ("small", "text"),
    [(False, "Nobody in the news was looked up"), (True, "each by too few users to be shown")],
)
def test_without_a_wave_it_says_whether_there_was_nothing_or_too_little(small: bool, text: str) -> None:
    html = _html(published(small_bursts=small))
    assert text in html
    assert "data-figure=" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_of_many_waves_the_largest_are_drawn_and_all_are_in_the_table() -> None:
    bursts = tuple(
        burst(reference=f"N-{nr:02}", users=10 + 5 * nr, first=FIRST + nr * DAY)
        for nr in range(MOST_CURVES + 3)
    )
    page = news_page(published(bursts=bursts), names_in())
    assert [card.reference for card in page.content["cards"]] == [f"N-{nr:02}" for nr in range(14, 2, -1)]
    assert len(page.content["figure"].table.rows) == MOST_CURVES + 3
    assert "The largest are drawn" in _html(published(bursts=bursts))


def test_only_activities_about_news_are_marked() -> None:
    held = (
        (FIRST, "campaign", "news_spike"), (FIRST + DAY, "campaign", "neighbour"), (FIRST + 2 * DAY, "debrief", ""),
    )  # fmt: skip
    content = published(bursts=(burst(),), activities=held, news=(FIRST + 12 * DAY,))
    figure = news_figure(content, waves(content), names_in())
    assert figure.plot is not None
    news, activities = figure.plot["data"][-2:]
    assert news["x"] == ["2026-01-17"]
    assert activities["hovertext"] == ["Campaign: Someone in the news, 5 January 2026"]


def test_hostile_references_stay_text() -> None:
    script = "</script><script>window.hacked=1</script>"
    html = _html(published(bursts=(burst(reference=script), burst(reference="<img src=x>\"'"))))
    assert "<script>window" not in html
    assert "<img" not in html
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", one) for one in ids)
