"""The nightly run in one command: what it says, leaves, and leaves with; and status, by which it is watched."""

import errno
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lookup_audit.cli import main
from lookup_audit.cli.common import program
from lookup_audit.cli.night_summary import duration
from lookup_audit.operation.metrics import Metric, Run, run_metrics, write_metrics
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse
from tests.names_in import names_in, words_of

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three deliveries: a day with its context, a day alone, and a day with rejected rows and what came late."""
    home = tmp_path_factory.mktemp("drops")
    simulate(home / "whole", users=30, days=3, seed=5, formats="csv", bad_rows=4)
    for number, name in enumerate(("2026-01-05", "2026-01-06", "2026-01-07"), 1):
        (home / name).mkdir()
        for file in list((home / "whole").iterdir()):
            is_of_day = name in file.name
            is_context = not file.name.startswith("lookups")
            is_late = "late" in file.name or file.name.startswith("shifts")
            if is_of_day or (is_context and number == (3 if is_late else 1)):
                shutil.copy(file, home / name)
    shutil.rmtree(home / "whole")
    return home


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: Any) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lookup-audit", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def audited(path: Path) -> list[dict[str, Any]]:
    with Warehouse(path, Settings()) as opened:
        return opened.rows(
            "SELECT system, lookup_id, risk, motive, detectors, work_links, sum_shown FROM lookup_risk ORDER BY ALL"
        )


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Another process has the warehouse open."""
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        try:
            yield holder.pid
        finally:
            holder.communicate("\n")


def metrics_in(path: Path) -> dict[str, Any]:
    """Every sample of a metrics file, as Prometheus itself reads it; by name without the prefix, and label."""
    found = {}
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        assert family.documentation, family.name
        assert family.type == "gauge", family.name
        for sample in family.samples:
            name = sample.name.removeprefix("lookup_audit_")
            assert name != sample.name
            found[name if not sample.labels else (name, *sample.labels.values())] = sample.value
    return found


