"""The documents for those who must sign: what is true of the product, and of the warehouse at hand."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from lookup_audit.detectors.document_words import MOTIVES, WORDS
from lookup_audit.privacy.disclosure import BASE
from lookup_audit.reporting.documents.figures import MOST_OF_ONE, Figures, read_figures
from lookup_audit.reporting.documents.laws import laws, reference
from lookup_audit.reporting.documents.values import changed_settings, detectors, setting
from lookup_audit.reporting.language import LANGUAGES, Words, words_of
from lookup_audit.reporting.page import write_file
from lookup_audit.reporting.plain import shown
from lookup_audit.settings import Language, Settings
from lookup_audit.warehouse import Warehouse

DOCUMENTS = (
    "impact-assessment",
    "purposes-and-legal-basis",
    "roles",
    "works-council",
    "technical-documentation",
    "algorithm-register",
    "figures-and-settings",
)
"""The documents by file name, in the order in which they are read."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "fill": "TO BE FILLED IN", "unfilled": "not filled in", "few": "not shown: fewer than {minimum} people",
        "yes": "yes", "no": "no", "none": "no term", "empty": "none", "hidden": "set otherwise; not shown here",
    },
    "nl": {
        "fill": "IN TE VULLEN", "unfilled": "niet ingevuld", "few": "niet getoond: minder dan {minimum} mensen",
        "yes": "ja", "no": "nee", "none": "geen termijn", "empty": "geen",
        "hidden": "anders ingesteld; hier niet getoond",
    },
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_|<>\[\]])")


def write_documents(
    warehouse: Warehouse | None,
    out: Path,
    *,
    language: Language | None = None,
    settings: Settings | None = None,
) -> list[Path]:
    """The documents, written into `out/en` and `out/nl` or one of them, with what this warehouse can fill in.

    Without a warehouse its figures are not filled in, and the settings are those given, else the defaults.
    Counts went through the disclosure gate, so the documents can be made public. The same warehouse with the
    same key gives the same bytes.
    """
    used = warehouse.settings if warehouse else settings or Settings()
    figures = read_figures(warehouse) if warehouse else None
    return [
        write_file(out / one / f"{name}.md", render_document(name, one, used, figures).encode())
        for one in ((language,) if language else LANGUAGES)
        for name in DOCUMENTS
    ]


def render_document(name: str, language: Language, settings: Settings, figures: Figures | None) -> str:
    """One document as Markdown; places that only the organisation can fill in are marked and numbered."""
    words, texts = words_of(language), _WORDS[language]
    few = texts["few"].format(minimum=settings.reporting.minimum_group)

    def figure(value: Any, write: Callable[[Any], str] = str) -> str:
        """A figure, or in its place that there is none to fill in, or that it is about too few people."""
        if value is not None:
            return write(value)
        return f"*{few if figures and figures.nights else texts['unfilled']}*"

    return (
        _environment()
        .get_template(f"{language}/{name}.md")
        .render(
            article_of=lambda law, article: reference(f"{law.code} {article.ref}", language),
            base=BASE,
            changed=changed_settings(settings),
            config_hash=settings.config_hash,
            detectors=_by_motive(settings),
            figure=figure,
            figures=figures,
            fill=_filler(texts["fill"]),
            kinds=WORDS[language],
            language=language,
            law=lambda text: reference(text, language),
            laws=laws(),
            measured=lambda text: _localised(text, language),
            most=MOST_OF_ONE,
            setting=lambda name: _written(setting(settings, name), words, texts),
            text=texts,
            value=lambda value: _written(value, words, texts),
            words=words,
        )
    )


def unfilled_places(text: str) -> int:
    """How many places of a document wait for the organisation."""
    return sum(text.count(f"**[{texts['fill']} ") for texts in _WORDS.values())


def _by_motive(settings: Settings) -> list[Any]:
    """Explanations first, then questions by motive: as all other texts about them are ordered."""
    order = {motive: nr for nr, motive in enumerate(MOTIVES)}
    return sorted(
        detectors(settings),
        key=lambda detector: (
            detector.one.kind != "explanation",
            order.get(detector.one.motive, -1),
            detector.one.id,
        ),
    )


def _filler(mark: str) -> Callable[[str], str]:
    """A function that marks a place for the organisation, numbered from 1 in each document."""
    numbers: Iterator[int] = count(1)
    return lambda what: f"**[{mark} {next(numbers)}: {what}]**"


def _written(value: Any, words: Words, texts: dict[str, str]) -> str:
    """A setting as its readers write it."""
    if value is None:
        return texts["none"]
    if isinstance(value, bool):
        return texts["yes" if value else "no"]
    if isinstance(value, int | float):
        return _localised(f"{value:g}" if isinstance(value, float) else str(value), words.language)
    if isinstance(value, tuple):
        return ", ".join(_cell(str(one)) for one in value) or texts["empty"]
    return _cell(str(value))


def _cell(text: str) -> str:
    """Text that others wrote, for Markdown: seen as it is, and no part of the document's own form."""
    return _MARKDOWN.sub(r"\\\1", shown(text))


def _localised(text: str, language: Language) -> str:
    """Numbers with the decimal sign of the language."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language == "nl" else text


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - Markdown, not HTML; what others wrote passes `cell`
        loader=PackageLoader("lookup_audit.reporting.documents", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    return environment
