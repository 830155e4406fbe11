"""The page of a dossier, in one language, from a dossier that was read before."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from lookup_audit.reporting.dossier.content_words import content_words
from lookup_audit.reporting.dossier.coverage import Measure
from lookup_audit.reporting.dossier.every_lookup import every_lookup
from lookup_audit.reporting.dossier.figures import figure_of_time
from lookup_audit.reporting.dossier.labels import Labels, measure_names
from lookup_audit.reporting.dossier.numbers import Alert, Lookup
from lookup_audit.reporting.dossier.reading import Dossier
from lookup_audit.reporting.dossier.summary import summarise, what_raises, what_speaks
from lookup_audit.reporting.language import Words
from lookup_audit.reporting.page import render_page
from lookup_audit.reporting.plain import shown

MOST_DETAILED = 100
"""Lookups an alert that the page shows in full; of a larger one, those with the highest risk."""

MOST_DETAILED_IN_ALL = 600
"""Lookups that the page shows in full over all alerts, but for the few that each alert has at least."""

LEAST_DETAILED = 3
"""Lookups of each alert that are shown in full, whatever the number of alerts."""

MOST_LISTED = 1000
"""Lookups with a question in the table for paper; every lookup is in the CSV file."""

_DAYS_NAMED = 10


def render(dossier: Dossier, labels: Labels, csv_name: str) -> str:
    """The page in the language of the labels; `csv_name` is the file beside it with every lookup."""
    words = labels.words
    asked = [lookup for lookup in dossier.lookups if lookup.findings]
    numbers = {alert.alert_id: number for number, alert in enumerate(dossier.alerts, start=1)}
    return render_page(
        "dossier.html",
        words.language,
        dossier=dossier,
        labels=labels,
        shown=shown,
        figure_of_time=figure_of_time(dossier, words),
        summary=summarise(dossier.lookups, dossier.alerts, dossier.peers, dossier.coverage, labels),
        alerts=[
            _in_full(number, alert, share, labels)
            for number, (alert, share) in enumerate(
                zip(dossier.alerts, _shares(dossier.alerts), strict=True), start=1
            )
        ],
        every_lookup=every_lookup(dossier.lookups, numbers, labels),
        asked=asked[:MOST_LISTED],
        asked_in_all=len(asked),
        duty_states=sorted({lookup.duty for lookup in dossier.lookups}),
        by_system=_by_system(dossier.lookups),
        csv_name=csv_name,
        measures=measure_names(words),
        measured=partial(_measured, words),
        signed=partial(_signed, words),
        some_days=partial(_some_days, words),
        **content_words(dossier, labels),
    )


def _shares(alerts: Sequence[Alert]) -> list[int]:
    """How many lookups of each alert are shown in full: the alerts come first that are read first."""
    left, shares = MOST_DETAILED_IN_ALL, []
    for alert in alerts:
        share = min(len(alert.lookups), MOST_DETAILED, max(left, LEAST_DETAILED))
        left -= share
        shares.append(share)
    return shares


def _in_full(number: int, alert: Alert, share: int, labels: Labels) -> dict[str, Any]:
    """One alert as the template shows it: its sentences, its detectors, and the lookups shown in full."""
    detectors = sorted({found.detector for lookup in alert.lookups for found in lookup.findings})
    riskiest = sorted(alert.lookups, key=lambda one: -(one.risk or 0.0))[:share]
    kept = {(one.system, one.lookup_id) for one in riskiest}
    subject = next((one for one in alert.lookups if one.subject_id == alert.subject_id), alert.lookups[0])
    return {
        "number": number,
        "alert": alert,
        "subject": subject if alert.subject_id else None,
        "detectors": detectors,
        "raises": what_raises(alert.lookups, labels),
        "speaks": what_speaks(alert.lookups, labels),
        "shown": [one for one in alert.lookups if (one.system, one.lookup_id) in kept],
    }


def _measured(words: Words, measure: Measure, value: float) -> str:
    return words.percent(value, 1) if measure.share else words.number(value, 1)


def _signed(words: Words, log_odds: float) -> str:
    """A term of the sum, with its sign also where it adds."""
    return f"{'+' if log_odds >= 0 else '−'}{words.number(abs(log_odds), 2)}"


def _some_days(words: Words, days: Sequence[date]) -> str:
    """The days in words; of many, the first ten and how many more there are."""
    named = [words.date(day, "d MMM y") for day in days[:_DAYS_NAMED]]
    more = len(days) - len(named)
    return words.list(
        [*named, words.gettext("%(number)s more", number=words.number(more))] if more else named
    )


def _by_system(lookups: Sequence[Lookup]) -> list[dict[str, Any]]:
    """Lookups by system, each split by what was found; systems by name."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"explained": 0, "question": 0, "open": 0})
    for lookup in lookups:
        counts[lookup.system]["question" if lookup.findings else lookup.state] += 1
    return [{"system": system, **counts[system]} for system in sorted(counts)]
