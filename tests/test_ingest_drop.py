"""A drop as a whole: what is read, what is refused and why, mapping, the ledger, and killed processes."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from lookup_audit.errors import InputError, SettingsError, WarehouseError
from lookup_audit.ingest import ingest, load
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES

LOOKUPS = "lookup_id,occurred_at,user_id,system,query_text\n1,2025-03-01T10:00Z,u1,BVH,x\n"
USERS = "user_id,team\nu1,A\n"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "w.duckdb", Settings()) as opened:
        yield opened


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "lookups.csv").write_text(LOOKUPS)
    (folder / "users.csv").write_text(USERS)
    return folder


def contents(warehouse: Warehouse) -> dict[str, int]:
    return {name: warehouse.count(name) for name in [*TABLES, "input_files", "rejected_rows", "pending_days"]}


def refused(warehouse: Warehouse, drop: Path) -> str:
    """The message of an ingest that is refused and changes nothing."""
    before = contents(warehouse)
    with pytest.raises(InputError) as error:
        ingest(warehouse, drop)
    assert contents(warehouse) == before
    assert not list(drop.parent.glob("*.ingest"))
    return str(error.value)


def test_an_engine_that_gave_up_does_not_hide_the_file_it_gave_up_on(
    warehouse: Warehouse, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise InputError("lookups.csv: cannot be read")

    def gone(*_: object) -> None:
        raise WarehouseError("must be restarted")

    monkeypatch.setattr(load, "_check", fail)
    monkeypatch.setattr(load, "_clear", gone)
    assert refused(warehouse, drop) == "lookups.csv: cannot be read"


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "txt.zst"])
def test_a_name_that_is_no_text_is_one_in_reports_and_errors(
    warehouse: Warehouse, drop: Path, ending: str
) -> None:
    path = drop / os.fsdecode(b"users-caf\xe9." + ending.encode())
    pack = {"csv": bytes, "csv.gz": gzip.compress, "txt.zst": zstandard.compress}[ending]
    content = pack(USERS.replace("u1", "u2").encode())
    path.write_bytes(content)
    summary = ingest(warehouse, drop)
    assert f"users-caf\ufffd.{ending}" in [report.file for report in summary.files]
    if ending != "csv":
        path.write_bytes(content[:-3])
        assert refused(warehouse, drop).startswith("users-caf\ufffd.")


@pytest.mark.parametrize("text", ["x = " + "[" * 3_000, '[tables.users]\nencoding = "a\\u0000b"\n'])
def test_a_hostile_mapping_is_refused_in_words(warehouse: Warehouse, drop: Path, text: str) -> None:
    (drop / "mapping.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"mapping\.toml"):
        ingest(warehouse, drop)


def test_tables_by_name_in_order_of_name_and_the_rest_is_listed(warehouse: Warehouse, drop: Path) -> None:
    (drop / "users.csv").rename(drop / "Users-2025-03.late.csv")
    (drop / "readme.txt").write_text("hello")
    (drop / "mapping.toml").write_text("")
    (drop / "lookups-old").mkdir()
    seen: list[tuple[str, int, int]] = []
    summary = ingest(warehouse, drop, progress=lambda name, number, of: seen.append((name, number, of)))
    assert seen == [("Users-2025-03.late.csv", 1, 2), ("lookups.csv", 2, 2)]
    assert [(report.file, report.table) for report in summary.files] == [
        ("Users-2025-03.late.csv", "users"),
        ("lookups.csv", "lookups"),
    ]
    assert summary.ignored == [
        "lookups-old: a folder; sub-folders are not read",
        "readme.txt: names no table",
    ]


def test_every_table_of_the_contract_loads_with_its_required_columns(
    warehouse: Warehouse, drop: Path
) -> None:
    values = {"instant": "2025-03-01T10:00", "day": "2025-03-01", "id": "x", "text": "x"}
    for table in TABLES.values():
        columns = [column for column in table.columns if column.required or column.name == "query_text"]
        row = [column.values[0] if column.values else values[column.kind] for column in columns]
        if table.name == "shifts":
            row[2] = "2025-03-01T18:00"
        text = ",".join(column.name for column in columns) + "\n" + ",".join(row) + "\n"
        (drop / f"{table.name}.csv").write_text(text)
    summary = ingest(warehouse, drop)
    assert {report.table: report.rows_loaded for report in summary.files} == dict.fromkeys(sorted(TABLES), 1)


def test_loaded_content_is_known_again_under_any_name(warehouse: Warehouse, drop: Path) -> None:
    (drop / "users-again.csv").write_text(USERS)
    first = ingest(warehouse, drop)
    assert [report.status for report in first.files] == ["loaded", "loaded", "already_loaded"]
    before = contents(warehouse)
    (drop / "lookups.csv").rename(drop / "lookups-renamed.csv")
    second = ingest(warehouse, drop)
    assert {report.status for report in second.files} == {"already_loaded"}
    assert (second.read, second.loaded, contents(warehouse)) == (0, 0, before)


def test_a_later_drop_may_hold_lookups_only(warehouse: Warehouse, drop: Path) -> None:
    ingest(warehouse, drop)
    (drop / "users.csv").unlink()
    (drop / "lookups.csv").write_text(LOOKUPS.replace("\n1,", "\n2,"))
    assert ingest(warehouse, drop).loaded == 1


def test_an_empty_drop_and_one_without_a_required_table_are_refused(warehouse: Warehouse, drop: Path) -> None:
    (drop / "users.csv").rename(drop / "people.csv")
    assert "no file for users" in refused(warehouse, drop)
    (drop / "lookups.csv").unlink()
    assert "people.csv: names no table" in refused(warehouse, drop)
    assert "is not a folder" in refused(warehouse, drop / "people.csv")


def test_a_missing_column_is_named_with_the_nearest_one(warehouse: Warehouse, drop: Path) -> None:
    (drop / "lookups.csv").write_text(LOOKUPS.replace("occurred_at", "ocurred_at"))
    message = refused(warehouse, drop)
    assert "lookups.csv: no column occurred_at" in message
    assert 'columns = { occurred_at = "ocurred_at" }' in message


@pytest.mark.parametrize("name", ["lookups.ndjson", "lookups.parquet"])
def test_a_missing_column_in_other_formats(warehouse: Warehouse, drop: Path, name: str) -> None:
    (drop / "lookups.csv").unlink()
    row = {"lookup_id": "1", "user_id": "u", "system": "B", "query_text": "x"}
    if name.endswith("parquet"):
        pq.write_table(pa.table({key: [value] for key, value in row.items()}), drop / name)
    else:
        (drop / name).write_text(json.dumps(row))
    assert f"{name}: no column occurred_at" in refused(warehouse, drop)


def test_neither_subject_nor_query_is_refused(warehouse: Warehouse, drop: Path) -> None:
    (drop / "lookups.csv").write_text(LOOKUPS.replace("query_text", "remark"))
    assert "none query_text" in refused(warehouse, drop)


BROKEN = {
    "shifts.parquet": b"PAR1 and then nothing",
    "shifts.csv.gz": gzip.compress(b"user_id,starts_at,ends_at\n" + os.urandom(9_000))[:-700],
    "shifts.csv.zst": zstandard.compress(b"user_id,starts_at,ends_at\n" + os.urandom(9_000))[:-700],
    "shifts.ndjson.gz": b"this is not compressed",
    "shifts.parquet.gz": gzip.compress(b"PAR1"),
    "shifts.csv": b"",
    "shifts.json": b'[{"user_id": "u1"}]',
    "shifts.xlsx": b"PK",
    "shifts-random.csv": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_loaded(
    warehouse: Warehouse, drop: Path, name: str
) -> None:
    (drop / name).write_bytes(BROKEN[name])
    assert name in refused(warehouse, drop)


def test_a_truncated_parquet_file_is_refused(warehouse: Warehouse, drop: Path) -> None:
    path = drop / "shifts.parquet"
    pq.write_table(pa.table({"user_id": ["u1"] * 1_000}), path)
    path.write_bytes(path.read_bytes()[:-40])
    assert (
        refused(warehouse, drop)
        == "shifts.parquet: cannot be read: it is no whole Parquet file; was it cut off?"
    )


def test_a_file_that_fails_midway_leaves_nothing_and_says_what_was_loaded(
    warehouse: Warehouse, drop: Path
) -> None:
    path = drop / "shifts.parquet"
    times = pa.array(range(50_000), pa.timestamp("s"))
    ids = [os.urandom(8).hex() for _ in range(50_000)]
    pq.write_table(
        pa.table({"user_id": ids, "starts_at": times, "ends_at": times}), path, use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    content[5_000:200_000] = bytes(195_000)
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        ingest(warehouse, drop)
    assert "shifts.parquet: cannot be read" in str(error.value)
    assert "complete: lookups.csv" in str(error.value)
    assert warehouse.count("shifts") == 0
    assert [row["file"] for row in warehouse.rows("SELECT file FROM input_files")] == ["lookups.csv"]
    path.unlink()
    assert ingest(warehouse, drop).loaded == 1


def test_a_header_of_a_million_columns_is_refused_at_once(warehouse: Warehouse, drop: Path) -> None:
    (drop / "users.csv").write_text("user_id,team" + ",x" * 1_000_000 + "\nu1,A\n")
    assert "users.csv: has 1,000,002 columns; the most that can be read is 10,000" in refused(warehouse, drop)


def test_unknown_columns_are_listed_and_ignored(warehouse: Warehouse, drop: Path) -> None:
    (drop / "users.csv").write_text("user_id,shoe_size,team\nu1,44,A\n")
    assert ingest(warehouse, drop).warnings == {"unknown_column:shoe_size": 1}


def test_only_the_owner_can_read_what_is_written_meanwhile(warehouse: Warehouse, drop: Path) -> None:
    modes: dict[str, int] = {}

    def look(name: str, number: int, of: int) -> None:
        folder = drop.parent / "w.duckdb.ingest"
        modes.update({path.name: path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]})

    ingest(warehouse, drop, progress=look)
    assert set(modes.values()) == {0}
    assert not (drop.parent / "w.duckdb.ingest").exists()


MAPPING = """
[[tables.lookups]]
files = ["audit_log*.csv"]
columns = { lookup_id = "LogId", occurred_at = "Tijdstip", user_id = "Mdw", query_text = "Vraag", lat = "Breedte" }
values.action = { Zoeken = "search", inzien = "view" }
time_format = "%d-%m-%Y %H:%M:%S"
constants = { system = "BVH" }
decimal_comma = true
delimiter = ";"
encoding = "cp1252"

