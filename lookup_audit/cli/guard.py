"""What guards the tool itself: mandates, keys, and the log of who looked at whom."""

from typing import Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    WarehouseOption,
    open_warehouse,
    say,
    say_json,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(whose)


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
