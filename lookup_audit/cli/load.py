"""Commands that bring data in: simulate, ingest, demo."""

import shlex
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    DONE_WITH_SHORTFALL,
    ConfigOption,
    JsonOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    counted,
    day_from,
    note,
    open_warehouse,
    program,
    progress_bar,
    say,
    say_json,
    say_table,
)
from lookup_audit.errors import WarehouseError

if TYPE_CHECKING:
    from lookup_audit.ingest import IngestSummary
    from lookup_audit.warehouse import Warehouse


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(demo)
    app.command()(simulate)
    app.command()(ingest)


def simulate(
    out: Annotated[Path, typer.Argument(help="A folder that does not exist yet, for the drop.")],
    users: Annotated[int, typer.Option(min=20, help="How many officers and employees.")] = 1000,
    days: Annotated[int, typer.Option(min=1, help="How many days.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes; another, another unit.")] = 1,
    world: Annotated[
        str,
        typer.Option(
            help="A preset of habits: regional, lookalikes, clean, sparse, national; to test estimators of what "
            "prevention achieved, measures and measures-without."
        ),
    ] = "regional",
    start: Annotated[
        str | None, typer.Option(metavar="DAY", help="The first day; 2026-01-05 when not given.")
    ] = None,
    formats: Annotated[str, typer.Option(help="parquet, csv, ndjson or mixed.")] = "parquet",
    bad_rows: Annotated[
        int, typer.Option(min=0, help="Broken rows to add, to see how they are rejected.")
    ] = 0,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a synthetic police unit as a drop, with labels of what was misuse."""
    from lookup_audit.simulate import simulate as make_drop

    first = day_from(start, "--start")
    with progress_bar("simulate") as update:
        summary = make_drop(
            out,
            users=users,
            days=days,
            seed=seed,
            world=world,
            formats=cast(Any, formats),
            bad_rows=bad_rows,
            progress=lambda done, total: update(done, total, "days"),
            **({"start": first} if first else {}),
        )
    if as_json:
        say_json({"out": out, "rows": summary.rows, "labels": summary.labels})
        return
    say_table(("table", "rows"), sorted(summary.rows.items()), numbers=(1,))
    say(f"\n{counted(sum(summary.labels.values()), 'labelled lookup')}. The drop is in {out}")


def ingest(
    drop: Annotated[
        Path, typer.Argument(readable=False, help="A folder with files named after their tables.")
    ],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A mapping.toml for foreign names, values and times.")
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a drop: every row ends in its table or in rejected_rows, and the counts add up."""
    summary = load_drop(drop, mapping, warehouse, config, wait=wait, memory=memory)
    if as_json:
        say_json(summary_as_dict(summary))
    else:
        say_summary(summary)
    if summary.rejected:
        raise typer.Exit(DONE_WITH_SHORTFALL)


def load_drop(
    drop: Path,
    mapping: Path | None,
    warehouse: Path,
    config: Path | None,
    *,
    wait: float | None = None,
    memory: str | None = None,
) -> "IngestSummary":
    """Load a drop with a progress bar; what came of it."""
    from lookup_audit.ingest import ingest as load
    from lookup_audit.operation.entries import enter_drop, last_loaded, rejected_by_reason

    is_new = not warehouse.exists()
    with (
        open_warehouse(warehouse, config, must_exist=False, wait=wait, memory=memory) as opened,
        progress_bar("ingest") as update,
    ):
        before = last_loaded(opened)
        try:
            summary = load(
                opened, drop, mapping=mapping, progress=lambda file, done, total: update(done, total, file)
            )
            enter_drop(drop, summary, rejected_by_reason(opened, after=before))
            return summary
        finally:
            with suppress(WarehouseError):  # what went wrong before is what is to be said
                if is_new and not opened.count("input_files"):
                    opened.remove()  # a drop that failed leaves no empty warehouse behind


def summary_as_dict(summary: "IngestSummary") -> dict[str, Any]:
    """A summary for a program."""
    return {
        "files": [
            {
                "file": report.file,
                "table": report.table,
                "status": report.status,
                "rows_read": report.rows_read,
                "rows_loaded": report.rows_loaded,
                "rows_rejected": report.rows_rejected,
                "rows_duplicate": report.rows_duplicate,
                "warnings": report.warnings,
            }
            for report in summary.files
        ],
        "ignored": summary.ignored,
        "warnings": summary.warnings,
        "rejected": summary.rejected,
    }


def say_summary(summary: "IngestSummary") -> None:
    """What came in, by table, and what needs a look."""
    tables: dict[str, list[int]] = {}
    for report in summary.files:
        counts = tables.setdefault(report.table, [0, 0, 0, 0, 0, 0])
        if report.status == "already_loaded":
            counts[5] += 1
            continue
        counts[0] += 1
        for at, count in enumerate(
            (report.rows_read, report.rows_loaded, report.rows_rejected, report.rows_duplicate), start=1
        ):
            counts[at] += count
    say_table(
        ("table", "files", "rows", "loaded", "rejected", "duplicate", "known files"),
        [(table, *counts) for table, counts in sorted(tables.items())],
        numbers=range(1, 7),
    )
    for line in summary.ignored:
        note(f"ignored: {line}")
    for kind, count in sorted(summary.warnings.items()):
        note(f"warning: {kind.replace('_', ' ')}: {count}")
    known = [report for report in summary.files if report.status == "already_loaded" and report.rows_rejected]
    if known:
        note(
            f"of known files {counted(sum(report.rows_rejected for report in known), 'row is', 'rows are')} still "
            "rejected; a file is loaded once, so deliver the mended rows as a new file"
        )
    if summary.rejected:
        note(f"{counted(summary.rejected, 'row')} rejected; see: lookup-audit status --rejected")


def demo(
    out: Annotated[Path, typer.Option(help="Where the warehouse and pages go.")] = Path("demo"),
    drop: Annotated[Path | None, typer.Option(help="A drop; sample_data/drop when not given.")] = None,
    warehouse: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The DuckDB file; inside OUT when not given.")
    ] = None,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
) -> None:
    """From nothing to a dashboard: sample data in, night audits, reports out, a dossier under its own mandate."""
    from lookup_audit.cli.alerts import say_alerts
    from lookup_audit.cli.audit import audit_pending
    from lookup_audit.cli.audited import say_nights
    from lookup_audit.evaluation import evaluate
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.pseudonyms import user_behind
    from lookup_audit.reporting.dashboard.report import Report
    from lookup_audit.reporting.dossier.dossier import write_dossier
    from lookup_audit.reporting.export import export_tables
    from lookup_audit.triage import Choice, list_alerts

    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if drop is None:
        drop = Path("sample_data/drop")
    elif not drop.is_dir():
        raise typer.BadParameter(f"{drop} is not a folder", param_hint="--drop")
    if not drop.is_dir():
        from lookup_audit.simulate import simulate as make_drop

        drop = out / "drop"
        if not drop.is_dir():
            say("No sample drop here: simulating a small unit instead.")
            make_drop(drop, users=400, days=91, seed=2026, start=date(2026, 1, 5), world="measures")
    path = warehouse or out / "lookup_audit.duckdb"
    say(f"1. Loading {drop}")
    say_summary(load_drop(drop, None, path, config, wait=wait, memory=memory))
    with open_warehouse(path, config, wait=wait, memory=memory) as opened:
        say("\n2. Auditing night by night")
        say_nights(audit_pending(opened, None, None))
        say("\n3. What a reviewer would read first")
        first = list_alerts(opened, Choice(only_queued=True), limit=8)
        say_alerts(first)
        evaluation = evaluate(opened)
        say(
            f"\n   The sample is simulated, so the truth is known: average precision "
            f"{evaluation.average_precision:.2f} over all lookups."
        )
        say("\n4. Writing pages and files")
        pages = [page for page in Report(opened).write(out / "report") if page.stem == "index"]
        if first:
            user_id = user_behind(opened, first[0]["user_id"])
            mandate = _demo_mandate(opened, user_id)
            pages += write_dossier(opened, user_id, out / "dossier", mandate=mandate, replace=True).pages
        export_tables(opened, out / "export", who=actor())
    say("")
    for page in pages:
        say(f"   {page}")
    say(f"   {out / 'export'}/*.parquet")
    say(f"\nOpen the dashboard in a browser: {pages[0]}")
    say(f"Look further with: {program()} alerts --warehouse {shlex.quote(str(path))}")


def _demo_mandate(opened: "Warehouse", user_id: str) -> str:
    """The reference of a mandate for this user, recorded now when an earlier demo did not do so."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.mandates import add_mandate, list_mandates, state_of

    for known in list_mandates(opened):
        if known.user_id == user_id and state_of(opened, known) == "valid":
            return known.reference
    days = opened.rows("SELECT min(audit_date) AS first, max(audit_date) AS last FROM runs")[0]
    return add_mandate(
        opened,
        f"DEMO-{opened.count('mandates') + 1:04}",
        authority="head of Safety, Integrity and Complaints (demonstration)",
        purpose="to show what a dossier looks like",
        user_id=user_id,
        first_day=days["first"],
        last_day=days["last"],
        valid_until=opened.settings.today() + timedelta(days=30),
        holders=(actor().account,),
        who=actor(),
    ).reference
