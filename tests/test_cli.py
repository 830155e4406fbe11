"""The command line as other systems rely on it: commands, exit codes, JSON, files for their owner only."""

import json
import os
import shutil
import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lookup_audit import __version__
from lookup_audit.cli import app, main
from lookup_audit.cli.common import counted, program
from lookup_audit.reporting.export import OUTPUT_TABLES
from lookup_audit.reporting.page import FIGURE_LIBRARY
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse
from tests.names_in import names_in, words_of

COMMANDS = {
    "demo", "simulate", "ingest", "audit", "alerts", "triage", "report", "dossier", "evaluate", "export",
    "rules", "status", "whose", "document", "forget",
}  # fmt: skip
CONTRACT_COLUMNS = {
    "findings": "finding_id run_id audit_date detector motive system lookup_id user_id subject_id occurred_at "
    "score evidence",
    "lookup_risk": "system lookup_id occurred_at user_id subject_id risk motive detectors work_links alert_id",
    "work_links": "system lookup_id explanation strength",
    "alerts": "alert_id user_id subject_id motive first_at last_at lookups risk rank status",
    "control_sample": "control_id system lookup_id occurred_at user_id subject_id audit_date",
    "user_days": "user_id day peer_group anomaly_score top_features",
    "runs": "run_id audit_date started_at finished_at status config_hash code_version lookups explained "
    "first_lookups first_explained findings skipped_detectors",
}


