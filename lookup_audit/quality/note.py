"""Noting the gaps of a night, in its transaction.

Reads the night, the small daily tables and the past weeks of context. What is usual, and when a day differs from it,
is said in `quality.usual`. A quiet day everywhere is a holiday or half a delivery: it is one gap, that of all
systems, because a system is compared with the others of the day as well as with its own past.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

from lookup_audit.quality.gap import Gap
from lookup_audit.quality.rosters import missing_rosters
from lookup_audit.quality.usual import OF_ONE, Past, is_other, robust_deviation
from lookup_audit.quality.weakened import weakened_by
from lookup_audit.warehouse import Warehouse

_CODED = ("action", "channel", "subject_type")
_GIVEN = ("justification", "subject_id", "case_id")
_FEWEST_WEEKS = 3
_FEWEST_DAYS = 14  # before them everything is new
_FEW = 5  # lookups with a value that was never seen: fewer can be one slip
_LITTLE = 0.05  # of lookups: a column that is hardly ever filled goes up and down with its few users
_TOO_MANY = 0.02  # rejected, or of users or subjects that are not loaded: less is usual, and weakens little

# Per table of context: its time.
_CONTEXT = {
    "incidents": "occurred_at",
    "dispatches": "dispatched_at",
    "news": "published_at",
    "case_subjects": "linked_at",
    "shifts": "starts_at",
}

Series = dict[str, dict[date, float]]


def note_gaps(warehouse: Warehouse, day: date, skipped: Sequence[str]) -> list[Gap]:
    """The gaps of the night just audited, in order of kind and part; also kept, in place of those kept for the day.

    Parameters
    ----------
    warehouse
        With the context of the night, and `volume_days` of the day filled.
    day
        The local day; days without any lookup just before it are noted with it.
    skipped
        ``"off_duty: needs shifts"`` for what did not run: a gap is not said to disable that once more.
    """
    settings = warehouse.settings.quality
    warehouse.run("DELETE FROM value_days WHERE day = $day", {"day": day})
    warehouse.run(_VALUES, {"day": day})
    begin = day - timedelta(weeks=min(settings.past_weeks, (day - date.min).days // 7))
    volumes = _series(warehouse, _VOLUMES, begin, day)
    past = Past(day, sorted({one for counts in volumes.values() for one in counts if one < day}))
    values = _series(warehouse, _KEPT_VALUES, begin, day)
    found = [*_silent_days(past, volumes, settings.minimum_lookups)]
    strangers = list(_strangers(past, values, settings.minimum_lookups))
    found += strangers
    if past.days:
        systems = list(_systems(past, volumes, settings.minimum_lookups, settings.changed_times))
        found += systems
        found += _context(warehouse, past, begin, settings.minimum_lookups)
        if not any(gap.kind == "empty_table" and gap.part == "shifts" for gap in found):
            found += missing_rosters(warehouse, day)
        # what a silent system took along is not said twice
        if not any(gap.kind == "silent_system" for gap in systems):
            found += _values(warehouse, past, values, volumes, settings.minimum_lookups)
            shares = _shares(past, values, settings.minimum_lookups, settings.changed_times)
            found += [one for one in shares if not strangers or (one.kind, one.part) != ("unknown", "users")]
    found += _rejected(warehouse, day, past, settings.minimum_lookups)
    absent = {line.split(":", 1)[0] for line in skipped}
    noted = [
        Gap(one.day, one.kind, one.part, _rounded(one.expected), _rounded(one.seen),
            tuple(name for name in one.disables if name not in absent))
        for one in sorted(found, key=lambda one: (one.day, one.kind, one.part))
    ]  # fmt: skip
    _keep(warehouse, day, past, noted)
    return noted


def _keep(warehouse: Warehouse, day: date, past: Past, noted: list[Gap]) -> None:
    since = past.days[-1] if past.days else day - timedelta(days=1)
    warehouse.run("DELETE FROM gaps WHERE day > $since AND day <= $day", {"since": since, "day": day})
    for gap in noted:
        warehouse.run(
            "INSERT INTO gaps BY NAME SELECT $day AS day, $kind AS kind, $part AS part, $expected AS expected, "
            "$seen AS seen, $disables::VARCHAR[] AS disables",
            {**vars(gap), "disables": list(gap.disables)},
        )


def _silent_days(past: Past, volumes: Series, minimum: int) -> Iterator[Gap]:
    """Days since the last audited one on which nothing came in at all, though it usually does."""
    total = _total(volumes)
    missing = past.days[-1] + timedelta(days=1) if past.days else past.day
    while missing < past.day:
        expected = past.usual(total, missing)
        if expected is not None and expected >= minimum:
            yield Gap(missing, "silent_day", "", expected, 0)
        missing += timedelta(days=1)


def _systems(past: Past, volumes: Series, minimum: int, times: float) -> Iterator[Gap]:
    total = _total(volumes)
    usual = past.usual(total)
    if usual and max(usual, total[past.day]) >= minimum:
        seen = total[past.day]
        if is_other(
            seen, usual, past.spread(total), times, OF_ONE
        ):  # a holiday too: nothing tells it from half a delivery
            yield Gap(past.day, "volume", "", usual, seen)
    for system, counts in volumes.items():
        if len(past.days) >= _FEWEST_DAYS and min(counts) == past.day and counts[past.day] >= _FEW:
            yield Gap(past.day, "new_value", f"system: {system}", 0, counts[past.day])
            continue
        busy = _busy(past, total, counts)
        silence = past.silence(counts)
        if silence * min(busy, 1.0) >= minimum:
            yield Gap(past.day, "silent_system", system, silence * min(busy, 1.0), 0)
            continue
        usual, seen = past.usual(counts), counts.get(past.day, 0.0)
        if not usual or not seen or max(usual, seen) < minimum or len(volumes) == 1:
            continue
        spread = past.spread(counts)
        # against its own past, and again with how busy the day was elsewhere: a holiday is no drift, nor is a
        # system that did as always while another one fell away
        if all(is_other(seen, usual * scale, spread * scale, times) for scale in (1.0, busy)):
            yield Gap(past.day, "volume", system, usual * busy, seen)


def _busy(past: Past, total: dict[date, float], counts: dict[date, float]) -> float:
    """How busy the day was outside a system, as a multiple of what is usual; 1 where that cannot be said."""
    others = {one: total[one] - counts.get(one, 0) for one in total}
    usual = past.usual(others)
    return others[past.day] / usual if usual and others[past.day] else 1.0


def _context(warehouse: Warehouse, past: Past, begin: date, minimum: int) -> Iterator[Gap]:
    for table, at in _CONTEXT.items():
        counts = {
            row["day"]: row["n"]
            for row in warehouse.rows(
                _CONTEXT_DAYS.format(table=table, at=at),
                {"zone": warehouse.settings.zone, "begin": begin, "day": past.day},
            )
        }
        silence = past.silence(counts)
        if silence >= minimum:
            yield Gap(past.day, "empty_table", table, silence, 0, weakened_by(table))


def _values(warehouse: Warehouse, past: Past, values: Series, volumes: Series, minimum: int) -> Iterator[Gap]:
    """Values never seen in past weeks, from more than one user; and values that usually are there and are not."""
    total = _total(volumes)
    for name, counts in values.items():
        column, _, value = name.partition(": ")
        if column not in _CODED or not value:
            continue
        seen = counts.get(past.day, 0)
        is_new = seen >= _FEW and not any(one < past.day for one in counts) and len(past.days) >= _FEWEST_DAYS
        if is_new and warehouse.value(_USERS_WITH.format(column=column), {"value": value}) > 1:
            yield Gap(past.day, "new_value", name, 0, seen)
        silence = past.silence(counts) * min(_busy(past, total, {}), 1.0)
        if silence >= minimum:
            yield Gap(past.day, "vanished_value", name, silence, 0, weakened_by(f"lookups.{column}"))


def _shares(past: Past, values: Series, minimum: int, times: float) -> Iterator[Gap]:
    for column in _GIVEN:
        told = _share(past, values, column, lacking=("",))
        if told:
            expected, seen, deviation, lookups = told
            given, now = 1 - expected, 1 - seen
            many = max(given, now) * lookups >= minimum and abs(given - now) >= _LITTLE
            if many and is_other(now, given, deviation, times):
                weaker = weakened_by(f"lookups.{column}") if now < given else ()
                yield Gap(past.day, "share", column, given, now, weaker)
    for column, table in (("user_id", "users"), ("subject_id", "subjects")):
        told = _share(past, values, column, lacking=("unknown",))
        if told:
            expected, seen, deviation, lookups = told
            many = seen * lookups >= minimum and seen > expected + _TOO_MANY
            if many and is_other(seen, expected, deviation, times):
                yield Gap(past.day, "unknown", table, expected, seen, weakened_by(table))


def _strangers(past: Past, values: Series, minimum: int) -> Iterator[Gap]:
    """Most of the lookups by users who are not loaded: odd whatever was usual, for little can be explained then."""
    known, unknown = (values.get(f"user_id: {one}", {}).get(past.day, 0.0) for one in ("known", "unknown"))
    if unknown >= minimum and unknown > known:
        told = _share(past, values, "user_id", lacking=("unknown",))
        expected = told[0] if told else 0.0
        yield Gap(past.day, "unknown", "users", expected, unknown / (known + unknown), weakened_by("users"))


def _share(
    past: Past, values: Series, column: str, lacking: tuple[str, ...]
) -> tuple[float, float, float, float] | None:
    """The usual share of lookups with one of these values, today's, a deviation to reckon with, and the lookups."""
    shares: dict[date, tuple[float, float]] = {}
    for one in [*past.days, past.day]:
        of_day = {name: counts[one] for name, counts in values.items() if one in counts}
        of_day = {name: n for name, n in of_day.items() if name.startswith(f"{column}: ")}
        lookups = sum(of_day.values())
        if lookups:
            without = sum(of_day.get(f"{column}: {value}", 0) for value in lacking)
            shares[one] = (without / lookups, lookups)
    before = [shares[one][0] for one in past.same_weekday(past.day, date.min, past.day) if one in shares]
    if len(before) < _FEWEST_WEEKS or past.day not in shares:
        return None
    usual, (seen, lookups) = float(median(before)), shares[past.day]
    by_chance = math.sqrt(max(usual * (1 - usual), 1 / lookups) / lookups)
    return usual, seen, max(robust_deviation(before), by_chance), lookups


