"""The gate: what is rounded, what is merged, and that nobody gets back what it hid."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from lookup_audit.privacy.disclosure import BASE, Gate, merge_small_groups
from lookup_audit.reporting.dashboard.counts import read_counts
from lookup_audit.reporting.dashboard.published import Published, publish
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.trend_world import MONDAY, THEMES, fill

KEY = bytes(range(32))


@given(st.integers(0, 10_000), st.text(max_size=8))
def test_a_count_becomes_the_multiple_below_or_above_it(count: int, cell: str) -> None:
    shown = Gate(KEY, 10).count(count, "table", cell)
    assert shown % BASE == 0
    assert abs(shown - count) < BASE
    assert shown == count or count % BASE


def test_the_same_cell_is_rounded_alike_and_another_by_itself() -> None:
    gate = Gate(KEY, 10)
    assert len({gate.count(3, "weeks", "2026-01-05") for _ in range(5)}) == 1
    assert {gate.count(3, "weeks", str(cell)) for cell in range(50)} == {0, 5}
    # names are told apart as they are, not as they read one after the other
    assert [gate.count(3, "a", str(n), "b") for n in range(40)] != [
        gate.count(3, "a", f"{n}b") for n in range(40)
    ]


def test_rounding_adds_nothing_on_average() -> None:
    gate = Gate(KEY, 10)
    for count in range(BASE + 1):
        mean = np.mean([gate.count(count, "cell", str(nr)) for nr in range(4_000)])
        assert mean == pytest.approx(count, abs=0.15)


def test_another_key_rounds_other_cells_up() -> None:
    ours, theirs = Gate(KEY, 10), Gate(KEY[::-1], 10)
    cells = [str(nr) for nr in range(60)]
    assert [ours.count(2, cell) for cell in cells] != [theirs.count(2, cell) for cell in cells]


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.integers(1, 30)), min_size=1, max_size=12
    )
)
def test_no_group_stays_below_the_minimum(teams: list[tuple[str, str, int]]) -> None:
    paths = [("unit", district, f"{team}{nr}") for nr, (district, team, _) in enumerate(teams)]
    users = [size for *_, size in teams]
    sizes: dict[tuple[str, ...], int] = {}
    for name, size in zip(merge_small_groups(paths, users, 10), users, strict=True):
        sizes[name] = sizes.get(name, 0) + size
    assert all(size >= 10 for size in sizes.values()) or sum(users) < 10


# ── The attack ──────────────────────────────────────────────────────────────────────────────────────────


class SmallOnly(Gate):
    """The gate with its protection of totals switched off: small counts are hidden, all others are exact."""

    def count(self, count: int, *cell: str) -> int:
        return count if count >= BASE else 0


Cell = tuple[str, str, date]  # team, theme, week: what an attacker is after
Reports = list[Published]


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        yield opened


def reports(warehouse: Warehouse, gate: Gate) -> Reports:
    """The same quarter once a week as it grows, its parts, and all of it: what a careless publisher puts out."""
    bounds = [(0, 12), (0, 11), (1, 12), (0, 7), (8, 12), (4, 12)]
    found = []
    for first, last in bounds:
        counts = read_counts(
            warehouse, MONDAY + timedelta(weeks=first), MONDAY + timedelta(weeks=last, days=6)
        )
        assert counts is not None
        published = publish(counts, gate, THEMES, {})
        assert published is not None
        found.append(published)
    return found


def known(published: Reports) -> Iterator[tuple[dict[str, Any], int]]:
    """Every published count that is a sum of cells: which cells (by team, theme, weeks), and what is shown."""
    for one in published:
        weeks = set(one.period.weeks)
        yield {"weeks": weeks}, one.whole.now.questions
        for motive, compared in one.motives.items():
            inside = {theme for theme in THEMES if THEMES[theme] == motive}
            yield {"weeks": weeks, "themes": inside}, compared.now.questions
            for rate in one.motive_weeks[motive]:
                yield {"weeks": {date.fromisoformat(rate.name[0])}, "themes": inside}, rate.questions
        for theme in one.themes:
            yield {"weeks": weeks, "themes": {theme.theme}}, theme.compared.now.questions
            for rate in theme.weeks:
                yield {"weeks": {date.fromisoformat(rate.name[0])}, "themes": {theme.theme}}, rate.questions
            for rate in theme.teams:
                yield {"weeks": weeks, "themes": {theme.theme}, "path": rate.name}, rate.questions
        for rates in one.levels.values():
            for rate in rates:
                yield {"weeks": weeks, "path": rate.name}, rate.questions


def attack(published: Reports, made: pd.DataFrame, slack: Any) -> tuple[int, int]:
    """How many hidden counts (1 to 4, by team and theme, or by theme and week) linear programming recovers.

    Of how many. `slack` maps a shown count to the least and most that it can stand for. The attacker knows
    the teams, that counts are whole, and every rule of the gate; nobody here has one theme in more than four weeks.
    """
    teams = sorted(made["team"].unique())
    districts = dict(zip(made["team"], made["district"], strict=True))
    weeks = [MONDAY + timedelta(weeks=nr) for nr in range(13)]
    cells = {cell: nr for nr, cell in enumerate(product(teams, THEMES, weeks))}

    def inside(wanted: dict[str, Any]) -> list[int]:
        path = wanted.get("path", ())
        return [
            nr
            for (team, theme, week), nr in cells.items()
            if week in wanted["weeks"]
            and theme in wanted.get("themes", THEMES)
            and ("Unit", districts[team], team)[: len(path)] == path
        ]

    rows, bounds = [], []
    for wanted, shown in known(published):
        least, most = slack(shown)
        rows.append(inside(wanted))
        bounds.append((least, most))
    index = [(nr, cell) for nr, row in enumerate(rows) for cell in row]
    matrix = coo_array((np.ones(len(index)), tuple(np.array(index).T)), shape=(len(rows), len(cells))).tocsr()
    least, most = (np.array(side, float) for side in zip(*bounds, strict=True))
    week_of = made["day"].map(lambda day: day - timedelta(days=day.weekday()))
    exact = made.assign(week=week_of).drop_duplicates(["user_id", "theme", "week"])
    targets = [
        ({"weeks": set(weeks), "themes": {theme}, "path": ("Unit", districts[team], team)}, len(group))
        for (team, theme), group in exact.groupby(["team", "theme"])
    ]
    targets += [
        ({"weeks": {week}, "themes": {theme}}, len(group))
        for (theme, week), group in exact.groupby(["theme", "week"])
    ]
    hidden = [(inside(wanted), count) for wanted, count in targets if 0 < count < BASE]
    recovered = 0
    for places, count in hidden:
        goal = np.zeros(len(cells))
        goal[places] = 1
        low, high = (
            sign
            * linprog(
                sign * goal, A_ub=vstack([matrix, -matrix]), b_ub=np.concatenate([most, -least]),
                bounds=(0, None), method="highs",
            ).fun
            for sign in (1, -1)
        )  # fmt: skip
        assert np.ceil(low - 1e-6) <= count <= np.floor(high + 1e-6), "the attacker's model must hold"
        recovered += np.ceil(low - 1e-6) == np.floor(high + 1e-6)
    return recovered, len(hidden)


WORLDS = [
    {"teams": (24, 18, 15, 12, 11), "often": 0.01, "seed": 1},
    {"teams": (40, 30), "often": 0.004, "seed": 2},
    {"teams": (14, 13, 12, 12, 11, 11, 10, 10), "often": 0.01, "seed": 3},
]


@pytest.mark.parametrize("world", WORLDS)
def test_six_overlapping_reports_give_no_hidden_count_away(
    warehouse: Warehouse, world: dict[str, Any]
) -> None:
    made = fill(warehouse, **world)
    recovered, hidden = attack(
        reports(warehouse, Gate(KEY, 10)), made, lambda shown: (shown - BASE + 1, shown + BASE - 1)
    )
    assert hidden > 10
    assert recovered == 0


def test_the_attack_succeeds_where_only_small_counts_are_hidden(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # intervals know of rounded counts only, and the attacker needs none
    for name in ("rate_interval", "rate_ratio"):
        monkeypatch.setattr(
            f"lookup_audit.reporting.dashboard.published.{name}", lambda *_, **__: (0.0, 0.0, 0.0)
        )
    made = fill(warehouse, **WORLDS[0])
    recovered, _hidden = attack(
        reports(warehouse, SmallOnly(KEY, 10)), made, lambda shown: (shown, shown) if shown else (0, BASE - 1)
    )
    assert recovered >= 3


def test_nothing_is_published_about_too_few_users(warehouse: Warehouse) -> None:
    fill(warehouse, teams=(5, 4))
    counts = read_counts(warehouse)
    assert counts is not None
    assert publish(counts, Gate(KEY, 10), THEMES, {}) is None
