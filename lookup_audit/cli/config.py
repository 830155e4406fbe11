"""The configuration: what is in force and where it came from, what is wrong with a file, and an example of one."""

import os
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lookup_audit.cli.common import (
    DEFAULT_WAREHOUSE,
    ConfigOption,
    JsonOption,
    MemoryOption,
    WarehouseOption,
    counted,
    say,
    say_json,
    say_table,
    settings_from,
)

if TYPE_CHECKING:
    from lookup_audit.operation.configuration import Value

_VALUE_WIDTH, _FROM_WIDTH = 30, 22  # beside the longest name of a setting they fill 100 columns

_VARIABLES = (  # that are heard, besides those of options
    "LOOKUP_AUDIT_AS",
    "LOOKUP_AUDIT_CHROMIUM",
    "SOURCE_DATE_EPOCH",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    config = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    config.command()(show)
    config.command()(check)
    config.command()(example)
    app.add_typer(config, name="config", help="What is configured, what is wrong with it, and what can be.")


def show(
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not as the default.")] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    memory: MemoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say every setting with its value, and where it came from: a line of the file, an option, or the default."""
    from lookup_audit.operation.configuration import values_of

    settings = settings_from(config, memory)
    values = values_of(settings, config)
    rows = [
        {"setting": ".".join(one.setting), "value": one.value, "from": _from(one, config, memory)}
        for one in values
    ]
    rows += _surroundings(warehouse, config, settings)
    shown = [row for row in rows if not changed or row["from"] != "default"]
    if as_json:
        say_json({"config_hash": settings.config_hash, "settings": shown})
        return
    say_table(("setting", "value", "from"), [line for row in shown for line in _in_lines(row)])
    say(
        f"\nconfig_hash {settings.config_hash}: of every setting that can change a finding, a risk or an alert"
    )


def check(
    file: Annotated[Path, typer.Argument(help="A configuration in TOML.")],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a configuration at once, before a night finds it; 2 where anything is."""
    from lookup_audit.errors import SettingsError
    from lookup_audit.operation.configuration import faults_in

    try:
        faults = [(line, str(fault)) for line, fault in faults_in(file)]
    except SettingsError as error:
        faults = [(None, str(error).removeprefix(f"{file}: "))]
    if as_json:
        say_json({"file": file, "faults": [{"line": line, "fault": fault} for line, fault in faults]})
    elif not faults:
        say(f"{file}: nothing is wrong with it")
    else:
        say(f"{file}: {counted(len(faults), 'thing is', 'things are')} wrong with it")
        for line, fault in faults:
            say(f"  {f'line {line}: ' if line else ''}{fault}")
    if faults:
        raise typer.Exit(2)


def example(
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    config: ConfigOption = None,
) -> None:
    """Print a configuration with every setting, its default, and the reason for it: example > audit.toml."""
    from lookup_audit.operation import example as made

    say(made.example().rstrip())


def _in_lines(row: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """A setting in lines that a terminal holds, of a file its name only; --json has it whole."""
    source = row["from"].rpartition("/")[2]
    values, sources = (wrap(_plain(row["value"]), _VALUE_WIDTH), wrap(source, _FROM_WIDTH))
    return zip_longest([row["setting"]], values, sources, fillvalue="")


def _from(one: "Value", config: Path | None, memory: str | None) -> str:
    if one.setting == ("memory",) and memory is not None:
        return "--memory"
    return "default" if one.line is None else f"{config}:{one.line}"


def _surroundings(warehouse: Path, config: Path | None, settings: Any) -> list[dict[str, Any]]:
    """Where things are, and the variables of the environment that are heard."""
    from lookup_audit.operation.log import log_path

    given = _given("LOOKUP_AUDIT_WAREHOUSE", warehouse, DEFAULT_WAREHOUSE)
    rows: list[dict[str, Any]] = [
        {"setting": "(warehouse)", "value": warehouse, "from": given},
        {"setting": "(configuration)", "value": config, "from": _given("LOOKUP_AUDIT_CONFIG", config, None)},
    ]
    for name, path, configured in (
        ("log", log_path(settings, warehouse), settings.operation.log_file),
        ("published", settings.publishing.folder or f"{warehouse}.published", settings.publishing.folder),
        ("key", settings.key_file or f"{warehouse}.key", settings.key_file),
    ):
        rows.append({"setting": f"({name})", "value": path, "from": "as above" if configured else "default"})
    rows += [
        {"setting": f"({name})", "value": os.environ[name], "from": "environment"}
        for name in _VARIABLES
        if name in os.environ
    ]
    return rows


def _given(variable: str, value: Path | None, default: Path | None) -> str:
    if value is not None and os.environ.get(variable) == str(value):
        return f"environment: {variable}"
    return "default" if value == default else "option"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "(none)"
    return "(empty)" if value in (None, "") else str(value)
