"""The query that turns a file's columns into the contract's: typed, normalised, each row with its fault.

Everything is one set-based query in layers, so that a lookup never passes through Python: `texts` cleans,
`parsed` gives each value its type, `placed` reads local times in the zone, and the last layer derives the
local day and finds the first thing wrong with a row, as "column|reason".
"""

from dataclasses import dataclass, field
from typing import Any

from lookup_audit.ingest.kinds import BAD, Field, as_text, is_native, native, typed
from lookup_audit.ingest.mapping import Rule
from lookup_audit.settings import Settings
from lookup_audit.warehouse.tables import Column, Table

_SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "instant": "TIMESTAMP",
    "day": "DATE",
    "number": "DOUBLE",
    "whole": "BIGINT",
    "flag": "BOOLEAN",
}
_DEFAULTS = {("shifts", "kind"): "duty"}
_ROW_FAULTS = {
    "lookups": [("nothing_looked_up", 'final."subject_id" IS NULL AND final."query_text" IS NULL')],
    "shifts": [("ends_before_start", 'final."ends_at" <= final."starts_at"')],
}


@dataclass
class Relation:
    """Rows to check: `sql` has a column `line`; `row_fault` is SQL for a reason that a whole row fails."""

    sql: str
    fields: dict[str, Field]
    parameters: dict[str, Any]
    row_fault: str = "NULL::VARCHAR"


@dataclass
class _Layers:
    """The layers while they are built, and the parameters of the whole."""

    table: Table
    rule: Rule
    settings: Settings
    parameters: dict[str, Any]
    texts: list[str] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""
        name = f"v{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"


def checking_query(
    table: Table, rule: Rule, relation: Relation, settings: Settings
) -> tuple[str, dict[str, Any]]:
    """A query, and its parameters, that gives every row of a relation with the columns of a table.

    Besides them: line, ambiguous and nonexistent (counts of such local times in the row), and fate: null
    for a good row, else "column|reason".
    """
    layers = _Layers(table, rule, settings, dict(relation.parameters))
    for column in table.columns:
        source = relation.fields.get(column.name)
        if source is None and column.name in rule.constants:
            source = Field("NULL::VARCHAR")
        if source is None:
            _add_absent(layers, column)
        else:
            _add(layers, column, source)
    layers.faults += [("", reason, condition) for reason, condition in _ROW_FAULTS.get(table.name, [])]
    names = [f'final."{column.name}"' for column in table.columns]
    names += [f"{sql} AS {name}" for name, sql in table.derived.items()]
    days, join = _local_day() if table.name == "lookups" else ([], "")
    sql = f"""
        WITH texts AS (
            SELECT {", ".join(["line", f"{relation.row_fault} AS row_fault", *layers.texts])}
            FROM ({relation.sql})
        ), parsed AS (
            SELECT {", ".join(["line", "row_fault", *layers.parsed])} FROM texts
        ), final AS (
            SELECT {", ".join(["parsed.line", "parsed.row_fault", *layers.placed])}
            FROM parsed {" ".join(layers.joins)}
        )
        SELECT final.line, {", ".join(names + days)}, {_odd_times(layers.local)}, {_fate(layers)} AS fate
        FROM final {join}
    """
    return sql, layers.parameters


def _local_day() -> tuple[list[str], str]:
    """Columns for the local day, hour and weekday of a lookup, and the join that they need."""
    local = (
        "make_timestamp(epoch_us(final.occurred_at) + CASE WHEN final.occurred_at >= zone.change "
        "THEN zone.offset_after ELSE zone.offset_before END)"
    )
    columns = [
        f"CAST({local} AS DATE) AS local_date",
        f"CAST(hour({local}) AS TINYINT) AS local_hour",
        f"CAST(isodow({local}) AS TINYINT) AS local_weekday",
    ]
    return columns, "LEFT JOIN zone_utc AS zone ON zone.day = CAST(final.occurred_at AS DATE)"


def _odd_times(local: list[str]) -> str:
    counts = [
        " + ".join(f"coalesce(CAST(final.{kind}_{name} AS INTEGER), 0)" for name in local) or "0"
        for kind in ("repeated", "skipped")
    ]
    return f"{counts[0]} AS ambiguous, {counts[1]} AS nonexistent"


def _fate(layers: _Layers) -> str:
    cases = " ".join(f"WHEN {condition} THEN '{name}|{reason}'" for name, reason, condition in layers.faults)
    return f"CASE WHEN final.row_fault IS NOT NULL THEN '|' || final.row_fault {cases} END"


def _add_absent(layers: _Layers, column: Column) -> None:
    default = _DEFAULTS.get((layers.table.name, column.name))
    value = layers.bind(default) if default else f"CAST(NULL AS {_SQL_TYPES[column.kind]})"
    layers.placed.append(f'{value} AS "{column.name}"')


