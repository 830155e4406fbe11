"""One evaluation: everything that can be said about how right the audit in a warehouse is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from lookup_audit.errors import InputError
from lookup_audit.evaluation import questions
from lookup_audit.evaluation.against_labels import (
    AtCapacity,
    Band,
    DetectorScore,
    LabelScore,
    alerts_read,
    at_capacity,
    average_precision_of,
    by_detector,
    calibration,
    labels_by,
)
from lookup_audit.evaluation.false_alerts import FalseAlerts, false_alerts
from lookup_audit.evaluation.flag_rates import Dimension, flag_rates
from lookup_audit.evaluation.leave_one_out import LeaveOneOut, leave_one_out
from lookup_audit.evaluation.measures import Share, share
from lookup_audit.evaluation.reviewed import Reviewed, reviewed
from lookup_audit.warehouse import Warehouse

CAPACITIES = (10, 30, 100)
"""Alerts that are read per 1,000 users per 30 days."""

USUAL_CAPACITY = 30
"""The capacity at which false alerts are counted."""


@dataclass(frozen=True)
class Evaluation:
    """Everything that `evaluate` measures; shares are of audited lookups.

    `users` are all in the register or the log, `user_days` those with any lookup on an audited day. The
    intervals of average precision are (low, high), over users. Without labels average precision, its
    intervals and the Brier score are None, `motives` and `themes` are empty, and every alert is false.
    """

    lookups: int
    labels: int
    labelled_users: int
    users: int
    days: int
    user_days: int
    alerts: int
    average_precision: float | None
    average_precision_interval: tuple[float | None, float | None]
    alert_average_precision: float | None
    alert_average_precision_interval: tuple[float | None, float | None]
    at_capacity: tuple[AtCapacity, ...]
    false_alerts: tuple[FalseAlerts, ...]
    detectors: tuple[DetectorScore, ...]
    motives: tuple[LabelScore, ...]
    themes: tuple[LabelScore, ...]
    explained: Share
    first_explained: Share
    touched_explained: Share
    labels_explained: Share
    calibration: tuple[Band, ...]
    brier: float | None
    leave_one_out: LeaveOneOut
    flag_rates: tuple[Dimension, ...]
    reviewed: tuple[Reviewed, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, ready for JSON."""
        return asdict(self)


def evaluate(warehouse: Warehouse, *, capacities: Sequence[int] = CAPACITIES) -> Evaluation:
    """Measure the audit in this warehouse against `labels` and verdicts, where there are any.

    `capacities` are numbers of alerts read per 1,000 users per 30 days; per motive and theme, and with one
    detector left out, the highest counts. Raises `InputError` when nothing was audited.
    """
    if not warehouse.count("runs"):
        raise InputError("nothing has been audited yet; run the audit first")
    with _judged(warehouse):
        totals = warehouse.rows(questions.TOTALS)[0]
        labels, users, days = totals["labels"], totals["users"], totals["days"]
        reads = {capacity: alerts_read(capacity, users, days) for capacity in capacities}
        most = max(reads.values())
        shown = warehouse.rows(questions.EXPLAINED)[0]
        of_lookups = average_precision_of(warehouse, questions.BY_USER_AND_RISK)
        of_alerts = average_precision_of(warehouse, questions.BY_RANK)
        return Evaluation(
            lookups=totals["lookups"],
            labels=labels,
            labelled_users=totals["labelled_users"],
            users=users,
            days=days,
            user_days=totals["user_days"],
            alerts=totals["alerts"],
            average_precision=of_lookups.value,
            average_precision_interval=(of_lookups.low, of_lookups.high),
            alert_average_precision=of_alerts.value,
            alert_average_precision_interval=(of_alerts.low, of_alerts.high),
            at_capacity=tuple(at_capacity(warehouse, *read, labels) for read in reads.items()),
            false_alerts=false_alerts(
                warehouse,
                alerts_read=alerts_read(USUAL_CAPACITY, users, days),
                users=users,
                days=days,
                user_days=totals["user_days"],
            ),
            detectors=by_detector(warehouse, labels),
            motives=labels_by(warehouse, "motive", most),
            themes=labels_by(warehouse, "theme", most),
            explained=share(shown["explained"], shown["lookups"]),
            first_explained=share(shown["first_explained"], shown["first_lookups"]),
            touched_explained=share(totals["touched_explained"], totals["touched"]),
            labels_explained=share(totals["labels_explained"], labels),
            calibration=calibration(warehouse, labels),
            brier=warehouse.value(questions.BRIER) if labels else None,
            leave_one_out=leave_one_out(warehouse, alerts_read=most),
            flag_rates=flag_rates(warehouse),
            reviewed=reviewed(warehouse),
        )


@contextmanager
def _judged(warehouse: Warehouse) -> Iterator[None]:
    """For as long as the block lasts: the tables of audited lookups and alerts that the questions read."""
    warehouse.script(questions.JUDGED)
    try:
        yield
    finally:
        warehouse.script(questions.FORGET)
