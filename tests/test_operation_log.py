"""The log of operation: what stands in it, who can read it, and that it stops nothing."""

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app, main
from lookup_audit.cli.progress import Lines, time_left
from lookup_audit.errors import InputError, UsageError, WarehouseError
from lookup_audit.operation.log import Log, event, failed, in_short, log_path, shortfall
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse
from tests.names_in import names_in, words_of


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def log(tmp_path: Path, said: list[str]) -> Iterator[Log]:
    opened = Log(tmp_path / "w.log", "night", complain=said.append)
    yield opened
    opened.end(0)


def test_every_line_is_one_event_with_its_time_level_run_and_command(tmp_path: Path, said: list[str]) -> None:
    first = Log(tmp_path / "w.log", "night", complain=said.append)
    event("file_loaded", file="lookups\n.csv", rows=3)
    shortfall("rows_rejected", reasons={"no_such_day": 2})
    first.end(3)
    second = Log(tmp_path / "w.log", "audit", complain=said.append)
    second.end(0)
    entered = lines(tmp_path / "w.log")
    assert [line["event"] for line in entered] == [
        "started", "file_loaded", "rows_rejected", "ended", "started", "ended",
    ]  # fmt: skip
    assert [line["level"] for line in entered[:3]] == ["info", "info", "warning"]
    assert {line["command"] for line in entered[:4]} == {"night"}
    assert len({line["run"] for line in entered[:4]}) == 1
    assert entered[0]["run"] != entered[4]["run"]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in entered)
    assert (entered[3]["exit_code"], entered[1]["file"]) == (3, "lookups\n.csv")
    assert entered[3]["seconds"] >= 0
    assert said == []


def test_only_its_owner_reads_it_whatever_the_umask(tmp_path: Path, said: list[str]) -> None:
    before = os.umask(0)
    try:
        Log(tmp_path / "w.log", "night", complain=said.append).end(0)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "w.log").stat().st_mode) == 0o600


