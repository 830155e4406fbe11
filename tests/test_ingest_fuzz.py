"""Harmed files end in rows or in an error that names them; and the fuzz says so when they do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks.fuzz_count import Reading, rows_in
from benchmarks.fuzz_files import Case
from lookup_audit.ingest import guard, load

HEADER = "user_id,team,surname\n"
NAMES = Reading(frozenset({"user_id", "team", "surname"}), longest_field=100)


def users(text: str, name: str = "users.csv") -> Case:
    return Case(name, "users", text.encode(), ())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fuzz.Bench]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    bench = fuzz.Bench(tmp_path)
    yield bench
    bench.warehouse.close()


def test_harmed_files_are_loaded_to_the_last_row_or_refused_in_words() -> None:
    result = fuzz.fuzz(20_250_301, 0, 120)
    assert result.faults == {}
    assert result.rows["counted"] > 1_000
    ended = sum(result.outcomes.values(), start=type(result.rows)())
    assert min(ended["refused"], ended["some rejected"], ended["all loaded"]) > 10


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", 0),
        ("\n   \n", 0),
        ("u1,A,x\nu2,A,x\n", 2),
        ("u1,A,x\r\nu2,A,x", 2),
        ('u1,A,"x\ny\n\nz"\nu2,A,x\n', 2),
        ('u1,A,"x\nu2,A,y\nu3,A,z"\n', 3),  # a line inside has the shape of a row
        ('u1,A,"x\nu2,A,y\n', 2),
        ('u1,A,"x"y\nz\n', 2),
        ('u1,"A\nB"\nu2,A,x\n', 3),  # closes with too few fields
        ('u1,A,"' + "x\n" * 199 + '"\n', 1),
        ('u1,A,"' + "x\n" * 200 + '"\n', 201),
        ('u1,A,"' + "x" * 290 + "\n" + "y" * 20 + '"\n', 2),  # longer than any record
        ("torn\n,,\n,,,,\n", 3),
    ],
)
def test_the_count_of_its_own_says_what_the_documentation_says(
    bench: fuzz.Bench, tmp_path: Path, text: str, rows: int
) -> None:
    path = tmp_path / "users.csv"
    path.write_text(HEADER + text, encoding="utf-8", newline="")
    assert rows_in(path, NAMES) == rows
    path.unlink()
    if "x" * 290 not in text:
        bench.load(users(HEADER + text))
        assert bench.rows["read"] == rows


def test_a_guard_that_lets_a_quote_swallow_a_row_is_found(
    bench: fuzz.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard._Records, "_looks_like_a_row", lambda *_: False)
    with pytest.raises(fuzz.FuzzError, match="has 3 rows, of which 1 were read"):
        bench.load(users(HEADER + 'u1,A,"x\nu2,A,y\nu3,A,z"\n'))


def test_a_row_that_nobody_wrote_is_found(bench: fuzz.Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard._Records, "_note_end", lambda *_: False)
    torn = Case("users.csv", "users", (HEADER + '"u\n1",A,x\n').encode(), (), frozenset({"u\n1"}))
    with pytest.raises(fuzz.FuzzError, match="rows that nobody wrote"):
        bench.load(torn)


def test_a_row_that_is_rejected_nowhere_is_found(bench: fuzz.Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_reject", lambda *_: None)
    with pytest.raises(fuzz.FuzzError, match="the report says"):
        bench.load(users(HEADER + "u1,A,x\ntorn\n"))


def test_an_error_that_names_no_file_or_leaves_something_is_found(
    bench: fuzz.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise fuzz.InputError("cannot be read")

    monkeypatch.setattr(fuzz, "ingest", refuse)
    with pytest.raises(fuzz.FuzzError, match="names no file"):
        bench.load(users(HEADER))

    def leave(*_: object) -> None:
        bench.warehouse.run("INSERT INTO pending_days VALUES (DATE '2025-01-01', 'x')")
        raise fuzz.InputError("users.csv: cannot be read")

    monkeypatch.setattr(fuzz, "ingest", leave)
    with pytest.raises(fuzz.FuzzError, match="refused, but changed"):
        bench.load(users(HEADER))


def test_the_same_seed_makes_the_same_files() -> None:
    assert [fuzz.case_at(1, place) for place in range(40)] == [fuzz.case_at(1, place) for place in range(40)]
