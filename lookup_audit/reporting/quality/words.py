"""A gap in a sentence: what came in, what was to be expected, and what says less for it."""

from collections.abc import Callable

from lookup_audit.quality import Gap, Stretch
from lookup_audit.quality.weakened import explanations
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown

_MOST = 60  # signs of a name that others wrote

Titles = Callable[[str], str]


def signed_titles(words: Words) -> Titles:
    """A function: the title of a rule or explanation in this language; an unknown id as it stands."""
    from lookup_audit.detectors.isolation_forest_prose import PROSE
    from lookup_audit.warehouse import load_signed

    texts = [*load_signed("rule", locked=False), *load_signed("explanation", locked=False)]
    titles = {text.id: str(text.prose["title"][words.language]) for text in texts}
    titles["peer_anomaly"] = str(PROSE["title"][words.language])
    return lambda name: titles.get(name, name)


def said(stretch: Stretch, titles: Titles, words: Words) -> str:
    """One sentence on what was odd and when, and one on what says less for it."""
    return f"{what(stretch, words)}. {consequence(stretch.gaps[0], titles, words)}".strip()


def what(stretch: Stretch, words: Words) -> str:
    """What was odd, and on which days, without a full stop; of the last of several days the numbers."""
    _ = words.gettext
    gap = stretch.gaps[-1]
    if stretch.first == stretch.last:
        when = _("on %(day)s", day=words.date(stretch.last))
    else:
        when = _("from %(first)s to %(last)s", first=words.date(stretch.first), last=words.date(stretch.last))
    return f"{_odd(gap, words)} {when}"


def consequence(gap: Gap, titles: Titles, words: Words) -> str:
    """What says less, or nothing, for want of it, and what is asked more, as sentences; empty where nothing is so."""
    _ = words.gettext
    if gap.kind in ("silent_day", "silent_system"):
        return _("No detector says anything about lookups that did not come in.")
    said_less = [name for name in gap.disables if name not in explanations()]
    explained_less = [name for name in gap.disables if name in explanations()]
    sentences = []
    if said_less:
        names = words.list(sorted({titles(name) for name in said_less}))
        sentences.append(_("Says less, or nothing: %(names)s.", names=names))
    if explained_less:
        names = words.list(sorted({titles(name) for name in explained_less}))
        sentences.append(_("Explains less, so that work may raise a question: %(names)s.", names=names))
    return " ".join(sentences)


def weakens(gap: Gap) -> bool:
    """Whether any detector or explanation says less for it, or nothing."""
    return bool(gap.disables) or gap.kind in ("silent_day", "silent_system")


def amounts(gap: Gap, words: Words) -> tuple[str, str]:
    """What was to be expected, and what came in: shares as percentages, counts whole."""
    as_share = gap.kind in ("share", "unknown", "rejected_rows")
    write = (lambda value: words.percent(value, 1)) if as_share else words.number
    return write(gap.expected), write(gap.seen)


def about(gap: Gap, words: Words) -> str:
    """What the gap is about, as a name that is safe to show."""
    _ = words.gettext
    return shown(gap.part, _MOST) or _("all systems")


def _odd(gap: Gap, words: Words) -> str:
    _ = words.gettext
    part, (expected, seen) = shown(gap.part, _MOST), amounts(gap, words)
    column, _colon, value = part.partition(": ")
    told = {"part": part, "column": column, "value": value, "expected": expected, "seen": seen}
    odd = {
        "silent_day": _("No lookups at all, where about %(expected)s are usual,", **told),
        "silent_system": _(
            "Nothing from the system %(part)s (%(expected)s were to be expected since its last day)",
            **told,
        ),
        "volume": _(
            "Lookups from the system %(part)s: %(seen)s, where %(expected)s were to be expected,", **told
        ),
        "volume of all": _(
            "Lookups from all systems together: %(seen)s, where %(expected)s are usual,", **told
        ),
        "missing_roster": _("No roster for %(part)s", **told),
        "empty_table": _(
            "Nothing in the table %(part)s (%(expected)s rows were to be expected since its last day)",
            **told,
        ),
        "empty_table of shifts": _(
            "No roster of any team (%(expected)s shifts were to be expected since the last)", **told
        ),
        "new_value": _("A new value in the column %(column)s: %(value)s (%(seen)s lookups)", **told),
        "vanished_value": _("The value %(value)s is missing from the column %(column)s", **told),
        "share": _(
            "The column %(part)s is filled in %(seen)s of lookups, where %(expected)s is usual,", **told
        ),
        "unknown users": _(
            "%(seen)s of lookups by users who are not loaded, where %(expected)s is usual,", **told
        ),
        "unknown subjects": _(
            "%(seen)s of lookups about subjects that are not loaded, where %(expected)s is usual,", **told
        ),
        "rejected_rows": _("%(seen)s of the rows of %(part)s rejected, where %(expected)s is usual,", **told),
    }
    if gap.kind == "volume" and not part:
        return odd["volume of all"]
    if (gap.kind, part) == ("empty_table", "shifts"):
        return odd["empty_table of shifts"]
    return odd[f"unknown {part}" if gap.kind == "unknown" else gap.kind]
