"""What a mirror shows: the user's own amounts, and the middle half of the peers', with no peer to be worked out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log10
from typing import Any, Literal

from lookup_audit.errors import UsageError
from lookup_audit.reporting.mirror.queries import HOURS, LINKS, PEERS, SYSTEMS, TOTALS, WEEKS
from lookup_audit.warehouse import Warehouse

BLOCK_HOURS = 2
"""The width of the parts that a day is cut into."""

MOST_SYSTEMS = 8
"""Systems of one's own that are shown, the most used first."""

_WEEK = timedelta(days=7)
_AROUND = 3  # peers whose mean makes an end of the middle half

Basis = Literal["group", "function"]


@dataclass(frozen=True)
class Weeks:
    """Whole weeks, from a Monday up to and including a Sunday."""

    first: date
    last: date

    @property
    def mondays(self) -> tuple[date, ...]:
        """The first day of each week."""
        return tuple(self.first + _WEEK * nr for nr in range(((self.last - self.first).days + 1) // 7))


@dataclass(frozen=True)
class Beside:
    """One amount of one's own, and where the middle half of the peers is; None where peers are too few."""

    part: str
    own: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Mirror:
    """All that a mirror shows. Amounts a week are numbers of lookups; everything else is a share from 0 to 1.

    `basis` says who the peers are, None where there are too few; `working_days` and `lookups` are one's own.
    `links` has the part `""` for lookups with any work link.
    """

    weeks: Weeks
    basis: Basis | None
    working_days: int
    lookups: int
    a_week: Beside
    by_week: tuple[Beside, ...]
    systems: tuple[Beside, ...]
    hours: tuple[Beside, ...]
    links: tuple[Beside, ...]
    off_duty: Beside
    first_time: Beside
    prints: Beside

    @property
    def explained(self) -> Beside:
        """The share that any work link explains."""
        return next(one for one in self.links if not one.part)


def weeks_of(warehouse: Warehouse, first: date | None, last: date | None) -> Weeks:
    """The whole audited weeks from that of `first` to that of `last`; the last quarter when not given.

    Raises `UsageError` where there is none.
    """
    audited = warehouse.rows("SELECT min(audit_date) AS first, max(audit_date) AS last FROM runs")[0]
    if audited["first"] is not None:
        monday = audited["first"] + timedelta(days=-audited["first"].weekday() % 7)
        sunday = audited["last"] - timedelta(days=(audited["last"].weekday() + 1) % 7)
        if last:
            sunday = min(sunday, last + timedelta(days=6 - last.weekday()))
        if first:
            monday = max(monday, first - timedelta(days=first.weekday()))
        else:
            monday = max(monday, sunday + timedelta(days=1) - _WEEK * warehouse.settings.reporting.weeks)
        if monday < sunday:
            return Weeks(monday, sunday)
    raise UsageError("no whole week, from a Monday to a Sunday, was audited in these days")


def read_mirror(warehouse: Warehouse, user_id: str, weeks: Weeks) -> Mirror:
    """The mirror of a user; `UsageError` where the user made no lookup in these weeks.

    Peers share the function and team; where those are too few, the function. Too few is below
    `forest.minimum_peers` and below `reporting.minimum_group`.
    """
    period = {"first": weeks.first, "last": weeks.last}
    basis, peers = _peers(warehouse, user_id, period)
    asked = {**period, "users": [user_id, *peers]}
    totals = {row["user_id"]: row for row in warehouse.rows(TOTALS, asked)}
    if user_id not in totals:
        raise UsageError(f"there is no lookup by this user from {weeks.first} to {weeks.last}")
    fewest = _fewest(warehouse)

    def beside(part: str, values: Mapping[str, float], *, share: bool = True) -> Beside:
        return _beside(part, values, user_id, fewest, share=share)

    def total(part: str, whole: str) -> Beside:
        return beside(part, {user: row[part] / row[whole] for user, row in totals.items() if row[whole]})

    def shares(query: str, parts: Iterable[Any] = (), **more: Any) -> list[Beside]:
        """Of every part that anyone has, and of `parts`: its share in each one's lookups, the largest own first."""
        counts = _by_part(warehouse.rows(query, {**asked, **more}))
        found = [
            beside(
                str(part),
                {user: counts.get(part, {}).get(user, 0) / row["lookups"] for user, row in totals.items()},
            )
            for part in sorted({*counts, *parts})
        ]
        return sorted(found, key=lambda one: -one.own)

    number = len(weeks.mondays)
    by_week = _by_part(warehouse.rows(WEEKS, asked))
    own = totals[user_id]
    return Mirror(
        weeks=weeks,
        basis=basis,
        working_days=own["days"],
        lookups=int(own["lookups"]),
        a_week=beside("", {user: row["lookups"] / number for user, row in totals.items()}, share=False),
        by_week=tuple(
            beside(monday.isoformat(), by_week.get(nr, {}), share=False)
            for nr, monday in enumerate(weeks.mondays)
        ),
        systems=tuple(one for one in shares(SYSTEMS) if one.own)[:MOST_SYSTEMS],
        hours=tuple(
            sorted(shares(HOURS, range(24 // BLOCK_HOURS), hours=BLOCK_HOURS), key=lambda one: int(one.part))
        ),
        links=tuple(shares(LINKS, [""])),
        off_duty=total("off_duty", "lookups"),
        first_time=total("first_subjects", "subjects"),
        prints=total("prints_exports", "lookups"),
    )


def middle_half(values: Sequence[float], *, share: bool) -> tuple[float, float]:
    """Where the middle half of the peers is, its ends blurred so that neither is one peer's number.

    Each end is the mean of the three peers around the quartile, rounded: a share to a whole percent, an amount
    to two digits. There must be eight values at least.
    """
    ordered = sorted(values)
    at = max(round((len(ordered) - 1) / 4), 1)
    ends = (ordered[at - 1 : at + 2], ordered[len(ordered) - at - 2 :][:_AROUND])
    low, high = (sum(end) / _AROUND for end in ends)
    return (round(low, 2), round(high, 2)) if share else (_two_digits(low), _two_digits(high))


def _beside(
    part: str, values: Mapping[str, float], user_id: str, fewest: int, *, share: bool = True
) -> Beside:
    own = float(values.get(user_id, 0))
    peers = [float(value) for user, value in values.items() if user != user_id]
    if len(peers) < fewest:
        return Beside(part, own)
    return Beside(part, own, *middle_half(peers, share=share))


def _fewest(warehouse: Warehouse) -> int:
    settings = warehouse.settings
    return max(settings.forest.minimum_peers, settings.reporting.minimum_group, 8)


def _peers(warehouse: Warehouse, user_id: str, period: Mapping[str, date]) -> tuple[Basis | None, list[str]]:
    rows = warehouse.rows(PEERS, {"user": user_id, **period})
    fewest = _fewest(warehouse)
    bases: tuple[Basis, ...] = ("group", "function")
    for basis in bases:
        peers = [row["user_id"] for row in rows if row[f"in_{basis}"]]
        if len(peers) >= fewest:
            return basis, peers
    return None, []


def _by_part(rows: Sequence[Mapping[str, Any]]) -> dict[Any, dict[str, int]]:
    counts: dict[Any, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["part"], {})[row["user_id"]] = int(row["lookups"])
    return counts


def _two_digits(value: float) -> float:
    if value <= 0:
        return 0.0
    return float(round(value, 1 - floor(log10(value))))
