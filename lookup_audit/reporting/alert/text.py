"""An alert as plain text for a terminal, at most 100 signs wide."""

import textwrap
from collections.abc import Iterable, Iterator

from lookup_audit.reporting.alert.shapes import AlertInWords, Asked, Decided, Hiding, Question, Told
from lookup_audit.reporting.language import Words, words_of
from lookup_audit.reporting.plain import shown

_WIDTH = 100
_MOST_OTHERS = 6


def alert_as_text(alert: AlertInWords) -> Iterator[str]:
    """The lines of an alert or control lookup, in its language; whatever cannot be seen is shown as its code."""
    words = words_of(alert.language)
    _ = words.gettext
    name = shown(alert.alert_id)
    yield (
        _("Control lookup %(alert)s", alert=name) if alert.rank is None else _("Alert %(alert)s", alert=name)
    )
    widest = max(len(name) for name, _value in alert.facts)
    for name, value in alert.facts:
        yield from _wrapped(f"{name.ljust(widest)}  {shown(value)}", hanging=widest + 4)
    yield from _part(_("What raises a question"), _bullets(alert.raises if alert.questions else ()))
    yield from _part(_("Questions to be answered"), _questions(alert.questions, words))
    yield from _part(_("What explains or softens it"), _bullets(alert.speaks))
    yield from _part(_("What others did around then"), _some(alert.others, words))
    yield from _part(_("How the risk adds up, in log-odds"), _sum(alert, words))
    yield from _part(_lookups_title(alert, words), _lookups(alert, words))
    yield from _part(_("In the news around that time"), _bullets(alert.news))
    yield from _part(_("What is not known"), _bullets(alert.unknown))
    yield from _part(_("What reviewers decided"), _decided(alert.verdicts, words))
    yield from _part(_("Suppressions that touch it"), _hiding(alert.suppressions, words))


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading with its lines; nothing where there are none."""
    found = list(lines)
    if found:
        yield ""
        yield title.upper()
        yield from found


def _bullets(sentences: Iterable[str], indent: int = 2) -> Iterator[str]:
    for sentence in sentences:
        yield from _wrapped(f"- {shown(sentence, 2000)}", indent=indent, hanging=indent + 2)


def _some(sentences: tuple[str, ...], words: Words) -> Iterator[str]:
    yield from _bullets(sentences[:_MOST_OTHERS])
    more = len(sentences) - _MOST_OTHERS
    if more > 0:
        yield "  " + words.ngettext(
            "%(number)s more like these; --json has all.", "%(number)s more like these; --json has all.", more
        )


def _questions(questions: Iterable[Question], words: Words) -> Iterator[str]:
    _ = words.gettext
    for one in questions:
        count = words.ngettext("%(number)s lookup", "%(number)s lookups", one.lookups)
        yield from _wrapped(f"{one.title} ({count}): {one.question}", hanging=4)
        for name, sentences in (
            (_("What would be innocent"), one.innocent_explanations),
            (_("What these questions cannot see"), one.blind_spots),
            (_("Steps before judging"), one.investigation_steps),
        ):
            if sentences:
                yield f"    {name}:"
                yield from _bullets(sentences, indent=6)


def _sum(alert: AlertInWords, words: Words) -> Iterator[str]:
    widest = max((len(term.words) for term in alert.sum_of_risk), default=0)
    for term in alert.sum_of_risk:
        sign = "+" if term.log_odds >= 0 else "−"
        risk = ""
        if term.risk is not None:
            risk = "   " + words.gettext("a risk of %(risk)s", risk=words.risk(term.risk, 1))
        number = f"{sign}{words.number(abs(term.log_odds), 2)}".rjust(7)
        yield f"  {term.words.ljust(widest)}  {number}{risk}"


def _lookups_title(alert: AlertInWords, words: Words) -> str:
    told = sum(one.main for one in alert.lookups)
    if told == len(alert.lookups):
        return words.gettext("Lookups by time")
    return words.gettext(
        "Lookups by time: the first and the riskiest, %(told)s of %(all)s",
        told=words.number(told),
        all=words.number(len(alert.lookups)),
    )


def _lookups(alert: AlertInWords, words: Words) -> Iterator[str]:
    for one in alert.lookups:
        if one.main:
            yield from _wrapped(_line(one, words), hanging=4)
            for asked in one.questions:
                yield from _wrapped(_values(asked, words), indent=4, hanging=6)
            yield from _bullets(one.links, indent=4)
    more = sum(not one.main for one in alert.lookups)
    if more:
        yield "  " + words.ngettext(
            "%(number)s more lookup; --json has all.", "%(number)s more lookups; --json has all.", more
        )


def _line(one: Told, words: Words) -> str:
    risk = words.gettext("risk %(risk)s", risk=words.risk(one.risk, 1)) if one.risk is not None else ""
    parts = (f"{shown(one.system)} {shown(one.lookup_id)}", one.what, one.subject_id or "", one.duty, risk)
    return f"{words.moment(one.at)}: {'; '.join(part for part in parts if part)}"


def _values(asked: Asked, words: Words) -> str:
    values = "; ".join(f"{value.words}: {value.value}" for value in asked.values)
    score = words.gettext("score %(score)s", score=words.number(asked.score, 2))
    return f"{asked.title} ({score}): {shown(values, 2000)}"


def _decided(verdicts: Iterable[Decided], words: Words) -> Iterator[str]:
    _ = words.gettext
    for one in verdicts:
        because = f" ({one.because})" if one.because else ""
        yield from _wrapped(
            f"{words.moment(one.at)}, {shown(one.by)}: {one.verdict}{because}. {shown(one.note)}", hanging=4
        )
        if one.answer:
            yield from _wrapped(
                _("The user answered: %(answer)s", answer=shown(one.answer, 2000)), indent=4, hanging=6
            )
        if one.judged_as:
            yield from _wrapped(
                _(
                    "Given when the alert was %(alert)s: its first lookup is another since.",
                    alert=one.judged_as,
                ),
                indent=4,
                hanging=6,
            )


def _hiding(suppressions: Iterable[Hiding], words: Words) -> Iterator[str]:
    _ = words.gettext
    for one in suppressions:
        hides = _("hides it") if one.hides else _("does not hide it")
        until = _("until %(day)s", day=words.date(one.until))
        yield from _wrapped(
            f"{one.suppression_id}: {one.state}, {until}, {hides}. {shown(one.reason)} ({shown(one.owner)})",
            hanging=4,
        )


def _wrapped(text: str, *, indent: int = 2, hanging: int) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * hanging,
        break_long_words=True,
        break_on_hyphens=False,
    )
