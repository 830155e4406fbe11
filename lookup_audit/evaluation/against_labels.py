"""How right the audit is, measured against `labels`: per lookup, per alert people can read, per detector.

The measure that counts is what fits a reviewer's day: of the alerts that can be read, how many are right,
and what share of the known cases is among them. A label that is not there counts as innocent, so every
precision is a lower bound where labels are not complete. Only audited days count.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from lookup_audit.errors import InputError
from lookup_audit.evaluation import questions
from lookup_audit.evaluation.measures import Share, average_precision, share
from lookup_audit.warehouse import Warehouse

CAPACITIES = (10, 30, 100)
"""Alerts that are read per 1,000 users per 30 days."""


@dataclass(frozen=True)
class AtCapacity:
    """What reading the top `alerts` alerts gives; `ceiling` is the recall of the best choice of as many."""

    capacity: int
    alerts: int
    precision: Share
    recall: Share
    pair_recall: Share
    ceiling: Share


@dataclass(frozen=True)
class DetectorScore:
    """One detector: how many of its findings are labelled, and how many labels it touched."""

    detector: str
    findings: int
    precision: Share
    recall: Share
    theme_recall: Share


@dataclass(frozen=True)
class LabelScore:
    """One motive or theme: its labels that any detector touched, and those in the most alerts read."""

    name: str
    touched: Share
    in_top: Share


@dataclass(frozen=True)
class Band:
    """Touched lookups whose risk lies in [low, high), the last band with 1: what was said, what was so."""

    low: float
    high: float
    mean_risk: float
    labelled: Share


@dataclass(frozen=True)
class Evaluation:
    """Everything that `evaluate` measures; shares are of audited lookups."""

    lookups: int
    labels: int
    users: int
    days: int
    alerts: int
    average_precision: float
    alert_average_precision: float | None
    at_capacity: tuple[AtCapacity, ...]
    detectors: tuple[DetectorScore, ...]
    motives: tuple[LabelScore, ...]
    themes: tuple[LabelScore, ...]
    explained: Share
    first_explained: Share
    touched_explained: Share
    labels_explained: Share
    calibration: tuple[Band, ...]
    brier: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, ready for JSON."""
        return asdict(self)


def evaluate(warehouse: Warehouse, *, capacities: Sequence[int] = CAPACITIES) -> Evaluation:
    """Measure the audit in this warehouse against `labels`.

    `capacities` are numbers of alerts read per 1,000 users per 30 days; per motive and theme the highest
    counts. Raises `InputError` when nothing was audited, or no audited lookup has a label.
    """
    if not warehouse.count("runs"):
        raise InputError("nothing has been audited yet; run the audit first")
    with _judged(warehouse):
        totals = warehouse.rows(questions.TOTALS)[0]
        if not totals["labels"]:
            raise InputError(
                "no audited lookup has a label: evaluation needs the table labels "
                "(system, lookup_id, motive), and the days they are about audited"
            )
        reads = {capacity: _alerts_read(capacity, totals["users"], totals["days"]) for capacity in capacities}
        most = max(reads.values())
        shown = warehouse.rows(questions.EXPLAINED)[0]
        untouched = {"untouched": totals["lookups"] - totals["judged"]}
        return Evaluation(
            lookups=totals["lookups"],
            labels=totals["labels"],
            users=totals["users"],
            days=totals["days"],
            alerts=totals["alerts"],
            average_precision=average_precision(_groups(warehouse, questions.BY_RISK, untouched)) or 0.0,
            alert_average_precision=average_precision(_groups(warehouse, questions.BY_RANK)),
            at_capacity=tuple(_at_capacity(warehouse, *read, totals["labels"]) for read in reads.items()),
            detectors=_detectors(warehouse, totals["labels"]),
            motives=_labels_by(warehouse, "motive", most),
            themes=_labels_by(warehouse, "theme", most),
            explained=share(shown["explained"], shown["lookups"]),
            first_explained=share(shown["first_explained"], shown["first_lookups"]),
            touched_explained=share(totals["touched_explained"], totals["touched"]),
            labels_explained=share(totals["labels_explained"], totals["labels"]),
            calibration=_calibration(warehouse),
            brier=warehouse.value(questions.BRIER),
        )


@contextmanager
def _judged(warehouse: Warehouse) -> Iterator[None]:
    """For as long as the block lasts: every audited lookup with a risk or a label, in `judged`."""
    warehouse.script(questions.JUDGED)
    try:
        yield
    finally:
        warehouse.script("DROP TABLE IF EXISTS judged; DROP TABLE IF EXISTS audited")


def _alerts_read(capacity: int, users: int, days: int) -> int:
    return max(1, round(capacity * users / 1000 * days / 30))


def _groups(warehouse: Warehouse, sql: str, values: dict[str, Any] | None = None) -> list[tuple[int, int]]:
    return [(row["n"], row["hits"]) for row in warehouse.rows(sql, values)]


def _at_capacity(warehouse: Warehouse, capacity: int, alerts: int, labels: int) -> AtCapacity:
    row = warehouse.rows(questions.AT_CAPACITY, {"alerts": alerts})[0]
    return AtCapacity(
        capacity=capacity,
        alerts=alerts,
        precision=share(row["right_alerts"], row["read_alerts"]),
        recall=share(row["found"], labels),
        pair_recall=share(row["found_pairs"], row["pairs"]),
        ceiling=share(row["best"], labels),
    )


def _detectors(warehouse: Warehouse, labels: int) -> tuple[DetectorScore, ...]:
    return tuple(
        DetectorScore(
            detector=row["detector"],
            findings=row["findings"],
            precision=share(row["right_findings"], row["findings"]),
            recall=share(row["found"], labels),
            theme_recall=share(row["found_of_theme"], row["of_theme"]),
        )
        for row in warehouse.rows(questions.DETECTORS)
    )


def _labels_by(warehouse: Warehouse, column: str, alerts: int) -> tuple[LabelScore, ...]:
    rows = warehouse.rows(questions.LABELS_BY.format(column=column), {"alerts": alerts})
    return tuple(
        LabelScore(row["name"], share(row["touched"], row["n"]), share(row["in_top"], row["n"]))
        for row in rows
    )


def _calibration(warehouse: Warehouse) -> tuple[Band, ...]:
    return tuple(
        Band(row["band"] / 10, (row["band"] + 1) / 10, row["mean_risk"], share(row["hits"], row["n"]))
        for row in warehouse.rows(questions.CALIBRATION)
    )
