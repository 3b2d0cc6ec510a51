"""The text that the chain's hash covers."""

import hashlib
import json
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from django.utils import translation
from django.utils.functional import Promise


def plain(value: Any) -> Any:
    """Return a JSON value for what verbs put into `before` and `after`; instants in UTC, lazy texts in English."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Promise):
        with translation.override("en"):
            return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)  # Decimal, Fraction, UUID, a model instance by its name


def canonical_json(value: Any) -> str:
    """Return the one spelling of a JSON value: keys sorted, no spaces, nothing but ASCII, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=plain)


def digest(previous_hash: str, content: str) -> str:
    """Return the hash of an entry: SHA-256 over the previous entry's hash and this entry's content, in hex."""
    return hashlib.sha256((previous_hash + content).encode("ascii")).hexdigest()
