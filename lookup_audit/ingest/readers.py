"""Delimited text, NDJSON and Parquet, each opened (and checked) first and read later."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from lookup_audit.errors import InputError, WarehouseError
from lookup_audit.ingest.columns import Columns, match_columns, matches
from lookup_audit.ingest.decode import TextFile, read_bytes
from lookup_audit.ingest.drop import InputFile
from lookup_audit.ingest.guard import Shape, cut_delimited
from lookup_audit.ingest.kinds import Field, written
from lookup_audit.ingest.tokens import (
    DELIMITERS,
    Tokens,
    cut_lines,
    first_lines,
    header_fields,
    json_keys,
    write_raw_text,
)
from lookup_audit.ingest.values import Relation
from lookup_audit.warehouse import Warehouse

Query = tuple[str, dict[str, Any]]

TURNED_DOWN = "turned_down"  # the temporary table of the lines that a file's loading rejects

_STATED = re.compile(rf'("?)sep=([{"".join(DELIMITERS)}])\1 *', re.IGNORECASE)
_SAMPLE_LINES = 1_000  # of NDJSON, to learn its keys


@dataclass
class Read:
    """A file ready for the engine.

    `expected` is how many rows the relation must give; `rejected` those already turned down, of which
    `rejected_rows` is a query (line, raw_text, reason). `raw_text` makes a query (line, raw_text) that has at
    least the rows with these line numbers, which are also in the temporary table `TURNED_DOWN`.
    """

    relation: Relation
    expected: int
    rejected: int
    rejected_rows: Query | None
    raw_text: Callable[[list[int]], Query]
    warnings: dict[str, int] = field(default_factory=dict)


class Reader(Protocol):
    """An opened file: its columns are known, and everything that can be checked cheaply is in order."""

    file: InputFile
    columns: Columns

    def read(self, folder: Path, longest_field: int) -> Read:
        """The rows; what is needed on disk meanwhile goes into `folder`."""
        ...


@contextmanager
def naming(file: InputFile) -> Iterator[None]:
    """Errors of the engine while it reads as `InputError` with the file's name; a full disk stays what it is."""
    try:
        yield
    except duckdb.Error as error:
        raise InputError(f"{file.name}: cannot be read: {_what(error)}") from error
    except WarehouseError as error:
        cause = error.__cause__
        # a harmed Parquet file has an error without a kind too; a checksum is kept by the warehouse only
        of_the_input = isinstance(cause, duckdb.IOException) or type(cause) is duckdb.Error
        if not of_the_input or "space left" in str(error) or "checksum" in str(error):
            raise
        raise InputError(f"{file.name}: cannot be read: {_what(cause)}") from error


def _what(error: object) -> str:
    """What the engine says of a file, in one line; of one without a Parquet file's end, what that means."""
    said = str(error).splitlines()[0]
    return "it is no whole Parquet file; was it cut off?" if "magic bytes" in said else said


def open_file(file: InputFile, warehouse: Warehouse, folder: Path) -> Reader:
    """The reader of a file; `InputError` when it is cut off, corrupt, or lacks a column.

    A compressed file is decompressed once here to know that it is whole; `folder` keeps a Parquet file that
    had to be decompressed.
    """
    if file.format == "parquet":
        return ParquetReader(file, warehouse, folder)
    if file.compression:
        for _ in read_bytes(file.path, file.compression):
            pass
    return DelimitedReader(file) if file.format == "delimited" else NdjsonReader(file)


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def token_query(path: Path, columns: dict[str, str], longest_line: int = 0) -> Query:
    """A query over a token file; an unprintable separator and no quotes leave nothing to misread."""
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    sql = (
        f"SELECT * FROM read_csv($path, delim = chr(31), quote = '', escape = '', comment = '', "
        f"header = false, auto_detect = false, new_line = '\\n', columns = {{{types}}}, "
        f"max_line_size = {max(2_000_000, longest_line)})"
    )
    return sql, {"path": str(path)}


class DelimitedReader:
    """CSV and its kin: the delimiter is the one under which the header names most of the table's columns.

    Or it is the one that a line `sep=;` before the header states, as spreadsheets write and read it.
    """

    def __init__(self, file: InputFile) -> None:
        self.file = file
        header = first_lines(self._source(), 2)
        stated = _STATED.fullmatch(header[0][1]) if header else None  # a spreadsheet's own first line
        if stated:
            del header[0]
        if not header:
            raise InputError(f"{file.name}: is empty; not even a header is there")
        self._header_line, line = header[0]
        said = file.rule.delimiter or (stated[2] if stated else None)
        candidates = (said,) if said else DELIMITERS
        headers = {delimiter: header_fields(line, delimiter) for delimiter in candidates}
        self._delimiter = max(headers, key=lambda key: (matches(file, headers[key]), len(headers[key])))
        self._names = headers[self._delimiter]
        self.columns = match_columns(file, self._names)

    def _source(self) -> TextFile:
        return TextFile(self.file.path, self.file.compression, self.file.rule.encoding)

    def read(self, folder: Path, longest_field: int) -> Read:
        """The rows, cut by the guard; see `guard`."""
        source = self._source()
        shape = Shape(self._header_line, self._delimiter, len(self._names))
        tokens = cut_delimited(source, folder, shape, longest_field)
        types = {"line": "BIGINT"} | {f"c{index}": "VARCHAR" for index in range(len(self._names))}
        sql, parameters = token_query(tokens.accepted_path, types, tokens.longest_line)
        fields = {}
        for column, name in self.columns.found.items():
            text = f"c{self._names.index(name)}"
            fields[column] = Field(f"replace({text}, chr(30), chr(10))" if tokens.spans else text)

        def raw_text(lines: list[int]) -> Query:
            write_raw_text(self._source(), folder / "raw", lines, tokens.spans)
            return _texts(folder / "raw", {"line": "BIGINT", "raw_text": "VARCHAR"})

        return _read(Relation(sql, fields, parameters), tokens, raw_text, dict(source.warnings))


