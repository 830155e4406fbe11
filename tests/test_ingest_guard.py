"""No text that an officer can type makes another row vanish: counts add up, and unharmed rows are there."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookup_audit.ingest import IngestSummary, ingest
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

HEADER = ["lookup_id", "occurred_at", "user_id", "query_text", "system", "justification"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Warehouse]:
    """A warehouse that knows one user, so that a drop may hold lookups only."""
    with Warehouse(None, Settings(threads=1)) as opened:
        opened.run("INSERT INTO users (user_id, file_id) VALUES ('u1', 'f')")
        opened.run(
            "INSERT INTO input_files VALUES ('f', 'users.csv', 'users', TIMESTAMP '2025-01-01', 1, 1, 0, 0, '{}')"
        )
        yield opened


@pytest.fixture
def warehouse(shared: Warehouse) -> Warehouse:
    """The same, without what an earlier test loaded."""
    return emptied(shared)


def emptied(warehouse: Warehouse) -> Warehouse:
    warehouse.script(
        "DELETE FROM lookups; DELETE FROM rejected_rows; DELETE FROM pending_days; "
        "DELETE FROM input_files WHERE file_id <> 'f'"
    )
    return warehouse


def row(number: int, text: str = "jansen", reason: str = "") -> str:
    """One well-formed row, quoted where it must be, without its line end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(
        [f"id{number}", f"2025-03-01 10:{number // 60 % 60:02}:{number % 60:02}", "u1", text, "BVH", reason]
    )
    return out.getvalue().removesuffix("\n")


def load(warehouse: Warehouse, folder: Path, lines: list[str]) -> IngestSummary:
    path = folder / "drop" / "lookups.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([",".join(HEADER), *lines]) + "\n", encoding="utf-8", newline="")
    return ingest(warehouse, path.parent)


def ids(warehouse: Warehouse) -> set[str]:
    return {row["lookup_id"] for row in warehouse.rows("SELECT lookup_id FROM lookups")}


def rejected(warehouse: Warehouse) -> list[tuple[int, str, str]]:
    rows = warehouse.rows("SELECT line, raw_text, reason FROM rejected_rows ORDER BY line")
    return [(row["line"], row["raw_text"], row["reason"]) for row in rows]


