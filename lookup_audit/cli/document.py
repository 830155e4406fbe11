"""The documents for those who must sign, and that of the tables: document."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    LanguageOption,
    MemoryOption,
    WaitOption,
    counted,
    language_from,
    note,
    open_warehouse,
    say,
    say_json,
    say_written,
    settings_from,
)

if TYPE_CHECKING:
    from lookup_audit.settings import Language


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(document)


def document(
    out: Annotated[Path, typer.Option(help="The folder for the documents.")] = Path("documents"),
    lang: LanguageOption = None,
    unfilled: Annotated[
        bool, typer.Option("--unfilled", help="Without the figures of a warehouse, also where there is one.")
    ] = False,
    tables: Annotated[
        bool,
        typer.Option("--tables", help="Print every table and column of a warehouse instead, as Markdown."),
    ] = False,
    warehouse: Annotated[
        Path | None,
        typer.Option(
            "--warehouse",
            envvar="LOOKUP_AUDIT_WAREHOUSE",
            metavar="PATH",
            readable=False,  # as for every other command
            help=f"Whose figures to fill in; {DEFAULT_WAREHOUSE} when there is one here.",
        ),
    ] = None,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the documents for those who must sign, with the figures and settings of this warehouse.

    OUT gets a folder for each language: impact assessment, purposes and legal basis, roles, the works
    council's questions, technical documentation, an entry for the algorithm register, and the figures.
    Places that only the organisation can fill in are marked and numbered.

    They can be made public: counts are rounded, and nothing is said about fewer people than
    reporting.minimum_group. Without a warehouse they are written with the settings, and without figures.
    """
    from lookup_audit.reporting.documents import unfilled_places

    if tables:
        if unfilled or as_json:
            raise typer.BadParameter("the same for every warehouse: give nothing else", param_hint="--tables")
        from lookup_audit.warehouse.tables_document import tables_document

        say(tables_document().rstrip("\n"))
        return
    source = None if unfilled else warehouse or (DEFAULT_WAREHOUSE if DEFAULT_WAREHOUSE.exists() else None)
    files = _write(source, out, config, language_from(lang), wait=wait, memory=memory)
    places = sum(unfilled_places(file.read_text(encoding="utf-8")) for file in files)
    if as_json:
        say_json({"files": files, "filled_from": source, "places_to_fill_in": places})
        return
    say_written(files, as_json=False)
    if source is None:
        note("Not filled in: these hold no warehouse's figures.")
    note(f"{counted(places, 'place')} for the organisation to fill in; each is marked and numbered.")


def _write(
    source: Path | None,
    out: Path,
    config: Path | None,
    language: "Language | None",
    *,
    wait: float | None,
    memory: str | None,
) -> list[Path]:
    from lookup_audit.reporting.documents import write_documents
    from lookup_audit.warehouse import check_configured

    if source is None:
        settings = settings_from(config)
        check_configured(settings)
        return write_documents(None, out, language=language, settings=settings)
    with open_warehouse(source, config, wait=wait, memory=memory) as opened:
        return write_documents(opened, out, language=language)
