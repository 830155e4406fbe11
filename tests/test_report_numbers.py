"""The numbers of the prevention report: what is counted, what may be shown of it, and what chance does."""

import datetime as dt

import pandas as pd
import pytest

from lookup_audit.privacy.disclosure import Shown
from lookup_audit.reporting.chance import rate_interval, rate_ratio
from lookup_audit.reporting.numbers import Counts, Numbers, read_numbers
from lookup_audit.reporting.published import Rate, change_between_weeks, publish
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

MONDAY = dt.date(2026, 3, 2)


def _warehouse() -> Warehouse:
    """Four lookups on a Monday and one on the Tuesday after; only the Monday is audited."""
    warehouse = Warehouse(None, Settings())
    warehouse.script(
        """
        INSERT INTO users (user_id, unit, district, team, file_id) VALUES
            ('u1', 'U', 'D', 'T1', 'f'), ('u2', 'U', 'D', 'T2', 'f');
        INSERT INTO lookups
            (lookup_id, occurred_at, user_id, system, channel, local_date, local_hour, local_weekday, file_id)
        VALUES
            ('a', '2026-03-02 08:00', 'u1', 'BVH', 'desktop', '2026-03-02', 9, 1, 'f'),
            ('b', '2026-03-02 09:00', 'u1', 'BVH', 'desktop', '2026-03-02', 10, 1, 'f'),
            ('c', '2026-03-02 22:00', 'u2', 'MEOS', NULL, '2026-03-02', 23, 1, 'f'),
            ('d', '2026-03-02 22:30', 'u9', 'MEOS', 'mobile', '2026-03-02', 23, 1, 'f'),
            ('e', '2026-03-03 08:00', 'u1', 'BVH', 'desktop', '2026-03-03', 9, 2, 'f');
        INSERT INTO runs VALUES
            ('r0', '2026-03-02', '2026-03-03', '2026-03-03 01:00', 'done', 'old', 'v', 4, 0, 4, 0, 3, []),
            ('r1', '2026-03-02', '2026-03-04', '2026-03-04 01:00', 'done', 'h', 'v', 4, 1, 3, 1, 3, ['x: why']);
        INSERT INTO findings VALUES
            ('1', 'r1', '2026-03-02', 'public_figure', 'curiosity', 'BVH', 'a', 'u1', 's', '2026-03-02', 0.4, '{}'),
            ('2', 'r1', '2026-03-02', 'news_spike', 'curiosity', 'BVH', 'a', 'u1', 's', '2026-03-02', 0.9, '{}'),
            ('3', 'r1', '2026-03-02', 'neighbour', 'personal_involvement', 'BVH', 'a', 'u1', 's', '2026-03-02',
             1.0, '{}'),
            ('4', 'r1', '2026-03-02', 'neighbour', 'personal_involvement', 'BVH', 'b', 'u1', 's', '2026-03-02',
             0.9, '{}'),
            ('5', 'r1', '2026-03-02', 'off_duty', NULL, 'MEOS', 'c', 'u2', 's', '2026-03-02', 0.9, '{}'),
            ('6', 'r1', '2026-03-02', 'family', 'personal_involvement', 'MEOS', 'd', 'u9', 's', '2026-03-02',
             0.9, '{}');
        INSERT INTO lookup_risk VALUES
            ('BVH', 'a', '2026-03-02', 'u1', 's', 0.6, 'curiosity', ['news_spike'], [], NULL, '{}', 's',
             '2026-03-02'),
            ('BVH', 'b', '2026-03-02', 'u1', 's', 0.1, 'personal_involvement', ['neighbour'], ['own_case'], NULL,
             '{}', 's', '2026-03-02'),
            ('MEOS', 'c', '2026-03-02', 'u2', 's', 0.1, NULL, ['off_duty'], [], NULL, '{}', 's', '2026-03-02'),
            ('MEOS', 'd', '2026-03-02', 'u9', 's', 0.2, 'personal_involvement', ['family'], ['own_case'], NULL,
             '{}', 's', '2026-03-02');
        INSERT INTO work_links VALUES
            ('BVH', 'b', 'own_case', 0.5, '2026-03-02'), ('MEOS', 'd', 'own_case', 0.4, '2026-03-02');
        INSERT INTO news (news_id, published_at, subject_id, file_id) VALUES
            ('n1', '2026-03-01 23:30', 's', 'f'), ('n1', '2026-03-01 23:30', 's2', 'f'),
            ('n2', '2026-03-02 23:30', 's', 'f');
        INSERT INTO interventions VALUES
            ('i1', '2026-03-02', 'campaign', 'neighbour', NULL, NULL, 9, 'f'),
            ('i2', '2026-03-09', 'campaign', 'neighbour', NULL, NULL, 9, 'f');
        """
    )
    return warehouse


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    with pytest.MonkeyPatch.context() as patch, _warehouse() as warehouse:
        patch.setattr("lookup_audit.reporting.numbers.FEWEST_CONTRIBUTORS", 1)
        found = read_numbers(warehouse)
    assert found is not None
    return found


