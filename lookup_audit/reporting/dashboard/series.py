"""Weekly series of published counts: what effects and emerging changes are worked out from."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Series:
    """Questions and lookups of one group or theme by week, in order; a week that is not shown is left out.

    `weeks` are Mondays, each once. A week of a different day, out of order, without a count, or with a
    negative one is a `ValueError`: what follows from such a series would look right and be wrong.
    """

    name: tuple[str, ...]
    weeks: tuple[dt.date, ...]
    questions: tuple[int, ...]
    lookups: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.weeks) == len(self.questions) == len(self.lookups):
            raise ValueError(f"{self.name}: each week needs its questions and its lookups")
        if any(week.weekday() for week in self.weeks):
            raise ValueError(f"{self.name}: a week is named by its Monday")
        if any(later <= earlier for earlier, later in pairwise(self.weeks)):
            raise ValueError(f"{self.name}: weeks must be in order, each once")
        if any(count < 0 for count in (*self.questions, *self.lookups)):
            raise ValueError(f"{self.name}: a count is never below zero")

    def only(self, weeks: Iterable[dt.date]) -> "Series":
        """The weeks that are among those given."""
        wanted = set(weeks)
        return self._of([place for place, week in enumerate(self.weeks) if week in wanted])

    def with_lookups(self) -> "Series":
        """The weeks that have any lookups; the others have no rate."""
        return self._of([place for place, lookups in enumerate(self.lookups) if lookups])

    def _of(self, places: Sequence[int]) -> "Series":
        return Series(
            self.name,
            tuple(self.weeks[place] for place in places),
            tuple(self.questions[place] for place in places),
            tuple(self.lookups[place] for place in places),
        )


def pooled(parts: Sequence[Series], name: tuple[str, ...]) -> Series:
    """The sum of several series, of the weeks that all of them have.

    A week that one of them lacks is left out of the sum: it would be a drop that nobody made. Without any
    part the sum has no weeks.
    """
    if not parts:
        return Series(name, (), (), ())
    shared = set(parts[0].weeks).intersection(*(part.weeks for part in parts))
    kept = [part.only(shared) for part in parts]
    return Series(
        name,
        kept[0].weeks,
        tuple(map(sum, zip(*(part.questions for part in kept), strict=True))),
        tuple(map(sum, zip(*(part.lookups for part in kept), strict=True))),
    )
