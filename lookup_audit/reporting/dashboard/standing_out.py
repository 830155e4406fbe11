"""What stands out: groups and themes whose rate is above another by more than chance, however many are compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from lookup_audit.reporting.dashboard.chance import rate_interval, rate_ratio
from lookup_audit.reporting.dashboard.published import Compared, Rate

_LEVEL = 0.05

SMALLEST_RATIO = 1.25
"""Of a part over the others: a smaller difference is no headline, however certain."""


@dataclass(frozen=True)
class StandsOut:
    """A part whose rate is above that of the other parts by more than chance, and how many times."""

    name: tuple[str, ...]
    ratio: float


def strongest_part(rates: Sequence[Rate], *, rounded: int = 1) -> StandsOut | None:
    """The part of a whole that is most surely above the other parts together; the level of 5% is shared.

    `rounded` is how many rounded numbers were added up in each part. Beside the others, and not beside the
    whole: a question can lie in several parts, so all of them could seem high beside the whole.
    """
    known = [rate for rate in rates if rate.lookups]
    questions, lookups = (sum(getattr(rate, what) for rate in known) for what in ("questions", "lookups"))
    if len(known) < 2 or not questions:
        return None
    found: list[tuple[float, StandsOut]] = []
    for rate in known:
        ratio, low, _high = rate_ratio(
            rate.questions,
            rate.lookups,
            questions - rate.questions,
            lookups - rate.lookups,
            confidence=1 - _LEVEL / len(known),
            rounded=(rounded, rounded * (len(known) - 1)),
        )
        if low > 1 and ratio >= SMALLEST_RATIO:
            found.append((low, StandsOut(rate.name, ratio)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def standing_out(pairs: Sequence[tuple[Rate, Rate]]) -> list[int]:
    """The places of the pairs whose first rate is surely above the second, the furthest above first.

    Surely is: the lower bound of its interval lies above, where the level of 5% is shared among all that are
    compared. Without that, two of 40 teams would stand out by chance alone.
    """
    known = [place for place, (rate, beside) in enumerate(pairs) if rate.lookups and beside.lookups]
    found = []
    for place in known:
        rate, beside = pairs[place]
        level = beside.rate or 0.0
        if not rate.questions or (rate.rate or 0.0) <= level:
            continue
        low = rate_interval(rate.questions, rate.lookups, 1 - _LEVEL / len(known), rounded=1)[1]
        if low > level:
            found.append((level / low, place))
    return [place for _share, place in sorted(found)]


def surely_below(rate: Rate, other: Rate) -> bool:
    """Whether a rate is below another by more than chance."""
    if not (rate.lookups and other.lookups and other.questions):
        return False
    _ratio, low, _high = rate_ratio(
        other.questions, other.lookups, rate.questions, rate.lookups, rounded=(1, 1)
    )
    return low > 1


def moved(compared: Sequence[Compared]) -> list[int]:
    """For each its direction since the period before: 1 up, -1 down, 0 not by more than chance, or not known.

    The level of 5% is shared among those that can be compared.
    """
    known = sum(one.change is not None for one in compared)
    return [_direction(one, 1 - _LEVEL / known) if one.change else 0 for one in compared]


def ratio_to(now: Rate, then: Rate | None) -> tuple[float, float, float] | None:
    """One published rate over an earlier one, with its 95% interval; None where there is nothing to compare."""
    if then is None or not (now.lookups and then.lookups) or not now.questions + then.questions:
        return None
    return rate_ratio(now.questions, now.lookups, then.questions, then.lookups, rounded=(1, 1))


def together(name: tuple[str, ...], rates: Sequence[Rate]) -> Rate:
    """The rate of several groups as one; the interval allows for each of them being rounded."""
    questions, lookups = (sum(getattr(rate, what) for rate in rates) for what in ("questions", "lookups"))
    if not lookups:
        return Rate(name, questions, 0)
    return Rate(name, questions, lookups, *rate_interval(questions, lookups, rounded=len(rates)))


def _direction(one: Compared, confidence: float) -> int:
    now, before = one.now, one.before
    if before is None or not now.questions + before.questions:
        return 0
    _ratio, low, high = rate_ratio(
        now.questions, now.lookups, before.questions, before.lookups, confidence=confidence, rounded=(1, 1)
    )
    return 1 if low > 1 else -1 if high < 1 else 0
