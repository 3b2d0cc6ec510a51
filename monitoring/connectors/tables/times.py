"""Times as others write them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.sentence import gettext as _

_EPOCH = re.compile(r"-?\d{1,10}(\.\d+)?")
_MILLI = re.compile(r"\d{12,14}")


def time_text(value: Any, zone: str, form: str) -> str:
    """Return a time as ISO 8601 in UTC; a whole second, later parts of it are dropped.

    Of a local time that occurs twice the first is meant. Raises ValueError with a sentence.
    """
    moment = _moment(value, form)
    if moment.tzinfo is None:
        if not zone:
            raise ValueError(_("The time %(time)s names no zone; choose one for the source.") % {"time": value})
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(value: Any, form: str) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = str(value).strip() if not isinstance(value, bool) else ""
    try:
        if form and not isinstance(value, (int, float, Decimal)):
            return datetime.strptime(text, form)
        if _MILLI.fullmatch(text):
            return datetime.fromtimestamp(int(text) // 1000, UTC)
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(Decimal(text)), UTC)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError(_("“%(text)s” is no time that is understood.") % {"text": text[:60]}) from None
