"""Uptime Kuma: the heartbeats of a public status page, or the metrics of an instance."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import ConfigForm, SecretField
from monitoring.connectors.outbound import Client, basic
from monitoring.connectors.shapes import instant_of_text, number_of, object_of, objects_of, text_of
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from monitoring.sentence import gettext as _
from slmo.core.units import Window

# Its numbers: down, up, pending (fails, and is looked at again), under maintenance.
STATES = {0: FactState.DOWN, 1: FactState.UP, 2: FactState.DEGRADED, 3: FactState.UNKNOWN}
_METRIC = re.compile(r"^monitor_status\{(?P<labels>.*)\}\s+(?P<value>[0-9]+)(\s+[0-9]+)?\s*$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class UptimeKumaForm(ConfigForm):
    """Which instance, what of it is read, and which monitor."""

    url = UrlField(label=_l("Address of Uptime Kuma"))
    monitor = forms.CharField(label=_l("Name of the monitor"), max_length=200)
    page = forms.SlugField(
        label=_l("Short name of the status page"), max_length=100, required=False,
        help_text=_l("The last part of its address. Left empty: the metrics are read, with the key."),
    )  # fmt: skip
    key = SecretField(label=_l("API key"), required=False, help_text=_l("Of the instance, for its metrics."))
    hold = forms.IntegerField(
        label=_l("A heartbeat holds for"), min_value=5, max_value=86_400, initial=180, required=False,
        help_text=_l("At most, where no other follows: three times its interval is usual. Then it is unknown."),
    )  # fmt: skip
    layout = (("url",), ("monitor",), ("page", "key"), ("hold",))
    further = ("hold",)
    units = {"hold": _l("seconds")}
    placeholders = {"url": "https://uptime.example.org", "page": "public"}

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two ways in."""
        found = super().clean() or self.cleaned_data
        if not found.get("page") and not found.get("key") and "key" not in self.held:
            self.add_error("page", ValidationError(_("Name a status page, or give a key for the metrics.")))
        return found


class UptimeKuma(Connector):
    """Read what a monitor of Uptime Kuma saw."""

    kind = "uptime-kuma"
    label = "Uptime Kuma"
    about = _l("Takes over what a monitor of Uptime Kuma sees, from its status page or its metrics.")
    icon = "heartbeat"
    form = UptimeKumaForm
    windowed = True

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the states of the window; raises ConnectorError."""
        base = str(config["url"]).rstrip("/")
        if config.get("page"):
            return _beats(base, config, window)
        start = window.end - interval
        text = Client(headers={"Authorization": basic("", config["key"])}).text(f"{base}/metrics")
        return [FactRow(start, window.end, int(_metric(text, str(config["monitor"]))), "", row_key(start, ""), "")]


def _beats(base: str, config: Mapping[str, Any], window: Window) -> list[FactRow]:
    """Return the heartbeats of the window, each until the next one, or as long as one holds."""
    client, page = Client(), quote(str(config["page"]))
    number = _number(client.json(f"{base}/api/status-page/{page}"), str(config["monitor"]))
    answer = object_of(client.json(f"{base}/api/status-page/heartbeat/{page}"), "")
    listed = object_of(answer.get("heartbeatList"), "heartbeatList").get(str(number))
    beats = sorted(_beat(one) for one in objects_of(listed, f"heartbeatList.{number}"))
    hold, rows = int(config.get("hold") or 180), []
    for place, (at, state) in enumerate(beats):
        following = beats[place + 1][0] if place + 1 < len(beats) else at + hold
        end = min(following, at + hold)
        if end > max(at, window.start) and at < window.end:
            rows.append(FactRow(at, end, int(state), "", row_key(at, ""), ""))
    return rows


def _number(page: Any, name: str) -> int:
    """Return the number of the monitor of a name on a page; raises ConnectorError."""
    groups = objects_of(object_of(page, "").get("publicGroupList"), "publicGroupList")
    monitors = [one for group in groups for one in objects_of(group.get("monitorList"), "monitorList")]
    found = [one for one in monitors if text_of(one.get("name"), "monitorList.name") == name]
    if len(found) != 1:
        raise _unknown(name, [str(one.get("name")) for one in monitors])
    return number_of(found[0].get("id"), "monitorList.id")


def _beat(one: Mapping[str, Any]) -> tuple[int, FactState]:
    number = number_of(one.get("status"), "heartbeatList.status")
    if number not in STATES:
        raise ConnectorError(_("Uptime Kuma tells the status %(number)d, which is not known.") % {"number": number})
    return instant_of_text(one.get("time"), "heartbeatList.time", "UTC"), STATES[number]


def _metric(text: str, name: str) -> FactState:
    """Return what the metrics tell of a monitor; raises ConnectorError."""
    names = []
    for line in text.splitlines():
        if match := _METRIC.match(line):
            labels = dict(_LABEL.findall(match["labels"]))
            names.append(labels.get("monitor_name", ""))
            if names[-1] == name:
                number = int(match["value"])
                return STATES.get(number, FactState.UNKNOWN)
    raise _unknown(name, names)


def _unknown(name: str, names: Sequence[str]) -> ConnectorError:
    listed = ", ".join(sorted(set(names))[:10]) or "–"
    sentence = _("There is no monitor “%(name)s”, or more than one; there are: %(names)s.")
    return ConnectorError(sentence % {"name": name, "names": listed}, again=False)


connector = UptimeKuma()
