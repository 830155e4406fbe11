"""A configuration file with every setting, its default and the reason for it, made from the settings themselves."""

import json
import textwrap
from typing import Any

from pydantic import BaseModel

from lookup_audit.settings import Settings
from lookup_audit.warehouse import load_signed

_HEAD = """\
# Every setting of lookup-audit, each with its default and the reason for it. What is commented out is as the
# default, so an empty file, or none, is a configuration too. A setting with nothing after the = has
# no value: leave the # before it, or give it one.
# Made by: lookup-audit config example
"""
_WIDTH = 108


def example() -> str:
    """The whole file as TOML; each setting is commented out with its default, an empty one with nothing."""
    parts = [_HEAD, *_settings(Settings)]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            parts += [f"\n[{name}]", *_comment(section.__doc__ or ""), "", *_settings(section)]
    parts += [
        "",
        *_comment("Parameters of the rules and explanations. What each means: lookup-audit rules ID"),
    ]
    for signed in sorted([*load_signed("explanation", locked=False), *load_signed("rule", locked=False)],
                         key=lambda one: one.id):  # fmt: skip
        if signed.parameters:
            parts.append(f"\n[rules.{signed.id}]")
        for name, spec in signed.parameters.items():
            parts += [
                *_comment(f"{spec['reason']['en']} ({spec['unit']['en']})"),
                f"# {name} = {spec['default']}",
            ]
    return "\n".join(parts).rstrip() + "\n"


def _settings(section: type[BaseModel]) -> list[str]:
    lines = []
    for name, field in section.model_fields.items():
        if name == "rules" or (
            isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        ):
            continue
        lines += [*_comment(field.description or ""), f"# {name} = {_toml(field.default)}".rstrip()]
    return lines


def _comment(text: str) -> list[str]:
    """Prose in lines that begin with ##, so that it is never taken for a setting."""
    return [f"## {line}" for line in textwrap.wrap(" ".join(text.split()), _WIDTH - 3)]


def _toml(value: Any) -> str:
    """A default as TOML writes it; nothing for an empty one, which TOML cannot write."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value}"
