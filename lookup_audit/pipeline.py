"""The night audit, as plain calls in order: context, explanations, rules, forest, scoring, alerts."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lookup_audit import __version__
from lookup_audit.calibration import current_calibration
from lookup_audit.clock import utc_now
from lookup_audit.context import build_context, store_history
from lookup_audit.detectors import run_rules
from lookup_audit.detectors.isolation_forest import PROSE
from lookup_audit.detectors.nightly_forest import NightlyForest
from lookup_audit.detectors.peer_anomaly import flag_odd_days
from lookup_audit.scoring import score_day
from lookup_audit.trends import store_trends
from lookup_audit.triage import draw_control, remember_pairs, update_alerts
from lookup_audit.warehouse import SignedSql, Warehouse, load_signed, signed_digest


@dataclass(frozen=True)
class NightSummary:
    """What auditing one local day came to; the counts are those of its row in `runs`."""

    audit_date: date
    lookups: int
    explained: int
    findings: int
    touched: int
    skipped: tuple[str, ...]


def days_to_audit(warehouse: Warehouse, *, first: date | None = None, last: date | None = None) -> list[date]:
    """The local days, rising, that an audit would do: pending ones, or every day with lookups in a range.

    With neither bound, the days with unaudited or changed input; with one or both, all days with lookups
    from `first` up to and including `last`, audited before or not.
    """
    if first is None and last is None:
        rows = warehouse.rows("SELECT DISTINCT day FROM pending_days ORDER BY day")
    else:
        rows = warehouse.rows(
            "SELECT DISTINCT local_date AS day FROM lookups "
            "WHERE ($first IS NULL OR local_date >= $first) AND ($last IS NULL OR local_date <= $last) "
            "ORDER BY day",
            {"first": first, "last": last},
        )
    return [row["day"] for row in rows]


def audit(
    warehouse: Warehouse,
    days: list[date],
    *,
    progress: Callable[[int, int, date], None] | None = None,
) -> list[NightSummary]:
    """Audit these local days in order, each in one transaction; a summary of each.

    A process that is killed leaves the days before it complete, and the day at hand as it was.
    `progress(done, total, day)` is called before each day.
    """
    explanations = load_signed("explanation")
    rules = load_signed("rule")
    forest = NightlyForest(warehouse)
    summaries = []
    for done, day in enumerate(sorted(days)):
        if progress:
            progress(done, len(days), day)
        with warehouse.transaction():
            summaries.append(_audit_day(warehouse, day, explanations, rules, forest))
    return summaries


def code_version() -> str:
    """The package's version, with a digest of the rules and explanations that it runs."""
    return f"{__version__}+{signed_digest()}"


def _audit_day(
    warehouse: Warehouse,
    day: date,
    explanations: list[SignedSql],
    rules: list[SignedSql],
    forest: NightlyForest,
) -> NightSummary:
    started_at = _now()
    run_id = warehouse.value(
        "SELECT stable_id('r', [$day::VARCHAR, $config_hash, $code_version])",
        {"day": day, "config_hash": warehouse.settings.config_hash, "code_version": code_version()},
    )
    _forget_results(warehouse, day)
    skipped = build_context(warehouse, day, explanations)
    store_history(warehouse, day)
    result = run_rules(warehouse, rules, day=day, run_id=run_id)
    skipped += result.skipped
    flag_above = forest.score_night(day)
    odd = 0
    if flag_above is None:
        skipped.append("peer_anomaly: needs more past user-days")
    else:
        odd = flag_odd_days(warehouse, day=day, run_id=run_id, flag_above=flag_above)
    calibration = current_calibration(warehouse, day)
    score_day(warehouse, day, [*explanations, *rules], {"peer_anomaly": float(PROSE["weight"])}, calibration)
    store_trends(warehouse, day)
    draw_control(warehouse, day)
    remember_pairs(warehouse, day)
    update_alerts(warehouse)
    warehouse.run("DELETE FROM pending_days WHERE day = $day", {"day": day})
    warehouse.run(
        _RUN,
        {
            "run_id": run_id,
            "day": day,
            "started_at": started_at,
            "finished_at": _now(),
            "status": "done_with_skips" if skipped else "done",
            "config_hash": warehouse.settings.config_hash,
            "code_version": code_version(),
            "findings": result.findings + odd,
            "skipped": sorted(skipped),
        },
    )
    row = warehouse.rows(
        "SELECT lookups, explained, findings FROM runs WHERE audit_date = $day", {"day": day}
    )[0]
    touched = warehouse.value("SELECT count(*) FROM lookup_risk WHERE audit_date = $day", {"day": day})
    return NightSummary(day, row["lookups"], row["explained"], row["findings"], touched, tuple(skipped))


def _forget_results(warehouse: Warehouse, day: date) -> None:
    """Take away what an earlier audit of the day said, remembering whose alerts that changes."""
    remember_pairs(warehouse, day)
    for table in ("findings", "lookup_risk", "work_links", "runs"):
        warehouse.run(f"DELETE FROM {table} WHERE audit_date = $day", {"day": day})


def _now() -> datetime:
    """Wall clock in UTC; SOURCE_DATE_EPOCH pins it, as in reproducible builds."""
    pinned = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(pinned), UTC).replace(tzinfo=None) if pinned else utc_now()


_RUN = """
INSERT INTO runs BY NAME
SELECT
    $run_id AS run_id,
    $day AS audit_date,
    $started_at AS started_at,
    $finished_at AS finished_at,
    $status AS status,
    $config_hash AS config_hash,
    $code_version AS code_version,
    count(*) AS lookups,
    count(*) FILTER (WHERE is_explained) AS explained,
    count(*) FILTER (WHERE is_first) AS first_lookups,
    count(*) FILTER (WHERE is_first AND is_explained) AS first_explained,
    $findings AS findings,
    $skipped AS skipped_detectors
FROM lookup_context
"""
