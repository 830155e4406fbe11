"""An alert in words: every sentence and value that may be shown, and nothing else."""

from math import log
from typing import Any

from lookup_audit.reporting.alert.reading import Opened, hours_between, main_lookups
from lookup_audit.reporting.alert.shapes import (
    AlertInWords,
    Asked,
    Decided,
    Hiding,
    Question,
    Term,
    Told,
    Value,
)
from lookup_audit.reporting.dossier.afterwards_words import may_soften, say
from lookup_audit.reporting.dossier.labels import Labels, prose_by_detector, prose_by_explanation
from lookup_audit.reporting.dossier.numbers import Finding, Lookup
from lookup_audit.reporting.dossier.summary import what_raises, what_speaks
from lookup_audit.reporting.dossier.unknown_words import say_gap
from lookup_audit.reporting.language import Words, words_of
from lookup_audit.settings import Language

MOST_TOLD = 8
"""As many lookups are told in full: the first and the riskiest; a reader who needs more has a pattern before him."""


def alert_in_words(opened: Opened, language: Language) -> AlertInWords:
    """All that may be shown of an alert, in one language."""
    labels = Labels(words_of(language), prose_by_detector(), prose_by_explanation())
    alert, listed, words = opened.alert, opened.listed, labels.words
    main = main_lookups(alert.lookups, MOST_TOLD)
    by_key = {(one.system, one.lookup_id): one for one in alert.lookups}
    facts = [(may_soften(fact), say(fact, by_key, labels)) for fact in opened.facts]
    return AlertInWords(
        alert_id=opened.alert_id,
        user_id=opened.names.user(opened.user_id),
        subject_id=_subject(opened, alert.subject_id),
        motive=alert.motive,
        status=alert.status,
        risk=listed["risk"] if listed else None,
        rank=listed["rank"] if listed else None,
        language=language,
        facts=tuple(_facts(opened, labels)),
        raises=tuple(what_raises(alert.lookups, labels)),
        questions=tuple(_questions(alert.lookups, labels)),
        speaks=(*what_speaks(alert.lookups, labels), *dict.fromkeys(said for softens, said in facts if softens)),
        others=tuple(dict.fromkeys(said for softens, said in facts if not softens)),
        sum_of_risk=tuple(_sum(opened, labels)) if listed else (),
        lookups=tuple(
            _told(one, opened, labels, main=(one.system, one.lookup_id) in main) for one in alert.lookups
        ),
        news=tuple(_news(opened, words)),
        verdicts=tuple(_decided(row, labels) for row in opened.history),
        suppressions=tuple(
            Hiding(
                one.suppression.suppression_id, _state(one.state, words), one.hides, one.suppression.until,
                one.suppression.owner, one.suppression.reason,
            )
            for one in opened.touching
        ),
        unknown=tuple(say_gap(gap, len(alert.lookups), labels) for gap in opened.gaps),
    )  # fmt: skip


def _facts(opened: Opened, labels: Labels) -> list[tuple[str, str]]:
    words, listed, alert = labels.words, opened.listed, opened.alert
    _ = words.gettext
    status = labels.code(alert.status)
    if listed and listed["waiting_since"]:
        days = (opened.now.date() - listed["waiting_since"].date()).days
        status = words.ngettext(
            "%(status)s on %(day)s; %(number)s day without an answer",
            "%(status)s on %(day)s; %(number)s days without an answer",
            days,
            status=status,
            day=words.date(listed["waiting_since"].date()),
        )
    elif listed and listed["answered"]:
        status = _("%(status)s, and answered; a verdict is still to be given", status=status)
    subject = _subject(opened, alert.subject_id)
    if listed is None:
        return [
            (_("Control sample"), _("drawn at random from what nothing flagged, on %(day)s",
                                    day=words.date(alert.lookups[0].at.date()))),
            (_("User"), opened.names.user(opened.user_id)),
            (_("Subject"), subject or "–"),
            (_("Review"), status),
        ]  # fmt: skip
    pairs = [
        (_("User"), opened.names.user(opened.user_id)),
        (_("Subject"), subject or _("none: it is about behaviour")),
        (_("Motive asked about"), labels.code(alert.motive)),
        (_("Risk, for the order of reading"),
         _("%(risk)s; rank %(rank)s", risk=words.percent(listed["risk"], 1), rank=words.number(listed["rank"]))),
        (_("Review"), status),
        (_("Lookups"), _lookups(listed, words)),
        (_("Queue"), _queue(listed, words)),
    ]  # fmt: skip
    return pairs


def _lookups(listed: dict[str, Any], words: Words) -> str:
    said = words.ngettext(
        "%(number)s, on %(first)s", "%(number)s, from %(first)s to %(last)s", listed["lookups"],
        first=words.moment(listed["first_at"]), last=words.moment(listed["last_at"]),
    )  # fmt: skip
    if not listed["lookups_since"]:
        return said
    since = words.ngettext(
        "the latest verdict had not seen %(number)s of them",
        "the latest verdict had not seen %(number)s of them",
        listed["lookups_since"],
    )
    return f"{said}; {since}"


