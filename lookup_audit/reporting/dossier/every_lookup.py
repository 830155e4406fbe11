"""Every lookup of a dossier as the page's table holds it: columns of codes, and what each code reads."""

from calendar import timegm
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from lookup_audit.reporting.dossier.as_csv import links_of, questions_of
from lookup_audit.reporting.dossier.labels import Labels
from lookup_audit.reporting.dossier.numbers import Lookup
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown
from lookup_audit.settings import Language

ROWS_A_PAGE = 50
MOST_PRINTED = 1000
"""Filtered lookups that are printed; more are said to be left out."""

# The separator and the decimal sign that a spreadsheet set to the language expects.
_FORMS: dict[Language, tuple[str, str]] = {"en": (",", "."), "nl": (";", ",")}

Texts = tuple[str, str]  # as a spreadsheet gets it, and as the page shows it


def every_lookup(
    lookups: Sequence[Lookup], alert_numbers: dict[str | None, int], labels: Labels
) -> dict[str, Any]:
    """What the table's script reads: `columns`, each with its distinct values once, and how to write times.

    A column is `raw` (the values as in the CSV file), `shown` (as a person reads them; absent when the
    same) and `at`, which for each lookup, in order of time, is the place of its value. `seconds` are the local
    clock times since 1970. Every text is safe to show as text, and cut as `plain.shown` cuts it.
    """
    words = labels.words
    separator, decimal = _FORMS[words.language]
    columns: dict[str, Callable[[Lookup], Texts]] = {
        "system": lambda one: _same(one.system),
        "lookup_id": lambda one: _same(one.lookup_id),
        "offset": lambda one: (one.at.isoformat()[-6:], words.moment(one.at, "'UTC'xxx")),
        "duty_state": lambda one: _code(one.duty, labels),
        "action": lambda one: _code(one.action, labels),
        "channel": lambda one: _code(one.channel, labels),
        "workstation": lambda one: _same(one.workstation),
        "subject_type": lambda one: _code(one.subject_type, labels),
        "subject_id": lambda one: _same(one.subject_id),
        "subject_name": lambda one: _same(one.subject_name),
        "query_text": lambda one: _same(one.query_text),
        "case_id": lambda one: _same(one.case_id),
        "justification": lambda one: _same(one.justification),
        "work_links": lambda one: (links_of(one), _links(one, labels)),
        "detectors": lambda one: (questions_of(one), _questions(one, labels)),
        "risk": lambda one: _risk(one, words, decimal),
        "state": lambda one: _same("question" if one.findings else one.state),
        "explained": lambda one: _same("explained" if one.explained else ""),
        "alert": lambda one: _same(str(alert_numbers[one.alert_id]) if one.findings else ""),
    }
    return {
        "seconds": [timegm(one.at.timetuple()) for one in lookups],
        "columns": {name: _column(lookups, texts_of) for name, texts_of in columns.items()},
        "weekdays": [words.date(date(2024, 1, 7) + timedelta(days=nr), "EEE") for nr in range(7)],
        "months": [words.date(date(2024, month, 1), "MMM") for month in range(1, 13)],
        "grouping": words.number(1000)[1:-3],
        "separator": separator,
        "rowsAPage": ROWS_A_PAGE,
        "mostPrinted": MOST_PRINTED,
    }


def _column(lookups: Sequence[Lookup], texts_of: Callable[[Lookup], Texts]) -> dict[str, Any]:
    places: dict[Texts, int] = {}
    at = [places.setdefault(texts_of(one), len(places)) for one in lookups]
    raw, read = [text for text, _ in places], [text for _, text in places]
    return {"raw": raw, "at": at} if raw == read else {"raw": raw, "shown": read, "at": at}


def _same(text: str | None) -> Texts:
    safe = shown(text or "")
    return safe, safe


def _code(code: str | None, labels: Labels) -> Texts:
    return shown(code or ""), shown(labels.code(code)) if code else ""


def _links(lookup: Lookup, labels: Labels) -> str:
    return ", ".join(
        f"{labels.explanation(link.explanation)} {labels.words.number(link.strength, 2)}"
        for link in lookup.links
    )


def _questions(lookup: Lookup, labels: Labels) -> str:
    return ", ".join(labels.detector(found.detector) for found in lookup.findings)


def _risk(lookup: Lookup, words: Words, decimal: str) -> Texts:
    if lookup.risk is None:
        return "", ""
    return f"{lookup.risk:.4f}".replace(".", decimal), words.risk(lookup.risk)
