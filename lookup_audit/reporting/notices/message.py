"""One notice as a mail message: plain text and simple HTML, Dutch first, then English."""

import textwrap
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from itertools import chain

from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.notices.choose import Asked
from lookup_audit.reporting.notices.letter import Letter, Part, letter
from lookup_audit.reporting.page import render_page
from lookup_audit.settings import Language, Settings

_LANGUAGES: tuple[Language, ...] = ("nl", "en")
_WIDTH = 72
_SUBJECT = "Vraag over een bevraging / A question about a lookup"
_BELOW = "English text below."


def message(asked: Asked, settings: Settings) -> bytes:
    """The message as an `.eml` file (RFC 5322, UTF-8): the same lookup and settings give the same bytes.

    It has no `Date` and no `Message-ID`: the mail system that sends it sets those. The subject says nothing
    about the lookup, since telephones show it on their lock screen.
    """
    letters = [letter(asked, settings, words_of(language)) for language in _LANGUAGES]
    made = EmailMessage(policy=SMTP)
    if settings.notices.sender:
        made["From"] = Address(addr_spec=settings.notices.sender)
    if settings.notices.address:
        made["To"] = Address(addr_spec=asked.address)
    made["Subject"] = _SUBJECT
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes in return
    made["Sensitivity"] = "Private"  # RFC 2156, section 4.3.2
    made["Content-Language"] = ", ".join(_LANGUAGES)
    made.set_content(as_text(letters), cte="quoted-printable")
    made.add_alternative(as_html(letters), subtype="html", cte="quoted-printable")
    made.set_boundary(f"=_{asked.notice_id}")
    return made.as_bytes()


def as_html(letters: Sequence[Letter]) -> str:
    """The letters as one page, everything escaped, that loads nothing and runs nothing."""
    return render_page("notice.html", "nl", letters=letters, subject=_SUBJECT, below=_BELOW)


def as_text(letters: Sequence[Letter]) -> str:
    """The letters as plain text in lines of at most 72 signs; a longer word stays whole."""
    texts = [_in_full(one) for one in letters]
    return f"{_BELOW}\n\n" + f"\n\n{'*' * _WIDTH}\n\n".join(texts) + "\n"


def _in_full(one: Letter) -> str:
    blocks = [_underlined(one.title, "="), one.greeting, *map(_filled, one.question)]
    return "\n\n".join(chain(blocks, *map(_part, one.parts)))


def _part(part: Part) -> list[str]:
    marks = [f"{number}. " if part.numbered else "- " for number in range(1, len(part.points) + 1)]
    points = "\n".join(_filled(point, mark) for mark, point in zip(marks, part.points, strict=True))
    return [
        _underlined(part.heading, "-"),
        *map(_filled, part.before),
        *([points] if points else []),
        *map(_filled, part.after),
    ]


def _underlined(heading: str, line: str) -> str:
    return f"{heading}\n{line * len(heading)}"


def _filled(text: str, mark: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