def run(monkeypatch, capsys, *arguments) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["lookup-audit", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


@pytest.fixture(scope="module")
def drop(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("world") / "drop"
    simulate(out, users=40, days=8, seed=5, formats="mixed", bad_rows=6)
    return out


@pytest.fixture(scope="module")
def warehouse(drop, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("audited") / "w.duckdb"
    runner = CliRunner()
    assert runner.invoke(app, ["ingest", str(drop), "--warehouse", str(path)]).exit_code == 3
    assert runner.invoke(app, ["audit", "--warehouse", str(path)]).exit_code == 0
    return path


def test_every_command_of_the_contract_is_there_and_explains_itself():
    runner = CliRunner()
    listed = runner.invoke(app, ["--help"]).output
    for command in COMMANDS:
        assert f"\n  {command} " in listed
        text = runner.invoke(app, [command, "--help"]).output
        assert "--warehouse" in text, command
        assert "--config" in text, command


def test_it_says_which_version_it_is(monkeypatch, capsys):
    assert run(monkeypatch, capsys, "--version") == (0, f"lookup-audit {__version__}\n", "")


def test_what_follows_a_number_agrees_with_it():
    assert [counted(count, "day") for count in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert [counted(count, "more is", "more are") for count in (1, 1200)] == ["1 more is", "1,200 more are"]


def test_a_command_to_paste_names_the_program_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert program() == "lookup-audit"
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "lookup-audit").touch()
    assert program() == "lookup-audit"  # an environment, but another one than this runs in
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert program() == ".venv/bin/lookup-audit"


def test_help_imports_nothing_heavy():
    heavy = ("duckdb", "pandas", "numpy", "sklearn", "plotly", "pyarrow", "jinja2", "pydantic")
    code = f"import sys, lookup_audit.cli; print([name for name in {heavy!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_rejected_rows_leave_exit_code_3_and_counts_that_add_up(drop, tmp_path, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "ingest", drop, "--warehouse", tmp_path / "w.duckdb", "--json")
    assert code == 3
    files = json.loads(out)["files"]
    assert sum(file["rows_rejected"] for file in files) > 0
    for file in files:
        assert file["rows_read"] == file["rows_loaded"] + file["rows_rejected"] + file["rows_duplicate"], file


def test_loading_the_same_drop_again_changes_nothing(drop, warehouse, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "ingest", drop, "--warehouse", warehouse, "--json")
    assert code == 0
    assert {file["status"] for file in json.loads(out)["files"]} == {"already_loaded"}
    code, out, _ = run(monkeypatch, capsys, "audit", "--warehouse", warehouse)
    assert (code, "Nothing to audit" in out) == (0, True)


def test_exports_hold_the_columns_of_the_contract_and_are_the_same_twice(
    drop, warehouse, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    other = tmp_path / "again.duckdb"
    run(monkeypatch, capsys, "export", tmp_path / "before", "--warehouse", warehouse)
    shutil.copy(f"{warehouse}.key", f"{other}.key")  # another key would make other pseudonyms
    run(monkeypatch, capsys, "ingest", drop, "--warehouse", other)
    run(monkeypatch, capsys, "audit", "--warehouse", other)
    run(monkeypatch, capsys, "audit", "--warehouse", warehouse, "--from", "2026-01-01")
    for path, out in ((warehouse, tmp_path / "first"), (other, tmp_path / "second")):
        code, *_ = run(monkeypatch, capsys, "export", out, "--warehouse", path)
        assert code == 0
    for table in OUTPUT_TABLES:
        file = tmp_path / "first" / f"{table}.parquet"
        assert set(CONTRACT_COLUMNS[table].split()) <= set(pq.read_schema(file).names)
        assert pq.read_metadata(file).num_rows > 0, table
        assert file.read_bytes() == (tmp_path / "second" / f"{table}.parquet").read_bytes(), table
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_command_it_says_what_there_is(monkeypatch, capsys):
    _, out, err = run(monkeypatch, capsys)
    assert "Usage: lookup-audit" in out + err
    assert "night" in out + err


def test_alerts_are_ranked_from_1_by_risk_and_take_a_verdict(warehouse, monkeypatch, capsys):
    _, out, _ = run(monkeypatch, capsys, "alerts", "--warehouse", warehouse, "--json", "--limit", "1000")
    alerts = json.loads(out)
    assert [alert["rank"] for alert in alerts] == list(range(1, len(alerts) + 1))
    assert [alert["risk"] for alert in alerts] == sorted((alert["risk"] for alert in alerts), reverse=True)
    chosen = alerts[-1]["alert_id"]
    verdict = (
        "triage",
        chosen,
        "--verdict",
        "explained",
        "--note",
        "own case, late",
        "--warehouse",
        warehouse,
    )
    assert run(monkeypatch, capsys, *verdict)[0] == 0
    _, out, _ = run(
        monkeypatch, capsys, "alerts", "--warehouse", warehouse, "--status", "explained", "--json"
    )
    assert [alert["alert_id"] for alert in json.loads(out)] == [chosen]
    wrong = ("triage", chosen, "--verdict", "guilty", "--note", "x", "--warehouse", warehouse)
    assert run(monkeypatch, capsys, *wrong)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("audit", "--warehouse", "{tmp}/none.duckdb"), 1, "no warehouse here"),
        (("audit", "--date", "yesterday"), 2, "is not a day"),
        (
            ("status", "--warehouse", "{warehouse}", "--config", "{tmp}/size.toml"),
            2,
            "memory: '1XB' is no size; write it as '4GB'",
        ),
        (
            ("status", "--warehouse", "{warehouse}", "--config", "{tmp}/order.toml"),
            2,
            "[rules.fixation]: minimum_days = 3 must be below strong_days = 2",
        ),
        (
            ("status", "--warehouse", "{warehouse}", "--config", "{tmp}/burst.toml"),
            2,
            "burst_days = 30 must be below history_days = 30",
        ),
        (
            ("status", "--warehouse", "{warehouse}", "--config", "{tmp}/typo.toml"),
            2,
            "did you mean history_days",
        ),
        (("ingest", "{tmp}/empty", "--warehouse", "{tmp}/new.duckdb"), 1, "empty"),
        (("ingest", "{tmp}/missing", "--warehouse", "{tmp}/new.duckdb"), 1, "missing"),
        (("rules", "neighbor"), 2, "no rule or explanation 'neighbor'; did you mean neighbour?"),
        (
            ("dossier", "u1", "--mandate", " ", "--warehouse", "{warehouse}", "--out", "{tmp}/d"),
            2,
            "no user u1",
        ),
        (("status", "--warehouse", "{tmp}/typo.toml"), 1, "not a warehouse"),
        (("status", "--warehouse", "{tmp}/empty"), 1, "is a folder"),
        (
            ("report", "--from", "2030-01-01", "--warehouse", "{warehouse}", "--out", "{tmp}/r"),
            1,
            "no day of this",
        ),
        (
            ("audit", "--from", "2026-03-05", "--to", "2026-03-01", "--warehouse", "{warehouse}"),
            2,
            "is after",
        ),
        (("demo", "--drop", "{tmp}/nope", "--out", "{tmp}/o"), 2, "is not a folder"),
        (("alerts", "--status", "open", "--warehouse", "{warehouse}"), 2, "--status"),
    ],
)
def test_mistakes_get_a_clear_word_and_the_exit_code_of_the_contract(
    warehouse, tmp_path, monkeypatch, capsys, arguments, code, said
):
    (tmp_path / "typo.toml").write_text("[context]\nhistory_day = 3\n")
    (tmp_path / "size.toml").write_text("memory = '1XB'\n")
    (tmp_path / "order.toml").write_text("[rules.fixation]\nstrong_days = 2\n")
    (tmp_path / "burst.toml").write_text("[context]\nhistory_days = 30\nburst_days = 30\n")
    (tmp_path / "empty").mkdir()
    filled = [text.format(tmp=tmp_path, warehouse=warehouse) for text in arguments]
    left, out, err = run(monkeypatch, capsys, *filled)
    assert left == code
    assert said in out + err
    assert "Traceback" not in out + err


def test_a_failed_first_load_leaves_no_warehouse_behind(tmp_path, monkeypatch, capsys):
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "lookups.csv").write_text("lookup_id\n1\n")
    assert run(monkeypatch, capsys, "ingest", tmp_path / "drop", "--warehouse", tmp_path / "w.duckdb")[0] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drop", "w.duckdb.log"]  # which says so