def test_a_motive_that_too_few_people_stand_behind_is_in_no_count_and_is_named() -> None:
    with _warehouse() as warehouse:
        found = read_numbers(warehouse)
    assert found is not None
    assert found.rare_motives == ("curiosity", "personal_involvement")
    assert (found.whole.questions, found.motives, found.themes) == (0, [], [])
    assert found.whole.lookups == 4


def test_a_question_has_a_motive_and_no_valid_work_link(numbers: Numbers) -> None:
    # b is explained, c has no motive, e is not audited; a link below 0.5 does not explain d
    assert numbers.whole == Counts((), lookups=4, users=3, questions=2, contributors=2)


def test_a_question_counts_once_under_its_motive_and_the_strongest_detector_of_that_motive(
    numbers: Numbers,
) -> None:
    themes = {counts.name: counts.questions for counts in numbers.themes}
    assert themes == {("curiosity", "news_spike"): 1, ("personal_involvement", "family"): 1}


def test_every_split_adds_up_to_the_whole(numbers: Numbers) -> None:
    splits = [numbers.weeks, numbers.systems, numbers.channels, numbers.teams, *numbers.hours.values()]
    for split in splits:
        assert sum(counts.lookups for counts in split) == numbers.whole.lookups
        assert sum(counts.questions for counts in split) == numbers.whole.questions
    assert sum(counts.questions for counts in numbers.week_motives) == numbers.whole.questions


def test_names_of_groups(numbers: Numbers) -> None:
    assert [counts.name for counts in numbers.weeks] == [("2026-03-02",)]
    assert [counts.name for counts in numbers.channels] == [("",), ("desktop",), ("mobile",)]
    assert [counts.name for counts in numbers.teams] == [("", "", ""), ("U", "D", "T1"), ("U", "D", "T2")]
    assert [counts.name for counts in numbers.hours[6]] == [("1", "1"), ("1", "3")]


def test_the_last_run_of_a_day_stands_and_days_not_audited_are_named(numbers: Numbers) -> None:
    assert [run["config_hash"] for run in numbers.runs] == ["h"]
    assert (numbers.audited_days, numbers.unaudited_days) == (1, 1)


def test_news_is_counted_by_item_and_local_day_and_what_lies_outside_is_left_out(numbers: Numbers) -> None:
    assert numbers.news == [MONDAY]
    assert [row["held_on"] for row in numbers.interventions] == [MONDAY]


def test_a_period_without_audited_days_has_no_numbers() -> None:
    with _warehouse() as warehouse:
        assert read_numbers(warehouse, from_day=dt.date(2026, 3, 3)) is None
        assert read_numbers(warehouse, to_day=MONDAY) is not None
    with Warehouse(None, Settings()) as empty:
        assert read_numbers(empty) is None


def test_nothing_is_published_about_fewer_people_than_the_minimum_group(numbers: Numbers) -> None:
    published = publish(numbers, minimum_group=10, minimum_count=5)
    assert published.whole == Rate(("all",), Shown("withheld"))
    groups = [*published.systems, *published.channels, *published.teams, *published.hours]
    groups += [rate for rates in published.weeks.values() for rate in rates]
    assert {(rate.questions.state, rate.lookups, rate.rate) for rate in groups} == {("withheld", None, None)}
    assert published.explained.all is None
    assert published.change is None


def _large(numbers: Numbers, **changes: list[Counts]) -> Numbers:
    whole = Counts((), 100_000, 900, 400, 300)
    split = {
        "motives": [Counts(("curiosity",), 400, 300, 400, 300)],
        "themes": [Counts(("curiosity", "news_spike"), 400, 300, 400, 300)],
        "weeks": [Counts(("2026-03-02",), 100_000, 900, 400, 300)],
        "week_motives": [Counts(("2026-03-02", "curiosity"), 400, 300, 400, 300)],
        "systems": [Counts(("BVH",), 100_000, 900, 400, 300)],
        "channels": [Counts(("desktop",), 100_000, 900, 400, 300)],
        "teams": [Counts(("U", "D", "T"), 100_000, 900, 400, 300)],
        "hours": {1: [Counts(("1", "9"), 100_000, 900, 400, 300)]},
    }
    return Numbers(**{**vars(numbers), "whole": whole, **split, **changes})


def test_a_small_system_is_a_range_and_its_complement_is_hidden_with_its_lookups(numbers: Numbers) -> None:
    systems = [
        Counts(("A",), 70_000, 800, 300, 200),
        Counts(("B",), 20_000, 500, 97, 90),
        Counts(("C",), 10_000, 300, 3, 3),
    ]
    a, b, c = publish(_large(numbers, systems=systems), 10, 5).systems
    assert (a.questions, a.lookups) == (Shown("shown", 300), 70_000)
    assert b.questions == Shown("withheld")
    assert (c.questions, c.rate) == (Shown("small"), None)


