"""The numbers behind a prevention report, straight from the warehouse: not yet fit to be shown.

A *question* here is a lookup that carries a finding with a motive and has no valid work link. It counts
once, under the motive of its strongest finding and, within it, under the detector with the highest score
(its theme). So motives add up to all questions, and themes to their motive.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lookup_audit.privacy.disclosure import FEWEST_CONTRIBUTORS
from lookup_audit.warehouse import Warehouse

HOUR_BLOCKS = (1, 2, 3, 4, 6)
"""Widths, in hours, in which a week can be cut: all divide a day."""

# One row a lookup of an audited day; from here on only groups are counted.
_REPORTED = """
CREATE OR REPLACE TEMP TABLE reported AS
WITH audited AS (
    SELECT DISTINCT audit_date FROM runs WHERE audit_date BETWEEN $from_day AND $to_day
),
question AS (
    SELECT risk.system, risk.lookup_id, risk.motive
    FROM lookup_risk AS risk
    JOIN audited ON audited.audit_date = risk.audit_date
    WHERE risk.motive IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM work_links AS link
        WHERE link.system = risk.system AND link.lookup_id = risk.lookup_id AND link.strength >= 0.5
    )
),
strongest AS (
    SELECT
        system, lookup_id, motive, detector,
        row_number() OVER (PARTITION BY system, lookup_id, motive ORDER BY score DESC, detector) AS place
    FROM findings
    WHERE motive IS NOT NULL
)
SELECT
    lookups.user_id,
    coalesce(users.unit, '') AS unit,
    coalesce(users.district, '') AS district,
    coalesce(users.team, '') AS team,
    lookups.system,
    coalesce(lookups.channel, '') AS channel,
    lookups.local_date - CAST(lookups.local_weekday - 1 AS INTEGER) AS week,
    CAST(lookups.local_weekday AS INTEGER) AS weekday,
    CAST(lookups.local_hour AS INTEGER) AS hour,
    question.motive,
    coalesce(strongest.detector, question.motive) AS theme
FROM lookups
JOIN audited ON audited.audit_date = lookups.local_date
LEFT JOIN users ON users.user_id = lookups.user_id
LEFT JOIN question ON question.system = lookups.system AND question.lookup_id = lookups.lookup_id
LEFT JOIN strongest
    ON strongest.system = lookups.system AND strongest.lookup_id = lookups.lookup_id
    AND strongest.motive = question.motive AND strongest.place = 1
"""

_MEASURES = """
    count(*) AS lookups,
    count(DISTINCT user_id) AS users,
    count(motive) AS questions,
    count(DISTINCT CASE WHEN motive IS NOT NULL THEN user_id END) AS contributors
"""

_DAYS = """
SELECT
    min(runs.audit_date) AS first_day,
    max(runs.audit_date) AS last_day,
    count(DISTINCT runs.audit_date) AS audited,
    (
        SELECT count(DISTINCT local_date) FROM lookups
        WHERE local_date BETWEEN $from_day AND $to_day
        AND local_date NOT IN (SELECT audit_date FROM runs)
    ) AS unaudited
FROM runs WHERE runs.audit_date BETWEEN $from_day AND $to_day
"""

# Of a day that was audited more than once, the last run stands.
_RUNS = """
SELECT
    audit_date, config_hash, code_version,
    lookups, explained, first_lookups, first_explained, skipped_detectors
