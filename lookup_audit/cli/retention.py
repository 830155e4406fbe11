"""Forgetting what is older than it may be kept."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    AsOption,
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
    waiting_for,
)
from lookup_audit.cli.publish import as_answer
from lookup_audit.errors import LookupAuditError, WarehouseError

if TYPE_CHECKING:
    from lookup_audit.privacy.retained import Days

_BETWEEN = 60.0  # seconds that another process may take which opened the warehouse as soon as it was free


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(forget)


def forget(
    before: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="The first day that is kept, of everything; as configured (retention) when not given.",
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the trail.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go, and what mandates keep.")
    ] = False,
    even_history: Annotated[
        bool, typer.Option("--even-history", help="Also days that the next audits look back on.")
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget lookups and all that was made of them before a day, without a trace in the file.

    The warehouse is written anew without them and put in the old one's place; it needs as much room again while
    it runs. Stays: what an open mandate holds, counts that name nobody, names and hashes of input files, the trail.
    What was published is published again without them. Backups, exports and pages made earlier are not reached: see
    to those yourself.
    """
    from lookup_audit.privacy import retention
    from lookup_audit.privacy.actor import actor

    first = day_from(before, "--before")
    # says what is wrong with it, if anything is
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        settings = opened.settings
    if dry_run:
        seen = retention.foresee(
            warehouse, settings, before=first, even_history=even_history, waiting=waiting_for(wait)
        )
        answer = _answer(seen.days, seen.repeatable_from) | {
            "dry_run": True,
            "mandates": list(seen.mandates),
            "tables": [
                {"table": one.table, "rows": one.before, "gone": one.gone, "held": one.held}
                for one in seen.tables
            ],
        }
    else:
        with progress_bar("forget") as update:
            done = retention.forget(
                warehouse, settings, reason=reason, who=actor(who), before=first, even_history=even_history,
                progress=update, waiting=waiting_for(wait),
            )  # fmt: skip
        answer = _answer(done.days, done.repeatable_from) | {
            "dry_run": False,
            "tables": [{"table": one.table, "rows": one.before, "gone": one.gone} for one in done.tables],
        }
        answer |= _publish_again(warehouse, config, wait=wait, memory=memory)
    _say(answer, as_json=as_json)


def _publish_again(
    warehouse: Path, config: Path | None, *, wait: float | None, memory: str | None
) -> dict[str, Any]:
    """Take what is forgotten out of what readers have; a run that comes in between may go first."""
    from lookup_audit.reporting.publish import publish_again

    try:
        with open_warehouse(warehouse, config, wait=max(wait or 0, _BETWEEN), memory=memory) as opened:
            return as_answer(publish_again(opened))
    except (LookupAuditError, OSError) as error:
        raise WarehouseError(
            f"forgotten in the warehouse, but not yet in what was published; run: {program()} publish\n{error}"
        ) from error


def _answer(days: "Days", repeatable_from: date) -> dict[str, Any]:
    kept_from = {kind: day if day > date.min else None for kind, day in vars(days).items()}
    return {
        "kept_from": kept_from,
        "repeatable_from": repeatable_from if repeatable_from > date.min else None,
    }


def _say(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(answer)
        return
    is_dry = answer["dry_run"]
    touched = [row for row in answer["tables"] if row["gone"] or row.get("held")]
    gone = sum(row["gone"] for row in touched)
    if touched:
        names = ("table", "rows", "would go", "kept for mandates") if is_dry else ("table", "rows", "gone")
        say_table(names, [tuple(row.values()) for row in touched], numbers=(1, 2, 3)[: len(names) - 1])
    say(
        f"{counted(gone, 'row')} {'would go; nothing was changed' if is_dry else 'gone, and the rest compared'}"
    )
    if is_dry and answer["mandates"]:
        say(f"Open mandates: {', '.join(answer['mandates'])}")
    if answer["repeatable_from"]:
        note(
            f"Days before {answer['repeatable_from']} can no longer be audited again with the same result: "
            "what they look back on is gone."
        )
    if not is_dry:
        note("Backups, exports, dossiers and pages made earlier are not reached; see to them yourself.")
