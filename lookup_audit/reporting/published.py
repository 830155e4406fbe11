"""The numbers of a prevention report after the disclosure gate: all that figures and pages may hold.

Every count below was rounded by the gate, or was made from counts that were. What is worked out from them
(rates, intervals, effects, changes) can therefore give nothing away that they do not.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lookup_audit.privacy.disclosure import Gate, merge_small_groups
from lookup_audit.reporting.chance import rate_interval, rate_ratio
from lookup_audit.reporting.counts import CUTS, WEEK, Counts, Path, Period
from lookup_audit.reporting.effects import Effect, compared, interrupted
from lookup_audit.reporting.emerging import Changes, changes
from lookup_audit.reporting.series import Series

MOTIVES = ("curiosity", "personal_involvement", "personal_benefit")
LEVELS = ("unit", "district", "team")
YEAR_WEEKS = 52


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
    """One theme: its motive, how often, how many users it came up for, its weeks, and where."""

    theme: str
    motive: str
    compared: Compared
    users_per_1000: float | None
    weeks: Series
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
    motive_weeks: Mapping[str, Series]
    themes: tuple[Theme, ...]
    levels: Mapping[str, tuple[Rate, ...]]
    cuts: Mapping[str, tuple[Rate, ...]]
    bursts: tuple[ShownBurst, ...]
    small_bursts: int
    measures: tuple[Measure, ...]
    emerging: Changes
    merged: int

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values for JSON."""
        return asdict(self)


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
    series = {theme: shown.theme_weeks(theme) for theme in themes}
    motive_weeks = {
        motive: _sum(shown, [series[t] for t in themes if themes[t] == motive], motive) for motive in MOTIVES
    }
    whole = _sum(shown, list(series.values()), "all")
    teams, merged = _merged(counts, gate.minimum_group)
    cells = period.first.isoformat(), period.last.isoformat()
    users = gate.count(counts.users, "users", *cells)
    big_enough = [burst for burst in counts.bursts if gate.is_group(burst.users)]
    by_theme = {theme: tuple(shown.team_rates(teams, theme)) for theme in themes}
    return Published(
        period=period,
        users=users,
        whole=shown.compared(whole),
        asked_per_1000=shown.per_1000("", "", users),
        explained=shown.explained(),
        explained_weeks=tuple(
            (week, shown.volume[week][1] / shown.volume[week][0])
            for week in period.weeks
            if shown.volume[week][0]
        ),
        motives={motive: shown.compared(motive_weeks[motive]) for motive in MOTIVES},
        motive_weeks=motive_weeks,
        themes=tuple(
            Theme(
                theme,
                motive,
                shown.compared(series[theme]),
                shown.per_1000(motive, theme, users),
                series[theme].only(period.weeks),
                by_theme[theme],
            )
            for theme, motive in themes.items()
        ),
        levels={level: tuple(shown.level_rates(teams, depth + 1)) for depth, level in enumerate(LEVELS)},
        cuts={cut: tuple(shown.cut_rates(cut)) for cut in CUTS},
        bursts=tuple(
            ShownBurst(
                references[burst.subject_id],
                burst.first_day,
                gate.count(burst.users, "burst", burst.subject_id, burst.first_day.isoformat()),
                burst.units,
                tuple(
                    gate.count(users, "burst", burst.subject_id, burst.first_day.isoformat(), str(day))
                    for day, users in enumerate(burst.by_day)
                ),
            )
            for burst in big_enough
        ),
        small_bursts=len(counts.bursts) - len(big_enough),
        measures=tuple(_measures(counts, shown, series)),
        emerging=changes(
            [
                *(one.only(shown.recent) for one in series.values()),
                *(shown.team_weeks(name, members) for name, members in teams.items()),
            ]
        ),
        merged=merged,
    )


