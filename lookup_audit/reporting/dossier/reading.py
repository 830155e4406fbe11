"""All that is known of one user's lookups in a period, read from the warehouse before it is put into words."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from lookup_audit.errors import UsageError
from lookup_audit.privacy.mandates import Mandate
from lookup_audit.reporting.dossier.content import Content, read_content
from lookup_audit.reporting.dossier.coverage import (
    Coverage,
    Peers,
    compare_with_peers,
    read_coverage,
    read_provenance,
)
from lookup_audit.reporting.dossier.numbers import (
    Alert,
    Lookup,
    Period,
    Shift,
    read_alerts,
    read_lookups,
    read_shifts,
)
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Dossier:
    """One user's lookups in a period and what stands around them; everything that is written comes from it."""

    user_id: str
    user: dict[str, Any]
    mandate: Mandate
    zone: str
    period: Period
    lookups: tuple[Lookup, ...]
    shifts: tuple[Shift, ...]
    alerts: tuple[Alert, ...]
    coverage: Coverage
    peers: Peers | None
    provenance: dict[str, Any]
    content: Content


def period_under(
    warehouse: Warehouse, mandate: Mandate, from_day: date | None, to_day: date | None
) -> Period:
    """The days to cover: those that were named, else those of the mandate, cut to the days that were audited.

    Named days are taken as they are: the mandate was held to them before. Raises `UsageError` when the period
    ends before it begins, or no day of it was audited: an empty dossier would read as innocence.
    """
    audited = warehouse.rows("SELECT min(audit_date) AS first, max(audit_date) AS last FROM runs")[0]
    if audited["first"] is None:
        raise UsageError("no day was audited yet; nothing is written (see: lookup-audit status)")
    first = from_day or max(mandate.first_day, audited["first"])
    last = to_day or min(mandate.last_day, audited["last"])
    if from_day and to_day and to_day < from_day:
        raise UsageError(f"the period ends ({to_day}) before it begins ({from_day})")
    within = {"first": first, "last": last}
    if not warehouse.value("SELECT count(*) FROM runs WHERE audit_date BETWEEN $first AND $last", within):
        raise UsageError(
            f"no day from {from_day or mandate.first_day} to {to_day or mandate.last_day} was audited; "
            "nothing is written (see: lookup-audit status)"
        )
    return Period(first, last)


def read_dossier(warehouse: Warehouse, user_id: str, mandate: Mandate, period: Period) -> Dossier:
    """The dossier of one user; the mandate was checked, and the look is in the trail, before this is called."""
    lookups = read_lookups(warehouse, user_id, period)
    alerts = read_alerts(warehouse, user_id, lookups)
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
        alerts=tuple(alerts),
        coverage=read_coverage(warehouse, user_id, period, duty_by_day),
        peers=compare_with_peers(warehouse, user_id, period),
        provenance=read_provenance(warehouse, period),
        content=read_content(warehouse, user_id, period, lookups, alerts),
    )
