"""A small site: one folder a language, whose pages are each one file and link to one another by relative address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lookup_audit.reporting.page import render_page, write_page
from lookup_audit.settings import Language

_LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "nl": "Nederlands"}
_MARK = b'<meta name="generator" content="lookup-audit">'


@dataclass(frozen=True)
class SitePage:
    """One page: its file name without the ending, its name in the navigation, its template and what that needs.

    `about` says in a few words what it is about, and `finding` what it found, in a sentence; the overview
    leads to the page with both.
    """

    name: str
    label: str
    template: str
    content: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    finding: str = ""

    @property
    def file(self) -> str:
        """The file name, which is also the address from the pages beside it."""
        return f"{self.name}.html"


@dataclass(frozen=True)
class Frame:
    """What stands around every page: the period in words and as part of file names, and the configurations."""

    period: str = ""
    period_code: str = ""
    configurations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A link of the frame: its text and address, whether it is where the reader is, and its language."""

    text: str
    href: str
    current: bool
    language: Language


def render_site(
    pages: Sequence[SitePage], language: Language, languages: Sequence[Language], frame: Frame
) -> dict[str, str]:
    """Every page in one language, by file name, in the order of the navigation.

    `languages` are those that the same site is written in: each page links to itself in the others. Beside
    its content a template gets `page`, `pages`, `frame`, and the links `navigation` and `languages`.
    """
    return {
        page.file: render_page(
            page.template,
            language,
            **page.content,
            page=page,
            pages=pages,
            frame=frame,
            navigation=[Link(other.label, other.file, other is page, language) for other in pages],
            languages=[
                Link(_LANGUAGE_NAMES[other], f"../{other}/{page.file}", other == language, other)
                for other in languages
            ],
        )
        for page in pages
    }


def write_site(out: Path, sites: Mapping[Language, Mapping[str, str]]) -> list[Path]:
    """The pages written under `out`, in a folder a language; only their owner may read them.

    Pages of an earlier site in these folders go, and what was printed of them: numbers of two periods side
    by side mislead, and could be subtracted.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for language, pages in sites.items():
        folder = out / language
        for old in sorted(folder.glob("*.html")):
            if _is_ours(old):
                old.with_suffix(".pdf").unlink(missing_ok=True)
                old.unlink()
        for torn in folder.glob(".*.html.*"):  # of a writer that was killed
            torn.unlink()
        written += [write_page(folder / name, html) for name, html in pages.items()]
    return written


def _is_ours(page: Path) -> bool:
    with page.open("rb") as file:
        return _MARK in file.read(1000)
