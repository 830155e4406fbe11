"""The one gate that every number of a prevention page passes: no small groups, and no way back to them.

Three rules decide what is shown of a table of counts with a published total (cell suppression, as in
Hundepool et al., Statistical Disclosure Control, Wiley 2012, chapter 4):

- a cell about fewer people than the minimum group is withheld;
- a count below the minimum count is shown as a range, and a larger one that fewer than three people made is
  withheld, since two of them could each work out the other's;
- where the total, the shown cells and the ranges would together give a hidden cell away, further cells are
  withheld, the smallest first; if that is not enough, the whole table is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["shown", "small", "withheld"]
Reason = Literal["small_group", "small_count", "few_people", "complement", "whole_table", "total_not_shown"]

FEWEST_CONTRIBUTORS = 3
"""With fewer, one contributor who knows their own part knows the other's too: the classic threshold rule."""


@dataclass(frozen=True)
class Cell:
    """A count before the gate.

    `users` is the size of the group that the count is about, `contributors` how many of them it comes from.
    """

    name: str
    users: int
    count: int
    contributors: int


@dataclass(frozen=True)
class Shown:
    """What may be seen of a cell: its `count` when it is shown, else None.

    `small` means 1 up to the minimum count; `withheld` means nothing at all.
    """

    state: State
    count: int | None = None


@dataclass(frozen=True)
class Suppression:
    """One cell that is not shown exactly, and why."""

    table: str
    cell: str
    reason: Reason


class Gate:
    """The rules with their limits; `suppressed` collects all that was not shown, in order."""

    def __init__(self, minimum_group: int, minimum_count: int) -> None:
        self.minimum_group = minimum_group
        self.minimum_count = minimum_count
        self.suppressed: list[Suppression] = []

    def total(self, table: str, cell: Cell) -> Shown:
        """What may be seen of one number that stands alone, or of a total before its parts."""
        shown, reason = self._alone(cell)
        if reason:
            self.suppressed.append(Suppression(table, cell.name, reason))
        return shown

    def parts(
        self, table: str, cells: Sequence[Cell], total: Shown, withheld: Collection[str] = ()
    ) -> dict[str, Shown]:
        """What may be seen of cells that add up to a total, by name; no hidden cell can be worked out.

        `withheld` names cells that must not be shown whatever their count, because what they are a share of
        is not. Of a total that is not itself shown, no part is. Names must be unique, or `ValueError`.
        """
        if len({cell.name for cell in cells}) != len(cells):
            raise ValueError(f"{table}: two cells have the same name")
        if total.count is None:
            return self._all(table, cells, "total_not_shown")
        shown: dict[str, Shown] = {}
        reasons: dict[str, Reason] = {}
        for cell in cells:
            shown[cell.name], reason = self._alone(cell)
            if cell.name in withheld:
                shown[cell.name], reason = Shown("withheld"), "complement"
            if reason:
                reasons[cell.name] = reason
        smallest_first = sorted((c for c in cells if c.count), key=lambda c: (c.count, c.name))
        while self._can_be_worked_out(cells, shown, total.count):
            further = next((c.name for c in smallest_first if shown[c.name].state == "shown"), None)
            if further is None:
                return self._all(table, cells, "whole_table")
            shown[further] = Shown("withheld")
            reasons[further] = "complement"
        self.suppressed += [Suppression(table, name, reason) for name, reason in reasons.items()]
        return shown

    def _alone(self, cell: Cell) -> tuple[Shown, Reason | None]:
        if cell.users < self.minimum_group:
            return Shown("withheld"), "small_group"
        if 0 < cell.count < self.minimum_count:
            return Shown("small"), "small_count"
        if cell.count > 0 and cell.contributors < FEWEST_CONTRIBUTORS:
            return Shown("withheld"), "few_people"
        return Shown("shown", cell.count), None

    def _all(self, table: str, cells: Sequence[Cell], reason: Reason) -> dict[str, Shown]:
        self.suppressed += [Suppression(table, cell.name, reason) for cell in cells]
        return {cell.name: Shown("withheld") for cell in cells}

    def _can_be_worked_out(self, cells: Sequence[Cell], shown: dict[str, Shown], total: int) -> bool:
        """Whether a reader who knows these rules can narrow a hidden cell down to one value.

        Hidden cells add up to the total less what is shown. A cell's least is what remains when all others
        are at their most, and the other way round.
        """
        hidden = [cell for cell in cells if shown[cell.name].count is None]
        rest = total - sum(known.count or 0 for known in shown.values())
        bounds = [self._bounds(cell, shown[cell.name], rest) for cell in hidden]
        all_least, all_most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
        return any(
            max(low, rest - (all_most - high)) >= min(high, rest - (all_least - low)) for low, high in bounds
        )

    def _bounds(self, cell: Cell, shown: Shown, rest: int) -> tuple[int, int]:
        """The values that a reader who knows the rules holds possible, before adding up."""
        if shown.state == "small":
            return 1, self.minimum_count - 1
        # In a group that is large enough, a count that is withheld, not ranged, is no small one.
        return (0 if cell.users < self.minimum_group else self.minimum_count), max(rest, 0)


def merge_small_groups(
    paths: Sequence[tuple[str, ...]], users: Sequence[int], minimum_group: int
) -> list[tuple[str, ...]]:
    """For each group the group that it is shown under: itself, or where it is too small, one level up.

    A path runs from the widest level to the group, as (unit, district, team). Groups with fewer users than
    the minimum are pooled within the level above, and the pool again while it is too small; a pool's path is
    shorter than a group's, and the pool of all is the empty path. When even that is too small, the smallest
    of the other groups joins it. The groups must not share users.
    """
    shown = list(paths)
    depth = max((len(path) for path in paths), default=0)
    for level in range(depth, 0, -1):
        sizes = _sizes(shown, users)
        shown = [path[:-1] if len(path) == level and sizes[path] < minimum_group else path for path in shown]
    sizes = _sizes(shown, users)
    while len(sizes) > 1 and 0 < sizes.get((), 0) < minimum_group:
        smallest = min((path for path in sizes if path), key=lambda path: (sizes[path], path))
        shown = [() if path == smallest else path for path in shown]
        sizes = _sizes(shown, users)
    return shown


def _sizes(paths: Sequence[tuple[str, ...]], users: Sequence[int]) -> dict[tuple[str, ...], int]:
    sizes: dict[tuple[str, ...], int] = {}
    for path, count in zip(paths, users, strict=True):
        sizes[path] = sizes.get(path, 0) + count
    return sizes
