"""The numbers of a prevention report after the disclosure gate: what figures and pages may hold."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lookup_audit.privacy.disclosure import Cell, Gate, Shown, Suppression, merge_small_groups
from lookup_audit.reporting.chance import rate_interval, rate_ratio
from lookup_audit.reporting.numbers import Counts, Numbers

MOTIVES = ("curiosity", "personal_involvement", "personal_benefit")
MOST_GROUPS = 40
"""Teams on one figure; a larger force is shown by district, or by unit."""

# Of a week's blocks; below it, wider ones are tried. Where few lookups are made only high rates pass the
# gate, so a week with many gaps would mislead.
_ENOUGH_BLOCKS = 0.9


@dataclass(frozen=True)
class Rate:
    """Questions among the lookups of one group; what is None is not shown. Rates are per 10,000 lookups."""

    name: tuple[str, ...]
    questions: Shown
    lookups: int | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Explained:
    """The share of lookups with a valid work link: of all, and of first lookups of a subject by a user."""

    all: float | None
    first: float | None
    weeks: list[tuple[dt.date, float]]


@dataclass(frozen=True)
class Change:
    """A rate over that of as many weeks before, with its 95% interval."""

    weeks: int
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Published:
    """What may be shown.

    `themes` are by motive, and within it by detector; `weeks` by motive, every week of the period in order;
    `hours` are named by weekday (1 to 7) and block of `hour_width` hours; `teams` are named by their path
    down to `team_level`, and where small ones were merged, by the path of the level above.
    """

    whole: Rate
    motives: dict[str, Shown]
    themes: dict[str, dict[str, Shown]]
    weeks: dict[str, list[Rate]]
    change: Change | None
    hour_width: int
    hours: list[Rate]
    systems: list[Rate]
    channels: list[Rate]
    team_level: str
    teams: list[Rate]
    explained: Explained
    suppressed: list[Suppression]


def publish(numbers: Numbers, minimum_group: int, minimum_count: int) -> Published:
    """Every number through one gate: first the whole, then its parts, so that no part gives another away."""
    gate = Gate(minimum_group, minimum_count)
    whole = numbers.whole
    lookups = gate.total("lookups", Cell("all", whole.users, whole.lookups, whole.users))
    questions = gate.total("questions", Cell("all", whole.users, whole.questions, whole.contributors))
    tables = _Tables(gate, lookups, questions, whole.users)
    present = {counts.name[0] for counts in numbers.motives}
    present |= set(numbers.rare_motives)
    absent = [Counts((motive,), 0, 0, 0, 0) for motive in MOTIVES if motive not in present]
    motives = tables.questions_by("motives", [*numbers.motives, *absent], questions)
    for motive in numbers.rare_motives:
        motives[motive] = Shown("withheld")
        gate.suppressed.append(Suppression("motives", motive, "few_people"))
    weeks = _weeks(numbers, tables, motives)
    hour_width, hours = _hours(numbers, tables)
    team_level, teams = _teams(numbers, tables)
    return Published(
        whole=_rate(("all",), questions, lookups),
        motives={motive: motives[motive] for motive in MOTIVES},
        themes={motive: _themes(numbers, tables, motive, motives[motive]) for motive in MOTIVES},
        weeks=weeks,
        change=change_between_weeks(weeks, numbers.first_day, numbers.last_day),
        hour_width=hour_width,
        hours=hours,
        systems=tables.rates("systems", numbers.systems),
        channels=tables.rates("channels", numbers.channels),
        team_level=team_level,
        teams=teams,
        explained=_explained(numbers, lookups, weeks),
        suppressed=gate.suppressed,
    )


class _Tables:
    """Tables that split the same two totals, all lookups and all questions, through one gate."""

    def __init__(self, gate: Gate, lookups: Shown, questions: Shown, users: int) -> None:
        self.gate = gate
        self.lookups = lookups
        self.questions = questions
        self.users = users

    def questions_by(self, table: str, groups: Sequence[Counts], total: Shown) -> dict[str, Shown]:
        """Questions by the last part of the name, each about all users: any of them may have raised it."""
        cells = [Cell(group.name[-1], self.users, group.questions, group.contributors) for group in groups]
        return self.gate.parts(table, cells, total)

    def lookups_by(self, table: str, groups: Sequence[Counts]) -> dict[str, Shown]:
        """Lookups by key, which rates are over."""
        cells = [Cell(_key(group.name), group.users, group.lookups, group.users) for group in groups]
        return self.gate.parts(f"lookups by {table}", cells, self.lookups)

    def rates(self, table: str, groups: Sequence[Counts]) -> list[Rate]:
        """Questions and lookups of each group, in the order given; none where the lookups are not shown."""
        lookups = self.lookups_by(table, groups)
        return self.rates_over(table, groups, lookups, self.questions)

    def rates_over(
        self, table: str, groups: Sequence[Counts], lookups: dict[str, Shown], total: Shown
    ) -> list[Rate]:
        """The same over lookups that went through the gate before."""
        cells = [Cell(_key(group.name), group.users, group.questions, group.contributors) for group in groups]
        hidden = {key for key, shown in lookups.items() if shown.count is None}
        questions = self.gate.parts(table, cells, total, hidden)
        return [
            _rate(group.name, questions[cell.name], lookups[cell.name])
            for group, cell in zip(groups, cells, strict=True)
        ]


def change_between_weeks(
    weeks: dict[str, list[Rate]], first_day: dt.date, last_day: dt.date
) -> Change | None:
    """The last weeks (four, or half of fewer) against as many before, from what is shown only.

    Takes whole weeks, and motives with every one of those weeks shown; None when there is nothing left.
    """
    names = [rate.name[0] for rate in next(iter(weeks.values()), [])]
    mondays = [dt.date.fromisoformat(name) for name in names]
    whole = [day for day in mondays if first_day <= day and day + dt.timedelta(days=6) <= last_day]
    size = min(4, len(whole) // 2)
    late = {day.isoformat() for day in whole[len(whole) - size :]}
    early = {day.isoformat() for day in whole[len(whole) - 2 * size : len(whole) - size]}
    usable = [
        rates
        for rates in weeks.values()
        if all(rate.rate is not None for rate in rates if rate.name[0] in late | early)
    ]
    count, lookups = _sums(usable, late)
    count_before, lookups_before = _sums(usable, early)
    if not count + count_before or not lookups or not lookups_before:
        return None
    return Change(size, *rate_ratio(count, lookups, count_before, lookups_before))


def _sums(motives: list[list[Rate]], names: set[str]) -> tuple[int, int]:
    rates = [rate for weeks in motives for rate in weeks if rate.name[0] in names]
    return sum(rate.questions.count or 0 for rate in rates), sum(rate.lookups or 0 for rate in rates)


def _rate(name: tuple[str, ...], questions: Shown, lookups: Shown) -> Rate:
    if questions.count is None or not lookups.count:
        return Rate(name, questions, lookups.count)
    return Rate(name, questions, lookups.count, *rate_interval(questions.count, lookups.count))


def _key(name: tuple[str, ...]) -> str:
    return "\x1f".join(name)


def _themes(numbers: Numbers, tables: _Tables, motive: str, total: Shown) -> dict[str, Shown]:
    themes = [counts for counts in numbers.themes if counts.name[0] == motive]
    return tables.questions_by(f"themes of {motive}", themes, total)


def _weeks(numbers: Numbers, tables: _Tables, motives: dict[str, Shown]) -> dict[str, list[Rate]]:
    """For each motive all weeks; the motives share one table of lookups."""
    lookups = tables.lookups_by("week", numbers.weeks)
    found = {counts.name: counts for counts in numbers.week_motives}
    weeks = {}
    for motive in MOTIVES:
        groups = []
        for week in numbers.weeks:
            of_motive = found.get((*week.name, motive), Counts(week.name, 0, 0, 0, 0))
            groups.append(replace(week, questions=of_motive.questions, contributors=of_motive.contributors))
        weeks[motive] = tables.rates_over(f"weeks of {motive}", groups, lookups, motives[motive])
    return weeks


def _hours(numbers: Numbers, tables: _Tables) -> tuple[int, list[Rate]]:
    """The narrowest blocks of hours of which most are shown; where none do, the widest."""
    before = len(tables.gate.suppressed)
    chosen: tuple[int, list[Rate]] = (0, [])
    for width, groups in numbers.hours.items():
        del tables.gate.suppressed[before:]  # what is not published was not suppressed either
        chosen = width, tables.rates("hours", groups)
        shown = sum(rate.questions.count is not None for rate in chosen[1])
        if shown >= _ENOUGH_BLOCKS * len(groups):
            break
    return chosen


def _teams(numbers: Numbers, tables: _Tables) -> tuple[str, list[Rate]]:
    """Teams, or districts or units of a large force, with small ones merged into the level above."""
    levels = ("unit", "district", "team")
    for depth in (3, 2, 1):
        groups = _summed(numbers.teams, [counts.name[:depth] for counts in numbers.teams])
        users = [group.users for group in groups]
        paths = merge_small_groups([group.name for group in groups], users, tables.gate.minimum_group)
        merged = _summed(groups, paths)
        if len(merged) <= MOST_GROUPS:
            break
    return levels[depth - 1], tables.rates("teams", merged)


def _summed(groups: Sequence[Counts], names: Sequence[tuple[str, ...]]) -> list[Counts]:
    """Groups under new names, those of one name added up; a user is in one team, so users add up too."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for group, name in zip(groups, names, strict=True):
        measures = (group.lookups, group.users, group.questions, group.contributors)
        before = sums.get(name, [0, 0, 0, 0])
        sums[name] = [old + new for old, new in zip(before, measures, strict=True)]
    return [Counts(name, *sums[name]) for name in sorted(sums)]


def _explained(numbers: Numbers, lookups: Shown, weeks: dict[str, list[Rate]]) -> Explained:
    """Shares over the runs; by week only where that week's lookups are shown."""
    if lookups.count is None:
        return Explained(None, None, [])
    sums = {
        name: sum(run[name] for run in numbers.runs)
        for name in ("lookups", "explained", "first_lookups", "first_explained")
    }
    by_week: dict[dt.date, list[int]] = {}
    for run in numbers.runs:
        monday = run["audit_date"] - dt.timedelta(days=run["audit_date"].weekday())
        before = by_week.get(monday, [0, 0])
        by_week[monday] = [before[0] + run["explained"], before[1] + run["lookups"]]
    shown = {rate.name[0] for rates in weeks.values() for rate in rates if rate.lookups is not None}
    return Explained(
        all=sums["explained"] / sums["lookups"] if sums["lookups"] else None,
        first=sums["first_explained"] / sums["first_lookups"] if sums["first_lookups"] else None,
        weeks=[(day, part / all_) for day, (part, all_) in by_week.items() if str(day) in shown and all_],
    )
