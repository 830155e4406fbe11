"""How right the audit is, measured against lookups known to be non-work-related."""

from lookup_audit.evaluation.against_labels import (
    CAPACITIES,
    AtCapacity,
    Band,
    DetectorScore,
    Evaluation,
    LabelScore,
    evaluate,
)
from lookup_audit.evaluation.measures import Share, average_precision, share

__all__ = [
    "CAPACITIES",
    "AtCapacity",
    "Band",
    "DetectorScore",
    "Evaluation",
    "LabelScore",
    "Share",
    "average_precision",
    "evaluate",
    "share",
]
