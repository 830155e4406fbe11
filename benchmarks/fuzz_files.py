"""Files for the fuzz: a table in some format, harmed in up to three ways that can be named and repeated."""

import csv
import gzip
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import zstandard

from benchmarks.fuzz_json import JSON
from benchmarks.fuzz_parquet import parquet_of
from benchmarks.fuzz_values import Rows, odd_value, rows_of
from lookup_audit.warehouse.tables import TABLES

Harms = dict[str, Callable[..., Any]]

ENDINGS = {"csv": ("csv", "tsv", "txt"), "ndjson": ("ndjson", "jsonl", "json"), "parquet": ("parquet", "pq")}
ENCODINGS = (
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-be",
    "cp1252",
    "latin-1",
    "utf-32",
    "cp037",
)
NAMES = (
    "{}.{}",
    "{}.{}",
    "{}-2025-03-01.{}",
    "{}.late.{}",
    "{}-é ñ.{}",
    "{}-[a-z]*?.{}",
    "{}-'\"$x;--.{}",
    "{}-\n\t.{}",
    "{}-\udcff\udcfe.{}",
    "{}-\u202e.{}",
    "{}-" + "x" * 200 + ".{}",
    "{}-{{}}%s.{}",
)


@dataclass(frozen=True)
class Case:
    """One file to load, its mapping if it has one, and how it was harmed.

    `keys` is what its first column holds, where that is sure: a row that is loaded must have one of them.
    """

    name: str
    table: str
    data: bytes
    harms: tuple[str, ...]
    keys: frozenset[str] | None = None
    mapping: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


def case_of(chance: random.Random, longest_field: int) -> Case:
    """A case; the same numbers give the same bytes."""
    table = chance.choice((*TABLES, "lookups", "lookups"))
    rows = rows_of(chance, table)
    harms: list[str] = []

    def harmed(possible: Harms, share: float, content: Any, *given: Any) -> Any:
        if chance.random() >= share:
            return content
        name = chance.choice(list(possible))
        harms.append(name)
        return possible[name](chance, content, *given)

    rows = harmed(COLUMNS, 0.25, harmed(VALUES, 0.5, rows, longest_field))
    kind = chance.choice(("csv", "csv", "csv", "ndjson", "ndjson", "parquet"))
    delimiter = chance.choice((",", ",", ";", "\t", "|"))
    if kind == "parquet":
        name, data = parquet_of(chance, rows)
        harms += [f"parquet: {name}"] if name else []
    else:
        text = _csv(rows, delimiter) if kind == "csv" else _ndjson(chance, rows)
        text = harmed(TEXT, 0.5, text, delimiter)
        if kind == "ndjson":
            text = harmed(JSON, 0.4, text)
        encoding = chance.choice(ENCODINGS) if chance.random() < 0.3 else "utf-8"
        harms += [f"encoding: {encoding}"] if encoding != "utf-8" else []
        data = text.encode(encoding, errors="replace" if encoding != "utf-8" else "surrogatepass")
    data = harmed(BYTES, 0.25, data)
    ending = chance.choice(ENDINGS[kind])
    packed = chance.choice(("", "", "", "", "gz", "zst"))
    if packed:
        data = gzip.compress(data, 1, mtime=0) if packed == "gz" else zstandard.compress(data, 1)
        ending += f".{packed}"
        data = harmed(PACKED, 0.3, data)
    if chance.random() < 0.03:
        harms.append("wrong ending")
        ending = chance.choice(("csv", "ndjson", "parquet", "csv.gz", "json.zst", "parquet.gz"))
    name = chance.choice(NAMES) if chance.random() < 0.1 else "{}.{}"
    harms += ["odd name"] if name not in NAMES[:2] else []
    sure = kind == "csv" and set(harms) <= {*VALUES, "odd name"}
    keys = frozenset(_as_kept(row[0]) for row in rows[1:]) if sure else None
    case = Case(name.format(table, ending), table, data, tuple(harms), keys)
    return _mapped(chance, case, delimiter) if chance.random() < 0.12 else case