def _queue(listed: dict[str, Any], words: Words) -> str:
    night = words.date(listed["peak_on"])
    if listed["hidden_by"]:
        return words.gettext(
            "of the night of %(night)s; hidden by %(by)s", night=night, by=words.list(listed["hidden_by"])
        )
    if listed["queued"]:
        return words.gettext("of the night of %(night)s", night=night)
    return words.gettext("below the line of what is read of the night of %(night)s", night=night)


def _questions(lookups: tuple[Lookup, ...], labels: Labels) -> list[Question]:
    strength: dict[str, list[float]] = {}
    for lookup in lookups:
        for found in lookup.findings:
            strength.setdefault(found.detector, []).append(found.score)
    return [
        Question(
            detector, labels.detector(detector), str(labels.prose(detector, "question")), len(scores),
            *(tuple(labels.prose(detector, field)) for field in _PROSE),
        )
        for detector, scores in sorted(strength.items(), key=lambda one: (-max(one[1]), one[0]))
    ]  # fmt: skip


_PROSE = ("innocent_explanations", "blind_spots", "investigation_steps")


def _told(lookup: Lookup, opened: Opened, labels: Labels, *, main: bool) -> Told:
    codes = (lookup.action, lookup.channel, lookup.subject_type)
    _ = labels.words.gettext
    return Told(
        at=lookup.at,
        system=lookup.system,
        lookup_id=lookup.lookup_id,
        subject_id=_subject(opened, lookup.subject_id),
        what=", ".join(labels.code(code) for code in codes if code and labels.is_code(code)),
        duty=labels.code(lookup.duty) if labels.is_code(lookup.duty) else labels.code(None),
        risk=lookup.risk,
        main=main,
        questions=tuple(_asked(found, labels) for found in lookup.findings),
        links=tuple(
            f"{labels.explanation(link.explanation)}: "
            + (
                _("explains (strength %(strength)s)", strength=labels.words.number(link.strength, 2))
                if link.explains
                else _("softens (strength %(strength)s)", strength=labels.words.number(link.strength, 2))
            )
            for link in lookup.links
        ),
    )


def _asked(found: Finding, labels: Labels) -> Asked:
    return Asked(
        found.detector,
        labels.detector(found.detector),
        found.score,
        tuple(
            Value(name, labels.evidence(name), _value(value, labels))
            for name, value in found.evidence.items()
        ),
    )


def _value(value: Any, labels: Labels) -> str:
    """The value in words; text that is no known code is the log's own, and stays there."""
    if isinstance(value, list):
        return ", ".join(_value(part, labels) for part in value)
    if isinstance(value, dict) or (isinstance(value, str) and not labels.is_code(value)):
        return labels.words.gettext("(text of the records, not shown here)")
    return labels.value(value)


def _sum(opened: Opened, labels: Labels) -> list[Term]:
    """The terms of the riskiest lookup, what they come to, what repetition adds, and the alert's risk."""
    _ = labels.words.gettext
    riskiest = max(opened.alert.lookups, key=lambda one: one.risk or 0.0)
    terms = [Term(labels.term(name), log_odds) for name, log_odds in riskiest.sum_shown]
    at_most = riskiest.risk or 0.0
    terms.append(Term(_("together, for the riskiest lookup"), sum(term.log_odds for term in terms), at_most))
    days = len({one.at.date() for one in opened.alert.lookups})
    added = _log_odds(opened.alert.risk) - _log_odds(at_most)
    if days > 1 and added > 0.005:
        came_back = labels.words.ngettext(
            "it came back: %(number)s day", "it came back: %(number)s days", days
        )
        terms.append(Term(came_back, added))
        terms.append(Term(_("together, for the alert"), _log_odds(opened.alert.risk), opened.alert.risk))
    return terms


def _log_odds(risk: float) -> float:
    return log(max(risk, 1e-6) / max(1 - risk, 1e-6))


def _news(opened: Opened, words: Words) -> list[str]:
    """When news about these subjects came, in order; headlines name people, and are left out."""
    first = opened.alert.lookups[0].at
    said = []
    for item in opened.alert.news:
        hours = hours_between(item["published_at"], first)
        values = {"when": words.moment(item["published_at"]), "hours": words.number(abs(hours), 1)}
        said.append(
            words.gettext("%(when)s: a news item, %(hours)s hours before the first lookup", **values)
            if hours >= 0
            else words.gettext("%(when)s: a news item, %(hours)s hours after the first lookup", **values)
        )
    return list(dict.fromkeys(said))


def _decided(row: dict[str, Any], labels: Labels) -> Decided:
    because = row["because"]
    return Decided(
        at=row["decided_at"],
        by=row["decided_by"],
        verdict=labels.code(row["verdict"]),
        because=labels.reason(because) if because else None,
        note=row["note"],
        answer=row["answer"],
        judged_as=row["judged_as"],
    )


def _state(state: str, words: Words) -> str:
    _ = words.gettext
    return {"running": _("running"), "ended": _("ended"), "run out": _("run out")}[state]


def _subject(opened: Opened, subject_id: str | None) -> str | None:
    return None if subject_id is None else opened.names.subject(subject_id)
