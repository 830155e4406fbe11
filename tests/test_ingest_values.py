"""Values: local times and clock changes, days, numbers, flags, value sets; and the reason of each rejection."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lookup_audit.ingest import IngestSummary, ingest
from lookup_audit.ingest.zone import clock_changes
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES

Load = Callable[..., IngestSummary]

LOOKUP = {
    "lookup_id": "1",
    "occurred_at": "2025-03-01T10:00Z",
    "user_id": "u1",
    "system": "BVH",
    "query_text": "x",
}


@pytest.fixture(scope="module")
def opened() -> Iterator[Warehouse]:
    with Warehouse(None, Settings()) as warehouse:
        yield warehouse


@pytest.fixture
def warehouse(opened: Warehouse) -> Warehouse:
    """An empty warehouse; one for all tests, because making its tables takes longer than most of them."""
    for table in (*TABLES, "input_files", "rejected_rows", "pending_days"):
        opened.run(f"DELETE FROM {table}")
    return opened


@pytest.fixture
def load(warehouse: Warehouse, tmp_path: Path) -> Load:
    """Load rows (dicts) as one CSV file of a table, beside the least that a drop must hold."""
    drops = iter(range(100))

    def one(table: str, rows: list[dict[str, str]], **files: str) -> IngestSummary:
        drop = tmp_path / f"drop{next(drops)}"
        drop.mkdir()
        (drop / "users-least.csv").write_text("user_id\nu0\n")
        (drop / "lookups-least.csv").write_text(
            "lookup_id,occurred_at,user_id,system,query_text\n0,2020-01-01T00:00Z,u0,BVH,x\n"
        )
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [";".join(row.get(name, "") for name in names) for row in rows]
        (drop / f"{table}.csv").write_text("\n".join([";".join(names), *lines]) + "\n", encoding="utf-8")
        for name, content in files.items():
            (drop / name.replace("_", ".")).write_text(content, encoding="utf-8")
        return ingest(warehouse, drop)

    return one


def one(warehouse: Warehouse, sql: str) -> tuple[Any, ...]:
    rows = warehouse.rows(sql)
    assert len(rows) == 1
    return tuple(rows[0].values())


TIMES = {
    "2025-03-01T10:00:00+01:00": "2025-03-01 09:00:00",
    "2025-03-01T10:00:00+0100": "2025-03-01 09:00:00",
    "2025-03-01T10:00:00Z": "2025-03-01 10:00:00",
    "2025-03-01t10:00:00z": "2025-03-01 10:00:00",
    "2025-03-01 10:00:00.5+00:00": "2025-03-01 10:00:00.5",
    "2025-03-01T10:00:00,25": "2025-03-01 09:00:00.25",
    "2025-03-01T10:00": "2025-03-01 09:00:00",
    " 2025-07-01 10:00:00 ": "2025-07-01 08:00:00",
    "2025-07-01": "2025-06-30 22:00:00",
    "2025-10-26T01:59:59": "2025-10-25 23:59:59",
    "2025-10-26T02:30:00": "2025-10-26 00:30:00",
    "2025-10-26T02:30:00+01:00": "2025-10-26 01:30:00",
    "2025-10-26T03:00:00": "2025-10-26 02:00:00",
    "2025-03-30T01:59:59": "2025-03-30 00:59:59",
    "2025-03-30T02:30:00": "2025-03-30 01:30:00",
    "2025-03-30T03:00:00": "2025-03-30 01:00:00",
    "2099-07-01T12:00": "2099-07-01 10:00:00",
}


def test_times_become_instants(warehouse: Warehouse, load: Load) -> None:
    summary = load("lookups", [{**LOOKUP, "lookup_id": text, "occurred_at": text} for text in TIMES])
    rows = warehouse.rows(
        "SELECT lookup_id, CAST(occurred_at AS VARCHAR) AS at FROM lookups WHERE lookup_id <> '0'"
    )
    assert {row["lookup_id"]: row["at"] for row in rows} == {text.strip(): at for text, at in TIMES.items()}
    odd = {name: count for name, count in summary.warnings.items() if "local_time" in name}
    assert odd == {"ambiguous_local_time": 1, "nonexistent_local_time": 1}


def test_local_day_hour_and_weekday_follow_the_clock(warehouse: Warehouse, load: Load) -> None:
    times = [
        "2025-10-25T21:59Z",
        "2025-10-25T22:00Z",
        "2025-10-26T00:30Z",
        "2025-10-26T01:30Z",
        "2025-12-31T23:30Z",
    ]
    load("lookups", [{**LOOKUP, "lookup_id": f"n{i}", "occurred_at": text} for i, text in enumerate(times)])
    rows = warehouse.rows(
        "SELECT CAST(local_date AS VARCHAR) AS day, local_hour AS hour, local_weekday AS weekday FROM lookups "
        "WHERE lookup_id LIKE 'n%' ORDER BY lookup_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2025-10-25", 23, 6),
        ("2025-10-26", 0, 7),
        ("2025-10-26", 2, 7),
        ("2025-10-26", 2, 7),
        ("2026-01-01", 0, 4),
    ]


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/Sao_Paulo", "Africa/Casablanca", "UTC"])
def test_local_times_agree_with_the_standard_library_around_every_change(tmp_path: Path, zone: str) -> None:
    changes = [at for at, _, _ in clock_changes(ZoneInfo(zone)) if 0 < at < 2_000_000_000][-20:] or [
        1_700_000_000
    ]
    local = [
        datetime(1970, 1, 1) + timedelta(seconds=at + minutes * 60)
        for at in changes
        for minutes in range(-300, 301, 15)
    ]
    table = pa.table(
        {
            "lookup_id": [str(number) for number in range(len(local))],
            "occurred_at": pa.array(local, pa.timestamp("us")),
            "user_id": ["u1"] * len(local),
            "system": ["BVH"] * len(local),
            "subject_id": ["s1"] * len(local),
        }
    )
    pq.write_table(table, tmp_path / "lookups.parquet")
    (tmp_path / "users.csv").write_text("user_id\nu1\n")
    with Warehouse(None, Settings(zone=zone)) as warehouse:
        ingest(warehouse, tmp_path)
        found = warehouse.rows("SELECT * FROM lookups ORDER BY CAST(lookup_id AS INTEGER)")
    for time, row in zip(local, found, strict=True):
        instant = time.replace(tzinfo=ZoneInfo(zone)).astimezone(
            ZoneInfo("UTC")
        )  # fold 0: the contract's choice
        assert row["occurred_at"] == instant.replace(tzinfo=None)
        placed = instant.astimezone(ZoneInfo(zone))
        assert (row["local_date"], row["local_hour"], row["local_weekday"]) == (
            placed.date(),
            placed.hour,
            placed.isoweekday(),
        )


REJECTED = {
    ("lookups", "occurred_at", "yesterday"): "bad_time",
    ("lookups", "occurred_at", "2025-13-01"): "bad_time",
    ("lookups", "occurred_at", "2025-02-29 10:00"): "bad_time",
    ("lookups", "occurred_at", "01-03-2025 10:00"): "bad_time",
    ("lookups", "occurred_at", "infinity"): "bad_time",
    ("lookups", "occurred_at", "1899-12-31T10:00"): "out_of_range",
    ("lookups", "occurred_at", "2101-01-01T00:00Z"): "out_of_range",
    ("lookups", "occurred_at", ""): "missing_value",
    ("lookups", "lookup_id", "  "): "missing_value",
    ("lookups", "user_id", ""): "missing_value",
    ("lookups", "action", "steal"): "unknown_value",
    ("lookups", "lat", "52,1"): "bad_number",
    ("lookups", "lat", "nan"): "bad_number",
    ("lookups", "lat", "90.01"): "out_of_range",
    ("lookups", "lon", "-180.5"): "out_of_range",
    ("subjects", "birth_date", "31/12/1980"): "bad_date",
    ("subjects", "birth_date", "1750-01-01"): "out_of_range",
    ("subjects", "is_public_figure", "perhaps"): "bad_flag",
    ("subjects", "subject_type", "alien"): "unknown_value",
    ("shifts", "ends_at", "2025-03-01T08:00"): "ends_before_start",
    ("interventions", "reach", "2.5"): "bad_number",
    ("interventions", "held_on", ""): "missing_value",
}
GOOD = {
    "lookups": LOOKUP,
    "subjects": {"subject_id": "s1", "subject_type": "person"},
    "shifts": {"user_id": "u1", "starts_at": "2025-03-01T08:00", "ends_at": "2025-03-01T16:00"},
    "interventions": {"intervention_id": "i1", "held_on": "2025-03-01"},
}


@pytest.mark.parametrize("table", GOOD)
def test_a_bad_value_rejects_its_row_with_line_column_and_reason(
    warehouse: Warehouse, load: Load, table: str
) -> None:
    bad = [(column, value, reason) for (name, column, value), reason in REJECTED.items() if name == table]
    key = next(iter(GOOD[table]))
    rows = [GOOD[table] | {key: f"k{number}", column: value} for number, (column, value, _) in enumerate(bad)]
    summary = load(table, [*rows, GOOD[table]])
    assert summary.rejected == len(bad)
    found = warehouse.rows('SELECT line, "column", reason FROM rejected_rows ORDER BY line')
    assert [tuple(row.values()) for row in found] == [
        (line, None if reason == "ends_before_start" else column, reason)
        for line, (column, _, reason) in enumerate(bad, start=2)
    ]


NONE = {
    ("users", "left_on"): ("9999-12-31", "9999-01-01"),
    ("users", "hired_on"): ("0001-01-01", "0001-12-31"),
    ("subjects", "birth_date"): ("0001-01-01",),
    ("cases", "opened_at"): ("0001-01-01T00:00:00", "0001-01-01"),
    ("cases", "closed_at"): ("9999-12-31 23:59:59.999", "9999-12-31T23:59:59Z", "9999-12-31T00:00:00+01:00"),
    ("case_members", "valid_from"): ("0001-01-01T12:00Z",),
    ("case_members", "valid_until"): ("9999-12-31",),
}
LEAST = {
    "users": {"user_id": "u1"},
    "subjects": {"subject_id": "s1", "subject_type": "person"},
    "cases": {"case_id": "c1"},
    "case_members": {"case_id": "c1", "user_id": "u1"},
}


@pytest.mark.parametrize(
    ("table", "column", "given"), [(*key, one) for key, all_ in NONE.items() for one in all_]
)
def test_the_first_and_the_last_year_stand_for_no_beginning_and_no_end(
    warehouse: Warehouse, load: Load, table: str, column: str, given: str
) -> None:
    """As registers of personnel and of cases write it: to reject such rows would leave no user and no case."""
    summary = load(table, [LEAST[table] | {column: given}])
    assert summary.rejected == 0
    key = next(iter(LEAST[table]))
    assert one(warehouse, f"SELECT {column} FROM {table} WHERE {key} = '{LEAST[table][key]}'") == (None,)


@pytest.mark.parametrize(
    ("table", "column", "given"),
    [
        ("users", "left_on", "0001-01-01"),
        ("users", "left_on", "9998-12-31"),
        ("users", "hired_on", "9999-12-31"),
        ("cases", "closed_at", "2101-01-01"),
        ("cases", "closed_at", "9998-12-31T23:59:59Z"),
        ("lookups", "occurred_at", "0001-01-01"),
        ("lookups", "occurred_at", "9999-12-31"),
    ],
)
def test_elsewhere_they_are_out_of_range(
    warehouse: Warehouse, load: Load, table: str, column: str, given: str
) -> None:
    load(table, [{**LEAST.get(table, LOOKUP), column: given}])
    assert one(warehouse, 'SELECT "column", reason FROM rejected_rows') == (column, "out_of_range")


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.date32()])
def test_so_they_do_in_parquet_and_moments_that_no_calendar_has_do_not(
    tmp_path: Path, kind: pa.DataType
) -> None:
    forever = pa.array([datetime(9999, 12, 31)]).cast(kind)
    whole = pa.int32() if kind == pa.date32() else pa.int64()
    far = pa.array([2**31 - 1 if kind == pa.date32() else 2**62], whole).cast(kind)
    moments = pa.concat_arrays([forever, far])
    pq.write_table(pa.table({"user_id": ["u1", "u2"], "left_on": moments}), tmp_path / "users.parquet")
    pq.write_table(pa.table({"case_id": ["c1", "c2"], "closed_at": moments}), tmp_path / "cases.parquet")
    (tmp_path / "lookups.csv").write_text("lookup_id,occurred_at,user_id,system,query_text\n")
    with Warehouse(None, Settings()) as warehouse:
        ingest(warehouse, tmp_path)
        assert warehouse.rows("SELECT user_id, left_on FROM users") == [{"user_id": "u1", "left_on": None}]
        assert warehouse.rows("SELECT case_id, closed_at FROM cases") == [
            {"case_id": "c1", "closed_at": None}
        ]
        assert {row["reason"] for row in warehouse.rows("SELECT reason FROM rejected_rows")} == {
            "out_of_range"
        }


def test_a_mapping_can_say_what_else_stands_for_none(warehouse: Warehouse, load: Load) -> None:
    load(
        "users",
        [{"user_id": "u1", "left_on": "2999-12-31", "team": "geen"}],
        mapping_toml='[tables.users.values]\nleft_on = { "2999-12-31" = "" }\nteam = { GEEN = "" }\n',
    )
    assert one(warehouse, "SELECT left_on, team FROM users WHERE user_id = 'u1'") == (None, None)


def test_a_lookup_of_nothing_is_rejected(warehouse: Warehouse, load: Load) -> None:
    load("lookups", [{**LOOKUP, "query_text": "  "}])
    assert one(warehouse, 'SELECT "column", reason FROM rejected_rows') == (None, "nothing_looked_up")


def test_flags(warehouse: Warehouse, load: Load) -> None:
    flags = {"Ja": True, "1": True, "TRUE": True, "nee": False, "f": False, "": None}
    load(
        "subjects",
        [GOOD["subjects"] | {"subject_id": f"s{text}", "is_public_figure": text} for text in flags],
    )
    rows = warehouse.rows("SELECT subject_id, is_public_figure AS flag FROM subjects")
    assert {row["subject_id"][1:]: row["flag"] for row in rows} == flags


def test_value_sets_take_any_case_and_space_and_a_shift_is_duty_by_default(
    warehouse: Warehouse, load: Load
) -> None:
    load("relations", [{"user_id": "u1", "subject_id": "s1", "kind": " Ex-Partner "}])
    load("shifts", [GOOD["shifts"]])
    assert one(warehouse, "SELECT kind FROM relations") == ("ex_partner",)
    assert one(warehouse, "SELECT kind FROM shifts") == ("duty",)


def test_derived_keys_are_normalised(warehouse: Warehouse, load: Load) -> None:
    load(
        "subjects",
        [GOOD["subjects"] | {"surname": "Berg, van den", "postcode": "2512 ab", "house_number": "3-A"}],
    )
    assert one(warehouse, "SELECT surname_key, address_key FROM subjects") == ("berg", "2512AB 3A")


REST = '"occurred_at": "2025-01-01", "system": "B"'
BAD_JSON = {
    '{"lookup_id": "1"': "not_json",
    '["a"]': "not_an_object",
    "null": "not_an_object",
    f'{{"lookup_id": {{"a": 1}}, "user_id": "u", "query_text": "x", {REST}}}': "wrong_kind",
    f'{{"lookup_id": "1", "user_id": "u", "query_text": ["x"], {REST}}}': "wrong_kind",
    f'{{"lookup_id": "1", "query_text": "x", {REST}}}': "missing_value",
}


@pytest.mark.parametrize(("line", "reason"), BAD_JSON.items())
def test_a_bad_json_line_is_rejected_as_it_stands(
    warehouse: Warehouse, tmp_path: Path, line: str, reason: str
) -> None:
    good = '{"lookup_id": 123, "occurred_at": "2025-01-01", "user_id": "u", "system": "B", "query_text": "a\\nb"}'
    (tmp_path / "lookups.ndjson").write_text(f"{good}\n\n{line}\n")
    (tmp_path / "users.ndjson").write_text('{"user_id": "u"}\n')
    summary = ingest(warehouse, tmp_path)
    assert (summary.read, summary.loaded, summary.rejected) == (3, 2, 1)
    assert one(warehouse, "SELECT line, raw_text, reason FROM rejected_rows") == (3, line, reason)
    assert one(warehouse, "SELECT lookup_id, query_text FROM lookups") == ("123", "a\nb")


def test_a_long_json_value_is_rejected_in_short(warehouse: Warehouse, tmp_path: Path) -> None:
    for number, size in enumerate((1_000_001, 10_000_000), start=1):
        text = "x" * size
        line = f'{{"lookup_id": "{number}", "user_id": "u", "query_text": "{text}", {REST}}}'
        (tmp_path / f"lookups-{number}.ndjson").write_text(line)
    (tmp_path / "users.csv").write_text("user_id\nu\n")
    assert ingest(warehouse, tmp_path).rejected == 2
    rows = warehouse.rows(
        'SELECT "column", reason, length(raw_text) AS size FROM rejected_rows ORDER BY file'
    )
    assert [tuple(row.values()) for row in rows] == [
        ("query_text", "field_too_long", 2_001),
        (None, "field_too_long", 2_001),
    ]


def test_a_bad_parquet_row_is_rejected_with_its_number_and_its_values(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    columns = {name: [value] * 3 for name, value in LOOKUP.items()} | {
        "lookup_id": ["1", None, "3"],
        "lat": [1.0, 2.0, 95.0],
    }
    pq.write_table(pa.table(columns), tmp_path / "lookups.parquet")
    (tmp_path / "users.csv").write_text("user_id\nu1\n")
    ingest(warehouse, tmp_path)
    rows = warehouse.rows('SELECT line, "column", reason, raw_text FROM rejected_rows ORDER BY line')
    assert [tuple(row.values())[:3] for row in rows] == [
        (2, "lookup_id", "missing_value"),
        (3, "lat", "out_of_range"),
    ]
    assert '"lookup_id":null' in rows[0]["raw_text"]
    assert one(warehouse, "SELECT lookup_id FROM lookups") == ("1",)


def test_the_same_row_again_is_a_duplicate_and_another_lookup_conflicts(
    warehouse: Warehouse, load: Load
) -> None:
    changed = LOOKUP | {"query_text": "y"}
    first = load("lookups", [LOOKUP, changed, LOOKUP])
    again = load("lookups", [changed, LOOKUP, LOOKUP | {"system": "MEOS"}])
    for summary, counts in ((first, (1, 1, 1)), (again, (1, 1, 1))):
        report = next(file for file in summary.files if file.file == "lookups.csv")
        assert (report.rows_loaded, report.rows_rejected, report.rows_duplicate) == counts
    assert warehouse.rows("SELECT query_text FROM lookups WHERE lookup_id = '1' AND system = 'BVH'") == [
        {"query_text": "x"}
    ]
    reasons = warehouse.rows('SELECT line, "column", reason FROM rejected_rows ORDER BY file_id, line')
    assert sorted(row["line"] for row in reasons) == [2, 3]
    assert {(row["column"], row["reason"]) for row in reasons} == {("lookup_id", "conflicting_duplicate")}


def test_a_later_file_wins_in_context_tables(warehouse: Warehouse, load: Load) -> None:
    load("users", [{"user_id": "u1", "team": "A"}, {"user_id": "u2", "team": "A"}])
    summary = load("users", [{"user_id": "u1", "team": "B"}, {"user_id": "u2", "team": "A"}])
    report = next(file for file in summary.files if file.file == "users.csv")
    assert (report.rows_loaded, report.rows_duplicate, report.warnings) == (1, 1, {"replaced": 1})
    rows = warehouse.rows("SELECT user_id, team FROM users WHERE user_id <> 'u0' ORDER BY user_id")
    assert [tuple(row.values()) for row in rows] == [("u1", "B"), ("u2", "A")]


def test_within_a_context_file_the_later_row_wins_and_the_earlier_is_kept_aside(
    warehouse: Warehouse, load: Load
) -> None:
    rows = [{"user_id": "u1", "team": team} for team in ("A", "B", "A", "A")]
    report = next(file for file in load("users", rows).files if file.file == "users.csv")
    assert (report.rows_loaded, report.rows_rejected, report.rows_duplicate) == (1, 1, 2)
    assert one(warehouse, "SELECT line, reason FROM rejected_rows") == (3, "superseded")


def test_keys_with_empty_parts_are_equal_when_both_are_empty(warehouse: Warehouse, load: Load) -> None:
    rows = [{"case_id": "c1", "team": "A", "user_id": ""}, {"case_id": "c1", "team": "A", "user_id": "u1"}]
    load("case_members", rows)
    again = load("case_members", [*rows, {"case_id": "c2", "team": "", "user_id": "u1"}])
    report = next(file for file in again.files if file.file == "case_members.csv")
    assert (report.rows_loaded, report.rows_duplicate) == (1, 2)
    assert warehouse.count("case_members") == 3


def test_unknown_users_and_subjects_are_kept_and_counted(warehouse: Warehouse, load: Load) -> None:
    rows = [LOOKUP | {"lookup_id": str(number), "subject_id": f"s{number}"} for number in (1, 2, 3)]
    assert load("lookups", rows).warnings == {"unknown_user": 3}
    load("subjects", [GOOD["subjects"]])
    rows = [LOOKUP | {"lookup_id": str(number), "subject_id": f"s{number - 9}"} for number in (10, 11)]
    assert load("lookups", rows).warnings == {"unknown_user": 2, "unknown_subject": 1}
    assert warehouse.count("lookups") == 6
