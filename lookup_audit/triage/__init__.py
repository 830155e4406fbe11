"""What a person triages: alerts in a queue that can be read, a control sample, the verdicts, and what is hidden."""

from lookup_audit.triage.alerts import remember_pairs, update_alerts
from lookup_audit.triage.control import ControlEstimate, control_estimate, draw_control, list_control
from lookup_audit.triage.listing import OPEN, Choice, Counts, Status, count_alerts, list_alerts
from lookup_audit.triage.reasons import REASONS, reason_words
from lookup_audit.triage.suppressions import (
    Pattern,
    Suppression,
    add_suppression,
    end_suppression,
    list_suppressions,
    pattern_of,
    shown_suppressions,
)
from lookup_audit.triage.verdicts import Verdict, VerdictRecord, record_verdict, user_of, verdict_history

__all__ = [
    "OPEN",
    "REASONS",
    "Choice",
    "ControlEstimate",
    "Counts",
    "Pattern",
    "Status",
    "Suppression",
    "Verdict",
    "VerdictRecord",
    "add_suppression",
    "control_estimate",
    "count_alerts",
    "draw_control",
    "end_suppression",
    "list_alerts",
    "list_control",
    "list_suppressions",
    "pattern_of",
    "reason_words",
    "record_verdict",
    "remember_pairs",
    "shown_suppressions",
    "update_alerts",
    "user_of",
    "verdict_history",
]
