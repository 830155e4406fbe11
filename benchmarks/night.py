"""One night: the audit against the same rules in plain pandas, and the audit on much and on little history.

A contender runs in a process of its own: python -m benchmarks.night CONTENDER DAY PATH [PARAMETERS]
"""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks.measuring import Run, interleaved, report_run, run

MODEL_NEVER = 10**9  # past user-days that no unit has: the night goes without the forest


def measure_night(drop: Path, warehouse: Path, parameters: Path, day: str, repeats: int) -> dict[str, Run]:
    """Medians of `audit` (all of it), `audit without forest` and `plain pandas`, on the same day."""
    contenders: dict[str, Callable[[], Run]] = {
        "audit": partial(_on_a_copy, "audit", warehouse, day),
        "audit without forest": partial(_on_a_copy, "audit-without-forest", warehouse, day),
        "plain pandas": partial(run, "benchmarks.night", "pandas", day, drop, parameters),
    }
    return interleaved(contenders, repeats)


def measure_history(warehouses: dict[int, Path], day: str, repeats: int) -> dict[str, Run]:
    """Medians of `audit` of the same day in each of these warehouses, by days of history."""
    return interleaved(
        {
            f"{history} days": partial(_on_a_copy, "audit", path, day)
            for history, path in sorted(warehouses.items())
        },
        repeats,
    )


def _on_a_copy(contender: str, warehouse: Path, day: str) -> Run:
    """A run on a copy of the warehouse, because an audit leaves its results in it."""
    copy = warehouse.with_name("night.duckdb")
    shutil.copy(warehouse, copy)
    try:
        return run("benchmarks.night", contender, day, copy)
    finally:
        copy.unlink()


def _audit(day: date, path: Path, *, with_forest: bool) -> None:
    from lookup_audit.pipeline import audit
    from lookup_audit.settings import Forest, Settings
    from lookup_audit.warehouse import Warehouse

    settings = Settings() if with_forest else Settings(forest=Forest(minimum_user_days=MODEL_NEVER))

    def night() -> None:
        with Warehouse(path, settings, must_exist=True) as warehouse:
            audit(warehouse, [day])

    report_run(night)


def _pandas(day: date, drop: Path, parameters: Path) -> None:
    from benchmarks.plain_pandas import findings

    report_run(partial(findings, drop, day, json.loads(parameters.read_text(encoding="utf-8"))))


CONTENDERS: dict[str, Callable[..., None]] = {
    "audit": partial(_audit, with_forest=True),
    "audit-without-forest": partial(_audit, with_forest=False),
    "pandas": _pandas,
}

if __name__ == "__main__":
    contender, on, *paths = sys.argv[1:]
    CONTENDERS[contender](date.fromisoformat(on), *map(Path, paths))
