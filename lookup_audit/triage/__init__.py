"""What a person triages: alerts in a queue that can be read, a control sample, and the verdicts on them."""

from lookup_audit.triage.alerts import (
    Status,
    count_alerts,
    list_alerts,
    remember_pairs,
    update_alerts,
)
from lookup_audit.triage.control import ControlEstimate, control_estimate, draw_control, list_control
from lookup_audit.triage.verdicts import Verdict, VerdictRecord, record_verdict

__all__ = [
    "ControlEstimate",
    "Status",
    "Verdict",
    "VerdictRecord",
    "control_estimate",
    "count_alerts",
    "draw_control",
    "list_alerts",
    "list_control",
    "record_verdict",
    "remember_pairs",
    "update_alerts",
]
