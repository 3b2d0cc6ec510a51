"""Between the portal's aware datetimes and the engine's whole seconds."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = int((datetime(1, 1, 3, tzinfo=UTC) - EPOCH).total_seconds())  # likewise
LATEST = int((datetime(9999, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())  # what a datetime can still show in any zone


def instant_of(moment: datetime) -> int:
    """Return the epoch second in which the moment lies."""
    return (moment - EPOCH) // timedelta(seconds=1)


def moment_of(instant: int) -> datetime:
    """Return an epoch second as an aware datetime; instants beyond the year 9999 become its first day."""
    return EPOCH + timedelta(seconds=min(int(instant), LATEST))
