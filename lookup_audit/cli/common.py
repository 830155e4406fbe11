"""What the commands share: the application, its options, and how things are said."""

import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, overload

import typer
from typer.core import TyperGroup

from lookup_audit import __version__
from lookup_audit.cli.logged import LoggedCommands, begin_log
from lookup_audit.cli.progress import progress_on
from lookup_audit.errors import UsageError, WarehouseError

if TYPE_CHECKING:
    from lookup_audit.settings import Settings
    from lookup_audit.warehouse import Warehouse
    from lookup_audit.warehouse.lock import Waiting

DONE_WITH_SHORTFALL = 3


class CommandWithParts(TyperGroup):
    """A group whose first command is meant where none of its commands is named.

    So `alerts --all` stays what it was when `alerts show` came beside it. It is given as ``cls`` of a
    `typer.Typer`, whose first registered command is the one that is meant.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the first command named where none was."""
        named = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if named else [next(iter(self.commands)), *args])


class Commands(LoggedCommands):
    """The commands of the application, where `--wait` may stand without a number of seconds."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the usual number of seconds where none was given."""
        spelt_out = [
            f"--wait={_USUAL_WAIT}" if word == "--wait" and not _is_number(following) else word
            for word, following in zip(args, [*args[1:], ""], strict=False)
        ]
        return super().parse_args(ctx, spelt_out)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _time_to_wait(seconds: float | None) -> float | None:
    if seconds is not None and not 0 <= seconds < math.inf:
        raise typer.BadParameter(f"{seconds:g} is no time that one can wait; give seconds, as in --wait 600")
    return seconds


_USUAL_WAIT = 3600  # seconds: longer than a night's audit of most units, and over before the working day

app = typer.Typer(
    name="lookup-audit",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Explain the legitimate queries in police systems, ask about the rest, and turn findings into "
        "prevention.\n\n"
        "A night, in order: ingest a drop of logs, audit, then read alerts, report, or a dossier.\n"
        "Start with: lookup-audit demo"
    ),
    epilog="Exit codes: 0 done; 1 failed, nothing changed, or what was checked is not whole; 2 wrong usage or "
    "configuration; 3 done, but rows were rejected or required detectors skipped.",
)

WarehouseOption = Annotated[
    Path,
    typer.Option(
        "--warehouse",
        envvar="LOOKUP_AUDIT_WAREHOUSE",
        metavar="PATH",
        readable=False,  # one that cannot be read is a failure (1), and no wrong usage (2)
        help="The DuckDB file of this audit.",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", envvar="LOOKUP_AUDIT_CONFIG", metavar="FILE", help="Settings in TOML."),
]
WaitOption = Annotated[
    float | None,
    typer.Option(
        "--wait",
        metavar="[SECONDS]",
        callback=_time_to_wait,
        help="Wait while another process has the warehouse open: so many seconds at most, an hour when not given.",
    ),
]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="Of the engine, as 4GB or 50%, and 128MB at least; what does not fit is put on disk.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", metavar="en|nl", help="One language; both when not given.")
]

AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        envvar="LOOKUP_AUDIT_AS",
        metavar="NAME",
        help="Your name, where several people share an account; it is recorded beside the account.",
    ),
]

DEFAULT_WAREHOUSE = Path("lookup_audit.duckdb")


def _say_version(asked: bool) -> None:
    if asked:
        say(f"lookup-audit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is."),
    ] = False,
) -> None:
    """What holds for every command; what the program does is in the help of the application."""
    given = [*sys.argv[1:], *(text for name, text in os.environ.items() if name.startswith("LOOKUP_AUDIT_"))]
    for text in given:
        if any("\ud800" <= sign <= "\udfff" for sign in text):  # how Python carries bytes that are no text
            raise UsageError(f"{text!a}: is not text in UTF-8")


def settings_from(config: Path | None, memory: str | None = None) -> "Settings":
    """The settings that a command runs under; `memory` goes before what is configured."""
    from pydantic import ValidationError

    from lookup_audit.faults import faults_of
    from lookup_audit.operation.configuration import load_configuration
    from lookup_audit.settings import Settings

    settings = load_configuration(config)
    if memory is None:
        return settings
    try:
        return settings.model_copy(update={"memory": Settings(memory=memory).memory})
    except ValidationError as error:
        (fault,) = faults_of(error, Settings)
        raise typer.BadParameter(fault.message, param_hint="--memory") from error


