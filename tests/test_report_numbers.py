"""The numbers of the prevention report: what is counted, over which weeks, and what may be shown of it."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from lookup_audit.privacy.disclosure import BASE, Gate
from lookup_audit.reporting.dashboard.counts import Counts, Part, read_counts
from lookup_audit.reporting.dashboard.published import Published, publish
from lookup_audit.settings import Reporting, Settings
from lookup_audit.warehouse import Warehouse
from tests.trend_world import MONDAY, THEMES, fill

ONE, OTHER = ("Unit", "North", "Team 0"), ("Unit", "North", "Team 1")


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Two teams of twelve over four weeks, in which nobody raised a question yet."""
    with Warehouse(None, Settings(threads=1)) as opened:
        fill(opened, teams=(12, 12), weeks=4, often=0)
        yield opened


def ask(warehouse: Warehouse, *questions: dict[str, Any]) -> None:
    """Put questions in: each of the neighbour theme on the first Monday at ten, unless it says otherwise."""
    usual = {
        "day": MONDAY, "user_id": "u0-0", "motive": "personal_involvement", "theme": "neighbour", "system": "BVH",
        "channel": "desktop", "action": "view", "hour": 10, "duty": "on", "lookups": 1, "risk": 0.6,
    }  # fmt: skip
    warehouse.insert("question_days", pd.DataFrame([usual | question for question in questions]))


def counted(warehouse: Warehouse, **bounds: date) -> Counts:
    counts = read_counts(warehouse, bounds.get("from_day"), bounds.get("to_day"))
    assert counts is not None
    return counts


def shown(counts: Counts) -> Published:
    published = publish(
        counts, Fives(bytes(32), 10), THEMES, {burst.subject_id: "N-1" for burst in counts.bursts}
    )
    assert published is not None
    return published


class Fives(Gate):
    """A gate that shows every count as so many fives, so that a case can be worked out by hand."""

    def count(self, count: int, *cell: str) -> int:
        return BASE * count

    def volume(self, count: int, *cell: str) -> int:
        return BASE * count


def test_a_user_counts_once_for_a_theme_and_week_however_often(warehouse: Warehouse) -> None:
    ask(
        warehouse,
        {"lookups": 400},
        {"day": MONDAY + timedelta(days=2)},
        {"day": MONDAY + timedelta(days=3), "system": "BRP"},
        {"theme": "family"},
        {"day": MONDAY + timedelta(days=7)},
        {"user_id": "u0-1"},
    )
    found = counted(warehouse).themes
    assert found["personal_involvement", "neighbour", MONDAY] == 2
    assert found["personal_involvement", "family", MONDAY] == 1
    assert found["personal_involvement", "neighbour", MONDAY + timedelta(days=7)] == 1
    assert sum(found.values()) == 4


def test_over_a_period_at_most_four_questions_of_one_user_and_theme_count() -> None:
    with Warehouse(None, Settings(threads=1)) as longer:
        fill(longer, teams=(12,), weeks=13, often=0)
        ask(longer, *({"day": MONDAY + timedelta(weeks=week)} for week in range(13)))
        ask(longer, {"user_id": "u0-1"}, {"theme": "family"})
        counts = counted(longer)
    assert sum(counts.themes.values()) == 15
    # of all themes together four of one user too
    assert counts.team_themes == {(ONE, "neighbour"): 4 + 1, (ONE, "family"): 1, (ONE, ""): 4 + 1}
    published = shown(counts)
    assert published.whole.now.questions == BASE * 5
    assert {rate.questions for rate in published.levels["team"]} == {BASE * 5}
    assert {rate.questions for rate in published.cuts["system"]} == {BASE * 5}


def test_a_question_of_low_risk_is_not_counted(warehouse: Warehouse) -> None:
    ask(
        warehouse,
        {"risk": Reporting().minimum_risk - 0.01},
        {"user_id": "u0-1", "risk": Reporting().minimum_risk},
    )
    assert sum(counted(warehouse).themes.values()) == 1


