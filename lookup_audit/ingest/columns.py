"""Which column of a file is which column of the contract."""

import difflib
from dataclasses import dataclass

from lookup_audit.errors import InputError
from lookup_audit.ingest.drop import InputFile
from lookup_audit.warehouse.tables import TABLES

MOST_COLUMNS = 10_000  # of one file; the engine's planning of one with a million does not end


@dataclass(frozen=True)
class Columns:
    """`found` maps contract columns to the file's own names; `unknown` are the names that mean nothing."""

    found: dict[str, str]
    unknown: list[str]


def match_columns(file: InputFile, names: list[str], *, complete: bool = True) -> Columns:
    """The contract's columns among a file's names: by the mapping, else by name in any case.

    With `complete` False (NDJSON, where a line may leave out what is empty) an optional column that the
    names do not show is still looked for. Raises `InputError`, naming file and column and the nearest name
    found, for a required or mapped column that is not there, or one that is there twice; and for a file with more
    columns than `MOST_COLUMNS`.
    """
    if len(names) > MOST_COLUMNS:
        raise InputError(
            f"{file.name}: has {len(names):,} columns; the most that can be read is {MOST_COLUMNS:,}"
        )
    table = TABLES[file.table]
    plain = {name.strip().lower(): name for name in reversed(names)}
    found: dict[str, str] = {}
    for column in table.columns:
        wanted = file.rule.columns.get(column.name, column.name)
        name = wanted if wanted in names else plain.get(wanted.strip().lower())
        if name is not None:
            if names.count(name) > 1:
                raise InputError(f"{file.name}: has more than one column {name}")
            found[column.name] = name
        elif (column.required and column.name not in file.rule.constants) or (
            column.name in file.rule.columns and complete
        ):
            raise InputError(_missing(file, column.name, wanted, names))
        elif not complete:
            found[column.name] = wanted
    if file.table == "lookups" and not {"subject_id", "query_text"} & {*found, *file.rule.constants}:
        raise InputError(
            f"{file.name}: no column subject_id and none query_text: what was looked up is missing"
        )
    used = set(found.values())
    return Columns(found, [name for name in names if name and name not in used])


def matches(file: InputFile, names: list[str]) -> int:
    """How many of the contract's columns are among these names."""
    plain = {name.strip().lower() for name in names}
    return sum(
        file.rule.columns.get(column.name, column.name).strip().lower() in plain
        for column in TABLES[file.table].columns
    )


def _missing(file: InputFile, column: str, wanted: str, names: list[str]) -> str:
    if wanted != column:
        text = f"{file.name}: no column {wanted}, which the mapping gives as {column} of {file.table}"
    else:
        text = f"{file.name}: no column {column}, which {file.table} needs"
    if len(names) == 1 and wanted.lower() in names[0].lower() and file.format == "delimited":
        return f"{text}; it has one column only: its delimiter is none of comma, semicolon, tab and bar"
    lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(wanted.lower(), lower, n=1, cutoff=0.4)
    example = lower[near[0]] if near else "its name in the file"
    if near:
        text += f"; the nearest is {example}"
    elif names:
        text += f"; it has {', '.join(names[:20])}{' …' if len(names) > 20 else ''}"
    return f'{text}. Name it in mapping.toml: [tables.{file.table}] columns = {{ {column} = "{example}" }}'
