"""What goes out to many: the prevention dashboard, how right the audit is, and the tables."""

from pathlib import Path
from typing import Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    AsOption,
    ConfigOption,
    JsonOption,
    LanguageOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    check_period,
    day_from,
    language_from,
    open_warehouse,
    say,
    say_json,
    say_written,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(report)
    app.command()(evaluate)
    app.command()(export)


def report(
    out: Annotated[Path, typer.Option(help="The folder for the pages.")] = Path("reports"),
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")
    ] = None,
    session: Annotated[
        str | None,
        typer.Option("--session", metavar="TEAM", help="Only one A4 page for a session with this team."),
    ] = None,
    lang: LanguageOption = None,
    pdf: Annotated[
        bool,
        typer.Option("--pdf", help="Also print each page to PDF, with a Chromium or Chrome of this machine."),
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the prevention dashboard: trends, teams, themes and measures, and never a person.

    OUT gets a folder for each language, with pages that link to one another; begin with index.html.
    Covers the last quarter of whole weeks that were audited, or the whole weeks between --from and --to.
    Every number went through the disclosure gate; --json prints those numbers.
    """
    from lookup_audit.reporting.dashboard.report import Report
    from lookup_audit.reporting.pdf import find_chromium, print_pdf

    start, end = day_from(first, "--from"), day_from(last, "--to")
    language = language_from(lang)
    chromium = find_chromium() if pdf else None  # a missing browser is said before anything is written
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        check_period(opened, start, end)
        made = Report(opened, from_day=start, to_day=end)
    pages = made.write(out, language) if session is None else made.write_session_sheet(session, out, language)
    if chromium:
        pages += print_pdf(pages, chromium)
    if made.counts is not None and not as_json:
        say(f"{made.counts.period.first} to {made.counts.period.last} (whole weeks that were audited)")
    if as_json:
        say_json({"pages": pages, "published": made.published.as_dict() if made.published else None})
    else:
        say_written(pages, as_json=False)


def evaluate(
    by_group: Annotated[
        bool, typer.Option("--by-group", help="Also each function's, team's and other group's flag rates.")
    ] = False,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Also what each detector and explanation adds.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how right the audit is, against labels and verdicts, and what it costs the innocent.

    Labels (the table `labels` of a drop: lookups known to be no work) tell which alerts are right; a lookup
    without one counts as innocent. Without any label every alert counts as false: for a unit that is known
    to be clean, that is the measure. Verdicts that were recorded with `triage` are compared too.

    Read first: of the alerts that people can read, how many are right, and what share of the labelled
    lookups is found ("best possible" is the most that so few alerts can hold). Then the false alerts per
    1,000 users a night, and who is flagged: a kind of user that is flagged falsely more than chance explains
    is a reason to look into the rules.

    Every share has a 95% interval: Wilson's for shares, exact Poisson for rates, and a bootstrap over
    users for average precision. Groups of users are compared by permutation, with Holm's correction.
    --json has everything, also what is left out of the text.
    """
    from lookup_audit.cli.evaluation import say_evaluation
    from lookup_audit.evaluation import evaluate as judge

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        evaluation = judge(opened)
    if as_json:
        say_json(evaluation.as_dict())
    else:
        say_evaluation(evaluation, by_group=by_group, leave_one_out=leave_one_out)


def export(
    out: Annotated[Path, typer.Argument(help="The folder for the Parquet files.")],
    identified: Annotated[
        bool,
        typer.Option(
            "--identified/--pseudonyms",
            "--for-evaluation",
            help="Ids instead of pseudonyms: with --mandate, or from a warehouse configured for evaluation.",
        ),
    ] = False,
    mandate: Annotated[
        str | None,
        typer.Option(
            metavar="REF", help="With --identified: only its user's rows, within its period; `runs` is whole."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --identified: put it in the place of an earlier export.")
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the output tables as Parquet, one file each; users and subjects by pseudonym.

    `system` and `lookup_id` stay as they are, so that whoever may see the logs can join them.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.export import export_tables

    for option, is_given in (("--mandate", mandate is not None), ("--replace", replace)):
        if is_given and not identified:
            raise typer.BadParameter("goes with --identified", param_hint=option)
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        files = export_tables(
            opened, out, who=actor(who), identified=identified, mandate=mandate, replace=replace
        )
    say_written(files, as_json=as_json)
