"""A gap in what came in, as the table `gaps` holds it, and gaps of days on end as one."""

from dataclasses import dataclass
from datetime import date

from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Gap:
    """What was odd about one local day.

    Kinds: `silent_day`, `silent_system`, `volume` (`part` is a system, or empty for all), `missing_roster` (a team),
    `empty_table`, `new_value` and `vanished_value` ("column: value"), `share` (a column that is filled otherwise),
    `unknown` (a table in which users or subjects are missing) and `rejected_rows` (a table). `expected` and `seen`
    are counts, and shares from 0 to 1 where the kind is `share`, `unknown` or `rejected_rows`.
    """

    day: date
    kind: str
    part: str
    expected: float | None
    seen: float | None
    disables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """The same gap on audited days on end, from `first` to `last`; `gaps` holds each day's, the earliest first."""

    first: date
    last: date
    gaps: tuple[Gap, ...]


def gaps(warehouse: Warehouse, first: date, last: date) -> list[Gap]:
    """The gaps of the local days from `first` up to and including `last`, in order of day, kind and part."""
    rows = warehouse.rows(_GAPS, {"first": first, "last": last})
    return [Gap(**{**row, "disables": tuple(row["disables"])}) for row in rows]


def stretches(warehouse: Warehouse, first: date, last: date) -> list[Stretch]:
    """The gaps of these days, those of days on end as one; the latest first, then by kind and part.

    Days without a run in between, such as weekends of an office, do not break a stretch; an audited day without the
    gap does.
    """
    audited = [
        row["day"]
        for row in warehouse.rows(
            "SELECT DISTINCT audit_date AS day FROM runs WHERE audit_date BETWEEN $first AND $last ORDER BY day",
            {"first": first, "last": last},
        )
    ]
    runs: dict[tuple[str, str, tuple[str, ...]], list[list[Gap]]] = {}
    for gap in gaps(warehouse, first, last):
        known = runs.setdefault((gap.kind, gap.part, gap.disables), [])
        if known and not any(known[-1][-1].day < day < gap.day for day in audited):
            known[-1].append(gap)
        else:
            known.append([gap])
    found = [Stretch(one[0].day, one[-1].day, tuple(one)) for those in runs.values() for one in those]
    return sorted(found, key=lambda one: (-one.last.toordinal(), one.gaps[0].kind, one.gaps[0].part))


_GAPS = """
SELECT day, kind, part, expected, seen, disables
FROM gaps
WHERE day BETWEEN $first AND $last
ORDER BY day, kind, part
"""


NOTED_WITH = "(SELECT min(runs.audit_date) FROM runs WHERE runs.audit_date >= gaps.day)"
"""SQL for the audited day with which a row of `gaps` was noted: its own, or for a silent day the next."""
