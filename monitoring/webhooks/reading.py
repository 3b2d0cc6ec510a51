"""A body as deliveries of facts: which rows, of which indicator, in which stream, and what cannot be used."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from agreements.models import Indicator
from monitoring.items import ITEMS_MOST, items_read
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from monitoring.sentence import gettext as _
from monitoring.sentence import sentence_of
from monitoring.webhooks.alerts import ItemError, alert_read, alerts_of, labels_of, rules_of
from monitoring.webhooks.events import Event, events_read, is_event, items_of, json_of
from monitoring.webhooks.matchers import all_hold

HEARTBEAT = "heartbeat"
Error = dict[str, Any]


class Stream(NamedTuple):
    """Where rows belong: the indicator, and the part of the source's stream, empty for the stream itself."""

    indicator: Indicator
    part: str


class Read(NamedTuple):
    """What a message says: the rows of each stream, what cannot be used, and how many items mean nothing here."""

    form: str
    rows: Mapping[Stream, list[Any]]
    errors: Sequence[Error]
    ignored: int = 0


Find = Callable[[str], Indicator | None]  # an indicator by its name service/indicator


class Message(NamedTuple):
    """What arrived: headers by their names in small letters, and the body."""

    headers: Mapping[str, str]
    body: bytes


class Own(NamedTuple):
    """Whose message it is: the source's indicator, and how others of the same organisation are found."""

    indicator: Indicator
    find: Find


def alerts_rows(body: bytes, config: Mapping[str, Any], own: Own, now: int) -> Read:
    """Return what a message of Alertmanager says; raises ItemError where it is none."""
    rules = rules_of(config)
    rows: dict[Stream, list[Any]] = {}
    errors: list[Error] = []
    ignored = 0
    for index, item in enumerate(alerts_of(json_of(body))):
        try:
            labels = labels_of(item)
            if rules.heartbeat and labels.get("alertname") == rules.heartbeat:
                rows.setdefault(Stream(own.indicator, HEARTBEAT), []).append(_beat(config, now))
                continue
            if not all_hold(rules.only, labels):
                ignored += 1
                continue
            alert = alert_read(item, labels, rules)
            indicator = own.find(alert.indicator) if alert.indicator else own.indicator
            if indicator is None:
                sentence = _("There is no indicator “%(name)s” of the same organisation.")
                raise ItemError("indicator", sentence % {"name": alert.indicator})
            row = FactRow(alert.start, alert.end, int(alert.state), alert.scope, alert.key, alert.reference)
            rows.setdefault(Stream(indicator, alert.state.name.lower()), []).append(row)
        except ItemError as error:
            errors.append(_error(index, error))
    return Read("alertmanager", rows, errors, ignored)


def message_rows(message: Message, config: Mapping[str, Any], own: Indicator) -> Read:
    """Return what a message of facts or of events says; raises ItemError where it is neither."""
    if is_event(message.headers):
        return _events_rows(events_read(message.headers, message.body), config, own)
    payload = json_of(message.body)
    items = payload.get("facts") if isinstance(payload, dict) else payload
    if not isinstance(items, list) or len(items) > ITEMS_MOST:
        raise ItemError("facts", _("Expected a list of at most %(count)d facts.") % {"count": ITEMS_MOST})
    rows, errors = items_read(items, own)
    return Read("facts", {Stream(own, ""): rows}, errors)


def _events_rows(found: Sequence[Event | ItemError], config: Mapping[str, Any], own: Indicator) -> Read:
    """Return what events say; the index of an error is that of its event."""
    states = states_read(str(config.get("states") or ""))
    items: list[dict[str, Any]] = []
    of_event: list[int] = []
    errors: list[Error] = []
    for index, event in enumerate(found):
        try:
            if isinstance(event, ItemError):
                raise event
            said = list(items_of(event, states))
        except ItemError as error:
            errors.append(_error(index, error))
            continue
        items += said
        of_event += [index] * len(said)
    if len(items) > ITEMS_MOST:
        raise ItemError("data", _("Expected a list of at most %(count)d facts.") % {"count": ITEMS_MOST})
    rows, wrong = items_read(items, own)
    errors += [{**error, "index": of_event[error["index"]]} for error in wrong]
    return Read("cloudevents", {Stream(own, ""): rows}, sorted(errors, key=lambda error: error["index"]))


def states_read(text: str) -> dict[str, str]:
    """Return lines of `type = state` as a table; raises ValueError with a sentence."""
    found = {}
    names = [state.name.lower() for state in FactState]
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, _sign, state = (part.strip() for part in line.rpartition("="))
        if not kind or state not in names:
            sentence = _("Expected lines such as org.example.shop.failed = down; found “%(line)s”.")
            raise ValueError(sentence % {"line": line[:80]})
        found[kind] = state
    return found


def _beat(config: Mapping[str, Any], now: int) -> FactRow:
    """Return that all was well when the heartbeat was told, and for as long as it is trusted; alerts say otherwise."""
    trusted = int(config.get("trusted") or 600)
    start = now // 60 * 60
    return FactRow(start, start + trusted, int(FactState.UP), "", row_key(start, ""), "")


def _error(index: int, error: ItemError) -> Error:
    """Return what is wrong with one item, as the answer says it."""
    return {"index": index, "field": error.field, "message": sentence_of(error)}