def _rejected(warehouse: Warehouse, day: date, past: Past, minimum: int) -> Iterator[Gap]:
    """Rejected rows of the files that the day's lookups came with, where no earlier day came with one of them."""
    before = past.days[-1] if past.days else day - timedelta(days=1)
    for row in warehouse.rows(_REJECTED, {"day": day, "before": before}):
        if row["rejected"] and row["rejected"] >= minimum and row["rejected"] > _TOO_MANY * row["rows"]:
            usual = (row["usual_rejected"] or 0) / max(row["usual_rows"] or 0, 1)
            share = row["rejected"] / row["rows"]
            if share >= usual * warehouse.settings.quality.changed_times:
                yield Gap(day, "rejected_rows", "lookups", usual, share)


def _series(warehouse: Warehouse, query: str, begin: date, day: date) -> Series:
    series: Series = defaultdict(dict)
    for row in warehouse.rows(query, {"begin": begin, "day": day}):
        series[row["part"]][row["day"]] = float(row["n"])
    return dict(series)


def _total(volumes: Series) -> dict[date, float]:
    total: dict[date, float] = defaultdict(float)
    for counts in volumes.values():
        for one, n in counts.items():
            total[one] += n
    return total


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 6)


_VOLUMES = """
SELECT part, day, lookups AS n
FROM volume_days
WHERE cut = 'system' AND day >= $begin AND day <= $day
ORDER BY part, day
"""