[[tables.lookups]]
files = ["meos.ndjson"]
columns = { lookup_id = "id", occurred_at = "ts", user_id = "usr" }
constants = { system = "MEOS" }
times.occurred_at = "epoch_milliseconds"

[tables.users]
files = ["medewerkers.csv"]
columns = { user_id = "nr", own_subject_id = "nr", hired_on = "in_dienst" }
times.hired_on = "%d/%m/%Y"
"""


def mapped_drop(folder: Path) -> Path:
    folder.mkdir()
    (folder / "mapping.toml").write_text(MAPPING)
    rows = [
        "LogId;Tijdstip;Mdw;Vraag;Action;Breedte",
        "7;26-10-2025 02:30:00;12;café;zoeken;52,5",
        "8;2025-10-26;12;x;;",
    ]
    (folder / "audit_log_1.csv").write_text("\n".join(rows), encoding="cp1252")
    (folder / "meos.ndjson").write_text(
        '{"id": 1, "ts": 1740823200000, "usr": 12, "query_text": "AB-12-C"}\n'
    )
    (folder / "medewerkers.csv").write_text("nr,in_dienst\n12,31/12/2019\n")
    return folder


def test_a_mapping_gives_foreign_files_their_place(warehouse: Warehouse, tmp_path: Path) -> None:
    summary = ingest(warehouse, mapped_drop(tmp_path / "mapped"))
    rows = warehouse.rows(
        "SELECT lookup_id, CAST(occurred_at AS VARCHAR) AS at, user_id, system, action, query_text, lat "
        "FROM lookups ORDER BY lookup_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("1", "2025-03-01 10:00:00", "12", "MEOS", None, "AB-12-C", None),
        ("7", "2025-10-26 00:30:00", "12", "BVH", "search", "café", 52.5),
    ]
    users = warehouse.rows("SELECT user_id, own_subject_id, CAST(hired_on AS VARCHAR) AS hired_on FROM users")
    assert users == [{"user_id": "12", "own_subject_id": "12", "hired_on": "2019-12-31"}]
    assert summary.warnings == {"ambiguous_local_time": 1}
    assert warehouse.rows("SELECT reason FROM rejected_rows") == [{"reason": "bad_time"}]


def test_a_file_that_a_mapping_got_wholly_wrong_is_loaded_with_a_better_one(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    drop = mapped_drop(tmp_path / "mapped")
    (drop / "mapping.toml").write_text(MAPPING.replace("%d-%m-%Y", "%m-%d-%Y"))
    assert ingest(warehouse, drop).rejected == 2
    (drop / "mapping.toml").write_text(MAPPING)
    summary = ingest(warehouse, drop)
    assert (summary.loaded, summary.rejected) == (1, 1)
    assert (warehouse.count("rejected_rows"), warehouse.count("input_files")) == (1, 3)


FAULTS = {
    "[tables.lookup]": "tables.lookup: unknown; did you mean lookups?",
    "[tables.lookups]\ncolums = {}": "unknown; did you mean columns?",
    '[tables.lookups]\ncolumns = { occured_at = "x" }': "did you mean occurred_at?",
    '[tables.lookups]\nvalues.action = { a = "searching" }': "'searching' is no value of action",
    '[tables.lookups]\ntime_format = "dd-mm-yyyy"': "no time format",
    '[tables.lookups]\ntime_format = "%Y-%Q"': "'%Y-%Q' is no time format",
    '[tables.lookups]\ntimes.system = "%Y"': "is not a time or day column",
    '[tables.lookups]\nencoding = "latin-99"': "no encoding",
    '[tables.lookups]\ndelimiter = "#"': "delimiter",
    '[tables.users]\ncolumns = { team = "x", unit = "x" }': "more than one column",
    "tables = [": "is not TOML",
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.items())
def test_a_faulty_mapping_is_refused(warehouse: Warehouse, drop: Path, text: str, expected: str) -> None:
    (drop / "mapping.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        ingest(warehouse, drop)
    assert expected in str(error.value)
    assert warehouse.count("input_files") == 0


def test_a_mapped_column_that_the_file_lacks_is_refused(warehouse: Warehouse, drop: Path) -> None:
    (drop / "mapping.toml").write_text('[tables.lookups]\ncolumns = { case_id = "Zaak" }')
    assert "no column Zaak, which the mapping gives as case_id" in refused(warehouse, drop)


INGEST = """
import sys
from pathlib import Path
from lookup_audit.ingest import ingest
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
with Warehouse(Path(sys.argv[1]), Settings(threads=1)) as warehouse:
    print("open", flush=True)
    ingest(warehouse, Path(sys.argv[2]))
