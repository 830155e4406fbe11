"""What is not known about the lookups of an alert: gaps that neither raise nor answer a question."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lookup_audit.reporting.dossier.coverage import CONTEXT_TABLES
from lookup_audit.reporting.dossier.numbers import Alert, Lookup, Period
from lookup_audit.warehouse import Warehouse

AROUND_DAYS = 7
"""The days before and after an alert's lookups that a reader will ask about: shifts and days off come round."""

_RARELY = 0.02  # below this share of lookups with a justification, a system is taken to hold none


@dataclass(frozen=True)
class Unknown:
    """One gap: its kind, how many of the alert's lookups it bears on, and the days or names that it is about.

    Kinds: `roster`, `not_registered`, `no_subject`, `not_loaded` (names are tables), `skipped` (names are the
    reasons that the runs give), `not_audited` (days), `short_history` (`count` is
    days, up to the first lookup), `never_justified`
    (names are systems), `not_justified`, `channel`, `workstation`, `nothing_said` (no answer of the user).
    """

    kind: str
    count: int = 0
    days: tuple[date, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    """What the whole warehouse can tell, asked once for all alerts."""

    subjects: frozenset[str]
    skipped: dict[date, tuple[str, ...]]
    unaudited: tuple[date, ...]
    first_audited: date | None
    never_justified: frozenset[str]
    empty: tuple[str, ...]
    history_days: int


def read_unknown(
    warehouse: Warehouse, period: Period, alerts: Sequence[Alert]
) -> tuple[tuple[Unknown, ...], ...]:
    """The gaps of each alert, in the order of the alerts."""
    if not alerts:
        return ()
    known = _read(warehouse, period, alerts)
    return tuple(_about(alert, known) for alert in alerts)


def _about(alert: Alert, known: _Known) -> tuple[Unknown, ...]:
    lookups = alert.lookups
    days = sorted({lookup.at.date() for lookup in lookups})
    skipped: dict[str, set[date]] = defaultdict(set)
    for day in days:
        for reason in known.skipped.get(day, ()):
            skipped[reason].add(day)
    margin = timedelta(days=AROUND_DAYS)
    near = tuple(day for day in known.unaudited if days[0] - margin <= day <= days[-1] + margin)
    earlier = (days[0] - known.first_audited).days + 1 if known.first_audited else 0
    reasonless = [one for one in lookups if not (one.justification or "").strip()]
    never = [one for one in reasonless if one.system in known.never_justified]
    gaps = (
        Unknown("roster", sum(one.duty == "unknown" for one in lookups)),
        Unknown("nothing_said", 0 if _answered(alert) else len(lookups)),
        Unknown("not_registered", sum(_unregistered(one, known) for one in lookups)),
        Unknown("no_subject", sum(one.subject_id is None for one in lookups)),
        Unknown("never_justified", len(never), names=tuple(sorted({one.system for one in never}))),
        Unknown("not_justified", len(reasonless) - len(never)),
        Unknown("channel", sum(not one.channel for one in lookups)),
        Unknown("workstation", sum(not one.workstation for one in lookups)),
        *(
            Unknown("skipped", len(on), tuple(sorted(on)), (reason,))
            for reason, on in sorted(skipped.items())
        ),
        Unknown("not_audited", len(near), days=near),
        Unknown("not_loaded", len(known.empty), names=known.empty),
        Unknown("short_history", earlier if earlier < known.history_days else 0),
    )
    return tuple(gap for gap in gaps if gap.count)


def _answered(alert: Alert) -> bool:
    """Whether the user's own answer is on record."""
    return any((verdict.get("answer") or "").strip() for verdict in alert.verdicts)


def _unregistered(lookup: Lookup, known: _Known) -> bool:
    return lookup.subject_id is not None and lookup.subject_id not in known.subjects


def _read(warehouse: Warehouse, period: Period, alerts: Sequence[Alert]) -> _Known:
    lookups = [lookup for alert in alerts for lookup in alert.lookups]
    margin = timedelta(days=AROUND_DAYS)
    asked: dict[str, Any] = {"first": period.first - margin, "last": period.last + margin}
    runs = warehouse.rows(_RUNS, asked)
    subjects = sorted({one.subject_id for one in lookups if one.subject_id})
    registered = warehouse.rows(
        "SELECT subject_id FROM subjects WHERE subject_id IN (SELECT unnest($subjects))",
        {"subjects": subjects},
    )
    never = warehouse.rows(
        _NEVER_JUSTIFIED, {"systems": sorted({one.system for one in lookups}), "rarely": _RARELY}
    )
    return _Known(
        subjects=frozenset(row["subject_id"] for row in registered),
        skipped={row["audit_date"]: tuple(row["skipped_detectors"]) for row in runs},
        unaudited=tuple(row["local_date"] for row in warehouse.rows(_UNAUDITED, asked)),
        first_audited=warehouse.value("SELECT min(audit_date) FROM runs"),
        never_justified=frozenset(row["system"] for row in never),
        empty=tuple(name for name in CONTEXT_TABLES if not warehouse.count(name)),
        history_days=warehouse.settings.context.history_days,
    )


_RUNS = """
SELECT audit_date, skipped_detectors FROM runs WHERE audit_date BETWEEN $first AND $last ORDER BY audit_date, run_id
"""

_UNAUDITED = """
SELECT DISTINCT local_date
FROM lookups
WHERE local_date BETWEEN $first AND $last AND local_date NOT IN (SELECT audit_date FROM runs)
ORDER BY local_date
"""

_NEVER_JUSTIFIED = """
SELECT system
FROM reason_days
WHERE system IN (SELECT unnest($systems))
GROUP BY system
HAVING sum(CASE WHEN reason IS NOT NULL THEN lookups ELSE 0 END) < $rarely * sum(lookups)
ORDER BY system
"""
