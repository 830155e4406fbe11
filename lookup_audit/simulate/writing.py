"""Files of a drop: Parquet, CSV and NDJSON, byte for byte the same for the same rows; and rows that are broken."""

import csv
import gzip
import json
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lookup_audit.simulate.clock import Array, Clock

Formats = Literal["parquet", "csv", "ndjson", "mixed"]
_FORMATS: tuple[str, ...] = ("parquet", "csv", "ndjson", "mixed")


@dataclass(frozen=True)
class Form:
    """How one file is written; `ending` is its extension with the dot."""

    ending: str
    delimiter: str = ","
    encoding: str = "utf-8"


_PLAIN = {"parquet": Form(".parquet"), "csv": Form(".csv"), "ndjson": Form(".ndjson")}
_MIXED = {
    "users": Form(".csv", encoding="utf-8-sig"),
    "incidents": Form(".csv", delimiter=";", encoding="latin-1"),
    "incident_subjects": Form(".csv.gz"),
    "dispatches": Form(".csv.gz"),
    "shifts": Form(".csv.gz"),
    "shifts-late": Form(".csv"),
    "cases": Form(".ndjson"),
    "case_subjects": Form(".csv"),
    "case_members": Form(".ndjson.gz"),
    "news": Form(".ndjson"),
    "relations": Form(".ndjson.gz"),
    "interventions": Form(".csv", delimiter=";"),
    "labels": Form(".csv"),
}
_CSV_DAY = 5  # in a mixed drop, lookups of every week's last day are CSV


def form_of(formats: Formats, name: str, day: int = 0, last: bool = False) -> Form:
    """How the file of that name is written; `day` counts the days of lookups, `last` is the last of them."""
    if formats != "mixed":
        return _PLAIN[formats]
    if name.startswith("lookups"):
        return Form(".csv.gz") if day % 7 == _CSV_DAY or last else Form(".parquet")
    return _MIXED.get(name, Form(".parquet"))


def write_table(path: Path, form: Form, table: pa.Table, clock: Clock, broken: int = 0) -> None:
    """One file of the drop; `broken` rows that cannot be loaded are added at the end of a text file."""
    if form.ending == ".parquet":
        pq.write_table(table, path, compression="zstd", compression_level=6)
        return
    text = _ndjson(table, clock) if ".ndjson" in form.ending else _csv(table, clock, form.delimiter)
    if broken:
        text += _broken_ndjson(text, broken) if ".ndjson" in form.ending else _broken_csv(text, broken)
    content = text.encode(form.encoding)
    if form.ending.endswith(".gz"):
        content = gzip.compress(content, compresslevel=6, mtime=0)
    path.write_bytes(content)


def _csv(table: pa.Table, clock: Clock, delimiter: str) -> str:
    """The table as CSV, times in local time without an offset."""
    columns = [
        _local(column, clock) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    sink = StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.cast(pa.string()).to_pylist() for column in columns), strict=True))
    return sink.getvalue()


def _ndjson(table: pa.Table, clock: Clock) -> str:
    """The table as NDJSON, times with their offset; missing values are left out."""
    columns = [
        _with_offset(column, clock) if pa.types.is_timestamp(column.type) else column
        for column in table.columns
    ]
    rows = pa.Table.from_arrays(columns, names=table.column_names).to_pylist()
    lines = [
        json.dumps(
            {name: _plain(value) for name, value in row.items() if value is not None}, ensure_ascii=False
        )
        for row in rows
    ]
    return "".join(line + "\n" for line in lines)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _seconds(column: pa.ChunkedArray) -> tuple[Array, Array]:
    """Whole UTC seconds, and where they are missing."""
    missing = column.is_null().to_numpy()
    return column.cast(pa.int64()).fill_null(0).to_numpy() // 1_000_000, missing


def _local(column: pa.ChunkedArray, clock: Clock) -> pa.Array:
    seconds, missing = _seconds(column)
    return pa.array(clock.local(seconds), mask=missing).cast(pa.timestamp("s"))


def _with_offset(column: pa.ChunkedArray, clock: Clock) -> pa.Array:
    seconds, missing = _seconds(column)
    local = clock.local(seconds)
    hours = (local - seconds) // 3600
    texts = np.char.add(
        np.datetime_as_string(local.astype("datetime64[s]")), np.where(hours == 2, "+02:00", "+01:00")
    )
    return pa.array(texts.astype(object), pa.string(), mask=missing)


def _broken_csv(text: str, many: int) -> str:
    """Rows at fault, each in another way, made from rows of the file itself."""
    lines = text.splitlines()
    header, rows = lines[0].split(","), [line for line in lines[1:] if '"' not in line]

    def changed(row: int, column: str, value: str) -> str:
        """A row under a new number with one value changed."""
        values = rows[row % len(rows)].split(",")
        values[header.index("lookup_id")] += "-X"
        values[header.index(column)] = value
        return ",".join(values)

    def one(number: int) -> str:
        """A broken row of the kind whose turn it is."""
        row = number * 37 + 3
        existing = rows[row % len(rows)].split(",")
        existing[header.index("user_id")] += "0"
        kinds = (
            lambda: changed(row, "occurred_at", "2026-02-31 25:61:00"),
            lambda: changed(row, "user_id", ""),
            lambda: changed(row, "action", "peek"),
            lambda: 'BVH-torn,2026-01-0"5 08:1',
            lambda: rows[row % len(rows)],
            lambda: ",".join(existing),
        )
        return kinds[number % len(kinds)]()

    return "".join(one(number) + "\n" for number in range(many))


def _broken_ndjson(text: str, many: int) -> str:
    """Rows at fault, each in another way, made from rows of the file itself."""
    lines = text.splitlines()

    def one(number: int) -> str:
        """A broken row of the kind whose turn it is."""
        line = lines[(number * 37 + 3) % len(lines)]
        row = json.loads(line)
        fresh = {**row, "lookup_id": row["lookup_id"] + "-X"}
        kinds = (
            json.dumps({**fresh, "occurred_at": "2026-02-31T25:61:00"}),
            json.dumps({name: value for name, value in fresh.items() if name != "user_id"}),
            json.dumps({**fresh, "action": "peek"}),
            line[: len(line) // 2],
            line,
            json.dumps({**row, "user_id": row["user_id"] + "0"}),
        )
        return kinds[number % len(kinds)]

    return "".join(one(number) + "\n" for number in range(many))


def known_formats() -> tuple[str, ...]:
    """The formats that a drop can be written in."""
    return _FORMATS
