"""What each kind of value looks like, as SQL: identifiers and text, times, days, numbers, flags, value sets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lookup_audit.ingest.mapping import Rule
from lookup_audit.warehouse.tables import Column

Bind = Callable[[Any], str]

FREE_TEXT = ("query_text", "justification", "headline")  # evidence: kept as it was written
BAD = {
    "instant": "bad_time",
    "day": "bad_date",
    "number": "bad_number",
    "whole": "bad_number",
    "flag": "bad_flag",
}
_ISO_INSTANT = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
_ISO_OFFSET = r":\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_ISO_DAY = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"
_TRUE = "('true', 't', '1', 'yes', 'y', 'ja', 'j')"
_FALSE = "('false', 'f', '0', 'no', 'n', 'nee')"
_BLANKS = " \t\n"
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FLOATS = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class Field:
    """A column as the file has it: SQL, its type in the engine, and SQL for its JSON type, if it has one."""

    sql: str
    type: str = "VARCHAR"
    json_type: str | None = None

    @property
    def zoned(self) -> bool:
        """Whether it holds instants, rather than local times."""
        return "TIME ZONE" in self.type or "TZ" in self.type


@dataclass(frozen=True)
class Typed:
    """SQL for a value in its own type; `local` is SQL for whether it is a local time, None when never."""

    sql: str
    local: str | None = None


def is_native(column: Column, field: Field) -> bool:
    """Whether the engine already holds the values in a type that needs no reading of text."""
    if column.kind in ("instant", "day"):
        return field.type.startswith("TIMESTAMP") or field.type == "DATE"
    if column.kind == "number":
        return field.type in _INTEGERS + _FLOATS or field.type.startswith("DECIMAL")
    return (column.kind == "whole" and field.type in _INTEGERS) or (
        column.kind == "flag" and field.type == "BOOLEAN"
    )


def as_text(column: Column, field: Field, rule: Rule, bind: Bind) -> str:
    """SQL for a value as clean text, through the mapping's values; empty is null.

    A whole number that some program stored as a float is read as a whole number: 123.0 is the id 123.
    """
    text = field.sql
    if field.type in _FLOATS:
        whole = f"{text} = trunc({text}) AND abs({text}) < 1e15"
        text = (
            f"CASE WHEN NOT isfinite({text}) THEN NULL "
            f"WHEN {whole} THEN CAST(CAST({text} AS BIGINT) AS VARCHAR) ELSE CAST({text} AS VARCHAR) END"
        )
    elif field.type != "VARCHAR":
        text = written(text, field.type)
    trimmed = _without_blanks(column, text, bind)
    values = rule.values.get(column.name)
    if values:
        cases = " ".join(
            f"WHEN {bind(key.strip().lower())} THEN {bind(value)}" for key, value in values.items()
        )
        trimmed = f"nullif(CASE lower({trimmed}) {cases} ELSE {trimmed} END, '')"
    constant = rule.constants.get(column.name)
    return f"coalesce({trimmed}, {bind(constant)})" if constant is not None else trimmed


def written(value: str, kind: str) -> str:
    """SQL for a value of some type as text.

    The engine gives up altogether on one moment that is outside its own calendar, so far ones are given as numbers.
    """
    if kind not in ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"):
        return f"CAST({value} AS VARCHAR)"
    years = 250_000_000_000_000_000  # microseconds: about 7,900
    # The moment itself is taken away, because the engine may cast before it looks at a condition around the cast.
    near = f"CASE WHEN epoch_us({value}) BETWEEN -{years} AND {years} THEN {value} END"
    return (
        f"coalesce(CAST({near} AS VARCHAR), CAST(epoch_us({value}) AS VARCHAR) || ' microseconds after 1970')"
    )


def _without_blanks(column: Column, text: str, bind: Bind) -> str:
    """SQL for a text without blanks around it; null when nothing is left.

    Trimming every value would cost more than reading the file, so only those with a blank at an end are; a
    text that is empty or begins with a blank sorts before the first printable sign.
    """
    trimmed = f"nullif(trim({text}, {bind(_BLANKS)}), '')"
    if column.name in FREE_TEXT:
        return f"CASE WHEN {text} < '!' AND {trimmed} IS NULL THEN NULL ELSE {text} END"
    ends = " OR ".join(f"ends_with({text}, chr({ord(blank)}))" for blank in _BLANKS)
    return f"CASE WHEN {text} < '!' OR {ends} THEN {trimmed} ELSE {text} END"


def typed(column: Column, text: str, rule: Rule, bind: Bind) -> Typed:
    """SQL for a value that `as_text` made; null where it cannot be read."""
    if column.kind == "instant":
        return _instant(column, text, rule, bind)
    if column.kind == "day":
        return _day(column, text, rule, bind)
    if column.kind in ("number", "whole"):
        return _number(column, text, rule)
    if column.kind == "flag":
        return Typed(
            f"CASE WHEN lower({text}) IN {_TRUE} THEN true WHEN lower({text}) IN {_FALSE} THEN false END"
        )
    if column.values:
        plain = f"regexp_replace(lower({text}), '[\\s_-]+', '_', 'g')"
        known = ", ".join(map(bind, column.values))
        return Typed(f"CASE WHEN {text} IN ({known}) THEN {text} ELSE {plain} END")
    return Typed(text)


def native(column: Column, value: str, field: Field, zone: str, bind: Bind) -> Typed:
    """SQL for a value that the engine holds in a type that fits (`is_native`)."""
    if column.kind == "instant":
        return Typed(f"CAST({_bounded(value, field)} AS TIMESTAMP)", None if field.zoned else "true")
    if column.kind == "day" and field.type != "DATE":
        moment = _bounded(value, field)
        return Typed(f"CAST({f'timezone({bind(zone)}, {moment})' if field.zoned else moment} AS DATE)")
    if column.kind == "number":
        number = f"CAST({value} AS DOUBLE)"
        return Typed(f"CASE WHEN NOT isnan({number}) THEN {number} END")  # NaN is how arrays write "missing"
    return Typed(value)


def _bounded(value: str, field: Field) -> str:
    """SQL for a moment in the years 1 to 9999; one of another year becomes one that is out of range just the same.

    One far outside ends the engine's whole process of work when it is cast to a day, not only the query.
    """
    kind = "TIMESTAMP WITH TIME ZONE" if field.zoned else "TIMESTAMP"
    first, last = f"{kind} '0001-01-01 00:00:00'", f"{kind} '9999-12-31 23:59:59.999999'"
    moment = f"try_cast({value} AS {kind})"
    return (
        f"CASE WHEN {moment} BETWEEN {first} AND {last} THEN {moment} "
        f"WHEN {value} IS NOT NULL THEN {kind} '9998-01-01 00:00:00' END"
    )


def _instant(column: Column, text: str, rule: Rule, bind: Bind) -> Typed:
    layout = rule.format_of(column)
    if layout in ("epoch_seconds", "epoch_milliseconds"):
        micros = 1_000_000 if layout == "epoch_seconds" else 1_000
        number = f"try_cast({text} AS DOUBLE) * {micros}"
        return Typed(f"CASE WHEN abs({number}) < 9e15 THEN make_timestamp(CAST({number} AS BIGINT)) END")
    if layout:
        return Typed(
            f"CAST(try_strptime({text}, {bind(layout)}) AS TIMESTAMP)", None if "%z" in layout else "true"
        )
    # The session is in UTC, so that a text without an offset keeps its digits, to be placed in the zone.
    iso = f"replace(upper({text}), ',', '.')"
    return Typed(
        f"CASE WHEN regexp_full_match({iso}, '{_ISO_INSTANT}') "
        f"THEN CAST(try_cast({iso} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP) END",
        f"NOT regexp_matches({iso}, '{_ISO_OFFSET}')",
    )


def _day(column: Column, text: str, rule: Rule, bind: Bind) -> Typed:
    layout = rule.format_of(column)
    if layout:
        return Typed(f"CAST(try_strptime({text}, {bind(layout)}) AS DATE)")
    return Typed(
        f"CASE WHEN regexp_full_match({text}, '{_ISO_DAY}') THEN try_cast(left({text}, 10) AS DATE) END"
    )


def _number(column: Column, text: str, rule: Rule) -> Typed:
    plain = f"replace({text}, ',', '.')" if rule.decimal_comma else text
    number = f"try_cast({plain} AS DOUBLE)"
    if column.kind == "number":
        return Typed(f"CASE WHEN isfinite({number}) THEN {number} END")
    return Typed(
        f"CASE WHEN {number} = floor({number}) AND abs({number}) < 9e15 THEN CAST({number} AS BIGINT) END"
    )