def _add(layers: _Layers, column: Column, source: Field) -> None:
    """Put one column into every layer, with what can be wrong with it in the order that it is found."""
    name, rule = column.name, layers.rule
    text, value = f'texts."{name}"', f'parsed."is_{name}"'
    direct = is_native(column, source) and name not in {*rule.constants, *rule.values}
    layers.texts.append(f'{source.sql if direct else as_text(column, source, rule, layers.bind)} AS "{name}"')
    if direct:
        read = native(column, text, source, layers.settings.zone, layers.bind)
    else:
        read = typed(column, text, rule, layers.bind)
        _add_text_faults(layers, column, source)
    layers.parsed.append(f'{read.sql} AS "is_{name}"')
    _add_value_faults(layers, column)
    if read.local is not None:
        layers.parsed.append(f'{read.local} AS "local_{name}"')
        value = _place(layers, name)
    if column.no_such:
        no_such = _stands_for_none(column, f'parsed."is_{name}"')
        value = f"CASE WHEN {no_such} THEN NULL ELSE {value} END"
    default = _DEFAULTS.get((layers.table.name, name))
    placed = f"coalesce({value}, {layers.bind(default)})" if default else value
    layers.placed.append(f'{placed} AS "{name}"')


def _add_text_faults(layers: _Layers, column: Column, source: Field) -> None:
    """What can be wrong with a text before and while it is read."""
    name, longest = column.name, layers.settings.ingest.longest_field
    if source.json_type:
        layers.texts.append(f"{source.json_type} IN ('OBJECT', 'ARRAY') AS nested_{name}")
        layers.parsed.append(f"nested_{name}")
        layers.placed.append(f"parsed.nested_{name}")
        layers.faults.append((name, "wrong_kind", f"final.nested_{name}"))
    given = f'final."{name}"'
    if column.kind in BAD:
        given = f'final."given_{name}"'
        layers.parsed.append(f'texts."{name}" AS "given_{name}"')
        layers.placed.append(f'parsed."given_{name}"')
    # Bytes first, because they are known; characters are counted only where that could matter.
    layers.faults.append(
        (name, "field_too_long", f"strlen({given}) > {longest} AND length({given}) > {longest}")
    )
    if column.kind in BAD:
        read = f'final."is_{name}"' if column.kind in ("instant", "day") else f'final."{name}"'
        layers.faults.append((name, BAD[column.kind], f"{given} IS NOT NULL AND {read} IS NULL"))


def _add_value_faults(layers: _Layers, column: Column) -> None:
    """What can be wrong with a value once it is read."""
    name = column.name
    value = f'final."{name}"'
    if column.kind in ("instant", "day"):
        layers.placed.append(f'parsed."is_{name}"')
        value = f'final."is_{name}"'  # before it is placed: the zone is known for these years only
        first = 1900 if column.kind == "instant" else 1800  # old registers have the living born before 1900
        is_far = f"({value} < DATE '{first}-01-01' OR {value} >= DATE '2101-01-01')"
        if column.no_such:
            is_far += f" AND NOT ({_stands_for_none(column, value)})"
        layers.faults.append((name, "out_of_range", is_far))
    if column.kind == "number":
        layers.faults.append((name, "out_of_range", f"abs({value}) > {90 if name.endswith('lat') else 180}"))
    if column.values:
        allowed = ", ".join(map(layers.bind, column.values))
        layers.faults.append((name, "unknown_value", f"{value} NOT IN ({allowed})"))
    if column.required:
        layers.faults.append((name, "missing_value", f"{value} IS NULL"))


def _stands_for_none(column: Column, value: str) -> str:
    year = f"DATE '{column.no_such:04}-01-01'"
    return f"{value} >= {year} AND {value} < {year} + INTERVAL 1 YEAR"


def _place(layers: _Layers, name: str) -> str:
    """SQL for a local time read in the zone: the earlier instant where it repeats, forward where it is skipped."""
    value, zone = f'parsed."is_{name}"', f'"zone_{name}"'
    layers.local.append(name)
    layers.joins.append(
        f'LEFT JOIN zone_local AS {zone} ON {zone}.day = CAST({value} AS DATE) AND parsed."local_{name}"'
    )
    offset = f"CASE WHEN {value} >= {zone}.change THEN {zone}.offset_after ELSE {zone}.offset_before END"
    odd = f"{value} >= {zone}.odd_from AND {value} < {zone}.odd_until"
    layers.placed += [
        f"{odd} AND {zone}.repeats AS repeated_{name}",
        f"{odd} AND NOT {zone}.repeats AS skipped_{name}",
    ]
    return (
        f'CASE WHEN parsed."local_{name}" THEN make_timestamp(epoch_us({value}) - {offset}) ELSE {value} END'
    )
