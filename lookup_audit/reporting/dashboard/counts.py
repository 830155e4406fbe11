"""The counts behind a prevention report, straight from the warehouse: not yet fit to be shown.

A *question* is one user, one theme and one week: however often someone looks up, it counts once. Its theme is
the detector of the strongest finding. So themes add up to their motive, and motives to the whole. Over a period
at most four questions of one user and theme count, fewer than rounding hides: no number is mostly one person,
and whoever comes back every week does not show in their team's.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookup_audit.privacy.disclosure import BASE
from lookup_audit.reporting.dashboard import queries
from lookup_audit.warehouse import Warehouse

Path = tuple[str, ...]
"""Where in the organisation: unit, district, team; an empty name is one that is not recorded."""

CUTS = ("system", "channel", "action", "duty", "hour")
"""What a period is cut by; `hour` is weekday and block of hours."""

MOST_OF_ONE = BASE - 1
"""Questions of one user and theme that count over a period."""

HOURS = 3
"""The width of such a block: eight a day, which shifts begin and end near."""

WEEK = dt.timedelta(days=7)
YEAR_WEEKS = 52


@dataclass(frozen=True)
class Period:
    """Whole weeks, from the first Monday up to and including the last Sunday."""

    first: dt.date
    last: dt.date

    @property
    def weeks(self) -> tuple[dt.date, ...]:
        """The Mondays."""
        return tuple(self.first + WEEK * nr for nr in range(((self.last - self.first).days + 1) // 7))

    def before(self, weeks: int) -> "Period":
        """As many weeks, so many weeks earlier."""
        return Period(self.first - WEEK * weeks, self.last - WEEK * weeks)


@dataclass(frozen=True)
class Team:
    """One team as it is recorded now, with what its users did in the period."""

    path: Path
    users: int
    lookups: int
    members: str  # a digest of who they are: other people are another cell


@dataclass(frozen=True)
class Part:
    """One part of a cut: `users` is of its busiest day, so at least so many people are behind it."""

    name: str
    users: int
    lookups: int
    questions: int


@dataclass(frozen=True)
class Burst:
    """Attention for one person in the news: users without a work link, by day of a fortnight.

    The fortnight begins two days before the busiest day.
    """

    subject_id: str
    first_day: dt.date
    users: int
    units: int
    by_day: tuple[int, ...]


@dataclass(frozen=True)
class Counts:
    """Everything that a report counts; see the fields' comments."""

    period: Period
    audited_days: int
    unaudited_days: int
    users: int  # who made any lookup in the period
    volume: Mapping[dt.date, tuple[int, int]]  # by week, also before the period: lookups, and explained ones
    week_users: Mapping[dt.date, int]  # who made them
    first_lookups: tuple[int, int]  # in the period: of someone new to the user, and explained ones
    themes: Mapping[
        tuple[str, str, dt.date], int
    ]  # questions by motive, theme and week, also before the period
    asked_users: Mapping[tuple[str, str], int]  # users with a question, by motive and theme ("" is any)
    teams: tuple[Team, ...]
    team_themes: Mapping[tuple[Path, str], int]  # questions in the period
    periods: Mapping[dt.date, Mapping[tuple[str, str], int]]  # by first day of a period: by motive and theme
    team_weeks: Mapping[tuple[Path, str, dt.date], int]  # the same by week, also before the period
    team_volume: Mapping[tuple[Path, dt.date], int]  # lookups by team and week, also before the period
    cuts: Mapping[str, tuple[Part, ...]]
    part_weeks: Mapping[tuple[str, str], Mapping[dt.date, Part]]  # of systems and times of day, by week
    bursts: tuple[Burst, ...]
    news: tuple[dt.date, ...]
    interventions: tuple[dict[str, Any], ...]
    runs: tuple[dict[str, Any], ...]


def read_counts(
    warehouse: Warehouse, from_day: dt.date | None = None, to_day: dt.date | None = None
) -> Counts | None:
    """The counts of a period of whole weeks, with up to two years before it; None where no week was audited.

    Without bounds the period is the last whole weeks that were audited, as many as `reporting.weeks` says.
    Bounds are drawn in to whole weeks.
    """
    period = _period(warehouse, from_day, to_day)
    if period is None:
        return None
    limits = warehouse.settings.reporting
    values = {"first": period.first, "last": period.last, "since": period.first - WEEK * 104}
    warehouse.run(
        queries.ASKED, {"since": values["since"], "last": period.last, "minimum_risk": limits.minimum_risk}
    )
    try:
        return _counts(warehouse, period, values)
    finally:
        warehouse.run("DROP TABLE IF EXISTS asked")


def _period(warehouse: Warehouse, from_day: dt.date | None, to_day: dt.date | None) -> Period | None:
    bounds = warehouse.rows("SELECT min(audit_date) AS first, max(audit_date) AS last FROM runs")[0]
    if bounds["first"] is None:
        return None
    first, last = (
        max(from_day or bounds["first"], bounds["first"]),
        min(to_day or bounds["last"], bounds["last"]),
    )
    monday = first + dt.timedelta(days=-first.weekday() % 7)
    sunday = last - dt.timedelta(days=(last.weekday() + 1) % 7)
    if from_day is None:
        monday = max(monday, sunday - WEEK * warehouse.settings.reporting.weeks + dt.timedelta(days=1))
    return Period(monday, sunday) if monday < sunday else None


