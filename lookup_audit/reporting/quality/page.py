"""The page of what came in, one a language, each one file; for analysts, and apart from the prevention pages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lookup_audit.reporting.language import LANGUAGES, Words, words_of
from lookup_audit.reporting.page import Data, Table, render_page, write_page
from lookup_audit.reporting.plain import shown
from lookup_audit.reporting.quality.figures import volumes_figure
from lookup_audit.reporting.quality.numbers import Quality
from lookup_audit.reporting.quality.reasons import reject_reasons
from lookup_audit.reporting.quality.words import about, consequence, signed_titles, what
from lookup_audit.settings import Language


def write_quality(quality: Quality, out: Path, language: Language | None = None) -> list[Path]:
    """Paths of the pages (`quality-en.html`, `quality-nl.html`), readable by their owner only.

    The same warehouse and days give the same bytes.
    """
    return [
        write_page(out / f"quality-{one}.html", render_quality(quality, words_of(one)))
        for one in ((language,) if language else LANGUAGES)
    ]


def render_quality(quality: Quality, words: Words) -> str:
    """The page in one language."""
    return render_page(
        "quality.html",
        words.language,
        quality=quality,
        gaps=_gaps(quality, words),
        sentences=_sentences(quality, words),
        volumes=volumes_figure(quality, words),
        tables=_tables(quality, words),
        rejected=_rejected(quality, words),
        loaded=_loaded(quality, words),
    )


def _gaps(quality: Quality, words: Words) -> Table | None:
    """Each gap of each day, those of the newest stretch first, for a spreadsheet."""
    if not quality.gaps:
        return None
    _ = words.gettext
    data = Data(
        (_("Day"), _("Kind"), _("About"), _("Expected"), _("Came in"), _("What says less")),
        tuple(
            (gap.day, gap.kind, about(gap, words), gap.expected, gap.seen, ", ".join(gap.disables))
            for one in quality.gaps
            for gap in one.gaps
        ),
    )
    return Table(data.columns, (), data=data)


def _sentences(quality: Quality, words: Words) -> list[tuple[str, str]]:
    """What was odd and when, and what says less for it; the newest first."""
    titles = signed_titles(words)
    return [(f"{what(one, words)}.", consequence(one.gaps[0], titles, words)) for one in quality.gaps]


def _sums(words: Words) -> tuple[str, ...]:
    _ = words.gettext
    return _("Files"), _("Rows read"), _("Loaded"), _("Rejected"), _("Duplicates")


def _counted(row: dict[str, Any], words: Words) -> tuple[str, ...]:
    return tuple(words.number(row[name]) for name in _SUMS)


def _tables(quality: Quality, words: Words) -> Table:
    _ = words.gettext
    columns = (_("Table"), *_sums(words), _("Share rejected"))
    shares = [row["rows_rejected"] / max(row["rows_read"], 1) for row in quality.tables]
    rows = tuple(
        (row["table"], *_counted(row, words), words.percent(share, 2))
        for row, share in zip(quality.tables, shares, strict=True)
    )
    data = Data(
        columns,
        tuple(
            (row["table"], *(row[name] for name in _SUMS), share)
            for row, share in zip(quality.tables, shares, strict=True)
        ),
    )
    return Table(columns, rows, (1, 2, 3, 4, 5, 6), data)


def _rejected(quality: Quality, words: Words) -> Table | None:
    if not quality.rejected:
        return None
    _ = words.gettext
    columns = (_("Reason"), _("Table"), _("Column"), _("Rows"))
    return Table(
        columns,
        tuple(
            (_reason(row["reason"], words), row["table"], row["column"] or "–", words.number(row["rows"]))
            for row in quality.rejected
        ),
        (3,),
        Data(
            columns,
            tuple((row["reason"], row["table"], row["column"], row["rows"]) for row in quality.rejected),
        ),
    )


def _loaded(quality: Quality, words: Words) -> Table | None:
    if not quality.loaded:
        return None
    _ = words.gettext
    columns = (_("Loaded on"), _("Table"), *_sums(words))
    return Table(
        columns,
        tuple(
            (_on_one_line(words.date(row["day"], "d MMM y")), row["table"], *_counted(row, words))
            for row in quality.loaded
        ),
        (2, 3, 4, 5, 6),
        Data(
            columns,
            tuple((row["day"], row["table"], *(row[name] for name in _SUMS)) for row in quality.loaded),
        ),
    )


def _on_one_line(text: str) -> str:
    """The text with spaces at which no line is broken: a narrow screen would put each date on two."""
    return text.replace(" ", "\u00a0")


def _reason(code: str, words: Words) -> str:
    return reject_reasons(words).get(code, shown(code))


_SUMS: Sequence[str] = ("files", "rows_read", "rows_loaded", "rows_rejected", "rows_duplicate")
