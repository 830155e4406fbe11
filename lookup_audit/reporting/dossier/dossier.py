"""One user's dossier, for an investigator under a mandate: complete, reproducible, and fair."""

import csv
import difflib
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from lookup_audit.errors import MandateError, UsageError
from lookup_audit.privacy import trail
from lookup_audit.reporting.dossier.coverage import (
    Coverage,
    Measure,
    Peers,
    compare_with_peers,
    read_coverage,
    read_provenance,
)
from lookup_audit.reporting.dossier.figures import timeline
from lookup_audit.reporting.dossier.labels import (
    Labels,
    measure_names,
    prose_by_detector,
    prose_by_explanation,
)
from lookup_audit.reporting.dossier.numbers import (
    Alert,
    Lookup,
    Period,
    Shift,
    period_of,
    read_alerts,
    read_lookups,
    read_shifts,
)
from lookup_audit.reporting.dossier.summary import summarise, what_raises, what_speaks
from lookup_audit.reporting.language import LANGUAGES, Words, words_of
from lookup_audit.reporting.page import Figure, render_page, write_page
from lookup_audit.reporting.plain import cell, file_part, shown
from lookup_audit.settings import Language
from lookup_audit.warehouse import Warehouse

MOST_DETAILED = 100
"""Lookups an alert that the page shows in full; of a larger one, those with the highest risk."""

MOST_LISTED = 1000
"""Lookups with a question that the page lists; every lookup is in the CSV file."""

_DAYS_NAMED = 10


@dataclass(frozen=True)
class Dossier:
    """All that is known of one user's lookups in a period, before any of it is put into words."""

    user_id: str
    user: dict[str, Any]
    mandate: str
    zone: str
    period: Period
    lookups: tuple[Lookup, ...]
    shifts: tuple[Shift, ...]
    alerts: tuple[Alert, ...]
    coverage: Coverage
    peers: Peers | None
    provenance: dict[str, Any]


def write_dossier(  # noqa: PLR0913 - each is part of the question that the mandate answers
    warehouse: Warehouse,
    user_id: str,
    out: Path,
    *,
    mandate: str,
    language: Language | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    actor: str | None = None,
) -> list[Path]:
    """Paths of the pages (`dossier-<user>-en.html`, `-nl.html`) and of `dossier-<user>.csv`, all owner-only.

    The look is entered in the trail before anything is read or written. The same warehouse, mandate and
    period give the same bytes. Without days, the period runs from the user's first lookup to the last.

    Parameters
    ----------
    out
        The folder to write to; made when absent.
    mandate
        The reference of the written order; it stands in the trail and on the page.
    language
        One language; None for every language.
    from_day, to_day
        Local days, both included.
    actor
        Who looks; the operating-system account when not given.

    Raises
    ------
    MandateError
        There is no mandate.
    UsageError
        The user is in neither `users` nor `lookups`, or the period ends before it begins.
    """
    if not mandate.strip():
        raise MandateError("a dossier names an officer: give the reference of the mandate that orders it")
    if from_day and to_day and to_day < from_day:
        raise UsageError(f"the period ends ({to_day}) before it begins ({from_day})")
    _require_known(warehouse, user_id)
    trail.record(warehouse, action="dossier", about=user_id, reason=mandate, actor=actor)
    period = period_of(warehouse, user_id, from_day, to_day)
    if period is None:
        raise UsageError(f"user {user_id} has made no lookup; name the days to report on")
    dossier = _read(warehouse, user_id, mandate, period)
    detectors, explanations = prose_by_detector(), prose_by_explanation()
    name = f"dossier-{file_part(user_id)}"
    written = []
    for one in (language,) if language else LANGUAGES:
        html = render(dossier, Labels(words_of(one), detectors, explanations))
        written.append(write_page(out / f"{name}-{one}.html", html))
    written.append(write_page(out / f"{name}.csv", as_csv(dossier.lookups)))
    return written


def _require_known(warehouse: Warehouse, user_id: str) -> None:
    asked = {"user": user_id}
    if warehouse.value("SELECT 1 FROM users WHERE user_id = $user", asked):
        return
    if warehouse.value("SELECT 1 FROM lookups WHERE user_id = $user LIMIT 1", asked):
        return
    known = [
        row["user_id"]
        for row in warehouse.rows(
            "SELECT user_id FROM users UNION SELECT user_id FROM lookups ORDER BY user_id"
        )
    ]
    near = difflib.get_close_matches(user_id, known, n=1)
    raise UsageError(f"no user {user_id} in users or lookups{f'; did you mean {near[0]}?' if near else ''}")