def test_a_system_of_few_users_hides_its_lookups_and_those_of_one_more(numbers: Numbers) -> None:
    systems = [
        Counts(("A",), 70_000, 800, 300, 200),
        Counts(("B",), 29_000, 500, 100, 90),
        Counts(("C",), 1_000, 4, 0, 0),
    ]
    published = publish(_large(numbers, systems=systems), 10, 5)
    assert [rate.lookups for rate in published.systems] == [70_000, None, None]
    assert [rate.questions.state for rate in published.systems] == ["shown", "withheld", "withheld"]


def test_small_teams_appear_only_as_the_others_of_their_district(numbers: Numbers) -> None:
    teams = [
        Counts(("U", "D", "T1"), 60_000, 500, 200, 150),
        Counts(("U", "D", "T2"), 20_000, 6, 100, 6),
        Counts(("U", "D", "T3"), 20_000, 8, 100, 8),
    ]
    published = publish(_large(numbers, teams=teams), 10, 5)
    assert [(rate.name, rate.questions.count) for rate in published.teams] == [
        (("U", "D"), 200), (("U", "D", "T1"), 200),
    ]  # fmt: skip


def test_a_force_of_many_teams_is_shown_by_district(numbers: Numbers) -> None:
    teams = [Counts(("U", f"D{i % 3}", f"T{i}"), 1_000, 20, 8, 8) for i in range(50)]
    published = publish(_large(numbers, teams=teams), 10, 5)
    assert published.team_level == "district"
    assert [rate.name for rate in published.teams] == [("U", "D0"), ("U", "D1"), ("U", "D2")]


def test_hours_are_cut_wider_until_most_blocks_are_shown(numbers: Numbers) -> None:
    fine = [Counts((str(day), str(hour)), 500, 100, 2, 2) for day in range(1, 8) for hour in range(24)]
    wide = [Counts((str(day), str(block)), 3_000, 400, 12, 11) for day in range(1, 8) for block in range(4)]
    published = publish(_large(numbers, hours={1: fine, 6: wide}), 10, 5)  # type: ignore[arg-type]
    assert published.hour_width == 6
    assert not [one for one in published.suppressed if one.table == "hours"]


def _weeks(counts: list[int | None]) -> dict[str, list[Rate]]:
    rates = []
    for place, count in enumerate(counts):
        name = ((MONDAY + dt.timedelta(weeks=place)).isoformat(),)
        shown = Shown("withheld") if count is None else Shown("shown", count)
        values = (None, None, None) if count is None else rate_interval(count, 10_000)
        rates.append(Rate(name, shown, None if count is None else 10_000, *values))
    return {"curiosity": rates}


def test_change_takes_whole_weeks_only_and_as_many_on_both_sides() -> None:
    change = change_between_weeks(_weeks([10, 10, 20, 999]), MONDAY, MONDAY + dt.timedelta(days=23))
    assert change is not None
    assert (change.weeks, change.ratio) == (1, pytest.approx(2.0))
    assert change.low < 2 < change.high


@pytest.mark.parametrize("counts", [[10], [10, None], [0, 0], []])
def test_there_is_no_change_without_two_weeks_that_are_shown(counts: list[int | None]) -> None:
    assert change_between_weeks(_weeks(counts), MONDAY, MONDAY + dt.timedelta(days=13)) is None


def test_intervals_of_known_counts() -> None:
    # Garwood's table: 0 → 0 to 3.689; 10 → 4.795 to 18.390
    assert rate_interval(0, 10_000) == pytest.approx((0, 0, 3.689), abs=1e-3)
    assert rate_interval(10, 10_000) == pytest.approx((10, 4.795, 18.390), abs=1e-3)
    with pytest.raises(ValueError, match="needs lookups"):
        rate_interval(1, 0)


def test_ratio_is_of_rates_not_counts_and_turns_round() -> None:
    ratio, low, high = rate_ratio(20, 1_000, 10, 1_000)
    assert ratio == pytest.approx(2.0)
    assert rate_ratio(20, 2_000, 10, 1_000)[0] == pytest.approx(1.0)
    back = rate_ratio(10, 1_000, 20, 1_000)
    assert back == pytest.approx((1 / ratio, 1 / high, 1 / low))
    assert rate_ratio(5, 1_000, 0, 1_000)[0] == float("inf")
    assert rate_ratio(0, 1_000, 5, 1_000)[:2] == (0.0, 0.0)
    with pytest.raises(ValueError, match="at least one question"):
        rate_ratio(0, 1, 0, 1)


def test_reading_leaves_the_warehouse_as_it_was() -> None:
    with _warehouse() as warehouse:
        before = warehouse.frame("SELECT table_name FROM duckdb_tables() ORDER BY ALL")
        read_numbers(warehouse)
        after = warehouse.frame("SELECT table_name FROM duckdb_tables() ORDER BY ALL")
    pd.testing.assert_frame_equal(before, after)
