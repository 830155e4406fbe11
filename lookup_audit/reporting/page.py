"""One self-contained page: a template, its styles, scripts and figures in one file that asks for nothing."""

import base64
import datetime as dt
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lookup_audit.reporting.download import csv_address
from lookup_audit.reporting.language import words_of
from lookup_audit.settings import Language

FIGURE_LIBRARY = "plotly-cartesian.min.js"
"""What "plotly.js" stands for: the part of the library that draws our kinds of figure, see `assets/README.md`."""

_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_ANY_INLINE = "'unsafe-inline'"
_POLICY_PLACE = "content-security-policy-goes-here"


Value = str | int | float | dt.date | None


@dataclass(frozen=True)
class Data:
    """A table for a spreadsheet: one value a cell, numbers and days as such, None for what is not shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Table:
    """A small table as text, ready to print; `numeric` names the places of right-aligned columns.

    `data` holds the same for a spreadsheet; without it, a download has the texts.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    data: Data | None = None


@dataclass(frozen=True)
class Figure:
    """A figure: its finding in words, what is drawn, and the table behind it.

    `plot` is a Plotly figure as plain dicts (`data`, `layout`); without one, `empty` says why.
    """

    id: str
    title: str
    subtitle: str
    plot: dict[str, Any] | None
    table: Table | None
    note: str = ""
    empty: str = ""


def render_page(template: str, language: Language, **context: Any) -> str:
    """A whole HTML page, everything escaped, that loads nothing and runs only its own scripts.

    Templates get, beside `context`: `words` (`Words`), `language`, `_()`, `script(name)` and
    `style(name)`, which put a file of `assets/` in the page ("plotly.js" is the figure library), and the
    filters `script_json` and `csv_address`. Only what they put there may run: the content security policy
    holds its hashes. On pages without figures it refuses style attributes too: use classes, or SVG attributes.
    """
    scripts: list[str] = []
    styles: list[str] = []
    html = _environment(language).get_template(template).render(
        **context,
        language=language,
        words=words_of(language),
        script=_inliner("script", scripts),
        style=_inliner("style", styles),
        policy=_POLICY_PLACE,
    )  # fmt: skip
    # The policy stands before anything that others wrote, so the first occurrence is ours.
    return html.replace(_POLICY_PLACE, _policy(scripts, styles), 1)


def write_page(path: Path, html: str) -> Path:
    """Write a page whole or not at all, readable by its owner only; the path comes back."""
    return write_file(path, html.encode())


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all, readable by its owner only; the path comes back."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def script_json(value: Any) -> Markup:
    """JSON that may stand inside a script element: nothing in it can end the element or open a comment.

    Raises `ValueError` for NaN and infinities, which are not JSON.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - the five signs above are the escaping


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("lookup_audit.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    words = words_of(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        words.translations.gettext, words.translations.ngettext, newstyle=True
    )
    environment.filters["script_json"] = script_json
    environment.filters["csv_address"] = csv_address
    return environment


def _inliner(element: str, texts: list[str]) -> Callable[[str], Markup]:
    """A function that puts one asset in the page, and notes its text for the policy."""

    def inline(name: str) -> Markup:
        text = _asset(name)
        texts.append(text)
        return Markup(f"<{element}>{text}</{element}>")  # noqa: S704 - the package's own file, checked

    return inline


@cache
def _asset(name: str) -> str:
    file = FIGURE_LIBRARY if name == "plotly.js" else name
    text = (files("lookup_audit.reporting") / "assets" / file).read_text(encoding="utf-8")
    if "</script" in text or "</style" in text or "<!--" in text:
        raise ValueError(f"{name}: would end the element that it stands in")
    return text


def _policy(scripts: list[str], styles: list[str]) -> str:
    # Plotly writes style elements and attributes of its own. With no address allowed anywhere, a style can
    # fetch nothing; pages without figures keep to the hashes.
    drawn = _asset("plotly.js") in scripts
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"script-src {_hashes(scripts)}; style-src {_ANY_INLINE if drawn else _hashes(styles)}"
    )


def _hashes(texts: list[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
