"""A dossier in a few sentences: what raises a question, and, as prominent, what speaks for the officer."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lookup_audit.reporting.dossier.coverage import Coverage, Peers
from lookup_audit.reporting.dossier.labels import Labels
from lookup_audit.reporting.dossier.numbers import Alert, Lookup
from lookup_audit.reporting.language import Words

_CLOSED_WELL = ("explained", "dismissed")


@dataclass(frozen=True)
class Summary:
    """Four numbers for the head of the page (value, name, remark), and two lists of sentences."""

    headlines: tuple[tuple[str, str, str], ...]
    raises: tuple[str, ...]
    speaks: tuple[str, ...]


def summarise(
    lookups: Sequence[Lookup],
    alerts: Sequence[Alert],
    peers: Peers | None,
    coverage: Coverage,
    labels: Labels,
) -> Summary:
    """All that can be said of the period in plain words, from the same lookups as the rest of the page."""
    return Summary(
        headlines=_headlines(lookups, alerts, labels),
        raises=tuple(what_raises(lookups, labels)),
        speaks=(*what_speaks(lookups, labels), *_around(alerts, peers, labels)),
    )


def what_raises(lookups: Sequence[Lookup], labels: Labels) -> list[str]:
    """Sentences on the questions: each detector with its lookups, the duty states, and the graver ones."""
    words = labels.words
    asked = [lookup for lookup in lookups if lookup.findings]
    if not asked:
        return [words.gettext("No lookup in this period raises a question.")]
    detectors = _counted({found.detector for found in lookup.findings} for lookup in asked)
    sentences = (
        [
            words.gettext(
                "Lookups that raise a question: %(part)s of %(whole)s. One can raise several.",
                part=words.number(len(asked)),
                whole=words.number(len(lookups)),
            )
        ]
        if len(asked) < len(lookups)
        else []
    )
    sentences += [
        words.ngettext("%(title)s: %(number)s lookup.", "%(title)s: %(number)s lookups.", count, title=title)
        for title, count in ((labels.detector(name), count) for name, count in detectors)
    ]
    away = _counted({lookup.duty} for lookup in asked if not lookup.on_duty and lookup.duty != "unknown")
    if away:
        sentences.append(
            words.gettext("Made outside working time: %(states)s.", states=_tally(away, labels.code, labels))
        )
    grave = sum(lookup.state == "grave" for lookup in asked)
    if grave:
        sentences.append(
            words.ngettext(
                "For %(number)s lookup the risk is 50%% or more.",
                "For %(number)s lookups the risk is 50%% or more.",
                grave,
            )
        )
    return sentences


def what_speaks(lookups: Sequence[Lookup], labels: Labels) -> list[str]:
    """Sentences on what explains or softens these lookups: links, duty, justifications; or that none does."""
    words = labels.words
    explained = [lookup for lookup in lookups if lookup.explained]
    links = _counted({link.explanation for link in lookup.links if link.explains} for lookup in explained)
    sentences = [
        words.gettext(
            "%(part)s of %(whole)s lookups are explained by work: %(links)s.",
            part=words.number(len(explained)),
            whole=words.number(len(lookups)),
            links=_tally(links, labels.explanation, labels),
        )
        if explained
        else words.gettext(
            "No work link that explains any of these lookups is registered; registration can be late or missing."
        )
    ]
    softened = [lookup for lookup in lookups if lookup.links and not lookup.explained]
    if softened:
        weak = _counted({link.explanation for link in lookup.links} for lookup in softened)
        sentences.append(
            words.gettext(
                "Softened, not explained, by a weaker or later work link: %(links)s.",
                links=_tally(weak, labels.explanation, labels),
            )
        )
    asked = [lookup for lookup in lookups if lookup.findings]
    return sentences + (_on_asked(asked, words) if asked else [])


def _on_asked(asked: Sequence[Lookup], words: Words) -> list[str]:
    """Counts over the lookups with a question: with a link, on duty, with a justification; none that is 0."""
    whole = words.number(len(asked))
    linked = sum(bool(lookup.links) for lookup in asked)
    on_duty = sum(lookup.on_duty for lookup in asked)
    reasoned = sum(bool((lookup.justification or "").strip()) for lookup in asked)
    said = (
        words.gettext(
            "Lookups with a question that also have a work link: %(part)s of %(whole)s.",
            part=words.number(linked),
            whole=whole,
        ),
        words.gettext(
            "Lookups with a question made on duty, on standby, or just before or after a shift: "
            "%(part)s of %(whole)s.",
            part=words.number(on_duty),
            whole=whole,
        ),
        words.gettext(
            "Lookups with a question for which the officer entered a justification: %(part)s of %(whole)s.",
            part=words.number(reasoned),
            whole=whole,
        ),
    )
    return [sentence for sentence, count in zip(said, (linked, on_duty, reasoned), strict=True) if count]


def _around(alerts: Sequence[Alert], peers: Peers | None, labels: Labels) -> Iterator[str]:
    """Sentences on reviews that ended well, and on peers."""
    words = labels.words
    closed = sum(alert.status in _CLOSED_WELL for alert in alerts)
    if closed:
        yield words.ngettext(
            "%(number)s alert was reviewed, and closed as explained or dismissed.",
            "%(number)s alerts were reviewed, and closed as explained or dismissed.",
            closed,
        )
    if peers:
        yield words.gettext(
            "On %(part)s of %(whole)s measures the user is within or below the middle half of the peers.",
            part=words.number(sum(measure.place != "above" for measure in peers.measures)),
            whole=words.number(len(peers.measures)),
        )


def _headlines(
    lookups: Sequence[Lookup], alerts: Sequence[Alert], labels: Labels
) -> tuple[tuple[str, str, str], ...]:
    words = labels.words
    _ = words.gettext
    explained = sum(lookup.explained for lookup in lookups)
    asked = sum(bool(lookup.findings) for lookup in lookups)
    unasked = sum(lookup.state == "open" for lookup in lookups)
    on_duty = sum(lookup.on_duty for lookup in lookups)
    unknown = sum(lookup.duty == "unknown" for lookup in lookups)
    days = len({lookup.at.date() for lookup in lookups})
    opened = sum(alert.alert_id is not None for alert in alerts)
    return (
        (
            _("lookups"),
            words.number(len(lookups)),
            words.ngettext("on %(number)s day", "on %(number)s days", days),
        ),
        (
            _("explained by work"),
            words.number(explained),
            _("%(share)s of all lookups", share=words.percent(explained / len(lookups) if lookups else None)),
        ),
        (
            _("with a question"),
            words.number(asked),
            words.ngettext("in %(number)s alert", "in %(number)s alerts", opened),
        ),
        (
            _("neither explained nor questioned"),
            words.number(unasked),
            _("no work link found, and no rule asks about them"),
        ),
        (
            _("on duty or standby"),
            words.number(on_duty),
            _(
                "%(away)s at other times, %(unknown)s with the roster not known",
                away=words.number(len(lookups) - on_duty - unknown),
                unknown=words.number(unknown),
            ),
        ),
    )


def _counted(kinds: Iterable[set[str]]) -> list[tuple[str, int]]:
    """How many lookups have each kind, most first; equal counts by name."""
    counts = Counter(kind for one in kinds for kind in one)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _tally(counts: list[tuple[str, int]], name: Callable[[str], str], labels: Labels) -> str:
    return labels.words.list([f"{name(kind)} ({labels.words.number(count)})" for kind, count in counts])
