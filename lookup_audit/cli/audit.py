"""Commands of the night: audit, status, rules, evaluate."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    DONE_WITH_SHORTFALL,
    ConfigOption,
    JsonOption,
    WarehouseOption,
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
    from lookup_audit.warehouse import SignedSql, Warehouse


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(audit)
    app.command()(status)
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
    as_json: JsonOption = False,
) -> None:
    """Audit every day that has unaudited or changed input, in order; or the days that you choose."""
    if day and (first or last):
        raise typer.BadParameter("give a date, or a range, not both", param_hint="--date")
    start, end = day_from(day or first, "--date" if day else "--from"), day_from(day or last, "--to")
    if start and end and start > end:
        raise typer.BadParameter(f"{start} is after {end}", param_hint="--from")
    with open_warehouse(warehouse, config) as opened:
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
    from lookup_audit.pipeline import audit as audit_days
    from lookup_audit.pipeline import days_to_audit

    days = days_to_audit(warehouse, first=start, last=end)
    if not days and (start or end):
        raise UsageError("no lookups were loaded for those days; `lookup-audit status` says which there are")
    with progress_bar("audit") as update:
        return audit_days(warehouse, days, progress=lambda done, total, at: update(done, total, str(at)))


def say_nights(nights: "list[NightSummary]") -> None:
    """One screen on what was audited: totals, the last nights, and what could not run."""
    if not nights:
        say("Nothing to audit: every loaded day is done, and its input has not changed.")
        return
    lookups = sum(night.lookups for night in nights)
    explained = sum(night.explained for night in nights)
    say(
        f"{len(nights)} day(s) from {nights[0].audit_date} to {nights[-1].audit_date}: {lookups:,} lookups, "
        f"{explained / max(lookups, 1):.1%} explained, {sum(night.touched for night in nights):,} raise a question"
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
        note(f"could not run on {len(days)} of {len(nights)} day(s): {why}")


def status(
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List the rejected rows, with reasons.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is loaded, what is audited, and what is pending."""
    from lookup_audit.pipeline import warehouse_status

    with open_warehouse(warehouse, config) as opened:
        state = warehouse_status(opened)
        rows = (
            opened.rows(
                'SELECT file, line, "column", reason, left(raw_text, 60) AS raw_text FROM rejected_rows '
                "ORDER BY file, line LIMIT 200"
            )
            if rejected
            else []
        )
    if as_json:
        say_json({**state, **({"rejected_rows": rows} if rejected else {})})
        return
    if rejected:
        say_table(
            ("file", "line", "column", "reason", "text"), [tuple(row.values()) for row in rows], numbers=(1,)
        )
        return
    say_table(
        ("table", "rows"), [(table, f"{count:,}") for table, count in state["loaded"].items()], numbers=(1,)
    )
    say(f"\nfiles {state['files']:,}, rejected rows {state['rejected_rows']:,}")
    say(
        f"audited {state['audited_days']} day(s): {state['first_audited'] or '–'} to {state['last_audited'] or '–'}"
    )
    pending = state["pending"]
    if not state["loaded"]["lookups"]:
        say("nothing is loaded yet; run: lookup-audit ingest DROP")
    elif not pending:
        say("pending none: last night is complete")
    for entry in pending[:10]:
        say(f"pending {entry['day']}: {entry['reasons']}")
    if len(pending) > 10:
        say(f"… and {len(pending) - 10} more; run: lookup-audit audit")


def rules(
    rule: Annotated[
        str | None, typer.Argument(help="One rule or explanation, by its id; all when not given.")
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign-off", help="Record the current texts as the ones that may run.")
    ] = False,
    document: Annotated[
        bool, typer.Option("--document", help="Everything as one Markdown document, fit for a works council.")
    ] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="en|nl", help="Language of the texts.")
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what each detector and explanation does, what it needs, and its SQL."""
    from lookup_audit.warehouse import load_signed, sign_off

    settings = settings_from(config)
    language = language_from(lang) or settings.language
    if sign:
        changed = sign_off()
        say(f"signed off: {', '.join(changed) if changed else 'nothing changed'}")
        return
    signed = [*load_signed("explanation"), *load_signed("rule")]
    chosen = [one for one in signed if rule in {None, one.id}]
    if not chosen:
        raise UsageError(f"no rule or explanation {rule!r}; known are {', '.join(one.id for one in signed)}")
    if document:
        from lookup_audit.detectors.document import signed_document

        say(signed_document(chosen, language).rstrip())
    elif as_json:
        say_json([_as_dict(one, language) for one in chosen])
    elif rule is None:
        say_table(
            ("id", "kind", "motive", "needs", "question"),
            [
                (
                    one.id,
                    one.kind,
                    "–" if one.motive == "none" else one.motive,
                    ", ".join(one.needs),
                    one.prose["question"][language],
                )
                for one in chosen
            ],
        )
        say("\npeer_anomaly is an isolation forest over user-days; see docs/detectors.")
    else:
        _say_signed(chosen[0], language)


def _as_dict(one: "SignedSql", language: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "version": one.version,
        "motive": one.motive,
        "weight": one.weight,
        "legal_basis": one.legal_basis,
        "needs": one.needs,
        "columns_used": one.columns_used,
        "parameters": one.parameters,
        **{field: text[language] for field, text in one.prose.items()},
        "sha256": one.sha256,
        "sql": one.query,
    }


def _say_signed(one: "SignedSql", language: str) -> None:
    say(f"{one.prose['title'][language]}  ({one.kind} {one.id}, version {one.version})")
    say(f"\n{one.prose['question'][language]}\n")
    say(f"motive       {one.motive}\nweight       {one.weight} log-odds\nlaw          {one.legal_basis}")
    say(f"needs        {', '.join(one.needs)}\ncolumns      {', '.join(one.columns_used)}")
    for field in ("innocent_explanations", "blind_spots", "investigation_steps"):
        say(f"\n{field.replace('_', ' ').capitalize()}")
        for line in one.prose[field][language]:
            say(f"  - {line}")
    say("\nParameters")
    for name, spec in one.parameters.items():
        say(f"  {name} = {spec['default']} {spec['unit']}: {spec['reason']}")
    say(f"\n{one.query}")
