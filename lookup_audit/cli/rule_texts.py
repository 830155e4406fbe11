"""What `rules` says on a terminal and to a program: all questions in brief, or one of them whole."""

import textwrap
from typing import TYPE_CHECKING, Any

from lookup_audit.cli.common import say

if TYPE_CHECKING:
    from lookup_audit.detectors.described import Described
    from lookup_audit.settings import Settings

_WIDTH = 100


def as_dict(one: "Described") -> dict[str, Any]:
    """One explanation or question for a program; every text in both languages, the forest without SQL."""
    return {
        "id": one.id,
        "kind": one.kind,
        "version": one.signed.version if one.signed else None,
        "motive": one.motive,
        "about": one.about,
        "weight": one.weight,
        "legal_basis": one.legal_basis,
        "needs": one.needs,
        "columns_used": one.columns,
        "parameters": one.parameters,
        **one.prose,
        "sha256": one.signed.sha256 if one.signed else None,
        "sql": one.signed.query if one.signed else None,
    }


def say_all(every: "list[Described]", language: str) -> None:
    """Explanations, then questions by motive: id, title, and the question."""
    from lookup_audit.detectors.document_words import MOTIVES, WORDS

    words = WORDS[language]
    groups = [(words["explanations"], [one for one in every if one.kind == "explanation"])]
    groups += [
        (f"{words['questions']} – {words[motive].lower()}", [one for one in every if one.motive == motive])
        for motive in MOTIVES
    ]
    indent = max(len(one.id) for one in every) + 4
    for name, members in groups:
        say(f"{name}\n")
        for one in members:
            say(f"  {one.id.ljust(indent - 2)}{one.prose['title'][language]}")
            say(_wrapped(one.prose["question"][language], " " * indent))
        say()
    say(
        "One of them whole: lookup-audit rules neighbour, and with its query: lookup-audit rules neighbour --sql\n"
        "All as one document: lookup-audit rules --document --lang en"
        if language == "en"
        else "Eén helemaal: lookup-audit rules neighbour, met de zoekopdracht: lookup-audit rules neighbour --sql\n"
        "Alles als één document: lookup-audit rules --document --lang nl"
    )


def say_one(one: "Described", settings: "Settings", language: str, *, with_sql: bool) -> None:
    """One whole: the question, what is innocent, what it cannot see, its parameters as configured, and why."""
    from lookup_audit.detectors.document_words import WORDS, labelled_lists

    words = WORDS[language]
    version = f", {words['version']} {one.signed.version}" if one.signed else ""
    say(f"{one.prose['title'][language]}  ({one.id}: {words[one.kind]}{version})\n")
    say(_wrapped(one.prose["question"][language], ""))
    for field, label in labelled_lists(one.kind, language).items():
        say(f"\n{label}")
        for line in one.prose[field][language]:
            say(_wrapped(line, "    ", "  - "))
    say(f"\n{words['parameters']}")
    if not one.parameters:
        say(f"  {words['no_parameters']}")
    configured = _configured(one, settings)
    for name, spec in one.parameters.items():
        value, default, unit = configured.get(name, spec["default"]), spec["default"], spec["unit"][language]
        otherwise = "" if value == default else f" ({words['configured']} {default})"
        say(f"  {name} = {value} {unit}{otherwise}")
        say(_wrapped(spec["reason"][language], "      "))
    if one.parameters:
        say(f"  {words['set_with']} [{'forest' if one.signed is None else f'rules.{one.id}'}]")
    say()
    for label, text in _facts(one, words, language):
        say(_wrapped(text, "  ", f"{label.capitalize()}: "))
    if with_sql:
        say(f"\n{one.signed.query if one.signed else _wrapped(words['model_text'], '')}")


def _facts(one: "Described", words: dict[str, str], language: str) -> list[tuple[str, str]]:
    needs = ", ".join(one.needs).replace(" or ", f" {words['or']} ")
    facts = [
        (words["motive"], "" if one.kind == "explanation" else words[one.motive].lower()),
        (words["weight"], f"{one.weight:g} log-odds"),
        (words["law"], one.legal_basis[language]),
        (words["needs"], needs),
        (words["data"], ", ".join(one.columns)),
    ]
    return [(label, text) for label, text in facts if text]


def _configured(one: "Described", settings: "Settings") -> dict[str, Any]:
    """The values that a configuration sets; the forest's settings are all there."""
    return settings.forest.model_dump() if one.signed is None else dict(settings.rules.get(one.id, {}))


def _wrapped(text: str, indent: str, first: str | None = None) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
