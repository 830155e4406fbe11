"""The triage list and the verdicts on it: alerts, triage."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    AsOption,
    CommandWithParts,
    ConfigOption,
    JsonOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    counted,
    day_from,
    language_from,
    open_warehouse,
    say,
    say_json,
    say_table,
)

if TYPE_CHECKING:
    from lookup_audit.triage import Choice, Counts
    from lookup_audit.warehouse import Warehouse

_alerts = typer.Typer(cls=CommandWithParts, help="List what a person should triage, or show one alert whole.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(_alerts, name="alerts")
    app.command()(triage)


@_alerts.command("list")
def alerts(
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=2**40, help="How many to list; 25 when not given, all with --json."),
    ] = None,
    minimum_risk: Annotated[float, typer.Option(min=0, max=1, help="Leave out lower risks.")] = 0.0,
    status: Annotated[
        str | None, typer.Option(help="Only new, asked, explained, unexplained, referred or dismissed.")
    ] = None,
    motive: Annotated[
        str | None, typer.Option(help="Only curiosity, personal_involvement or personal_benefit.")
    ] = None,
    detector: Annotated[str | None, typer.Option(help="Only alerts in which this detector asks.")] = None,
    user: Annotated[
        str | None, typer.Option(help="Only of this user: pseudonym or id. That you asked is recorded.")
    ] = None,
    team: Annotated[str | None, typer.Option(help="Only of this team's users.")] = None,
    system: Annotated[str | None, typer.Option(help="Only with a lookup in this system.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Only with the last lookup from this day on.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Only with the last lookup up to this day.")
    ] = None,
    asked_before: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Only where the user was asked before this day, and did not answer."
        ),
    ] = None,
    suppressed: Annotated[
        bool, typer.Option("--suppressed", help="Only those that a suppression hides from the queue.")
    ] = False,
    grown: Annotated[
        bool, typer.Option("--grown", help="Only judged ones to which lookups were added after the verdict.")
    ] = False,
    below: Annotated[
        bool,
        typer.Option("--all", help="Also those below the line, those hidden, and those judged already."),
    ] = False,
    control: Annotated[
        bool, typer.Option("--control", help="The control sample: lookups at random that nothing flagged.")
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the queue of what a person should triage, highest risk first; with --json every alert.

    The queue holds, of each night, as many alerts as its reviewers can read, and none of a low risk. What
    was judged already is left out, unless --status or --all asks for it; so is what a suppression hides.
    Users and subjects are shown by pseudonym.

    One alert whole, with the reasoning in words: lookup-audit alerts show ALERT
    """
    from lookup_audit.triage import Choice, Status, count_alerts, list_alerts
    from lookup_audit.triage.names import known_detector, known_motive, known_system, known_team

    if status is not None and status not in get_args(Status):
        raise typer.BadParameter(f"one of {', '.join(get_args(Status))}", param_hint="--status")
    narrowed = (
        below,
        minimum_risk,
        motive,
        detector,
        user,
        team,
        system,
        first,
        last,
        asked_before,
        suppressed,
        grown,
    )
    if control and any(narrowed):
        raise typer.BadParameter("takes --limit and --status only", param_hint="--control")
    every = below or as_json or suppressed or grown or asked_before is not None
    limit = limit or (None if as_json else 25)
    statuses = cast("list[Any]", [status] if status else get_args(Status) if every else ["new", "asked"])
    days = [day_from(first, "--from"), day_from(last, "--to"), day_from(asked_before, "--asked-before")]
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        if control:
            _control(opened, limit, statuses, as_json=as_json)
            return
        choice = Choice(
            statuses=statuses,
            minimum_risk=minimum_risk,
            only_queued=not every,
            motive=known_motive(motive) if motive else None,
            detector=known_detector(detector) if detector else None,
            user_id=_asked_about(opened, user, who) if user else None,
            team=known_team(opened, team) if team else None,
            system=known_system(opened, system) if system else None,
            first=days[0],
            last=days[1],
            asked_before=days[2],
            hidden=True if suppressed else None if every else False,
            grown=grown,
        )
        rows = list_alerts(opened, choice, limit=limit)
        counts = count_alerts(opened, choice)
        now = datetime.now(opened.settings.zone_info)
    if as_json:
        say_json(rows)
        return
    say_alerts(rows, now)
    _say_rest(len(rows), counts, choice)


