"""The page of measures: each answer in words, none of them more precise than its numbers, and no team named."""

import datetime as dt
import json
import math
from typing import Any

import pytest

from lookup_audit.reporting.dashboard.effects import Effect
from lookup_audit.reporting.dashboard.names import Names, rule_prose
from lookup_audit.reporting.dashboard.page_measures import answer, measures_page
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.page import script_json
from lookup_audit.reporting.site import Frame, render_site
from tests.report_values import HOSTILE, PERIOD, effect, measure, published

EN, NL = (Names(words_of(language), rule_prose()) for language in ("en", "nl"))  # type: ignore[arg-type]
FEWER = effect("fewer", (-0.553, -0.752, -0.195))
INFINITE = float("inf")


def said(one: Effect, names: Names = EN, **more: Any) -> str:
    return answer(measure(one, **more), {"neighbour"}, PERIOD.last, names).finding


def test_fewer_questions_than_in_the_other_teams() -> None:
    assert said(FEWER) == (
        "Questions about “Neighbours” fell by about 55% (95% interval 20% to 75%), compared with the teams without it"
    )
    assert said(FEWER, NL) == (
        "Vragen over “Buren” daalden met ongeveer 55% (95%-interval 20% tot 75%), vergeleken met de teams zonder"
    )


def test_fewer_than_before_where_everyone_had_it() -> None:
    everyone = effect("fewer", (-0.3, -0.5, -0.03), method="interrupted")
    assert said(everyone, scope="everyone").endswith(
        "fell by about 30% (95% interval 3% to 50%), compared with the weeks before"
    )


def test_a_fall_to_nothing_is_not_called_nothing() -> None:
    assert "fell by more than 95% (95% interval 60% to 100%)" in said(effect("fewer", (-1.0, -1.0, -0.6)))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((0.5, 0.1, 0.9), "rose by about 50% (95% interval 10% to 90%)"),
        ((1.4, 0.5, 3.2), "rose by a factor of about 2.4 (95% interval 50% to a factor of 4.2)"),
        ((INFINITE, 2.0, INFINITE), "rose from nothing (95% interval: a factor of 3 or more)"),
    ],
)
def test_more_questions_are_said_as_plainly(values: tuple[float, float, float], words: str) -> None:
    assert words in said(effect("more", values))
    assert words in said(effect("more", values, method="interrupted"))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.32, 0.26, "no effect visible; between 30% fewer and 25% more is possible"),
        (-0.5, 1.4, "no effect visible; between 50% fewer and 2.4 times as many is possible"),
        (-1.0, INFINITE, "no effect visible; anything is possible"),
        (-0.5, INFINITE, "no effect visible; anything from 50% fewer is possible"),
    ],
)
def test_no_effect_visible_says_what_is_possible(low: float, high: float, words: str) -> None:
    assert words in said(effect("no_effect_visible", (-0.05, low, high)))


@pytest.mark.parametrize(
    ("facts", "held_on", "words"),
    [
        ({"weeks_after": 3}, dt.date(2026, 3, 10), "3 whole weeks after it, and at least 4 are needed; ask again"),
        ({"weeks_after": 1}, dt.date(2026, 2, 10), "1 whole week after it, and at least 4 are needed"),
        ({"weeks_before": 2}, dt.date(2026, 2, 10), "2 whole weeks before it, and at least 4 are needed"),
        ({"questions_before": 10, "questions_after": 5}, dt.date(2026, 2, 10), "about 15 questions, and at least 20"),
        ({}, dt.date(2026, 2, 10), "too few questions to compare with"),
    ],
)  # fmt: skip
def test_too_little_data_says_of_what(facts: dict[str, Any], held_on: dt.date, words: str) -> None:
    text = said(effect("too_little_data", **facts), first_held=held_on)
    assert text.startswith("Too little data: ")
    assert words in text


def test_a_theme_that_is_not_counted_is_judged_by_all_questions() -> None:
    assert said(FEWER, theme="integrity").startswith("All questions together fell")


def test_for_whom_without_naming_a_team() -> None:
    facts = [
        answer(measure(FEWER, **more), set(), PERIOD.last, EN).facts[:2]
        for more in (
            {"scope": "everyone", "groups": 1},
            {"scope": "unit", "groups": 1},
            {"scope": "team", "groups": 10, "last_held": dt.date(2026, 2, 20)},
        )
    ]
    assert facts == [
        ("10 February 2026", "for everyone"),
        ("10 February 2026", "for 1 unit"),
        ("10 February 2026 to 20 February 2026", "for 10 teams"),
    ]


def test_a_session_that_cannot_be_compared_says_so() -> None:
    one = measure(effect("too_little_data", method="interrupted"), scope="team", groups=1)
    assert any("too few people to compare" in fact for fact in answer(one, set(), PERIOD.last, EN).facts)


def test_the_page_counts_its_answers_and_draws_all_of_them() -> None:
    measures = (
        measure(FEWER),
        measure(effect("no_effect_visible", (0.0, -1.0, INFINITE)), kind="campaign"),
        measure(effect("too_little_data", weeks_after=0)),
        measure(effect("more", (INFINITE, 2.0, INFINITE)), kind=HOSTILE, theme=HOSTILE),
    )
    page = measures_page(published(measures=measures), EN)
    assert page.finding == (
        "Of 4 measures: fewer questions after 1, more questions after 1, no effect visible of 1 "
        "and too little data on 1"
    )
    figure = page.content["figure_of_effects"]
    assert json.loads(script_json(figure.plot))["layout"]["yaxis"]["ticktext"][0].startswith("1. Neighbours")
    marks = [sign for trace in figure.plot["data"] for sign in trace.get("marker", {}).get("symbol", [])]
    assert "triangle-left" in marks
    assert "triangle-right" in marks
    least, most = figure.plot["layout"]["xaxis"]["range"]
    assert all(math.isfinite(x) and least <= x <= most for trace in figure.plot["data"] for x in trace["x"])
    for language, names in (("en", EN), ("nl", NL)):
        (html,) = render_site(
            [measures_page(published(measures=measures), names)],
            language,
            ("en", "nl"),
            Frame(),  # type: ignore[arg-type]
        ).values()
        assert "<b>" not in html
        assert "\u202e" not in html


def test_one_measure_is_its_own_finding_and_none_says_how_to_begin() -> None:
    assert measures_page(published(measures=(measure(FEWER),)), EN).finding == said(FEWER)
    page = measures_page(published(), EN)
    assert page.finding.startswith("No prevention activities were registered")
    (html,) = render_site([page], "en", ("en",), Frame()).values()
    assert "Register each session" in html
    assert "data-figure" not in html
