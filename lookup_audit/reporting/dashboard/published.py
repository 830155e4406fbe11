"""The numbers of a prevention report after the disclosure gate: all that figures and pages may hold.

Every count below was rounded by the gate, or was made from counts that were. What is worked out from them
(rates, intervals, effects, changes) can therefore give nothing away that they do not.
"""

import calendar
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lookup_audit.privacy.disclosure import Gate, merge_small_groups
from lookup_audit.reporting.dashboard.chance import rate_interval, rate_ratio
from lookup_audit.reporting.dashboard.counts import CUTS, WEEK, YEAR_WEEKS, Counts, Part, Path, Period
from lookup_audit.reporting.dashboard.effects import Effect, compared, interrupted
from lookup_audit.reporting.dashboard.emerging import Changes, changes
from lookup_audit.reporting.dashboard.series import Series

MOTIVES = ("curiosity", "personal_involvement", "personal_benefit")
LEVELS = ("unit", "district", "team")
MONTHS = 13
RECENT_WEEKS = 26
"""Half a year: what is watched for changes."""


@dataclass(frozen=True)
class Rate:
    """Questions of one group or part, and their rate per 10,000 of its lookups with a 95% interval."""

    name: tuple[str, ...]
    questions: int
    lookups: int
    rate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Compared:
    """A rate, the one of the period before, and of the same weeks last year; None where there was no audit.

    `change` is the rate over the one before, with its 95% interval.
    """

    now: Rate
    before: Rate | None
    year_ago: Rate | None
    change: tuple[float, float, float] | None


@dataclass(frozen=True)
class Theme:
    """One theme: its motive, how often, how many users it came up for, its last half year by week, and where."""

    theme: str
    motive: str
    compared: Compared
    users_per_1000: float | None
    weeks: tuple[Rate, ...]
    teams: tuple[Rate, ...]


@dataclass(frozen=True)
class ShownBurst:
    """Attention for one person in the news, who is unnamed; `by_day` counts users from the first day on."""

    reference: str
    first_day: dt.date
    users: int
    units: int
    by_day: tuple[int, ...]


@dataclass(frozen=True)
class Measure:
    """A kind of prevention activity about one theme, where it was held, and what it is estimated to have done."""

    kind: str
    theme: str
    first_held: dt.date
    last_held: dt.date
    scope: str  # everyone, unit, or team
    groups: int
    effect: Effect


