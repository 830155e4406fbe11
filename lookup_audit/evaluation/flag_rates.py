"""Who is flagged: whether groups of users differ more than chance does, so that unfairness shows.

A user counts when they looked anything up on an audited day, and is flagged with an alert of risk 0.5 or
higher. A difference is no proof of unfairness: functions differ in what they look up, and so can misuse. It
is the reason to look; where labels are known, the second comparison, of users flagged without a labelled
lookup, is the one that should show nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lookup_audit.evaluation.false_alerts import LIKELY
from lookup_audit.evaluation.measures import Rate, Share, rate, share
from lookup_audit.warehouse import Warehouse

UNKNOWN = "unknown"
PART_TIME_BELOW = 0.8
"""Of the median rostered hours a week of the user's unit."""

ROSTERED_DAYS = 14
"""Days not on leave or ill that a roster must cover before its hours say how much somebody works."""

SENIORITY = ("under 1 year", "1 to 5 years", "5 to 15 years", "over 15 years")
LEVEL = 0.05

_DRAWS = 9_999
_SEED = 2026


@dataclass(frozen=True)
class Group:
    """One group of users: how many are flagged, how many falsely, and flagged alerts per 1,000 user-days.

    `falsely` has None for its share where no label is known.
    """

    name: str
    users: int
    flagged: Share
    falsely: Share
    alerts: Rate


@dataclass(frozen=True)
class Comparison:
    """Whether the known groups of a dimension share one rate: p, and p after Holm over the dimensions.

    `verdict` says it in words; p is None where fewer than two groups are known, or all or none are flagged.
    """

    p: float | None
    p_holm: float | None
    verdict: str


@dataclass(frozen=True)
class Dimension:
    """One way to group users, with its groups and what chance says of the flagged and the falsely flagged."""

    name: str
    groups: tuple[Group, ...]
    flagged: Comparison
    falsely: Comparison


def flag_rates(warehouse: Warehouse) -> tuple[Dimension, ...]:
    """Flag rates by function, team, district, part-time and seniority; the tables of `JUDGED` must be there."""
    users = warehouse.frame(_USERS, {"likely": LIKELY})
    has_labels = bool(warehouse.value("SELECT count(*) FROM judged WHERE is_labelled"))
    named = {
        "function": users["function"],
        "team": users["team"],
        "district": users["district"],
        "part-time": _part_time(users),
        "seniority": _seniority(users),
    }
    known = {name: values.astype("object").where(values.notna(), UNKNOWN) for name, values in named.items()}
    flagged = _compared([_counts(users["alerts"] > 0, values) for values in known.values()])
    falsely = [Comparison(None, None, _in_words(None))] * len(known)
    if has_labels:
        falsely = _compared([_counts(users["false_alerts"] > 0, values) for values in known.values()])
    return tuple(
        Dimension(name, _groups(users, values, has_labels), *verdicts)
        for (name, values), *verdicts in zip(known.items(), flagged, falsely, strict=True)
    )


def _groups(users: pd.DataFrame, values: "pd.Series[Any]", has_labels: bool) -> tuple[Group, ...]:
    """The groups in order of name (seniority in its own), what is not known last."""
    order = {name: place for place, name in enumerate((*SENIORITY, UNKNOWN))}
    parts = dict(list(users.groupby(values)))
    return tuple(
        Group(
            name=str(name),
            users=len(part),
            flagged=share(int((part["alerts"] > 0).sum()), len(part)),
            falsely=share(int((part["false_alerts"] > 0).sum()), len(part), known=has_labels),
            alerts=rate(int(part["alerts"].sum()), int(part["user_days"].sum())),
        )
        for name, part in sorted(parts.items(), key=lambda each: (order.get(str(each[0]), -1), str(each[0])))
    )


def _part_time(users: pd.DataFrame) -> "pd.Series[Any]":
    """Whether the roster gives a user less than 80% of the median weekly hours of their unit."""
    known = users["days_available"] >= ROSTERED_DAYS
    hours = (7 * users["duty_hours"] / users["days_available"]).where(known)
    usual = hours.groupby(users["unit"].fillna(UNKNOWN)).transform("median")
    part_time = pd.Series(np.where(hours < PART_TIME_BELOW * usual, "part-time", "full-time"), users.index)
    return part_time.where(hours.notna())


def _seniority(users: pd.DataFrame) -> "pd.Series[Any]":
    """Years of service on the user's last audited day."""
    years = users["days_of_service"] / 365.25
    bands = pd.cut(years, [0, 1, 5, 15, np.inf], right=False, labels=list(SENIORITY))
    return pd.Series(bands.astype("object"), users.index)