def test_another_programs_database_is_refused_and_left_alone(tmp_path, monkeypatch, capsys):
    for number, made in enumerate(
        ("CREATE VIEW v AS SELECT 1", "CREATE TABLE warehouse_version (x INTEGER)")
    ):
        path = tmp_path / f"{number}.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(made)
        code, _, err = run(monkeypatch, capsys, "status", "--warehouse", path)
        assert (code, "not a lookup-audit warehouse" in err) == (1, True), made


def test_a_detector_that_the_configuration_requires_and_cannot_run_leaves_exit_code_3(
    drop, tmp_path, monkeypatch, capsys
):
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in drop.iterdir():
        if file.name.split("-")[0].split(".")[0] in {"lookups", "users"}:
            os.link(file, bare / file.name)
    config = tmp_path / "c.toml"
    config.write_text('required_detectors = ["off_duty"]\n')
    options = ("--warehouse", tmp_path / "w.duckdb", "--config", config)
    run(monkeypatch, capsys, "ingest", bare, *options)
    code, _, err = run(monkeypatch, capsys, "audit", *options)
    assert code == 3
    assert "off_duty: needs shifts" in err


def test_a_second_process_is_told_who_holds_the_warehouse(warehouse, monkeypatch, capsys):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(warehouse)!r}); print('open', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "open\n"
        code, said, _ = run(monkeypatch, capsys, "status", "--warehouse", warehouse)
        refused, _, err = run(monkeypatch, capsys, "audit", "--warehouse", warehouse)
    finally:
        holder.communicate("\n")
    assert (code, refused) == (0, 1)  # to look is no failure
    assert str(holder.pid) in said
    assert str(holder.pid) in err


def test_a_night_that_is_killed_is_done_whole_by_the_next_run(drop, tmp_path, monkeypatch, capsys):
    path = tmp_path / "w.duckdb"
    run(monkeypatch, capsys, "ingest", drop, "--warehouse", path)
    command = [sys.executable, "-m", "lookup_audit.cli", "audit", "--warehouse", str(path)]
    for wait in (0.9, 1.4, 2.1):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert run(monkeypatch, capsys, "audit", "--warehouse", path)[0] == 0
    undisturbed = tmp_path / "u.duckdb"
    run(monkeypatch, capsys, "export", tmp_path / "a", "--warehouse", path)
    shutil.copy(f"{path}.key", f"{undisturbed}.key")  # another key would make other pseudonyms
    run(monkeypatch, capsys, "ingest", drop, "--warehouse", undisturbed)
    run(monkeypatch, capsys, "audit", "--warehouse", undisturbed)
    run(monkeypatch, capsys, "export", tmp_path / "b", "--warehouse", undisturbed)
    for table in OUTPUT_TABLES:
        if table != "runs":
            one, other = (tmp_path / out / f"{table}.parquet" for out in "ab")
            assert one.read_bytes() == other.read_bytes(), table


def test_no_file_and_no_answer_names_a_user_or_subject(warehouse, tmp_path, monkeypatch, capsys):
    given: dict[str, bytes] = {}
    for command in (
        ("alerts", "--all", "--limit", "1000"), ("alerts", "--json"), ("alerts", "--control"), ("evaluate", "--json"),
        ("status",), ("suppress", "list"), ("mandate", "list"), ("trail", "list", "--reason", "supervision"),
    ):  # fmt: skip
        code, out, said = run(monkeypatch, capsys, *command, "--warehouse", warehouse)
        assert code == 0, (command, said)
        given[" ".join(command)] = (out + said).encode()
    alerts = json.loads(given["alerts --json"])
    for alert in alerts[:3]:
        for lang in ("en", "nl"):
            shown = ("alerts", "show", alert["alert_id"], "--lang", lang, "--warehouse", warehouse)
            given[f"{alert['alert_id']} {lang}"] = run(monkeypatch, capsys, *shown)[1].encode()
    run(monkeypatch, capsys, "export", tmp_path / "export", "--warehouse", warehouse)
    code, _, said = run(monkeypatch, capsys, "report", "--out", tmp_path / "report", "--warehouse", warehouse)
    assert code == 0, said
    library = (files("lookup_audit.reporting") / "assets" / FIGURE_LIBRARY).read_bytes()
    published = (warehouse.with_name(f"{warehouse.name}.published") / "current").resolve()
    assert (published / "runs.parquet").exists()
    for file in (one for folder in (tmp_path, published) for one in folder.rglob("*") if one.is_file()):
        given[str(file)] = file.read_bytes().replace(library, b"")
        if file.suffix == ".parquet":
            given[f"{file}, read back"] = repr(pq.read_table(file).to_pylist()).encode()
    with Warehouse(warehouse, Settings()) as opened:
        named = names_in(opened)
    assert len(named) > 1000
    found = {name: sorted(words_of(content) & named) for name, content in given.items()}
    assert {name: words for name, words in found.items() if words} == {}
    user = alerts[0]["user_id"]
    assert any(user.encode() in content for content in given.values()), "pseudonyms are there"


def test_the_warehouse_explains_its_own_columns(warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        without = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) "
            "WHERE duckdb_columns.comment IS NULL"
        ).fetchall()
    assert without == []


def test_the_documents_of_rules_are_those_of_the_texts_that_run():
    runner = CliRunner()
    for language in ("en", "nl"):
        file = Path(__file__).parents[1] / "docs" / "detectors" / f"{language}.md"
        made = runner.invoke(app, ["rules", "--document", "--lang", language]).output
        assert file.read_text(encoding="utf-8") == made
