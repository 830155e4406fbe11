"""Whether notices help: what those who were written to did afterwards, against those whom the lot held out.

Everyone counts as drawn, whatever came of it (intention to treat). The outcome was fixed beforehand: another
unexplained lookup with a question of one of the themes, within `notices.effect_days` days after the day of the draw.

No number is given about fewer people than the minimum group. Where a count is smaller, it is one of several that it
could be; a share or difference then has the interval that holds for every one of these, so that nothing leads back
to the count.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from lookup_audit.evaluation import share
from lookup_audit.reporting.notices.queries import AFTERWARDS
from lookup_audit.warehouse import Warehouse

Interval = tuple[float, float]


@dataclass(frozen=True)
class Within:
    """The share of an arm with another such lookup within so many days."""

    days: int
    share: float


@dataclass(frozen=True)
class Arm:
    """One arm of the trial; `observed` are the users whose days afterwards are all audited.

    `again` of them had another such lookup, `share` and its 95% interval (Wilson) say the same. `again` and
    `share` are None where the count, or what is left of the arm, is below the minimum group; everything is
    None where the arm is.
    """

    observed: int | None
    again: int | None
    share: float | None
    low: float | None
    high: float | None
    within: tuple[Within, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What the trial says so far.

    `difference` is the share of those written to less that of the hold-out, with its 95% interval
    (Newcombe's); below 0 where notices help. `waiting` users were drawn too lately to know, or before the first
    audited day, and `other_share` at another hold-out than the latest: neither is compared. Counts below the
    minimum group are None.
    """

    days: int
    hold_out: float | None
    written_to: Arm
    held_out: Arm
    difference: float | None
    low: float | None
    high: float | None
    waiting: int | None
    other_share: int | None
    minimum_group: int

    @property
    def says(self) -> str:
        """In a word: nothing, unclear, fewer or more."""
        if self.low is None or self.high is None:
            return "nothing"
        return "unclear" if self.low <= 0 <= self.high else "fewer" if self.high < 0 else "more"

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts and numbers, ready for JSON."""
        return {**asdict(self), "says": self.says}


def read_effect(warehouse: Warehouse) -> Effect:
    """The effect of the notices so far, from the lots and the audit."""
    notices, fewest = warehouse.settings.notices, warehouse.settings.reporting.minimum_group
    rows = warehouse.rows(
        AFTERWARDS,
        {
            "days": notices.effect_days,
            "minimum_risk": notices.minimum_risk,
            "themes": list(notices.themes),
        },
    )
    latest = max(rows, key=lambda row: (row["drawn_on"], row["share"]))["share"] if rows else None
    alike = [row for row in rows if row["share"] == latest]
    seen = [row for row in alike if row["observed"]]
    days = {
        held_out: [row["days"] for row in seen if row["held_out"] is held_out] for held_out in (False, True)
    }
    written_to, held_out = (_arm(days[which], notices.effect_days, fewest) for which in (False, True))
    difference, low, high = _difference(days[False], days[True], fewest)
    return Effect(
        days=notices.effect_days,
        hold_out=latest,
        written_to=written_to,
        held_out=held_out,
        difference=difference,
        low=low,
        high=high,
        waiting=_shown(len(alike) - len(seen), fewest),
        other_share=_shown(len(rows) - len(alike), fewest),
        minimum_group=fewest,
    )


def difference_interval(again: int, written_to: int, again_out: int, held_out: int) -> Interval:
    """The 95% interval of a difference of two shares, the first less the second.

    Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10): it holds its level also in
    small arms and for shares near 0.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        again, written_to, again_out, held_out, method="newcomb", compare="diff"
    )
    return float(low), float(high)


def possible(count: int, whole: int, fewest: int) -> range:
    """The counts that a reader who is not told a small one must take to be possible."""
    if count < fewest:
        return range(min(fewest, whole + 1))
    if whole - count < fewest:
        return range(max(whole - fewest + 1, 0), whole + 1)
    return range(count, count + 1)


def _arm(days: Sequence[int | None], longest: int, fewest: int) -> Arm:
    whole, again = len(days), sum(day is not None for day in days)
    if whole < fewest:
        return Arm(None, None, None, None, None)
    counts = possible(again, whole, fewest)
    known = len(counts) == 1
    bounds = [share(count, whole) for count in (counts[0], counts[-1])]
    return Arm(
        whole,
        again if known else None,
        bounds[0].share if known else None,
        bounds[0].low,
        bounds[1].high,
        tuple(_within(days, longest, fewest)) if known else (),
    )


def _within(days: Sequence[int | None], longest: int, fewest: int) -> list[Within]:
    """The share after a third, two thirds and all of the days, where no step is about fewer than the minimum."""
    steps: list[Within] = []
    again = sum(day is not None for day in days)
    before = 0
    for step in (longest // 3, 2 * longest // 3, longest):
        count = sum(day is not None and day <= step for day in days)
        if count - before >= fewest and (again - count >= fewest or step == longest):
            steps.append(Within(step, round(count / len(days), 6)))
            before = count
    return steps


def _difference(
    written_to: Sequence[int | None], held_out: Sequence[int | None], fewest: int
) -> tuple[float | None, float | None, float | None]:
    if min(len(written_to), len(held_out)) < fewest:
        return None, None, None
    again, again_out = (sum(day is not None for day in days) for days in (written_to, held_out))
    counts = possible(again, len(written_to), fewest), possible(again_out, len(held_out), fewest)
    intervals = [
        difference_interval(one, len(written_to), two, len(held_out)) for one, two in product(*counts)
    ]
    known = len(intervals) == 1
    return (
        round(again / len(written_to) - again_out / len(held_out), 6) if known else None,
        round(min(low for low, _high in intervals), 6),
        round(max(high for _low, high in intervals), 6),
    )


def _shown(count: int, fewest: int) -> int | None:
    """A count of people, when nobody or a group; None between."""
    return count if count == 0 or count >= fewest else None
