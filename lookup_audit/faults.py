"""What is wrong with a configuration, each fault in one line, with the nearest name that exists."""

import difflib
import types
import typing
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the setting as its sections and name, and what is wrong with it.

    `together` marks a fault of several settings of one section, which then stands for all of them.
    """

    setting: tuple[str, ...]
    message: str
    together: bool = False

    def __str__(self) -> str:
        """The setting by its full name, and what is wrong with it."""
        name = ".".join(self.setting)
        return f"{f'[{name}]' if self.together else name}: {self.message}"


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The question after an unknown name, with the nearest known one; empty where none is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def faults_of(error: ValidationError, root: type[BaseModel]) -> list[Fault]:
    """Every fault of a configuration that does not fit its model `root`, in the order of the settings."""
    faults: dict[tuple[str, ...], Fault] = {}
    for found in error.errors(include_url=False):
        place = tuple(str(part) for part in found["loc"])
        if place[:1] == ("rules",):
            place = place[:3]  # one fault for a value that is none of the kinds that a parameter may be
        faults.setdefault(place, Fault(place, _message(place, dict(found), root)))
    return list(faults.values())


def names_of(model: type[BaseModel], within: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The full name of every setting of a model, those of its sections in their place."""
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from names_of(section, (*within, name))
        else:
            yield (*within, name)


def _message(place: tuple[str, ...], found: dict[str, Any], root: type[BaseModel]) -> str:
    kind, given = found["type"], found["input"]
    section = f"[{'.'.join(place)}]"
    said = {
        "extra_forbidden": f"unknown setting{_nearest(place, root)}",
        "value_error": str(found["msg"]).removeprefix("Value error, "),
        "model_type": f"is a section; write {section} and its settings below it",
        "dict_type": f"must be a section, {section}, with a parameter in each line",
        "tuple_type": "must be a list, as in ['a', 'b']",
    }
    if kind in said:
        return said[kind]
    if place[:1] == ("rules",):
        return "must be a number"
    near = (
        did_you_mean(given, _choices(place, root))
        if kind == "literal_error" and isinstance(given, str)
        else ""
    )
    message = _PLAIN.get(kind) or str(found["msg"]).replace("Input should be", "must be", 1)
    is_plain = isinstance(given, str | int | float) and len(str(given)) <= 40
    return f"{message}{f', and is {given!r}' if is_plain else ''}{near}"


_PLAIN = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number, with a point before decimals",
    "float_type": "must be a number, with a point before decimals",
}  # the checker's own words are for who programs


def _nearest(place: tuple[str, ...], root: type[BaseModel]) -> str:
    """The nearest name in the same section; else the same or nearly the same name in another one."""
    section: type[BaseModel] | None = root
    for part in place[:-1]:
        field = section.model_fields.get(part) if section else None
        annotation = field.annotation if field else None
        section = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    here = did_you_mean(place[-1], section.model_fields) if section else ""
    elsewhere = {name[-1]: ".".join(name) for name in names_of(root)}
    if place[-1] in elsewhere:
        return f"; did you mean {elsewhere[place[-1]]}?"
    if here:
        return here
    near = difflib.get_close_matches(place[-1], elsewhere, n=1, cutoff=0.8)
    return f"; did you mean {elsewhere[near[0]]}?" if near else ""


def _choices(place: tuple[str, ...], root: type[BaseModel]) -> list[str]:
    """The values that a setting of few values may have."""
    section: Any = root
    for part in place:
        section = section.model_fields[part].annotation
    if isinstance(section, types.UnionType):
        section = typing.get_args(section)[0]
    return [str(one) for one in typing.get_args(section)] if typing.get_origin(section) is Literal else []
