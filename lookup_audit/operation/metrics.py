"""What a night came to in numbers, for the text file collector of Prometheus: totals, about nobody.

The file is written whole or not at all. Its group may read it too, for the collector runs under an account of its
own. After a night that failed, what only a night that went well can say stays as it was.
"""

import re
import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lookup_audit.operation.entries import rejected_by_reason
from lookup_audit.operation.log import log_path
from lookup_audit.pipeline import pending
from lookup_audit.quality.gap import NOTED_WITH
from lookup_audit.reporting.page import write_file
from lookup_audit.warehouse import Warehouse

_PREFIX = "lookup_audit_"
_BLOCK = re.compile(r"# HELP (lookup_audit_\w+) [^\n]*\n# TYPE \1 gauge\n(?:\1(?:\{[^\n]*\})? [^\n]+\n)*")


@dataclass(frozen=True)
class Metric:
    """One measure: its name without the prefix, what it is, and its value by label ("" without labels)."""

    name: str
    help: str
    values: dict[str, float]
    label: str = ""


@dataclass(frozen=True)
class Run:
    """A run of the night: when it ended (seconds since 1970), how long it took, and what it left with."""

    exit_code: int
    seconds: float
    ended: float = field(default_factory=time.time)


def run_metrics(run: Run) -> list[Metric]:
    """What can be said of any run, also of one that could not open the warehouse."""
    done = run.exit_code in {0, 3}
    metrics = [
        _one("last_run_timestamp_seconds", "When the last run of a night ended.", run.ended),
        _one("last_run_duration_seconds", "How long the last run of a night took.", run.seconds),
        _one("last_run_exit_code", "What the last run left with: 0, 1, 2 or 3.", run.exit_code),
        _one("last_run_success", "1 where the last run was done (exit code 0 or 3), else 0.", done),
    ]
    if done:
        metrics.append(
            _one("last_success_timestamp_seconds", "When a run that was done last ended.", run.ended)
        )
    return metrics


def warehouse_metrics(warehouse: Warehouse) -> list[Metric]:
    """What an open warehouse says: of its newest audited day, of what is pending, and how full it is."""
    left = pending(warehouse)
    newest = (warehouse.rows(_NEWEST) or [_NO_DAY])[0]
    skipped = {reason.split(":", 1)[0]: 1.0 for reason in newest["skipped_detectors"]}
    gaps = {row["kind"]: row["gaps"] for row in warehouse.rows(_GAPS, {"day": newest["day"]})}
    metrics = [
        _one("days_pending", "Local days that the next audit would take up.", len(left.due)),
        _one("days_waiting", "Changed days too long ago to be audited again unasked.", len(left.waiting)),
        _one("night_lookups", "Lookups of the newest audited day.", newest["lookups"]),
        _one("night_explained", "Of them, those with a valid work link.", newest["explained"]),
        _one("night_questions", "Of them, those that raise a question.", newest["questions"]),
        Metric(
            "rejected_rows",
            "Rejected rows in the warehouse.",
            {reason: float(count) for reason, count in rejected_by_reason(warehouse).items()},
            "reason",
        ),
        Metric(
            "detectors_skipped",
            "Detectors that could not run on the newest audited day.",
            skipped,
            "detector",
        ),
        Metric("gaps", "What was odd about what came in for the newest audited day.", gaps, "kind"),
        _one(
            "alerts_queued_unjudged",
            "Alerts in the queue that nobody judged yet.",
            warehouse.value(_UNJUDGED),
        ),
    ]
    if newest["day"]:
        begin = datetime.combine(newest["day"], datetime.min.time(), warehouse.settings.zone_info)
        metrics.append(
            _one("newest_audited_day_timestamp_seconds", "When that local day began.", begin.timestamp())
        )
    if warehouse.path is not None:
        metrics += _space(warehouse.path, log_path(warehouse.settings, warehouse.path))
    return metrics


def write_metrics(path: Path, metrics: list[Metric]) -> Path:
    """Write the file, with what it said before of any measure that is not given now; the path comes back.

    Raises `OSError` where it cannot be written.
    """
    given = {_PREFIX + metric.name for metric in metrics}
    kept = [block for name, block in _blocks(path).items() if name not in given]
    write_file(path, "".join([*(_text(metric) for metric in metrics), *kept]).encode())
    path.chmod(0o640)
    return path


def _blocks(path: Path) -> dict[str, str]:
    """The measures that the file holds, each as it stands; none where it is not there, or is another's."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    return {found[1]: found[0] for found in _BLOCK.finditer(text)}


def _text(metric: Metric) -> str:
    name = _PREFIX + metric.name
    lines = [f"# HELP {name} {metric.help}", f"# TYPE {name} gauge"]
    for label, value in sorted(metric.values.items()):
        given = f'{{{metric.label}="{_escaped(label)}"}}' if metric.label else ""
        lines.append(f"{name}{given} {_number(value)}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"


def _one(name: str, said: str, value: float) -> Metric:
    return Metric(name, said, {"": float(value)})


def _space(warehouse: Path, log: Path) -> list[Metric]:
    free = shutil.disk_usage(warehouse.resolve().parent).free
    size = warehouse.stat().st_size
    return [
        _one("warehouse_bytes", "Size of the warehouse file.", size),
        _one("log_bytes", "Size of the log of operation.", log.stat().st_size if log.is_file() else 0),
        _one("disk_free_bytes", "Free on the disk of the warehouse.", free),
    ]


_NO_DAY: dict[str, Any] = {"day": None, "lookups": 0, "explained": 0, "questions": 0, "skipped_detectors": []}

_NEWEST = """
SELECT
    audit_date AS day,
    lookups,
    explained,
    (SELECT count(*) FROM lookup_risk WHERE lookup_risk.audit_date = runs.audit_date) AS questions,
    skipped_detectors
FROM runs
ORDER BY audit_date DESC
LIMIT 1
"""
_GAPS = f"SELECT kind, count(*) AS gaps FROM gaps WHERE {NOTED_WITH} = $day GROUP BY kind ORDER BY kind"
_UNJUDGED = "SELECT count(*) FROM alerts WHERE queued AND status = 'new'"
