"""What guards the tool itself: mandates, the key, and the log of who looked at whom."""

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
    complain,
    counted,
    day_from,
    note,
    open_warehouse,
    say,
    say_json,
    say_table,
)
from lookup_audit.cli.publish import as_answer

if TYPE_CHECKING:
    from lookup_audit.privacy.mandates import Mandate
    from lookup_audit.warehouse import Warehouse

NOT_WHOLE = 1

_mandates = typer.Typer(
    no_args_is_help=True,
    help="Record the written orders under which a user may be named.\n\n"
    "No file is opened, and no pseudonym resolved, without one that is valid, about that user, and yours to use.",
)
_trail = typer.Typer(
    no_args_is_help=True,
    help="Read and check the log of who looked at whom.\n\n"
    "Every entry carries the hash of the one before. Print an anchor now and then, and keep it where nobody of "
    "this machine can change it: with it, a log that was cut off or rewritten is found too.",
)
_key = typer.Typer(
    no_args_is_help=True,
    help="Look after the secret key that pseudonyms are made with.\n\n"
    "It is in the file <warehouse>.key. Keep a copy of it apart from copies of the warehouse: who has both can tell "
    "whose a pseudonym is.",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(_mandates, name="mandate")
    app.add_typer(_trail, name="trail")
    app.add_typer(_key, name="key")
    app.command()(whose)


@_mandates.command("add")
def mandate_add(
    reference: Annotated[str, typer.Argument(help="Of the written order, such as VIK-2026-17.")],
    user: Annotated[list[str], typer.Option(help="The user that it is about: the id, or the pseudonym.")],
    authority: Annotated[str, typer.Option(help="Who gave the order: name and office.")],
    purpose: Annotated[str, typer.Option(help="What the investigation is about.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day that may be looked at.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day that may be looked at.")],
    valid_until: Annotated[str, typer.Option(metavar="DAY", help="The last day on which it may be used.")],
    holders: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="ACCOUNT", help="An account that may use it; yours when none is given."
        ),
    ] = None,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a written order: who gave it, for what, about which user and days, and who may use it."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.mandates import add_mandate
    from lookup_audit.privacy.pseudonyms import user_behind

    if len(user) > 1:
        raise typer.BadParameter("a mandate is about one user; record one for each", param_hint="--user")
    days = (day_from(first, "--from"), day_from(last, "--to"), day_from(valid_until, "--valid-until"))
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        mandate = add_mandate(
            opened,
            reference,
            authority=authority,
            purpose=purpose,
            user_id=user_behind(opened, user[0]),
            first_day=days[0],
            last_day=days[1],
            valid_until=days[2],
            holders=tuple(holders or [actor().account]),
            who=actor(who),
        )
        _say_mandates(opened, [mandate], as_json=as_json)