@dataclass(frozen=True)
class Published:
    """What may be shown."""

    period: Period
    users: int
    whole: Compared
    asked_per_1000: float | None
    explained: Mapping[str, float | None]  # now, before, year_ago, first: shares of lookups
    explained_weeks: tuple[tuple[dt.date, float], ...]
    motives: Mapping[str, Compared]
    motive_weeks: Mapping[str, tuple[Rate, ...]]
    themes: tuple[Theme, ...]
    levels: Mapping[str, tuple[Rate, ...]]
    cuts: Mapping[str, tuple[Rate, ...]]
    bursts: tuple[ShownBurst, ...]
    small_bursts: bool  # whether there were any
    measures: tuple[Measure, ...]
    emerging: Changes
    merged: int
    motive_months: Mapping[str, tuple[Rate, ...]]
    news: tuple[dt.date, ...]
    activities: tuple[tuple[dt.date, str, str], ...]  # day, kind and theme; where is not said

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values for JSON: days as ISO text, and what has no bound as null."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def publish(
    counts: Counts, gate: Gate, themes: Mapping[str, str], references: Mapping[str, str]
) -> Published | None:
    """Every number through the gate; None where fewer users than the minimum group made any lookup.

    `themes` maps every theme that there can be to its motive: which of them never came up is no secret, and
    which came up once is one. `references` names each person in the news without naming them.
    """
    if not gate.is_group(counts.users):
        return None
    shown = _Shown(counts, gate, themes)
    period = counts.period
    teams, merged = _merged(counts, gate.minimum_group)
    users = gate.count(counts.users, "users", *shown.bounds)
    return Published(
        period=period,
        users=users,
        whole=shown.compared(("all",)),
        asked_per_1000=shown.per_1000("", "", users),
        explained=shown.explained(),
        explained_weeks=tuple(
            (week, share)
            for week in period.weeks
            if week in shown.volume and (share := shown.explained_share([week])) is not None
        ),
        motives={motive: shown.compared(("motive", motive)) for motive in MOTIVES},
        motive_weeks={motive: tuple(shown.by_week(("motive", motive), period.weeks)) for motive in MOTIVES},
        themes=tuple(
            Theme(
                theme,
                motive,
                shown.compared(("theme", theme)),
                shown.per_1000(motive, theme, users),
                tuple(shown.by_week(("theme", theme), shown.recent)),
                tuple(shown.team_rates(teams, theme)),
            )
            for theme, motive in themes.items()
        ),
        levels={level: tuple(shown.level_rates(teams, depth + 1)) for depth, level in enumerate(LEVELS)},
        cuts={cut: tuple(shown.cut_rates(cut)) for cut in CUTS},
        bursts=tuple(shown.bursts(references)),
        small_bursts=any(not gate.is_group(burst.users) for burst in counts.bursts),
        measures=tuple(_measures(counts, shown)),
        emerging=changes(
            [
                *(shown.series(("theme", theme), shown.recent) for theme in themes),
                *(
                    shown.pool(("team", *name), members, None, shown.recent)
                    for name, members in teams.items()
                ),
                *(shown.part_weeks(kind, name) for kind, name in counts.part_weeks),
            ]
        ),
        merged=merged,
        motive_months={motive: tuple(shown.by_month(("motive", motive))) for motive in MOTIVES},
        news=counts.news,
        activities=tuple(
            sorted(
                {
                    (event["held_on"], event["kind"] or "", event["theme"] or "")
                    for event in counts.interventions
                    if period.first <= event["held_on"] <= period.last
                }
            )
        ),
    )


What = tuple[str, ...]
"""What is counted: ("all",), ("motive", its name) or ("theme", its id)."""


