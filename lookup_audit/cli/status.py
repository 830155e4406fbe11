"""Whether last night is complete; what is loaded, what is audited, and what is pending."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    note,
    open_warehouse,
    program,
    say,
    say_json,
    say_table,
    settings_from,
)
from lookup_audit.errors import WarehouseLocked

if TYPE_CHECKING:
    from lookup_audit.settings import Settings

_MOST = 10  # days that are listed


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(status)


def status(
    check: Annotated[
        bool,
        typer.Option("--check", help="For monitoring: leave with 3 when last night is not complete."),
    ] = False,
    max_age_days: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="DAYS",
            help="Nor is it complete when the newest audited day is longer ago than this.",
        ),
    ] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List the rejected rows, with reasons.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say in the first line whether last night is complete; then what is loaded, audited, pending and waiting.

    For monitoring, where yesterday should be audited by now: lookup-audit status --check --max-age-days 1

    While another process has the warehouse open it says which, and what readers have meanwhile; with --check that
    counts as complete only where --max-age-days is given and what readers have is not older.
    """
    settings = settings_from(config, memory)
    try:
        state = _state(warehouse, config, wait, memory, rejected=rejected)
    except WarehouseLocked as held:
        state = _while_held(warehouse, settings, str(held))
    _judge_age(state, settings, max_age_days)
    if as_json:
        say_json(state)
    elif rejected and "rejected_list" in state:
        say_table(
            ("file", "column", "reason", "rows"),
            [tuple(row.values()) for row in state["rejected_by"][:_MOST]],
            numbers=(3,),
        )
        if len(state["rejected_by"]) > _MOST:
            note(f"… and {len(state['rejected_by']) - _MOST:,} more; --json lists all")
        say()
        say_table(
            ("file", "line", "column", "reason", "text"),
            [tuple(row.values()) for row in state["rejected_list"]],
            numbers=(1,),
        )
        shown, all_rows = len(state["rejected_list"]), state["rejected_rows"]
        if shown < all_rows:
            note(
                f"{shown:,} of {counted(all_rows, 'rejected row')}, of the newest files first; all are in the table "
                "rejected_rows"
            )
    else:
        say(_first_line(state, settings))
        _say_rest(state)
    if check and not state["complete"]:
        raise typer.Exit(DONE_WITH_SHORTFALL)


def _state(
    path: Path, config: Path | None, wait: float | None, memory: str | None, *, rejected: bool
) -> dict[str, Any]:
    from lookup_audit.operation.status import warehouse_status

    with open_warehouse(path, config, wait=wait, memory=memory) as opened:
        state = warehouse_status(opened)
        if rejected:
            state["rejected_by"] = opened.rows(_REJECTED_BY)
            state["rejected_list"] = opened.rows(_REJECTED)
    return state


def _while_held(path: Path, settings: "Settings", held: str) -> dict[str, Any]:
    """What can be said without the warehouse."""
    from lookup_audit.operation.status import published_as_dict, what_readers_have

    folder = Path(settings.publishing.folder or f"{path}.published")
    readers = what_readers_have(folder)
    return {
        "complete": False,
        "incomplete": "in_use",
        "in_use": held,
        "last_audited": readers.newest if readers else None,
        "published": published_as_dict(readers),
    }


def _judge_age(state: dict[str, Any], settings: "Settings", most: int | None) -> None:
    """Hold the newest audited day to the age that is allowed, and say so in `state`."""
    from lookup_audit.operation.status import days_old

    state["days_old"] = days_old(state["last_audited"], settings)
    if most is None:
        return
    is_fresh = state["days_old"] is not None and state["days_old"] <= most
    if state["incomplete"] == "in_use":
        state["complete"] = is_fresh
    elif state["complete"] and not is_fresh:
        state["complete"], state["incomplete"] = False, "too_old"


