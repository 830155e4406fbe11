"""`mapping.toml`: how foreign file names, columns, values and times become those of the data contract."""

import codecs
import difflib
import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lookup_audit.errors import SettingsError
from lookup_audit.settings import read_toml
from lookup_audit.warehouse.tables import TABLES, Column, Table

EPOCH_FORMATS = ("epoch_seconds", "epoch_milliseconds")


class Rule(BaseModel):
    """What a mapping says of one table's files; `Rule()` says nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[str, ...] = Field((), description="Names or patterns; none means the table's own names.")
    columns: dict[str, str] = Field(default_factory=dict, description="Contract column → column in the file.")
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Contract column → value in the file → contract value."
    )
    time_format: str | None = Field(None, description="Of every *_at column, as strptime or epoch_….")
    times: dict[str, str] = Field(default_factory=dict, description="The same by *_at or day column.")
    constants: dict[str, str] = Field(
        default_factory=dict, description="Contract column → value where the file has none."
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = Field(None, description="Python's name; lines that do not fit it are rejected.")
    decimal_comma: bool = False

    def format_of(self, column: Column) -> str | None:
        """The time format of an instant or day column, or None for ISO 8601."""
        return self.times.get(column.name, self.time_format if column.kind == "instant" else None)

    def names(self, file: str) -> bool:
        """Whether one of its patterns matches the file's name."""
        return any(fnmatch.fnmatchcase(file, pattern) for pattern in self.files)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class Mapping(BaseModel):
    """The whole of a mapping file; each table has one rule, or a list of them for different sources."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: dict[str, Annotated[tuple[Rule, ...], BeforeValidator(_as_list)]] = Field(default_factory=dict)

    @property
    def time_formats(self) -> list[str]:
        """Every strptime layout in it, in order."""
        rules = [rule for rules in self.tables.values() for rule in rules]
        given = {layout for rule in rules for layout in (rule.time_format, *rule.times.values()) if layout}
        return sorted(given - set(EPOCH_FORMATS))

    def rules_for(self, file: str, own_table: str | None) -> list[tuple[str, Rule]]:
        """The tables that a file feeds, each with its first rule that fits; `own_table` is by its name."""
        named = [
            (table, next(rule for rule in rules if rule.names(file)))
            for table, rules in self.tables.items()
            if any(rule.names(file) for rule in rules)
        ]
        if named or own_table is None:
            return named
        plain = [rule for rule in self.tables.get(own_table, ()) if not rule.files]
        return [(own_table, plain[0] if plain else Rule())]


def load_mapping(path: Path) -> Mapping:
    """A mapping from its TOML file; `SettingsError` lists every fault, with the nearest known name."""
    try:
        mapping = Mapping.model_validate(read_toml(path))
    except ValidationError as error:
        faults = [_fault(fault["loc"], fault["msg"], fault["type"]) for fault in error.errors()]
        raise SettingsError(f"{path}: faults: {len(faults)}\n" + "\n".join(faults)) from error
    faults = [
        f"  tables.{name}{fault}"
        for name, rules in mapping.tables.items()
        for fault in ([_unknown(name, list(TABLES))] if name not in TABLES else _rule_faults(name, rules))
    ]
    if faults:
        raise SettingsError(f"{path}: faults: {len(faults)}\n" + "\n".join(faults))
    return mapping


def _rule_faults(name: str, rules: tuple[Rule, ...]) -> list[str]:
    table = TABLES[name]
    known = {column.name: column for column in table.columns}
    faults: list[str] = []
    for rule in rules:
        for field in ("columns", "values", "times", "constants"):
            faults += [
                f".{field}.{column}{_unknown(column, list(known))}"
                for column in getattr(rule, field)
                if column not in known
            ]
        faults += _value_faults(rule, known) + _time_faults(rule, known) + _encoding_faults(rule)
        faults += _double_columns(rule, table)
    return faults


def _value_faults(rule: Rule, known: dict[str, Column]) -> list[str]:
    given = [(name, value) for name, values in rule.values.items() for value in values.values()]
    given += list(rule.constants.items())
    return [
        f": {value!r} is no value of {name}; those are {', '.join(known[name].values)}"
        for name, value in given
        if name in known and known[name].values and value not in known[name].values
    ]


def _time_faults(rule: Rule, known: dict[str, Column]) -> list[str]:
    faults = [
        f".times.{name}: is not a time or day column"
        for name in rule.times
        if name in known and known[name].kind not in ("instant", "day")
    ]
    formats = [*rule.times.values(), *([rule.time_format] if rule.time_format else [])]
    return faults + [
        f": {text!r} is no time format; write %d-%m-%Y %H:%M:%S or the like, or {' or '.join(EPOCH_FORMATS)}"
        for text in formats
        if "%" not in text and text not in EPOCH_FORMATS
    ]


def _encoding_faults(rule: Rule) -> list[str]:
    if rule.encoding is None:
        return []
    try:
        "a".encode(rule.encoding)  # refuses codecs that are known but are not about text
        codecs.getincrementaldecoder(rule.encoding)(errors="replace").decode(b"a")
    except (LookupError, ValueError, AssertionError, TypeError):  # a NUL in the name is a ValueError
        return [f".encoding: {rule.encoding!r} is no encoding of text that can be read piece by piece"]
    return []


def _double_columns(rule: Rule, table: Table) -> list[str]:
    sources = list(rule.columns.values())
    double = sorted({source for source in sources if sources.count(source) > 1})
    ids = {column.name for column in table.columns if column.kind == "id"}
    # One column may serve two ids (a person that is also the user), never two other things.
    return [
        f".columns: {source!r} is given to more than one column"
        for source in double
        if not {name for name, value in rule.columns.items() if value == source} <= ids
    ]


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f": unknown{f'; did you mean {near[0]}?' if near else ''}"


def _fault(location: tuple[int | str, ...], message: str, kind: str) -> str:
    where = ".".join(str(part) for part in location if not isinstance(part, int))
    if kind != "extra_forbidden":
        return f"  {where}: {message}"
    fields = Rule.model_fields if "tables" in location else Mapping.model_fields
    return f"  {where}{_unknown(str(location[-1]), list(fields))}"
