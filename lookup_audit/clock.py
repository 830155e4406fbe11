"""The clock of the machine, in the form in which the warehouse keeps moments."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The present moment in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def later_than(latest: datetime | None) -> datetime:
    """The present moment, or just after the latest one there is: of any two it is plain which came last."""
    now = utc_now()
    return now if latest is None or latest < now else latest + timedelta(microseconds=1)


def local_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """A moment of the warehouse, as an aware time in the zone."""
    return instant.replace(tzinfo=UTC).astimezone(zone)
