"""The nightly run in one command, which is also the one for a backfill."""

import errno
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    note,
    open_warehouse,
    progress_bar,
    say_json,
    settings_from,
)
from lookup_audit.cli.logged import begin_log
from lookup_audit.errors import LookupAuditError, WarehouseError

if TYPE_CHECKING:
    from lookup_audit.operation.metrics import Metric
    from lookup_audit.operation.night import Night

# Told only with --verbose: there may be hundreds, and the summary adds them up.
_DETAILS = frozenset({"file_loaded", "day_audited", "detector_skipped", "gap"})


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(night)


def night(
    drops: Annotated[
        list[Path],
        typer.Argument(
            metavar="DROP…",
            help="Folders of files, loaded in order of name.",
            readable=False,  # one that cannot be read is a failure of that drop (1), and no wrong usage (2)
        ),
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A mapping.toml for all of them; else each drop's own."),
    ] = None,
    backfill: Annotated[
        bool,
        typer.Option(
            "--backfill",
            help="Also audit again days that changed longer ago than a night takes up (audit.look_back_days).",
        ),
    ] = False,
    metrics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write what it came to for Prometheus; operation.metrics_file else."
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say nothing when all is well: done, and no gap.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say each file and each day as well.")] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load what was delivered, audit what needs it, publish, and say on one screen what that came to.

    Every night: lookup-audit night /drops/2026-03-01

    After nights that were missed, or a year at once: lookup-audit night /drops/* loads all drops first, and then
    audits each day once. That ends with the same as a night for each drop, and sooner. Add --backfill where they hold
    files about days long audited: a night leaves those waiting, because every day after them may have to follow.

    Killed or failed at any point, the same command carries on: what is known is not loaded again, what is audited
    stays. A drop that is missing or cannot be read does not stop the others; it makes the exit code 1.

    Each run leaves lines in the log of operation (operation.log_file), which names nobody.
    """
    if all(drop.is_file() for drop in drops):
        raise typer.BadParameter(
            f"{drops[0].name} is a file; give the folder that the files are in", param_hint="DROP…"
        )
    begun = time.monotonic()
    measured: list[Metric] = []
    exit_code = 1
    try:
        done = _run(drops, mapping, backfill, warehouse, config, wait, memory, quiet, verbose, measured)
        exit_code = done.exit_code
    except LookupAuditError as error:
        exit_code = error.exit_code
        raise
    finally:
        _write_metrics(metrics or _configured(config), exit_code, time.monotonic() - begun, measured)
    _say(done, as_json=as_json, quiet=quiet, warehouse=warehouse)
    if exit_code:
        raise typer.Exit(exit_code)


def _run(
    drops: list[Path],
    mapping: Path | None,
    backfill: bool,
    warehouse: Path,
    config: Path | None,
    wait: float | None,
    memory: str | None,
    quiet: bool,
    verbose: bool,
    measured: "list[Metric]",
) -> "Night":
    from lookup_audit.operation.metrics import warehouse_metrics
    from lookup_audit.operation.night import run_night

    log = begin_log(settings_from(config, memory), warehouse)
    if log and not quiet and (verbose or not sys.stderr.isatty()):
        log.say_events(note, hidden=frozenset() if verbose else _DETAILS)
    is_new = not warehouse.exists()
    with open_warehouse(warehouse, config, must_exist=False, wait=wait, memory=memory) as opened:
        try:
            done = run_night(opened, drops, mapping=mapping, every=backfill, stage=progress_bar)
            measured += warehouse_metrics(opened)
        finally:
            with suppress(WarehouseError):  # what went wrong before is what is to be said
                if is_new and not opened.count("input_files"):
                    opened.remove()  # drops that failed leave no empty warehouse behind
    return done


def _configured(config: Path | None) -> Path | None:
    """The configured file of metrics; none where the configuration cannot be read."""
    try:
        file = settings_from(config).operation.metrics_file
    except LookupAuditError:
        return None
    return Path(file) if file else None


def _write_metrics(path: Path | None, exit_code: int, seconds: float, measured: "list[Metric]") -> None:
    """Write them; where that fails it is said, and the night is what it was.

    One that failed makes no folder for them: it may be that of the warehouse, which was mistyped.
    """
    if path is None:
        return
    from lookup_audit.operation.log import shortfall
    from lookup_audit.operation.metrics import Run, run_metrics, write_metrics

    try:
        if not measured and not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "its folder is not there")
        write_metrics(path, [*run_metrics(Run(exit_code, seconds)), *measured])
    except OSError as error:
        note(f"{path}: the metrics cannot be written: {error.strerror or error}; that changes nothing else")
        shortfall("metrics_not_written", why=error.strerror or "")


def _say(done: "Night", *, as_json: bool, quiet: bool, warehouse: Path) -> None:
    from lookup_audit.cli.night_summary import as_dict, is_well, say_night

    if as_json:
        say_json(as_dict(done))
    elif not (quiet and is_well(done)):
        say_night(done, warehouse)
