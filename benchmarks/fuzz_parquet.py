"""Parquet files for the fuzz, with columns of any type."""

import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.fuzz_values import Rows

MOMENT = datetime(2025, 3, 1, 10, tzinfo=UTC)


def parquet_of(chance: random.Random, rows: Rows) -> tuple[str, bytes]:
    """A file of these rows, and what is odd about it: the type of a column, or its row groups."""
    names = [name.encode(errors="replace").decode() for name in rows[0]]
    width = len(names)
    texts = [
        [_clean(row[column]) if column < len(row) else None for row in rows[1:]] for column in range(width)
    ]
    columns: list[pa.Array] = [pa.array(column, pa.string()) for column in texts]
    harm = ""
    if chance.random() < 0.6:
        harm = chance.choice(list(TYPES))
        for _ in range(chance.randint(1, 4)):
            columns[chance.randrange(width)] = TYPES[harm](chance, len(rows) - 1)
    table = pa.Table.from_arrays(columns, names=names)
    if chance.random() < 0.05:
        harm, table = "no rows", table.slice(0, 0)
    out = io.BytesIO()
    pq.write_table(
        table,
        out,
        row_group_size=chance.choice((5, 7, 1_000)),
        compression=chance.choice(("none", "snappy", "zstd", "gzip")),
        version=chance.choice(("1.0", "2.6")),
    )
    return harm, out.getvalue()


def _clean(text: str) -> str | None:
    return text.encode(errors="replace").decode() or None


def _of(kind: pa.DataType, *values: object) -> Callable[[random.Random, int], pa.Array]:
    return lambda chance, count: pa.array([chance.choice((*values, None)) for _ in range(count)], kind)


def _binary(chance: random.Random, count: int) -> pa.Array:
    return pa.array(
        [chance.choice((b"u1", b"\xff\xfe", b"", b"a\x00b", None)) for _ in range(count)], pa.binary()
    )


def _dictionary(chance: random.Random, count: int) -> pa.Array:
    return pa.array([chance.choice(("a", "b", None)) for _ in range(count)]).dictionary_encode()


FAR = 2**62

TYPES: dict[str, Callable[[random.Random, int], pa.Array]] = {
    "list": _of(pa.list_(pa.int64()), [1, 2], []),
    "struct": _of(pa.struct({"a": pa.int64()}), {"a": 1}),
    "map": _of(pa.map_(pa.string(), pa.int64()), [("a", 1)]),
    "decimal": _of(pa.decimal128(38, 10), Decimal("52.1"), Decimal("-1"), Decimal(10) ** 20),
    "dictionary": _dictionary,
    "binary": _binary,
    "null": lambda _, count: pa.nulls(count),
    "boolean": _of(pa.bool_(), True, False),
    "int8": _of(pa.int8(), 1, -1),
    "uint64": _of(pa.uint64(), 1, 2**64 - 1),
    "float": _of(pa.float64(), 1.0, float("nan"), float("inf"), 1e300, 0.1),
    "float16": _of(pa.float16(), 1.0, float("inf")),
    "date": _of(pa.date32(), MOMENT.date()),
    "far date": lambda chance, count: pa.array(
        [chance.choice((-(2**31) + 1, 2**31 - 2, 0)) for _ in range(count)], pa.int32()
    ).cast(pa.date32()),
    "time": lambda _, count: pa.array([1] * count, pa.int64()).cast(pa.time64("us")),
    "duration": lambda _, count: pa.array([1] * count, pa.int64()).cast(pa.duration("us")),
    "nanoseconds": _of(pa.timestamp("ns"), MOMENT.replace(tzinfo=None)),
    "zoned": _of(pa.timestamp("us", "Europe/Amsterdam"), MOMENT),
    "far instants": lambda chance, count: pa.array(
        [chance.choice((-FAR, FAR, 2**63 - 1, -(2**63), 0)) for _ in range(count)], pa.int64()
    ).cast(chance.choice((pa.timestamp("us"), pa.timestamp("ms"), pa.timestamp("us", "UTC")))),
}