class _Shown:
    """Counts as they may be shown: each cell rounded by its name, so the same in every report."""

    def __init__(self, counts: Counts, gate: Gate, themes: Mapping[str, str]) -> None:
        self.counts = counts
        self.gate = gate
        self.themes = themes
        self.bounds = _bounds(counts.period)
        self.weeks = tuple(
            sorted(
                week
                for week in counts.volume
                if week <= counts.period.last and gate.is_group(counts.week_users.get(week, 0))
            )
        )
        self.recent = self.weeks[-RECENT_WEEKS:]
        self._team_lookups = {team.path: team.lookups for team in counts.teams}
        self._team_members = {team.path: team.members for team in counts.teams}
        self._team_themes: dict[Path, dict[str, int]] = {}
        for (path, theme), questions in counts.team_themes.items():
            self._team_themes.setdefault(path, {})[theme] = questions
        self.volume = {
            week: gate.volume(counts.volume[week][0], "lookups", week.isoformat()) for week in self.weeks
        }

    def questions(self, what: What, weeks: Sequence[dt.date]) -> int:
        """The questions of one week, or of the consecutive weeks of a month, rounded once."""
        within = set(weeks)
        exact = sum(
            count
            for (motive, theme, week), count in self.counts.themes.items()
            if week in within and what in (("all",), ("motive", motive), ("theme", theme))
        )
        return self.gate.count(exact, *what, weeks[0].isoformat(), weeks[-1].isoformat())

    def over(self, what: What, period: Period) -> int:
        """The questions of a period, rounded once."""
        counted = self.counts.periods[period.first]
        kind, name = what[0], what[-1]
        key = {"all": ("", ""), "motive": (name, ""), "theme": (self.themes.get(name, ""), name)}[kind]
        return self.gate.count(counted.get(key, 0), "period", *what, *_bounds(period))

    def series(self, what: What, weeks: Sequence[dt.date]) -> Series:
        """The questions week by week, each rounded by itself."""
        return Series(
            what,
            tuple(weeks),
            tuple(self.questions(what, [week]) for week in weeks),
            tuple(self.volume[week] for week in weeks),
        )

    def rate(self, what: What, period: Period) -> Rate:
        """The rate over the weeks of a period that were audited."""
        return _rate(
            what, self.over(what, period), self._lookups([w for w in period.weeks if w in self.volume])
        )

    def compared(self, what: What) -> Compared:
        """The rate of the period, of the one before, and of a year ago."""
        now = self.rate(what, self.counts.period)
        before, year_ago = (
            self.rate(what, period) if self._is_whole(period) else None
            for period in (
                self.counts.period.before(len(self.counts.period.weeks)),
                self.counts.period.before(YEAR_WEEKS),
            )
        )
        change = None
        if before and now.lookups and before.lookups and now.questions + before.questions:
            change = rate_ratio(now.questions, now.lookups, before.questions, before.lookups, rounded=(1, 1))
        return Compared(now, before, year_ago, change)

    def _is_whole(self, period: Period) -> bool:
        """Whether every week of it was audited, and can be shown."""
        return all(week in self.volume for week in period.weeks)

    def by_week(self, what: What, weeks: Sequence[dt.date]) -> list[Rate]:
        """The rate of each of these weeks that was audited, named by its Monday."""
        return [
            _rate((week.isoformat(),), self.questions(what, [week]), self.volume[week])
            for week in weeks
            if week in self.volume
        ]

    def by_month(self, what: What) -> list[Rate]:
        """The rate of each month that was audited whole, up to a year back, named by its first day.

        A week belongs to the month of its Thursday (ISO 8601 counts years so).
        """
        months: dict[dt.date, list[dt.date]] = {}
        for week in self.weeks:
            thursday = week + dt.timedelta(days=3)
            months.setdefault(thursday.replace(day=1), []).append(week)
        whole = [
            (month, weeks)
            for month, weeks in sorted(months.items())
            if len(weeks) == _weeks_of(month) and self._lookups(weeks)
        ]
        return [
            _rate((month.isoformat(),), self.questions(what, weeks), self._lookups(weeks))
            for month, weeks in whole[-MONTHS:]
        ]

    def _lookups(self, weeks: Sequence[dt.date]) -> int:
        return sum(self.volume[week] for week in weeks)

    def bursts(self, references: Mapping[str, str]) -> list[ShownBurst]:
        """Waves of attention in which enough users took part, each with its curve."""
        return [
            ShownBurst(
                references[burst.subject_id],
                burst.first_day,
                self.gate.count(burst.users, "burst", burst.subject_id, burst.first_day.isoformat()),
                max(burst.units, 1),
                tuple(
                    self.gate.count(users, "burst", burst.subject_id, burst.first_day.isoformat(), str(day))
                    for day, users in enumerate(burst.by_day)
                ),
            )
            for burst in self.counts.bursts
            if self.gate.is_group(burst.users)
        ]

    def explained(self) -> dict[str, float | None]:
        """Shares of lookups with a work link, now, before and a year ago, and of first lookups."""
        period = self.counts.period
        beside = {"before": period.before(len(period.weeks)), "year_ago": period.before(YEAR_WEEKS)}
        first, first_explained = self.counts.first_lookups
        return {
            "now": self.explained_share([week for week in period.weeks if week in self.volume]),
            **{
                name: self.explained_share(one.weeks) if self._is_whole(one) else None
                for name, one in beside.items()
            },
            "first": self.gate.share(first_explained, first),
        }

    def explained_share(self, weeks: Sequence[dt.date]) -> float | None:
        """The share of the lookups of these weeks that has a work link."""
        lookups, explained = (sum(self.counts.volume[week][at] for week in weeks) for at in (0, 1))
        return self.gate.share(explained, lookups)

    def per_1000(self, motive: str, theme: str, users: int) -> float | None:
        """Users with a question, per 1,000 users who looked anything up."""
        asked = self.counts.asked_users.get((motive, theme), 0)
        return (
            1000 * self.gate.count(asked, "asked users", motive, theme, *self.bounds) / users
            if users
            else None
        )

    def cell(self, name: tuple[str, ...], part: Part, cut: str) -> Rate:
        """The rate of one part of a cut."""
        return self._cell(name, part.questions, part.lookups, cut, part.name)

    def _cell(self, name: tuple[str, ...], questions: int, lookups: int, *cell: str) -> Rate:
        """The rate of one cell of the period."""
        shown = self.gate.count(questions, *cell, *self.bounds)
        volume = self.gate.volume(lookups, "lookups of", *cell, *self.bounds)
        return _rate(name, shown, volume)

    def team_rates(self, teams: Mapping[Path, list[Path]], theme: str) -> list[Rate]:
        """One theme by team, small teams merged."""
        return [self._members(name, members, theme) for name, members in teams.items()]

    def level_rates(self, teams: Mapping[Path, list[Path]], depth: int) -> list[Rate]:
        """All questions by unit, district or team: each is the groups of teams that are shown, so none is a rest."""
        groups: dict[Path, list[Path]] = {}
        for name, members in teams.items():
            groups.setdefault(name[:depth], []).extend(members)
        return [self._members(name, groups[name], None) for name in sorted(groups)]

    def _members(self, name: Path, members: Sequence[Path], theme: str | None) -> Rate:
        counts = [self._team_themes.get(path, {}) for path in members]
        questions = sum(own.get(theme or "", 0) for own in counts)
        lookups = sum(self._team_lookups.get(path, 0) for path in members)
        return self._cell(name, questions, lookups, "group", theme or "", *self._identity(members))

    def _identity(self, members: Sequence[Path]) -> tuple[str, ...]:
        """What names a set of teams and who is in them: other people are rounded by themselves."""
        return tuple(part for path in sorted(members) for part in (*path, self._team_members.get(path, "")))

    def pool(
        self, name: tuple[str, ...], members: Sequence[Path], theme: str | None, weeks: Sequence[dt.date]
    ) -> Series:
        """The weeks of several teams taken together, rounded together."""
        counts = self.counts
        wanted = [theme] if theme else list(self.themes)
        identity = self._identity(members)
        return Series(
            name,
            tuple(weeks),
            tuple(
                self.gate.count(
                    sum(counts.team_weeks.get((path, one, week), 0) for path in members for one in wanted),
                    "pool", theme or "", week.isoformat(), *identity,
                )
                for week in weeks
            ),
            tuple(
                self.gate.volume(
                    sum(counts.team_volume.get((path, week), 0) for path in members),
                    "lookups of pool", week.isoformat(), *identity,
                )
                for week in weeks
            ),
        )  # fmt: skip

    def part_weeks(self, kind: str, name: str) -> Series:
        """The last weeks of a system or a time of day, without those in which too few used it."""
        weeks = self.counts.part_weeks[kind, name]
        shown = [week for week in self.recent if week in weeks and self.gate.is_group(weeks[week].users)]
        return Series(
            (kind, name),
            tuple(shown),
            tuple(
                self.gate.count(weeks[week].questions, "part", kind, name, week.isoformat()) for week in shown
            ),
            tuple(
                self.gate.volume(weeks[week].lookups, "part", kind, name, week.isoformat()) for week in shown
            ),
        )

    def cut_rates(self, cut: str) -> list[Rate]:
        """The parts of one cut; those with too few users on any day are left out.

        Where any is, so is the smallest of the others: what is missing from the whole is then no small group.
        """
        parts = [part for part in self.counts.cuts[cut] if self.gate.is_group(part.users)]
        if len(parts) < len(self.counts.cuts[cut]) and parts:
            parts.remove(min(parts, key=lambda part: (part.users, part.lookups, part.name)))
        return [
            self.cell(tuple(part.name.split(" ")) if cut == "hour" else (part.name,), part, cut)
            for part in parts
        ]


