"""Days that were audited and then forgotten: what was counted and found then is not said again of a part of it."""

from datetime import date

from lookup_audit.privacy.retention import forgotten_before
from lookup_audit.warehouse import Warehouse


def first_kept(warehouse: Warehouse) -> date:
    """The first day whose lookups are kept; the first of all where nothing was forgotten."""
    return forgotten_before(warehouse) or date.min


FORGOTTEN = """
    SELECT audited.audit_date
    FROM runs AS audited
    WHERE
        audited.audit_date < $first_kept
        AND audited.audit_date NOT IN (SELECT fresh.day FROM pending_days AS fresh WHERE fresh.reason = 'new_lookups')
"""
"""Audited before they were forgotten, and nothing was delivered of them since."""