def test_questions_are_of_the_team_that_the_user_is_in(warehouse: Warehouse) -> None:
    ask(warehouse, {}, {"user_id": "u1-3", "day": MONDAY + timedelta(days=8)}, {"user_id": "nobody"})
    found = counted(warehouse)
    assert found.team_themes == {
        (("", "", ""), "neighbour"): 1,
        (ONE, "neighbour"): 1,
        (OTHER, "neighbour"): 1,
        (("", "", ""), ""): 1,
        (ONE, ""): 1,
        (OTHER, ""): 1,
    }
    assert [(team.path, team.users) for team in found.teams] == [(ONE, 12), (OTHER, 12)]
    assert found.team_weeks[OTHER, "neighbour", MONDAY + timedelta(days=7)] == 1


def test_parts_of_a_period_count_users_of_the_busiest_day(warehouse: Warehouse) -> None:
    ask(warehouse, {"hour": 23}, {"hour": 22}, {"hour": 2, "day": MONDAY + timedelta(days=5)})
    cuts = counted(warehouse).cuts
    assert cuts["system"] == (Part("BVH", users=24, lookups=20 * 24 * 20, questions=1),)
    assert {part.name: part.questions for part in cuts["hour"] if part.questions} == {}
    # nobody else looked anything up at those hours in this unit, so there is no part to show them under
    assert {part.name for part in cuts["hour"]} == {f"{day} 3" for day in range(1, 6)}


@pytest.mark.parametrize(
    ("bounds", "first", "last"),
    [
        ({}, MONDAY, MONDAY + timedelta(days=27)),
        ({"from_day": MONDAY + timedelta(days=1)}, MONDAY + timedelta(days=7), MONDAY + timedelta(days=27)),
        ({"to_day": MONDAY + timedelta(days=26)}, MONDAY, MONDAY + timedelta(days=20)),
        ({"from_day": date(2020, 1, 1), "to_day": date(2030, 1, 1)}, MONDAY, MONDAY + timedelta(days=27)),
    ],
)
def test_a_period_is_whole_weeks_within_what_was_audited(
    warehouse: Warehouse, bounds: dict[str, date], first: date, last: date
) -> None:
    period = counted(warehouse, **bounds).period
    assert (period.first, period.last) == (first, last)
    assert len(period.weeks) == ((last - first).days + 1) / 7


def test_less_than_a_week_is_no_period(warehouse: Warehouse) -> None:
    assert read_counts(warehouse, MONDAY, MONDAY + timedelta(days=5)) is None
    with Warehouse(None, Settings()) as empty:
        assert read_counts(empty) is None


def test_the_period_is_compared_with_the_one_before_and_with_last_year() -> None:
    with Warehouse(None, Settings(threads=1, reporting=Reporting(weeks=4))) as warehouse:
        fill(warehouse, teams=(15,), weeks=56, often=0)
        last = MONDAY + timedelta(weeks=52)
        for week, users in ((last, 6), (last - timedelta(weeks=4), 3), (MONDAY, 4)):
            ask(warehouse, *({"day": week, "user_id": f"u0-{nr}"} for nr in range(users)))
        whole = shown(counted(warehouse)).whole
    assert (whole.now.questions, whole.now.lookups) == (5 * 6, 5 * 4 * 5 * 20 * 15)
    assert whole.before is not None
    assert whole.year_ago is not None
    assert (whole.before.questions, whole.year_ago.questions) == (5 * 3, 5 * 4)
    assert whole.change is not None
    ratio, low, high = whole.change
    assert ratio == pytest.approx(2)
    assert low < 1 < high


def test_what_was_not_audited_is_no_period_before(warehouse: Warehouse) -> None:
    whole = shown(counted(warehouse)).whole
    assert (whole.before, whole.year_ago, whole.change) == (None, None, None)


