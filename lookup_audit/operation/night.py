"""One night, from drops to what readers see; a backfill is the same with more drops.

All drops are loaded before the first day is audited: so each day is audited once, with what came in late, and not
again for each drop that says something about it.
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from lookup_audit.errors import InputError, SettingsError
from lookup_audit.ingest import IngestSummary, ingest
from lookup_audit.operation.entries import (
    DaysEntered,
    enter_drop,
    enter_published,
    last_loaded,
    rejected_by_reason,
)
from lookup_audit.operation.log import shortfall
from lookup_audit.pipeline import NightSummary, PendingDay, audit_by_need, waiting
from lookup_audit.privacy.keys import warehouse_key
from lookup_audit.quality.gap import NOTED_WITH
from lookup_audit.reporting.publish import Published, publish
from lookup_audit.warehouse import Warehouse

Stage = Callable[[str], AbstractContextManager[Callable[[int, int, str], None]]]

DONE, FAILED, MISCONFIGURED, SHORTFALL = 0, 1, 2, 3


@dataclass(frozen=True)
class Drop:
    """What became of one drop.

    `outcome` is "loaded" where anything in it was new, "known" where all of it had been loaded before, and
    "missing", "empty" or "failed" where nothing could be loaded; `why` then says what was wrong. The counts are of
    its new files; `still_rejected` are rows of its known files.
    """

    name: str
    outcome: Literal["loaded", "known", "missing", "empty", "failed"]
    why: str = ""
    exit_code: int = DONE
    files: int = 0
    known_files: int = 0
    rows: int = 0
    loaded: int = 0
    rejected: int = 0
    duplicates: int = 0
    still_rejected: int = 0
    ignored: tuple[str, ...] = ()
    warnings: dict[str, int] = field(default_factory=dict)

    @property
    def misnamed(self) -> tuple[str, ...]:
        """Of what was ignored, files that probably belong to a table: what it says of these ends in a question."""
        return tuple(one for one in self.ignored if one.endswith("?"))


@dataclass(frozen=True)
class Gap:
    """One kind of what was odd about what came in: of what, on which days, and what says less for want of it.

    `is_little` says that on one of the days all systems together sent far fewer lookups than usual: a holiday, or
    half a delivery.
    """

    kind: str
    parts: tuple[str, ...]
    days: tuple[date, ...]
    disables: tuple[str, ...]
    is_little: bool


@dataclass(frozen=True)
class Night:
    """What a night came to: its drops, the days that it audited, and what is left to be done.

    `rejected` counts rejected rows of these drops by the code of the reason; `absent` are the required detectors
    that could not run; `new_alerts` counts alerts in the queue that were not in it before, `unjudged` all that
    nobody judged yet.
    """

    drops: tuple[Drop, ...]
    days: tuple[NightSummary, ...]
    waiting: tuple[PendingDay, ...]
    rejected: dict[str, int]
    absent: tuple[str, ...]
    gaps: tuple[Gap, ...]
    new_alerts: int
    unjudged: int
    published: Published | None
    seconds: float

    @property
    def exit_code(self) -> int:
        """The worst of all that happened: a failure before a fault of a configuration before a shortfall."""
        codes = {drop.exit_code for drop in self.drops}
        if self.rejected or self.absent:
            codes.add(SHORTFALL)
        return next((code for code in (FAILED, MISCONFIGURED, SHORTFALL) if code in codes), DONE)

    @property
    def warnings(self) -> dict[str, int]:
        """What was odd about rows that were loaded all the same, as in `ingest`, with how often."""
        total: Counter[str] = Counter()
        for drop in self.drops:
            total.update(drop.warnings)
        return dict(sorted(total.items()))

    @property
    def skipped(self) -> dict[str, int]:
        """Why a detector could not run, as "off_duty: needs shifts", with the number of days."""
        return dict(sorted(Counter(why for day in self.days for why in day.skipped).items()))


def run_night(
    warehouse: Warehouse,
    drops: list[Path],
    *,
    mapping: Path | None = None,
    every: bool = False,
    stage: Stage,
) -> Night:
    """Load these drops in order of name, audit what needs it, publish; what all that came to.

    A drop that cannot be loaded is noted, and the others are loaded all the same.

    Parameters
    ----------
    warehouse
        Where to; its settings say whether it is published.
    drops
        Folders.
    mapping
        A mapping file for all of them; else each drop's own.
    every
        Also audit days that changed so long ago that they wait otherwise (`audit.look_back_days`).
    stage
        Gives, for "ingest", "audit" and "publish", the progress of that part.

    Raises
    ------
    LookupAuditError
        Of the warehouse: it cannot be written to, or the disk is full. What was complete by then stays. Of its key,
        where that is gone: then nothing was changed.
    """
    begun = time.monotonic()
    before = last_loaded(warehouse)
    if warehouse.settings.publishing.enabled and before > datetime.min:
        warehouse_key(warehouse)  # without which nothing can be published: said before anything is changed
    warehouse.run("CREATE OR REPLACE TEMP TABLE queued_before AS SELECT alert_id FROM alerts WHERE queued")
    loaded = _load_all(warehouse, drops, mapping, stage)
    with stage("audit") as update:
        entered = DaysEntered(warehouse, lambda done, total, day: update(done, total, str(day)))
        days = audit_by_need(warehouse, every=every, progress=entered.update)
        entered.last()
    published = _publish(warehouse, stage)
    required = set(warehouse.settings.required_detectors)
    alerts = warehouse.rows(_ALERTS)[0]
    return Night(
        drops=tuple(loaded),
        days=tuple(days),
        waiting=tuple(waiting(warehouse)),
        rejected=dict(rejected_by_reason(warehouse, after=before).most_common()),
        absent=tuple(
            sorted({why for day in days for why in day.skipped if why.split(":", 1)[0] in required})
        ),
        gaps=_gaps(warehouse, days),
        new_alerts=alerts["new"],
        unjudged=alerts["unjudged"],
        published=published,
        seconds=time.monotonic() - begun,
    )


def _load_all(warehouse: Warehouse, drops: list[Path], mapping: Path | None, stage: Stage) -> list[Drop]:
    loaded = []
    with stage("ingest") as update:
        for number, drop in enumerate(sorted(drops, key=lambda path: (path.name, str(path)))):
            update(number, len(drops), drop.name)
            loaded.append(_load(warehouse, drop, mapping))
    return loaded


def _load(warehouse: Warehouse, drop: Path, mapping: Path | None) -> Drop:
    before = last_loaded(warehouse)
    try:
        summary = ingest(warehouse, drop, mapping=mapping)
    except (InputError, SettingsError) as error:
        outcome = _kind_of(drop)
        shortfall("drop_not_loaded", drop=drop.name, outcome=outcome, error=type(error).__name__)
        return Drop(drop.name, outcome, str(error), error.exit_code)
    enter_drop(drop, summary, rejected_by_reason(warehouse, after=before))
    return _said(drop, summary)


def _kind_of(drop: Path) -> Literal["missing", "empty", "failed"]:
    try:
        if not drop.is_dir():
            return "missing"
        return "failed" if any(drop.iterdir()) else "empty"
    except OSError:  # the error that is told says why
        return "failed"


def _said(drop: Path, summary: IngestSummary) -> Drop:
    known = sum(report.status == "already_loaded" for report in summary.files)
    return Drop(
        drop.name,
        "known" if known == len(summary.files) else "loaded",
        files=len(summary.files) - known,
        known_files=known,
        rows=summary.read,
        loaded=summary.loaded,
        rejected=summary.rejected,
        duplicates=summary.duplicates,
        still_rejected=sum(
            report.rows_rejected for report in summary.files if report.status == "already_loaded"
        ),
        ignored=tuple(summary.ignored),
        warnings=summary.warnings,
    )


def _gaps(warehouse: Warehouse, days: list[NightSummary]) -> tuple[Gap, ...]:
    rows = warehouse.rows(_GAPS, {"days": [day.audit_date for day in days]}) if days else []
    return tuple(
        Gap(row["kind"], tuple(row["parts"]), tuple(row["days"]), tuple(row["disables"]), row["is_little"])
        for row in rows
    )


def _publish(warehouse: Warehouse, stage: Stage) -> Published | None:
    if not warehouse.settings.publishing.enabled or not warehouse.count("input_files"):
        return None
    with stage("publish") as update:
        published = publish(warehouse, progress=update)
    enter_published(published)
    return published


_ALERTS = """
SELECT
    count(*) FILTER (WHERE alert_id NOT IN (SELECT queued_before.alert_id FROM queued_before)) AS new,
    count(*) FILTER (WHERE status = 'new') AS unjudged
FROM alerts
WHERE queued
"""

_GAPS = f"""
SELECT
    kind,
    list(DISTINCT part ORDER BY part) AS parts,
    list(DISTINCT day ORDER BY day) AS days,
    list_sort(list_distinct(flatten(list(disables)))) AS disables,
    bool_or(kind = 'volume' AND part = '' AND seen < expected) AS is_little
FROM gaps
WHERE {NOTED_WITH} IN (SELECT unnest($days::DATE[]))
GROUP BY kind
ORDER BY kind
"""