def _read(warehouse: Warehouse, user_id: str, mandate: str, period: Period) -> Dossier:
    lookups = read_lookups(warehouse, user_id, period)
    duty_by_day: dict[date, set[str]] = defaultdict(set)
    for lookup in lookups:
        duty_by_day[lookup.at.date()].add(lookup.duty)
    users = warehouse.rows(
        "SELECT unit, district, team, function, hired_on, left_on FROM users WHERE user_id = $user",
        {"user": user_id},
    )
    return Dossier(
        user_id=user_id,
        user=users[0] if users else {},
        mandate=mandate,
        zone=warehouse.settings.zone,
        period=period,
        lookups=tuple(lookups),
        shifts=tuple(read_shifts(warehouse, user_id, period)),
        alerts=tuple(read_alerts(warehouse, user_id, lookups)),
        coverage=read_coverage(warehouse, user_id, period, duty_by_day),
        peers=compare_with_peers(warehouse, user_id, period),
        provenance=read_provenance(warehouse, period),
    )


def render(dossier: Dossier, labels: Labels) -> str:
    """The page in the language of the labels."""
    words = labels.words
    asked = [lookup for lookup in dossier.lookups if lookup.findings]
    return render_page(
        "dossier.html",
        words.language,
        dossier=dossier,
        labels=labels,
        shown=shown,
        figure_of_time=_figure(dossier, labels),
        summary=summarise(dossier.lookups, dossier.alerts, dossier.peers, dossier.coverage, labels),
        alerts=[_in_full(number, alert, labels) for number, alert in enumerate(dossier.alerts, start=1)],
        asked=asked[:MOST_LISTED],
        asked_in_all=len(asked),
        by_system=_by_system(dossier.lookups),
        csv_name=f"dossier-{file_part(dossier.user_id)}.csv",
        measures=measure_names(words),
        measured=partial(_measured, words),
        signed=partial(_signed, words),
        some_days=partial(_some_days, words),
    )


def _figure(dossier: Dossier, labels: Labels) -> Figure:
    _ = labels.words.gettext
    return Figure(
        id="timeline",
        title=_("Each lookup by day and time of day"),
        subtitle=_(
            "Every mark is one lookup; the bars behind them are the roster. Point at a mark to see which "
            "lookup it is; drag to enlarge some days, double-click to go back."
        ),
        plot=timeline(dossier.lookups, dossier.shifts, dossier.period, labels.words)
        if dossier.lookups or dossier.shifts
        else None,
        table=None,
        note=_("Clock times in the zone %(zone)s. The table below and the CSV file hold the same lookups.",
               zone=dossier.zone),
        empty=_("There is no lookup and no shift in this period."),
    )  # fmt: skip


def _in_full(number: int, alert: Alert, labels: Labels) -> dict[str, Any]:
    """One alert as the template shows it: its sentences, its detectors, and the lookups shown in full."""
    detectors = sorted({found.detector for lookup in alert.lookups for found in lookup.findings})
    riskiest = sorted(alert.lookups, key=lambda one: -(one.risk or 0.0))[:MOST_DETAILED]
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


def as_csv(lookups: Sequence[Lookup]) -> str:
    """Every lookup as one CSV text with a header; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    for one in lookups:
        values = (
            one.system, one.lookup_id, one.at.isoformat(), one.duty, one.action, one.channel,
            one.workstation, one.subject_type, one.subject_id, one.subject_name, one.query_text,
            one.case_id, one.justification,
            " ".join(f"{link.explanation}:{link.strength:.2f}" for link in one.links),
            " ".join(f"{found.detector}:{found.score:.2f}" for found in one.findings),
            one.risk, one.alert_id,
        )  # fmt: skip
        writer.writerow([cell(value) for value in values])
    return text.getvalue()


_CSV_COLUMNS = (
    "system", "lookup_id", "occurred_at", "duty_state", "action", "channel", "workstation", "subject_type",
    "subject_id", "subject_name", "query_text", "case_id", "justification", "work_links", "detectors", "risk",
    "alert_id",
)  # fmt: skip
