"""How right the audit is, measured against `labels`: per lookup, per alert people can read, per detector.

The measure that counts is what fits a reviewer's day: of the alerts that can be read, how many are right,
and what share of the known cases is among them. A label that is not there counts as innocent, so every
precision is a lower bound where labels are not complete. Only audited days count.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from lookup_audit.errors import InputError
from lookup_audit.warehouse import Warehouse

CAPACITIES = (10, 30, 100)
"""Alerts that are read per 1,000 users per 30 days."""

_Z = 1.959964  # of a 95% interval


@dataclass(frozen=True)
class Share:
    """A share of `whole`, with its 95% interval (Wilson, 1927); all None when there is nothing to count."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


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


def share(part: int, whole: int) -> Share:
    """Share with the Wilson interval at 95%."""
    if whole == 0:
        return Share(part, whole, None, None, None)
    observed, z_squared = part / whole, _Z * _Z
    centre = (observed + z_squared / (2 * whole)) / (1 + z_squared / whole)
    half = _Z * sqrt(observed * (1 - observed) / whole + z_squared / (4 * whole * whole))
    half /= 1 + z_squared / whole
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Share(part, whole, round(observed, 6), round(low, 6), round(high, 6))


def average_precision(groups: Sequence[tuple[int, int]]) -> float | None:
    """Average precision over (rows, labelled rows) per distinct score, highest score first.

    The sum over thresholds of the gain in recall times the precision there, as scikit-learn defines it:
    rows with equal scores enter together. None when nothing is labelled.
    """
    labelled = sum(hits for _, hits in groups)
    if labelled == 0:
        return None
    read = found = 0
    total = 0.0
    for rows, hits in groups:
        read += rows
        found += hits
        total += hits / labelled * found / read
    return round(total, 6)


def evaluate(warehouse: Warehouse, *, capacities: Sequence[int] = CAPACITIES) -> Evaluation:
    """Measure the audit in this warehouse against `labels`.

    `capacities` are numbers of alerts read per 1,000 users per 30 days; per motive and theme the highest
    counts. Raises `InputError` when nothing was audited, or no audited lookup has a label.
    """
    if not warehouse.count("runs"):
        raise InputError("nothing has been audited yet; run the audit first")
    with _judged(warehouse):
        totals = warehouse.rows(_TOTALS)[0]
        if not totals["labels"]:
            raise InputError(
                "no audited lookup has a label: evaluation needs the table labels "
                "(system, lookup_id, motive), and the days they are about audited"
            )
        reads = {capacity: _alerts_read(capacity, totals["users"], totals["days"]) for capacity in capacities}
        most = max(reads.values())
        shown = warehouse.rows(_EXPLAINED)[0]
        untouched = (totals["lookups"] - totals["judged"], 0)
        return Evaluation(
            lookups=totals["lookups"],
            labels=totals["labels"],
            users=totals["users"],
            days=totals["days"],
            alerts=totals["alerts"],
            average_precision=average_precision([*_groups(warehouse, _BY_RISK), untouched]) or 0.0,
            alert_average_precision=average_precision(_groups(warehouse, _BY_RANK)),
            at_capacity=tuple(_at_capacity(warehouse, *read, totals["labels"]) for read in reads.items()),
            detectors=_detectors(warehouse, totals["labels"]),
            motives=_labels_by(warehouse, "motive", most),
            themes=_labels_by(warehouse, "theme", most),
            explained=share(shown["explained"], shown["lookups"]),
            first_explained=share(shown["first_explained"], shown["first_lookups"]),
            touched_explained=share(totals["touched_explained"], totals["touched"]),
            labels_explained=share(totals["labels_explained"], totals["labels"]),
            calibration=_calibration(warehouse),
            brier=warehouse.value(_BRIER),
        )


@contextmanager
def _judged(warehouse: Warehouse) -> Iterator[None]:
    """For as long as the block lasts: every audited lookup with a risk or a label, in `judged`."""
    warehouse.script(_JUDGED)
    try:
        yield
    finally:
        warehouse.script("DROP TABLE IF EXISTS judged; DROP TABLE IF EXISTS audited")


def _alerts_read(capacity: int, users: int, days: int) -> int:
    return max(1, round(capacity * users / 1000 * days / 30))


def _groups(warehouse: Warehouse, sql: str) -> list[tuple[int, int]]:
    return [(row["n"], row["hits"]) for row in warehouse.rows(sql)]


def _at_capacity(warehouse: Warehouse, capacity: int, alerts: int, labels: int) -> AtCapacity:
    row = warehouse.rows(_AT_CAPACITY, {"alerts": alerts})[0]
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
        for row in warehouse.rows(_DETECTORS)
    )


def _labels_by(warehouse: Warehouse, column: str, alerts: int) -> tuple[LabelScore, ...]:
    rows = warehouse.rows(_LABELS_BY.format(column=column), {"alerts": alerts})
    return tuple(
        LabelScore(row["name"], share(row["touched"], row["n"]), share(row["in_top"], row["n"])) for row in rows
    )


def _calibration(warehouse: Warehouse) -> tuple[Band, ...]:
    return tuple(
        Band(row["band"] / 10, (row["band"] + 1) / 10, row["mean_risk"], share(row["hits"], row["n"]))
        for row in warehouse.rows(_CALIBRATION)
    )


