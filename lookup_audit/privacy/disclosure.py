"""The one gate that every number of a prevention page passes: no small groups, and no way back to a count.

Three rules (Hundepool et al., Statistical Disclosure Control, Wiley 2012, chapters 4 and 5):

- A group of fewer people than the minimum is merged into the level above, or not shown.
- What is counted is people in a week, never lookups: whoever looks up a thousand times counts once for a theme
  and week, so that no count is mostly one person.
- Every count is rounded to a multiple of five, up or down by chance, and always the same way for the same
  cell (fixed random rounding, as statistical offices use it). A count of 1 to 4 becomes 0 or 5. Because totals
  are rounded like their parts, and by themselves, nothing can be subtracted: between any two numbers lies more
  than a hidden count. That is why no further cells need to be hidden to protect it.

Which way a cell is rounded depends on the warehouse's secret key. Rounding is unbiased: on average it adds
nothing, and its variance is at most 6.
"""

from collections.abc import Sequence

from lookup_audit.privacy.keys import derived, fraction

BASE = 5
"""What every published count is a multiple of."""


class Gate:
    """The rules, for one warehouse's secret key; `minimum_group` is how many people make a group."""

    def __init__(self, key: bytes, minimum_group: int) -> None:
        self.minimum_group = minimum_group
        self._key = derived(key, "rounding")

    def count(self, count: int, *cell: str) -> int:
        """The count as it may be shown: the multiple of the base below or above it, by chance, unbiased.

        `cell` names what is counted, completely (which table, group and period): the same name is rounded the
        same way in every report, and another name independently.
        """
        below, rest = divmod(count, BASE)
        up = fraction(self._key, *cell) < rest / BASE
        return BASE * (below + up)

    def volume(self, count: int, *cell: str) -> int:
        """How much was done, as it may be shown: two significant digits, and a multiple of five, by chance too.

        One person makes thousands of lookups, so a volume needs more rounding than people do; what it is good
        for, a rate, needs no more digits.
        """
        step: int = BASE * max(1, 10 ** max(len(str(count)) - 2, 0) // BASE)
        below, rest = divmod(count, step)
        return step * (below + (fraction(self._key, "volume", *cell) < rest / step))

    @staticmethod
    def share(part: int, whole: int) -> float | None:
        """A share of many lookups to a whole percent, from exact counts: two rounded ones would not make a share."""
        return round(part / whole, 2) if whole else None

    def is_group(self, users: int) -> bool:
        """Whether there are people enough to show anything about them."""
        return users >= self.minimum_group


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
