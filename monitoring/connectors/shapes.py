"""Parts of an answer that must be what the other system documents; anything else is an error, never a guess."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.connectors.errors import ConnectorError
from monitoring.rows import is_instant
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _


def object_of(value: Any, where: str) -> Mapping[str, Any]:
    """Return a JSON object; raises ConnectorError."""
    if not isinstance(value, Mapping):
        raise _odd(where, _("an object"))
    return value


def list_of(value: Any, where: str) -> Sequence[Any]:
    """Return a JSON list; raises ConnectorError."""
    if not isinstance(value, list):
        raise _odd(where, _("a list"))
    return value


def objects_of(value: Any, where: str) -> list[Mapping[str, Any]]:
    """Return a JSON list of objects; raises ConnectorError."""
    return [object_of(one, where) for one in list_of(value, where)]


def text_of(value: Any, where: str) -> str:
    """Return a text that is not empty, a number as its digits; raises ConnectorError."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise _odd(where, _("a text"))
    return str(value)


def number_of(value: Any, where: str) -> int:
    """Return a whole number, also one that is written as text; raises ConnectorError."""
    try:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError
        return int(value)
    except ValueError:
        raise _odd(where, _("a whole number")) from None


def instant_of_text(value: Any, where: str, zone: str = "") -> int:
    """Return a time in epoch seconds; one without an offset is of the zone. Raises ConnectorError."""
    try:
        moment = datetime.fromisoformat(text_of(value, where).strip())
    except ValueError:
        raise _odd(where, _("a time")) from None
    if moment.tzinfo is None:
        if not zone:
            raise _odd(where, _("a time with an offset"))
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    found = int(moment.astimezone(UTC).timestamp())
    if not is_instant(found):
        raise _odd(where, _("a time of this century"))
    return found


def instant_or_none(value: Any, where: str, zone: str = "") -> int | None:
    """Return a time in epoch seconds, None where nothing is said; raises ConnectorError."""
    return None if value in (None, "") else instant_of_text(value, where, zone)


def lines_of(text: Any) -> list[str]:
    """Return what a field lists, one a line."""
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def _odd(where: str, expected: Sentence) -> ConnectorError:
    sentence = _("The answer is not as documented: expected %(expected)s at “%(where)s”.")
    return ConnectorError(sentence % {"expected": expected, "where": where})
