"""A dossier for a program: the numbers, alerts and evidence of the page, in codes instead of words."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import Any

from lookup_audit.reporting.dossier.numbers import Alert, Lookup
from lookup_audit.reporting.dossier.reading import Dossier

_OF_THE_MANDATE = (
    "reference", "authority", "purpose", "first_day", "last_day", "valid_until", "holders", "added_by", "approved_by",
)  # fmt: skip


def as_json(dossier: Dossier) -> str:
    """The dossier as one JSON text; times are ISO 8601 with their offset, what is not known is null.

    Of the lookups it holds those with a question, each in its alert with what it rests on; every lookup is in
    the CSV file. A withdrawal of the mandate is not in it: it comes later.
    """
    return json_text(
        {
            "mandate": {name: getattr(dossier.mandate, name) for name in _OF_THE_MANDATE},
            "user": {"user_id": dossier.user_id, **dossier.user},
            "period": {"first": dossier.period.first, "last": dossier.period.last, "zone": dossier.zone},
            "summary": _summary(dossier.lookups, dossier.alerts),
            "alerts": [_alert(alert) for alert in dossier.alerts],
            "peers": dossier.peers,
            "coverage": dossier.coverage,
            "content": dossier.content,
        }
    )


def json_text(value: Any) -> str:
    """The same value always as the same text: keys in order, one a line, nothing that is not JSON."""
    plain = _plain(value)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _summary(lookups: Sequence[Lookup], alerts: Sequence[Alert]) -> dict[str, int]:
    return {
        "lookups": len(lookups),
        "days_with_lookups": len({lookup.at.date() for lookup in lookups}),
        "explained": sum(lookup.explained for lookup in lookups),
        "with_a_question": sum(bool(lookup.findings) for lookup in lookups),
        "neither": sum(lookup.state == "open" for lookup in lookups),
        "on_duty": sum(lookup.on_duty for lookup in lookups),
        "roster_not_known": sum(lookup.duty == "unknown" for lookup in lookups),
        "alerts": sum(alert.alert_id is not None for alert in alerts),
    }


def _alert(alert: Alert) -> dict[str, Any]:
    named = {field.name: getattr(alert, field.name) for field in fields(alert)}
    return {**named, "lookups": [_lookup(lookup) for lookup in alert.lookups]}


def _lookup(lookup: Lookup) -> dict[str, Any]:
    terms = [{"term": term, "log_odds": log_odds} for term, log_odds in lookup.sum_shown]
    return {**asdict(lookup), "sum_shown": terms}


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one kind of value a line
    """The value in what JSON knows; a number that JSON cannot write is not known."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