@_mandates.command("approve")
def mandate_approve(
    reference: Annotated[str, typer.Argument(help="Of the written order.")],
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve a mandate that another account added; needed where mandates.two_persons is set."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.mandates import approve_mandate

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        _say_mandates(opened, [approve_mandate(opened, reference, actor(who))], as_json=as_json)


@_mandates.command("withdraw")
def mandate_withdraw(
    reference: Annotated[str, typer.Argument(help="Of the written order.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a mandate before its last day; nothing can be opened under it from then on."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.mandates import withdraw_mandate

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        _say_mandates(opened, [withdraw_mandate(opened, reference, reason, actor(who))], as_json=as_json)


@_mandates.command("list")
def mandate_list(
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every mandate, the latest first, and how it stands; users by pseudonym."""
    from lookup_audit.privacy.mandates import list_mandates

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        _say_mandates(opened, list_mandates(opened), as_json=as_json)


def _say_mandates(opened: "Warehouse", mandates: "list[Mandate]", *, as_json: bool) -> None:
    from lookup_audit.privacy.mandates import state_of
    from lookup_audit.privacy.pseudonyms import pseudonyms_of

    name = pseudonyms_of(opened).user
    rows: list[dict[str, Any]] = [
        {**vars(one), "user_id": name(one.user_id), "state": state_of(opened, one)} for one in mandates
    ]
    if as_json:
        say_json(rows)
        return
    if not rows:
        say("No mandates.")
        return
    say_table(
        ("reference", "state", "user", "from", "to", "valid until", "for", "added by", "approved by", "authority"),
        [
            (
                row["reference"], row["state"], row["user_id"], row["first_day"], row["last_day"],
                row["valid_until"], ", ".join(row["holders"]), row["added_by"], row["approved_by"], row["authority"],
            )
            for row in rows
        ],
    )  # fmt: skip


@_trail.command("verify")
def trail_verify(
    anchors: Annotated[
        list[str] | None,
        typer.Option(
            "--anchor", metavar="NUMBER:HASH", help="As `trail anchor` printed it; may be repeated."
        ),
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find every entry that was changed, removed or moved; with an anchor also a log cut off or rewritten.

    A mandate whose terms are not those of its entry is found too. Leaves with 0 when all is whole, and with 1
    when it is not.
    """
    from lookup_audit.privacy import trail
    from lookup_audit.privacy.mandates import altered

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        faults = trail.verify(opened, anchors=tuple(anchors or ())) + altered(opened)
        entries, last = opened.count("trail"), trail.anchor(opened)
    if as_json:
        say_json({"entries": entries, "faults": faults, "anchor": last})
    elif faults:
        for fault in faults[:20]:
            complain(fault)
        if len(faults) > 20:
            complain(f"… and {counted(len(faults) - 20, 'more fault')}; --json lists all")
    else:
        say(f"whole: {counted(entries, 'entry', 'entries')}")
        if not anchors:
            say("Without an anchor, entries cut off at the end are not found (--anchor).")
    if faults:
        raise typer.Exit(NOT_WHOLE)


@_trail.command("list")
def trail_list(
    reason: Annotated[str, typer.Option(help="Why you look; it is kept.")],
    action: Annotated[
        str | None, typer.Option(help="Only what was done so, such as export, forget or mandate.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day (UTC).")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day (UTC).")
    ] = None,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was done, by whom and why, oldest first; users by pseudonym.

    For who supervises the tool, such as a data protection officer. Notes are shown as they were written.
    """
    from lookup_audit.privacy import trail
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.pseudonyms import shown_about

    start, end = day_from(first, "--from"), day_from(last, "--to")
    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        with opened.transaction():
            trail.record(opened, action="trail list", about=None, reason=reason, who=actor(who))
        entries = shown_about(opened, trail.list_entries(opened, first=start, last=end, action=action))
    if as_json:
        say_json(entries)
        return
    say_table(
        ("entry", "at", "account", "name given", "did", "outcome", "about", "why"),
        [
            (
                entry["entry"], entry["entered_at"], entry["actor"], entry["claimed"], entry["action"],
                entry["outcome"], entry["about"], entry["reason"],
            )
            for entry in entries
        ],
        numbers=(0,),
    )  # fmt: skip


@_trail.command("anchor")
def trail_anchor(
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print number and hash of the last entry, to keep elsewhere: in a mail, or on paper."""
    from lookup_audit.privacy import trail

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        last = trail.anchor(opened)
    if as_json:
        say_json({"anchor": last})
    else:
        say(last)


@_trail.command("about")
def trail_about(
    user: Annotated[str, typer.Argument(help="The user who asks: the id, or the pseudonym.")],
    reason: Annotated[str, typer.Option(help="Why you look; it is kept.")] = "request for access",
    withhold: Annotated[
        bool,
        typer.Option("--withhold-open", help="Leave out what was done under a mandate that is still open."),
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who looked at a user, when and why: the answer to an officer's request for access.

    While an investigation runs, the law lets its authority keep the answer back for a time. So ask it first
    where the answer holds entries under an open mandate, or leave them out with --withhold-open.
    """
    from lookup_audit.privacy import trail
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.pseudonyms import user_behind

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        user_id = user_behind(opened, user)
        with opened.transaction():
            trail.record(opened, action="trail about", about=user_id, reason=reason, who=actor(who))
        entries = trail.entries_about(opened, user_id, opened.settings.today())
    kept_back = [entry for entry in entries if entry["under_open_mandate"]]
    shown = [entry for entry in entries if not (withhold and entry["under_open_mandate"])]
    if as_json:
        say_json(
            [
                {name: value for name, value in entry.items() if name != "under_open_mandate"}
                for entry in shown
            ]
        )
    else:
        say_table(
            ("at", "account", "name given", "did", "outcome", "why"),
            [
                (
                    entry["entered_at"], entry["actor"], entry["claimed"], entry["action"],
                    entry["outcome"], entry["reason"],
                )
                for entry in shown
            ],
        )  # fmt: skip
    if kept_back and not withhold:
        note(
            f"{counted(len(kept_back), 'entry is', 'entries are')} under a mandate that is still open: ask its "
            "authority before you hand this over, or leave them out with --withhold-open"
        )


@_key.command("rotate")
def key_rotate(
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    lost: Annotated[
        bool, typer.Option("--lost", help="The old key is gone or is another warehouse's: go on without it.")
    ] = False,
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new key: from then on every pseudonym and every reference is another.

    What was exported before can no longer be traced to anyone, also not under a mandate. Export again after it;
    what readers find (`publish`) is made anew by itself. Dashboards are rounded anew, so do not lay old and new side
    by side.
    """
    from lookup_audit.privacy.actor import actor
    from lookup_audit.privacy.keys import finish_rotation, rotate_key
    from lookup_audit.privacy.trail import record
    from lookup_audit.reporting.publish import publish_again

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        with opened.transaction():
            made = rotate_key(opened, lost=lost)
            why = f"{reason.strip()} (now {made})" if reason.strip() else ""
            record(opened, action="key rotate", about=None, reason=why, who=actor(who))
        finish_rotation(opened)
        published = publish_again(opened)
    if as_json:
        say_json({"fingerprint": made, **as_answer(published)})
    else:
        say(f"new key {made}; export and report again, and keep a copy of the key file apart")


def whose(
    pseudonym: Annotated[
        str, typer.Argument(help="Of a user (u-…) or subject (s-…), or a reference of the dashboard (N-…).")
    ],
    mandate: Annotated[
        str, typer.Option(metavar="REF", help="Reference of the written order that allows it; needed.")
    ] = "",
    who: AsOption = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom a pseudonym stands for, under a mandate: its user, or a subject that this user looked up."""
    from lookup_audit.privacy.actor import actor
    from lookup_audit.reporting.whose import name_behind

    with open_warehouse(warehouse, config, wait=wait, memory=memory) as opened:
        found = name_behind(opened, pseudonym.strip(), mandate, actor(who))
    if as_json:
        say_json({"pseudonym": pseudonym.strip(), "id": found})
    else:
        say(found)