"""


def test_a_killed_ingest_leaves_each_file_wholly_in_or_not_at_all(tmp_path: Path) -> None:
    drop, path = tmp_path / "drop", tmp_path / "killed.duckdb"
    drop.mkdir()
    rows = 200_000
    table = {"lookup_id": [str(number) for number in range(rows)], "query_text": ["x" * 50] * rows}
    table |= {
        "occurred_at": ["2025-03-01T10:00:00"] * rows,
        "user_id": ["u1"] * rows,
        "system": ["BVH"] * rows,
    }
    pq.write_table(pa.table(table), drop / "lookups.parquet")
    (drop / "users.csv").write_text(USERS)
    for delay in (0.05, 0.2, 0.4, 0.7):
        with subprocess.Popen(
            [sys.executable, "-c", INGEST, str(path), str(drop)], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(delay)
            child.send_signal(signal.SIGKILL)
        with Warehouse(path, Settings()) as warehouse:
            known = {row["table_name"] for row in warehouse.rows("SELECT table_name FROM input_files")}
            assert warehouse.count("lookups") == (rows if "lookups" in known else 0)
            assert warehouse.count("users") == (1 if "users" in known else 0)
            assert warehouse.count("pending_days") == (1 if "lookups" in known else 0)
    with Warehouse(path, Settings()) as warehouse:
        ingest(warehouse, drop)
        assert (warehouse.count("lookups"), warehouse.count("users")) == (rows, 1)
    assert not (tmp_path / "killed.duckdb.ingest").exists()


def test_a_delimiter_that_cannot_be_read_is_said_instead_of_a_column_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "lookups.csv").write_text(
        "lookup_id#occurred_at#user_id#system#query_text\n1#2026-03-01#u1#BVH#x\n"
    )
    (tmp_path / "users.csv").write_text("user_id\nu1\n")
    with Warehouse(None, Settings(threads=1)) as opened, pytest.raises(InputError) as said:
        ingest(opened, tmp_path)
    assert str(said.value).endswith(
        "it has one column only: its delimiter is none of comma, semicolon, tab and bar"
    )
    assert "mapping.toml" not in str(said.value)
