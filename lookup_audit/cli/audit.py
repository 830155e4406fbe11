"""Commands of the night: audit, and rules, by which it asks."""

import difflib
from datetime import date
from typing import TYPE_CHECKING, Annotated

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
    language_from,
    note,
    open_warehouse,
    progress_bar,
    say,
    say_json,
    say_table,
    settings_from,
)
from lookup_audit.errors import UsageError

if TYPE_CHECKING:
    from lookup_audit.pipeline import NightSummary
    from lookup_audit.warehouse import Warehouse


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(audit)
    app.command()(rules)


def audit(
    day: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="Audit this day, done before or not.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Audit every day from this one.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="… up to and including this one.")
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Audit every day that has unaudited or changed input, in order; or the days that you choose."""
    if day and (first or last):
        raise typer.BadParameter("give a date, or a range, not both", param_hint="--date")
    start, end = day_from(day or first, "--date" if day else "--from"), day_from(day or last, "--to")
    if start and end and start > end:
        raise typer.BadParameter(f"{start} is after {end}", param_hint="--from")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        nights = audit_pending(opened, start, end)
        required = set(opened.settings.required_detectors)
    if as_json:
        say_json([vars(night) for night in nights])
    else:
        say_nights(nights)
    absent = sorted({why for night in nights for why in night.skipped if why.split(":")[0] in required})
    if absent:
        note(f"required by the configuration, and skipped: {'; '.join(absent)}")
        raise typer.Exit(DONE_WITH_SHORTFALL)


def audit_pending(warehouse: "Warehouse", start: date | None, end: date | None) -> "list[NightSummary]":
    """Audit with a progress bar; what each night came to."""
    from lookup_audit.operation.entries import DaysEntered
    from lookup_audit.pipeline import audit as audit_days
    from lookup_audit.pipeline import days_to_audit

    days = days_to_audit(warehouse, first=start, last=end)
    if not days and (start or end):
        raise UsageError("no lookups were loaded for those days; `lookup-audit status` says which there are")
    with progress_bar("audit") as update:
        entered = DaysEntered(warehouse, lambda done, total, at: update(done, total, str(at)))
        nights = audit_days(warehouse, days, progress=entered.update)
        entered.last()
    return nights


def say_nights(nights: "list[NightSummary]") -> None:
    """One screen on what was audited: totals, the last nights, and what could not run."""
    if not nights:
        say("Nothing to audit: every loaded day is done, and its input has not changed.")
        return
    lookups = sum(night.lookups for night in nights)
    explained = sum(night.explained for night in nights)
    say(
        f"{counted(len(nights), 'day')} from {nights[0].audit_date} to {nights[-1].audit_date}: "
        f"{counted(lookups, 'lookup')}, {explained / max(lookups, 1):.1%} explained, "
        + counted(sum(night.touched for night in nights), "raises a question", "raise a question")
    )
    if len(nights) > 7:
        say("The last 7 days (--json lists all):")
    say_table(
        ("day", "lookups", "explained", "questions"),
        [
            (night.audit_date, night.lookups, f"{night.explained / max(night.lookups, 1):.1%}", night.touched)
            for night in nights[-7:]
        ],
        numbers=(1, 2, 3),
    )
    skipped: dict[str, list[date]] = {}
    for night in nights:
        for why in night.skipped:
            skipped.setdefault(why, []).append(night.audit_date)
    for why, days in sorted(skipped.items()):
        note(f"could not run on {len(days)} of {counted(len(nights), 'day')}: {why}")


def rules(
    rule: Annotated[
        str | None, typer.Argument(help="One question or explanation, by its id; all when not given.")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the query of this one as well.")] = False,
    document: Annotated[
        bool,
        typer.Option(
            "--document", help="All of it as one Markdown document, for a works council or a lawyer."
        ),
    ] = False,
    sign: Annotated[
        bool, typer.Option("--sign-off", help="Record the current texts as the ones that may run.")
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang", metavar="en|nl", help="Language of the texts; the configured one when not given."
        ),
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what each detector and explanation asks, what would be innocent, and what can be set.

    Explanations make a lookup work-related; rules, and one learning model (peer_anomaly), raise questions
    about the rest. Each has its law, its blind spots, and a reason for every value.

    All in brief: lookup-audit rules

    One whole, with its parameters as configured: lookup-audit rules neighbour

    The query that runs: lookup-audit rules neighbour --sql

    For a works council, in Dutch: lookup-audit rules --document --lang nl > rules.md

    Values are set in the configuration, for example near_m = 150 under [rules.neighbour]. A changed text does
    not run until someone has read it, raised its version, and given --sign-off.
    """
    from lookup_audit.warehouse import check_configured, sign_off

    settings = settings_from(config)
    check_configured(settings)
    language = language_from(lang) or settings.language
    if sign:
        changed = sign_off()
        say(f"signed off: {', '.join(changed) if changed else 'nothing changed'}")
        return
    if document and (rule or sql or as_json):
        raise typer.BadParameter("the document holds all of it, give nothing else", param_hint="--document")
    if document:
        _say_document(language)
        return
    if sql and rule is None:
        raise typer.BadParameter("of which one? for example: rules neighbour --sql", param_hint="--sql")
    from lookup_audit.cli.rule_texts import as_dict, say_all, say_one
    from lookup_audit.detectors.described import described

    every = described()
    chosen = [one for one in every if rule in {None, one.id}]
    if not chosen:
        known = [one.id for one in every]
        near = difflib.get_close_matches(str(rule), known, n=1, cutoff=0.5)
        raise UsageError(
            f"no rule or explanation {rule!r}{f'; did you mean {near[0]}?' if near else ''}\n"
            f"  known are {', '.join(known)}"
        )
    if as_json:
        say_json([as_dict(one) for one in chosen])
    elif rule is None:
        say_all(chosen, language)
    else:
        say_one(chosen[0], settings, language, with_sql=sql)


def _say_document(language: str) -> None:
    from lookup_audit.detectors.document import signed_document
    from lookup_audit.scoring import EVIDENCE_FACTOR, PRIOR_LOG_ODDS, REPEATED_SHARE, USUAL_RATE

    text = signed_document(
        language,
        prior_log_odds=PRIOR_LOG_ODDS,
        evidence_factor=EVIDENCE_FACTOR,
        repeated_share=REPEATED_SHARE,
        usual_rate=USUAL_RATE,
    )
    say(text.rstrip())
