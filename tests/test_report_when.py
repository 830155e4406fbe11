"""The page of when: what stands out among hours and parts, and what rounding alone cannot make stand out."""

import pytest

from lookup_audit.reporting.dashboard.counts import CUTS
from lookup_audit.reporting.dashboard.figures_hours import hours_figure, hours_stand_out
from lookup_audit.reporting.dashboard.names import Names, rule_prose
from lookup_audit.reporting.dashboard.page_when import cut_figure, when_page
from lookup_audit.reporting.dashboard.published import Rate
from lookup_audit.reporting.dashboard.standing_out import strongest_part, together
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.site import Frame, render_site
from tests.report_values import HOSTILE, published, rate

EN, NL = (Names(words_of(language), rule_prose()) for language in ("en", "nl"))  # type: ignore[arg-type]


def hours(questions: int, lookups: int, **special: tuple[int, int]) -> list[Rate]:
    return [
        rate((str(day), str(block)), *special.get(f"at_{day}_{block}", (questions, lookups)))
        for day in range(1, 8)
        for block in range(8)
    ]


def test_the_busiest_hours_are_the_title_and_have_a_dot() -> None:
    rates = hours(20, 20_000, at_7_0=(100, 10_000))
    figure = hours_figure(rates, together((), rates), EN)
    assert figure.title == "Questions are most frequent on Sunday between 00–03 hours"
    assert figure.plot is not None
    grid, dots, _dashes = figure.plot["data"]
    assert grid["z"][6][0] == 100
    assert (dots["x"], dots["y"]) == ([0], [6])


def test_hours_that_stand_out_every_day_come_before_those_of_one() -> None:
    nights = {f"at_{day}_0": (40, 15_000) for day in range(1, 8)}
    rates = hours(20, 20_000, **nights)
    title = hours_figure(rates, together((), rates), EN).title
    assert title == "Between 00–03 hours, questions are about 2.7 times as frequent as at other hours"
    assert when_page(published(cuts={**dict.fromkeys(CUTS, ()), "hour": tuple(rates)}), EN).finding == title


def test_hours_that_rounding_alone_could_make_are_blank() -> None:
    rates = hours(20, 20_000, at_1_0=(5, 200), at_1_1=(0, 100))
    figure = hours_figure(rates, together((), rates), EN)
    assert not hours_stand_out(rates)
    assert figure.title.startswith("Hours of the week differ little")
    assert figure.plot is not None
    assert figure.plot["data"][0]["z"][0][:3] == [None, None, 10]


def test_hours_of_a_small_force_have_a_table_and_no_colours() -> None:
    rates = hours(5, 1_000)
    figure = hours_figure(rates[:20], together((), rates[:20]), NL)
    assert figure.plot is None
    assert figure.empty
    assert figure.table is not None
    assert len(figure.table.rows) == 20


def test_off_duty_is_said_in_times() -> None:
    rates = [rate("on", 140, 325_000), rate("off", 25, 1_360)]
    assert cut_figure("duty", rates, EN).title == (
        "Off duty, a lookup raises a question about 43 times as often as on duty"
    )
    assert "43 keer zo vaak" in cut_figure("duty", rates, NL).title


def test_a_part_above_the_others_is_named() -> None:
    rates = [rate("BVH", 100, 100_000), rate("MEOS", 120, 50_000), rate("RDW", 5, 400)]
    figure = cut_figure("system", rates, EN)
    assert figure.title == "MEOS: questions are about 2.3 times as frequent as elsewhere"
    assert figure.table is not None
    assert [row[0] for row in figure.table.rows] == ["BVH", "MEOS", "RDW"]


def test_small_and_uncertain_differences_are_no_title() -> None:
    assert strongest_part([rate("a", 100, 100_000), rate("b", 15, 10_000)]) is None
    assert strongest_part([rate("a", 10_000, 1_000_000), rate("b", 11_000, 1_000_000)]) is None
    title = cut_figure("channel", [rate("desktop", 50, 50_000), rate("mobile", 50, 50_000)], EN).title
    assert title == "None stands out above the others by more than chance"


@pytest.mark.parametrize(
    ("rates", "title"),
    [
        ([rate("on", 30, 60_000)], "There is one part only: nothing to compare"),
        ([rate("on", 0, 60_000), rate("off", 0, 500)], "None stands out above the others by more than chance"),
        ([rate("on", 50, 60_000), rate("off", 0, 60_000)], "On duty: nearly all questions came up here"),
        ([rate("on", 0, 0)], "Too few questions to compare"),
        ([], "Too few people to compare"),
    ],
)  # fmt: skip
def test_edges_have_words_of_their_own(rates: list[Rate], title: str) -> None:
    assert cut_figure("duty", rates, EN).title == title


def test_parts_are_beside_all_parts_together_not_the_whole() -> None:
    rates = [rate("BVH", 60, 10_000), rate("MEOS", 40, 10_000)]
    whole = together((), rates)
    assert (whole.questions, whole.lookups, whole.rate) == (100, 20_000, 50)


def test_the_page_finds_the_first_thing_that_stands_out_and_escapes() -> None:
    cuts = {
        **dict.fromkeys(CUTS, ()),
        "system": (rate("BVH", 100, 100_000), rate(HOSTILE, 300, 50_000)),
    }
    page = when_page(published(cuts=cuts), EN)
    assert "6 times as frequent" in page.finding
    (html,) = render_site([page], "en", ("en",), Frame()).values()
    assert "<b>" not in html
    assert "\u202e" not in html
    assert when_page(published(), EN).finding == "No hour, system or device stands out by more than chance"
