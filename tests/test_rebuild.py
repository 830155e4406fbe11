"""A warehouse written anew: killed, locked out, out of room or refused, the old one or the new one is whole."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from lookup_audit.errors import WarehouseError, WarehouseLocked
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse, rebuild
from lookup_audit.warehouse.leftovers import remove_leftovers
from lookup_audit.warehouse.rebuild import Copied, Keeping, held

SETTINGS = Settings(threads=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse with a thousand users, of whom the even ones stay."""
    path = tmp_path / "a.duckdb"
    with Warehouse(path, SETTINGS) as warehouse:
        warehouse.run(
            "INSERT INTO users BY NAME SELECT 'user ' || nr AS user_id, 'f' AS file_id FROM range(1000) AS r (nr)"
        )
    return path


def keeping(path: Path) -> dict[str, Keeping]:
    with Warehouse(path, SETTINGS) as warehouse:
        rows = warehouse.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")
    tables = sorted({row["name"] for row in rows} - {"warehouse_version"})
    return {table: Keeping() for table in tables} | {
        "users": Keeping("CAST(split_part(user_id, ' ', 2) AS BIGINT) % $by = 0", {"by": 2})
    }


def enter(made: Warehouse, copied: list[Copied]) -> None:
    made.run("INSERT INTO calibrations VALUES (DATE '2026-03-01', 1, 0, 1, 0)")


def write_anew(path: Path, finish: Callable[[Warehouse, list[Copied]], None] = enter) -> dict[str, Copied]:
    conditions = keeping(path)
    with held(path, SETTINGS) as desk:
        return {one.table: one for one in rebuild.rebuild(desk, conditions, finish=finish)}


def state(path: Path) -> tuple[int, int]:
    """How many users there are, and how often a rebuild was finished."""
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        return warehouse.count("users"), warehouse.count("calibrations")


OLD, NEW = (1000, 0), (500, 1)


def beside(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir() if one != path)


def test_what_is_kept_and_what_was_finished_come_together(path: Path) -> None:
    copied = write_anew(path)
    assert (copied["users"].before, copied["users"].kept, copied["users"].gone) == (1000, 500, 500)
    assert state(path) == NEW
    assert beside(path) == []


def test_a_row_of_which_nothing_can_be_said_is_kept(path: Path) -> None:
    conditions = keeping(path) | {"users": Keeping("surname = 'x'")}
    with held(path, SETTINGS) as desk:
        copied = rebuild.rebuild(desk, conditions, finish=enter)
    assert {one.table: one.gone for one in copied}["users"] == 0


def test_rows_keep_their_order_and_columns_their_comments(path: Path) -> None:
    def said() -> tuple[Any, ...]:
        with Warehouse(path, SETTINGS) as warehouse:
            return (
                [
                    row["user_id"]
                    for row in warehouse.rows("SELECT user_id FROM users")
                    if int(row["user_id"][5:]) % 2 == 0
                ],
                warehouse.rows(
                    "SELECT table_name, column_name, comment, data_type FROM duckdb_columns() ORDER BY ALL"
                ),
            )

    before = said()
    write_anew(path)
    assert said() == before


