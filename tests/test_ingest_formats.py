"""The same rows come out of every format, compression, encoding and line end."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from lookup_audit.errors import InputError
from lookup_audit.ingest import ingest
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

ROWS: list[dict[str, str]] = [
    {
        "lookup_id": "1",
        "occurred_at": "2025-03-01T23:30:00+01:00",
        "user_id": "u1",
        "system": "BVH",
        "action": "search",
        "subject_id": "",
        "query_text": "Jansen, P. \"Piet\" – café; 'x' | y",
        "lat": "52.1",
        "lon": "4.3",
    },
    {
        "lookup_id": "2",
        "occurred_at": "2025-07-01 08:00:00",
        "user_id": "u2",
        "system": "MEOS",
        "action": "View",
        "subject_id": "s9",
        "query_text": "",
        "lat": "",
        "lon": "",
    },
]
EXPECTED = [
    (
        "1",
        "2025-03-01 22:30:00",
        "u1",
        "BVH",
        "search",
        None,
        ROWS[0]["query_text"],
        52.1,
        "2025-03-01",
        23,
        6,
    ),
    ("2", "2025-07-01 06:00:00", "u2", "MEOS", "view", "s9", None, None, "2025-07-01", 8, 2),
]


def delimited(delimiter: str = ",", newline: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue()


def ndjson() -> bytes:
    rows = [{name: value or None for name, value in row.items()} for row in ROWS]
    rows[0]["lat"] = 52.1  # type: ignore[assignment]
    rows[0]["lookup_id"] = 1  # type: ignore[assignment]
    return "\n".join(json.dumps(row) for row in rows).encode()


def parquet(**changed: pa.Array) -> bytes:
    columns: dict[str, Any] = {name: [row[name] or None for row in ROWS] for name in ROWS[0]}
    columns["lat"] = [52.1, None]
    columns["lon"] = [4.3, None]
    out = io.BytesIO()
    pq.write_table(pa.table({**columns, **changed}), out)
    return out.getvalue()


FILES = {
    "comma.csv": delimited().encode(),
    "semicolon.csv": delimited(";").encode(),
    "tab.tsv": delimited("\t").encode(),
    "pipe.txt": delimited("|").encode(),
    "spreadsheet.csv": ("sep=;\r\n" + delimited(";", newline="\r\n")).encode("utf-8-sig"),
    "stated-in-quotes.csv": ('\n"SEP=|"\n\n' + delimited("|")).encode(),
    "crlf.csv": delimited(newline="\r\n").encode(),
    "old-mac.csv": delimited(newline="\r").encode(),
    "no-last-newline.csv": delimited().rstrip("\n").encode(),
    "bom.csv": delimited().encode("utf-8-sig"),
    "windows.csv": delimited(";").encode("cp1252"),
    "utf16.csv": delimited(newline="\r\n").encode("utf-16"),
    "utf16be.csv": delimited().encode("utf-16-be"),
    "rows.ndjson": ndjson(),
    "rows.jsonl": ndjson() + b"\n",
    "rows.json": ndjson().replace(b"\n", b"\r\n"),
    "text.parquet": parquet(),
    "id.parquet": parquet(lookup_id=pa.array([1, 2])),
    "float.parquet": parquet(lookup_id=pa.array([1.0, 2.0])),
    "binary.parquet": parquet(user_id=pa.array([b"u1", b"u2"])),
    "zoned.parquet": parquet(
        occurred_at=pa.array([1_740_868_200, 1_751_349_600], pa.timestamp("s")).cast(
            pa.timestamp("us", tz="UTC")
        )
    ),
    "naive-nanoseconds.parquet": parquet(
        occurred_at=pa.array([1_740_868_200 + 3600, 1_751_349_600 + 7200], pa.timestamp("s")).cast(
            pa.timestamp("ns")
        )
    ),
}


def loaded(tmp_path: Path, name: str, content: bytes) -> list[tuple[Any, ...]]:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / f"lookups-{name}").write_bytes(content)
    (drop / "users.csv").write_text("user_id\nu1\nu2\n")
    with Warehouse(None, Settings()) as warehouse:
        summary = ingest(warehouse, drop)
        assert (summary.read, summary.loaded, summary.rejected) == (4, 4, 0)
        rows = warehouse.rows(
            "SELECT lookup_id, CAST(occurred_at AS VARCHAR) AS at, user_id, system, action, subject_id, query_text, "
            "lat, CAST(local_date AS VARCHAR) AS day, local_hour, local_weekday FROM lookups ORDER BY lookup_id"
        )
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    assert loaded(tmp_path, name, FILES[name]) == EXPECTED


def test_a_delimiter_that_is_stated_goes_before_what_the_header_looks_like(tmp_path: Path) -> None:
    header = "lookup_id;occurred_at;user_id;system;query_text;a,subject_id,lat,lon,action,channel,case_id"
    (tmp_path / "lookups.csv").write_text(f"sep=;\n{header}\n1;2026-03-01T10:00;u;BVH;AB12C;x\n")
    (tmp_path / "users.csv").write_text("sep=,\nuser_id\nu\n")
    with Warehouse(None, Settings()) as warehouse:
        assert [report.rows_loaded for report in ingest(warehouse, tmp_path).files] == [1, 1]


def test_nothing_below_a_stated_delimiter_is_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "lookups.csv").write_text("sep=;\n")
    (tmp_path / "users.csv").write_text("user_id\nu\n")
    with (
        Warehouse(None, Settings()) as warehouse,
        pytest.raises(InputError, match="not even a header is there"),
    ):
        ingest(warehouse, tmp_path)


@pytest.mark.parametrize("name", ["comma.csv", "utf16.csv", "rows.ndjson", "text.parquet"])
@pytest.mark.parametrize("ending", ["gz", "zst", "two-frames.zst"])
def test_every_format_also_compressed(tmp_path: Path, name: str, ending: str) -> None:
    content = FILES[name]
    packed = gzip.compress(content)
    if ending != "gz":
        half = len(content) // 2 if ending == "two-frames.zst" else 0
        packed = zstandard.compress(content[:half]) + zstandard.compress(content[half:])
    stem, kind = name.split(".")
    assert loaded(tmp_path, f"{stem}.{kind}.{ending.removeprefix('two-frames.')}", packed) == EXPECTED


def test_lines_of_two_encodings_in_one_file_keep_their_letters(tmp_path: Path) -> None:
    head = b"lookup_id,occurred_at,user_id,system,query_text\n"
    lines = ["1,2025-03-01,u1,BVH,José\n".encode(), "2,2025-03-01,u1,BVH,José\n".encode("cp1252")]
    (tmp_path / "lookups.csv").write_bytes(head + b"".join(lines) + b"3,2025-03-01,u1,BVH,\x81\x8d\n")
    (tmp_path / "users.csv").write_text("user_id\nu1\n")
    with Warehouse(None, Settings()) as warehouse:
        summary = ingest(warehouse, tmp_path)
        assert [row["query_text"] for row in warehouse.rows("SELECT query_text FROM lookups")] == [
            "José",
            "José",
        ]
        assert summary.warnings == {"read_as_windows_1252": 1}
        rejected = warehouse.rows('SELECT line, "column", reason FROM rejected_rows')
    assert rejected == [{"line": 4, "column": None, "reason": "wrong_encoding"}]


@pytest.mark.parametrize(
    ("encoding", "bad"),
    [("cp1252", b"\x81"), ("ascii", b"\xe9"), ("utf-16-le", b"\x00\xd8"), ("utf-8", b"\xe9")],
)
def test_a_line_that_is_not_in_the_stated_encoding_is_rejected_and_not_mended(
    tmp_path: Path, encoding: str, bad: bytes
) -> None:
    (tmp_path / "mapping.toml").write_text(
        f"[tables.users]\nfiles = ['people.csv']\nencoding = '{encoding}'\n"
    )
    rows = ["user_id,surname\nu1,Jansen\nu2,", "\nu3,de Vries\n"]
    (tmp_path / "people.csv").write_bytes(bad.join(text.encode(encoding) for text in rows))
    (tmp_path / "lookups.csv").write_text("lookup_id,occurred_at,user_id,system,query_text\n")
    with Warehouse(None, Settings()) as warehouse:
        ingest(warehouse, tmp_path)
        assert warehouse.rows("SELECT user_id FROM users ORDER BY 1") == [
            {"user_id": "u1"},
            {"user_id": "u3"},
        ]
        rejected = warehouse.rows("SELECT line, reason FROM rejected_rows")
    assert rejected == [{"line": 3, "reason": "wrong_encoding"}]


@pytest.mark.parametrize("unit", ["us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Amsterdam"])
def test_instants_and_days_of_any_age_in_parquet_are_out_of_range_and_nothing_worse(
    tmp_path: Path, unit: str, zone: str | None
) -> None:
    far = [2**63 - 1, -(2**63), 2**62, -(2**62), 2**54, -(2**55), None]
    moments = pa.array(far, pa.int64()).cast(pa.timestamp(unit, zone))
    users = {"user_id": [f"u{row}" for row in range(len(far))], "hired_on": moments}
    pq.write_table(pa.table(users), tmp_path / "users.parquet")
    shifts = {"user_id": ["u"] * len(far), "starts_at": moments, "ends_at": moments}
    pq.write_table(pa.table(shifts), tmp_path / "shifts.parquet")
    (tmp_path / "lookups.csv").write_text("lookup_id,occurred_at,user_id,system,query_text\n")
    with Warehouse(None, Settings()) as warehouse:
        summary = ingest(warehouse, tmp_path)
        reasons = {row["reason"] for row in warehouse.rows("SELECT reason FROM rejected_rows")}
    assert summary.read == summary.loaded + summary.rejected == 14
    assert "out_of_range" in reasons and reasons <= {"out_of_range", "missing_value", "ends_before_start"}


def test_zero_bytes_and_separators_in_text_do_not_move_a_field(tmp_path: Path) -> None:
    text = "lookup_id,occurred_at,user_id,system,query_text\n1,2025-03-01,u1,BVH,a\x00b\x1fc\x1ed\re\n"
    (tmp_path / "lookups.csv").write_text(text, newline="")
    (tmp_path / "users.csv").write_text("user_id\nu1\n")
    with Warehouse(None, Settings()) as warehouse:
        summary = ingest(warehouse, tmp_path)
        assert warehouse.value("SELECT query_text FROM lookups") == "a\ufffdb\ufffdc\ufffdd e"
    assert summary.warnings == {"control_character": 3}
