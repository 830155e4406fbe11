"""How right the audit is: against lookups known to be non-work-related, and against reviewers' verdicts."""

from lookup_audit.evaluation.against_labels import AtCapacity, Band, DetectorScore, LabelScore
from lookup_audit.evaluation.false_alerts import FalseAlerts
from lookup_audit.evaluation.flag_rates import Comparison, Dimension, Group
from lookup_audit.evaluation.leave_one_out import LeaveOneOut, LeftOut
from lookup_audit.evaluation.measures import Estimate, Rate, Share, average_precision, rate, share
from lookup_audit.evaluation.reviewed import Reviewed
from lookup_audit.evaluation.whole import CAPACITIES, Evaluation, evaluate

__all__ = [
    "CAPACITIES",
    "AtCapacity",
    "Band",
    "Comparison",
    "DetectorScore",
    "Dimension",
    "Estimate",
    "Evaluation",
    "FalseAlerts",
    "Group",
    "LabelScore",
    "LeaveOneOut",
    "LeftOut",
    "Rate",
    "Reviewed",
    "Share",
    "average_precision",
    "evaluate",
    "rate",
    "share",
]
