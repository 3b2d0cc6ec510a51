"""Status pages of the Statuspage kind: their list of the latest incidents (/api/v2/incidents.json)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField
from monitoring.connectors.feeds import Incident, incident_rows, state_field, state_of
from monitoring.connectors.fields import ConfigForm
from monitoring.connectors.outbound import Client
from monitoring.connectors.shapes import (
    instant_of_text,
    instant_or_none,
    lines_of,
    list_of,
    object_of,
    objects_of,
    text_of,
)
from monitoring.models import FactState
from slmo.core.units import Window

LISTED = 50  # incidents that such a page lists at most
# What a page says of a component, and the setting that says as what it counts.
COMPONENT = {
    "operational": "", "under_maintenance": "", "degraded_performance": "minor", "partial_outage": "minor",
    "major_outage": "major",
}  # fmt: skip
IMPACT = {"none": "", "maintenance": "", "minor": "minor", "major": "major", "critical": "critical"}
DEFAULTS = {"minor": "degraded", "major": "down", "critical": "down"}


class StatuspageForm(ConfigForm):
    """Which page, which of its components, and as what its words count."""

    url = UrlField(label=_l("Address of the status page"))
    components = forms.CharField(
        label=_l("Components"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False,
        help_text=_l("Names as on the page, one a line. Left empty: all of the page."),
    )  # fmt: skip
    minor = state_field(_l("A minor incident, or a partial outage, counts as"), "degraded")
    major = state_field(_l("A major one counts as"), "down")
    critical = state_field(_l("A critical one counts as"), "down")
    layout = (("url",), ("components",), ("minor", "major", "critical"))
    further = ("minor", "major", "critical")
    placeholders = {"url": "https://status.example.com", "components": "API\nWebhooks"}


class Statuspage(Connector):
    """Read the latest incidents of a page."""

    kind = "statuspage"
    label = _l("Status page (Statuspage)")
    about = _l("Reads the incidents that a supplier publishes on a status page of the Statuspage kind.")
    icon = "report"
    group = "feed"
    form = StatuspageForm
    windowed = True
    interval = 300
    backlog = 7 * 86_400

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return up for the window, and the incidents that reach into it; raises ConnectorError."""
        parts = urlsplit(str(config["url"]))
        url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/api/v2/incidents.json", "", ""))
        answer = object_of(Client().json(url), "")
        listed = objects_of(answer.get("incidents"), "incidents")
        starts = [_start(one) for one in listed]
        incidents = [found for one in listed for found in _incidents(one, config)]
        return incident_rows(incidents, window, min(starts) if len(listed) >= LISTED else None)


def _start(one: Mapping[str, Any]) -> int:
    return instant_of_text(one.get("started_at") or one.get("created_at"), "incidents.started_at")


def _incidents(one: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[Incident]:
    """Yield what an incident was, piece by piece where the page tells of the components that are asked about."""
    wanted = {name.casefold() for name in lines_of(config.get("components"))}
    name, start = text_of(one.get("id"), "incidents.id"), _start(one)
    end = instant_or_none(one.get("resolved_at"), "incidents.resolved_at")
    title = text_of(one.get("name"), "incidents.name")
    impact = text_of(one.get("impact"), "incidents.impact")
    if not wanted:
        yield Incident(name, start, end, _state(config, IMPACT.get(impact, "critical")), title)
        return
    pieces = list(_pieces(one, wanted))
    for number, (at, status) in enumerate(pieces):
        until = pieces[number + 1][0] if number + 1 < len(pieces) else end
        yield Incident(f"{name}|{at}", at, until, _state(config, COMPONENT.get(status, "major")), title)
    if not pieces and wanted & set(_components(one)):
        yield Incident(name, start, end, _state(config, IMPACT.get(impact, "critical")), title)


def _pieces(one: Mapping[str, Any], wanted: set[str]) -> Iterator[tuple[int, str]]:
    """Yield since when the worst of the wanted components had which status, in order."""
    ranks = list(COMPONENT)
    present: dict[str, str] = {}
    updates = objects_of(one.get("incident_updates") or [], "incidents.incident_updates")
    timed = [
        (instant_of_text(u.get("display_at") or u.get("created_at"), "incident_updates.created_at"), u) for u in updates
    ]
    for at, update in sorted(timed, key=lambda pair: pair[0]):
        for part in objects_of(update.get("affected_components") or [], "affected_components"):
            label = text_of(part.get("name"), "affected_components.name").casefold()
            if label in wanted or label.rpartition(" - ")[2] in wanted:
                present[label] = text_of(part.get("new_status"), "affected_components.new_status")
        if present:
            yield at, max(present.values(), key=lambda word: ranks.index(word) if word in ranks else len(ranks))


def _components(one: Mapping[str, Any]) -> list[str]:
    parts = list_of(one.get("components") or [], "incidents.components")
    return [text_of(object_of(part, "components").get("name"), "components.name").casefold() for part in parts]


def _state(config: Mapping[str, Any], setting: str) -> FactState:
    return state_of(config, setting, DEFAULTS[setting]) if setting else FactState.UP


connector = Statuspage()
