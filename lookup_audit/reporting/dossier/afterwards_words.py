"""Sentences on what became known later: what it is, when it was registered, how long after the lookup."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from lookup_audit.reporting.dossier.afterwards import Fact
from lookup_audit.reporting.dossier.labels import Labels
from lookup_audit.reporting.dossier.numbers import Key, Lookup
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.plain import shown

_DAYS_NAMED = 6


def say(fact: Fact, by_key: Mapping[Key, Lookup], labels: Labels) -> str:
    """The fact in one or two sentences, safe to show; no colleague is named."""
    words = labels.words
    if fact.kind.endswith("_case"):
        return _case(fact, by_key, words)
    if fact.kind.endswith("_incident"):
        return _incident(fact, by_key, words)
    if fact.kind in ("late_roster", "roster_differs"):
        return _roster(fact, labels)
    return _others(fact, words)


def may_soften(fact: Fact) -> bool:
    """Whether it may explain or soften a lookup; that others looked too can mean work or curiosity."""
    if fact.kind == "roster_differs":
        return fact.now in ("duty", "standby", "overtime", "unrostered", "unknown")
    return fact.kind not in ("team_matter", "same_day")


def _case(fact: Fact, by_key: Mapping[Key, Lookup], words: Words) -> str:
    _ = words.gettext
    parts = [_registered(fact, words)]
    if fact.opened_at and fact.kind == "later_case" and fact.opened_at == fact.at:
        parts.append(_("it was opened on %(when)s", when=_when(fact.opened_at, words)))
    parts.append(_whose(fact, words))
    if fact.kind == "later_case" and fact.at:
        held = _(
            "So it explains from %(when)s on, %(gap)s.",
            when=_when(fact.at, words),
            gap=_gap(fact, fact.at, by_key, words),
        )
    elif fact.kind == "ended_case" and fact.until:
        held = _(
            "It explained until %(when)s, %(gap)s.",
            when=_when(fact.until, words),
            gap=_gap(fact, fact.until, by_key, words),
        )
    else:
        held = _("As registered now it held at that moment; the audit had not read it.")
    sentences = [_("Case %(case)s: %(parts)s.", case=_number(fact, words), parts="; ".join(parts)), held]
    if fact.counted:
        sentences.append(_("It came within the days of grace, so the risk already holds it, as softening."))
    return " ".join((*sentences, *_delivered(fact, words)))


def _number(fact: Fact, words: Words) -> str:
    if fact.about is None:
        return words.gettext("(number not shown)")
    return shown(f"{fact.about} ({fact.what})" if fact.what else fact.about)


def _registered(fact: Fact, words: Words) -> str:
    _ = words.gettext
    who = {
        "itself": _("the subject"),
        "owner": _("the owner of the subject"),
        "owned": _("a vehicle or phone of the subject"),
    }.get(fact.via or "", _("someone of the same household, or its address,"))
    if fact.linked_at is None:
        return _("%(who)s is registered in it, since when is not known", who=who)
    return _("%(who)s was registered in it on %(when)s", who=who, when=_when(fact.linked_at, words))


def _whose(fact: Fact, words: Words) -> str:
    _ = words.gettext
    if fact.tie == "named":
        return _("the user named it at the lookup")
    if fact.tie == "owned":
        return _("it is a case of the user's team")
    if fact.tie == "team":
        if fact.member_from:
            return _("it came to the user's team on %(when)s", when=_when(fact.member_from, words))
        return _("the user's team works on it")
    if fact.member_from:
        return _("the user was put on it on %(when)s", when=_when(fact.member_from, words))
    return _("the user works on it")


def _incident(fact: Fact, by_key: Mapping[Key, Lookup], words: Words) -> str:
    _ = words.gettext
    values = {
        "incident": _number(fact, words),
        "via": involved(fact.via, words),
        "when": _when(fact.at, words) if fact.at else "–",
        "gap": _gap(fact, fact.at, by_key, words) if fact.at else "–",
    }
    sentence = (
        _("On %(when)s, %(gap)s, the user was sent to incident %(incident)s: %(via)s.", **values)
        if fact.tie == "user"
        else _("On %(when)s, %(gap)s, the team of the user had incident %(incident)s: %(via)s.", **values)
    )
    remark = {
        "earlier_incident": _("That is longer ago than an incident explains a lookup."),
        "missed_incident": _("It would explain the lookup; the audit had not read it."),
    }.get(fact.kind)
    return " ".join(filter(None, (sentence, remark, *_delivered(fact, words))))


def involved(via: str | None, words: Words) -> str:
    """How an incident touches the subject, in words."""
    _ = words.gettext
    return {
        "itself": _("the subject was involved"),
        "owner": _("the owner of the subject was involved"),
        "owned": _("a vehicle or phone of the subject was involved"),
        "household": _("someone of the same household was involved"),
        "address": _("it was at the address of the subject"),
    }.get(via or "", _("no tie to the subject is registered"))


def _roster(fact: Fact, labels: Labels) -> str:
    words = labels.words
    if fact.kind == "roster_differs":
        return words.gettext(
            "When the day was audited, the roster said: %(seen)s. As it is registered now, it says: %(now)s.",
            seen=labels.value(fact.what),
            now=labels.value(fact.now),
        )
    return words.gettext(
        "The roster from %(start)s to %(end)s (%(kind)s) was delivered after the audit of that day, on %(when)s.",
        start=_when(fact.at, words) if fact.at else "–",
        end=_when(fact.until, words) if fact.until else "–",
        kind=labels.value(fact.what),
        when=_when(fact.delivered_at, words) if fact.delivered_at else "–",
    )


def _others(fact: Fact, words: Words) -> str:
    users = fact.users or 0
    linked = words.number(fact.linked)
    if fact.kind == "handover":
        days = some_days(fact, words)
        return words.ngettext(
            "%(number)s colleague of the same team had a work link to the same person, on %(days)s. Work may "
            "have been handed over; longer before the lookup than counts, or after it.",
            "%(number)s colleagues of the same team had a work link to the same person, on %(days)s. Work may "
            "have been handed over; longer before the lookup than counts, or after it.",
            users,
            days=days,
        )
    if fact.kind == "team_matter":
        return words.ngettext(
            "%(number)s other member of the team looked the same person up too, from %(first)s to %(last)s; with "
            "a work link: %(linked)s. That can be shared work, or shared curiosity.",
            "%(number)s other members of the team looked the same person up too, from %(first)s to %(last)s; with "
            "a work link: %(linked)s. That can be shared work, or shared curiosity.",
            users,
            first=words.date(fact.days[0], "d MMM y"),
            last=words.date(fact.days[-1], "d MMM y"),
            linked=linked,
        )
    day = words.date(fact.days[0], "d MMM y")
    peers = words.number(fact.peers)
    if fact.kind == "same_day":
        return words.ngettext(
            "On %(day)s %(number)s other user looked the same person up too; with a work link: %(linked)s; with "
            "the same function as the user: %(peers)s.",
            "On %(day)s %(number)s other users looked the same person up too; with a work link: %(linked)s; with "
            "the same function as the user: %(peers)s.",
            users,
            day=day,
            linked=linked,
            peers=peers,
        )
    return words.ngettext(
        "On %(day)s %(number)s of the %(peers)s peers (same function and team) who looked something up did so "
        "off duty too.",
        "On %(day)s %(number)s of the %(peers)s peers (same function and team) who looked something up did so "
        "off duty too.",
        users,
        day=day,
        peers=peers,
    )


def some_days(fact: Fact, words: Words) -> str:
    """The days of a fact; of many, the first six and how many more there are."""
    named = [words.date(day, "d MMM y") for day in fact.days[:_DAYS_NAMED]]
    more = len(fact.days) - len(named)
    return words.list(
        [*named, words.gettext("%(number)s more", number=words.number(more))] if more else named
    )


def _delivered(fact: Fact, words: Words) -> list[str]:
    if fact.delivered_at is None:
        return []
    return [words.gettext("It was delivered on %(when)s.", when=_when(fact.delivered_at, words))]


def _gap(fact: Fact, at: datetime, by_key: Mapping[Key, Lookup], words: Words) -> str:
    """How long after or before the lookups it is: one span, or from the shortest to the longest."""
    spans = sorted(abs(at - by_key[key].at) for key in fact.lookups)
    after = all(at >= by_key[key].at for key in fact.lookups)
    least, most = spans[0], spans[-1]
    if most < timedelta(hours=2):
        least_n, most_n = (int(span / timedelta(minutes=1)) for span in (least, most))
        span = words.ngettext("%(number)s minute", "%(number)s minutes", most_n)
    elif most < timedelta(days=2):
        least_n, most_n = (int(span / timedelta(hours=1)) for span in (least, most))
        span = words.ngettext("%(number)s hour", "%(number)s hours", most_n)
    else:
        least_n, most_n = least.days, most.days
        span = words.ngettext("%(number)s day", "%(number)s days", most_n)
    if least_n != most_n:
        span = words.gettext("%(least)s to %(span)s", least=words.number(least_n), span=span)
    if len(spans) == 1:
        after_it = words.gettext("%(span)s after the lookup", span=span)
        return after_it if after else words.gettext("%(span)s before the lookup", span=span)
    after_them = words.gettext("%(span)s after these lookups", span=span)
    return after_them if after else words.gettext("%(span)s before these lookups", span=span)


def _when(at: datetime, words: Words) -> str:
    return words.moment(at, "d MMM y, HH:mm")