def _first_line(state: dict[str, Any], settings: "Settings") -> str:
    if state["incomplete"] == "in_use":
        return f"{'complete for readers' if state['complete'] else 'IN USE'}: {state['in_use']}"
    if state["incomplete"]:
        return f"INCOMPLETE: {_what_is_not(state)}"
    return f"complete: every day up to {state['last_audited']} is audited{_published(state, settings)}"


def _what_is_not(state: dict[str, Any]) -> str:
    last = state["last_audited"]
    match state["incomplete"]:
        case "pending":
            days = state["pending"]
            span = str(days[0]["day"]) + (f" to {days[-1]['day']}" if len(days) > 1 else "")
            said = f"{counted(len(days), 'day is', 'days are')} pending, {span}; run: {program()} audit"
        case "nothing_accepted":
            refused = state["nothing_accepted"]
            names = refused[0]["file"] if len(refused) == 1 else f"{len(refused)} files"
            rows = counted(sum(file["rows"] for file in refused), "row")
            said = f"of {names}, which came last, nothing was accepted ({rows}); run: {program()} status --rejected"
        case "not_published":
            said = f"audited up to {last}, but readers have what was before; run: {program()} publish"
        case "too_old":
            said = (
                f"the newest audited day, {last}, is {counted(state['days_old'], 'day')} ago, "
                "and all that is loaded is audited; is a drop missing?"
            )
        case _:
            said = f"{_without_lookups(state)}; run: {program()} night DROP"
    return said


def _without_lookups(state: dict[str, Any]) -> str:
    files, rejected = state["files"], state["rejected_rows"]
    if not files:
        return "nothing is loaded yet"
    said = f"{counted(files, 'file')} loaded, but no lookup yet"
    rows = counted(rejected, "row was", "rows were")
    return f"{said} and {rows} rejected ({program()} status --rejected)" if rejected else said


def _published(state: dict[str, Any], settings: "Settings") -> str:
    from lookup_audit.clock import local_time

    published = state["published"]
    return (
        f", published {local_time(published['at'], settings.zone_info):%Y-%m-%d %H:%M}" if published else ""
    )


def _say_rest(state: dict[str, Any]) -> None:
    if state["incomplete"] == "in_use":
        published = state["published"]
        if published:
            say(f"readers have every day up to {published['newest']}: version {published['version']} in "
                f"{published['folder']}")  # fmt: skip
        else:
            say("nothing is published that could be read meanwhile")
        return
    for kind, hint in (("pending", "audit"), ("waiting", "audit --all")):
        for entry in state[kind][:_MOST]:
            say(f"{kind} {entry['day']}: {entry['reasons']}")
        if len(state[kind]) > _MOST:
            say(f"… and {len(state[kind]) - _MOST} more {kind}")
        if state[kind]:
            say(f"for these: {program()} {hint}")
    say()
    say_table(
        ("table", "rows"), [(table, f"{count:,}") for table, count in state["loaded"].items()], numbers=(1,)
    )
    say(f"\nfiles {state['files']:,}, rejected rows {state['rejected_rows']:,}")
    say(
        f"audited {counted(state['audited_days'], 'day')}: "
        f"{state['first_audited'] or '–'} to {state['last_audited'] or '–'}"
    )


_LOADED = """
WITH loaded AS (
    SELECT file_id, max(loaded_at) AS loaded_at
    FROM input_files
    GROUP BY file_id
)
"""

_REJECTED_BY = f"""
{_LOADED}
SELECT file, "column", reason, count(*) AS rows
FROM rejected_rows
LEFT JOIN loaded USING (file_id)
GROUP BY file, "column", reason
ORDER BY max(loaded.loaded_at) DESC NULLS LAST, rows DESC, file, "column", reason
"""

_REJECTED = f"""
{_LOADED}
SELECT file, line, "column", reason, left(raw_text, 60) AS raw_text
FROM rejected_rows
LEFT JOIN loaded USING (file_id)
ORDER BY loaded.loaded_at DESC NULLS LAST, file, line
LIMIT 200
"""
