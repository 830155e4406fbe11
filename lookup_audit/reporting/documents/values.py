"""Settings as the documents show them: what is set, and what is set otherwise than by default."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from lookup_audit.detectors.described import Described, described
from lookup_audit.settings import Settings

_LISTS_SHOWN = frozenset({"context.desk_functions", "notices.themes", "required_detectors"})
"""Lists that a reader must be able to judge. Others, and all texts, may hold names or ids: never shown."""


@dataclass(frozen=True)
class Changed:
    """One setting that differs from its default; the values are None where they may not be shown."""

    name: str
    value: Any
    default: Any
    is_shown: bool


@dataclass(frozen=True)
class Detector:
    """One explanation or question as configured: how many parameters it has, and those that were changed."""

    one: Described
    parameters: int
    changed: tuple[Changed, ...]


def setting(settings: Settings, name: str) -> Any:
    """The value of a setting by its name in the configuration, such as "alerts.minimum_risk".

    Raises `ValueError` for one that does not exist: a document may not speak of it.
    """
    value: Any = settings
    for part in name.split("."):
        if not isinstance(value, BaseModel) or part not in type(value).model_fields:
            raise ValueError(f"there is no setting {name}")
        value = getattr(value, part)
    return value


def changed_settings(settings: Settings) -> tuple[Changed, ...]:
    """Every setting outside the rules that differs from its default, by name; the language is none."""
    defaults = dict(_flat(Settings(), ""))
    return tuple(
        _changed(name, value, defaults[name])
        for name, value in sorted(_flat(settings, ""))
        if value != defaults[name] and name != "language"
    )


def detectors(settings: Settings) -> tuple[Detector, ...]:
    """Each explanation, each rule, and the forest, with its parameters as configured."""
    return tuple(Detector(one, len(one.parameters), _changed_of(one, settings)) for one in described())


def _changed_of(one: Described, settings: Settings) -> tuple[Changed, ...]:
    if one.signed is None:
        values = settings.forest.model_dump()
        section = "forest"
    else:
        values = one.signed.values(settings)
        section = f"rules.{one.id}"
    return tuple(
        _changed(f"{section}.{name}", values[name], spec["default"])
        for name, spec in one.parameters.items()
        if values[name] != spec["default"]
    )


def _changed(name: str, value: Any, default: Any) -> Changed:
    is_shown = name in _LISTS_SHOWN or all(
        one is None or isinstance(one, bool | int | float) for one in (value, default)
    )
    return Changed(name, value if is_shown else None, default if is_shown else None, is_shown)


def _flat(section: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{prefix}{name}.")
        elif name not in {"rules", "threads", "memory"}:  # rules are shown with the rule
            yield f"{prefix}{name}", value
