"""The page of what emerges: each change in words and with its weeks, and plain words where nothing changed."""

import datetime as dt
import json

import pytest

from lookup_audit.reporting.dashboard.counts import WEEK
from lookup_audit.reporting.dashboard.emerging import Changes
from lookup_audit.reporting.dashboard.names import Names, rule_prose
from lookup_audit.reporting.dashboard.page_emerging import emerging_page, in_words, interval_words
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.page import script_json
from lookup_audit.reporting.site import Frame, render_site
from tests.report_values import FIRST, HOSTILE, change, published, theme

EN, NL = (Names(words_of(language), rule_prose()) for language in ("en", "nl"))  # type: ignore[arg-type]
INFINITE = float("inf")
ROSE = change(("theme", "neighbour"), 2.13, 1.58, 2.94)
TEAM = change(("team", "U", "D", "Team 3"), 3.4, 1.9, 7.2, sureness="fairly_sure")


@pytest.mark.parametrize(
    ("values", "english", "dutch"),
    [
        (
            (2.13, 1.58, 2.94),
            "rose to about 2.1 times as many",
            "steeg naar ongeveer 2,1 keer zo veel vragen",
        ),
        ((2.13, 1.58, 2.94), "95% interval: 1.6 to 2.9 times", "95%-interval: 1,6 tot 2,9 keer"),
        ((0.44, 0.31, 0.62), "fell by about 55% since", "daalde met ongeveer 55% sinds"),
        ((0.44, 0.31, 0.62), "interval: 40% to 70% fewer", "interval: 40% tot 70% minder"),
        ((0.0, 0.0, 0.3), "fell by more than 95%", "daalde met meer dan 95%"),
        ((INFINITE, 4.4, INFINITE), "came up from nothing since", "kwam op vanuit niets sinds"),
        ((INFINITE, 4.4, INFINITE), "at least 4.4 times as many", "minstens 4,4 keer zo veel"),
    ],
)
def test_a_change_is_a_sentence(values: tuple[float, float, float], english: str, dutch: str) -> None:
    one = change(("theme", "neighbour"), *values)
    assert english in f"{in_words(one, 'Neighbours', EN)} {interval_words(one, EN)}"
    assert "since the week of 16 February 2026" in in_words(one, "Neighbours", EN)
    assert dutch in f"{in_words(one, 'Buren', NL)} {interval_words(one, NL)}"


def test_a_theme_is_drawn_with_its_levels_and_a_team_is_told() -> None:
    themes = (theme("neighbour", "personal_involvement", [10] * 6 + [20] * 7),)
    found = Changes((ROSE, TEAM), 14, ())
    page = emerging_page(published(themes=themes, emerging=found), EN)
    assert page.finding == "2 of 14 themes and teams changed by more than chance"
    (drawn,), (told,) = page.content["drawn"], page.content["told"]
    assert drawn.finding.startswith("“Neighbours” rose to about 2.1 times")
    assert told.what == "Team: Team 3"
    assert told.sureness.startswith("95% interval: 1.9 to 7.2 times as many. Fairly sure")
    _weeks, before, after = drawn.figure.plot["data"]
    assert (before["y"], after["y"]) == ([5.0, 5.0], [10.0, 10.0])
    assert drawn.figure.plot["layout"]["shapes"][0]["x0"] == "2026-02-16"
    assert json.loads(script_json(drawn.figure.plot))


def test_a_change_before_the_weeks_drawn_has_no_mark() -> None:
    early = change(("theme", "neighbour"), 2.0, 1.5, 2.5, since=FIRST - 4 * WEEK)
    page = emerging_page(published(emerging=Changes((early,), 3, ())), EN)
    (drawn,) = page.content["drawn"]
    assert drawn.figure.plot["layout"]["shapes"] == []
    assert drawn.figure.note == "The change lies before the weeks that are drawn."
    assert page.finding == drawn.finding


def test_a_rise_from_nothing_is_drawn_and_downloaded() -> None:
    themes = (theme("neighbour", "personal_involvement", [0] * 6 + [20] * 7),)
    found = Changes((change(("theme", "neighbour"), INFINITE, 4.0, INFINITE),), 14, ())
    page = emerging_page(published(themes=themes, emerging=found), EN)
    assert page.content["changes"].data.rows[0][3:6] == ("∞", 4.0, "∞")
    (html,) = render_site([page], "en", ("en",), Frame()).values()
    assert "came up from nothing" in html


def test_nothing_changed_and_nothing_watched_are_said_as_such() -> None:
    quiet = emerging_page(published(emerging=Changes((), 31, ())), EN)
    assert quiet.finding == "Nothing changed by more than chance; 31 themes and teams were watched"
    assert quiet.content["watched"] == "31 themes and teams were watched; none was left out."
    left_out = (
        (("theme", "neighbour"), "too_few_weeks"),
        (("team", "U", "D", "Team 3"), "too_few_questions"),
    )
    page = emerging_page(published(emerging=Changes((), 0, left_out)), EN)  # type: ignore[arg-type]
    assert page.finding == "Too little data to watch for changes yet"
    assert page.content["left_out"].rows == (
        ("Neighbours", "Theme", "too few weeks"),
        ("Team 3", "Team", "too few questions"),
    )
    for one in (quiet, page):
        (html,) = render_site([one], "en", ("en",), Frame()).values()
        assert "data-figure" not in html


def test_merged_and_unrecorded_teams_have_names_and_hostile_ones_are_escaped() -> None:
    found = tuple(
        change(("team", *path), 2.0, 1.5, 2.5)
        for path in (("U", "D"), ("U", "D", ""), ("U", "D", HOSTILE), ())
    )
    page = emerging_page(published(emerging=Changes(found, 9, ())), EN)
    assert [one.what for one in page.content["told"][:2]] == ["Team: Other teams of D", "Team: Not recorded"]
    assert page.content["told"][3].what == "Team: Other teams"
    (html,) = render_site([page], "en", ("en",), Frame()).values()
    assert "<b>" not in html
    assert "\u202e" not in html


def test_a_theme_with_one_week_is_told() -> None:
    themes = (theme("neighbour", "personal_involvement", [10]),)
    late = change(("theme", "neighbour"), 2.0, 1.5, 2.5, since=dt.date(2026, 3, 2))
    page = emerging_page(published(themes=themes, emerging=Changes((late,), 9, ())), EN)
    assert page.content["drawn"] == []
    assert page.content["told"][0].what == "Theme: Neighbours"
