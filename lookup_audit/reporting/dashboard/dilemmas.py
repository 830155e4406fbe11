"""What a team talks about in a session on a theme: dilemmas, questions, and what one can do instead.

The texts are in `dilemmas.toml`, in both languages. None describes a real case, so they can be printed for any
team.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lookup_audit.settings import Language


@dataclass(frozen=True)
class Dilemma:
    """A situation to talk about; `steps` holds one prompt for each question of the self-test, in its order."""

    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class ThemeText:
    """What a session on one theme needs, in one language."""

    about: str
    dilemmas: tuple[Dilemma, ...]
    questions: tuple[str, ...]
    instead: str


def self_test(language: Language) -> tuple[str, ...]:
    """The four questions that officers learn to ask themselves before a lookup."""
    return tuple(_content()["self_test"][language])


@cache
def theme_text(theme: str, language: Language) -> ThemeText | None:
    """The text of a theme, named by its rule; None when there is none, as for a theme of one's own."""
    found = _content()["themes"].get(theme)
    if found is None:
        return None
    text = found[language]
    return ThemeText(
        about=_flowing(text["about"]),
        dilemmas=tuple(Dilemma(_flowing(one["text"]), tuple(one["steps"])) for one in text["dilemmas"]),
        questions=tuple(text["questions"]),
        instead=_flowing(text["instead"]),
    )


def dilemma_in_turn(text: ThemeText, day: dt.date) -> Dilemma | None:
    """The dilemma of the quarter that a day lies in: a team that comes back to a theme gets another one."""
    quarter = 4 * day.year + (day.month - 1) // 3
    return text.dilemmas[quarter % len(text.dilemmas)] if text.dilemmas else None


@cache
def _content() -> dict[str, Any]:
    source = files("lookup_audit.reporting.dashboard") / "dilemmas.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _flowing(text: str) -> str:
    """The text without the line breaks that it has in the file."""
    return " ".join(text.split())
