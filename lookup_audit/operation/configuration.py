"""The configuration as a whole: every fault of a file at once, and where each value came from."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lookup_audit.faults import Fault, faults_of, names_of
from lookup_audit.settings import Settings, at_fault, read_toml
from lookup_audit.warehouse import configured_faults, load_signed

_SECTION = re.compile(r"\s*\[([^\[\]#]+)\]")
_NAME = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)

Name = tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """One setting or parameter of a rule: its value, and the line of the file that sets it; None for a default."""

    setting: Name
    value: Any
    line: int | None


def faults_in(path: Path) -> list[tuple[int | None, Fault]]:
    """Every fault of a configuration file with its line where that is known, in the order of the lines.

    Names of settings, sections, rules, parameters and detectors that do not exist, with the nearest that does, and
    values that cannot be. Raises `SettingsError` where the file cannot be read or is no TOML: then there is nothing
    else to be said of it.
    """
    content = read_toml(path)
    lines = _lines(path)
    notices = content.get("notices")
    found = configured_faults(
        content.get("rules"),
        content.get("required_detectors"),
        notices.get("themes", Settings().notices.themes)
        if isinstance(notices, dict)
        else Settings().notices.themes,
    )
    known = {fault.setting for fault in found}
    try:
        Settings.model_validate(content)
    except ValidationError as error:
        found += [fault for fault in faults_of(error, Settings) if fault.setting not in known]
    placed = [(_line_of(fault.setting, lines), fault) for fault in found]
    return sorted(placed, key=lambda one: (one[0] is None, one[0] or 0))


def load_configuration(path: Path | None) -> Settings:
    """The settings of a file, or the defaults without one; `SettingsError` lists every fault that it has."""
    if path is None:
        return Settings()
    faults = faults_in(path)
    if faults:
        raise at_fault(path, [str(fault) for _, fault in faults])
    return Settings.model_validate(read_toml(path))


def values_of(settings: Settings, path: Path | None) -> list[Value]:
    """Every setting, and every parameter of every rule and explanation, with the line that sets it."""
    lines = _lines(path) if path else {}
    values = []
    for name in names_of(Settings):
        if name == ("rules",):
            continue
        value: Any = settings
        for part in name:
            value = getattr(value, part)
        values.append(Value(name, value, lines.get(name)))
    for signed in sorted([*load_signed("explanation", locked=False), *load_signed("rule", locked=False)],
                         key=lambda one: one.id):  # fmt: skip
        values += [
            Value(("rules", signed.id, name), value, lines.get(("rules", signed.id, name)))
            for name, value in signed.values(settings).items()
        ]
    return values


def _line_of(setting: Name, lines: dict[Name, int]) -> int | None:
    """The line of a setting, or else of the section that it is in."""
    while setting:
        if setting in lines:
            return lines[setting]
        setting = setting[:-1]
    return None


def _lines(path: Path) -> dict[Name, int]:
    """The line on which each name of a TOML file is given, sections among them, as far as they stand on their own.

    A name inside an inline table has none: the line of the table is that of its first name.
    """
    lines: dict[Name, int] = {}
    section: Name = ()
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if header := _SECTION.match(line):
            section = _parts(header[1])
            lines.setdefault(section, number)
        elif given := _NAME.match(line):
            lines.setdefault((*section, *_parts(given[1])), number)
    return lines


def _parts(name: str) -> Name:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
