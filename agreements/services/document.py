"""The document of a version: hold it against the rules, and keep what the agreement says fixed.

A document is docs/formats.md, agreement.yaml, as plain JSON values; dates stay text, so that its canonical form and
digest are the same in the database, in a file and in a customer's hands.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.errors import DocumentRefused
from agreements.models import Agreement
from slmo.core.errors import TermError
from slmo.core.terms import agreement_parse

Document = dict[str, Any]


def document_plain(document: object) -> Document:
    """Return the document as plain JSON values: dates and times become ISO text.

    Raises DocumentRefused for values that JSON or the database cannot hold, and for what is no mapping.
    """
    if not isinstance(document, Mapping):
        raise DocumentRefused(_("An agreement is a mapping that begins with “apiVersion: slmo/v1”."))
    return {str(key): _plain(value, str(key)) for key, value in document.items()}


def document_align(document: Mapping[str, Any], agreement: Agreement) -> Document:
    """Return the document with what the agreement itself says filled in.

    Raises DocumentRefused where it says something else: name, type, parties and zone of an agreement never change.
    """
    filled = document_plain(document)
    metadata, spec = _section(filled, "metadata"), _section(filled, "spec")
    filled["metadata"], filled["spec"] = metadata, spec
    _fix(filled, "apiVersion", "slmo/v1", "apiVersion")
    _fix(filled, "kind", "Agreement", "kind")
    _fix(metadata, "name", agreement.slug, "metadata.name")
    metadata["title"] = agreement.title
    _fix(spec, "type", str(agreement.type), "spec.type")
    _fix(spec, "service", agreement.service.slug, "spec.service")
    _fix(spec, "provider", agreement.provider.slug, "spec.provider")
    _fix(spec, "customer", agreement.customer.slug, "spec.customer")
    _fix(spec, "timezone", agreement.timezone, "spec.timezone")
    return filled


def document_term(document: Mapping[str, Any]) -> tuple[date, date | None]:
    """Return the first date in force and the date from which no longer (None: open); raises DocumentRefused."""
    effective = document.get("spec", {}).get("effective")
    if not isinstance(effective, Mapping) or "from" not in effective:
        raise DocumentRefused(
            _("Say from which date these terms hold: effective: {from: 2026-01-01}."), "spec.effective"
        )
    start = _date(effective["from"], "spec.effective.from")
    until = effective.get("until")
    end = None if until is None else _date(until, "spec.effective.until")
    if end is not None and end <= start:
        raise DocumentRefused(_("The terms must end after they begin."), "spec.effective.until")
    return start, end


def document_until(document: Mapping[str, Any], start: date) -> date | None:
    """Return the end of a document's term where it lies after `start`, else None."""
    effective = document["spec"].get("effective")
    if not isinstance(effective, Mapping) or "until" not in effective:
        return None
    until = document_term(document)[1]
    return until if until and until > start else None


def documents_check(documents: Sequence[Mapping[str, Any]]) -> None:
    """Hold the chain of versions against the engine's rules; raises DocumentRefused with the key at fault."""
    try:
        agreement_parse(documents)
    except TermError as error:
        raise DocumentRefused.from_term(error) from error


def document_effective(document: Mapping[str, Any], start: date, until: date | None) -> Document:
    """Return a copy of the document that holds from `start` until `until`."""
    effective = {"from": start.isoformat()} | ({"until": until.isoformat()} if until else {})
    return {**document, "spec": {**document["spec"], "effective": effective}}


def _section(document: Document, key: str) -> Document:
    """Return a copy of a mapping inside the document; raises DocumentRefused where it is something else."""
    section = document.get(key, {})
    if not isinstance(section, dict):
        raise DocumentRefused(_("“%(key)s” must be a mapping.") % {"key": key}, key)
    return dict(section)


def _fix(section: Document, key: str, value: str, path: str) -> None:
    """Fill in a value that the agreement fixes; raises DocumentRefused where the text says another."""
    found = section.get(key)
    if found is not None and found != value:
        raise DocumentRefused(
            _("“%(path)s” is “%(found)s”; here it must be “%(value)s”, or be left out.")
            % {"path": path, "found": str(found)[:80], "value": value},
            path,
        )
    section[key] = value


def _date(value: object, path: str) -> date:
    """Return a date written as 2026-01-01; raises DocumentRefused."""
    found = value if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else ""
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise DocumentRefused(
            _("“%(value)s” is not a date. Write it as 2026-01-01.") % {"value": str(value)[:40]}, path
        ) from error


def _plain(value: object, path: str) -> Any:
    """Return one value as JSON holds it; raises DocumentRefused with its path."""
    if isinstance(value, Mapping):
        return {_text(str(key), path): _plain(below, f"{path}.{key}") for key, below in value.items()}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, (list, tuple)):
        return [_plain(below, f"{path}[{place}]") for place, below in enumerate(value)]
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**18):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise DocumentRefused(_("“%(path)s” holds a value that an agreement cannot hold.") % {"path": path}, path)


def _text(value: str, path: str) -> str:
    """Return text that the database can hold; raises DocumentRefused for control signs and halves of signs."""
    if any((ord(sign) < 0x20 and sign not in "\n\t") or 0xD800 <= ord(sign) <= 0xDFFF for sign in value):
        raise DocumentRefused(_("“%(path)s” holds signs that are not text.") % {"path": path[:80]}, path)
    return value
