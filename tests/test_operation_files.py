"""What operation is told: each command in the documentation exists, and other programs take the files for them."""

import re
import shlex
import shutil
import subprocess
import typing
from pathlib import Path

import pytest
import typer.main

from lookup_audit.cli import app, logged
from lookup_audit.operation.metrics import Run, run_metrics, warehouse_metrics
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

ROOT = Path(__file__).parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
FILES = ROOT / "docs" / "operation"


def commands() -> list[list[str]]:
    """The words of each command line in the page (in code) and in the files beside it."""
    code = re.findall(r"```sh\n(.*?)```", OPERATIONS, re.DOTALL) + re.findall(
        r"`(lookup-audit [^`]+)`", OPERATIONS
    )
    texts = [*code, *(file.read_text() for file in FILES.iterdir() if file.suffix in {".service", ".cron"})]
    found = []
    for text in texts:
        for line in text.splitlines():
            if line.startswith("#") or "lookup-audit " not in line:
                continue
            said = re.sub(r"\$+\([^()]*\)|\$\$?", "X", line.partition("lookup-audit ")[2].split("  #")[0])
            found.append(shlex.split(re.split(r"[')|;]", said)[0].replace("…", "X")))
    return found


def test_every_command_that_is_named_exists_with_its_options() -> None:
    program = typer.main.get_command(app)
    named = commands()
    assert len(named) > 10
    for words in named:
        command: typing.Any = program
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert command is not program, words
        if hasattr(command, "commands"):
            command = next(iter(command.commands.values()))
        known = {
            option for parameter in command.params for option in parameter.opts + parameter.secondary_opts
        }
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, (command.name, words)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_no_fault_with_the_service_and_timer() -> None:
    units = [FILES / "lookup-audit.service", FILES / "lookup-audit.timer"]
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=10", units[0]],
        check=False,
        capture_output=True,
    )
    assert exposed.returncode == 0, "its exposure is above 1.0 of 10"


def test_every_metric_and_event_is_documented_and_no_other() -> None:
    with Warehouse(None, Settings()) as opened:
        made = {metric.name for metric in [*run_metrics(Run(0, 1.0)), *warehouse_metrics(opened)]}
    made |= {"warehouse_bytes", "log_bytes", "disk_free_bytes", "newest_audited_day_timestamp_seconds"}
    table = OPERATIONS.partition("| `lookup_audit_…` | |")[2].partition("```yaml")[0]
    assert {name.split("{")[0] for name in re.findall(r"`([a-z_{}]+)`", table)} - {"forget"} == made
    assert (
        set(re.findall(r"lookup_audit_(\w+)", OPERATIONS.partition("```yaml")[2].partition("```")[0])) <= made
    )
    source = "".join(path.read_text() for path in (ROOT / "lookup_audit").rglob("*.py"))
    events = set(re.findall(r"\b(?:event|shortfall)\(\s*\"(\w+)\"", source)) | {"error"}
    told = OPERATIONS.partition("Events: ")[2].partition("It holds those of")[0]
    assert set(re.findall(r"`([a-z_]+)`", told)) - {"exit_code", "seconds"} == events
    held = OPERATIONS.partition("It holds those of ")[2].partition(";")[0]
    assert set(re.findall(r"`([a-z_]+)`", held)) == logged._LOGGED


def test_logrotate_is_told_to_make_no_file_and_cron_escapes_its_signs() -> None:
    rotate = (FILES / "lookup-audit.logrotate").read_text()
    assert "nocreate" in rotate  # the program makes it, for its owner only
    assert "copytruncate" not in rotate  # lines written meanwhile would be lost
    jobs = [line for line in (FILES / "lookup-audit.cron").read_text().splitlines() if re.match(r"\d", line)]
    assert len(jobs) == 2
    assert not any(re.search(r"(?<!\\)%", job) for job in jobs)
