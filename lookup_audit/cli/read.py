"""Commands that read what the audit says: alerts, triage, report, dossier, evaluate, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    LanguageOption,
    WarehouseOption,
    check_period,
    counted,
    day_from,
    language_from,
    open_warehouse,
    say,
    say_json,
    say_table,
)

if TYPE_CHECKING:
    from lookup_audit.warehouse import Warehouse


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(alerts)
    app.command()(triage)
    app.command()(report)
    app.command()(whose)
    app.command()(dossier)
    app.command()(evaluate)
    app.command()(export)


def alerts(
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=2**40, help="How many to list; 25 when not given, all with --json."),
    ] = None,
    minimum_risk: Annotated[float, typer.Option(min=0, max=1, help="Leave out lower risks.")] = 0.0,
    status: Annotated[
        str | None, typer.Option(help="Only new, asked, explained, unexplained, referred or dismissed.")
    ] = None,
    below: Annotated[
        bool, typer.Option("--all", help="Also those below the line, and those judged already.")
    ] = False,
    control: Annotated[
        bool, typer.Option("--control", help="The control sample: lookups at random that nothing flagged.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the queue of what a person should triage, highest risk first; with --json every alert.

    The queue holds, of each night, as many alerts as its reviewers can read, and none of a low risk. What
    was judged already is left out, unless --status or --all asks for it.
    """
    from lookup_audit.triage import Status, count_alerts, list_alerts

    if status is not None and status not in get_args(Status):
        raise typer.BadParameter(f"one of {', '.join(get_args(Status))}", param_hint="--status")
    if control and (below or minimum_risk):
        raise typer.BadParameter("takes --limit and --status only", param_hint="--control")
    every = below or as_json
    limit = limit or (None if as_json else 25)
    statuses = cast("list[Any]", [status] if status else get_args(Status) if every else ["new", "asked"])
    with open_warehouse(warehouse, config) as opened:
        if control:
            _control(opened, limit, statuses, as_json=as_json)
            return
        rows = list_alerts(
            opened, limit=limit, minimum_risk=minimum_risk, statuses=statuses, only_queued=not every
        )
        counts = count_alerts(opened, minimum_risk=minimum_risk, statuses=statuses)
    if as_json:
        say_json(rows)
        return
    say_alerts(rows)
    found = counts["queued"] + (counts["below"] if every else 0)
    if len(rows) < found:
        say(f"\nThe first {len(rows)} of {found}; --limit lists more.")
    if counts["below"] and not every:
        more = counted(counts["below"], "more is", "more are")
        say(f"\n{more} below the line of what is read a night; --all lists them too.")


def say_alerts(rows: list[dict[str, Any]]) -> None:
    """The triage list as a table; `why` are the detectors that raised a question, the strongest first."""
    if not rows:
        say("No alerts.")
        return
    say_table(
        ("rank", "risk", "alert", "user", "subject", "motive", "why", "lookups", "last", "status"),
        [
            (
                row["rank"], row["risk"], row["alert_id"], row["user_id"], row["subject_id"] or "(behaviour)",
                row["motive"], ", ".join(row["detectors"]), row["lookups"], row["last_at"], row["status"],
            )
            for row in rows
        ],
        numbers=(0, 1, 7),
    )  # fmt: skip


def _control(opened: "Warehouse", limit: int | None, statuses: "list[Any]", *, as_json: bool) -> None:
    """The control sample, and what its reviewed part says about all that nothing flagged."""
    from lookup_audit.triage import control_estimate, list_control

    rows = list_control(opened, limit=limit, statuses=statuses)
    estimate = control_estimate(opened)
    if as_json:
        say_json({"control_sample": rows, "estimate": estimate.as_dict()})
        return
    say("Control sample: drawn at random, nothing was flagged. Read each one, also those that look ordinary.")
    if rows:
        say_table(
            ("control", "night", "user", "subject", "system", "lookup", "at", "status"),
            [
                (
                    row["control_id"], row["audit_date"], row["user_id"], row["subject_id"] or "–",
                    row["system"], row["lookup_id"], row["occurred_at"], row["status"],
                )
                for row in rows
            ],
        )  # fmt: skip
    unanswered = estimate.unanswered
    say(f"\nJudged: {unanswered.whole} of {estimate.drawn} drawn on {counted(estimate.nights, 'night')}.")
    if unanswered.low is not None and unanswered.high is not None:
        say(
            f"{unanswered.part} of these stayed without an answer: {unanswered.share:.1%} "
            f"({unanswered.low:.1%}–{unanswered.high:.1%}). If the sample was read whole, that is "
            f"{estimate.missed_low:,} to {estimate.missed_high:,} of the {estimate.unflagged:,} lookups "
            "that nothing flagged."
        )


def triage(
    alert: Annotated[str, typer.Argument(help="The id, from `alerts` or `alerts --control`.")],
    verdict: Annotated[str, typer.Option(help="asked, explained, unexplained, referred or dismissed.")],
    note: Annotated[str, typer.Option(help="Why; it is kept.")],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a verdict on an alert or a lookup of the control sample; earlier verdicts are kept."""
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
    with open_warehouse(warehouse, config) as opened:
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
        _say_written(pages, as_json=False)


def whose(
    reference: Annotated[str, typer.Argument(help="From the page of news, such as N-7QX2K4MD.")],
    reason: Annotated[str, typer.Option(help="Why you need to know; it is kept.")],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom a reference on the dashboard stands for; for investigators, and recorded before it is said."""
    from lookup_audit.privacy.trail import record
    from lookup_audit.reporting.dashboard.references import resolve

    with open_warehouse(warehouse, config) as opened:
        with opened.transaction():  # also an attempt is a look
            record(opened, action="whose", about=reference.strip().upper(), reason=reason)
        subject = resolve(opened, reference)
    if as_json:
        say_json({"reference": reference, "subject_id": subject})
    else:
        say(subject)


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
    from lookup_audit.reporting.dossier.dossier import write_dossier

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
    by_group: Annotated[
        bool, typer.Option("--by-group", help="Also each function's, team's and other group's flag rates.")
    ] = False,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Also what each detector and explanation adds.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
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

    with open_warehouse(warehouse, config) as opened:
        evaluation = judge(opened)
    if as_json:
        say_json(evaluation.as_dict())
    else:
        say_evaluation(evaluation, by_group=by_group, leave_one_out=leave_one_out)


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