class _Shown:
    """Counts as they may be shown: each cell rounded by its name, so the same in every report."""

    def __init__(self, counts: Counts, gate: Gate, themes: Mapping[str, str]) -> None:
        self.counts = counts
        self.gate = gate
        self.themes = themes
        self.bounds = (counts.period.first.isoformat(), counts.period.last.isoformat())
        self.weeks = tuple(sorted(week for week in counts.volume if week <= counts.period.last))
        self.recent = self.weeks[-26:]
        self.volume = {
            week: (
                gate.count(lookups, "lookups", week.isoformat()),
                gate.count(explained, "explained", week.isoformat()),
            )
            for week, (lookups, explained) in counts.volume.items()
        }

    def theme_weeks(self, theme: str) -> Series:
        """All weeks of a theme, also before the period."""
        motive = self.themes[theme]
        return Series(
            ("theme", theme),
            self.weeks,
            tuple(
                self.gate.count(
                    self.counts.themes.get((motive, theme, week), 0), "theme", theme, week.isoformat()
                )
                for week in self.weeks
            ),
            tuple(self.volume[week][0] for week in self.weeks),
        )

    def rate(self, series: Series, period: Period) -> Rate | None:
        """The rate over a period; None where not every week of it was audited."""
        within = series.only(period.weeks)
        if len(within.weeks) < len(period.weeks) or not sum(within.lookups):
            return None
        questions, lookups = sum(within.questions), sum(within.lookups)
        return Rate(
            series.name, questions, lookups, *rate_interval(questions, lookups, rounding=self.gate.base)
        )

    def compared(self, series: Series) -> Compared:
        """The rate of the period, of the one before, and of a year ago."""
        period = self.counts.period
        now = self.rate(series, period) or Rate(series.name, 0, 0)
        before = self.rate(series, period.before(len(period.weeks)))
        change = None
        if before and now.lookups and now.questions + before.questions:
            change = rate_ratio(
                now.questions, now.lookups, before.questions, before.lookups, rounding=self.gate.base
            )
        return Compared(now, before, self.rate(series, period.before(YEAR_WEEKS)), change)

    def explained(self) -> dict[str, float | None]:
        """Shares of lookups with a work link, now, before and a year ago, and of first lookups."""
        period = self.counts.period
        shares = {}
        for name, one in (
            ("now", period),
            ("before", period.before(len(period.weeks))),
            ("year_ago", period.before(YEAR_WEEKS)),
        ):
            pairs = [self.volume[week] for week in one.weeks if week in self.volume]
            whole = sum(lookups for lookups, _ in pairs)
            complete = len(pairs) == len(one.weeks) and whole
            shares[name] = sum(explained for _, explained in pairs) / whole if complete else None
        first, first_explained = (
            self.gate.count(count, "first lookups", str(place), *self.bounds)
            for place, count in enumerate(self.counts.first_lookups)
        )
        shares["first"] = first_explained / first if first else None
        return shares

    def per_1000(self, motive: str, theme: str, users: int) -> float | None:
        """Users with a question, per 1,000 users who looked anything up."""
        asked = self.counts.asked_users.get((motive, theme), 0)
        return (
            1000 * self.gate.count(asked, "asked users", motive, theme, *self.bounds) / users
            if users
            else None
        )

    def cell(self, name: tuple[str, ...], questions: int, lookups: int, *cell: str) -> Rate:
        """The rate of one cell of the period."""
        shown = self.gate.count(questions, *cell, *self.bounds)
        volume = self.gate.count(lookups, "lookups of", *cell, *self.bounds)
        if not volume:
            return Rate(name, shown, 0)
        return Rate(name, shown, volume, *rate_interval(shown, volume, rounding=self.gate.base))

    def team_rates(self, teams: Mapping[Path, list[Path]], theme: str) -> list[Rate]:
        """One theme by team, small teams merged."""
        return [self._members(name, members, theme) for name, members in teams.items()]

    def level_rates(self, teams: Mapping[Path, list[Path]], depth: int) -> list[Rate]:
        """All questions by unit, district or team, small ones merged into the level above."""
        if depth == len(LEVELS):
            return [self._members(name, members, None) for name, members in teams.items()]
        groups = [team.path[:depth] for team in self.counts.teams]
        names = merge_small_groups(
            groups, [team.users for team in self.counts.teams], self.gate.minimum_group
        )
        members: dict[Path, list[Path]] = {}
        for team, name in zip(self.counts.teams, names, strict=True):
            members.setdefault(name, []).append(team.path)
        return [self._members(name, members[name], None) for name in sorted(members)]

    def _members(self, name: Path, members: Sequence[Path], theme: str | None) -> Rate:
        inside = set(members)
        questions = sum(
            count
            for (path, one), count in self.counts.team_themes.items()
            if path in inside and theme in (None, one)
        )
        lookups = sum(team.lookups for team in self.counts.teams if team.path in inside)
        return self.cell(name, questions, lookups, "group", theme or "", *_identity(members))

    def team_weeks(self, name: Path, members: Sequence[Path]) -> Series:
        """The last weeks of a group, all themes together."""
        return self.pool(("team", *name), members, None, self.recent)

    def pool(
        self, name: tuple[str, ...], members: Sequence[Path], theme: str | None, weeks: Sequence[dt.date]
    ) -> Series:
        """The weeks of several teams taken together, rounded together."""
        counts = self.counts
        wanted = [theme] if theme else list(self.themes)
        identity = _identity(members)
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
                self.gate.count(
                    sum(counts.team_volume.get((path, week), 0) for path in members),
                    "lookups of pool", week.isoformat(), *identity,
                )
                for week in weeks
            ),
        )  # fmt: skip

    def cut_rates(self, cut: str) -> list[Rate]:
        """The parts of one cut; those with too few users on any day are left out."""
        return [
            self.cell((part.name,), part.questions, part.lookups, cut, part.name)
            for part in self.counts.cuts[cut]
            if self.gate.is_group(part.users)
        ]