def test_a_week_belongs_to_the_month_of_its_thursday(warehouse: Warehouse) -> None:
    ask(warehouse, {}, {"day": MONDAY + timedelta(weeks=3), "user_id": "u0-1"})
    # January 2026 has five Thursdays, of which four were audited: it is not whole
    assert shown(counted(warehouse)).motive_months["personal_involvement"] == ()
    with Warehouse(None, Settings(threads=1)) as longer:
        fill(longer, teams=(12,), weeks=6, often=0, monday=date(2025, 12, 29))
        ask(longer, {"day": date(2025, 12, 29)}, {"day": date(2026, 2, 2)})
        (january,) = shown(counted(longer)).motive_months["personal_involvement"]
    assert (january.name, january.questions, january.lookups) == (("2026-01-01",), 5, 5 * 5 * 5 * 20 * 12)


def test_small_teams_are_merged_and_their_questions_with_them() -> None:
    with Warehouse(None, Settings(threads=1)) as warehouse:
        fill(warehouse, teams=(12, 6, 5, 14), weeks=4, often=0)
        ask(warehouse, {"user_id": "u1-0"}, {"user_id": "u2-0"}, {"user_id": "u3-0"})
        published = shown(counted(warehouse))
    teams = {rate.name: rate.questions for rate in published.levels["team"]}
    # two of the north are too small, and of the south there is one team only that is large enough
    assert all(len(name) < 3 or name[-1] in ("Team 0", "Team 3") for name in teams)
    assert sum(teams.values()) == 5 * 3
    assert published.merged == 2


def test_a_district_is_the_groups_of_teams_that_are_shown_so_that_nothing_is_left_between_them() -> None:
    with Warehouse(None, Settings(threads=1)) as warehouse:
        fill(warehouse, teams=(30, 1, 20), weeks=4, often=0)
        warehouse.run("UPDATE users SET team = NULL WHERE team = 'Team 1'")  # a chief of a district
        published = shown(counted(warehouse))
    teams = {rate.name: rate.lookups for rate in published.levels["team"]}
    for level, depth in (("district", 2), ("unit", 1)):
        for rate in published.levels[level]:
            inside = sum(lookups for name, lookups in teams.items() if name[:depth] == rate.name)
            assert rate.lookups == inside


def test_where_a_part_is_hidden_so_is_another(warehouse: Warehouse) -> None:
    for part, users in (("SECRET", 1), ("BRP", 15)):
        warehouse.run(
            "INSERT INTO volume_days SELECT day, cut, $part, 5, 5, $users FROM volume_days WHERE part = 'BVH'",
            {"part": part, "users": users},
        )
    assert [rate.name for rate in shown(counted(warehouse)).cuts["system"]] == [("BVH",)]


def test_a_week_of_too_few_is_in_no_course_over_time() -> None:
    with Warehouse(None, Settings(threads=1)) as warehouse:
        fill(warehouse, teams=(12,), weeks=4, often=0)
        alone = MONDAY + timedelta(weeks=1)
        warehouse.run(
            "DELETE FROM user_days WHERE day >= $first AND day < $first + 7 AND user_id <> 'u0-0'",
            {"first": alone},
        )
        published = shown(counted(warehouse))
    weeks = [rate.name[0] for rate in published.motive_weeks["curiosity"]]
    assert len(weeks) == 3
    assert alone.isoformat() not in weeks
    assert alone not in [week for week, _ in published.explained_weeks]
    assert published.whole.now.lookups > 0


def test_other_people_in_a_team_are_another_cell() -> None:
    names = []
    with Warehouse(None, Settings(threads=1)) as warehouse:
        fill(warehouse, teams=(14, 14), weeks=4, often=0)
        for _ in range(2):
            seen: list[tuple[str, ...]] = []
            gate = Fives(bytes(32), 10)
            gate.count = lambda count, *cell, seen=seen: seen.append(cell) or BASE * count  # type: ignore[method-assign]
            publish(counted(warehouse), gate, THEMES, {})
            names.append({cell for cell in seen if cell[0] == "group"})
            warehouse.run("UPDATE users SET team = 'Team 1' WHERE user_id = 'u0-3'")
    assert names[0] and not names[0] & names[1]