def _counts(is_flagged: "pd.Series[bool]", values: "pd.Series[Any]") -> pd.DataFrame:
    """Users and flagged users of each group that is known."""
    return is_flagged[values != UNKNOWN].groupby(values).agg(["size", "sum"])


def _compared(counts: Sequence[pd.DataFrame]) -> list[Comparison]:
    """A comparison for each dimension, corrected for there being several."""
    chances = [_chance_of_equal_rates(one["size"].to_numpy(), one["sum"].to_numpy()) for one in counts]
    return [Comparison(p, holm, _in_words(holm)) for p, holm in zip(chances, _holm(chances), strict=True)]


def _chance_of_equal_rates(users: np.ndarray, flagged: np.ndarray) -> float | None:
    """How often groups with one rate differ as much as these: a permutation test, exact for small groups.

    Pearson's chi-square over tables with the same margins (Hope, 1968): who is flagged is dealt out over the
    groups anew, 9,999 times with a fixed seed. None with fewer than two groups, or all or nobody flagged.
    """
    total = int(flagged.sum())
    if len(users) < 2 or total in {0, int(users.sum())}:
        return None
    expected = users * (total / users.sum())
    dealt = np.random.default_rng(_SEED).multivariate_hypergeometric(users, total, size=_DRAWS)
    seen = np.sum((flagged - expected) ** 2 / expected)
    as_much = np.sum((dealt - expected) ** 2 / expected, axis=1) >= seen - 1e-9
    return float((1 + as_much.sum()) / (1 + _DRAWS))


def _holm(chances: Sequence[float | None]) -> list[float | None]:
    """Values of p corrected for as many questions as were asked (Holm, 1979)."""
    known = sorted((p, at) for at, p in enumerate(chances) if p is not None)
    corrected: list[float | None] = [None] * len(chances)
    reached = 0.0
    for place, (p, at) in enumerate(known):
        reached = max(reached, min(1.0, p * (len(known) - place)))
        corrected[at] = round(reached, 6)
    return corrected


def _in_words(p: float | None) -> str:
    if p is None:
        return "cannot be compared"
    return "differs more than chance" if p < LEVEL else "no more than chance"


# One row per user with any lookup on an audited day. The days available for duty are those of the audited
# period in service, less those on leave or ill; a part of a day counts as one.
_USERS = """
WITH period AS (
    SELECT min(audit_date) AS first_day, max(audit_date) AS last_day FROM runs
),

active AS (
    SELECT user_id, max(local_date) AS last_day FROM audited GROUP BY user_id
),

days AS (
    SELECT user_id, count(*) AS user_days
    FROM user_days SEMI JOIN runs ON runs.audit_date = user_days.day
    GROUP BY user_id
),

flagged AS (
    SELECT user_id, count(*) AS alerts, count(*) FILTER (WHERE labelled = 0) AS false_alerts
    FROM judged_alerts WHERE risk >= $likely GROUP BY user_id
),

inside AS (
    SELECT
        shifts.user_id,
        coalesce(shifts.kind, 'duty') AS kind,
        seconds_between(
            greatest(shifts.starts_at, period.first_day::TIMESTAMP),
            least(shifts.ends_at, (period.last_day + 1)::TIMESTAMP)
        ) AS seconds
    FROM shifts
    INNER JOIN period
        ON shifts.starts_at < (period.last_day + 1)::TIMESTAMP AND shifts.ends_at > period.first_day::TIMESTAMP
),

rosters AS (
    SELECT
        user_id,
        sum(seconds) FILTER (WHERE kind = 'duty') / 3600.0 AS duty_hours,
        coalesce(sum(ceil(seconds / 86400.0)) FILTER (WHERE kind IN ('leave', 'sick')), 0) AS days_away
    FROM inside
    GROUP BY user_id
)

SELECT
    active.user_id,
    users.function,
    users.team,
    users.district,
    users.unit,
    active.last_day - users.hired_on AS days_of_service,
    coalesce(days.user_days, 0) AS user_days,
    coalesce(flagged.alerts, 0) AS alerts,
    coalesce(flagged.false_alerts, 0) AS false_alerts,
    rosters.duty_hours,
    1 + least(period.last_day, coalesce(users.left_on, period.last_day))
    - greatest(period.first_day, coalesce(users.hired_on, period.first_day))
    - rosters.days_away AS days_available
FROM active
CROSS JOIN period
LEFT JOIN users ON users.user_id = active.user_id
LEFT JOIN days ON days.user_id = active.user_id
LEFT JOIN flagged ON flagged.user_id = active.user_id
LEFT JOIN rosters ON rosters.user_id = active.user_id
ORDER BY active.user_id
"""