def test_what_the_log_of_a_killed_process_holds_is_kept_too(path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
warehouse = Warehouse(Path({str(path)!r}), Settings(threads=1))
warehouse.run("INSERT INTO users BY NAME SELECT 'user 2000' AS user_id, 'f' AS file_id")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    assert "a.duckdb.wal" in beside(path)
    conditions = dict.fromkeys(keeping_of_schema(), Keeping())
    with held(path, SETTINGS) as desk:
        rebuild.rebuild(desk, conditions, finish=enter)
    assert beside(path) == []
    assert state(path) == (1001, 1)


def keeping_of_schema() -> list[str]:
    with Warehouse(None, SETTINGS) as warehouse:
        rows = warehouse.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")
    return sorted({row["name"] for row in rows} - {"warehouse_version"})


def test_no_other_process_can_open_it_meanwhile(path: Path) -> None:
    refused = []

    def try_to_open(made: Warehouse, copied: list[Copied]) -> None:
        enter(made, copied)
        code = f"import duckdb; duckdb.connect({str(path)!r})"
        read = f"import duckdb; duckdb.connect({str(path)!r}, read_only=True)"
        refused.extend(
            subprocess.run([sys.executable, "-c", one], capture_output=True, check=False).returncode
            for one in (code, read)
        )

    write_anew(path, try_to_open)
    assert refused == [1, 1]
    assert state(path) == NEW


def test_it_says_which_process_is_in_the_way(path: Path) -> None:
    conditions = keeping(path)
    with holding(path) as other:
        with (
            pytest.raises(WarehouseLocked, match=f"in use by process {other.pid} "),
            held(path, SETTINGS) as desk,
        ):
            rebuild.rebuild(desk, conditions, finish=enter)
        assert beside(path) == []
    assert state(path) == OLD


class holding:  # noqa: N801 - reads as a statement
    """Another process that has the warehouse open."""

    def __init__(self, path: Path) -> None:
        code = f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
        self._other = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "subprocess.Popen[str]":
        assert self._other.stdout is not None
        self._other.stdout.readline()
        return self._other

    def __exit__(self, *_: object) -> None:
        self._other.communicate("")


@pytest.fixture
def killed(path: Path) -> Callable[[str], None]:
    """A function: a process rebuilds the warehouse and is killed at a step, given as code that runs before it."""

    def run(step: str) -> None:
        code = f"""
import os, signal
from pathlib import Path
from lookup_audit.warehouse import rebuild
from tests.test_rebuild import write_anew

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{step}
write_anew(Path({str(path)!r}))
"""
        done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=False)
        assert done.returncode == -signal.SIGKILL

    return run


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("rebuild._require_space = die", OLD),
        ("rebuild._count = die", OLD),
        ("rebuild._finish = die", OLD),
        ("rebuild._put_in_place = die", OLD),
        ("Path.replace = die", OLD),
        ("swap = Path.replace; Path.replace = lambda *a: (swap(*a), die())", NEW),
        ("os.close = die", NEW),
    ],
)
def test_killed_at_any_step_it_is_the_old_or_the_new_and_a_plain_second_run_ends_it(
    path: Path, killed: Callable[[str], None], step: str, left: tuple[int, int]
) -> None:
    killed(step)
    assert state(path) == left
    copied = write_anew(path)
    assert copied["users"].kept == 500
    assert state(path)[0] == 500
    assert beside(path) == []


def test_a_folder_or_log_of_a_killed_rebuild_is_never_taken_for_the_warehouse(path: Path) -> None:
    for name in ("a.duckdb.rebuild", "a.duckdb.rebuild.wal"):
        path.with_name(name).write_bytes(b"half")
    for name in ("a.duckdb.rebuild-17.tmp", "a.duckdb.tmp", "a.duckdb.ingest"):
        path.with_name(name).mkdir()
        (path.with_name(name) / "spilt").write_bytes(b"rows")
    for name in ("a.duckdb.key", "a.duckdb.log", "b.duckdb.rebuild", "xa.duckdb.rebuild"):
        path.with_name(name).write_bytes(b"another's")
    write_anew(path)
    assert state(path) == NEW
    assert beside(path) == ["a.duckdb.key", "a.duckdb.log", "b.duckdb.rebuild", "xa.duckdb.rebuild"]


