"""The sheet of a team session: what it shows, which dilemmas, whom it never names, and that it is one page."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from lookup_audit.errors import UsageError
from lookup_audit.reporting.dashboard.dilemmas import dilemma_in_turn, self_test, theme_text
from lookup_audit.reporting.dashboard.names import rule_prose
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.dashboard.session_sheet import find_team, render_session_sheet
from lookup_audit.reporting.language import LANGUAGES
from lookup_audit.settings import Language
from tests.hand_made import PERIOD, TEAMS, a_theme, names_in, published

ZAND, HELM, VLOED, OTHERS = TEAMS
TYPICAL = [
    a_theme("neighbour", 100, teams={ZAND: 70, HELM: 10, VLOED: 10, OTHERS: 10}),
    a_theme("family", 80, teams={ZAND: 20, HELM: 20, VLOED: 20, OTHERS: 20}),
    a_theme("news_spike", 40, teams={ZAND: 5, HELM: 15, VLOED: 10, OTHERS: 10}),
    a_theme("public_figure", 30, teams={HELM: 15, VLOED: 15}),
]
LONG = ("Eenheid Met Een Heel Lange Naam Aan De Grens Van Het Land", "District Met Een Heel Lange Naam",
        "Basisteam Langewijk aan den Rijn en omstreken, Noord en Zuid")  # fmt: skip


def _sheet(content: Published, path: tuple[str, ...] = ZAND, language: Language = "en") -> str:
    return render_session_sheet(content, path, names_in(language), language)


def _dilemma(theme: str, language: Language = "en") -> str:
    text = theme_text(theme, language)
    assert text is not None
    found = dilemma_in_turn(text, PERIOD.first)
    assert found is not None
    return found.text


def _text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#39;", "'").replace("&#34;", '"').split())


def test_it_shows_the_team_beside_its_unit() -> None:
    html = _sheet(published(TYPICAL))
    assert "<bdi>Team Zand</bdi>" in html
    assert "District Duin, Eenheid Noordzee" in html
    assert "5 January 2026 to 5 April 2026" in html
    assert "“Neighbours” comes up more often here than elsewhere" in html
    assert re.findall(r'<th scope="row"><bdi>([^<]+)', html) == [
        "Neighbours", "Family and household", "Someone in the news",
    ]  # fmt: skip
    assert "14.0 (10.5–18.2)" in html
    assert html.count('class="out"') == 1


def test_dutch_is_dutch() -> None:
    text = _text(_sheet(published(TYPICAL), language="nl"))
    assert "Teamsessie" in text
    assert "“Buren” komt hier vaker voor dan elders" in text
    assert "leidinggevende" in text and "vertrouwenspersoon" in text
    assert all(line in text for line in self_test("nl"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_holds_two_dilemmas_three_questions_the_self_test_and_where_to_go(language: Language) -> None:
    html = _sheet(published(TYPICAL), language=language)
    text = _text(html)
    assert _dilemma("neighbour", language) in text
    assert _dilemma("family", language) in text
    assert html.count('class="told"') == 2
    assert html.count("<li>") == 3
    assert all(line in text for line in self_test(language))
    assert "<b>" in html


def test_dilemmas_are_about_the_themes_that_stand_out_the_furthest_first() -> None:
    themes = [
        a_theme("neighbour", 100, teams={ZAND: 70, HELM: 10, VLOED: 10, OTHERS: 10}),
        a_theme("bulk_extraction", 60, teams={ZAND: 60}),
        a_theme("family", 400, teams=dict.fromkeys(TEAMS, 100)),
    ]
    html = _sheet(published(themes))
    assert re.findall(r'class="name"><bdi>([^<]+)', html) == ["Bulk printing and exporting", "Neighbours"]
    assert "About the two themes that come up more often here than elsewhere." in html
    assert "“Bulk printing and exporting” and “Neighbours” come up more often here than elsewhere" in html


def test_where_nothing_stands_out_dilemmas_are_about_what_is_frequent_in_the_unit() -> None:
    html = _sheet(published(TYPICAL), HELM)
    assert "No theme is more frequent here than elsewhere by more than chance" in html
    assert re.findall(r'class="name"><bdi>([^<]+)', html) == ["Neighbours", "Family and household"]
    assert "this team does not stand out" in html


def test_a_team_without_questions_still_has_a_session() -> None:
    html = _sheet(published([a_theme("neighbour", 30, teams={HELM: 15, VLOED: 15})]))
    assert "No question in this team, or nearly none" in html
    assert 'class="numbers"' in html and 'class="out"' not in html
    assert html.count('class="told"') == 2
    assert _sheet(published()).count('class="told"') == 2


def test_without_a_text_there_is_no_dilemma() -> None:
    own = a_theme("a theme of one's own", 100, motive="curiosity", teams={ZAND: 100})
    content = Published(**{**vars(published()), "themes": (own,)})
    html = _sheet(content)
    assert 'class="told"' not in html
    assert "more often here than elsewhere" in html


def test_a_unit_of_one_group_is_set_beside_the_whole() -> None:
    paths = [("Eenheid Duinen", "Noord", "Team A"), ("Eenheid Bos", "Zuid", "Team B")]
    html = _sheet(
        published([a_theme("neighbour", 40, teams={paths[0]: 20}, paths=paths)], paths=paths), paths[0]
    )
    assert "<bdi>the whole</bdi>" in html
    assert ">Whole</th>" in html


def test_merged_groups_have_a_sheet_too() -> None:
    assert "<bdi>Other teams of District Duin</bdi>" in _sheet(published(TYPICAL), OTHERS)
    everywhere: list[tuple[str, ...]] = [(), *TEAMS]
    assert "<bdi>Other teams</bdi>" in _sheet(published(paths=everywhere), ())


def test_a_team_meets_the_other_dilemma_next_quarter() -> None:
    text = theme_text("neighbour", "en")
    assert text is not None
    first, second = (dilemma_in_turn(text, PERIOD.first.replace(month=month)) for month in (1, 4))
    assert first != second
    assert dilemma_in_turn(text, PERIOD.first.replace(month=3)) == first


def test_hostile_names_stay_text_and_no_script_may_run() -> None:
    script, image = "</script><script>window.hacked=1</script>", "<img src=x onerror='window.hacked=1'>\"'"
    path = (image, script, "\u202e" + script)
    html = _sheet(published([a_theme("neighbour", 40, teams={path: 40}, paths=[path])], paths=[path]), path)
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html
    (policy,) = re.findall(r'Security-Policy" content="([^"]+)"', html)
    assert "unsafe" not in policy
    assert "style=" not in html


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Team Zand", ZAND),
        ("  team   ZAND ", ZAND),
        ("Eenheid Noordzee / District Duin / Team Zand", ZAND),
        ("Other teams of District Duin", OTHERS),
        ("overige teams van district duin", OTHERS),
        ("Eenheid Noordzee / District Duin", OTHERS),
    ],
)
def test_a_team_is_found_by_its_name(text: str, path: tuple[str, ...]) -> None:
    assert find_team(published(), text) == path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Team Zant", "no team “Team Zant” in this period; did you mean “Team Zand” or “Team Helm”?"),
        ("Zand", "did you mean “Team Zand”"),
        ("xyzzy", "teams: “Team Zand”, “Team Helm”, “Team Vloed”, “Other teams of District Duin”."),
        ("Staf", "Teams with too few people are shown under “Other teams of District Duin”."),
        ("", "no team “” in this period"),
        ("Eenheid Noordzee", "“Eenheid Noordzee” is not a team; its teams: “Eenheid Noordzee / District Duin / "),
        ("\x1b[31mTeam\u202e", "⟨U+001B⟩"),
    ],
)  # fmt: skip
def test_another_name_is_answered_with_those_most_like_it(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        find_team(published(), text)


def test_a_team_too_small_is_told_where_it_is_shown() -> None:
    small = {("Eenheid Noordzee", "District Duin", "Team Wad"): OTHERS, ZAND: ZAND}
    expected = re.escape(
        "“Team  Wad” has too few people to be shown by itself; it is shown under “Other teams of District Duin”: "
        "ask for the sheet of “Other teams of District Duin”"
    )
    with pytest.raises(UsageError, match=expected):
        find_team(published(), "Team  Wad", small)
    # by its whole path it is found out without being told which teams were merged
    with pytest.raises(
        UsageError, match=r"not shown by itself; .* under “Other teams of District Duin”: ask for"
    ):
        find_team(published(), "Eenheid Noordzee / District Duin / Team Wad")
    assert find_team(published(), "Other teams of District Duin", small) == OTHERS


def test_a_small_team_of_a_common_name_is_told_all_groups() -> None:
    paths: list[tuple[str, ...]] = [("E", "Noord"), ("E", "Zuid"), *TEAMS]
    small = {("E", "Noord", "Staf"): ("E", "Noord"), ("E", "Zuid", "Staf"): ("E", "Zuid")}
    with pytest.raises(UsageError, match="under “Other teams of Noord” or “Other teams of Zuid”"):
        find_team(published(paths=paths), "Staf", small)


def test_two_teams_of_one_name_are_asked_apart() -> None:
    paths = [("E", "Noord", "Noodhulp"), ("E", "Zuid", "Noodhulp"), *TEAMS]
    with pytest.raises(UsageError, match=r"say which: “E / Noord / Noodhulp”, “E / Zuid / Noodhulp”"):
        find_team(published(paths=paths), "noodhulp")
    assert find_team(published(paths=paths), "E / Zuid / Noodhulp") == paths[1]


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_texts_print_on_one_page(browser: Any, tmp_path: Path, language: Language) -> None:
    """Each theme beside the longest other, with the longest names and as many rows as there can be."""
    themes = sorted(rule_prose())
    longest = max(combinations(themes, 2), key=lambda pair: sum(_length(theme, language) for theme in pair))
    pairs = [*combinations(["weak_justification", *longest], 2)]
    view = browser.new_page()
    for pair in pairs:
        wanted = list(dict.fromkeys(pair))
        content = _crowded(wanted, themes)
        path = tmp_path / f"{'-'.join(wanted)}-{language}.html"
        path.write_text(_sheet(content, LONG, language), encoding="utf-8")
        view.goto(path.as_uri())
        assert len(re.findall(rb"/Type\s*/Page\b", view.pdf(prefer_css_page_size=True))) == 1, wanted
    view.close()


@pytest.mark.browser
def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    path.write_text(
        _sheet(_crowded(["weak_justification", "family"], sorted(rule_prose())), LONG, "nl"), "utf-8"
    )
    view = browser.new_page(viewport={"width": 400, "height": 900})
    view.goto(path.as_uri())
    assert view.evaluate("document.documentElement.scrollWidth") <= 400
    view.close()


def _length(theme: str, language: Language) -> int:
    text = theme_text(theme, language)
    assert text is not None
    return len(_dilemma(theme, language)) + len(text.instead) + sum(map(len, text.questions[:2]))


def _crowded(first: list[str], themes: list[str]) -> Published:
    paths = [LONG, *TEAMS, (*LONG[:2], "Team B")]
    made = [
        a_theme(theme, 400 - 50 * nr, motive="curiosity", teams={LONG: 200 - 50 * nr}, paths=paths)
        for nr, theme in enumerate(first)
    ]
    made += [
        a_theme(theme, 200, motive="curiosity", teams={LONG: 30}, paths=paths)
        for theme in themes
        if theme not in first
    ]
    return published(made, paths=paths)
