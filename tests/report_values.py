"""Published numbers made by hand, for tests of pages."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from lookup_audit.reporting.dashboard.chance import rate_interval
from lookup_audit.reporting.dashboard.counts import CUTS, WEEK, Period
from lookup_audit.reporting.dashboard.effects import Effect
from lookup_audit.reporting.dashboard.emerging import Change, Changes
from lookup_audit.reporting.dashboard.published import MOTIVES, Compared, Measure, Published, Rate, Theme

FIRST = dt.date(2026, 1, 5)
WEEKS = 13
PERIOD = Period(FIRST, FIRST + WEEKS * WEEK - dt.timedelta(days=1))
HOSTILE = "</script><b>\u202ex"


def rate(name: Sequence[str] | str, questions: int, lookups: int) -> Rate:
    path = (name,) if isinstance(name, str) else tuple(name)
    if not lookups:
        return Rate(path, questions, 0)
    return Rate(path, questions, lookups, *rate_interval(questions, lookups, rounded=1))


def theme(name: str, motive: str, by_week: Sequence[int], lookups: int = 20_000) -> Theme:
    weeks = tuple(
        rate((FIRST + WEEK * place).isoformat(), count, lookups) for place, count in enumerate(by_week)
    )
    whole = rate(("theme", name), sum(by_week), lookups * len(by_week))
    return Theme(name, motive, Compared(whole, None, None, None), None, weeks, ())


def effect(verdict: Any, values: tuple[float, float, float] | None = None, **more: Any) -> Effect:
    change, low, high = values or (None, None, None)
    facts = {"weeks_before": 26, "weeks_after": 8, "questions_before": 120, "questions_after": 20, **more}
    return Effect(
        method=facts.pop("method", "compared"), verdict=verdict, change=change, low=low, high=high, **facts
    )


def measure(one: Effect, **more: Any) -> Measure:
    values = {
        "kind": "dilemma_session",
        "theme": "neighbour",
        "first_held": dt.date(2026, 2, 10),
        "last_held": dt.date(2026, 2, 10),
        "scope": "team",
        "groups": 3,
        **more,
    }
    return Measure(effect=one, **values)


def change(name: Sequence[str], ratio: float, low: float, high: float, **more: Any) -> Change:
    return Change(
        tuple(name),
        more.get("since", FIRST + 6 * WEEK),
        ratio,
        low,
        high,
        more.get("sureness", "very_sure"),
    )


def published(**more: Any) -> Published:
    """A quiet quarter of one unit, with what is given in place of the rest."""
    whole = Compared(rate("all", 260, 260_000), None, None, None)
    nothing = Compared(rate("all", 0, 260_000), None, None, None)
    values: dict[str, Any] = {
        "period": PERIOD,
        "users": 500,
        "whole": whole,
        "asked_per_1000": 40.0,
        "explained": {"now": 0.9, "before": None, "year_ago": None, "first": 0.8},
        "explained_weeks": (),
        "motives": dict.fromkeys(MOTIVES, nothing),
        "motive_weeks": dict.fromkeys(MOTIVES, ()),
        "themes": (
            theme("neighbour", "personal_involvement", [10] * WEEKS),
            theme("news_spike", "curiosity", [10] * WEEKS),
        ),
        "levels": {"unit": (), "district": (), "team": ()},
        "cuts": dict.fromkeys(CUTS, ()),
        "bursts": (),
        "small_bursts": False,
        "measures": (),
        "emerging": Changes((), 0, ()),
        "merged": 0,
        "motive_months": dict.fromkeys(MOTIVES, ()),
        "news": (),
        "activities": (),
    }
    return Published(**{**values, **more})
