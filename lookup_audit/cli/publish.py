"""What readers find who never open the warehouse."""

from typing import TYPE_CHECKING, Any

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
    progress_bar,
    say,
    say_json,
)

if TYPE_CHECKING:
    from lookup_audit.reporting.publish import Published


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(publish)


def publish(
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    wait: WaitOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the output tables, as Parquet under pseudonyms, where readers find them without opening the warehouse.

    They are in <warehouse>.published/current (or publishing.folder), which is swapped in one step; what did not
    change is not written again. `audit` does so by itself, `forget` and `key rotate` where it was done before.
    """
    from lookup_audit.operation.entries import enter_published
    from lookup_audit.reporting import publish as published

    with (
        open_warehouse(warehouse, config, wait=wait, memory=memory) as opened,
        progress_bar("publish") as update,
    ):
        done = published.publish(opened, progress=update)
        enter_published(done)
    if as_json:
        say_json(vars(done))
    else:
        say(published_line(done))


def published_line(done: "Published") -> str:
    """What a publication came to, in one line."""
    where = done.folder / "current"
    if not done.is_new:
        return f"published already: version {done.version} in {where}; nothing had changed"
    return (
        f"published: version {done.version} in {where}; {counted(done.written, 'file')} written, "
        f"{counted(done.kept, 'file')} as before"
    )


def as_answer(done: "Published | None") -> dict[str, Any]:
    """The same for a program; nothing where nothing was published."""
    return {} if done is None else {"published": {"folder": done.folder, "version": done.version}}
