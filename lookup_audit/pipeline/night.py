"""One night, as plain calls in order: context, explanations, rules, forest, scoring, alerts."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lookup_audit.calibration import current_calibration
from lookup_audit.clock import later_than
from lookup_audit.context import build_context, store_history
from lookup_audit.detectors import run_rules
from lookup_audit.detectors.isolation_forest import PROSE
from lookup_audit.detectors.nightly_forest import NightlyForest
from lookup_audit.detectors.peer_anomaly import flag_odd_days
from lookup_audit.errors import SettingsError
from lookup_audit.pipeline.changed import left_by, mark_readers
from lookup_audit.pipeline.configured import code_version, keep_configuration
from lookup_audit.quality import Gap, Stretch, note_gaps
from lookup_audit.reporting.language import words_of
from lookup_audit.reporting.quality.words import said, signed_titles
from lookup_audit.scoring import score_day
from lookup_audit.trends import store_trends
from lookup_audit.triage import draw_control, remember_pairs, update_alerts
from lookup_audit.warehouse import Warehouse, load_signed


@dataclass(frozen=True)
class NightSummary:
    """What auditing one local day came to; the counts are those of its row in `runs`.

    `again` says that it had been audited before, and `why` holds the reasons for which it was pending, as in
    `pending_days`; none where it was only chosen. `gaps` says what was odd about what came in, and what says less for
    it, each in a sentence.
    """

    audit_date: date
    lookups: int
    explained: int
    findings: int
    touched: int
    skipped: tuple[str, ...]
    again: bool = False
    why: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


class Auditor:
    """Audits local days in rising order; make a new one for every run, so that it sees the texts of now."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._explanations = load_signed("explanation")
        self._rules = load_signed("rule")
        self._forest = NightlyForest(warehouse)

    def audit(self, day: date) -> NightSummary:
        """Audit one day, with what it means for later days, and keep all of it in one transaction; what it came to.

        What the night is held against is put together before, in temporary tables: nobody else writes while this
        process has the warehouse open.
        """
        started_at = _now(self._warehouse)
        skipped = build_context(self._warehouse, day, self._explanations)
        with self._warehouse.transaction():
            before = left_by(self._warehouse, day)
            summary = self._judge(day, started_at, skipped)
            mark_readers(self._warehouse, day, before)
        return summary

    def _judge(self, day: date, started_at: datetime, skipped: list[str]) -> NightSummary:
        """Rules, forest, risk and alerts of the night whose context is there, in place of what was kept of it."""
        warehouse = self._warehouse
        run_id = warehouse.value(
            "SELECT stable_id('r', [$day::VARCHAR, $config_hash, $code_version])",
            {"day": day, "config_hash": warehouse.settings.config_hash, "code_version": code_version()},
        )
        again, why = _asked_because(warehouse, day)
        _forget_results(warehouse, day)
        store_history(warehouse, day)
        result = run_rules(warehouse, self._rules, day=day, run_id=run_id)
        skipped = [*skipped, *result.skipped]
        flag_above = self._forest.score_night(day)
        odd = 0
        if flag_above is None:
            skipped.append("peer_anomaly: needs more past user-days")
        else:
            odd = flag_odd_days(warehouse, day=day, run_id=run_id, flag_above=flag_above)
        calibration = current_calibration(warehouse, day)
        signed = [*self._explanations, *self._rules]
        score_day(warehouse, day, signed, {"peer_anomaly": float(PROSE["weight"])}, calibration)
        store_trends(warehouse, day)
        draw_control(warehouse, day)
        remember_pairs(warehouse, day)
        update_alerts(warehouse)
        warehouse.run("DELETE FROM pending_days WHERE day = $day", {"day": day})
        keep_configuration(warehouse)
        gaps = note_gaps(warehouse, day, skipped)
        warehouse.run(
            _RUN,
            {
                "run_id": run_id,
                "day": day,
                "started_at": started_at,
                "finished_at": _now(warehouse),
                "status": "done_with_skips" if skipped else "done",
                "config_hash": warehouse.settings.config_hash,
                "code_version": code_version(),
                "findings": result.findings + odd,
                "skipped": sorted(skipped),
            },
        )
        counts = warehouse.rows(_COUNTS, {"day": day})[0]
        return NightSummary(day, **counts, skipped=tuple(skipped), again=again, why=why, gaps=_in_words(gaps))


def _asked_because(warehouse: Warehouse, day: date) -> tuple[bool, tuple[str, ...]]:
    """Whether the day was audited before, and for which reasons it is pending, in order of name."""
    again = warehouse.value("SELECT 1 FROM runs WHERE audit_date = $day", {"day": day}) is not None
    rows = warehouse.rows(
        "SELECT DISTINCT reason FROM pending_days WHERE day = $day ORDER BY reason", {"day": day}
    )
    return again, tuple(row["reason"] for row in rows)


def _in_words(found: list[Gap]) -> tuple[str, ...]:
    if not found:
        return ()
    words = words_of("en")
    titles = signed_titles(words)
    return tuple(said(Stretch(gap.day, gap.day, (gap,)), titles, words) for gap in found)


def _forget_results(warehouse: Warehouse, day: date) -> None:
    """Take away what an earlier audit of the day said, remembering whose alerts that changes."""
    remember_pairs(warehouse, day)
    for table in ("findings", "lookup_risk", "work_links", "runs"):
        warehouse.run(f"DELETE FROM {table} WHERE audit_date = $day", {"day": day})


def _now(warehouse: Warehouse) -> datetime:
    """Wall clock in UTC, later than what was loaded and audited before, also where it was set back since.

    SOURCE_DATE_EPOCH pins it, as in reproducible builds.
    """
    pinned = os.environ.get("SOURCE_DATE_EPOCH")
    if pinned:
        try:
            return datetime.fromtimestamp(int(pinned), UTC).replace(tzinfo=None)
        except (ValueError, OverflowError, OSError) as error:
            raise SettingsError(f"SOURCE_DATE_EPOCH: {pinned!a} is no count of seconds since 1970") from error
    return later_than(warehouse.value(_LATEST))


_LATEST = """
SELECT greatest((SELECT max(loaded_at) FROM input_files), (SELECT max(finished_at) FROM runs))
"""

_COUNTS = """
SELECT
    lookups,
    explained,
    findings,
    (SELECT count(*) FROM lookup_risk WHERE lookup_risk.audit_date = $day) AS touched
FROM runs
WHERE audit_date = $day
"""

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
    count(*) FILTER (WHERE work.is_explained) AS explained,
    count(*) FILTER (WHERE NOT firsts.met_before) AS first_lookups,
    count(*) FILTER (WHERE NOT firsts.met_before AND work.is_explained) AS first_explained,
    $findings AS findings,
    $skipped AS skipped_detectors
FROM work
LEFT JOIN firsts ON firsts.lookup_nr = work.lookup_nr
"""
