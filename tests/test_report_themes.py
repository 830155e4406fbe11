"""The page of themes: what it finds, in words; what it says of nothing; and that names stay names."""

import re
from typing import Any

import pytest

from lookup_audit.reporting.dashboard.emerging import Change, Changes
from lookup_audit.reporting.dashboard.figures_theme_weeks import theme_weeks_figure
from lookup_audit.reporting.dashboard.figures_themes import themes_figure
from lookup_audit.reporting.dashboard.in_words import change_words, per_1000_words, short_change, signed
from lookup_audit.reporting.dashboard.page_themes import teams_with_most_to_gain, themes_page
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.dashboard.standing_out import moved, standing_out, together
from lookup_audit.reporting.site import Frame, render_site
from lookup_audit.settings import Language
from tests.hand_made import FIRST, TEAM_LOOKUPS, TEAMS, a_theme, compared, names_in, published, rate

ZAND, HELM, VLOED, OTHERS = TEAMS
INFINITE = float("inf")


def _html(content: Published, language: Language = "en") -> str:
    names = names_in(language)
    return render_site([themes_page(content, names)], language, ("en", "nl"), Frame())["themes.html"]


def _section(html: str, theme: str) -> str:
    found = re.search(rf'<section class="theme" id="theme-{theme}".*?</section>', html, re.DOTALL)
    assert found, theme
    return found[0]


@pytest.mark.parametrize(
    ("themes", "english", "dutch"),
    [
        ([], "No theme has a question, or nearly none", "Bij geen enkel thema zijn er vragen, of bijna geen"),
        (
            [a_theme("neighbour", 60), a_theme("family", 20)],
            "“Neighbours” is the most frequent theme",
            "“Buren” komt het vaakst voor",
        ),
        (
            [a_theme("neighbour", 60), a_theme("family", 65), a_theme("news_spike", 5)],
            "“Family and household” and “Neighbours” are the most frequent themes",
            "“Familie en huishouden” en “Buren” komen het vaakst voor",
        ),
        (
            [a_theme("neighbour", 100, before=20), a_theme("family", 105, before=100)],
            "“Neighbours” rose since the period before",
            "“Buren” steeg ten opzichte van de periode ervoor",
        ),
        (
            [a_theme("neighbour", 20, before=100), a_theme("family", 10, before=120)],
            "“Neighbours” and “Family and household” fell since the period before",
            "“Buren” en “Familie en huishouden” daalden ten opzichte van de periode ervoor",
        ),
        (
            [
                a_theme(name, 100, before=10)
                for name in ("news_spike", "public_figure", "neighbour", "family", "bulk_extraction")
            ],
            "5 themes rose since the period before",
            "5 thema's stegen ten opzichte van de periode ervoor",
        ),
        (
            [a_theme(name, 20) for name in ("news_spike", "public_figure", "neighbour", "family")],
            "No theme stands out above the others by more than chance",
            "Geen thema steekt meer dan toevallig boven de andere uit",
        ),
    ],
    ids=["none", "one", "as many", "rose", "fell", "many rose", "all as many"],
)
def test_the_title_is_what_was_found(themes: list[Any], english: str, dutch: str) -> None:
    content = published(themes)
    assert [themes_figure(content, names_in(language)).title for language in ("en", "nl")] == [english, dutch]
    assert themes_page(content, names_in()).finding == english


def test_a_change_within_chance_is_no_finding() -> None:
    content = published([a_theme("neighbour", 30, before=20)])
    figure = themes_figure(content, names_in())
    assert figure.title == "“Neighbours” is the most frequent theme"  # and none rose
    assert figure.plot is not None
    assert figure.plot["layout"]["annotations"] == []


def test_of_what_moved_a_phone_shows_the_arrow_only() -> None:
    figure = themes_figure(published([a_theme("neighbour", 100, before=20)]), names_in())
    assert figure.plot is not None
    (shown,) = figure.plot["layout"]["annotations"]
    assert shown["text"] == "<b>▲ 5.0 times as many</b>"
    assert figure.plot["layout"]["meta"]["narrow"]["annotations[0].text"] == "<b>▲</b>"


def test_themes_stand_by_motive_each_with_its_own_mark() -> None:
    figure = themes_figure(published([a_theme("family", 30), a_theme("neighbour", 60)]), names_in())
    assert figure.plot is not None
    labels = figure.plot["layout"]["yaxis"]["ticktext"]
    assert labels[0] == "<b>Curiosity</b>"
    assert labels[3:6] == ["<b>Personal involvement</b>", "Neighbours", "Family and household"]
    marks = [trace["marker"]["symbol"] for trace in figure.plot["data"]]
    assert len(set(marks[:3])) == 3
    assert figure.table is not None and figure.table.data is not None
    assert len(figure.table.rows) == len(figure.table.data.rows) == 5
    assert {len(row) for row in figure.table.data.rows} == {len(figure.table.data.columns)}
    assert {len(row) for row in figure.table.rows} == {len(figure.table.columns)}