def test_one_stray_quote_in_fifty_thousand_rows_costs_its_own_row_only(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    lines = [row(number) for number in range(50_000)]
    lines[20_000] = 'id20000,2025-03-01 10:00:00,u1,"jansen,BVH,'
    summary = load(warehouse, tmp_path, lines)
    assert (summary.read, summary.loaded, summary.rejected) == (50_000, 49_999, 1)
    assert rejected(warehouse) == [(20_002, lines[20_000], "broken_quotes")]
    assert ids(warehouse) == {f"id{number}" for number in range(50_000)} - {"id20000"}


@pytest.mark.parametrize("distance", [1, 2, 20, 500])
def test_two_quotes_that_balance_hide_nothing_between_them(
    warehouse: Warehouse, tmp_path: Path, distance: int
) -> None:
    lines = [row(number) for number in range(1_000)]
    lines[300] = 'id300,2025-03-01 10:00:00,u1,"a,BVH,'
    lines[300 + distance] = f'id{300 + distance},2025-03-01 10:00:00,u1,b",BVH,'
    load(warehouse, tmp_path, lines)
    assert {f"id{number}" for number in range(1_000)} - ids(warehouse) <= {"id300", f"id{300 + distance}"}
    assert len(ids(warehouse)) + len(rejected(warehouse)) == 1_000


def test_a_quote_in_the_middle_of_a_field_is_a_sign_like_any_other(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    lines = [
        row(1),
        'id2,2025-03-01 10:00:00,u1,5" disk,BVH,',
        row(3),
        'id4,2025-03-01 10:00:00,u1,a"b,"BVH,',
    ]
    load(warehouse, tmp_path, [*lines, row(5)])
    assert warehouse.value("SELECT query_text FROM lookups WHERE lookup_id = 'id2'") == '5" disk'
    assert ids(warehouse) == {"id1", "id2", "id3", "id5"}
    assert rejected(warehouse) == [(5, lines[3], "broken_quotes")]


def test_a_quoted_field_of_several_lines_is_one_row(warehouse: Warehouse, tmp_path: Path) -> None:
    text = 'first\n\nthird, with "quotes"\n, and a comma\n'
    summary = load(warehouse, tmp_path, [row(1), row(2, text, "because\nof this"), "", row(3)])
    assert (summary.read, summary.loaded) == (3, 3)
    found = warehouse.rows("SELECT query_text, justification FROM lookups WHERE lookup_id = 'id2'")
    assert found == [{"query_text": text, "justification": "because\nof this"}]


def test_a_row_of_several_lines_is_rejected_with_its_text_and_first_line(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    long = row(2, "a\nb").replace("2025-03-01", "2025-13-01")
    load(warehouse, tmp_path, [row(1), long, row(3), row(4).replace("u1", "")])
    assert rejected(warehouse) == [(3, long, "bad_time"), (6, row(4).replace("u1", ""), "missing_value")]


@pytest.mark.parametrize("place", [4 * 1024 * 1024 - 30, 4 * 1024 * 1024 - 3])
def test_a_field_of_several_lines_across_two_blocks_is_one_row(
    warehouse: Warehouse, tmp_path: Path, place: int
) -> None:
    lines: list[str] = []
    size = 0
    while size < place - 2_000:
        lines.append(row(len(lines), "x" * 900))
        size += len(lines[-1]) + 1
    text = "\n".join(["y" * 50] * 100)
    summary = load(warehouse, tmp_path, [*lines, row(10_000, text), row(10_001)])
    assert summary.rejected == 0
    assert warehouse.value("SELECT query_text FROM lookups WHERE lookup_id = 'id10000'") == text
    assert len(ids(warehouse)) == len(lines) + 2


def test_torn_and_wide_lines_are_rejected_alone(warehouse: Warehouse, tmp_path: Path) -> None:
    torn = [row(2)[:20], row(2)[20:], row(3) + ",more", ",,,,,"]
    summary = load(warehouse, tmp_path, [row(1), *torn, "", "   ", row(4)])
    assert ids(warehouse) == {"id1", "id4"}
    assert [reason for _, _, reason in rejected(warehouse)] == ["wrong_number_of_fields"] * 3 + [
        "missing_value"
    ]
    assert (summary.read, summary.loaded, summary.rejected) == (6, 2, 4)


def test_a_field_of_ten_megabytes_is_rejected_in_short(warehouse: Warehouse, tmp_path: Path) -> None:
    lines = [row(1), row(2, "x" * 10_000_000), row(3, '"' * 5_000_000), row(4)]
    load(warehouse, tmp_path, lines)
    assert ids(warehouse) == {"id1", "id4"}
    assert all(len(text) <= 2_001 for _, text, _ in rejected(warehouse))
    assert [reason for _, _, reason in rejected(warehouse)] == ["field_too_long"] * 2


@pytest.mark.parametrize("column", range(len(HEADER)))
@pytest.mark.parametrize("reason", ["why", "because\nof this"])
@pytest.mark.parametrize("text", ["a\nb", "a\nb\nc", "\nb", "a\n", 'a"\n"b', "a\n,b"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_end_of_a_torn_record_is_never_a_row(
    warehouse: Warehouse, tmp_path: Path, column: int, text: str, reason: str, quoting: int
) -> None:
    fields = ["id2", "2025-03-01 10:00:00", "u1", "jansen", "BVH", reason]
    fields[column] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=quoting).writerow(fields)
    load(warehouse, tmp_path, [row(1), out.getvalue().removesuffix("\n"), row(3), row(4, ', "', ',",')])
    stored = warehouse.rows("SELECT * FROM lookups WHERE lookup_id NOT IN ('id1', 'id3', 'id4')")
    assert {"id1", "id3", "id4"} <= ids(warehouse)
    assert not stored or stored[0][HEADER[column]] in (text, text.strip())
    assert [line for line, _, _ in rejected(warehouse)][:1] in ([], [3])


def test_a_line_break_in_the_first_column_costs_its_record_only(warehouse: Warehouse, tmp_path: Path) -> None:
    torn = '"id\n2",2025-03-01 10:00:00,u1,jansen,BVH,'
    load(warehouse, tmp_path, [row(1), torn, row(3)])
    assert ids(warehouse) == {"id1", "id3"}
    assert rejected(warehouse) == [
        (3, '"id', "broken_quotes"),
        (4, '2",2025-03-01 10:00:00,u1,jansen,BVH,', "broken_quotes"),
    ]


def test_quotes_that_open_on_every_line_are_each_rejected(warehouse: Warehouse, tmp_path: Path) -> None:
    summary = load(warehouse, tmp_path, ['id,"' for _ in range(5_000)])
    assert (summary.rejected, summary.loaded) == (5_000, 0)


def test_a_quote_that_opens_on_a_line_longer_than_any_row_costs_that_line(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    long = 'id2,2025-03-01 10:00:00,u1,"' + "x" * 7_000_000
    load(warehouse, tmp_path, [row(1), long, row(3)])
    assert [(line, reason) for line, _, reason in rejected(warehouse)] == [(3, "broken_quotes")]
    assert ids(warehouse) == {"id1", "id3"}


@pytest.mark.parametrize("text", ["", 'a"b\n'])
def test_a_blank_line_is_no_row_where_there_is_one_column_either(
    warehouse: Warehouse, tmp_path: Path, text: str
) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "users.csv").write_text(f"user_id\nu2\n   \n{text}")
    (tmp_path / "drop" / "lookups.csv").write_text("lookup_id,occurred_at,user_id,system,query_text\n")
    assert ingest(warehouse, tmp_path / "drop").rejected == 0
    assert warehouse.count("users") == 2 + bool(text)


SIGNS = st.text(alphabet="ab,\"\n\r;\t é\\'\x00\u2028|", max_size=12)
HARMED = st.one_of(
    SIGNS.map(lambda text: text.replace("\n", " ").replace("\r", " ")),
    st.tuples(
        st.integers(500, 599), st.integers(0, 40), st.sampled_from(['"', ",", '""', '","', "\t", ""])
    ).map(lambda cut: row(cut[0])[: cut[1]] + cut[2] + row(cut[0])[cut[1] :]),
    st.tuples(st.integers(500, 599), st.integers(0, 40)).map(lambda cut: row(cut[0])[: cut[1]]),
)
ONE_LINE = SIGNS.map(lambda text: text.replace("\n", " ").replace("\r", " "))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.tuples(st.just("good"), ONE_LINE), st.tuples(st.just("harmed"), HARMED)), max_size=30
    )
)
def test_counts_add_up_and_unharmed_rows_are_loaded(
    warehouse: Warehouse, tmp_path: Path, parts: list[tuple[str, str]]
) -> None:
    emptied(warehouse)
    lines = [row(number, text) if kind == "good" else text for number, (kind, text) in enumerate(parts)]
    summary = load(warehouse, tmp_path, lines)
    assert summary.read == summary.loaded + summary.rejected + summary.duplicates
    assert warehouse.count("lookups") == summary.loaded
    assert warehouse.count("rejected_rows") == summary.rejected
    expected = {
        f"id{number}": text.replace("\x00", "\ufffd")
        for number, (kind, text) in enumerate(parts)
        if kind == "good" and text.strip(" \t\n")
    }
    found = {row["lookup_id"]: row["query_text"] for row in warehouse.rows("SELECT * FROM lookups")}
    assert {name: found.get(name) for name in expected} == expected
    breaks = warehouse.value(
        "SELECT (SELECT coalesce(sum(length(query_text) - length(replace(query_text, chr(10), ''))), 0) FROM lookups)"
        " + (SELECT coalesce(sum(length(raw_text) - length(replace(raw_text, chr(10), ''))), 0) FROM rejected_rows)"
    )
    assert summary.read + int(breaks) == sum(1 for line in lines if line.strip(" "))
