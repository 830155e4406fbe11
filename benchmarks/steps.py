"""Where the time of a night goes: every statement that takes long, by the table it makes or changes.

Run with: python -m benchmarks.steps WAREHOUSE DAY [--keep] [--over SECONDS]
"""

import argparse
import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measuring import MEGABYTE, note
from lookup_audit.pipeline import audit
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

_MADE = re.compile(r"(?:CREATE OR REPLACE TEMP TABLE|INSERT INTO|DELETE FROM|UPDATE)\s+(\w+)")


class TimedWarehouse(Warehouse):
    """A warehouse that remembers how long each of its statements took: `(what, seconds)`, in order."""

    keeps = True
    taken: list[tuple[str, float]]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As it is, or undone at the end where nothing is to be kept."""
        if self.keeps:
            with super().transaction():
                yield
        else:
            self.run("BEGIN")
            yield
            self.run("ROLLBACK")

    def _execute(self, sql: str, parameters: Any = None) -> Any:
        begun = time.perf_counter()
        try:
            return super()._execute(sql, parameters)
        finally:
            known = _MADE.search(sql)
            what = f"{sql.split(maxsplit=1)[0]} {known[1]}" if known else " ".join(sql.split())[:60]
            explanation = (parameters or {}).get("explanation_id", (parameters or {}).get("detector", ""))
            if not hasattr(self, "taken"):
                self.taken = []
            self.taken.append((f"{what} {explanation}".strip(), time.perf_counter() - begun))
            if self.taken[-1][1] > 0.5:
                used = resource.getrusage(resource.RUSAGE_SELF)
                note(
                    f"{self.taken[-1][1]:8.2f} s  {used.ru_utime + used.ru_stime:8.2f} s of processor so far  "
                    f"{used.ru_maxrss / MEGABYTE:7.0f} MB  {self.taken[-1][0]}"
                )


def main() -> int:
    """Audit the day and print what took long; unless it is to be kept, the warehouse is left as it was."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("day", type=date.fromisoformat)
    parser.add_argument("--keep", action="store_true", help="keep what the audit leaves")
    parser.add_argument("--over", type=float, default=0.3, help="seconds from which a statement is shown")
    parser.add_argument("--memory", default="5GB")
    options = parser.parse_args()
    settings = Settings(memory=options.memory, threads=2)
    with TimedWarehouse(options.warehouse, settings, must_exist=True) as warehouse:
        warehouse.keeps = options.keep
        begun = time.perf_counter()
        try:
            audit(warehouse, [options.day])
        finally:
            seconds = time.perf_counter() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
            shown = [
                {"what": what, "seconds": round(took, 2)}
                for what, took in warehouse.taken
                if took >= options.over
            ]
            print(json.dumps({"seconds": seconds, "peak_mb": peak, "steps": shown}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