def _mapped(chance: random.Random, case: Case, delimiter: str) -> Case:
    """The same with a mapping: a good one, or one that is broken or hostile."""
    head = f"[tables.{case.table}]\n"
    hostile = (
        "[tables",
        "\x00",
        "tables = 1",
        "[tables.x]\nfiles='*'",
        head + "columns = {a = 'b'}",
        head + "files = ['[']",
        head + "encoding = 'rot13'",
        head + "encoding = 'base64'",
        head + "encoding = 'idna'",
        head + "encoding = 'utf-7'",
        head + "encoding = 'a\\u0000b'".replace("'", '"'),
        head + "time_format = '%'",
        head + "time_format = '%Q%%%'",
        head + 'time_format = "%Y\\u0000"',
        head + "delimiter = ''",
        head + "values.action = { 'x' = 'view' }",
        head + 'constants = { system = "a\\u0000b", lookup_id = "\';--" }',
        head + "times.occurred_at = 'epoch_seconds'",
        head + "files = ['*']\n[tables.users]\nfiles = ['*']",
        "a." * 2_000 + "a = 1",
        "x = " + "[" * 3_000,
        head + "files = ['" + "*a" * 40 + "b']",
        head + "time_format = 'epoch_milliseconds'",
        head + "decimal_comma = true",
        head + "encoding = 'unicode_escape'",
        head + "encoding = 'punycode'",
        head + "encoding = 'undefined'",
    )
    harm = chance.choice(("hostile", "hostile", "encoding", "delimiter"))
    encoding = chance.choice(("cp1252", "utf-8", "utf-16", "utf-16-le", "ascii"))
    mapping = {
        "hostile": chance.choice(hostile),
        "encoding": head + f"encoding = '{encoding}'",
        "delimiter": head + f"delimiter = {json.dumps(delimiter)}",
    }[harm]
    stated = re.search(r"encoding = '(\w[^']*)'", mapping)
    return replace(
        case,
        keys=case.keys if harm == "delimiter" else None,
        harms=(*case.harms, f"mapping: {harm}"),
        mapping=mapping,
        encoding=stated and stated[1],
        delimiter=delimiter if harm == "delimiter" else None,
    )


def _as_kept(key: str) -> str:
    """A key as the documentation says it is kept: without blanks around it, some signs replaced."""
    return re.sub("[\x00\x1e\x1f]", "\ufffd", key.replace("\r", " ")).strip(" \t\n")


def _csv(rows: Rows, delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _ndjson(chance: random.Random, rows: Rows) -> str:
    ascii_only = chance.random() < 0.5
    given = [
        {name: value for name, value in zip(rows[0], row, strict=False) if value != ""} for row in rows[1:]
    ]
    return "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in given)


def _odd_values(chance: random.Random, rows: Rows, longest_field: int) -> Rows:
    for _ in range(chance.randint(1, 12)):
        row = chance.choice(rows[1:])
        row[chance.randrange(len(row))] = odd_value(chance, longest_field)
    return rows


def _odd_column(chance: random.Random, rows: Rows, longest_field: int) -> Rows:
    column = chance.randrange(len(rows[0]))
    for row in rows[1:]:
        row[column] = odd_value(chance, min(longest_field, 1_000))
    return rows


def _swapped(chance: random.Random, rows: Rows) -> Rows:
    one, other = chance.randrange(len(rows[0])), chance.randrange(len(rows[0]))
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    return rows


def _missing(chance: random.Random, rows: Rows) -> Rows:
    column = chance.randrange(len(rows[0]))
    return [row[:column] + row[column + 1 :] for row in rows]


def _doubled(chance: random.Random, rows: Rows) -> Rows:
    column = chance.randrange(len(rows[0]))
    return [[*row, row[column]] for row in rows]


def _renamed(chance: random.Random, rows: Rows) -> Rows:
    names = (
        "",
        " ",
        "x",
        rows[0][0].upper(),
        "line",
        "fate",
        "file_id",
        'a"b',
        "\x00",
        "file_row_number",
        "é",
        "x" * 5_000,
    )
    rows[0][chance.randrange(len(rows[0]))] = chance.choice(names)
    return rows


def _only_first(chance: random.Random, rows: Rows) -> Rows:
    return [row[:1] for row in rows]


def _many(chance: random.Random, rows: Rows) -> Rows:
    extra = [f"extra{number}" for number in range(chance.choice((1, 30, 300)))]
    return [rows[0] + extra, *[row + extra for row in rows[1:]]]


def _on_lines(change: Callable[[random.Random, list[str], str], list[str]]) -> Callable[..., str]:
    def changed(chance: random.Random, text: str, delimiter: str) -> str:
        return "\n".join(change(chance, text.split("\n"), delimiter))

    return changed


def _torn(chance: random.Random, lines: list[str], _: str) -> list[str]:
    for _time in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        cut = chance.randint(0, len(lines[at]))
        lines[at : at + 1] = chance.choice(
            ([lines[at][:cut]], [lines[at][:cut], lines[at][cut:]], [lines[at] + lines[at][:cut]])
        )
    return lines


def _quotes(chance: random.Random, lines: list[str], delimiter: str) -> list[str]:
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(lines))
        places = [place + 1 for place, sign in enumerate(lines[at][:10_000]) if sign == delimiter] or [0]
        cut = chance.choice((chance.choice(places), chance.randint(0, len(lines[at]))))
        lines[at] = lines[at][:cut] + chance.choice(('"', '""', '"""', '","', "'")) + lines[at][cut:]
    return lines


