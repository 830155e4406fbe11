"""Commands of the night: audit, and rules, by which it asks."""

import difflib
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lookup_audit.cli.audited import say_left, say_nights, say_otherwise
from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    DONE_WITH_SHORTFALL,
    ConfigOption,
    JsonOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    day_from,
    language_from,
    note,
    open_warehouse,
    progress_bar,
    say,
    say_json,
    settings_from,
)
from lookup_audit.errors import UsageError

if TYPE_CHECKING:
    from lookup_audit.pipeline import NightSummary, Otherwise, Pending
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
    every: Annotated[
        bool,
        typer.Option("--all", help="Also days that changed, however long ago (see audit.look_back_days)."),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Also days audited under another configuration, rule text or version; says what is other.",
        ),
    ] = False,
    to_readers: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Renew the published outputs at the end.")
    ] = True,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Audit every day that has unaudited or changed input, in order; or the days that you choose.

    Late lookups, rosters, case links, dispatches and news make the days pending that they can change, and a day that
    then leaves other history behind makes those after it pending. Each day is one transaction: stopped anywhere,
    the same command carries on. Done twice, the second time changes nothing.

    After a night's drop: lookup-audit audit

    After a change of the configuration or of a rule: lookup-audit audit --force

    With files of months ago: lookup-audit audit --all

    One day, whatever is pending: lookup-audit audit --date 2026-03-01
    """
    chosen = bool(day or first or last)
    if day and (first or last):
        raise typer.BadParameter("give a date, or a range, not both", param_hint="--date")
    if chosen and (every or force):
        raise typer.BadParameter(
            "chosen days are audited in any case; give it without a date or range",
            param_hint="--force" if force else "--all",
        )
    start, end = day_from(day or first, "--date" if day else "--from"), day_from(day or last, "--to")
    if start and end and start > end:
        raise typer.BadParameter(f"{start} is after {end}", param_hint="--from")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        from lookup_audit.pipeline import audited_otherwise, pending

        before = audited_otherwise(opened)
        if force and not as_json:
            say_otherwise(before, forced=True)
        nights = audit_pending(opened, start, end, every=every, force=force)
        left, otherwise = pending(opened), before if force else audited_otherwise(opened)
        if as_json:
            say_json(_as_json(nights, left, otherwise))
        else:
            say_nights(nights)
            say_left(left, opened.settings)
            say_otherwise([] if force else otherwise, forced=False)
        if to_readers and opened.settings.publishing.enabled:
            _publish(opened)
        required = set(opened.settings.required_detectors)
    absent = sorted({why for night in nights for why in night.skipped if why.split(":")[0] in required})
    if absent:
        note(f"required by the configuration, and skipped: {'; '.join(absent)}")
        raise typer.Exit(DONE_WITH_SHORTFALL)


def audit_pending(
    warehouse: "Warehouse", start: date | None, end: date | None, *, every: bool = False, force: bool = False
) -> "list[NightSummary]":
    """Audit by need, or every day in a range, with a progress bar; what each night came to."""
    from lookup_audit.operation.entries import DaysEntered
    from lookup_audit.pipeline import audit as audit_days
    from lookup_audit.pipeline import audit_by_need, days_to_audit

    with progress_bar("audit") as update:
        entered = DaysEntered(warehouse, lambda done, total, at: update(done, total, str(at)))
        if start or end:
            days = days_to_audit(warehouse, first=start, last=end)
            if not days:
                raise UsageError(
                    "no lookups of those days are there, or they were forgotten since; `lookup-audit status` says "
                    "which days are audited"
                )
            nights = audit_days(warehouse, days, progress=entered.update)
        else:
            nights = audit_by_need(warehouse, every=every, force=force, progress=entered.update)
        entered.last()
    return nights


def _publish(warehouse: "Warehouse") -> None:
    from lookup_audit.operation.entries import enter_published
    from lookup_audit.reporting.publish import publish

    published = publish(warehouse)
    enter_published(published)
    if published.is_new:
        note(f"published: {published.folder}, version {published.version}")


def _as_json(
    nights: "list[NightSummary]", left: "Pending", otherwise: "list[Otherwise]"
) -> dict[str, list[dict[str, Any]]]:
    return {
        "nights": [asdict(night) for night in nights],
        "pending": [asdict(one) for one in left.due],
        "waiting": [asdict(one) for one in left.waiting],
        "audited_otherwise": [asdict(one) for one in otherwise],
    }


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