def _asked_about(opened: "Warehouse", user: str, who: str | None) -> str:
    """The user whose alerts are asked for, once that is in the trail: it is a look at one person."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.pseudonyms import user_behind
    from lookup_audit.privacy.trail import record

    user_id = user_behind(opened, user)
    with opened.transaction():
        record(opened, action="alerts", about=user_id, reason="the alerts of one user", who=actor(who))
    return user_id


def say_alerts(rows: list[dict[str, Any]], now: datetime | None = None) -> None:
    """The triage list as a table of at most 120 signs; `why` is the detector that asks most, and how many more.

    It is in order of rank. `now` says how many days a question waits; without it, only that it does.
    """
    if not rows:
        say("No alerts.")
        return
    say_table(
        ("risk", "alert", "user", "subject", "why", "lookups", "last", "status"),
        [
            (
                _risk(row["risk"]), row["alert_id"], row["user_id"], _short(row["subject_id"] or "(behaviour)"),
                _why(row["detectors"]), row["lookups"], row["last_at"].date(), _status(row, now),
            )
            for row in rows
        ],
        numbers=(0, 5),
    )  # fmt: skip


def _risk(risk: float) -> str:
    """Two decimals, and never 1: it would read as certainty."""
    return f"{risk:.2f}" if round(risk, 2) < 1 else ">0.99"


def _why(detectors: list[str]) -> str:
    more = len(detectors) - 1
    return f"{detectors[0]} +{more}" if more > 0 else "".join(detectors)


def _short(text: str, longest: int = 11) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _status(row: dict[str, Any], now: datetime | None) -> str:
    """The status; of what was asked how many days it waits, or that it was answered; what is hidden as such."""
    if row["hidden_by"] and row["status"] in {"new", "asked"}:
        return "hidden"
    if row["answered"]:
        return "answered"
    if row["waiting_since"] and now:
        return f"asked {max((now.date() - row['waiting_since'].date()).days, 0)} d"
    return str(row["status"])


def _say_rest(listed: int, counts: "Counts", choice: "Choice") -> None:
    """What there is beside the lines that were listed, and how to see it."""
    queue_only = choice.only_queued
    found = counts.queued if queue_only else counts.queued + counts.below + counts.hidden
    if choice.hidden:
        found = counts.hidden_in_all
    if listed < found:
        say(f"\nThe first {listed} of {found}; --limit lists more.")
    if counts.hidden and queue_only:
        by = ", ".join(f"{name} ({number})" for name, number in sorted(counts.hidden_by.items()))
        say(f"\n{counted(counts.hidden, 'more is', 'more are')} hidden, by {by}; --suppressed lists them.")
    if counts.below and queue_only:
        more = counted(counts.below, "more is", "more are")
        say(f"\n{more} below the line of what is read a night; --all lists them too.")
    if counts.grown and queue_only:
        more = counted(counts.grown, "judged alert has", "judged alerts have")
        say(f"\n{more} lookups that came after the verdict; --grown lists them.")


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
            ("control", "user", "subject", "system", "lookup", "at", "status"),
            [
                (
                    row["control_id"], row["user_id"], _short(row["subject_id"] or "–"),
                    _short(row["system"], 12), _short(row["lookup_id"], 20), row["occurred_at"], row["status"],
                )
                for row in rows
            ],
        )  # fmt: skip
    unanswered = estimate.unanswered
    say(f"\nJudged: {unanswered.whole} of {estimate.drawn} drawn on {counted(estimate.nights, 'night')}.")
    if unanswered.low is not None and unanswered.high is not None:
        say(
            f"{unanswered.part} of these stayed without an answer: {unanswered.share:.1%} "
            f"({unanswered.low:.1%}–{unanswered.high:.1%}).\nIf the sample was read whole, that is "
            f"{estimate.missed_low:,} to {estimate.missed_high:,} of the {estimate.unflagged:,} lookups "
            "that nothing flagged."
        )


@_alerts.command("show")
def alerts_show(
    alert: Annotated[str, typer.Argument(help="The id, from `alerts` or `alerts --control`.")],
    reason: Annotated[str, typer.Option(help="Why you look; it is kept.")] = "triage",
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="en|nl", help="The configured one when not given.")
    ] = None,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one alert whole: what is asked and why, what explains it, what is not known; the look is recorded.

    Users and subjects are shown by pseudonym, and no text of the logs is: free text may name people.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.alert.reading import open_alert
    from lookup_audit.reporting.alert.text import alert_as_text
    from lookup_audit.reporting.alert.words import alert_in_words

    language = language_from(lang)
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        read = open_alert(opened, alert, reason=reason, who=actor(who))
        told = alert_in_words(read, language or opened.settings.language)
    if as_json:
        say_json(told.as_dict())
    else:
        for line in alert_as_text(told):
            say(line)


def triage(
    alert: Annotated[str, typer.Argument(help="The id, from `alerts` or `alerts --control`.")],
    verdict: Annotated[str, typer.Option(help="asked, explained, unexplained, referred or dismissed.")],
    note: Annotated[str, typer.Option(help="Why; it is kept.")],
    because: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="With explained or dismissed, what made it a false alarm: not_registered, registered_late, "
            "roster_wrong, wrong_match, by_chance, agreed, rule_too_strict, data_error or other.",
        ),
    ] = None,
    answer: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the user said when asked; it is kept.")
    ] = None,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a verdict on an alert or a lookup of the control sample; earlier verdicts are kept.

    To ask the user: record `asked` with what was asked, and later the verdict with the --answer.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.triage import record_verdict

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        entry = record_verdict(opened, alert, verdict, note, actor(who), because=because, answer=answer)
    if as_json:
        say_json(vars(entry))
    else:
        say(f"{entry.alert_id}: {entry.verdict}, recorded for {entry.decided_by}")
