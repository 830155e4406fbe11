"""Bringing an older warehouse forward."""

from typing import Annotated

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
    note,
    progress_bar,
    say,
    say_json,
    settings_from,
    waiting_for,
)
from lookup_audit.cli.logged import begin_log


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(migrate)


def migrate(
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Do not keep the old file; you have a copy of your own.")
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a warehouse of an older version to the one of this program; verdicts, mandates and the trail stay.

    It is written anew beside the old file, compared row by row, and put in its place in one step; it needs as much
    room again while it runs. The old file stays beside it as <warehouse>.version-N until you remove it: what is
    forgotten later can still be read in there. A warehouse of a newer program is refused; one of this version is read
    whole, which shows damage, and left as it is.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.trail import record
    from lookup_audit.warehouse import Warehouse
    from lookup_audit.warehouse.migrate import migrate as bring_forward

    def enter(made: Warehouse, before: int) -> None:
        record(
            made, action="migrate", about=None, reason=f"schema version {before}, brought forward", who=actor(who)
        )  # fmt: skip

    settings = settings_from(config, memory)
    if warehouse.exists():
        begin_log(settings, warehouse)
    with progress_bar("migrate") as update:
        done = bring_forward(
            warehouse, settings, finish=enter, keep_backup=not no_backup, progress=update,
            waiting=waiting_for(wait),
        )  # fmt: skip
    if as_json:
        say_json(vars(done) | {"tables": {one.table: one.kept for one in done.tables}})
        return
    if done.before == done.now:
        say(f"{warehouse}: is of version {done.now} already, and can be read whole; nothing was changed")
        return
    rows = sum(one.kept for one in done.tables)
    say(
        f"{warehouse}: brought from version {done.before} to {done.now}; {counted(rows, 'row')} of "
        f"{counted(len(done.tables), 'table')} written anew and compared"
    )
    if done.backup:
        note(f"The old warehouse is {done.backup}; remove it once the next night went well.")
