"""What is loaded, what is audited, and what is pending."""

from typing import Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    counted,
    open_warehouse,
    say,
    say_json,
    say_table,
)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(status)


def status(
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List the rejected rows, with reasons.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is loaded, what is audited, and what is pending."""
    from lookup_audit.operation.status import warehouse_status

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
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
        f"audited {counted(state['audited_days'], 'day')}: "
        f"{state['first_audited'] or '–'} to {state['last_audited'] or '–'}"
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
