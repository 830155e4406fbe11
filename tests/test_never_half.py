"""Whatever happens (a second process, a kill, a full disk, a clock, a share that is gone), nothing is ever half."""

import errno
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lookup_audit import clock
from lookup_audit.cli import app
from lookup_audit.context import build_context
from lookup_audit.errors import InputError, WarehouseError, WarehouseLocked
from lookup_audit.ingest import ingest
from lookup_audit.ingest import load as loading
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.trail import list_entries, record, verify
from lookup_audit.reporting.publish import publish
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse, load_signed, opening
from lookup_audit.warehouse.lock import Waiting, described, holder
from lookup_audit.warehouse.memory import available_memory, memory_limit
from lookup_audit.warehouse.rebuild import held
from lookup_audit.warehouse.tables import TABLES

SETTINGS = Settings(threads=1)
GB = 1_000_000_000


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drop") / "drop"
    simulate(folder, users=20, days=2, seed=3, formats="csv")
    return folder


@pytest.fixture(scope="module")
def audited(drop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audited") / "w.duckdb"
    with Warehouse(path, SETTINGS) as warehouse:
        ingest(warehouse, drop)
        audit(warehouse, days_to_audit(warehouse))
        publish(warehouse)
    return path


def test_what_a_night_is_held_against_changes_nothing_that_is_kept(drop: Path) -> None:
    """It is put together before the transaction of the night: killed there, the warehouse is as it was."""
    with Warehouse(None, SETTINGS) as warehouse:
        ingest(warehouse, drop)
        first, second = days_to_audit(warehouse)
        audit(warehouse, [first])
        before = _kept(warehouse)
        for day in (first, second):
            build_context(warehouse, day, load_signed("explanation"))
            assert warehouse.value("SELECT count(*) FROM lookup_context") > 0
            assert _kept(warehouse) == before


def _kept(warehouse: Warehouse) -> dict[str, tuple[Any, ...]]:
    """How many rows each table of the warehouse itself has, and a sum over what is in them."""
    tables = warehouse.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name")
    return {
        row["table_name"]: tuple(
            warehouse.rows(f'SELECT count(*) AS n, sum(hash(t)) AS sum FROM "{row["table_name"]}" AS t')[
                0
            ].values()
        )
        for row in tables
    }


# ── two at once ─────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def holding(path: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process, begun with these words, that has the warehouse open until the block ends."""
    code = (
        f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield other
        finally:
            other.communicate("")


def empty(path: Path) -> Path:
    Warehouse(path, SETTINGS).close()
    return path


def test_the_second_says_who_holds_it_since_when_and_which_command(tmp_path: Path) -> None:
    path = empty(tmp_path / "w.duckdb")
    with (
        holding(path, "lookup_audit.cli", "audit", "--reason", "about u-17") as other,
        pytest.raises(WarehouseLocked) as said,
    ):
        Warehouse(path, SETTINGS)
    here = f"{datetime.now(SETTINGS.zone_info):%Y-%m-%d}"
    assert f"in use by process {other.pid} (lookup-audit audit, account " in str(said.value)
    assert f"since {here}" in str(said.value)
    assert "u-17" not in str(said.value), "a command line can name a person"
    assert "--wait" in str(said.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/usr/bin/lookup-audit", "dossier", "u-17", "--mandate", "M-1"], "lookup-audit dossier"),
        (["python", "-m", "lookup_audit.cli", "forget", "--reason", "x"], "lookup-audit forget"),
        (["/v/bin/python", "/v/lookup_audit/cli/__main__.py", "key", "rotate"], "lookup-audit key"),
        (["lookup-audit", "--wait"], "lookup-audit"),
        (["/usr/bin/duckdb", "w.duckdb"], "duckdb"),
    ],
)
def test_a_process_is_told_by_its_command_and_nothing_that_names_a_person(
    tmp_path: Path, words: list[str], said: str
) -> None:
    own = tmp_path / "17"
    own.mkdir()
    (own / "cmdline").write_text("\0".join(words) + "\0", encoding="utf-8")
    (own / "stat").write_text("17 (a (b) c) " + " ".join(["S"] + ["0"] * 18 + ["360000"]), encoding="utf-8")
    (tmp_path / "stat").write_text("cpu 1\nbtime 1772000000\n", encoding="utf-8")
    ticks = os.sysconf("SC_CLK_TCK")
    since = datetime.fromtimestamp(1772000000 + 360000 / ticks, UTC).astimezone(SETTINGS.zone_info)
    told = described(17, SETTINGS, proc=tmp_path)
    assert told.startswith(f"process 17 ({said}, account ")
    assert told.endswith(f", since {since:%Y-%m-%d %H:%M})")


def test_a_process_that_the_system_says_nothing_of_is_told_by_its_number(tmp_path: Path) -> None:
    message = 'IO Error: Could not set lock on file "w": Conflicting lock is held in PID 99999999. See also'
    assert holder(message, SETTINGS) == "process 99999999"
    assert (
        holder('IO Error: Could not set lock on file "w": no locks available', SETTINGS) == "another process"
    )
    assert holder("IO Error: Cannot open file", SETTINGS) is None
    assert described(1, SETTINGS, program="python", proc=tmp_path) == "process 1 (python)"


def test_one_that_waits_says_so_once_and_carries_on_as_soon_as_it_is_free(tmp_path: Path) -> None:
    path, said = empty(tmp_path / "w.duckdb"), list[str]()
    code = (
        f"import duckdb, time; c = duckdb.connect({str(path)!r}); print('open', flush=True); time.sleep(1.5)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        begun = time.monotonic()
        Warehouse(path, SETTINGS, waiting=Waiting(60, said.append)).close()
    assert 0.5 < time.monotonic() - begun < 30
    assert len(said) == 1
    assert f"in use by process {other.pid}" in said[0]


def test_one_that_waits_gives_up_when_the_time_is_over(tmp_path: Path) -> None:
    path, said = empty(tmp_path / "w.duckdb"), list[str]()
    with holding(path):
        begun = time.monotonic()
        for attempt in (
            lambda: Warehouse(path, SETTINGS, waiting=Waiting(0.6, said.append)),
            lambda: held(path, SETTINGS, Waiting(0.6, said.append)).__enter__(),
        ):
            with pytest.raises(WarehouseLocked, match=r"waited 0\.6 s, and gave up"):
                attempt()
    assert time.monotonic() - begun >= 1.2
    assert len(said) == 2


@pytest.mark.parametrize("words", [["--wait", "0.3"], ["--wait=0.3"]])
def test_a_command_that_waits_in_vain_leaves_with_1(tmp_path: Path, words: list[str]) -> None:
    path = empty(tmp_path / "w.duckdb")
    with holding(path) as other:
        done = CliRunner().invoke(app, ["trail", "anchor", "--warehouse", str(path), *words])
    assert done.exit_code == 1
    assert isinstance(done.exception, WarehouseLocked)
    assert str(other.pid) in str(done.exception)


def test_how_long_to_wait_need_not_be_said(tmp_path: Path) -> None:
    path = empty(tmp_path / "w.duckdb")
    for words in (["--wait"], ["--wait", "--json"], ["--wait", "5", "--json"]):
        assert CliRunner().invoke(app, ["status", "--warehouse", str(path), *words]).exit_code == 0, words


@pytest.mark.parametrize("seconds", ["nan", "-1", "inf", "-inf"])
@pytest.mark.parametrize("join", [" ", "="])
def test_a_time_that_nobody_can_wait_is_refused_in_one_way(tmp_path: Path, seconds: str, join: str) -> None:
    words = f"--wait{join}{seconds}".split()
    left = CliRunner().invoke(app, ["status", *words, "--warehouse", str(empty(tmp_path / "w.duckdb"))])
    assert left.exit_code == 2
    assert f"{seconds} is no time that one can wait; give seconds, as in --wait 600" in left.output


def test_every_command_that_opens_a_warehouse_can_wait_and_be_given_its_memory() -> None:
    root: Any = __import__("typer").main.get_command(app)
    for name, command in root.commands.items():
        for part in getattr(command, "commands", {name: command}).values():
            options = {word for one in part.params for word in one.opts}
            if "--warehouse" in options and name not in {"simulate", "rules", "config"}:
                assert {"--wait", "--memory"} <= options, (name, part.name)


def test_a_file_that_was_replaced_while_it_was_opened_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = empty(tmp_path / "w.duckdb"), empty(tmp_path / "new.duckdb")
    with Warehouse(other, SETTINGS) as warehouse:
        warehouse.run("INSERT INTO users BY NAME SELECT 'new' AS user_id, 'f' AS file_id")
    connect = opening.connect

    def late(at: Path | None, settings: Settings) -> Any:
        connection = connect(at, settings)
        with suppress(FileNotFoundError):
            other.replace(path)  # as `forget` of another process does, after this one had opened the old file
        return connection

    monkeypatch.setattr(opening, "connect", late)
    with Warehouse(path, SETTINGS) as warehouse:
        assert warehouse.value("SELECT user_id FROM users") == "new"


def test_a_drop_that_failed_takes_its_new_warehouse_away_before_another_can_open_it(
    tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.duckdb"
    seen = []
    remove = Warehouse.remove

    def watched(self: Warehouse) -> None:
        code = f"import duckdb; duckdb.connect({str(path)!r})"
        seen.append(subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode)
        remove(self)

    monkeypatch.setattr(Warehouse, "remove", watched)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "lookups.csv").write_text("lookup_id\n1\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["ingest", str(tmp_path / "bad"), "--warehouse", str(path)]).exit_code == 1
    assert seen == [1], "locked until it is gone"
    assert not path.exists()


def test_a_new_warehouse_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "w.duckdb", list[bool]()

    def fails(*_: object) -> None:
        seen.append(path.exists())  # what a kill at this moment would leave
        raise WarehouseError("as a kill in the middle")

    monkeypatch.setattr(opening, "write_schema", fails)
    with pytest.raises(WarehouseError):
        Warehouse(path, SETTINGS)
    assert seen == [False]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none/w.duckdb", "w" * 245])
def test_a_warehouse_that_cannot_be_made_is_named_as_it_was_given(tmp_path: Path, name: str) -> None:
    with pytest.raises(WarehouseError) as said:
        Warehouse(tmp_path / name, SETTINGS)
    assert str(said.value).startswith(f"{tmp_path / name}: ")
    assert ".new-" not in str(said.value)
    assert list(tmp_path.iterdir()) == []


def test_a_warehouse_that_this_account_cannot_read_is_a_failure_and_no_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = empty(tmp_path / "w.duckdb")

    opens = Path.open

    def refused(self: Path, *how: Any, **more: Any) -> Any:
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opens(self, *how, **more)

    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # as for any account but root's
    monkeypatch.setattr(Path, "open", refused)
    left = CliRunner().invoke(app, ["status", "--warehouse", str(path)])
    assert isinstance(left.exception, PermissionError), left.output  # which leaves with 1
    assert left.exception.filename == str(path)


@pytest.mark.parametrize(
    ("said", "raised"), [("Query interrupted", KeyboardInterrupt), ("other", RuntimeError)]
)
def test_an_interrupt_in_the_middle_of_a_statement_is_one(
    said: str, raised: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine makes an error of its own of it, which would be told as a fault of the program."""

    class Interrupted:
        def execute(self, *_: object) -> None:
            raise RuntimeError(said)

    with Warehouse(None, SETTINGS) as warehouse:
        with monkeypatch.context() as patched:
            patched.setattr(warehouse, "_connection", Interrupted())
            with pytest.raises(raised):
                warehouse.run("SELECT 1")
        assert warehouse.value("SELECT 1") == 1


# ── memory and what is spilt ────────────────────────────────────────────────────────────────────────────


def groups(root: Path, lines: str, limits: dict[str, str]) -> Path:
    for name, text in {"proc/self/cgroup": lines, **limits}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("lines", "limits", "expected"),
    [
        ("0::/a/b", {"sys/fs/cgroup/a/b/memory.max": "max", "sys/fs/cgroup/a/memory.max": "300000"}, 300_000),
        ("0::/", {"sys/fs/cgroup/memory.max": "400000"}, 400_000),
        ("4:memory:/x\n1:cpu:/", {"sys/fs/cgroup/memory/memory.limit_in_bytes": "500000"}, 500_000),
        ("4:memory:/x", {"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "9223372036854771712"}, None),
        ("", {}, None),
    ],
)
def test_the_limit_of_a_container_is_what_there_is(
    tmp_path: Path, lines: str, limits: dict[str, str], expected: int | None
) -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert available_memory(groups(tmp_path, lines, limits)) == (expected or machine)


def test_a_share_is_of_what_there_is_and_a_size_as_given() -> None:
    assert memory_limit(None, 10 * 1024 * 1024) == "6144KiB"
    assert memory_limit("50%", 10 * 1024 * 1024) == "5120KiB"
    assert memory_limit("4GB", 10 * 1024 * 1024) == "4GB"


def test_memory_of_the_command_goes_before_the_configuration(tmp_path: Path) -> None:
    from lookup_audit.cli.common import open_warehouse

    (tmp_path / "c.toml").write_text("memory = '300MB'\n", encoding="utf-8")
    for memory, expected in ((None, "286.1 MiB"), ("200MB", "190.7 MiB")):
        with open_warehouse(
            tmp_path / "w.duckdb", tmp_path / "c.toml", must_exist=False, memory=memory
        ) as opened:
            assert opened.value("SELECT current_setting('memory_limit')") == expected


def test_what_is_spilt_is_beside_the_warehouse_for_its_owner_alone_and_gone_after_a_crash(
    tmp_path: Path,
) -> None:
    path = empty(tmp_path / "w.duckdb")
    spill = tmp_path / "w.duckdb.tmp"
    for left in (spill, tmp_path / "w.duckdb.ingest"):
        left.mkdir()
        (left / "rows").write_bytes(b"of a process that was killed")
    with Warehouse(path, SETTINGS) as warehouse:
        warehouse.run("SET memory_limit = '20MB'")
        assert not (tmp_path / "w.duckdb.ingest").exists()
        assert list(spill.iterdir()) == []
        assert stat.S_IMODE(spill.stat().st_mode) == 0o700
        warehouse.run("CREATE TEMP TABLE big AS SELECT range AS a, hash(range) AS b FROM range(3000000)")
        assert list(spill.iterdir())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["w.duckdb"]


# ── a full disk, a folder that cannot be written to ─────────────────────────────────────────────────────


COMMANDS = {
    "ingest": ["ingest", "{drop}"],
    "audit": ["audit", "--from", "2026-01-01"],
    "publish": ["publish"],
    "forget": ["forget", "--before", "2026-01-06", "--even-history", "--reason", "r"],
}


def content(path: Path) -> dict[str, Any]:
    """Rows of every table as a sum of hashes, but the trail; and the files that readers have."""
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        tables = [
            row["name"]
            for row in warehouse.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary")
        ]
        found = {
            table: warehouse.value(f"SELECT sum(hash({table})::HUGEINT)::VARCHAR FROM {table}")
            for table in tables
        }
    home = path.with_name(f"{path.name}.published")
    return found | {str(one.relative_to(home)): one.stat().st_size for one in sorted(home.rglob("*"))}


def run(
    words: list[str], path: Path, drop: Path, limit: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, which may write files up to a size only."""

    def bounded() -> None:
        if limit is not None:
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    given = [word.format(drop=drop) for word in words]
    return subprocess.run(
        [sys.executable, "-m", "lookup_audit.cli", *given, "--warehouse", str(path)],
        capture_output=True, text=True, check=False, preexec_fn=bounded,
    )  # fmt: skip


def nothing_is_half(
    command: str, done: "subprocess.CompletedProcess[str]", path: Path, known: dict[str, Any]
) -> None:
    """Nothing changed; of a drop the files that are said to be complete are there, and no others."""
    assert "Traceback" not in done.stderr
    if command != "ingest":
        found = content(path)
        if command == "audit":  # the days before are complete, and their runs say when they were done again
            found["runs"] = known["runs"]
        assert found == known
        return
    named = re.search(r"Loaded before it, and complete: (.+)", done.stderr)
    with Warehouse(path, SETTINGS, must_exist=True) as warehouse:
        files = {
            row["file"]: row["rows_loaded"]
            for row in warehouse.rows("SELECT file, rows_loaded FROM input_files")
        }
        assert sorted(files) == sorted(named[1].split(", ") if named else [])
        rows = sum(warehouse.count(table) for table in TABLES)
        assert rows == sum(files.values())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """A function that mounts a disk of so many bytes at `tmp_path/disk`, or changes it (`remount,ro`)."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(options: str) -> None:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", str(disk)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"no disk can be mounted here, so it is not tried: {done.stderr.strip()}")

    yield mount
    subprocess.run(["umount", "-l", str(disk)], capture_output=True, check=False)


def before_of(command: str, audited: Path, folder: Path) -> Path:
    """A warehouse on which the command has something to do."""
    path = folder / "w.duckdb"
    if command == "ingest":
        return empty(path)
    for one in audited.parent.iterdir():
        copy = shutil.copytree if one.is_dir() else shutil.copy
        copy(one, folder / one.name, **({"symlinks": True} if one.is_dir() else {}))
    if command == "publish":
        with Warehouse(path, SETTINGS) as warehouse:
            audit(warehouse, days_to_audit(warehouse, first=date.min))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_said_and_changes_nothing(
    command: str, audited: Path, drop: Path, tmp_path: Path, small_disk: Callable[..., None]
) -> None:
    small_disk("size=100m,mode=0700")
    path = before_of(command, audited, tmp_path / "disk")
    known = content(path)
    (tmp_path / "disk" / "w.duckdb.log").write_bytes(b"")
    taken = sum(one.stat().st_blocks * 512 for one in (tmp_path / "disk").rglob("*") if not one.is_symlink())
    filler = tmp_path / "disk" / "filler"
    free = {"ingest": 500_000, "audit": 150_000, "publish": -45_000, "forget": 300_000}[command]
    filler.write_bytes(b"\0" * (100 * 1024 * 1024 - taken - free - 65_536))
    done = run(COMMANDS[command], path, drop)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "No space left" in done.stderr or "are free" in done.stderr, done.stderr
    filler.unlink()
    nothing_is_half(command, done, path, known)
    again = run(COMMANDS[command], path, drop)
    assert again.returncode in {0, 3}, again.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_became_read_only_is_said_and_changes_nothing(
    command: str, audited: Path, drop: Path, tmp_path: Path, small_disk: Callable[..., None]
) -> None:
    small_disk("size=100m,mode=0700")
    path = before_of(command, audited, tmp_path / "disk")
    known = content(path)
    small_disk("remount,ro")
    done = run(COMMANDS[command], path, drop)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Read-only file system" in done.stderr
    small_disk("remount,rw")
    nothing_is_half(command, done, path, known)


@pytest.mark.parametrize("command", ["ingest", "audit", "publish"])
def test_where_no_more_may_be_written_it_is_said_and_changes_nothing(
    command: str, audited: Path, drop: Path, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    path = before_of(command, audited, tmp_path / "disk")
    known = content(path)
    done = run(COMMANDS[command], path, drop, limit={"publish": 1_000}.get(command, 50_000))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "File too large" in done.stderr, done.stderr
    nothing_is_half(command, done, path, known)


# ── a share that drops ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENOENT])
def test_a_share_that_is_gone_in_the_middle_says_what_was_loaded_and_the_next_run_carries_on(
    number: int, drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "w.duckdb", list[str]()
    load = loading.load_file
    import lookup_audit.ingest as whole

    def drops(warehouse: Warehouse, reader: Any, folder: Path) -> Any:
        seen.append(reader.file.name)
        done = load(warehouse, reader, folder) if len(seen) < 4 else None
        if done is None:
            with warehouse.transaction():
                warehouse.run("INSERT INTO users BY NAME SELECT 'half' AS user_id, 'f' AS file_id")
                raise OSError(number, os.strerror(number), str(drop / reader.file.name))
        return done

    monkeypatch.setattr(whole, "load_file", drops)
    with Warehouse(path, SETTINGS) as warehouse:
        with pytest.raises(InputError) as said:
            ingest(warehouse, drop)
        assert os.strerror(number) in str(said.value)
        assert seen[3] in str(said.value)
        assert f"Loaded before it, and complete: {', '.join(seen[:3])}" in str(said.value)
        assert warehouse.count("input_files") == 3
        assert not warehouse.value("SELECT count(*) FROM users WHERE user_id = 'half'")
        monkeypatch.undo()
        summary = ingest(warehouse, drop)
        assert [one.file for one in summary.files if one.status == "already_loaded"] == seen[:3]
        assert warehouse.count("input_files") == len(list(drop.iterdir()))


# ── a clock that is set ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "jump", [timedelta(hours=-1), timedelta(days=-1), timedelta(hours=1), timedelta(days=1)]
)
def test_a_clock_that_is_set_between_two_runs_changes_no_order(
    jump: timedelta, drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.utc_now
    late = tmp_path / "late"
    shutil.copytree(drop, late)
    last = max(late.glob("lookups-*"))
    last.rename(tmp_path / last.name)
    with Warehouse(tmp_path / "w.duckdb", SETTINGS) as warehouse:
        ingest(warehouse, late)
        audit(warehouse, days_to_audit(warehouse))
        record(warehouse, action="whose", about="u", reason="before", who=Actor("a"))
        publish(warehouse)
        monkeypatch.setattr(clock, "utc_now", lambda: real() + jump)
        record(warehouse, action="whose", about="u", reason="after", who=Actor("a"))
        (tmp_path / last.name).rename(late / last.name)
        ingest(warehouse, late)
        done = audit(warehouse, days_to_audit(warehouse))
        assert done, "what came after is audited, whatever its time"
        assert publish(warehouse).is_new
        entries = list_entries(warehouse)
        assert [entry["reason"] for entry in entries] == ["before", "after"]
        assert entries[0]["entered_at"] < entries[1]["entered_at"]
        assert verify(warehouse) == []
        loaded = warehouse.rows("SELECT loaded_at FROM input_files ORDER BY rowid")
        assert [row["loaded_at"] for row in loaded] == sorted(row["loaded_at"] for row in loaded)
        assert len({row["loaded_at"] for row in loaded}) == len(loaded)
        first = warehouse.value("SELECT min(finished_at) FROM runs")
        assert loaded[-1]["loaded_at"] > first, "it came after that audit"
        assert warehouse.value("SELECT max(started_at) FROM runs") > loaded[-1]["loaded_at"]


# ── killed ──────────────────────────────────────────────────────────────────────────────────────────────


def test_killed_at_random_moments_a_plain_run_ends_as_an_undisturbed_one() -> None:
    words = [
        "--kills",
        "4",
        "--phase",
        "audit",
        "--phase",
        "forget",
        "--seed",
        str(time.time_ns() % 10_000),
        "--json",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", *words],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["phases"] == {"audit": 2, "forget": 2}


def test_what_the_engine_keeps_beside_a_warehouse_is_its_owners_only_whatever_the_umask(
    tmp_path: Path,
) -> None:
    before = os.umask(0)
    try:
        with Warehouse(tmp_path / "w.duckdb", Settings()) as warehouse:
            with warehouse.transaction():
                warehouse.run("INSERT INTO pending_days VALUES (DATE '2026-01-05', 'lookups')")
            made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert made.keys() >= {"w.duckdb", "w.duckdb.wal"}
    assert not [name for name, mode in made.items() if mode & 0o077]
