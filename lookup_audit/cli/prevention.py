"""Prevention with a person: notices to users, what they do, and a mirror of one's own lookups."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    check_period,
    counted,
    day_from,
    language_from,
    note,
    open_warehouse,
    say,
    say_json,
    say_table,
    say_written,
)

if TYPE_CHECKING:
    from lookup_audit.reporting.notices.effect import Arm, Effect
    from lookup_audit.reporting.notices.notices import Run

_notices = typer.Typer(
    cls=CommandWithParts,
    help="Write neutral messages to users about a lookup that nothing explains, and see whether they help.",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(_notices, name="notice")
    app.command()(mirror)


@_notices.command("write")
def notice_write(
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="The run gets a folder of its own in it, for the mail system."),
    ],
    day: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="Only about lookups of this day.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Only from this day on.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="… up to and including this one.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done; nothing is written or recorded.")
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one message for each user with an unexplained lookup of a low-risk kind, in Dutch and English.

    Off until notices.enabled and notices.contact are set. Nobody is written to who is, or may come to be,
    investigated; the summary counts why others get none. Messages are files for a mail system to send.

    See first whom it would be about: lookup-audit notice --out notices --dry-run

    Whether it helps: lookup-audit notice effect
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.notices.notices import require_enabled, write_notices

    if day and (first or last):
        raise typer.BadParameter("give a date, or a range, not both", param_hint="--date")
    start, end = day_from(day or first, "--date" if day else "--from"), day_from(day or last, "--to")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        require_enabled(opened)
        check_period(opened, start, end)
        run = write_notices(opened, out, who=actor(who), first=start, last=end, dry_run=dry_run)
        audited = opened.value("SELECT max(audit_date) FROM runs")
        oldest = opened.settings.notices.oldest_days
    late = (run.made_on - audited).days
    if late > oldest:
        note(
            f"the last audited day is {audited}, {counted(late, 'day')} ago: few remember a lookup for so long"
        )
    if as_json:
        say_json({**vars(run), "dry_run": dry_run})
    else:
        _say_run(run, dry_run=dry_run)


@_notices.command("effect")
def notice_effect(
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether users who were written to had another such lookup less often than those whom the lot held out.

    Needs a hold-out (notices.hold_out) that ran for longer than notices.effect_days. Users count as drawn.
    """
    from lookup_audit.reporting.notices.effect import read_effect

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        effect = read_effect(opened)
    if as_json:
        say_json(effect.as_dict())
    else:
        _say_effect(effect)


def mirror(
    user: Annotated[str, typer.Argument(help="Who asked for it: the id, or the pseudonym.")],
    reason: Annotated[
        str, typer.Option(help="Why it is made, such as: asked for it, talk on 3 March. It is kept.")
    ],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="From the week of this day.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including the week of this day.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for the pages.")] = Path("mirrors"),
    lang: LanguageOption = None,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a user's own overview of lookups beside the peers', at the user's own wish, for a talk about awareness.

    It holds no subject, no query, no risk and no finding. It is no evidence, and no measure of performance.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.mirror.mirror import write_mirror

    start, end = day_from(first, "--from"), day_from(last, "--to")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        check_period(opened, start, end)
        pages = write_mirror(
            opened,
            user,
            out,
            reason=reason,
            who=actor(who),
            first=start,
            last=end,
            language=language_from(lang),
        )
    say_written(pages, as_json=as_json)


def _say_run(run: "Run", *, dry_run: bool) -> None:
    from lookup_audit.reporting.notices.choose import LOOKUP_REASONS, USER_REASONS

    for folder in run.finished:
        say(f"A run that was stopped is put in place: {folder}")
    if not run.written and not run.held_out:
        say("Nobody new to write to; nothing is written.")
    else:
        verb = "would be written" if dry_run else "written"
        say(
            f"{counted(len(run.written), 'message')} {verb}; {counted(run.held_out, 'user')} held out by lot."
        )
    for user in run.written:
        say(f"  {user}.eml")
    if run.folder:
        say(f"In {run.folder}, with index.csv for the mail system.")
    for what, counts, reasons in (
        ("lookups that raised a question", run.lookups, LOOKUP_REASONS),
        ("users with a lookup to ask about", run.users, USER_REASONS),
    ):
        if counts:
            say(f"\nNo notice for these {what}:")
            say_table(("count", "why"), [(counts[name], reasons[name]) for name in counts], numbers=(0,))


def _say_effect(effect: "Effect") -> None:
    """The trial in sentences; a share that is not shown exactly is said with its interval only."""
    fewest = effect.minimum_group
    if effect.hold_out is None:
        say("No lot was drawn yet: set hold_out under [notices] to learn whether notices help.")
        return
    say(
        f"Another unexplained lookup with a question of one of the themes, within {counted(effect.days, 'day')}; "
        f"hold-out of {effect.hold_out:.0%}."
    )
    say_table(
        ("arm", "users", "again", "share", "95% interval"),
        [_row("written to", effect.written_to, fewest), _row("held out", effect.held_out, fewest)],
        numbers=(1, 2, 3, 4),
    )
    for name, arm in (("written to", effect.written_to), ("held out", effect.held_out)):
        if len(arm.within) > 1:
            say(f"{name}, " + ", ".join(f"within {one.days} days {one.share:.0%}" for one in arm.within))
    for count, why in (
        (effect.waiting, "drawn too lately to know"),
        (effect.other_share, "drawn at another hold-out"),
    ):
        if count != 0:
            say(f"Not compared: {f'fewer than {fewest}' if count is None else count} {why}.")
    say(_verdict(effect))


def _row(name: str, arm: "Arm", fewest: int) -> tuple[str, ...]:
    if arm.observed is None or arm.low is None or arm.high is None:
        return (name, f"fewer than {fewest}", "–", "–", "–")
    return (
        name,
        f"{arm.observed:,}",
        "not shown" if arm.again is None else f"{arm.again:,}",
        "–" if arm.share is None else f"{arm.share:.1%}",
        f"{arm.low:.1%}–{arm.high:.1%}",
    )


def _verdict(effect: "Effect") -> str:
    if effect.low is None or effect.high is None:
        return f"Too few people to say anything: each arm needs {effect.minimum_group} whose days are all audited."
    interval = f"95% interval of the difference: {effect.low:+.1%} to {effect.high:+.1%}"
    exact = f"{effect.difference:+.1%}; " if effect.difference is not None else ""
    said = {
        "unclear": "No difference can be told from chance yet",
        "fewer": "Those who were written to had another such lookup less often",
        "more": "Those who were written to had another such lookup more often",
    }[effect.says]
    return f"{said} ({exact}{interval})."
