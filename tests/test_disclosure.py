"""The disclosure gate: nothing small is shown, and nothing hidden can be worked out from what is shown."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup_audit.privacy.disclosure import Cell, Gate, Shown, merge_small_groups

GROUP, COUNT = 10, 5


def _gate() -> Gate:
    return Gate(GROUP, COUNT)


def _cell(name: str, count: int, users: int = 40, contributors: int | None = None) -> Cell:
    return Cell(name, users, count, count if contributors is None else contributors)


def _values(shown: Shown, cell: Cell, total: int) -> range:
    """What an attacker who knows every rule and every group's size holds possible."""
    if shown.count is not None:
        return range(shown.count, shown.count + 1)
    if shown.state == "small":
        return range(1, COUNT)
    return range(0 if cell.users < GROUP else COUNT, total + 1)


_cells = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([4, 40]), st.sampled_from([1, 9])), min_size=2, max_size=4
)


@given(_cells)
@settings(deadline=None)
def test_no_hidden_cell_can_be_worked_out_from_the_total(drawn: list[tuple[int, int, int]]) -> None:
    cells = [Cell(str(i), users, count, min(count, people)) for i, (count, users, people) in enumerate(drawn)]
    total = sum(cell.count for cell in cells)
    gate = _gate()
    shown = gate.parts("t", cells, Shown("shown", total))
    reasons = {suppression.reason for suppression in gate.suppressed}
    if "whole_table" in reasons:  # says nothing about any cell beyond the total
        assert all(shown[cell.name] == Shown("withheld") for cell in cells)
        return
    options = [_values(shown[cell.name], cell, total) for cell in cells]
    firsts = product(*options[:-1])  # the last follows from the total
    possible = [(*first, total - sum(first)) for first in firsts if total - sum(first) in options[-1]]
    assert tuple(cell.count for cell in cells) in possible
    for place, cell in enumerate(cells):
        if shown[cell.name].count is None:
            assert len({values[place] for values in possible}) > 1, f"cell {place} can only be one value"


@given(_cells)
def test_what_is_shown_is_true_and_never_about_a_small_group_or_count(
    drawn: list[tuple[int, int, int]],
) -> None:
    cells = [Cell(str(i), users, count, min(count, people)) for i, (count, users, people) in enumerate(drawn)]
    gate = _gate()
    shown = gate.parts("t", cells, Shown("shown", sum(cell.count for cell in cells)))
    for cell in cells:
        if shown[cell.name].state == "shown":
            assert shown[cell.name].count == cell.count
            assert cell.users >= GROUP
            assert cell.count == 0 or (cell.count >= COUNT and cell.contributors >= 3)
        if shown[cell.name].state == "small":
            assert 0 < cell.count < COUNT
    hidden = {cell.name for cell in cells if shown[cell.name].count is None}
    assert {suppression.cell for suppression in gate.suppressed} == hidden


def test_a_single_small_cell_takes_the_smallest_other_with_it() -> None:
    gate = _gate()
    cells = [_cell("a", 3), _cell("b", 60), _cell("c", 20), _cell("d", 0)]
    shown = gate.parts("systems", cells, Shown("shown", 83))
    assert {name: part.state for name, part in shown.items()} == {
        "a": "small", "b": "shown", "c": "withheld", "d": "shown",
    }  # fmt: skip
    assert [(s.cell, s.reason) for s in gate.suppressed] == [("a", "small_count"), ("c", "complement")]


def test_two_small_cells_that_can_only_be_one_each_are_not_both_ranged_beside_their_total() -> None:
    cells = [_cell("a", 1), _cell("b", 1), _cell("c", 50), _cell("d", 70)]
    shown = _gate().parts("t", cells, Shown("shown", 122))
    assert shown["c"].state == "withheld"
    assert shown["d"] == Shown("shown", 70)


def test_a_table_of_ones_beside_its_total_is_withheld_whole() -> None:
    cells = [_cell(name, 1) for name in "abcde"]
    gate = _gate()
    assert set(gate.parts("t", cells, Shown("shown", 5)).values()) == {Shown("withheld")}
    assert {suppression.reason for suppression in gate.suppressed} == {"whole_table"}


def test_parts_of_a_total_that_is_not_shown_are_not_shown() -> None:
    shown = _gate().parts("t", [_cell("a", 40), _cell("b", 60)], Shown("withheld"))
    assert {part.state for part in shown.values()} == {"withheld"}


def test_many_findings_of_two_people_are_withheld_and_not_called_few() -> None:
    assert _gate().total("t", _cell("all", 30, contributors=2)) == Shown("withheld")
    assert _gate().total("t", _cell("all", 30, contributors=3)) == Shown("shown", 30)


@pytest.mark.parametrize(
    ("users", "count", "state"),
    [(9, 100, "withheld"), (10, 100, "shown"), (10, 5, "shown"), (10, 4, "small"), (10, 0, "shown")],
)
def test_limits_of_a_single_number(users: int, count: int, state: str) -> None:
    assert _gate().total("t", _cell("all", count, users=users)).state == state


def test_cells_named_to_be_withheld_are() -> None:
    cells = [_cell("a", 40), _cell("b", 60), _cell("c", 70)]
    shown = _gate().parts("t", cells, Shown("shown", 170), withheld={"b"})
    assert shown["b"].state == "withheld"
    assert sum(part.count is None for part in shown.values()) == 2


def test_two_cells_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        _gate().parts("t", [_cell("a", 1), _cell("a", 2)], Shown("shown", 3))


def test_small_groups_are_pooled_one_level_up_and_a_small_pool_takes_the_smallest_group_in() -> None:
    paths = [("U", "D1", "A"), ("U", "D1", "B"), ("U", "D1", "C"), ("U", "D2", "E"), ("U", "D2", "F")]
    merged = merge_small_groups(paths, [30, 6, 6, 4, 11], GROUP)
    assert merged == [("U", "D1", "A"), ("U", "D1"), ("U", "D1"), (), ()]


@given(st.lists(st.tuples(st.sampled_from("UV"), st.sampled_from("DE"), st.integers(1, 25)), max_size=12))
def test_no_merged_group_is_below_the_minimum_unless_all_are_together(
    drawn: list[tuple[str, str, int]],
) -> None:
    paths = [(unit, district, f"team {i}") for i, (unit, district, _) in enumerate(drawn)]
    users = [count for _, _, count in drawn]
    sizes: dict[tuple[str, ...], int] = {}
    for path, count in zip(merge_small_groups(paths, users, GROUP), users, strict=True):
        sizes[path] = sizes.get(path, 0) + count
    assert all(size >= GROUP for size in sizes.values()) or list(sizes) == [()]
    assert sum(sizes.values()) == sum(users)
