"""The night audit: which days need it, one day as plain calls in order, and what that means for later days."""

from lookup_audit.pipeline.configured import Otherwise, audited_otherwise, code_version
from lookup_audit.pipeline.need import (
    Pending,
    PendingDay,
    audit,
    audit_by_need,
    days_to_audit,
    pending,
    waiting,
)
from lookup_audit.pipeline.night import NightSummary

__all__ = [
    "NightSummary",
    "Otherwise",
    "Pending",
    "PendingDay",
    "audit",
    "audit_by_need",
    "audited_otherwise",
    "code_version",
    "days_to_audit",
    "pending",
    "waiting",
]