def test_a_night_after_another_and_a_backfill_end_with_the_same(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    nightly, at_once = tmp_path / "nightly.duckdb", tmp_path / "at_once.duckdb"
    codes = [command("night", drop, "--warehouse", nightly)[0] for drop in sorted(drops.iterdir())]
    code, out, _ = command("night", *sorted(drops.iterdir(), reverse=True), "--warehouse", at_once, "--json")
    answer = json.loads(out)
    assert (codes, code, answer["exit_code"]) == ([0, 0, 3], 3, 3)
    assert [drop["name"] for drop in answer["drops"]] == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert [day["audit_date"] for day in answer["days"]] == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert not any(day["again"] for day in answer["days"])  # all drops were loaded first
    assert sum(answer["rejected"].values()) == sum(drop["rejected"] for drop in answer["drops"]) > 0
    assert audited(nightly) == audited(at_once) != []


@pytest.fixture(scope="module")
def done(drops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse after a night in a journal, its metrics, and what the night said."""
    home = tmp_path_factory.mktemp("done")
    (home / "c.toml").write_text('required_detectors = ["peer_anomaly"]\n')
    asked = [
        "night", drops / "2026-01-05", drops / "2026-01-07", drops / "2026-02-30", "--warehouse", home / "w.duckdb",
        "--metrics", home / "m" / "x.prom", "--config", home / "c.toml",
    ]  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-m", "lookup_audit.cli", *map(str, asked)],
        capture_output=True,
        text=True,
        check=False,
    )
    (home / "out").write_text(ran.stdout)
    (home / "err").write_text(ran.stderr)
    assert ran.returncode == 1, ran.stderr
    return home


def test_one_screen_says_what_came_in_what_was_audited_what_is_missing_and_what_to_do(done: Path) -> None:
    lines = (done / "out").read_text().splitlines()
    assert len(lines) <= 24
    assert lines[0].startswith("NOT DONE: a drop could not be loaded; the rest was, in ")
    said = "\n".join(lines)
    for part in (
        "drops      2 loaded, 1 missing",
        "2026-02-30: MISSING: ",
        "rejected   ",
        "audited    2 days, 2026-01-05 to 2026-01-07",
        "explained  ",
        "skipped    peer_anomaly (REQUIRED) on 2 days: needs more past user-days",
        "published  version 1 in ",
        "next       have the drop delivered again or mended",
    ):
        assert part in said, part


def test_a_journal_gets_a_line_for_each_drop_and_what_went_wrong_and_none_for_each_day(done: Path) -> None:
    lines = (done / "err").read_text().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "drop loaded", "drop loaded", "rows rejected", "drop not loaded", "published", "ended",
    ]  # fmt: skip


def test_prometheus_reads_the_metrics_and_they_say_what_the_warehouse_says(done: Path) -> None:
    found = metrics_in(done / "m" / "x.prom")
    with Warehouse(done / "w.duckdb", Settings()) as opened:
        run = opened.rows("SELECT * FROM runs ORDER BY audit_date DESC LIMIT 1")[0]
        rejected = opened.rows("SELECT reason, count(*) AS n FROM rejected_rows GROUP BY reason")
        questions = opened.value(
            "SELECT count(*) FROM lookup_risk WHERE audit_date = $d", {"d": run["audit_date"]}
        )
        queued = opened.value("SELECT count(*) FROM alerts WHERE queued AND status = 'new'")
        assert words_of((done / "m" / "x.prom").read_bytes()) & names_in(opened) == set()
    assert (found["last_run_exit_code"], found["last_run_success"]) == (1, 0)
    assert "last_success_timestamp_seconds" not in found
    assert abs(found["last_run_timestamp_seconds"] - time.time()) < 3600
    assert found["last_run_duration_seconds"] > 0
    assert (found["night_lookups"], found["night_explained"]) == (run["lookups"], run["explained"])
    assert found["night_questions"] == questions
    assert found["alerts_queued_unjudged"] == queued
    assert {row["reason"]: row["n"] for row in rejected} == {
        name[1]: value for name, value in found.items() if name[0] == "rejected_rows"
    }
    assert found["detectors_skipped", "peer_anomaly"] == 1
    assert (found["days_pending"], found["days_waiting"]) == (0, 0)
    assert found["newest_audited_day_timestamp_seconds"] == 1767740400  # 2026-01-07 00:00 in Amsterdam
    assert found["warehouse_bytes"] > 0 < found["disk_free_bytes"]
    assert stat.S_IMODE((done / "m" / "x.prom").stat().st_mode) == 0o640


def test_a_night_that_fails_keeps_what_only_one_that_went_well_can_say(tmp_path: Path) -> None:
    path = tmp_path / "x.prom"
    odd = 'a "quoted" \\ name\nover two lines'
    write_metrics(path, [*run_metrics(Run(3, 5.0, 1000.0)), Metric("gaps", "Odd.", {odd: 2.0}, "kind")])
    write_metrics(path, run_metrics(Run(1, 1.25, 2000.5)))
    found = metrics_in(path)
    assert found["last_success_timestamp_seconds"] == 1000
    assert (found["last_run_timestamp_seconds"], found["last_run_duration_seconds"]) == (2000.5, 1.25)
    assert (found["last_run_success"], found["last_run_exit_code"]) == (0, 1)
    assert found["gaps", odd] == 2
    names = [line.split()[2] for line in path.read_text().splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("before", [b"\xff\xfe", b"# HELP other x\n# TYPE other gauge\nother 1\n", b"{"])
def test_a_file_of_metrics_that_another_wrote_is_replaced(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "x.prom").write_bytes(before)
    write_metrics(tmp_path / "x.prom", run_metrics(Run(0, 5.0, 1000.0)))
    assert metrics_in(tmp_path / "x.prom")["last_run_success"] == 1


def test_a_drop_that_is_known_is_said_and_metrics_or_a_log_that_cannot_be_written_stop_nothing(
    done: Path, drops: Path, tmp_path: Path, command: Command
) -> None:
    (tmp_path / "c.toml").write_text(f'[operation]\nlog_file = "{tmp_path}/none/x.log"\n')
    (tmp_path / "file").touch()
    code, out, err = command(
        "night", drops / "2026-01-07", "--warehouse", done / "w.duckdb", "--config", tmp_path / "c.toml",
        "--metrics", tmp_path / "file" / "x.prom",
    )  # fmt: skip
    assert code == 0
    assert "1 loaded before" in out
    assert re.search(r"all of its \d+ files had been loaded before; \d rows? of those still rejected", out)
    assert "nothing new came in" in out
    assert "the log cannot be written" in err
    assert "the metrics cannot be written" in err
    assert "that changes nothing else" in err
    assert command("night", drops / "2026-01-05", "--warehouse", done / "w.duckdb", "--quiet") == (0, "", "")


def test_a_night_that_fails_says_why_once_and_makes_no_folder_for_its_metrics(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    missing = tmp_path / "mistyped" / "w.duckdb"
    code, out, err = command(
        "night", drops / "2026-01-07", "--warehouse", missing, "--metrics", missing.with_name("x.prom")
    )
    assert (code, out) == (1, "")
    why = f"{missing}: there is no folder {missing.parent} to make a warehouse in; make it first"
    assert err.count(why) == 1
    assert f"{missing.with_name('x.prom')}: the metrics cannot be written: its folder is not there" in err
    assert "everything else is done" not in err
    assert not missing.parent.exists()


def test_gaps_are_said_with_their_days_and_what_they_weaken_also_where_a_night_is_to_be_quiet(
    drops: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        ("silent_system", "BRP", []), ("missing_roster", "Team 4", ["off_duty"]), ("volume", "", []),
        ("empty_table", "shifts", ["dispatch", "off_duty"]),
    ]  # fmt: skip

    def note_odd(kinds: set[str]) -> Callable[..., list[Any]]:
        def note(warehouse: Warehouse, day: date, skipped: list[str]) -> list[Any]:
            for kind, part, less in odd:
                if kind in kinds and (kind != "missing_roster" or day.day == 6):
                    warehouse.run(_GAP, {"day": day, "kind": kind, "part": part, "less": less})
            return []

        return note

    monkeypatch.setattr("lookup_audit.pipeline.night.note_gaps", note_odd({kind for kind, _, _ in odd}))
    two = [drops / "2026-01-05", drops / "2026-01-06"]
    code, out, _ = command("night", *two, "--warehouse", tmp_path / "w.duckdb", "--quiet")
    assert code == 0
    said = [line for line in out.splitlines() if line.startswith("gap")]
    assert said == [
        "gap        missing roster on 2 days from 2026-01-05 to 2026-01-06: all teams; less from off_duty; "
        "work may raise a question for want of dispatch",
        "gap        missing roster on 2026-01-06: Team 4; less from off_duty",
        "gap        silent system on 2 days from 2026-01-05 to 2026-01-06: BRP; "
        "no detector says anything about what did not come in",
        "gap        volume on 2 days from 2026-01-05 to 2026-01-06: all systems; far fewer lookups than usual: "
        "a holiday, or is a part still to come?",
    ]
    assert "quality --warehouse" in out
    log = [json.loads(line) for line in (tmp_path / "w.duckdb.log").read_text().splitlines()]
    entered = [
        (line["level"], line["day"], line["kind"], line["parts"], line["disables"])
        for line in log
        if line["event"] == "gap" and line["day"] == "2026-01-06"
    ]
    assert entered == [
        ("warning", "2026-01-06", "empty_table", 1, ["dispatch", "off_duty"]),
        ("warning", "2026-01-06", "missing_roster", 1, ["off_duty"]),
        ("warning", "2026-01-06", "silent_system", 1, []),
        ("warning", "2026-01-06", "volume", 1, []),
    ]


def test_a_quiet_night_speaks_of_half_a_delivery_and_not_of_a_busy_day_or_system(
    drops: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def night(part: str, seen: float) -> str:
        def note(warehouse: Warehouse, day: date, _: list[str]) -> list[Any]:
            gap = {"day": day, "kind": "volume", "part": part, "less": []}
            warehouse.run(_GAP, gap)
            warehouse.run("UPDATE gaps SET seen = $seen", {"seen": seen})
            return []

        monkeypatch.setattr("lookup_audit.pipeline.night.note_gaps", note)
        path = tmp_path / f"{part}{seen}.duckdb"
        code, out, _ = command("night", drops / "2026-01-05", "--warehouse", path, "--quiet")
        assert code == 0
        return out

    assert "far fewer lookups than usual" in night("", 9)
    assert not night("", 60)
    assert not night("BRP", 9)


def test_a_day_on_which_nothing_came_is_said_by_the_night_after_it(
    drops: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept under its own day, which is no audited one."""

    def note(warehouse: Warehouse, day: date, _: list[str]) -> list[Any]:
        if day.day == 7:
            gap = {"day": day - timedelta(days=1), "kind": "silent_day", "part": "", "less": []}
            warehouse.run(_GAP, gap)
        return []

    monkeypatch.setattr("lookup_audit.pipeline.night.note_gaps", note)
    path, metrics = tmp_path / "w.duckdb", tmp_path / "m.prom"
    assert command("night", drops / "2026-01-05", "--warehouse", path)[0] == 0
    last = a_drop(tmp_path / "drop", "7,2026-01-07 09:00,u1,BVH,P1")
    code, out, _ = command("night", last, "--warehouse", path, "--quiet", "--metrics", metrics)
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("gap")] == [
        "gap        silent day on 2026-01-06: all systems; no detector says anything about what did not come in"
    ]
    log = [json.loads(line) for line in (tmp_path / "w.duckdb.log").read_text().splitlines()]
    assert [line["kind"] for line in log if line["event"] == "gap"] == ["silent_day"]
    assert 'lookup_audit_gaps{kind="silent_day"} 1' in metrics.read_text()


def test_rejected_rows_are_those_of_this_night_also_where_an_older_file_was_mended(
    tmp_path: Path, command: Command
) -> None:
    """A file that is loaded again takes its rejected rows away: more than came new."""
    path = tmp_path / "w.duckdb"
    drop = a_drop(tmp_path / "drop", *(f"{nr},05-01-2026 09:00,u1,BVH,P1" for nr in range(9)))
    assert command("night", drop, "--warehouse", path)[0] == 3
    (drop / "mapping.toml").write_text('[tables.lookups]\ntime_format = "%d-%m-%Y %H:%M"\n')
    a_drop(drop, "10,never,u1,BVH,P1", "11,06-01-2026 09:00,u1,BVH,P1", name="lookups-b.csv")
    code, out, _ = command("night", drop, "--warehouse", path)
    assert (code, "rejected   1 row: bad_time 1" in out) == (3, True), out
    log = [json.loads(line) for line in (tmp_path / "w.duckdb.log").read_text().splitlines()]
    assert [line["reasons"] for line in log if line["event"] == "rows_rejected"] == [
        {"bad_time": 9},
        {"bad_time": 1},
    ]


def test_a_night_whose_key_is_gone_says_so_before_it_changes_anything(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "w.duckdb"
    assert command("night", drops / "2026-01-05", "--warehouse", path)[0] == 0
    path.with_name("w.duckdb.key").unlink()
    code, _, err = command("night", drops / "2026-01-06", "--warehouse", path)
    assert (code, "the key of this warehouse is gone" in err) == (2, True)
    with Warehouse(path, Settings()) as opened:
        assert opened.value("SELECT max(local_date) FROM lookups") == date(2026, 1, 5)


def test_a_file_among_drops_is_named_and_does_not_stop_the_others(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    (tmp_path / "README.txt").write_text("how to deliver")
    given = [tmp_path / "README.txt", drops / "2026-01-05"]
    code, out, _ = command("night", *given, "--warehouse", tmp_path / "w.duckdb")
    assert code == 1
    assert "is not a folder" in out
    assert "audited    1 day, 2026-01-05" in out


def test_a_night_of_which_no_drop_could_be_loaded_says_just_that(tmp_path: Path, command: Command) -> None:
    code, out, _ = command("night", tmp_path / "nowhere", "--warehouse", tmp_path / "w.duckdb")
    assert code == 1
    assert out.startswith("NOT DONE: no drop could be loaded, in")
    assert "audited    nothing: no new input came" in out


def test_a_night_on_a_warehouse_in_use_says_by_whom_and_its_metrics_say_that_it_failed(
    done: Path, drops: Path, tmp_path: Path, command: Command
) -> None:
    with held(done / "w.duckdb") as pid:
        code, _, err = command(
            "night", drops / "2026-01-05", "--warehouse", done / "w.duckdb", "--metrics", tmp_path / "x.prom"
        )
    assert code == 1
    assert str(pid) in err
    assert metrics_in(tmp_path / "x.prom")["last_run_exit_code"] == 1


def test_files_are_no_drops_and_a_first_night_that_fails_leaves_no_warehouse(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "w.duckdb"
    code, _, err = command("night", *(drops / "2026-01-05").iterdir(), "--warehouse", path)
    assert (code, "give the folder" in err) == (2, True)
    (tmp_path / "empty").mkdir()
    code, out, _ = command("night", tmp_path / "empty", tmp_path / "none", "--warehouse", path)
    assert (code, "1 empty, 1 missing" in out) == (1, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["empty", "w.duckdb.log"]


def test_a_mapping_that_is_wrong_leaves_2_and_a_broken_file_beside_it_1(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    for name in ("mapped", "torn"):
        shutil.copytree(drops / "2026-01-05", tmp_path / name)
    (tmp_path / "mapped" / "mapping.toml").write_text("[tables.lookup]\n")
    (tmp_path / "torn" / "lookups-2026-01-05.csv").write_bytes(b"")
    path = tmp_path / "w.duckdb"
    code, out, _ = command("night", tmp_path / "mapped", "--warehouse", path)
    assert (code, "tables.lookup: unknown; did you mean lookups?" in out) == (2, True), out
    assert command("night", tmp_path / "mapped", tmp_path / "torn", "--warehouse", path)[0] == 1


def a_drop(folder: Path, *lookups: str, columns: str = "", name: str = "lookups.csv") -> Path:
    """A drop with one user and these lookups, each as "id,moment,user,system,subject" and what `columns` adds."""
    folder.mkdir(exist_ok=True)
    (folder / "users.csv").write_text("user_id\nu1\n")
    head = f"lookup_id,occurred_at,user_id,system,subject_id{columns}"
    (folder / name).write_text("\n".join([head, *lookups, ""]))
    return folder


def test_a_night_says_which_columns_mean_nothing_and_how_many_users_nobody_knows(
    tmp_path: Path, command: Command
) -> None:
    drop = a_drop(tmp_path / "drop", "1,2026-01-05 09:00,u2,BVH,P1,view", columns=",actie")
    _, out, _ = command("night", drop, "--warehouse", tmp_path / "w.duckdb")
    assert "warning    unknown column:actie: 1, unknown user: 1" in out


def test_a_drop_without_rights_is_named_and_does_not_stop_the_others(
    drops: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    listed = Path.iterdir

    def refused(
        path: Path,
    ) -> Iterator[Path]:  # rights of a folder do not hold for every account that runs this
        if path == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refused)
    monkeypatch.setattr(os, "access", lambda path, mode, **_: Path(path) != closed)
    code, out, _ = command("night", closed, drops / "2026-01-05", "--warehouse", tmp_path / "w.duckdb")
    assert (code, "1 loaded, 1 failed" in out) == (1, True), out
    assert f"closed: FAILED: {closed}: cannot be read: Permission denied" in out
    assert command("ingest", closed, "--warehouse", tmp_path / "w.duckdb")[0] == 1


def test_a_night_with_only_a_day_that_waits_says_so_and_not_that_no_input_changed(
    tmp_path: Path, command: Command
) -> None:
    for name, day in (("new", "2026-03-05"), ("old", "2026-01-05"), ("older", "2026-01-05")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lookups.csv").write_text(
            f"lookup_id,occurred_at,user_id,system,subject_id\n{name},{day} 09:00,u1,BVH,P1\n"
        )
    (tmp_path / "new" / "users.csv").write_text("user_id\nu1\n")
    for name in ("new", "old"):
        command("night", tmp_path / name, "--warehouse", tmp_path / "w.duckdb")
    _, out, _ = command("night", tmp_path / "older", "--warehouse", tmp_path / "w.duckdb")
    assert "nothing: every loaded day is done, no other day has new input" in out
    assert "waiting    1 day of long ago with new input, 2026-01-05\n" in out
    _, out, _ = command("night", tmp_path / "older", "--warehouse", tmp_path / "w.duckdb")
    assert "older: its 1 file had been loaded before" in out


def test_a_file_whose_name_nearly_names_a_table_is_said_also_where_a_night_is_to_be_quiet(
    tmp_path: Path, command: Command
) -> None:
    drop = a_drop(tmp_path / "drop", "1,2026-01-05 09:00,u1,BVH,P1", name="Lookups_2026-01-05.csv")
    meant = "Lookups_2026-01-05.csv: names no table; did you mean lookups-2026-01-05.csv?"
    assert meant in command("night", drop, "--warehouse", tmp_path / "w.duckdb")[1]
    a_drop(drop, "2,2026-01-05 09:00,u1,BVH,P1")
    code, out, _ = command("night", drop, "--quiet", "--warehouse", tmp_path / "w.duckdb")
    assert (code, meant in out) == (0, True)


def test_a_list_of_rejected_rows_that_is_cut_says_how_many_there_are(
    tmp_path: Path, command: Command
) -> None:
    drop = a_drop(tmp_path / "drop", *(f"{number},yesterday,u1,BVH,P1" for number in range(201)))
    command("night", drop, "--warehouse", tmp_path / "w.duckdb")
    _, _, err = command("status", "--rejected", "--warehouse", tmp_path / "w.duckdb")
    assert "200 of 201 rejected rows, of the newest files first" in err
    a_drop(drop, "new,2026-13-01,u1,BVH,P1", name="lookups-z.csv")
    command("night", drop, "--warehouse", tmp_path / "w.duckdb")
    _, out, _ = command("status", "--rejected", "--json", "--warehouse", tmp_path / "w.duckdb")
    said = json.loads(out)
    assert said["rejected_list"][0]["file"] == "lookups-z.csv"
    assert [list(one.values()) for one in said["rejected_by"]] == [
        ["lookups-z.csv", "occurred_at", "bad_time", 1],
        ["lookups.csv", "occurred_at", "bad_time", 201],
    ]
    _, out, _ = command("status", "--rejected", "--warehouse", tmp_path / "w.duckdb")
    assert re.search(r"lookups\.csv +occurred_at +bad_time +201", out)


def test_status_says_in_its_first_line_whether_last_night_is_complete(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "w.duckdb"
    first = lambda *more: command("status", "--warehouse", path, *more)  # noqa: E731
    shutil.copytree(drops / "2026-01-05", tmp_path / "drop")
    assert command("ingest", tmp_path / "drop", "--warehouse", path)[0] == 0
    code, out, _ = first("--check")
    assert (code, out.splitlines()[0][:45]) == (3, "INCOMPLETE: 1 day is pending, 2026-01-05; run")
    assert first()[0] == 0
    command("audit", "--warehouse", path)
    code, out, _ = first("--check")
    assert code == 0
    assert out.startswith("complete: every day up to 2026-01-05 is audited, published 20")
    age = (Settings().today() - date(2026, 1, 5)).days
    assert first("--check", "--max-age-days", age + 1)[0] == 0
    code, out, _ = first("--check", "--max-age-days", age - 1)
    assert (code, f"2026-01-05, is {age:,} days ago" in out) == (3, True)
    command("audit", "--no-publish", "--date", "2026-01-05", "--warehouse", path)
    code, out, _ = first("--check")
    assert (code, "readers have what was before" in out.splitlines()[0]) == (3, True)
    assert command("publish", "--warehouse", path)[0] == 0
    assert first("--check")[0] == 0


def test_status_is_not_complete_where_not_one_of_the_last_lookups_could_be_loaded(
    drops: Path, tmp_path: Path, command: Command
) -> None:
    path, never = tmp_path / "w.duckdb", [f"{number},never,u1,BVH,P1" for number in (1, 2)]
    assert command("night", drops / "2026-01-05", "--warehouse", path)[0] == 0
    drop = a_drop(tmp_path / "drop", *never, name="lookups-06.csv")
    assert command("night", drop, "--warehouse", path)[0] == 3
    code, out, _ = command("status", "--warehouse", path, "--check")
    assert code == 3
    assert (
        "INCOMPLETE: of lookups-06.csv, which came last, nothing was accepted (2 rows)" in out.splitlines()[0]
    )
    a_drop(drop, never[0], "2,2026-01-06 09:00,u1,BVH,P1", name="lookups-06.csv")
    assert command("night", drop, "--warehouse", path)[0] == 3
    assert command("status", "--warehouse", path, "--check")[0] == 0


def test_status_of_nothing_loaded_and_of_days_that_wait(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "w.duckdb"
    Warehouse(path, Settings()).close()
    code, out, _ = command("status", "--warehouse", path, "--check")
    assert (code, "nothing is loaded yet" in out.splitlines()[0]) == (3, True)
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "users.csv").write_text("user_id\nu\n", encoding="utf-8")
    (tmp_path / "drop" / "lookups.csv").write_text(
        "lookup_id,occurred_at,user_id,system,subject_id\n1,never,u,BVH,s\n", encoding="utf-8"
    )
    command("ingest", tmp_path / "drop", "--warehouse", path)
    code, out, _ = command("status", "--warehouse", path, "--check")
    assert (code, out.splitlines()[0].replace(program(), "…")) == (
        3,
        "INCOMPLETE: 2 files loaded, but no lookup yet and 1 row was rejected (… status --rejected); "
        "run: … night DROP",
    )
    assert json.loads(command("status", "--warehouse", path, "--json")[1])["incomplete"] == "no_lookups"
    last = date(2026, 3, 1)
    with Warehouse(path, Settings()) as opened:
        opened.run("UPDATE input_files SET rows_loaded = 1, rows_rejected = 0")
        opened.run(
            "INSERT INTO lookups BY NAME SELECT '1' AS lookup_id, 'BVH' AS system, 'u' AS user_id, "
            "'f' AS file_id, TIMESTAMP '2026-01-01' AS occurred_at, DATE '2026-01-01' AS local_date, "
            "0 AS local_hour, 4 AS local_weekday"
        )
        for day in (last, last - timedelta(days=60)):
            opened.run(
                "INSERT INTO runs SELECT 'r', $day, now()::TIMESTAMP, now()::TIMESTAMP, "
                "'done', 'c', 'v', 1, 1, 1, 1, 0, []",
                {"day": day},
            )
        opened.run("INSERT INTO pending_days VALUES ($day, 'shifts')", {"day": last - timedelta(days=60)})
    code, out, _ = command("status", "--warehouse", path, "--check")
    assert (code, out.startswith("complete: every day up to 2026-03-01")) == (0, True)
    assert "waiting 2025-12-31: shifts" in out
    assert "audit --all" in out


def test_status_of_a_warehouse_in_use_says_by_whom_and_what_readers_have(
    done: Path, command: Command
) -> None:
    age = (Settings().today() - date(2026, 1, 7)).days
    with held(done / "w.duckdb") as pid:
        code, out, err = command("status", "--warehouse", done / "w.duckdb")
        assert (code, err) == (0, "")
        assert out.startswith("IN USE: ")
        assert str(pid) in out.splitlines()[0]
        assert "readers have every day up to 2026-01-07: version 1 in " in out
        assert command("status", "--warehouse", done / "w.duckdb", "--check")[0] == 3
        checked = ("status", "--warehouse", done / "w.duckdb", "--check", "--json", "--max-age-days")
        code, out, _ = command(*checked, age)
        assert (code, json.loads(out)["published"]["newest"]) == (0, "2026-01-07")
        assert command(*checked, age - 1)[0] == 3


def test_durations_are_said_in_words() -> None:
    assert [duration(seconds) for seconds in (7.6, 192, 7500)] == ["8 s", "3 min 12 s", "2 h 5 min"]


_GAP = """
INSERT INTO gaps BY NAME
SELECT $day AS day, $kind AS kind, $part AS part, 20.0 AS expected, 0.0 AS seen, $less::VARCHAR[] AS disables
"""