def test_without_lookups_nothing_is_drawn() -> None:
    nothing = published(
        [
            type(theme)(theme.theme, theme.motive, type(theme.compared)(rate(("x",), 0, 0), None, None, None),
                        None, (), ())
            for theme in published().themes
        ]
    )  # fmt: skip
    figure = themes_figure(nothing, names_in())
    assert (figure.plot, figure.table, figure.empty) == (None, None, "There were no lookups in this period.")
    assert "There were no lookups in this period." in _html(nothing)


def test_a_section_tells_the_numbers_the_dilemma_and_the_teams() -> None:
    content = published(
        [a_theme("neighbour", 80, before=20, year_ago=70, teams={ZAND: 60, HELM: 10, VLOED: 5, OTHERS: 5})]
    )
    section = _section(_html(content), "neighbour")
    assert "About 80 questions: more than in the period before, beyond chance." in section
    assert "4.0 times as many" in section
    assert "then 1.0 per 10,000" in section
    assert "then 3.5 per 10,000" in section
    assert "Team Zand: above the whole by more than chance." in section
    assert section.count("<li>") == 4
    assert "In whose interest is it?" in section
    dutch = _section(_html(content, "nl"), "neighbour")
    assert "Team Zand: meer dan toevallig boven het geheel." in dutch
    assert "In wiens belang is het?" in dutch


def test_where_no_team_stands_out_it_says_so() -> None:
    content = published([a_theme("neighbour", 40, teams={ZAND: 15, HELM: 10, VLOED: 10, OTHERS: 5})])
    assert "None stands out" in _section(_html(content), "neighbour")
    alone = published(
        [a_theme("neighbour", 40, teams={ZAND: 40}, paths=[ZAND])],
        paths=[ZAND],
    )
    assert "There are no teams to compare" in _section(_html(alone), "neighbour")


def test_at_most_three_teams_are_named_and_the_rest_counted() -> None:
    paths = [("Eenheid", "District", f"Team {number}") for number in range(20)]
    high = dict.fromkeys(paths[:4], 60) | {paths[0]: 90}
    theme = a_theme("neighbour", 270, teams=high, paths=paths)
    assert teams_with_most_to_gain(theme)[0] == paths[0]
    section = _section(_html(published([theme], paths=paths)), "neighbour")
    assert "Team 0, Team 1 and Team 2. In all, 4 groups" in section


def test_teams_of_one_name_are_told_apart_and_merged_ones_are_named_as_such() -> None:
    paths = [("E", "Noord", "Noodhulp"), ("E", "Zuid", "Noodhulp"), ("E", "Zuid"), *TEAMS]
    teams = {paths[0]: 60, paths[2]: 60}
    section = _section(
        _html(published([a_theme("neighbour", 120, teams=teams, paths=paths)], paths=paths)), "neighbour"
    )
    assert "Noodhulp (Noord)" in section
    assert "Other teams of Zuid" in section


def test_a_theme_without_a_question_is_short_and_honest() -> None:
    html = _html(published([a_theme("neighbour", 0, before=40), a_theme("family", 30, before=30)]))
    quiet = _section(html, "neighbour")
    assert "No question, or nearly none: counts are rounded, so a 0 can be 1 to 4." in quiet
    assert "In the period before there were about 40." in quiet
    assert "data-figure" not in quiet
    assert "Who has most to gain" not in quiet
    assert "<details" in quiet
    assert "does not differ by more than chance" in _section(html, "family")


def test_without_an_earlier_period_it_says_that_it_does_not_know() -> None:
    section = _section(_html(published([a_theme("neighbour", 40)])), "neighbour")
    assert "How many there were before is not known." in section
    assert section.count("not all of those weeks were audited") == 2


def test_every_theme_has_an_anchor_that_the_contents_lead_to() -> None:
    html = _html(published([a_theme("neighbour", 40)]))
    linked = re.findall(r'<a href="#(theme-[^"]+)"', html)
    assert linked == [
        "theme-news_spike", "theme-public_figure", "theme-neighbour", "theme-family", "theme-bulk_extraction",
    ]  # fmt: skip
    assert all(f'id="{anchor}"' in html for anchor in linked)


def test_hostile_names_stay_text() -> None:
    script, image = "</script><script>window.hacked=1</script>", "<img src=x onerror='window.hacked=1'>\"'"
    paths = [("E", "D", script), ("E", "D", image), ("E", "D", "\u202egnidrocer"), *TEAMS]
    themes = [
        a_theme("neighbour", 200, teams={paths[0]: 90, paths[1]: 80, paths[2]: 80}, paths=paths),
        a_theme(f"x{script}\"'", 80, motive="curiosity", paths=paths),
        a_theme(image, 20, motive="<b>other</b>", paths=paths),
    ]
    html = _html(published(themes, paths=paths))
    assert "<script>window" not in html
    assert "<img" not in html
    assert "<b>other</b>" not in html
    assert "\u202e" not in html
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", one) for one in ids)


