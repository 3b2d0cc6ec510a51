"""Zabbix' own figures of a service: read to stand beside ours, never recorded as facts."""

from typing import Any, NamedTuple

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.zabbix.api import OLDEST_SLA, Api, garbled, number
from monitoring.sentence import gettext as _
from slmo.core.units import Window


class Figure(NamedTuple):
    """What another system says of one period: seconds up and down within the service hours that it knows."""

    start: int
    end: int
    up: int
    down: int


class Told(NamedTuple):
    """What another system says of a service: its figures, its time zone, and whether it knows service hours."""

    name: str
    zone: str
    hours: bool
    excluded: int
    figures: list[Figure]


def sli_read(api: Api, sla: int, service: int, window: Window) -> Told:
    """Return the figures of the reporting periods that touch the window, at most a hundred; raises ConnectorError."""
    if api.version < OLDEST_SLA:
        raise ConnectorError(_("Zabbix has SLAs since version 6.0; this one is older."), again=False)
    described = api.rows(
        "sla.get", slaids=[sla], output=["name", "timezone"], selectSchedule="extend", selectExcludedDowntimes="extend"
    )
    if len(described) != 1:
        sentence = _("Zabbix shows no SLA %(number)s: it is gone, or not to be seen with this token.")
        raise ConnectorError(sentence % {"number": str(sla)}, again=False)
    said = api.call("sla.getsli", slaid=sla, serviceids=[service], period_from=window.start, period_to=window.end - 1)
    hours, excluded = described[0].get("schedule"), described[0].get("excluded_downtimes")
    if not isinstance(hours, list) or not isinstance(excluded, list):
        raise garbled(described[0])
    name, zone = str(described[0].get("name")), str(described[0].get("timezone"))
    return Told(name, zone, bool(hours), len(excluded), _figures(said, service))


def _figures(said: Any, service: int) -> list[Figure]:
    """Return the figures of one service; raises ConnectorError."""
    try:
        if [int(one) for one in said["serviceids"]] != [service]:
            sentence = _("The SLA does not cover the service %(number)s, or it is not to be seen with this token.")
            raise ConnectorError(sentence % {"number": str(service)}, again=False)
        return [_figure(period, cell) for period, (cell,) in zip(said["periods"], said["sli"], strict=True)]
    except (KeyError, TypeError, ValueError):
        raise garbled(said) from None


def _figure(period: dict[str, Any], cell: dict[str, Any]) -> Figure:
    start, end = number(period, "period_from"), number(period, "period_to")
    return Figure(start, end, number(cell, "uptime"), number(cell, "downtime"))
