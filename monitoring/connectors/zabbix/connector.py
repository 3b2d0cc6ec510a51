"""From Zabbix' events and values to facts.

States are cut at the bounds of the source's intervals, so that each piece keeps its name when it is asked for again:
an event that Zabbix learns of late replaces what was recorded in its place.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.zabbix.api import PAGE, Api, garbled, number, shown
from monitoring.connectors.zabbix.form import ZabbixForm
from monitoring.connectors.zabbix.sla import sli_read
from monitoring.connectors.zabbix.timeline import Change, pieces
from monitoring.kinds.samples import SampleRow
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from monitoring.sentence import gettext as _
from slmo.core.units import Window

LOOK_BACK = 300  # seconds that are asked for once more, for what Zabbix learnt late
COMPARED_WITHIN = 15.0  # seconds that a person waits for Zabbix' own figures
HIGH = 4  # Zabbix' severities: 4 is high, 5 is disaster
NUMERIC = {0: "float", 3: "unsigned"}  # value types of items that have numbers
_PROBLEM = 1


class ZabbixConnector(Connector):
    """Ask for the events of a trigger, or for the values of an item."""

    kind = "zabbix"
    label = _l("Zabbix")
    about = _l("Reads the problems of a trigger or the values of an item, and Zabbix’ own SLI for comparison.")
    icon = "server"
    form = ZabbixForm
    facts = ("states", "samples")
    windowed = True

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return the kind of facts that is read."""
        return "samples" if config.get("records") == "values" else "states"

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the facts of a window that is over, and of a little time before it. Raises ConnectorError."""
        start = (window.start - LOOK_BACK) // interval * interval
        span = Window(start, max(start, min(window.end, int(time.time()) // interval * interval)))
        if span.end == span.start:
            return []
        api = Api(config)
        records = config.get("records") or "trigger"
        if records == "values":
            return list(_samples(api, config, span))
        changes, heard = (_trigger if records == "trigger" else _item)(api, config, span)
        silent = int(config["silent"] if config.get("silent") is not None else 600)
        known = Window(span.start, min(span.end, heard + silent) if silent else span.end)
        return [_row(piece, str(config.get("scope") or "")) for piece in pieces(changes, known, interval)]

    def compare(self, config: Mapping[str, Any], window: Window) -> Any:
        """Return Zabbix' own figures of the periods that touch a window, None where none were asked for."""
        if not (config.get("service") and config.get("sla")):
            return None
        return sli_read(Api(config, COMPARED_WITHIN), int(config["sla"]), int(config["service"]), window)


def _row(piece: tuple[int, int, Change], scope: str) -> FactRow:
    start, end, change = piece
    return FactRow(start, end, int(change.state), scope, row_key(start, scope), change.reference)


def _trigger(api: Api, config: Mapping[str, Any], span: Window) -> tuple[list[Change], int]:
    """Return the states that a trigger's events began, and when its items were last heard; raises ConnectorError."""
    trigger = _trigger_read(api, int(config["trigger"]))
    events = {
        "objectids": trigger["triggerid"],
        "source": 0,
        "object": 0,
        "output": ["eventid", "clock", "value", "severity"],
    }
    fields: dict[str, Any] = {**events, "sortfield": ["clock", "eventid"]}
    before = api.rows("event.get", **fields, time_till=span.start - 1, sortorder="DESC", limit=1)
    within = api.rows("event.get", **fields, time_from=span.start, time_till=span.end - 1, sortorder="ASC", limit=PAGE)
    if len(within) == PAGE:
        raise ConnectorError(
            _("The trigger has more than %(count)d events in this time.") % {"count": PAGE}, again=False
        )
    changes = [_event(row, bool(config.get("degraded"))) for row in [*before, *within]]
    if not before:
        changes.insert(0, Change(span.start, _state_before(changes, trigger), ""))
    heard = min((_heard(api, item, span) for item in trigger["items"]), default=span.end)
    return changes, heard