def test_a_log_that_others_could_read_is_its_owner_s_only_once_it_is_opened(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.log"
    for mode in (0o644, 0o600, 0o660):
        path.touch()
        path.chmod(mode)
        Log(path, "night", complain=said.append).end(0)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert said == []
    path.chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    Log(path, "night", complain=said.append).end(0)
    assert said == [f"{path}: others can read the log, and it belongs to another account"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert lines(path)[-1]["event"] == "ended"


def test_a_log_that_was_rotated_goes_on_in_a_new_file(tmp_path: Path, log: Log) -> None:
    event("before")
    (tmp_path / "w.log").rename(tmp_path / "w.log.1")
    event("after")
    assert [line["event"] for line in lines(tmp_path / "w.log.1")] == ["started", "before"]
    assert [line["event"] for line in lines(tmp_path / "w.log")] == ["after"]
    assert stat.S_IMODE((tmp_path / "w.log").stat().st_mode) == 0o600


def test_a_line_that_a_killed_process_left_torn_spoils_no_other(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "w.log").write_text('{"event": "sta')
    Log(tmp_path / "w.log", "night", complain=said.append).end(0)
    whole = (tmp_path / "w.log").read_text().splitlines()
    assert whole[0] == '{"event": "sta'
    assert [json.loads(line)["event"] for line in whole[1:]] == ["started", "ended"]


@pytest.mark.parametrize("path", ["no such folder/w.log", ".", "/dev/full"])
def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(
    tmp_path: Path, said: list[str], path: str
) -> None:
    opened = Log(tmp_path / path, "night", complain=said.append)
    for _ in range(3):
        event("day_audited")
    opened.end(0)
    assert len(said) == 1
    assert "the log cannot be written" in said[0]


def test_an_error_is_entered_without_what_it_may_quote(tmp_path: Path, log: Log) -> None:
    failed(InputError("lookups.csv: no column system; it has Jansen, 1234AB"))
    failed(UsageError("no user U0815"))
    failed(RuntimeError("U0815"))
    failed(WarehouseError("w.duckdb: in use by process 12"))
    failed(OSError(28, "No space left on device", "/data/w.duckdb"))
    assert "Jansen" not in (tmp_path / "w.log").read_text()
    assert "U0815" not in (tmp_path / "w.log").read_text()
    errors = [line for line in lines(tmp_path / "w.log") if line["event"] == "error"]
    assert [line["error"] for line in errors] == [
        "InputError", "UsageError", "RuntimeError", "WarehouseError", "OSError",
    ]  # fmt: skip
    assert "process 12" in errors[3]["message"]
    assert (errors[4]["message"], errors[4]["file"]) == ("No space left on device", "w.duckdb")


def test_short_lines_say_the_same_and_leave_what_it_failed_on_to_the_command(
    log: Log, said: list[str]
) -> None:
    log.say_events(said.append, hidden=frozenset({"file_loaded"}))
    event("file_loaded", rows=3)
    event("drop_loaded", drop="2026-03-01", rows=3)
    shortfall("rows_rejected", reasons={"empty": 2})
    failed(UsageError("no user U0815"))
    assert said == [
        "drop loaded: drop 2026-03-01, rows 3", "rows rejected: reasons empty=2",
    ]  # fmt: skip
    assert in_short("done", {}) == "done"


def test_an_event_is_one_short_line_whatever_a_file_is_called(log: Log, said: list[str]) -> None:
    log.say_events(said.append)
    event("drop_loaded", drop="evil\nended: exit code 0\x1b[31m", reasons={"a\r\u2028b": 1})
    assert said == ["drop loaded: drop evil ⏎ ended: exit code 0⟨U+001B⟩[31m, reasons a⟨U+000D⟩⟨U+2028⟩b=1"]


def test_nothing_is_entered_where_no_log_is_open(tmp_path: Path) -> None:
    event("nobody_listens")
    assert list(tmp_path.iterdir()) == []


def test_it_is_beside_the_warehouse_or_where_it_is_configured(tmp_path: Path) -> None:
    assert log_path(Settings(), tmp_path / "w.duckdb") == tmp_path / "w.duckdb.log"
    configured = Settings.model_validate({"operation": {"log_file": "/var/log/x.log"}})
    assert log_path(configured, tmp_path / "w.duckdb") == Path("/var/log/x.log")


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world") / "drop"
    simulate(out, users=30, days=3, seed=5, formats="mixed", bad_rows=6)
    return out


def test_commands_that_change_something_are_in_the_log_with_their_exit_code_and_name_nobody(
    drop: Path, tmp_path: Path
) -> None:
    path = tmp_path / "w.duckdb"
    runner = CliRunner()
    for command in (
        ["ingest", str(drop)], ["audit"], ["audit"], ["status"], ["alerts"], ["audit", "--from", "2031-01-01"],
        ["audit", "--from", "2026-05-01", "--to", "2026-04-01"],
    ):  # fmt: skip
        runner.invoke(app, [*command, "--warehouse", str(path)])
    entered = lines(Path(f"{path}.log"))
    ends = [(line["command"], line["exit_code"]) for line in entered if line["event"] == "ended"]
    assert ends == [("ingest", 3), ("audit", 0), ("audit", 0), ("audit", 2)]
    assert [line["error"] for line in entered if line["event"] == "error"] == ["UsageError"]
    assert len([line for line in entered if line["event"] == "day_audited"]) == 3
    published = [line["version"] for line in entered if line["event"] == "published"]
    assert published == [1]  # the second audit changed nothing
    with Warehouse(path, Settings()) as opened:
        assert words_of(Path(f"{path}.log").read_bytes()) & names_in(opened) == set()


def test_who_interrupts_a_night_is_told_what_is_kept_and_the_log_has_the_exit_code_that_it_left_with(
    drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lookup_audit.operation.night.ingest", interrupted)
    path = tmp_path / "w.duckdb"
    monkeypatch.setattr(
        sys, "argv", ["lookup-audit", "night", str(drop), "--warehouse", str(path), "--quiet"]
    )
    with pytest.raises(SystemExit) as left:
        main()
    assert capsys.readouterr().err == (
        "lookup-audit: stopped; what was complete is kept, what was under way is undone\n"
    )
    (ended,) = [line for line in lines(Path(f"{path}.log")) if line["event"] == "ended"]
    assert (left.value.code, ended["exit_code"]) == (1, 1)


def test_a_warehouse_that_is_not_there_leaves_no_log(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["lookup-audit", "audit", "--warehouse", str(tmp_path / "none.duckdb")])
    with pytest.raises(SystemExit):
        main()
    assert "no warehouse here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_progress_is_a_line_at_most_once_a_minute_with_the_time_left() -> None:
    said: list[str] = []
    now = [0.0]
    progress = Lines("audit", said.append, clock=lambda: now[0])
    for day in range(400):
        now[0] = day * 3.0
        progress.update(day, 400, f"day {day}")
    assert len(said) == 19  # in 20 minutes; none in the first
    assert said[0] == "audit: 20 of 400 (day 20), about 19 minutes left"
    now[0] = 9999
    progress.update(400, 400, "")
    assert said[-1] == "audit: 400 of 400"


def test_time_left_is_as_coarse_as_a_guess_deserves() -> None:
    assert [time_left(seconds) for seconds in (0, 44, 91, 3000, 9000)] == [
        "10 seconds", "40 seconds", "2 minutes", "50 minutes", "2.5 hours",
    ]  # fmt: skip
