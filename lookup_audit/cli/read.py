"""Commands that read what the audit says: alerts, triage, report, dossier, evaluate, export."""

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    LanguageOption,
    WarehouseOption,
    check_period,
    day_from,
    language_from,
    open_warehouse,
    say,
    say_json,
    say_table,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(alerts)
    app.command()(triage)
    app.command()(report)
    app.command()(dossier)
    app.command()(evaluate)
    app.command()(export)


def alerts(
    limit: Annotated[int, typer.Option(min=1, help="How many to list.")] = 25,
    minimum_risk: Annotated[float, typer.Option(min=0, max=1, help="Leave out lower risks.")] = 0.0,
    status: Annotated[
        str | None, typer.Option(help="Only new, asked, explained, unexplained, referred or dismissed.")
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what a person should triage, highest risk first."""
    from lookup_audit.triage import Status, list_alerts

    if status is not None and status not in get_args(Status):
        raise typer.BadParameter(f"one of {', '.join(get_args(Status))}", param_hint="--status")
    with open_warehouse(warehouse, config) as opened:
        rows = list_alerts(opened, limit=limit, minimum_risk=minimum_risk, status=cast(Any, status))
    if as_json:
        say_json(rows)
    else:
        say_alerts(rows)


def say_alerts(rows: list[dict[str, Any]]) -> None:
    """The triage list as a table."""
    if not rows:
        say("No alerts.")
        return
    say_table(
        ("rank", "risk", "alert", "user", "subject", "motive", "lookups", "last", "status"),
        [
            (
                row["rank"], row["risk"], row["alert_id"], row["user_id"], row["subject_id"] or "(behaviour)",
                row["motive"], row["lookups"], row["last_at"], row["status"],
            )
            for row in rows
        ],
        numbers=(0, 1, 6),
    )  # fmt: skip


def triage(
    alert: Annotated[str, typer.Argument(help="The alert's id, from `alerts`.")],
    verdict: Annotated[str, typer.Option(help="asked, explained, unexplained, referred or dismissed.")],
    note: Annotated[str, typer.Option(help="Why; it is kept.")],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a verdict on an alert; earlier verdicts are kept."""
    from lookup_audit.privacy.trail import record
    from lookup_audit.triage import record_verdict

    with open_warehouse(warehouse, config) as opened, opened.transaction():
        entry = record_verdict(opened, alert, verdict, note)
        record(opened, action="triage", about=alert, reason=f"{verdict}: {note}")
    if as_json:
        say_json(vars(entry))
    else:
        say(f"{entry.alert_id}: {entry.verdict}, recorded for {entry.decided_by}")


def report(
    out: Annotated[Path, typer.Option(help="The folder for the pages.")] = Path("reports"),
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")
    ] = None,
    lang: LanguageOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the prevention dashboard: trends by motive, time, system and team, and never a person."""
    from lookup_audit.reporting.report import write_report

    start, end = day_from(first, "--from"), day_from(last, "--to")
    with open_warehouse(warehouse, config) as opened:
        check_period(opened, start, end)
        pages = write_report(
            opened,
            out,
            language=language_from(lang),
            from_day=start,
            to_day=end,
        )
    _say_written(pages, as_json=as_json)


def dossier(
    user: Annotated[str, typer.Argument(help="The user whose file is asked for.")],
    mandate: Annotated[
        str, typer.Option(metavar="REF", help="Reference of the written order that allows it.")
    ],
    out: Annotated[Path, typer.Option(help="The folder for the file.")] = Path("dossiers"),
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")
    ] = None,
    lang: LanguageOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one user's file for an authorised investigation; the opening itself is logged."""
    from lookup_audit.reporting.dossier import write_dossier

    start, end = day_from(first, "--from"), day_from(last, "--to")
    with open_warehouse(warehouse, config) as opened:
        check_period(opened, start, end)
        pages = write_dossier(
            opened,
            user,
            out,
            mandate=mandate,
            language=language_from(lang),
            from_day=start,
            to_day=end,
        )
    _say_written(pages, as_json=as_json)


def evaluate(
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare alerts and risks with labels: precision and recall at what reviewers can read."""
    from lookup_audit.cli.evaluation import say_evaluation
    from lookup_audit.evaluation import evaluate as judge

    with open_warehouse(warehouse, config) as opened:
        evaluation = judge(opened)
    if as_json:
        say_json(evaluation.as_dict())
    else:
        say_evaluation(evaluation)


def export(
    out: Annotated[Path, typer.Argument(help="The folder for the Parquet files.")],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the output tables as Parquet, one file each."""
    from lookup_audit.warehouse import export_tables

    with open_warehouse(warehouse, config) as opened:
        files = export_tables(opened, out)
    _say_written(files, as_json=as_json)


def _say_written(files: list[Path], *, as_json: bool) -> None:
    if as_json:
        say_json(files)
    else:
        for file in files:
            say(str(file))