# A label of a subject that no rule touched belongs to the circle that other lookups of the pair have.
_JUDGED = """
CREATE OR REPLACE TEMP TABLE audited AS
SELECT lookups.system, lookups.lookup_id, lookups.user_id, lookups.subject_id
FROM lookups SEMI JOIN runs ON runs.audit_date = lookups.local_date;

CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    audited.system,
    audited.lookup_id,
    audited.user_id,
    coalesce(risks.subject_id, audited.subject_id) AS subject,
    coalesce(risks.risk, 0.0) AS risk,
    risks.lookup_id IS NOT NULL AS is_touched,
    alerts.rank AS alert_rank,
    labels.motive,
    coalesce(labels.theme, 'none') AS theme,
    labels.lookup_id IS NOT NULL AS is_labelled,
    links.lookup_id IS NOT NULL AS is_explained,
    coalesce(
        risks.alert_about,
        max(risks.alert_about) FILTER (WHERE risks.alert_about <> 'behaviour')
            OVER (PARTITION BY audited.user_id, coalesce(risks.subject_id, audited.subject_id)),
        audited.subject_id,
        'behaviour'
    ) AS about
FROM audited
LEFT JOIN lookup_risk AS risks ON risks.system = audited.system AND risks.lookup_id = audited.lookup_id
LEFT JOIN labels ON labels.system = audited.system AND labels.lookup_id = audited.lookup_id
LEFT JOIN alerts ON alerts.alert_id = risks.alert_id
LEFT JOIN (
    SELECT DISTINCT system, lookup_id FROM work_links WHERE strength >= 0.5
) AS links ON links.system = audited.system AND links.lookup_id = audited.lookup_id
WHERE risks.lookup_id IS NOT NULL OR labels.lookup_id IS NOT NULL
"""

_TOTALS = """
SELECT
    (SELECT count(*) FROM audited) AS lookups,
    (SELECT count(*) FROM (SELECT user_id FROM users UNION SELECT user_id FROM audited)) AS users,
    (SELECT count(DISTINCT audit_date) FROM runs) AS days,
    (SELECT count(*) FROM alerts) AS alerts,
    count(*) AS judged,
    count(*) FILTER (WHERE is_labelled) AS labels,
    count(*) FILTER (WHERE is_touched) AS touched,
    count(*) FILTER (WHERE is_touched AND is_explained) AS touched_explained,
    count(*) FILTER (WHERE is_labelled AND is_explained) AS labels_explained
FROM judged
"""

# A day that was audited twice counts as it was audited last.
_EXPLAINED = """
SELECT
    sum(lookups)::BIGINT AS lookups,
    sum(explained)::BIGINT AS explained,
    sum(first_lookups)::BIGINT AS first_lookups,
    sum(first_explained)::BIGINT AS first_explained
FROM (
    SELECT *, row_number() OVER (PARTITION BY audit_date ORDER BY finished_at DESC, run_id) AS newest
    FROM runs
)
WHERE newest = 1
"""

_BY_RISK = """
SELECT count(*) AS n, count(*) FILTER (WHERE is_labelled) AS hits
FROM judged GROUP BY risk ORDER BY risk DESC
"""

_BY_RANK = """
SELECT 1 AS n, max(is_labelled::INTEGER) AS hits
FROM judged WHERE alert_rank IS NOT NULL GROUP BY alert_rank ORDER BY alert_rank
"""

_AT_CAPACITY = """
SELECT
    count(DISTINCT alert_rank) FILTER (WHERE alert_rank <= $alerts) AS read_alerts,
    count(DISTINCT alert_rank) FILTER (WHERE alert_rank <= $alerts AND is_labelled) AS right_alerts,
    count(*) FILTER (WHERE alert_rank <= $alerts AND is_labelled) AS found,
    count(DISTINCT (user_id, subject)) FILTER (WHERE alert_rank <= $alerts AND is_labelled) AS found_pairs,
    count(DISTINCT (user_id, subject)) FILTER (WHERE is_labelled) AS pairs,
    (
        SELECT coalesce(sum(n), 0)::BIGINT
        FROM (
            SELECT count(*) AS n FROM judged WHERE is_labelled
            GROUP BY user_id, about ORDER BY n DESC LIMIT $alerts
        )
    ) AS best
FROM judged
"""

_DETECTORS = """
WITH made AS (
    SELECT
        findings.detector,
        count(*) AS findings,
        count(*) FILTER (WHERE judged.is_labelled) AS right_findings,
        count(DISTINCT (judged.system, judged.lookup_id)) FILTER (WHERE judged.is_labelled) AS found,
        count(DISTINCT (judged.system, judged.lookup_id))
            FILTER (WHERE judged.is_labelled AND judged.theme = findings.detector) AS found_of_theme
    FROM findings
    JOIN judged ON judged.system = findings.system AND judged.lookup_id = findings.lookup_id
    GROUP BY findings.detector
)
SELECT made.*, coalesce(themes.n, 0) AS of_theme
FROM made
LEFT JOIN (SELECT theme, count(*) AS n FROM judged WHERE is_labelled GROUP BY theme) AS themes
    ON themes.theme = made.detector
ORDER BY made.detector
"""

_LABELS_BY = """
SELECT
    {column} AS name,
    count(*) AS n,
    count(*) FILTER (WHERE is_touched) AS touched,
    count(*) FILTER (WHERE alert_rank <= $alerts) AS in_top
FROM judged WHERE is_labelled GROUP BY {column} ORDER BY {column}
"""

_CALIBRATION = """
SELECT
    least(floor(risk * 10), 9)::INTEGER AS band,
    count(*) AS n,
    count(*) FILTER (WHERE is_labelled) AS hits,
    round(avg(risk), 6) AS mean_risk
FROM judged WHERE is_touched GROUP BY band ORDER BY band
"""

_BRIER = """
SELECT round(avg(pow(risk - is_labelled::INTEGER, 2)), 6) FROM judged WHERE is_touched
"""