FROM (
    SELECT *, row_number() OVER (PARTITION BY audit_date ORDER BY finished_at DESC, run_id) AS place FROM runs
) AS latest
WHERE place = 1 AND audit_date BETWEEN $from_day AND $to_day
ORDER BY audit_date
"""

# Only when: whom an item is about is nothing that this page may hold.
_NEWS = "SELECT DISTINCT news_id, published_at FROM news ORDER BY published_at, news_id"

_INTERVENTIONS = """
SELECT held_on, kind, theme, unit IS NOT NULL AS of_unit, team IS NOT NULL AS of_team
FROM interventions WHERE held_on BETWEEN $first_day AND $last_day
ORDER BY held_on, intervention_id
"""


@dataclass(frozen=True)
class Counts:
    """What was counted in one group: lookups and who made them, questions and whose lookups raised them."""

    name: tuple[str, ...]
    lookups: int
    users: int
    questions: int
    contributors: int


@dataclass(frozen=True)
class Numbers:
    """What was counted in the audited days of a period, each list in order of name.

    Names: `motives` (motive), `themes` (motive, theme), `weeks` (ISO date of the Monday), `week_motives`
    (week, motive), `systems` and `channels` (name), `teams` (unit, district, team), and `hours`, by width of
    block (weekday 1 to 7, block from 0). Where a motive is in the name, only questions were counted.
    Questions of `rare_motives`, raised by fewer people than may be published, are in none of the counts.
    `runs` has one row an audited day; `news` are local days, one an item; `interventions` are rows with
    held_on, kind, theme, of_unit and of_team.
    """

    first_day: dt.date
    last_day: dt.date
    audited_days: int
    unaudited_days: int
    whole: Counts
    motives: list[Counts]
    themes: list[Counts]
    weeks: list[Counts]
    week_motives: list[Counts]
    systems: list[Counts]
    channels: list[Counts]
    teams: list[Counts]
    hours: dict[int, list[Counts]]
    runs: list[dict[str, Any]]
    news: list[dt.date]
    interventions: list[dict[str, Any]]
    rare_motives: tuple[str, ...] = ()


def read_numbers(
    warehouse: Warehouse, from_day: dt.date | None = None, to_day: dt.date | None = None
) -> Numbers | None:
    """The numbers of the audited days from one local day to another, both included; None without any."""
    period = {"from_day": from_day or dt.date(1, 1, 1), "to_day": to_day or dt.date(9999, 12, 31)}
    days = warehouse.rows(_DAYS, period)[0]
    if days["first_day"] is None:
        return None
    shown = {"first_day": days["first_day"], "last_day": days["last_day"]}
    warehouse.run(_REPORTED, period)
    try:
        rare = _leave_out_rare_motives(warehouse)
        return Numbers(
            **shown,
            audited_days=days["audited"],
            unaudited_days=days["unaudited"],
            whole=_counts(warehouse.rows(f"SELECT {_MEASURES} FROM reported"))[0],
            motives=_grouped(warehouse, "motive", only_questions=True),
            themes=_grouped(warehouse, "motive, theme", only_questions=True),
            weeks=_grouped(warehouse, "week"),
            week_motives=_grouped(warehouse, "week, motive", only_questions=True),
            systems=_grouped(warehouse, "system"),
            channels=_grouped(warehouse, "channel"),
            teams=_grouped(warehouse, "unit, district, team"),
            hours={width: _blocks(warehouse, width) for width in HOUR_BLOCKS},
            runs=warehouse.rows(_RUNS, period),
            news=_local_days(warehouse.rows(_NEWS), warehouse.settings.zone_info, **shown),
            interventions=warehouse.rows(_INTERVENTIONS, shown),
            rare_motives=rare,
        )
    finally:
        warehouse.run("DROP TABLE IF EXISTS reported")


def _leave_out_rare_motives(warehouse: Warehouse) -> tuple[str, ...]:
    """Take motives that too few people stand behind out of all counts, so that no total holds them either.

    Counted in a total but hidden, one such motive would drag others into hiding to protect it.
    """
    rows = warehouse.rows(
        "SELECT motive FROM reported WHERE motive IS NOT NULL "
        "GROUP BY motive HAVING count(DISTINCT user_id) < $fewest ORDER BY motive",
        {"fewest": FEWEST_CONTRIBUTORS},
    )
    rare = [row["motive"] for row in rows]
    warehouse.run(
        "UPDATE reported SET motive = NULL, theme = NULL WHERE list_contains($rare, motive)",
        {"rare": rare or [""]},
    )
    return tuple(rare)


def _grouped(warehouse: Warehouse, columns: str, *, only_questions: bool = False) -> list[Counts]:
    where = "WHERE motive IS NOT NULL" if only_questions else ""
    return _counts(
        warehouse.rows(
            f"SELECT {columns}, {_MEASURES} FROM reported {where} GROUP BY {columns} ORDER BY {columns}"
        )
    )


def _blocks(warehouse: Warehouse, width: int) -> list[Counts]:
    """Lookups by weekday and block of hours; block 0 begins at midnight."""
    return _counts(
        warehouse.rows(
            f"""
            SELECT weekday, CAST(floor(hour / $width) AS INTEGER) AS block, {_MEASURES}
            FROM reported GROUP BY 1, 2 ORDER BY 1, 2
            """,
            {"width": width},
        )
    )


def _counts(rows: list[dict[str, Any]]) -> list[Counts]:
    """Rows whose last four columns are the measures, and whose others are the name."""
    split = ((list(row.values())[:-4], list(row.values())[-4:]) for row in rows)
    return [Counts(tuple(str(part) for part in name), *measures) for name, measures in split]


def _local_days(
    rows: list[dict[str, Any]], zone: ZoneInfo, first_day: dt.date, last_day: dt.date
) -> list[dt.date]:
    """The local day of each UTC moment `published_at` that falls in the period."""
    days = (row["published_at"].replace(tzinfo=dt.UTC).astimezone(zone).date() for row in rows)
    return [day for day in days if first_day <= day <= last_day]