def waiting_for(seconds: float | None) -> "Waiting | None":
    """How a command waits for a warehouse that another process has open, with a line that says for whom."""
    from lookup_audit.warehouse.lock import Waiting

    return None if seconds is None else Waiting(seconds, note)


def open_warehouse(
    path: Path,
    config: Path | None,
    *,
    must_exist: bool = True,
    wait: float | None = None,
    memory: str | None = None,
) -> "Warehouse":
    """The warehouse that a command works on; only loading may make a new one."""
    from lookup_audit.warehouse import Warehouse, check_configured

    settings = settings_from(config, memory)
    check_configured(settings)
    if not must_exist or path.exists():  # a name that was mistyped leaves no log behind
        begin_log(settings, path)
    return Warehouse(path, settings, must_exist=must_exist, waiting=waiting_for(wait))


def check_period(warehouse: "Warehouse", first: date | None, last: date | None) -> None:
    """Refuse a period that runs backwards, or in which no day was audited: an empty page misleads."""
    if first and last and first > last:
        raise typer.BadParameter(f"{first} is after {last}", param_hint="--from")
    audited = warehouse.value(
        "SELECT count(*) FROM runs WHERE ($first IS NULL OR audit_date >= $first) "
        "AND ($last IS NULL OR audit_date <= $last)",
        {"first": first, "last": last},
    )
    if not audited:
        raise WarehouseError(
            "no day of this period was audited; nothing is written (see: lookup-audit status)"
        )


@overload
def day_from(text: str, option: str) -> date: ...


@overload
def day_from(text: str | None, option: str) -> date | None: ...


def day_from(text: str | None, option: str) -> date | None:
    """A day given as 2026-03-01; a clear usage error for anything else."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a day; write it as 2026-03-01", param_hint=option
        ) from error


def language_from(text: str | None) -> Any:
    """en, nl, or None for both."""
    if text not in {None, "en", "nl"}:
        raise typer.BadParameter(f"{text!r}: en or nl", param_hint="--lang")
    return text


def program() -> str:
    """How this program is called from where the reader is; the environment may not be active."""
    environment = Path(".venv")
    is_here = (environment / "bin" / "lookup-audit").exists() and environment.samefile(sys.prefix)
    return ".venv/bin/lookup-audit" if is_here else "lookup-audit"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun, or any words that follow the number: "1 day", "1,200 days"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def say(text: str = "") -> None:
    """A line for the reader, on standard output."""
    typer.echo(text)


def note(text: str) -> None:
    """A line beside the answer (progress, shortfalls), on standard error."""
    typer.echo(_printable_lines(text), err=True)


def complain(text: str) -> None:
    """What went wrong, on standard error."""
    typer.echo(f"lookup-audit: {_printable_lines(text)}", err=True)


def say_json(value: Any) -> None:
    """An answer for a program: JSON with ISO times, each with its offset, or marked as UTC.

    It reads in a terminal too: signs that cannot be seen, or turn the text around, stand as escapes.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_as_json)
    typer.echo("\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n")))


def _escaped(line: str) -> str:
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in line)


def say_written(files: Sequence[Path], *, as_json: bool) -> None:
    """The files that a command wrote, one a line."""
    if as_json:
        say_json(files)
    else:
        for file in files:
            say(str(file))


def say_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: Sequence[int] = ()) -> None:
    """A table as wide as it needs to be; `numbers` are the columns set to the right."""
    texts = [[_printable(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[at]) for row in texts)]) for at, name in enumerate(columns)]
    for row in [list(columns), ["─" * width for width in widths], *texts]:
        cells = [
            cell.rjust(width) if at in numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def progress_bar(label: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
    """A bar with time left on a terminal, and elsewhere a line at most once a minute.

    Yields ``update(done, total, what)``.
    """
    return progress_on(label, note)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + ("" if value.tzinfo else "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _printable_lines(text: str) -> str:
    """Names of files and columns come from outside, so they pass the same filter as values."""
    return "\n".join(_printable(line) for line in text.split("\n"))


def _printable(value: Any) -> str:
    """Text for a terminal: control and direction signs, which a log can hold, are shown as a dot."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}{'' if value.tzinfo else 'Z'}"
    if isinstance(value, float):
        return f"{value:.3f}"
    return "".join(sign if sign.isprintable() else "·" for sign in str(value))