def _identity(members: Sequence[Path]) -> tuple[str, ...]:
    """What names a set of teams: the same teams are the same cell, whatever the set is called."""
    return tuple(part for path in sorted(members) for part in path)


def _sum(shown: _Shown, parts: Sequence[Series], name: str) -> Series:
    """Series that were rounded, added up; their lookups are the same lookups."""
    return Series(
        ("motive", name),
        shown.weeks,
        tuple(sum(one.questions[place] for one in parts) for place in range(len(shown.weeks))),
        tuple(shown.volume[week][0] for week in shown.weeks),
    )


def _merged(counts: Counts, minimum_group: int) -> tuple[dict[Path, list[Path]], int]:
    """Teams by the group that they are shown under, and how many were too small to stand alone."""
    paths = [team.path for team in counts.teams]
    names = merge_small_groups(paths, [team.users for team in counts.teams], minimum_group)
    groups: dict[Path, list[Path]] = {}
    for path, name in sorted(zip(paths, names, strict=True), key=lambda pair: (pair[1], pair[0])):
        groups.setdefault(name, []).append(path)
    return groups, sum(name != path for path, name in zip(paths, names, strict=True))


def _measures(counts: Counts, shown: _Shown, series: Mapping[str, Series]) -> list[Measure]:
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
        effect = _effect(shown, series, theme, reached, rest, first)
        found.append(Measure(events[0]["kind"] or "", theme, first, last, scope, len(events), effect))
    return found


def _effect(
    shown: _Shown,
    series: Mapping[str, Series],
    theme: str,
    reached: Sequence[Path],
    rest: Sequence[Path],
    held_on: dt.date,
) -> Effect:
    size = {team.path: team.users for team in shown.counts.teams}
    groups = [sum(size[path] for path in paths) for paths in (reached, rest)]
    known = theme if theme in series else None
    if all(shown.gate.is_group(users) for users in groups):
        pools = [shown.pool((), paths, known, shown.weeks) for paths in (reached, rest)]
        return compared([pools[0]], [pools[1]], held_on)
    whole = series[known] if known else _sum(shown, list(series.values()), "all")
    return interrupted(whole, held_on)


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