def test_the_weeks_of_a_theme_say_what_stands_out() -> None:
    names = names_in()
    quiet = a_theme("neighbour", 65, weeks=[5] * 13)
    peak = a_theme("neighbour", 90, weeks=[5, 5, 30, *[5] * 10])
    assert theme_weeks_figure(quiet, published([quiet]), names, "n").title == (
        "No week stands out by more than chance"
    )
    assert theme_weeks_figure(peak, published([peak]), names, "n").title == (
        "Most in the week of 19 January, by more than chance"
    )


@pytest.mark.parametrize(
    ("ratio", "title"),
    [
        (2.4, "Since the week of 2 February 2026 about 2.4 times as many"),
        (0.4, "Since the week of 2 February 2026 about −60%"),
        (INFINITE, "Came up in the week of 2 February 2026"),
    ],
)
def test_a_new_level_comes_before_a_peak(ratio: float, title: str) -> None:
    theme = a_theme("neighbour", 90, weeks=[5, 5, 30, *[5] * 10])
    change = Change(("theme", "neighbour"), FIRST.replace(month=2, day=2), ratio, 0.3, 4.0, "very_sure")
    content = published([theme], emerging=Changes((change,), 1, ()))
    assert theme_weeks_figure(theme, content, names_in(), "n").title == title


def test_activities_about_a_theme_are_marked_in_its_weeks_only() -> None:
    day = FIRST.replace(month=2, day=3)
    themes = [a_theme("neighbour", 60, weeks=[5] * 12), a_theme("family", 60, weeks=[5] * 12)]
    content = published(themes, activities=((day, "dilemma_session", "neighbour"),))
    marked, other = (theme_weeks_figure(theme, content, names_in(), "n") for theme in themes)
    assert "Dashed: Dilemma session, 3 February." in marked.note
    assert marked.plot is not None and other.plot is not None
    assert len(marked.plot["layout"]["shapes"]) == len(other.plot["layout"]["shapes"]) + 1
    assert "Dashed" not in other.note


def test_one_week_is_a_table_and_no_line() -> None:
    theme = a_theme("neighbour", 20)
    one = type(theme)(theme.theme, theme.motive, theme.compared, 5.0, theme.weeks[:1], theme.teams)
    figure = theme_weeks_figure(one, published([one]), names_in(), "n")
    assert figure.plot is None
    assert figure.table is not None and len(figure.table.rows) == 1


def test_chance_is_shared_among_all_that_are_compared() -> None:
    whole = rate((), 40)
    team = rate(("t",), 20, TEAM_LOOKUPS)
    quiet = rate(("q",), 5, TEAM_LOOKUPS)
    assert standing_out([(team, whole)]) == [0]
    assert standing_out([(team, whole), *[(quiet, whole)] * 200]) == []
    assert standing_out([(rate((), 0), whole), (rate((), 5, 0), whole), (rate((), 40), whole)]) == []
    assert standing_out([(team, rate((), 0))]) == [0]


def test_directions_need_a_period_before() -> None:
    assert moved([compared(100, 20), compared(20, 100), compared(100), compared(0, 0)]) == [1, -1, 0, 0]


def test_groups_together_have_a_wider_interval_than_one_count() -> None:
    parts = [rate((str(nr),), 10, 1000) for nr in range(10)]
    whole, single = together(("all",), parts), rate(("all",), 100, 10_000)
    assert (whole.questions, whole.lookups, whole.rate) == (100, 10_000, single.rate)
    assert (whole.low or 0) < (single.low or 0) < (single.high or 0) < (whole.high or 0)
    assert together((), []) == rate((), 0, 0)


def test_changes_in_words() -> None:
    names, dutch = names_in(), names_in("nl")
    assert change_words((1.62, 1.09, 2.41), names) == "+60% (+10% to +140%)"
    assert change_words((0.5, 0.33, 0.9), dutch) == "−50% (−65% tot −10%)"
    assert change_words((2.44, 1.3, 4.8), names) == "2.4 times as many (1.3 to 4.8)"
    assert change_words((5.0, 1.3, INFINITE), names) == "5.0 times as many (at least 1.3)"
    assert change_words((INFINITE, 1.3, INFINITE), names) == "from nearly none"
    assert change_words(None, names) == "–"
    assert short_change(INFINITE, dutch) == "van bijna geen"
    assert change_words((0.0, 0.0, 0.4), names) == "to nearly none"
    assert change_words((1.5, 1.3, INFINITE), names) == "+50% (at least +30%)"
    assert signed(0.01, names) == "±0%"


def test_users_are_no_finer_than_rounding_leaves_them() -> None:
    names = names_in()
    assert per_1000_words(41.7, 240, names) == "about 40"
    assert per_1000_words(0.0, 240, names) == "fewer than 30"
    assert per_1000_words(0.0, 65_000, names) == "fewer than 1"
    assert per_1000_words(3.4, 65_000, names) == "about 3"
    assert per_1000_words(None, 240, names) == "–"
