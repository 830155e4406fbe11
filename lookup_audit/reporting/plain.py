"""Text that others wrote, made safe to read: nothing in it can hide or reverse what stands around it."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

_LONGEST = 500
# Controls, format characters (direction marks and overrides among them), lone surrogates, line separators.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")


def shown(text: str, longest: int = _LONGEST) -> str:
    """The text for a page: characters that cannot be seen become their code (⟨U+202E⟩), line ends ⏎.

    Longer texts are cut and end in …; the whole text is in the file beside the page. Escaping for HTML
    is left to whoever writes it there.
    """
    cut = text if len(text) <= longest else text[:longest] + "…"
    if cut.isprintable():  # nearly all of them
        return cut
    return "".join(_visible(sign) for sign in cut.replace("\r\n", "\n"))


def cell(value: object) -> str:
    """The value for a CSV cell that a spreadsheet takes as text: what would be a formula gets an apostrophe.

    None is empty; lone surrogates, which no encoding can write, become �.
    """
    text = "" if value is None else str(value).encode("utf-8", "replace").decode()
    return f"'{text}" if _FORMULA.match(text) else text


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV file for a program, with a header and every cell quoted; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def file_part(text: str) -> str:
    """The text as part of a file name: letters, digits, - and _ only; other texts never share one name."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", text)[:60]
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return safe if safe == text else f"{safe}-{digest[:8]}"


def _visible(sign: str) -> str:
    if sign in "\n\t":
        return " ⏎ " if sign == "\n" else " ⇥ "
    return f"⟨U+{ord(sign):04X}⟩" if unicodedata.category(sign) in _UNSEEN else sign