class NdjsonReader:
    """One JSON object a line."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        sample = first_lines(self._source(), _SAMPLE_LINES)
        if sample and sample[0][1].lstrip().startswith("["):
            raise InputError(f"{file.name}: is one JSON array; write one object a line (NDJSON)")
        names = json_keys(sample)
        # Without any line there is nothing to miss.
        self.columns = match_columns(file, names, complete=False) if sample else Columns({}, [])

    def _source(self) -> TextFile:
        return TextFile(self.file.path, self.file.compression, self.file.rule.encoding)

    def read(self, folder: Path, longest_field: int) -> Read:
        """The rows: each line that is not blank, read as JSON by the engine."""
        source = self._source()
        tokens = cut_lines(source, folder, longest_line=8 * longest_field)
        lines, parameters = token_query(
            tokens.accepted_path, {"line": "BIGINT", "raw_text": "VARCHAR"}, tokens.longest_line
        )
        names = list(self.columns.found.values())
        parameters["paths"] = ["/" + name.replace("~", "~0").replace("/", "~1") for name in names]
        sql = f"""
            SELECT line, json_type(doc) AS shape,
                CASE WHEN json_type(doc) = 'OBJECT' THEN json_extract_string(doc, $paths) END AS given,
                CASE WHEN json_type(doc) = 'OBJECT' THEN json_type(doc, $paths) END AS kinds
            FROM (SELECT line, CASE WHEN json_valid(raw_text) THEN raw_text END AS doc FROM ({lines}))
        """
        fields = {
            column: Field(f"given[{index}]", json_type=f"kinds[{index}]")
            for index, column in enumerate(self.columns.found, start=1)
        }
        fault = "CASE WHEN shape IS NULL THEN 'not_json' WHEN shape <> 'OBJECT' THEN 'not_an_object' END"

        def raw_text(_: list[int]) -> Query:
            return lines, {"path": str(tokens.accepted_path)}

        relation = Relation(sql, fields, parameters, row_fault=fault)
        return _read(relation, tokens, raw_text, dict(source.warnings))


class ParquetReader:
    """Parquet: the engine reads it; the rows are counted in the file's footer."""

    def __init__(self, file: InputFile, warehouse: Warehouse, folder: Path) -> None:
        self.file = file
        # A fixed name, because the engine takes some signs in a file's name for a pattern.
        path = folder / "rows.parquet"
        if file.compression:
            path.touch(mode=0o600)
            with path.open("wb") as out:
                out.writelines(read_bytes(file.path, file.compression))
        else:
            path.symlink_to(file.path.resolve())
        self._parameters = {"path": str(path)}
        self._rows = (
            "read_parquet($path, binary_as_string = true, hive_partitioning = false, file_row_number = true)"
        )
        with naming(file):
            described = warehouse.rows(f"DESCRIBE SELECT * FROM {self._rows}", self._parameters)
            self._count = int(
                warehouse.value("SELECT num_rows FROM parquet_file_metadata($path)", self._parameters)
            )
        self._types = {row["column_name"]: str(row["column_type"]) for row in described}
        del self._types["file_row_number"]
        self.columns = match_columns(file, list(self._types))
        for column, name in self.columns.found.items():
            if self._types[name].endswith("]") or self._types[name].startswith(("STRUCT", "MAP", "UNION")):
                raise InputError(
                    f"{file.name}: column {name} ({column}) is nested; it must hold plain values"
                )

    def read(self, folder: Path, longest_field: int) -> Read:
        """The rows as the engine reads them; line numbers are row numbers, from 1."""
        names = ", ".join(
            f"{quoted(name)} AS {quoted('file_' + column)}" for column, name in self.columns.found.items()
        )
        sql = f"SELECT file_row_number + 1 AS line, {names} FROM {self._rows}"
        fields = {
            column: Field(quoted("file_" + column), self._types[name])
            for column, name in self.columns.found.items()
        }

        def raw_text(_: list[int]) -> Query:
            given = {name: quoted(name) for name in self._types}
            moments = [name for name, kind in self._types.items() if kind.startswith("TIMESTAMP")]
            given |= {name: written(quoted(name), self._types[name]) for name in moments}
            packed = ", ".join(f"{quoted(name)} := {value}" for name, value in given.items())
            text = f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"
            chosen = f"WHERE file_row_number + 1 IN (SELECT line FROM {TURNED_DOWN})"
            return (
                f"SELECT file_row_number + 1 AS line, {text} AS raw_text FROM {self._rows} {chosen}",
                self._parameters,
            )

        return Read(Relation(sql, fields, dict(self._parameters)), self._count, 0, None, raw_text)


def _texts(path: Path, columns: dict[str, str]) -> Query:
    sql, parameters = token_query(path, columns)
    return f"SELECT * REPLACE (replace(raw_text, chr(30), chr(10)) AS raw_text) FROM ({sql})", parameters


def _read(
    relation: Relation, tokens: Tokens, raw_text: Callable[[list[int]], Query], warnings: dict[str, int]
) -> Read:
    rejected = _texts(tokens.rejected_path, {"line": "BIGINT", "reason": "VARCHAR", "raw_text": "VARCHAR"})
    return Read(relation, tokens.accepted, tokens.rejected, rejected, raw_text, warnings)
