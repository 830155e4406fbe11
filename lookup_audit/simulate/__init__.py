"""A synthetic police unit as a drop in the contract's tables, with labels; made up from one seed.

Nothing in it is a real person. Population and force come first, then work day by day (incidents,
dispatches, cases, desks), then the few lookups that are no work at all. Memory stays flat with the
number of days of lookups: each day is made, written, and forgotten.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from lookup_audit.errors import InputError, UsageError
from lookup_audit.simulate.identifiers import name_everything
from lookup_audit.simulate.incidents import incidents_of
from lookup_audit.simulate.interventions import interventions_table
from lookup_audit.simulate.log import Log
from lookup_audit.simulate.lookups import Batch, chosen, joined
from lookup_audit.simulate.misuse import plan_misuse
from lookup_audit.simulate.randomness import generator
from lookup_audit.simulate.recusal import without_own_circle
from lookup_audit.simulate.routine import routine_of
from lookup_audit.simulate.tables import (
    case_tables,
    contract_table,
    incident_tables,
    other_tables,
    shifts_tables,
    subjects_table,
    users_table,
)
from lookup_audit.simulate.unit import Unit, build_unit
from lookup_audit.simulate.worlds import WORLDS, World, draw_world
from lookup_audit.simulate.writing import Form, Formats, form_of, known_formats, write_table

__all__ = ["WORLDS", "Formats", "Summary", "World", "simulate"]

Progress = Callable[[int, int], None]
_FEWEST_USERS = 20


@dataclass(frozen=True)
class Summary:
    """What a drop holds: rows by table, and labels by theme. Broken rows are not counted."""

    rows: dict[str, int]
    labels: dict[str, int]


def simulate(  # noqa: PLR0913
    out: Path,
    *,
    users: int,
    days: int,
    seed: int,
    world: str = "regional",
    start: date = date(2026, 1, 5),
    formats: Formats = "parquet",
    bad_rows: int = 0,
    progress: Progress | None = None,
) -> Summary:
    """Write a drop to a new folder `out` and say what is in it; the same arguments give the same bytes.

    `bad_rows` broken rows go into the last lookups file that is text. `progress` is called with days
    done and days in all. The folder appears when it is whole; files are readable by their owner only.
    Raises `InputError` when `out` holds something, `UsageError` for arguments that cannot be.
    """
    if users < _FEWEST_USERS or days < 1 or seed < 0 or bad_rows < 0:
        raise UsageError(
            f"a unit has at least {_FEWEST_USERS} users and 1 day; seed and bad rows are not negative"
        )
    if not 1901 <= start.year <= 2090 or days > 3660:
        raise UsageError("a unit starts in a year from 1901 to 2090, and lasts at most ten years")
    if formats not in known_formats():
        raise UsageError(f"no format named {formats!r}; there are {', '.join(known_formats())}")
    if bad_rows and formats == "parquet":
        raise UsageError("broken rows need a text format: csv, ndjson or mixed")
    drawn = draw_world(world, seed)
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: is there already and not empty")
    partial = out.parent / f".{out.name}.partial-{os.getpid()}"
    before = os.umask(0o077)
    try:
        partial.mkdir(parents=True)
        unit = build_unit(drawn, users, days, seed, start)
        summary = _Drop(unit, partial, formats, bad_rows).write(progress)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        os.umask(before)
    return summary


class _Drop:
    """The files of one unit, as they are written."""

    def __init__(self, unit: Unit, folder: Path, formats: Formats, bad_rows: int) -> None:
        self.unit, self.folder, self.formats, self.bad_rows = unit, folder, formats, bad_rows
        self.names = name_everything(unit)
        self.rows: Counter[str] = Counter()

    def write(self, progress: Progress | None) -> Summary:
        """All files; what they hold."""
        unit, names = self.unit, self.names
        labels, incidents = self._days(progress)
        in_time, late = shifts_tables(unit, names)
        tables = {
            "users": users_table(unit, names),
            "subjects": subjects_table(unit, names),
            "shifts": in_time,
            "shifts-late": late,
            **case_tables(unit, names),
            **{name: pa.concat_tables(parts) for name, parts in incidents.items()},
            **other_tables(unit, names),
            "interventions": interventions_table(unit),
            "labels": labels,
        }
        for name, table in tables.items():
            if self._wanted(name.partition("-")[0]):
                self._file(name, table, form_of(self.formats, name))
        themes = Counter(labels.column("theme").to_pylist())
        return Summary(dict(self.rows), dict(sorted(themes.items())))

    def _wanted(self, table: str) -> bool:
        return not self.unit.world.tables or table in self.unit.world.tables

    def _file(self, name: str, table: pa.Table, form: Form, broken: int = 0) -> None:
        write_table(self.folder / f"{name}{form.ending}", form, table, self.unit.clock, broken)
        self.rows[name.partition("-")[0]] += table.num_rows

    def _days(self, progress: Progress | None) -> tuple[pa.Table, dict[str, list[pa.Table]]]:
        """Write the lookups day by day; the labels, and the incidents of each day."""
        unit, clock = self.unit, self.unit.clock
        misuse, planned = plan_misuse(unit)
        log = Log(unit, self.names)
        carried: Batch = joined([])
        labels: list[pa.Table] = []
        tables: dict[str, list[pa.Table]] = {"incidents": [], "incident_subjects": [], "dispatches": []}
        met = 0
        for day in range(clock.days):
            made, followed = incidents_of(generator(unit.seed, "incidents", day), unit, day, planned)
            routine = routine_of(generator(unit.seed, "routine", day), unit, day, made)
            for name, table in incident_tables(unit, self.names, made, met).items():
                tables[name].append(table)
            met += len(made.at)
            low, high = np.searchsorted(misuse["at"], clock.midnights[day : day + 2])
            work = without_own_circle(generator(unit.seed, "recusal", day), unit, joined([followed, routine]))
            everything = joined([carried, work, chosen(misuse, slice(low, high))])
            today = everything["at"] < clock.midnights[day + 1]
            carried = chosen(everything, ~today)
            if day < clock.first:
                carried = chosen(carried, carried["at"] >= clock.begin)
                continue
            today &= everything["at"] >= clock.midnights[day]
            columns, marked = log.rows(generator(unit.seed, "log", day), chosen(everything, today))
            self._lookups(day, contract_table("lookups", columns))
            labels.append(contract_table("labels", marked))
            if progress is not None:
                progress(day - clock.first + 1, clock.days - clock.first)
        return pa.concat_tables(labels), tables

    def _lookups(self, day: int, table: pa.Table) -> None:
        number, last = day - self.unit.clock.first, day == self.unit.clock.days - 1
        form = form_of(self.formats, "lookups", number, last)
        self._file(f"lookups-{self.unit.clock.date_of(day)}", table, form, self.bad_rows if last else 0)
