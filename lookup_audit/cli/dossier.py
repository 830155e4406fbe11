"""One user's file, under a mandate: dossier, dossier verify, dossier rerun."""

from pathlib import Path
from typing import Annotated

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    AsOption,
    CommandWithParts,
    ConfigOption,
    JsonOption,
    LanguageOption,
    MemoryOption,
    WaitOption,
    WarehouseOption,
    counted,
    day_from,
    language_from,
    open_warehouse,
    say,
    say_json,
)

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of one dossier.")]

_dossier = typer.Typer(
    cls=CommandWithParts,
    help="Write one user's file under a mandate, verify such a folder, or make it again.",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    _dossier.command("open")(open_dossier)
    _dossier.command()(verify)
    _dossier.command()(rerun)
    app.add_typer(_dossier, name="dossier")


def open_dossier(
    user: Annotated[str, typer.Argument(help="The user whose file is asked for: the id, or its pseudonym.")],
    mandate: Annotated[
        str, typer.Option(metavar="REF", help="Reference of the written order that allows it; needed.")
    ] = "",
    out: Annotated[Path, typer.Option(help="The folder that the dossier's own folder goes into.")] = Path(
        "dossiers"
    ),
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")
    ] = None,
    lang: LanguageOption = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Hide third parties: who was looked up, and what was typed.")
    ] = False,
    sign_key: Annotated[
        Path | None,
        typer.Option("--sign-key", metavar="FILE", help="Sign with this Ed25519 private key, in PEM."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a dossier with another content.")
    ] = False,
    claimed: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one user's file for an authorised investigation; the opening itself is logged.

    OUT gets a folder with a page for each language, every lookup as CSV, all as JSON, what it was made from,
    and a manifest. Without --from and --to it covers the mandate's period, cut to the audited days; days
    outside the mandate's period are refused.

    Note the SHA-256 of the manifest elsewhere. `dossier verify FOLDER` finds whatever was changed since, and
    `dossier rerun FOLDER` makes the same from the warehouse and says what differs. A user whose id is the
    name of one of these is opened with `dossier open USER`.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.dossier.dossier import write_dossier

    start, end = day_from(first, "--from"), day_from(last, "--to")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        written = write_dossier(
            opened,
            user,
            out,
            mandate=mandate,
            language=language_from(lang),
            from_day=start,
            to_day=end,
            redacted=redact,
            sign_key=sign_key,
            replace=replace,
            who=actor(claimed),
        )
    if as_json:
        say_json(vars(written))
        return
    if written.state == "unchanged":
        say("The same dossier is there already; nothing was written.")
    for page in written.pages:
        say(str(page))
    say(f"manifest {written.manifest_sha256}")
    if written.signed_by:
        say(f"signed by the key {written.signed_by}")


def verify(
    folder: FolderArgument,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", metavar="FILE", help="Of who must have signed it, in PEM.")
    ] = None,
    manifest_hash: Annotated[
        str | None, typer.Option("--manifest-hash", metavar="SHA256", help="As noted when it was written.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a folder is the dossier that was written: 0 when it is whole, 1 when it is not.

    Needs no warehouse and no configuration. A manifest that was rewritten with all its hashes is found only
    with --public-key or --manifest-hash.
    """
    from lookup_audit.reporting.dossier.verify import verify_folder

    checked = verify_folder(folder, public_key=public_key, manifest_hash=manifest_hash)
    if as_json:
        say_json({"whole": checked.is_whole, **vars(checked)})
    elif checked.is_whole:
        say(f"Whole: {counted(checked.files, 'file')} as the manifest {checked.manifest_sha256} lists them.")
        say(_NOTED if manifest_hash and checked.signature == "none" else _SIGNED[checked.signature])
    else:
        for fault in checked.faults:
            say(fault)
        say(f"\nNot whole: {counted(len(checked.faults), 'fault')}.")
    if not checked.is_whole:
        raise typer.Exit(1)


def rerun(
    folder: FolderArgument,
    mandate: Annotated[
        str | None, typer.Option(metavar="REF", help="Another than the one that it was written under.")
    ] = None,
    claimed: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a dossier again from the warehouse and report any difference: 0 for none, 1 for some.

    Nothing is written but the entry in the trail that it was opened.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.dossier.rerun import rerun_dossier

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        made = rerun_dossier(opened, folder, mandate=mandate, who=actor(claimed))
    if as_json:
        say_json({"identical": made.is_identical, **vars(made)})
    elif made.is_identical:
        say("Identical, byte for byte.")
    else:
        for title, lines in (
            ("The folder itself:", made.faults),
            ("Differs:", made.differences),
            ("May be why:", made.causes),
        ):
            if lines:
                say(title)
            for line in lines:
                say(f"  {line}")
    if not made.is_identical:
        raise typer.Exit(1)


_NOTED = "It is not signed; its manifest is the one that was noted."
_SIGNED = {
    "none": "It is not signed: compare the manifest's SHA-256 with the one that was noted when it was written.",
    "own key": "Its signature fits the key beside it; give --public-key to know whose that is.",
    "given key": "It was signed with the key that was given.",
}
