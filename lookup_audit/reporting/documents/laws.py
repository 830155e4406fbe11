"""References to law, written as each language writes them, from one list for all documents."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lookup_audit.settings import Language

_REFERENCE = re.compile(
    r"(?P<law>[a-z]+) (?:(?P<kind>annex|recital) )?(?P<number>[0-9A-Za-z:.]+)(?P<parts>(?:\([0-9a-z]+\))*)"
)
_PART = re.compile(r"\(([0-9a-z]+)\)")
_WORDS: dict[Language, dict[str, str]] = {
    "en": {"annex": ", Annex ", "recital": ", recital ", "article": " art. ", "point": ", point "},
    "nl": {"annex": ", bijlage ", "recital": ", overweging ", "article": " art. ", "point": ", punt "},
}


@dataclass(frozen=True)
class Article:
    """One article of a law: what it asks, and what that means here, by language."""

    ref: str
    asks: dict[Language, str]
    here: dict[Language, str]


@dataclass(frozen=True)
class Law:
    """One law by its short and full name, with the articles that the documents refer to."""

    code: str
    short: dict[Language, str]
    full: dict[Language, str]
    articles: tuple[Article, ...]


@cache
def laws() -> tuple[Law, ...]:
    """Every law that the documents refer to, in the order in which they are listed."""
    text = (files("lookup_audit.reporting.documents") / "laws.toml").read_text(encoding="utf-8")
    return tuple(
        Law(law["code"], law["short"], law["full"], tuple(Article(**article) for article in law["article"]))
        for law in tomllib.loads(text)["law"]
    )


def reference(text: str, language: Language) -> str:
    """A reference such as "wor 27(1)(k)" as it is written: WOR art. 27(1)(k), or WOR art. 27 lid 1 onder k.

    An annex is "aia annex III.4(b)", a recital "led recital 57". Raises `ValueError` for an article that is
    not in the list: what a document rests on stands in the overview of the law.
    """
    match = _REFERENCE.fullmatch(text)
    law = next((law for law in laws() if match and law.code == match["law"]), None)
    if match is None or law is None:
        raise ValueError(f"{text!r}: no law of laws.toml")
    named = f"{match['kind']} {match['number']}" if match["kind"] else match["number"]
    if named not in {article.ref for article in law.articles}:
        raise ValueError(f"{text!r}: laws.toml has no article {named!r} of {law.code}")
    words = _WORDS[language]
    number = match["number"].replace(".", words["point"])
    return (
        f"{law.short[language]}{words[match['kind'] or 'article']}{number}{_parts(match['parts'], language)}"
    )


def _parts(text: str, language: Language) -> str:
    """Paragraph and letter: (1)(k), or in Dutch lid 1 onder k."""
    if language == "en":
        return text
    return "".join(f" lid {part}" if part.isdigit() else f" onder {part}" for part in _PART.findall(text))
