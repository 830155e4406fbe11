"""How right the audit is, measured against `labels`: per lookup, per alert people can read, per detector.

The measure that counts is what fits a reviewer's day: of the alerts that can be read, how many are right,
and what share of the known cases is among them. A label that is not there counts as innocent, so every
precision is a lower bound where labels are not complete. Only audited days count. All of it reads the tables
that `questions.JUDGED` makes. Where no audited lookup has a label, precision is not known, and recall is of
nothing: both are None.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lookup_audit.evaluation import questions
from lookup_audit.evaluation.measures import (
    Estimate,
    Share,
    average_precision,
    estimate,
    resampled_average_precision,
    share,
)
from lookup_audit.warehouse import Warehouse


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


def average_precision_of(warehouse: Warehouse, sql: str) -> Estimate:
    """Average precision over the groups of a query, with its interval over users; None without labels.

    The query gives `user_id`, `score`, `n` (rows) and `hits` (labelled rows).
    """
    groups = warehouse.frame(sql)
    scores = groups["score"].to_numpy(np.float64)
    rows, hits = (groups[column].to_numpy(np.int64) for column in ("n", "hits"))
    value = average_precision(scores, rows, hits)
    if value is None:
        return Estimate(None, None, None)
    users = pd.factorize(groups["user_id"], sort=True)[0]
    return estimate(value, resampled_average_precision(users, scores, rows, hits))


def alerts_read(capacity: int, users: int, days: int) -> int:
    """How many alerts are read in all, at `capacity` per 1,000 users per 30 days; at least one."""
    return max(1, round(capacity * users / 1000 * days / 30))


def at_capacity(warehouse: Warehouse, capacity: int, alerts: int, labels: int) -> AtCapacity:
    """What reading this many alerts, best rank first, gives."""
    row = warehouse.rows(questions.AT_CAPACITY, {"alerts": alerts})[0]
    return AtCapacity(
        capacity=capacity,
        alerts=alerts,
        precision=share(row["right_alerts"], row["read_alerts"], known=labels > 0),
        recall=share(row["found"], labels),
        pair_recall=share(row["found_pairs"], row["pairs"]),
        ceiling=share(row["best"], labels),
    )


def by_detector(warehouse: Warehouse, labels: int) -> tuple[DetectorScore, ...]:
    """Every detector with findings, in order of name."""
    return tuple(
        DetectorScore(
            detector=row["detector"],
            findings=row["findings"],
            precision=share(row["right_findings"], row["findings"], known=labels > 0),
            recall=share(row["found"], labels),
            theme_recall=share(row["found_of_theme"], row["of_theme"]),
        )
        for row in warehouse.rows(questions.DETECTORS)
    )


def labels_by(warehouse: Warehouse, column: str, alerts: int) -> tuple[LabelScore, ...]:
    """Labels by `motive` or `theme`: touched at all, and among the first `alerts` alerts."""
    rows = warehouse.rows(questions.LABELS_BY.format(column=column), {"alerts": alerts})
    return tuple(
        LabelScore(row["name"], share(row["touched"], row["n"]), share(row["in_top"], row["n"]))
        for row in rows
    )


def calibration(warehouse: Warehouse, labels: int) -> tuple[Band, ...]:
    """Touched lookups in ten bands of risk, those without any left out: what was said, what was so."""
    return tuple(
        Band(
            low=row["band"] / 10,
            high=(row["band"] + 1) / 10,
            mean_risk=row["mean_risk"],
            labelled=share(row["hits"], row["n"], known=labels > 0),
        )
        for row in warehouse.rows(questions.CALIBRATION)
    )
