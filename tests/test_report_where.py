"""The page of where: what it says of groups inside and outside the limits, and of groups too few to say."""

import json
from collections.abc import Sequence

import pytest

from lookup_audit.reporting.dashboard.names import Names, rule_prose
from lookup_audit.reporting.dashboard.page_where import group_labels, groups_figure, where_page
from lookup_audit.reporting.dashboard.published import Rate
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.page import script_json
from lookup_audit.reporting.site import Frame, render_site
from lookup_audit.settings import Reporting
from tests.report_values import HOSTILE, published, rate

EN, NL = (Names(words_of(language), rule_prose()) for language in ("en", "nl"))  # type: ignore[arg-type]
WHOLE = rate("all", 140, 140_000)


def teams(questions: Sequence[int], lookups: int = 10_000) -> list[Rate]:
    return [
        rate(("U", "D", f"Team {number:02d}"), count, lookups + 10 * number)
        for number, count in enumerate(questions)
    ]


def _numbers(one: Rate) -> tuple[int, int, float | None, float | None, float | None]:
    return one.questions, one.lookups, one.rate, one.low, one.high


def test_groups_inside_the_limits_are_no_finding() -> None:
    figure = groups_figure("team", teams([10] * 13 + [15]), WHOLE, EN)
    assert figure.title == "No team differs from the others by more than chance"
    assert figure.plot is not None
    assert figure.plot["layout"]["annotations"] == []
    assert "Spiegelhalter" in figure.note
    assert figure.table is not None
    assert {row[-1] for row in figure.table.rows} == {"within the limits"}


def test_groups_outside_are_counted_and_named() -> None:
    figure = groups_figure("team", teams([10] * 26 + [60, 50]), WHOLE, EN)
    assert figure.title == "2 of 28 teams lie outside the limits"
    assert figure.plot is not None
    named = {label["text"] for label in figure.plot["layout"]["annotations"]}
    assert named == {"Team 26", "Team 27"}
    assert "Above the outer limit: Team 27 and Team 26." in figure.note
    dutch = groups_figure("team", teams([10] * 13 + [60]), WHOLE, NL)
    assert dutch.title == "1 van de 14 teams ligt buiten de grenzen"


def test_a_group_between_the_limits_is_not_called_different() -> None:
    districts = [Rate(one.name[:1] + one.name[2:], *_numbers(one)) for one in teams([20] * 13 + [35])]
    figure = groups_figure("district", districts, WHOLE, EN)
    assert figure.title.startswith("No district clearly differs: 1 of 14 lies between")
    assert "1 in 20" in figure.note


def test_a_group_below_the_limits_is_named_as_such() -> None:
    figure = groups_figure("team", teams([60] * 13 + [5]), WHOLE, EN)
    assert "Below the outer limit: Team 13." in figure.note


def test_the_table_is_by_volume_and_no_ranking() -> None:
    figure = groups_figure("team", teams([10] * 12 + [60, 50]), WHOLE, EN)
    assert figure.table is not None
    assert figure.table.data is not None
    volumes = [row[1] for row in figure.table.data.rows]
    assert volumes == sorted(volumes, reverse=True)  # type: ignore[type-var]


def test_few_groups_have_intervals_and_no_limits() -> None:
    figure = groups_figure("district", teams([10, 20, 90]), WHOLE, EN)
    assert figure.title == "3 districts: too few to say what is a usual difference"
    assert figure.plot is not None


@pytest.mark.parametrize(
    ("rates", "title"),
    [
        (teams([10]), "Fewer than two groups, so nothing to compare"),
        ([], "Fewer than two groups, so nothing to compare"),
        (teams([0] * 14), "No questions in this period, so no differences"),
    ],
)
def test_without_anything_to_compare_the_page_says_so(rates: list[Rate], title: str) -> None:
    figure = groups_figure("team", rates, WHOLE, EN)
    assert figure.title == title
    assert figure.plot is None
    assert figure.empty


def test_a_group_without_lookups_is_in_the_table_only() -> None:
    quiet = rate(("U", "D", "Quiet"), 5, 0)
    figure = groups_figure("team", [*teams([10] * 12 + [90]), quiet], WHOLE, EN)
    assert figure.title == "1 of 13 teams lies outside the limits"
    assert figure.table is not None
    assert figure.table.rows[-1] == ("Quiet", "0", "5", "–", "–")


def test_groups_of_one_name_are_told_apart_and_merged_ones_are_named() -> None:
    paths = [("U", "D1", "Team 1"), ("U", "D2", "Team 1"), ("U", "D1"), (), ("U", "D1", "")]
    assert group_labels(paths, "team", EN) == [
        "Team 1 (D1)",
        "Team 1 (D2)",
        "Other teams of D1",
        "Other teams",
        "Not recorded",
    ]


def test_the_page_has_units_only_where_there_are_several_and_escapes_names() -> None:
    levels = {
        "unit": teams([10])[:1],
        "district": teams([10] * 6),
        "team": [*teams([10] * 12), rate(("U", "D", HOSTILE), 90, 10_000)],
    }
    page = where_page(published(levels=levels, merged=2), EN, Reporting())
    assert [[figure.id for figure in row] for row in page.content["rows"]] == [["team"], ["district"]]
    assert page.finding == "1 of 13 teams lies outside the limits"
    assert "2 teams of fewer than 10 people" in page.content["lead"]
    (html,) = render_site([page], "en", ("en",), Frame()).values()
    assert "<b>" not in html
    assert "\u202e" not in html
    (team,) = page.content["rows"][0]
    assert json.loads(script_json(team.plot))["layout"]["annotations"][0]["text"].startswith("&lt;/script")


def test_many_groups_outside_are_not_all_labelled() -> None:
    figure = groups_figure("team", teams([10] * 60 + [90] * 2 + [100] * 14), WHOLE, EN)
    assert figure.plot is not None
    assert len(figure.plot["layout"]["annotations"]) <= 12
