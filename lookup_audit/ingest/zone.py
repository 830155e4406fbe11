"""Local times as instants, and instants as local days: the zone's clock changes as two small tables.

The engine reads an ambiguous local time as the later instant and says nothing of one that does not exist.
The data contract wants the earlier, and both counted. So each local day (and each day in UTC) is one row
with the offset at its start, the moment of a change in it, and the offset after, to be joined by day.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from lookup_audit.warehouse import Warehouse

FIRST_YEAR, LAST_YEAR = 1900, 2100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK, _DAY, _SECOND = 7 * 86_400, 86_400, 1_000_000


def load_zone(warehouse: Warehouse) -> None:
    """Make the temporary tables `zone_local` and `zone_utc` for the configured zone.

    `zone_local`: day, offset_before, change (local), offset_after (microseconds from UTC), and where the
    clock skips or repeats, odd_from and odd_until (local) with `repeats`. `zone_utc`: day, offset_before,
    change (UTC), offset_after. Both cover 1900 to 2100 and a few days more.
    """
    if warehouse.value("SELECT 1 FROM duckdb_tables() WHERE table_name = 'zone_local' AND temporary"):
        return  # made before on this connection; its zone cannot change
    local, utc = _days(warehouse.settings.zone)
    plain = "day DATE, offset_before BIGINT, change TIMESTAMP, offset_after BIGINT"
    warehouse.run(f"CREATE TEMP TABLE zone_utc ({plain})")
    warehouse.insert("zone_utc", utc)
    warehouse.run(
        f"CREATE TEMP TABLE zone_local ({plain}, odd_from TIMESTAMP, odd_until TIMESTAMP, repeats BOOLEAN)"
    )
    warehouse.insert("zone_local", local)


@lru_cache(maxsize=4)
def _days(zone: str) -> tuple[pa.Table, pa.Table]:
    changes = clock_changes(ZoneInfo(zone))
    at = np.array([change for change, _, _ in changes], dtype=np.int64)
    before = np.array([offset for _, offset, _ in changes], dtype=np.int64)
    after = np.array([offset for _, _, offset in changes], dtype=np.int64)
    start = _offset(ZoneInfo(zone), _first_second())
    # A local time is read with the offset before a change until the later of both clocks has passed it.
    local = _by_day(at + np.maximum(before, after), after, start)
    odd_from, odd_until = at + np.minimum(before, after), at + np.maximum(before, after)
    days = local["day"].astype(np.int64) * _DAY
    index = np.searchsorted(odd_until, days, side="right").clip(max=max(len(at) - 1, 0))
    odd = (
        (odd_from[index] < days + _DAY) & (odd_until[index] > days) if len(at) else np.zeros(len(days), bool)
    )
    for name, values in (("odd_from", odd_from), ("odd_until", odd_until)):
        local[name] = _stamps(values[index] if len(at) else days, odd)
    local["repeats"] = pa.array((after < before)[index] if len(at) else odd, mask=~odd)
    return pa.table(_finished(local)), pa.table(_finished(_by_day(at, after, start)))


def clock_changes(zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """Every clock change of 1900 to 2100 as (instant, offset before, offset after), all in seconds."""
    changes = []
    low, last = _first_second(), _last_second()
    before = _offset(zone, low)
    while low < last:
        high = min(low + _WEEK, last)
        if _offset(zone, high) != before:
            early, late = low, high
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
            after = _offset(zone, late)
            changes.append((late, before, after))
            before, high = after, late
        low = high
    return changes


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0


def _first_second() -> int:
    return int((datetime(FIRST_YEAR - 1, 12, 29, tzinfo=UTC) - _EPOCH).total_seconds())


def _last_second() -> int:
    return int((datetime(LAST_YEAR + 1, 1, 4, tzinfo=UTC) - _EPOCH).total_seconds())


def _by_day(moments: np.ndarray, offsets: np.ndarray, start: int) -> dict[str, np.ndarray]:
    """Per day: the offset at its start, the change in it, and the offset after."""
    days = np.arange(_first_second() // _DAY, _last_second() // _DAY, dtype=np.int64)
    begun = np.searchsorted(moments, days * _DAY, side="right")
    done = np.searchsorted(moments, (days + 1) * _DAY, side="left")
    known = np.concatenate(([start], offsets))
    changed = done > begun
    return {
        "day": days,
        "offset_before": known[begun] * _SECOND,
        "change": np.where(
            changed, moments[begun.clip(max=max(len(moments) - 1, 0))] if len(moments) else 0, -1
        ),
        "offset_after": known[done] * _SECOND,
    }


def _finished(columns: dict[str, np.ndarray]) -> dict[str, pa.Array]:
    change = columns["change"]
    return {
        **columns,
        "day": pa.array(columns["day"].astype(np.int32), pa.int32()).cast(pa.date32()),
        "change": _stamps(change, columns["offset_before"] != columns["offset_after"]),
    }


def _stamps(seconds: np.ndarray, known: np.ndarray) -> pa.Array:
    return pa.array(seconds * _SECOND, pa.timestamp("us"), mask=~known)