def _balanced(chance: random.Random, lines: list[str], delimiter: str) -> list[str]:
    """A quote that opens on one line and closes lines later, over rows, blank lines, or neither."""
    between = chance.choice(
        ([], ["", "text", ""], ["x"] * 197, ["x"] * 198, ["x"] * 199, ["x"] * 200, lines[1:9])
    )
    at = chance.randrange(len(lines))
    fields = lines[at].split(delimiter)
    column = chance.randrange(len(fields))
    begin = delimiter.join([*fields[:column], '"' + fields[column].strip('"')])
    end = delimiter.join([fields[column].strip('"') + '"', *fields[column + 1 :]])
    return [*lines[:at], begin, *between, end, *lines[at + 1 :]]


def _blank(chance: random.Random, lines: list[str], _: str) -> list[str]:
    for _time in range(chance.randint(1, 20)):
        lines.insert(
            chance.randint(0, len(lines)), chance.choice(("", "", " ", "    ", "\t", "\r", "\u00a0"))
        )
    return lines


def _commas(chance: random.Random, lines: list[str], delimiter: str) -> list[str]:
    lines.insert(
        chance.randint(0, len(lines)),
        chance.choice((",", ";", "\t", "|", delimiter)) * chance.choice((1, 5, 12, 100_000)),
    )
    return lines


def _line_ends(chance: random.Random, lines: list[str], _: str) -> list[str]:
    return [line + chance.choice(("", "\r", "\r\r", "\n\r")) for line in lines]


def _replaced(old: str, *new: str) -> Callable[..., str]:
    return lambda chance, text, *_: text.replace(old, chance.choice(new))


def _inserted(*what: str) -> Callable[..., str]:
    def inserted(chance: random.Random, text: str, *_: str) -> str:
        for _time in range(chance.randint(1, 3)):
            at = chance.randint(0, len(text))
            text = text[:at] + chance.choice(what) + text[at:]
        return text

    return inserted


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randint(0, len(data))]


def _damaged(chance: random.Random, data: bytes) -> bytes:
    harmed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        if harmed:
            harmed[chance.randrange(len(harmed))] = chance.randrange(256)
    return bytes(harmed)


def _stuffed(chance: random.Random, data: bytes) -> bytes:
    odd = (
        b"\x00",
        b"\xff",
        b"\x81",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc0\xaf",
        b"\xe9",
        b"\r",
        b"\x1f",
        b"\x85",
    )
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(data))
        data = data[:at] + chance.choice(odd) * chance.choice((1, 1, 2, 500)) + data[at:]
    return data


VALUES: Harms = {"odd values": _odd_values, "a column of odd values": _odd_column}
COLUMNS: Harms = {
    "columns swapped": _swapped,
    "column missing": _missing,
    "column doubled": _doubled,
    "column renamed": _renamed,
    "one column": _only_first,
    "many columns": _many,
}
TEXT: Harms = {
    "torn lines": _on_lines(_torn),
    "stray quotes": _on_lines(_quotes),
    "balanced quotes": _on_lines(_balanced),
    "blank lines": _on_lines(_blank),
    "many commas": _on_lines(_commas),
    "mixed line ends": _on_lines(_line_ends),
    "other line ends": _replaced("\n", "\r", "\r\n", "\r\r\n", "\u2028", "\x0b"),
    "odd signs": _inserted(
        "\x00", "\x1f", "\x1e", "\ufeff", "\u2028", '"', "\r", "\n", "\ud800", "\U0001f46e"
    ),
    "header only": lambda _, text, __: text.split("\n")[0],
    "blank lines only": lambda chance, *_: chance.choice(("\n", " ")) * chance.randint(0, 99),
    "stated delimiter": lambda chance, text, delimiter: (
        chance.choice(("sep={}\n", '"sep={}"\n', "SEP={}  \n", 'sep={}"\n', "\nsep={}\n\n")).format(
            chance.choice((delimiter, delimiter, ",", ";", "x"))
        )
        + text
    ),
    "twice": lambda _, text, __: text + text,
}
BYTES: Harms = {
    "cut off": _cut,
    "damaged": _damaged,
    "odd bytes": _stuffed,
    "mixed encodings": lambda _, data: data + data.decode("utf-8", errors="replace").encode("utf-16-le"),
    "empty": lambda *_: b"",
}
PACKED: Harms = {
    "packed: cut off": _cut,
    "packed: damaged": _damaged,
    "packed: twice": lambda _, data: data + data,
    "packed: with more behind": lambda _, data: data + b"more",
    "packed: again": lambda _, data: gzip.compress(data, 1, mtime=0),
}