def _counts(warehouse: Warehouse, period: Period, values: dict[str, dt.date]) -> Counts:
    first_and_last = {"first": values["first"], "last": values["last"]}
    since = {"since": values["since"], "last": values["last"]}
    within = {**first_and_last, "most": MOST_OF_ONE}
    runs = warehouse.rows(queries.RUNS, first_and_last)
    days = warehouse.rows(queries.DAYS, first_and_last)[0]
    teams = warehouse.rows(queries.TEAMS, first_and_last)
    return Counts(
        period=period,
        audited_days=days["audited"],
        unaudited_days=days["unaudited"],
        users=sum(row["users"] for row in teams),
        volume={
            row["week"]: (row["lookups"], row["explained"]) for row in warehouse.rows(queries.VOLUME, since)
        },
        week_users={row["week"]: row["users"] for row in warehouse.rows(queries.WEEK_USERS, since)},
        first_lookups=(
            sum(run["first_lookups"] for run in runs),
            sum(run["first_explained"] for run in runs),
        ),
        themes={
            (row["motive"], row["theme"], row["week"]): row["questions"]
            for row in warehouse.rows(queries.THEMES)
        },
        asked_users={
            (row["motive"], row["theme"]): row["users"]
            for row in warehouse.rows(queries.ASKED_USERS, {"first": period.first})
        },
        teams=tuple(Team(_path(row), row["users"], row["lookups"], row["members"]) for row in teams),
        team_themes={
            (_path(row), row["theme"]): row["questions"]
            for row in warehouse.rows(queries.TEAM_THEMES, within)
        },
        periods={
            one.first: {
                (row["motive"], row["theme"]): row["questions"]
                for row in warehouse.rows(
                    queries.PERIOD_THEMES, {"first": one.first, "last": one.last, "most": MOST_OF_ONE}
                )
            }
            for one in (period, period.before(len(period.weeks)), period.before(YEAR_WEEKS))
        },
        team_weeks={
            (_path(row), row["theme"], row["week"]): row["questions"]
            for row in warehouse.rows(queries.TEAM_WEEKS)
        },
        team_volume={
            (_path(row), row["week"]): row["lookups"] for row in warehouse.rows(queries.TEAM_VOLUME, since)
        },
        cuts={cut: _parts(warehouse, cut, first_and_last) for cut in CUTS},
        part_weeks=_part_weeks(warehouse, since),
        bursts=_bursts(warehouse, first_and_last),
        news=tuple(
            row["day"]
            for row in warehouse.rows(
                queries.NEWS, {**first_and_last, "zone": str(warehouse.settings.zone_info)}
            )
        ),
        interventions=tuple(warehouse.rows(queries.INTERVENTIONS, since)),
        runs=tuple(runs),
    )


def _path(row: dict[str, Any]) -> Path:
    return (row["unit"], row["district"], row["team"])


def _parts(warehouse: Warehouse, cut: str, values: dict[str, dt.date]) -> tuple[Part, ...]:
    part, asked = "part", cut
    if cut == "hour":
        part = f"isodow(day) || ' ' || CAST(floor(CAST(part AS INTEGER) / {HOURS}) AS INTEGER)"
        asked = f"isodow(day) || ' ' || CAST(floor(hour / {HOURS}) AS INTEGER)"
    rows = warehouse.rows(
        f"""
        WITH volume AS (
            SELECT {part} AS name, max(users) AS users, sum(lookups) AS lookups
            FROM volume_days
            WHERE cut = $cut AND day BETWEEN $first AND $last
            GROUP BY 1
        ),
        questions AS (
            SELECT name, sum(questions)::BIGINT AS questions
            FROM (
                SELECT name, user_id, least(count(*), $most) AS questions
                FROM (
                    SELECT DISTINCT {asked} AS name, user_id, theme, week
                    FROM asked WHERE day >= $first
                ) AS found
                GROUP BY name, user_id
            ) AS held
            GROUP BY name
        )
        SELECT volume.name, volume.users, volume.lookups, coalesce(questions.questions, 0) AS questions
        FROM volume LEFT JOIN questions ON questions.name = volume.name
        ORDER BY volume.name
        """,
        {"cut": cut, "most": MOST_OF_ONE, **values},
    )
    return tuple(Part(**row) for row in rows)


def _part_weeks(
    warehouse: Warehouse, values: dict[str, dt.date]
) -> dict[tuple[str, str], dict[dt.date, Part]]:
    """By week what was looked up and asked on each system, and in each block of hours, as "09–12"."""
    found: dict[tuple[str, str], dict[dt.date, Part]] = {}
    for row in warehouse.rows(queries.PART_WEEKS, {**values, "hours": HOURS}):
        week = row.pop("week")
        kind, name = row.pop("kind"), row["name"]
        if kind == "time":
            name = f"{int(name) * HOURS:02d}–{(int(name) + 1) * HOURS:02d}"
        found.setdefault((kind, name), {})[week] = Part(name, row["users"], row["lookups"], row["questions"])
    return found


def _bursts(warehouse: Warehouse, values: dict[str, dt.date]) -> tuple[Burst, ...]:
    """Per person in the news the users whose lookups raised `news_spike`, in the fortnight around the busiest day."""
    found: dict[str, Burst] = {}
    for row in warehouse.rows(
        queries.BURSTS, {**values, "fewest": warehouse.settings.reporting.minimum_group}
    ):
        found[row["subject_id"]] = Burst(
            row["subject_id"], row["first_day"], row["users"], row["units"], tuple(row["by_day"])
        )
    return tuple(found.values())
