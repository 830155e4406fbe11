"""Wall-clock times as UTC seconds and back, for whole arrays, with clock changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

HOUR = 3600
DAY = 24 * HOUR
ZONE = ZoneInfo("Europe/Amsterdam")
_EPOCH = date(1970, 1, 1)
_SPARE = 45  # days beyond the last, for leave that ends after the period


class Clock:
    """The local days of a period, counted from 0; days before `first` are work that the log no longer holds.

    Times are whole seconds UTC since 1970 (int64); `first` to `days - 1` are the days that are logged.
    """

    def __init__(self, start: date, days: int, warm_up: int) -> None:
        self.first = warm_up
        self.days = warm_up + days
        self.origin = start - timedelta(days=warm_up)
        midnights = (self.origin + timedelta(days=day) for day in range(self.days + _SPARE))
        hours = [
            datetime(one.year, one.month, one.day, hour, tzinfo=ZONE)
            for one in midnights
            for hour in range(24)
        ]
        self._utc = np.array([int(one.timestamp()) for one in hours], dtype=np.int64)
        self.midnights = self._utc[::24]
        self._hour0 = int(self._utc[0]) // HOUR
        shown = int(self._utc[-1]) // HOUR + 2 - self._hour0
        self._offset = np.array(
            [
                int(offset.total_seconds())
                for hour in range(shown)
                if (offset := datetime.fromtimestamp((self._hour0 + hour) * HOUR, ZONE).utcoffset())
                is not None
            ],
            dtype=np.int64,
        )

    @property
    def begin(self) -> int:
        """The first logged second."""
        return int(self.midnights[self.first])

    @property
    def end(self) -> int:
        """The first second after the log."""
        return int(self.midnights[self.days])

    def wall(self, day: Array, seconds: Array) -> Array:
        """UTC seconds of a local clock time: seconds after local midnight as the clock shows them."""
        at = np.asarray(day, dtype=np.int64) * 24 + np.asarray(seconds, dtype=np.int64) // HOUR
        utc: Array = self._utc[at] + np.asarray(seconds, dtype=np.int64) % HOUR
        return utc

    def day_of(self, utc: Array) -> Array:
        """The local day, counted from 0; -1 before it."""
        day: Array = np.searchsorted(self.midnights, utc, side="right") - 1
        return day

    def local(self, utc: Array) -> Array:
        """Seconds since 1970 as the local clock shows them, without a zone."""
        hour = np.clip(utc // HOUR - self._hour0, 0, len(self._offset) - 1)
        local: Array = utc + self._offset[hour]
        return local

    def weekday(self, day: Array) -> Array:
        """0 Monday to 6 Sunday."""
        weekday: Array = (np.asarray(day) + self.origin.weekday()) % 7
        return weekday

    def date_of(self, day: int) -> date:
        """The calendar date of a day."""
        return self.origin + timedelta(days=day)

    def days_since_epoch(self, day: Array) -> Array:
        """Days since 1970-01-01, for date columns."""
        return np.asarray(day) + (self.origin - _EPOCH).days

    def year_of(self, utc: int) -> int:
        """The calendar year, for numbers that carry it."""
        return datetime.fromtimestamp(utc, UTC).year