def test_leftovers_are_told_by_name_alone_whatever_signs_are_in_it(tmp_path: Path) -> None:
    mine, other = tmp_path / "a[1]*.duckdb", tmp_path / "a1x.duckdb"
    for one in (mine, other):
        one.with_name(f"{one.name}.rebuild").touch()
    assert remove_leftovers(mine) == [tmp_path / "a[1]*.duckdb.rebuild"]
    assert remove_leftovers(mine) == []


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("no small file system can be made here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_room_is_told_before_anything_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=1000))
    with pytest.raises(
        WarehouseError, match="the new file needs up to 1 MB beside the old one, and 0 MB are free"
    ):
        write_anew(path)
    assert beside(path) == []
    assert state(path) == OLD


@pytest.mark.usefixtures("needs_root")
def test_a_disk_that_fills_up_meanwhile_changes_nothing(
    path: Path, full_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = full_disk / path.name
    here.write_bytes(path.read_bytes())
    (full_disk / "filling").write_bytes(b"x" * (1_900_000 - here.stat().st_size))
    monkeypatch.setattr(rebuild, "_require_space", lambda whole: None)
    with pytest.raises(WarehouseError, match="No space left on device; nothing was changed"):
        write_anew(here)
    assert beside(here) == ["filling"]
    (full_disk / "filling").unlink()
    assert state(here) == OLD


@pytest.fixture
def needs_root() -> None:
    if os.geteuid():
        pytest.skip("only root can make a file system")


@pytest.mark.parametrize("fault", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_to_is_said_clearly(
    path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise OSError(fault, os.strerror(fault))

    conditions = keeping(path)
    monkeypatch.setattr(Path, "mkdir", refuse)
    with (
        pytest.raises(WarehouseError, match="cannot be written beside the old one"),
        held(path, SETTINGS) as desk,
    ):
        rebuild.rebuild(desk, conditions, finish=enter)
    monkeypatch.undo()
    assert state(path) == OLD


def test_a_second_name_of_the_file_would_keep_what_goes(path: Path) -> None:
    os.link(path, path.with_name("b.duckdb"))
    with pytest.raises(WarehouseError, match="another name too"):
        write_anew(path)


def test_a_link_stays_a_link_and_the_file_behind_it_is_the_new_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    whole = tmp_path / "deep" / "real.duckdb"
    path.rename(whole)
    path.symlink_to(whole)
    inode = whole.stat().st_ino
    write_anew(path)
    assert path.is_symlink()
    assert whole.stat().st_ino != inode
    assert state(whole) == NEW
    assert [one.name for one in whole.parent.iterdir()] == ["real.duckdb"]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_owner_and_mode_stay_as_they_were(path: Path, mode: int) -> None:
    path.chmod(mode)
    if not os.geteuid():
        os.chown(path, 12345, 12345)
    before = path.stat()
    write_anew(path)
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


def test_while_it_is_written_only_its_owner_can_read_it(path: Path) -> None:
    modes = []

    def look(made: Warehouse, copied: list[Copied]) -> None:
        enter(made, copied)
        modes.extend(one.stat().st_mode & 0o077 for one in path.parent.iterdir() if one != path)

    write_anew(path, look)
    assert len(modes) >= 2
    assert set(modes) == {0}


def test_a_table_or_column_without_a_place_is_not_lost_unseen(path: Path) -> None:
    conditions = keeping(path)
    with Warehouse(path, SETTINGS) as warehouse:
        warehouse.run("ALTER TABLE users ADD COLUMN shoe_size BIGINT")
        warehouse.run("CREATE TABLE notes (text VARCHAR)")
    with (
        pytest.raises(WarehouseError, match=r"what becomes of notes, users\.shoe_size; nothing was changed"),
        held(path, SETTINGS) as desk,
    ):
        rebuild.rebuild(desk, conditions, finish=enter)
    assert state(path) == OLD
    assert beside(path) == []


def test_a_copy_that_does_not_compare_never_takes_the_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Warehouse.run

    def lose_one(self: Warehouse, sql: str, values: Any = None) -> None:
        run(self, sql + " LIMIT 499" if sql.startswith("INSERT INTO new.main.users") else sql, values)

    monkeypatch.setattr(Warehouse, "run", lose_one)
    with pytest.raises(WarehouseError, match="users: 500 rows were to be kept, and the new file holds 499"):
        write_anew(path)
    monkeypatch.undo()
    assert state(path) == OLD
    assert beside(path) == []


def test_what_goes_wrong_at_the_end_changes_nothing(path: Path) -> None:
    def fail(made: Warehouse, copied: list[Copied]) -> None:
        enter(made, copied)
        raise WarehouseError("no entry could be made")

    with pytest.raises(WarehouseError, match="no entry could be made"):
        write_anew(path, fail)
    assert state(path) == OLD
    assert beside(path) == []
