"""What came in: the page and the JSON of rows, rejects, volumes and gaps."""

from pathlib import Path
from typing import Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    LanguageOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    check_period,
    counted,
    day_from,
    language_from,
    open_warehouse,
    say,
    say_json,
    say_written,
)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(quality)


def quality(
    out: Annotated[
        Path | None, typer.Option(help="The folder for the pages; without it nothing is written.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")
    ] = None,
    lang: LanguageOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what came in: gaps against past weeks, with what they weaken, rows and rejects.

    Covers the last quarter that was audited, or the days between --from and --to. With --out also as one page
    a language, with every number as CSV. --json has everything. No user and no subject is in it.
    """
    from lookup_audit.reporting.language import words_of
    from lookup_audit.reporting.quality.numbers import read_quality
    from lookup_audit.reporting.quality.page import write_quality
    from lookup_audit.reporting.quality.words import said, signed_titles

    start, end = day_from(first, "--from"), day_from(last, "--to")
    language = language_from(lang)
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        check_period(opened, start, end)
        found = read_quality(opened, start, end)
    pages = write_quality(found, out, language) if out else []
    if as_json:
        say_json(found.as_dict() | {"pages": pages})
        return
    words = words_of(language or "en")
    titles = signed_titles(words)
    days, odd = counted(found.audited_days, "audited day"), counted(len(found.gaps), "gap")
    say(f"{found.first} to {found.last}: {days}, {odd}")
    for one in found.gaps:
        say(f"  {said(one, titles, words)}")
    if pages:
        say_written(pages, as_json=False)