def _rate(name: tuple[str, ...], questions: int, lookups: int) -> Rate:
    if not lookups:
        return Rate(name, questions, 0)
    return Rate(name, questions, lookups, *rate_interval(questions, lookups, rounded=1))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _weeks_of(month: dt.date) -> int:
    """How many Thursdays a month has."""
    days = calendar.monthrange(month.year, month.month)[1]
    return sum(month.replace(day=day).weekday() == 3 for day in range(1, days + 1))


def _bounds(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), period.last.isoformat()


def shown_under(counts: Counts, minimum_group: int) -> dict[Path, Path]:
    """For each team the group that it is shown under: itself, or where it is too small, one level up."""
    paths = [team.path for team in counts.teams]
    names = merge_small_groups(paths, [team.users for team in counts.teams], minimum_group)
    return dict(zip(paths, names, strict=True))


def _merged(counts: Counts, minimum_group: int) -> tuple[dict[Path, list[Path]], int]:
    """Teams by the group that they are shown under, and how many were too small to stand alone."""
    under = shown_under(counts, minimum_group)
    groups: dict[Path, list[Path]] = {}
    for path, name in sorted(under.items(), key=lambda pair: (pair[1], pair[0])):
        groups.setdefault(name, []).append(path)
    return groups, sum(name != path for path, name in under.items())


