"""Published values made by hand, for tests of pages: a small force in which what is not said is quiet."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lookup_audit.reporting.dashboard.chance import rate_interval, rate_ratio
from lookup_audit.reporting.dashboard.counts import Period
from lookup_audit.reporting.dashboard.emerging import Changes
from lookup_audit.reporting.dashboard.names import Names, rule_prose
from lookup_audit.reporting.dashboard.published import MOTIVES, Compared, Published, Rate, Theme
from lookup_audit.reporting.language import words_of
from lookup_audit.settings import Language

FIRST = dt.date(2026, 1, 5)
PERIOD = Period(FIRST, FIRST + dt.timedelta(days=13 * 7 - 1))
THEMES = {
    "news_spike": "curiosity",
    "public_figure": "curiosity",
    "neighbour": "personal_involvement",
    "family": "personal_involvement",
    "bulk_extraction": "personal_benefit",
}
TEAMS = (
    ("Eenheid Noordzee", "District Duin", "Team Zand"),
    ("Eenheid Noordzee", "District Duin", "Team Helm"),
    ("Eenheid Noordzee", "District Duin", "Team Vloed"),
    ("Eenheid Noordzee", "District Duin"),
)
LOOKUPS = 200_000
TEAM_LOOKUPS = LOOKUPS // len(TEAMS)


def names_in(language: Language = "en") -> Names:
    return Names(words_of(language), rule_prose())


def rate(name: tuple[str, ...], questions: int, lookups: int = LOOKUPS) -> Rate:
    if not lookups:
        return Rate(name, questions, 0)
    return Rate(name, questions, lookups, *rate_interval(questions, lookups, rounded=1))


def compared(questions: int, before: int | None = None, year_ago: int | None = None) -> Compared:
    now = rate(("x",), questions)
    change = None
    if before is not None and questions + before:
        change = rate_ratio(questions, LOOKUPS, before, LOOKUPS, rounded=(1, 1))
    return Compared(
        now,
        None if before is None else rate(("x",), before),
        None if year_ago is None else rate(("x",), year_ago),
        change,
    )


def a_theme(
    theme: str,
    questions: int = 0,
    *,
    before: int | None = None,
    year_ago: int | None = None,
    teams: Mapping[tuple[str, ...], int] | None = None,
    weeks: Sequence[int] = (),
    motive: str | None = None,
    paths: Sequence[tuple[str, ...]] = TEAMS,
) -> Theme:
    """A theme; teams that are not named have none, weeks that are not given have none."""
    by_week = [*weeks, *[0] * (13 - len(weeks))]
    return Theme(
        theme,
        motive or THEMES[theme],
        compared(questions, before, year_ago),
        users_per_1000=1000 * questions / 2 / 400,
        weeks=tuple(
            rate((monday.isoformat(),), count, LOOKUPS // 13)
            for monday, count in zip(PERIOD.weeks, by_week, strict=True)
        ),
        teams=tuple(rate(path, (teams or {}).get(path, 0), LOOKUPS // len(paths)) for path in paths),
    )


def published(
    themes: Sequence[Theme] = (), *, paths: Sequence[tuple[str, ...]] = TEAMS, **more: Any
) -> Published:
    """All themes, those not given without a question; and whatever else is named."""
    given = {theme.theme: theme for theme in themes}
    every = [given.pop(name, None) or a_theme(name, paths=paths) for name in THEMES] + list(given.values())
    values: dict[str, Any] = {
        "period": PERIOD,
        "users": 400,
        "whole": compared(sum(theme.compared.now.questions for theme in every)),
        "asked_per_1000": 50.0,
        "explained": {"now": 0.9, "before": None, "year_ago": None, "first": 0.8},
        "explained_weeks": (),
        "motives": {motive: compared(0) for motive in MOTIVES},
        "motive_weeks": dict.fromkeys(MOTIVES, ()),
        "themes": tuple(every),
        "levels": {
            "unit": tuple(rate(path, 0) for path in {path[:1] for path in paths}),
            "district": tuple(rate(path, 0) for path in {path[:2] for path in paths}),
            "team": tuple(rate(path, 0, LOOKUPS // len(paths)) for path in paths),
        },
        "cuts": {},
        "bursts": (),
        "small_bursts": False,
        "measures": (),
        "emerging": Changes((), 0, ()),
        "merged": 1,
        "motive_months": dict.fromkeys(MOTIVES, ()),
        "news": (),
        "activities": (),
    }
    return Published(**{**values, **more})
