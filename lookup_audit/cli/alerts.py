"""The triage list and the verdicts on it: alerts, triage."""

from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    AsOption,
    ConfigOption,
    JsonOption,
    WarehouseOption,
    counted,
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
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a verdict on an alert or a lookup of the control sample; earlier verdicts are kept."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.trail import record
    from lookup_audit.triage import record_verdict

    with open_warehouse(warehouse, config) as opened, opened.transaction():
        entry = record_verdict(opened, alert, verdict, note, actor(who))
        record(opened, action="triage", about=alert, reason=f"{verdict}: {note}", who=actor(who))
    if as_json:
        say_json(vars(entry))
    else:
        say(f"{entry.alert_id}: {entry.verdict}, recorded for {entry.decided_by}")