def _measures(counts: Counts, shown: _Shown) -> list[Measure]:
    """Activities of one kind about one theme, taken together where they were held within six weeks."""
    found = []
    for events in _campaigns(counts.interventions):
        first, last = events[0]["held_on"], events[-1]["held_on"]
        if not counts.period.first - WEEK * 26 <= first <= counts.period.last:
            continue
        theme = events[0]["theme"] or ""
        reached = [team.path for team in counts.teams if any(_reaches(event, team.path) for event in events)]
        rest = [team.path for team in counts.teams if team.path not in set(reached)]
        scope = "team" if events[0]["team"] else "unit" if events[0]["unit"] else "everyone"
        effect = _effect(shown, theme, (reached, rest), first)
        found.append(Measure(events[0]["kind"] or "", theme, first, last, scope, len(events), effect))
    return found


def _effect(
    shown: _Shown, theme: str, groups: tuple[Sequence[Path], Sequence[Path]], held_on: dt.date
) -> Effect:
    """Of teams with it against those without; of everyone against the weeks before.

    Where either group is too small to be shown there is too little data: the whole force's course would say
    nothing of a few people.
    """
    reached, rest = groups
    known = theme if theme in shown.themes else None
    if not rest:
        return interrupted(shown.series(("theme", known) if known else ("all",), shown.weeks), held_on)
    size = {team.path: team.users for team in shown.counts.teams}
    if not all(shown.gate.is_group(sum(size[path] for path in paths)) for paths in groups):
        return compared([], [], held_on)
    pools = [shown.pool((), paths, known, shown.weeks) for paths in (reached, rest)]
    return compared([pools[0]], [pools[1]], held_on)


def _campaigns(interventions: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Activities of the same kind, theme and scope whose dates lie within six weeks of the first."""
    groups: list[list[dict[str, Any]]] = []
    for event in sorted(
        interventions, key=lambda one: (one["kind"] or "", one["theme"] or "", one["held_on"])
    ):
        same = groups and all(groups[-1][0][key] == event[key] for key in ("kind", "theme"))
        same = same and (groups[-1][0]["team"] is None) == (event["team"] is None)
        if same and event["held_on"] <= groups[-1][0]["held_on"] + 6 * WEEK:
            groups[-1].append(event)
        else:
            groups.append([event])
    return sorted(groups, key=lambda group: group[0]["held_on"], reverse=True)


def _reaches(event: dict[str, Any], path: Path) -> bool:
    return event["unit"] in (None, path[0]) and event["team"] in (None, path[2])
