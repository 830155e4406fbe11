"""One user's file, under a mandate: dossier."""

from pathlib import Path
from typing import Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    LanguageOption,
    WarehouseOption,
    check_period,
    day_from,
    language_from,
    open_warehouse,
    say_written,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(dossier)


def dossier(
    user: Annotated[str, typer.Argument(help="The user whose file is asked for.")],
    mandate: Annotated[
        str, typer.Option(metavar="REF", help="Reference of the written order that allows it.")
    ],
    out: Annotated[Path, typer.Option(help="The folder for the file.")] = Path("dossiers"),
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")
    ] = None,
    lang: LanguageOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one user's file for an authorised investigation; the opening itself is logged."""
    from lookup_audit.reporting.dossier.dossier import write_dossier

    start, end = day_from(first, "--from"), day_from(last, "--to")
    with open_warehouse(warehouse, config) as opened:
        check_period(opened, start, end)
        pages = write_dossier(
            opened,
            user,
            out,
            mandate=mandate,
            language=language_from(lang),
            from_day=start,
            to_day=end,
        )
    say_written(pages, as_json=as_json)
