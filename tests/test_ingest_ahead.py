"""The next file of a drop is read while one is loaded, and nothing of that is left when loading ends early."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import lookup_audit.ingest as whole
from lookup_audit.errors import InputError
from lookup_audit.ingest import ingest
from lookup_audit.ingest.ahead import ReadAhead
from lookup_audit.ingest.decode import Stopped, TextFile
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

PATIENCE = 20  # seconds that a thread is waited for at most


class Slow:
    """A reader that says when it began, and goes on when it may or is stopped."""

    def __init__(self, *, waits: bool = False, fault: Exception | None = None) -> None:
        self.begun, self.may_go_on, self.was_stopped, self.fault = Event(), Event(), False, fault
        if not waits:
            self.may_go_on.set()

    def read(self, folder: Path, longest_field: int, stopped: Event) -> Any:
        self.begun.set()
        over = time.monotonic() + PATIENCE
        while not self.may_go_on.wait(0.01) and time.monotonic() < over:
            if stopped.is_set():
                self.was_stopped = True
                raise Stopped
        if self.fault:
            raise self.fault
        return folder.name


def opened(folder: Path, readers: dict[int, Any]) -> ReadAhead:
    for index in readers:
        (folder / str(index)).mkdir()
    return ReadAhead(readers, folder, longest_field=100)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("read-ahead")]


def test_while_one_is_loaded_the_next_is_read_and_no_other(tmp_path: Path) -> None:
    readers = {0: Slow(), 3: Slow(), 7: Slow()}  # what lies between was loaded before
    with opened(tmp_path, readers) as ahead:
        with ahead.taken(0) as read:
            assert read == "0"
            assert readers[3].begun.wait(PATIENCE)
            assert not readers[7].begun.is_set()
        assert not (tmp_path / "0").exists()
        with ahead.taken(3) as read:
            assert read == "3"
            assert readers[7].begun.wait(PATIENCE)
        with ahead.taken(7) as read:
            assert read == "7"


def test_what_is_wrong_with_a_file_is_raised_when_it_is_its_turn(tmp_path: Path) -> None:
    with opened(tmp_path, {0: Slow(), 1: Slow(fault=InputError("1.csv: is odd"))}) as ahead:
        with ahead.taken(0) as read:
            assert read == "0"
        with pytest.raises(InputError, match=r"1\.csv: is odd"), ahead.taken(1):
            pass


def test_where_loading_ends_early_the_thread_is_stopped_and_waited_for(tmp_path: Path) -> None:
    following = Slow(waits=True)
    with (
        pytest.raises(KeyboardInterrupt),
        opened(tmp_path, {0: Slow(), 1: following}) as ahead,
        ahead.taken(0),
    ):
        assert following.begun.wait(PATIENCE)
        raise KeyboardInterrupt
    assert following.was_stopped
    assert threads() == []


def test_a_text_file_that_is_no_longer_wanted_is_not_read_to_its_end(tmp_path: Path) -> None:
    path, stopped = tmp_path / "a.csv", Event()
    path.write_bytes(b"line\n" * 3_000_000)
    blocks = TextFile(path, "", stopped=stopped).blocks()
    assert next(blocks).lines[0] == "line"
    stopped.set()
    with pytest.raises(Stopped):
        next(blocks)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """Three nights as text, and who looked up."""
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "users.csv").write_text("user_id\nu1\n")
    for day in (1, 2, 3):
        lines = ["lookup_id,occurred_at,user_id,query_text,system"]
        lines += [f"{day}-{nr},2026-03-0{day} 10:00:00,u1,jansen,BVH" for nr in range(50)]
        (folder / f"lookups-{day}.csv").write_text("\n".join(lines))
    return folder


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        yield opened


def test_a_file_that_is_gone_while_another_is_loaded_is_said_after_those_before_it(
    warehouse: Warehouse, drop: Path
) -> None:
    def withdraw(name: str, number: int, of: int) -> None:
        (drop / "lookups-3.csv").unlink(missing_ok=True)

    with pytest.raises(InputError) as said:
        ingest(warehouse, drop, progress=withdraw)
    assert str(said.value).startswith("lookups-3.csv: cannot be read: No such file")
    assert str(said.value).endswith("Loaded before it, and complete: lookups-1.csv, lookups-2.csv")
    days = warehouse.rows("SELECT local_date, count(*) AS rows FROM lookups GROUP BY ALL ORDER BY ALL")
    assert [(row["local_date"].day, row["rows"]) for row in days] == [(1, 50), (2, 50)]
    assert threads() == []


def test_an_interrupted_load_keeps_whole_files_and_leaves_no_thread(
    warehouse: Warehouse, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, seen = whole.load_file, list[str]()

    def interrupted(*given: Any) -> Any:
        seen.append(given[1].file.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return load(*given)

    monkeypatch.setattr(whole, "load_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest(warehouse, drop)
    assert warehouse.rows("SELECT file FROM input_files") == [{"file": seen[0]}]
    assert threads() == []