_KEPT_VALUES = """
SELECT "column" || ': ' || "value" AS part, day, lookups AS n
FROM value_days
WHERE day >= $begin AND day <= $day
ORDER BY part, day
"""

_VALUES = """
INSERT INTO value_days BY NAME
WITH given AS (
    SELECT
        coalesce(night.action, '') AS action,
        coalesce(night.channel, '') AS channel,
        coalesce(night.subject_type, '') AS subject_type,
        CASE WHEN night.reason IS NULL OR night.reason = '' THEN '' ELSE 'given' END AS justification,
        CASE WHEN night.case_id IS NULL THEN '' ELSE 'given' END AS case_id,
        CASE
            WHEN night.subject_nr IS NULL THEN ''
            WHEN night_subjects.is_registered THEN 'known'
            ELSE 'unknown'
        END AS subject_id,
        CASE WHEN everyone.is_registered THEN 'known' ELSE 'unknown' END AS user_id,
        count(*) AS lookups
    FROM night
    INNER JOIN everyone ON everyone.user_nr = night.user_nr
    LEFT JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
    GROUP BY ALL
)

SELECT $day AS day, "column", "value", CAST(sum(lookups) AS BIGINT) AS lookups
FROM given
UNPIVOT ("value" FOR "column" IN (action, channel, subject_type, justification, case_id, subject_id, user_id))
GROUP BY "column", "value"
ORDER BY "column", "value"
"""

_USERS_WITH = "SELECT count(DISTINCT user_id) FROM night WHERE {column} = $value"

_CONTEXT_DAYS = """
SELECT dated.day, count(*) AS n
FROM (
    SELECT local_day({at}, $zone) AS day
    FROM {table}
    WHERE
        {at} >= CAST($begin AS TIMESTAMP) - to_days(1)
        AND {at} < CAST($day AS TIMESTAMP) + to_days(2)
) AS dated
WHERE dated.day >= $begin AND dated.day <= $day
GROUP BY dated.day
"""

_REJECTED = """
WITH today AS (
    SELECT DISTINCT file_id FROM lookups WHERE local_date = $day
),

earlier AS (
    SELECT DISTINCT file_id FROM lookups WHERE local_date = $before
),

fresh AS (
    SELECT input_files.*
    FROM input_files
    WHERE
        table_name = 'lookups'
        AND file_id IN (SELECT today.file_id FROM today)
        AND file_id NOT IN (SELECT earlier.file_id FROM earlier)
)

SELECT
    sum(rows_rejected) AS rejected,
    sum(rows_read) AS rows,
    (
        SELECT sum(input_files.rows_rejected) FROM input_files
        WHERE table_name = 'lookups' AND loaded_at < (SELECT min(fresh.loaded_at) FROM fresh)
    ) AS usual_rejected,
    (
        SELECT sum(input_files.rows_read) FROM input_files
        WHERE table_name = 'lookups' AND loaded_at < (SELECT min(fresh.loaded_at) FROM fresh)
    ) AS usual_rows
FROM fresh
"""
