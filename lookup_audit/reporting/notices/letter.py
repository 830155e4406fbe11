"""The words of a notice in one language: what it asks, what it is not, the rule, and whom to talk to."""

from dataclasses import dataclass

from lookup_audit.reporting.dashboard.dilemmas import self_test
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.notices.choose import Asked
from lookup_audit.reporting.plain import shown
from lookup_audit.settings import Language, Settings

_LONGEST = 80


@dataclass(frozen=True)
class Part:
    """One part of a letter: a heading, sentences, points, and sentences after them; any may be empty."""

    heading: str
    before: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    numbered: bool = False


@dataclass(frozen=True)
class Letter:
    """A notice in one language; nothing in it says whom or what was looked up."""

    language: Language
    title: str
    greeting: str
    question: tuple[str, ...]
    parts: tuple[Part, ...]


def letter(asked: Asked, settings: Settings, words: Words) -> Letter:
    """The letter about one lookup: its system, time, kind of subject and id, and nothing else of it."""
    _ = words.gettext
    return Letter(
        language=words.language,
        title=_("A question about one of your lookups"),
        greeting=_("Dear colleague,"),
        question=(
            _looked_up(asked, words),
            _("The records show no case, call or hand-over that explains this lookup. Do you still know "
              "what it was for?"),
        ),
        parts=(
            _reasons(words), _what_it_is(words), _rule(words),
            Part(_("Four questions for the next time"), points=self_test(words.language), numbered=True),
            Part(
                _("Whom you can talk to"),
                (_("Would you rather talk about it, or was it not for work? You can turn to:"),),
                (shown(settings.notices.contact),),
                (_("Ask beforehand what stays between the two of you."),),
            ),
            _finding_it(asked, words), _kept(settings, words),
        ),
    )  # fmt: skip


def _looked_up(asked: Asked, words: Words) -> str:
    """When, in which system, and what kind of thing was looked up."""
    _ = words.gettext
    said = {
        "day": words.date(asked.at.date(), "EEEE d MMMM y"),
        "time": f"{asked.at:%H.%M}" if words.language == "nl" else f"{asked.at:%H:%M}",
        "system": shown(asked.system, _LONGEST),
    }
    match asked.subject_type:
        case "person":
            return _("On %(day)s at %(time)s you looked up a person in %(system)s.", **said)
        case "vehicle":
            return _("On %(day)s at %(time)s you looked up a vehicle in %(system)s.", **said)
        case "address":
            return _("On %(day)s at %(time)s you looked up an address in %(system)s.", **said)
        case "phone":
            return _("On %(day)s at %(time)s you looked up a phone number in %(system)s.", **said)
        case "organisation":
            return _("On %(day)s at %(time)s you looked up an organisation in %(system)s.", **said)
    return _("On %(day)s at %(time)s you made a lookup in %(system)s.", **said)


def _reasons(words: Words) -> Part:
    """What is innocent, first."""
    _ = words.gettext
    return Part(
        _("There is often an ordinary reason"),
        (_("Many lookups that the records do not explain were simply work. For example:"),),
        (
            _("the case, the report or the hand-over was recorded later, or under another name;"),
            _("a colleague asked you, or you helped out in another team;"),
            _("it came up on the street, at the desk or on the telephone;"),
            _("you meant someone else of the same name, or made a typing error."),
        ),
        (_("Was it something like this? Then you need not do anything."),),
    )


def _what_it_is(words: Words) -> Part:
    _ = words.gettext
    return Part(
        _("What this message is, and what it is not"),
        (
            _(
                "A program wrote this message. It is no accusation, no warning and no part of an "
                "investigation. Apart from the lookup itself its text is the same for everyone who gets it, and "
                "the program puts nothing in your personnel file."
            ),
            _(
                "You need not answer. Whether you do is recorded nowhere in this audit, and it is not held "
                "against you if you do not."
            ),
            _(
                "Like any lookup, this one may still be read by someone who works on the audit. This message "
                "makes that neither more nor less likely."
            ),
        ),
    )


def _rule(words: Words) -> Part:
    _ = words.gettext
    return Part(
        _("The rule"),
        (
            _(
                "You may look up someone or something in a police system only when your work needs it, and you "
                "must be able to explain every lookup, also later (Police Data Act, Wet politiegegevens, "
                "articles 3 and 32a)."
            ),
            _(
                "Curiosity, worry about someone close to you and good intentions are human. They are no reason "
                "to look someone up."
            ),
        ),
    )


def _finding_it(asked: Asked, words: Words) -> Part:
    _ = words.gettext
    return Part(
        _("To find the lookup again"),
        (
            _(
                "It is lookup %(lookup)s in %(system)s.",
                lookup=shown(asked.lookup_id, _LONGEST),
                system=shown(asked.system, _LONGEST),
            ),
            _("Whom or what you looked up is left out on purpose: mail can be read by others."),
        ),
    )


def _kept(settings: Settings, words: Words) -> Part:
    """What is recorded and for how long, as this warehouse is configured."""
    _ = words.gettext
    notices, lookups_days = settings.notices, settings.retention.lookups_days
    said = [
        _(
            "That this message was made: for whom, on which day and about which lookup. That is kept for "
            "at most %(days)s days, so that you do not get two messages shortly after one another, and to see "
            "whether such messages help, in numbers about groups only. After that it is removed.",
            days=words.number(notices.kept_days),
        ),
        _(
            "The log of who looked at whom in this audit holds a line on it too, and keeps it. You may ask what "
            "stands there about you."
        ),
        _(
            "The lookup itself, and the question about it, are kept in the audit for %(days)s days.",
            days=words.number(lookups_days),
        )
        if lookups_days
        else _(
            "How long the lookup itself is kept is for your organisation to set; this audit sets no term."
        ),
    ]
    if notices.hold_out:
        said.append(
            _(
                "To know whether such messages help, a lot decides which colleagues get them. As long as that "
                "is being found out, it is kept how your lot fell."
            )
        )
    return Part(_("What is kept"), tuple(said))
