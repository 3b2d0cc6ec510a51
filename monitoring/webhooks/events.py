"""CloudEvents 1.0 over HTTP: binary, structured and batched (https://cloudevents.io, HTTP protocol binding)."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from monitoring.sentence import gettext as _
from monitoring.webhooks.alerts import ItemError, whole_seconds

STRUCTURED, BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"
EVENTS_MOST = 5000
REQUIRED = ("id", "source", "type")
LONGEST = 1000


class Event(NamedTuple):
    """One event: its context, and its data as JSON says them; None where it has none."""

    id: str
    source: str
    type: str
    time: str
    subject: str
    data: Any

    @property
    def key(self) -> str:
        """Return what tells an event from all others: source and id, shortened to a digest where they are long."""
        name = f"{self.source}#{self.id}"
        return name if len(name) <= 80 and name.isprintable() else hashlib.sha256(name.encode()).hexdigest()


def is_event(headers: Mapping[str, str]) -> bool:
    """Tell whether a message is one of CloudEvents."""
    return "ce-specversion" in headers or media_type(headers) in (STRUCTURED, BATCHED)


def media_type(headers: Mapping[str, str]) -> str:
    """Return the type of the body, without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def events_read(headers: Mapping[str, str], body: bytes) -> list[Event | ItemError]:
    """Return the events of a message, each as an event or as what is wrong with it; raises ItemError for no message."""
    kind = media_type(headers)
    if kind == BATCHED:
        batch = json_of(body)
        if not isinstance(batch, list) or len(batch) > EVENTS_MOST:
            raise ItemError("", _("Expected a list of at most %(count)d events.") % {"count": EVENTS_MOST})
        return [_tried(item) for item in batch]
    if kind == STRUCTURED:
        return [_tried(json_of(body))]
    return [_binary(headers, body)]


def json_of(body: bytes) -> Any:
    """Return the JSON of a body, numbers with a point as text that keeps them exact; raises ItemError."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        at = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "–"
        raise ItemError("", _("The body is not JSON (line and column %(at)s).") % {"at": at}) from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _tried(item: Any) -> Event | ItemError:
    try:
        return _structured(item)
    except ItemError as error:
        return error


def _structured(item: Any) -> Event:
    """Return an event that a JSON object describes; raises ItemError."""
    if not isinstance(item, dict):
        raise ItemError("", _("Expected an event: an object with specversion, id, source and type."))
    if "data" in item and "data_base64" in item:
        raise ItemError("data_base64", _("An event has data or data_base64, not both."))
    data = item.get("data")
    if "data_base64" in item:
        data = _decoded(item["data_base64"], item.get("datacontenttype"))
    return _event(item, data)


def _binary(headers: Mapping[str, str], body: bytes) -> Event | ItemError:
    """Return an event whose context stands in the headers; percent-encoded there."""
    context = {name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    try:
        data = _data(body, headers.get("content-type")) if body else None
        return _event(context, data)
    except ItemError as error:
        return error


def _event(context: Mapping[str, Any], data: Any) -> Event:
    """Return an event with what its context must hold; raises ItemError."""
    if context.get("specversion") != "1.0":
        raise ItemError("specversion", _("Expected CloudEvents of version 1.0."))
    for name in (*REQUIRED, "time", "subject"):
        value = context.get(name, "" if name not in REQUIRED else None)
        if not isinstance(value, str) or len(value) > LONGEST or (name in REQUIRED and not value):
            raise ItemError(name, _("Expected a text of at most %(count)d characters.") % {"count": LONGEST})
    return Event(
        context["id"], context["source"], context["type"], context.get("time", ""), context.get("subject", ""), data
    )


def _decoded(text: Any, kind: Any) -> Any:
    """Return data that came in base64; raises ItemError."""
    try:
        body = base64.b64decode(text if isinstance(text, str) else b"?", validate=True)
    except (binascii.Error, ValueError):
        raise ItemError("data_base64", _("Expected text in base64.")) from None
    return _data(body, kind)


def _data(body: bytes, kind: Any) -> Any:
    """Return data by their type; raises ItemError for anything but JSON."""
    name = str(kind or "application/json").partition(";")[0].strip().lower()
    if name != "application/json" and not name.endswith("+json"):
        raise ItemError("datacontenttype", _("Expected data in JSON."))
    return json_of(body)


def items_of(event: Event, states: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield what an event says as items of a delivery, each with a key that tells it from all others.

    `states` maps types of events to states: such an event says that a state began. Else its data are an item, or a
    list of items, or an object with the list `facts`. Raises ItemError.
    """
    found: Sequence[Any]
    if event.type in states:
        found = [{"state": states[event.type]}]
    else:
        data = event.data.get("facts", event.data) if isinstance(event.data, dict) else event.data
        found = data if isinstance(data, list) else [data]
    for number, item in enumerate(found, start=1):
        if not isinstance(item, dict):
            raise ItemError("data", _("Expected data with facts, or a type of event that is mapped to a state."))
        yield _completed(item, event, number, bool(event.type in states))


def _completed(item: Mapping[str, Any], event: Event, number: int, mapped: bool) -> dict[str, Any]:
    """Return an item with what it leaves to its event: when, where, and what it is known by."""
    full = dict(item)
    if not full.keys() & {"at", "start", "opened"}:
        if not event.time:
            raise ItemError("time", _("Expected the time of the event."))
        full["at"] = whole_seconds(event.time)
    if mapped and event.subject:
        full["scope"] = event.subject
    if "id" not in full:
        full.setdefault("key", event.key if number == 1 else f"{event.key[:90]}/{number}")
    full.setdefault("reference", event.id[:200])
    return full