def _trigger_read(api: Api, trigger: int) -> dict[str, Any]:
    """Return a trigger that is in use and can be evaluated; raises ConnectorError for any other."""
    fields = ["triggerid", "description", "status", "state", "error", "value"]
    found = api.rows(
        "trigger.get", triggerids=[trigger], output=fields, selectItems=["itemid", "value_type"], monitored=True
    )
    if len(found) != 1 or not isinstance(found[0].get("items"), list):
        sentence = _("Zabbix shows no trigger %(number)s that is in use: it is gone, switched off or not to be seen.")
        raise ConnectorError(sentence % {"number": str(trigger)}, again=False)
    if number(found[0], "state"):
        sentence = _("Zabbix cannot evaluate the trigger, so that its state is unknown: %(said)s")
        raise ConnectorError(sentence % {"said": shown(found[0].get("error"))})
    return found[0]


def _state_before(changes: Sequence[Change], trigger: Mapping[str, Any]) -> FactState:
    """Return the state before the first event that is known: the other one; without events it is the present one."""
    if changes:
        return FactState.DOWN if changes[0].state == FactState.UP else FactState.UP
    return FactState.DOWN if number(trigger, "value") == _PROBLEM else FactState.UP


def _event(row: Mapping[str, Any], degrades: bool) -> Change:
    """Return the state that an event began."""
    state = FactState.UP
    if number(row, "value") == _PROBLEM:
        state = FactState.DEGRADED if degrades and number(row, "severity") < HIGH else FactState.DOWN
    return Change(number(row, "clock"), state, f"event {number(row, 'eventid')}")


def _heard(api: Api, item: Mapping[str, Any], span: Window) -> int:
    """Return when an item's last value before the span's end was taken; 0 where there is none."""
    rows = _history(api, item, time_till=span.end - 1, sortorder="DESC", limit=1)
    return number(rows[0], "clock") if rows else 0


def _item(api: Api, config: Mapping[str, Any], span: Window) -> tuple[list[Change], int]:
    """Return the states that an item's values tell, and when the last one was taken; raises ConnectorError."""
    item = _item_read(api, int(config["item"]))
    limit = Decimal(config.get("up_from") or 1)
    before = _history(api, item, time_till=span.start - 1, sortorder="DESC", limit=1)
    rows = [*before, *_values(api, item, span)]
    changes = [
        Change(number(row, "clock"), FactState.UP if _value(row) >= limit else FactState.DOWN, "") for row in rows
    ]
    return changes, max((change.at for change in changes), default=0)


def _samples(api: Api, config: Mapping[str, Any], span: Window) -> Iterator[SampleRow]:
    """Yield an item's values; raises ConnectorError."""
    item, scope = _item_read(api, int(config["item"])), str(config.get("scope") or "")
    for row in _values(api, item, span):
        at = number(row, "clock")
        yield SampleRow(at, _value(row), scope, f"{row_key(at, scope)}|{number(row, 'ns')}")


def _item_read(api: Api, item: int) -> dict[str, Any]:
    """Return an item that has numbers; raises ConnectorError for any other."""
    found = api.rows("item.get", itemids=[item], output=["itemid", "value_type"], webitems=True)
    if len(found) != 1:
        sentence = _("Zabbix shows no item %(number)s: it is gone, or not to be seen with this token.")
        raise ConnectorError(sentence % {"number": str(item)}, again=False)
    if number(found[0], "value_type") not in NUMERIC:
        raise ConnectorError(_("The values of this item are no numbers."), again=False)
    return found[0]


def _values(api: Api, item: Mapping[str, Any], span: Window) -> list[dict[str, Any]]:
    """Return an item's values in a span, in order; raises ConnectorError where there are too many."""
    rows = _history(api, item, time_from=span.start, time_till=span.end - 1, sortorder="ASC", limit=PAGE)
    if len(rows) == PAGE:
        sentence = _("The item has more than %(count)d values in this time; ask more often.")
        raise ConnectorError(sentence % {"count": PAGE}, again=False)
    return rows


def _history(api: Api, item: Mapping[str, Any], **params: Any) -> list[dict[str, Any]]:
    kind = number(item, "value_type")
    return api.rows("history.get", itemids=[item["itemid"]], history=kind, sortfield="clock", output="extend", **params)


def _value(row: Mapping[str, Any]) -> Decimal:
    """Return a value exactly as Zabbix wrote it; raises ConnectorError."""
    try:
        value = Decimal(str(row["value"]))
    except (KeyError, InvalidOperation):
        raise garbled(row) from None
    if not value.is_finite():
        raise garbled(row)
    return value