def test_systems_and_times_of_day_are_watched_by_week(warehouse: Warehouse) -> None:
    ask(warehouse, {"hour": 11}, {"hour": 9}, {"system": "BRP", "user_id": "u0-1"})
    weeks = counted(warehouse).part_weeks
    assert set(weeks) == {("system", "BVH"), ("time", "09–12")}
    assert weeks["system", "BVH"][MONDAY] == Part("BVH", users=24, lookups=5 * 480, questions=1)
    assert weeks["time", "09–12"][MONDAY].questions == 2


def test_a_share_is_of_exact_counts_and_told_to_a_percent(warehouse: Warehouse) -> None:
    published = publish(counted(warehouse), Gate(bytes(32), 10), THEMES, {})
    assert published is not None
    # 480 lookups a working day, of which 430 have a link
    assert published.explained["now"] == 0.9
    assert {share for _, share in published.explained_weeks} == {0.9}


def burst(warehouse: Warehouse, users: int, day: date, subject: str = "SINGER") -> None:
    rows = [
        {
            "finding_id": f"f{subject}{nr}{day}", "run_id": "r", "audit_date": day, "detector": "news_spike",
            "motive": "curiosity", "system": "BVH", "lookup_id": f"l{nr}", "user_id": f"u{nr % 2}-{nr // 2}",
            "subject_id": subject, "occurred_at": datetime(2026, 1, 6), "score": 0.9, "evidence": "{}",
        }
        for nr in range(users)
    ]  # fmt: skip
    warehouse.insert("findings", pd.DataFrame(rows))


def test_a_burst_is_the_fortnight_around_its_busiest_day(warehouse: Warehouse) -> None:
    burst(warehouse, 1, MONDAY)
    burst(warehouse, 14, MONDAY + timedelta(days=10))
    burst(warehouse, 5, MONDAY + timedelta(days=12))
    (found,) = counted(warehouse).bursts
    assert found.first_day == MONDAY + timedelta(days=8)
    assert (found.users, found.units) == (14, 1)
    assert found.by_day == (0, 0, 14, 0, 5, *[0] * 9)


def test_a_burst_of_few_is_only_said_to_be_there(warehouse: Warehouse) -> None:
    burst(warehouse, 9, MONDAY, "UNKNOWN")
    published = shown(counted(warehouse))
    assert (published.bursts, published.small_bursts) == ((), True)
    assert "UNKNOWN" not in str(published.as_dict())


def session(warehouse: Warehouse, **event: Any) -> None:
    usual = {"intervention_id": "i", "held_on": MONDAY + timedelta(weeks=6), "kind": "dilemma_session",
             "theme": "neighbour", "unit": None, "team": None, "reach": 10, "file_id": "f"}  # fmt: skip
    warehouse.insert("interventions", pd.DataFrame([usual | event]))


def test_sessions_of_some_teams_are_compared_with_the_others() -> None:
    with Warehouse(None, Settings(threads=1)) as warehouse:
        fill(warehouse, teams=(40, 40), weeks=13, often=0.2)
        session(warehouse, team="Team 0")
        session(warehouse, intervention_id="c", kind="campaign", theme="family")
        by_kind = {measure.kind: measure for measure in shown(counted(warehouse)).measures}
    assert by_kind["dilemma_session"].effect.method == "compared"
    assert by_kind["dilemma_session"].scope == "team"
    assert by_kind["campaign"].effect.method == "interrupted"
    assert {measure.effect.weeks_after for measure in by_kind.values()} == {6}


def test_the_published_numbers_are_plain_json_values(warehouse: Warehouse) -> None:
    ask(warehouse, {})
    text = json.dumps(shown(counted(warehouse)).as_dict(), allow_nan=False)
    assert "u0-0" not in text
