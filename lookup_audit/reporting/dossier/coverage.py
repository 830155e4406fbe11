"""What a dossier rests on: days and detectors, peers to compare with, files and signed texts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from lookup_audit import __version__
from lookup_audit.reporting.dossier.numbers import Period
from lookup_audit.warehouse import Warehouse, load_signed, signed_digest

CONTEXT_TABLES = (
    "subjects", "shifts", "cases", "case_subjects", "case_members", "incidents", "incident_subjects",
    "dispatches", "news", "relations",
)  # fmt: skip


@dataclass(frozen=True)
class Coverage:
    """What was audited in the period, and what was not.

    `skipped` maps each reason, as the runs give it, to its number of days; `unaudited` and `pending` are
    days with lookups of the user; `no_roster` are days on which the user's roster is unknown.
    """

    audited_days: int
    unaudited: tuple[date, ...]
    pending: tuple[date, ...]
    no_roster: tuple[date, ...]
    skipped: tuple[tuple[str, int], ...]
    empty_tables: tuple[str, ...]
    rejected_lookups: int
    rejected_naming_user: int


@dataclass(frozen=True)
class Measure:
    """One feature against the peers': the user's value, the peers' quartiles; a share when `share`.

    `lower` is how many peers have a lower value than the user.
    """

    name: str
    share: bool
    own: float
    low: float
    median: float
    high: float
    lower: int

    @property
    def place(self) -> str:
        """Where the user stands: below, within or above the middle half of the peers."""
        if self.own < self.low:
            return "below"
        return "above" if self.own > self.high else "within"


@dataclass(frozen=True)
class Peers:
    """How the user compares; `basis` says with whom: group (function and team) or function."""

    basis: str
    count: int
    days: int
    measures: tuple[Measure, ...]


# Each column of user_days that is compared, and whether it is divided by the day or by the lookup.
_MEASURES = (
    ("lookups", "days"), ("subjects", "days"), ("peak_hour", "days"), ("unlinked", "lookups"),
    ("off_duty", "lookups"), ("night_hours", "lookups"), ("mobile", "lookups"),
    ("prints_exports", "lookups"), ("near_home", "lookups"), ("public_figures", "lookups"),
)  # fmt: skip


def read_coverage(
    warehouse: Warehouse, user_id: str, period: Period, duty_by_day: dict[date, set[str]]
) -> Coverage:
    """Days, detectors and tables that the audit of this user could and could not read.

    `duty_by_day` holds, for each local day with lookups of the user, the duty states that they fall in.
    """
    asked = {"first": period.first, "last": period.last}
    skipped: dict[str, int] = defaultdict(int)
    audited = set()
    for run in warehouse.rows(_RUNS, asked):
        audited.add(run["audit_date"])
        for reason in run["skipped_detectors"]:
            skipped[reason] += 1
    pending = warehouse.rows(
        "SELECT DISTINCT day FROM pending_days WHERE day BETWEEN $first AND $last ORDER BY day", asked
    )
    rejected = warehouse.rows(
        "SELECT count(*) AS rows, count(*) FILTER (contains(raw_text, $user)) AS naming FROM rejected_rows "
        "WHERE file_id IN (SELECT file_id FROM input_files WHERE table_name = 'lookups')",
        {"user": user_id},
    )[0]
    return Coverage(
        audited_days=len(audited),
        unaudited=tuple(sorted(set(duty_by_day) - audited)),
        pending=tuple(row["day"] for row in pending if row["day"] in duty_by_day),
        no_roster=tuple(sorted(day for day, states in duty_by_day.items() if "unknown" in states)),
        skipped=tuple(sorted(skipped.items())),
        empty_tables=tuple(name for name in CONTEXT_TABLES if not warehouse.count(name)),
        rejected_lookups=rejected["rows"],
        rejected_naming_user=rejected["naming"],
    )


def compare_with_peers(warehouse: Warehouse, user_id: str, period: Period) -> Peers | None:
    """How the user's days compare with those of peers; None without days, or with too few peers.

    Peers share the function and team; where those are fewer than `forest.minimum_peers`, the function.
    Quartiles are over peers, each counted once, the user left out; no peer is named.
    """
    asked = {"user": user_id, "first": period.first, "last": period.last}
    fewest = warehouse.settings.forest.minimum_peers
    for basis, condition in (("group", _SAME_GROUP), ("function", _SAME_FUNCTION)):
        totals = warehouse.frame(_TOTALS.format(condition=condition), asked)
        own = totals[totals["user_id"] == user_id]
        others = totals[totals["user_id"] != user_id]
        if own.empty:
            return None
        if len(others) >= fewest:
            measures = tuple(_measure(own, others, *measure) for measure in _MEASURES)
            return Peers(basis, len(others), int(own["days"].iloc[0]), measures)
    return None


def _measure(own: pd.DataFrame, others: pd.DataFrame, part: str, whole: str) -> Measure:
    values = (others[part] / others[whole]).to_numpy(dtype=float)
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    mine = float(own[part].iloc[0]) / float(own[whole].iloc[0])
    lower = int((values < mine).sum())
    return Measure(part, whole == "lookups", mine, float(low), float(median), float(high), lower)


def read_provenance(warehouse: Warehouse, period: Period) -> dict[str, Any]:
    """Where every statement comes from: `files`, `runs`, `texts`, `config_hash`, `code_version`.

    `stretches` are the runs in order of day, parted where the configuration or version changes.
    `other_runs` are the days that were audited with another configuration, code or text than the present.
    """
    runs = warehouse.rows(_RUNS, {"first": period.first, "last": period.last})
    present = (warehouse.settings.config_hash, f"{__version__}+{signed_digest()}")
    texts = [*load_signed("rule", locked=False), *load_signed("explanation", locked=False)]
    return {
        "files": warehouse.rows(
            "SELECT file, table_name, file_id, rows_read, rows_loaded, rows_rejected, rows_duplicate "
            "FROM input_files ORDER BY table_name, file, file_id"
        ),
        "runs": runs,
        "stretches": [list(same) for _, same in groupby(runs, _made_by)],
        "other_runs": [run for run in runs if _made_by(run) != present],
        "texts": [
            {"kind": text.kind, "id": text.id, "version": text.version, "sha256": text.sha256}
            for text in texts
        ],
        "config_hash": present[0],
        "code_version": present[1],
    }


def _made_by(run: dict[str, Any]) -> tuple[str, str]:
    return run["config_hash"], run["code_version"]


_RUNS = """
SELECT run_id, audit_date, status, config_hash, code_version, skipped_detectors
FROM runs
WHERE audit_date BETWEEN $first AND $last
ORDER BY audit_date, run_id
"""

_SAME_GROUP = """
peer_group = (
    SELECT peer_group FROM user_days
    WHERE user_id = $user AND day BETWEEN $first AND $last ORDER BY day DESC LIMIT 1
)
"""

_SAME_FUNCTION = """
user_id IN (
    SELECT user_id FROM users
    WHERE function = (SELECT function FROM users WHERE user_id = $user)
)
"""

_TOTALS = """
SELECT
    user_id,
    count(*) AS days,
    sum(lookups) AS lookups,
    sum(subjects) AS subjects,
    sum(peak_hour) AS peak_hour,
    sum(unlinked) AS unlinked,
    sum(off_duty) AS off_duty,
    sum(night_hours) AS night_hours,
    sum(mobile) AS mobile,
    sum(prints_exports) AS prints_exports,
    sum(near_home) AS near_home,
    sum(public_figures) AS public_figures
FROM user_days
WHERE day BETWEEN $first AND $last AND {condition}
GROUP BY user_id
ORDER BY user_id
"""
