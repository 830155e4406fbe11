"""What needs no reading for now: suppress add, suppress list, suppress end."""

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
    open_warehouse,
    say,
    say_json,
    say_table,
)
from lookup_audit.errors import UsageError

if TYPE_CHECKING:
    from lookup_audit.triage import Pattern
    from lookup_audit.warehouse import Warehouse

_suppressions = typer.Typer(
    no_args_is_help=True,
    help="Hide alerts of a known pattern from the queue, for a time and with an owner.\n\n"
    "An alert is hidden when all its questions are among those of one suppression, and it matches the user, team "
    "and subject given. A new kind of question, or a graver motive, brings it back. Nothing is deleted: findings, "
    "risks and ranks stay, and a hidden alert keeps its place in its night, so nothing moves up.",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(_suppressions, name="suppress")


@_suppressions.command("add")
def suppress_add(
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why these alerts need no reading; it is kept.")
    ],
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day; a year away at most.")],
    detectors: Annotated[
        list[str] | None,
        typer.Option("--detector", help="A question that needs no reading; may be repeated."),
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only of this user: pseudonym or id.")] = None,
    team: Annotated[str | None, typer.Option(help="Only of this team's users.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only about this subject: pseudonym or id.")] = None,
    alert: Annotated[
        str | None, typer.Option(help="Like this alert: its user and subject, and its questions.")
    ] = None,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hide a pattern from the queue: these questions, for this user, team or subject, up to a day."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.triage import add_suppression, shown_suppressions

    last = day_from(until, "--until")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        if alert and (user or team or subject):
            raise UsageError("--alert stands for its user and subject; give either that or those")
        named = tuple(detectors or ())
        pattern = _of_alert(opened, alert, named) if alert else _given(opened, named, user, team, subject)
        made = add_suppression(opened, pattern, owner=owner, reason=reason, until=last, who=actor(who))
        row = next(one for one in shown_suppressions(opened) if one["suppression_id"] == made.suppression_id)
    if as_json:
        say_json(row)
    else:
        hides = counted(row["hides"], "alert that waits", "alerts that wait")
        say(f"{made.suppression_id}: until {made.until}; hides {hides} now")


@_suppressions.command("list")
def suppress_list(
    every: Annotated[bool, typer.Option("--all", help="Also those that ended or ran out.")] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the suppressions, the latest first, and how many waiting alerts each hides; users by pseudonym."""
    from lookup_audit.triage import shown_suppressions

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        rows = shown_suppressions(opened, ended=every)
    if as_json:
        say_json(rows)
        return
    if not rows:
        say("No suppressions.")
        return
    say_table(
        ("suppression", "state", "until", "hides", "detectors", "user", "team", "subject", "owner", "reason"),
        [
            (
                row["suppression_id"], row["state"], row["until"], row["hides"], ", ".join(row["detectors"]),
                row["user_id"], row["team"], row["subject_id"], row["owner"], row["reason"],
            )
            for row in rows
        ],
        numbers=(3,),
    )  # fmt: skip


@_suppressions.command("end")
def suppress_end(
    suppression: Annotated[str, typer.Argument(help="The id, from `suppress list`.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")],
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a suppression before its last day; what it hid is in the queue again."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.triage import end_suppression, shown_suppressions

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        made = end_suppression(opened, suppression, reason, actor(who))
        rows = shown_suppressions(opened, ended=True)
    if as_json:
        say_json(next(one for one in rows if one["suppression_id"] == made.suppression_id))
    else:
        say(f"{made.suppression_id}: ended")


def _of_alert(opened: "Warehouse", alert: str, detectors: tuple[str, ...]) -> "Pattern":
    """The pattern of an alert, or with the detectors given, which must then hold its own."""
    from dataclasses import replace

    from lookup_audit.triage import pattern_of

    found = pattern_of(opened, alert)
    left = [name for name in found.detectors if detectors and name not in detectors]
    if left:
        raise UsageError(f"{alert} also asks {', '.join(left)}: these detectors would not hide it")
    return replace(found, detectors=detectors or found.detectors)


def _given(
    opened: "Warehouse", detectors: tuple[str, ...], user: str | None, team: str | None, subject: str | None
) -> "Pattern":
    from lookup_audit.privacy.pseudonyms import subject_behind, user_behind
    from lookup_audit.triage import Pattern
    from lookup_audit.triage.names import known_team

    given: dict[str, Any] = {
        "user_id": user_behind(opened, user) if user else None,
        "team": known_team(opened, team) if team else None,
        "subject_id": subject_behind(opened, subject) if subject else None,
    }
    return Pattern(detectors, **given)
