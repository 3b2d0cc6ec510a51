"""The incident list of a cloud's status page as Google Cloud publishes it (incidents.json)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField
from monitoring.connectors.feeds import Incident, incident_rows, state_field, state_of
from monitoring.connectors.fields import ConfigForm
from monitoring.connectors.outbound import Client, Limits
from monitoring.connectors.shapes import instant_of_text, instant_or_none, lines_of, objects_of, text_of
from monitoring.models import FactState
from slmo.core.units import Window

LIMITS = Limits(body=48 * 1024 * 1024)  # some years of incidents with all that was told of them
PUBLISHED = "https://status.cloud.google.com/incidents.json"


class GoogleStatusForm(ConfigForm):
    """Which list, which products and places, and as what a disruption counts."""

    url = UrlField(label=_l("Address of the list"), initial=PUBLISHED)
    products = forms.CharField(
        label=_l("Products"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000,
        help_text=_l("Names as on the page, one a line."),
    )  # fmt: skip
    locations = forms.CharField(
        label=_l("Places"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False,
        help_text=_l("Such as europe-west1, one a line. An incident that names none counts everywhere."),
    )  # fmt: skip
    disruption = state_field(_l("A disruption counts as"), "degraded")
    outage = state_field(_l("An outage counts as"), "down")
    layout = (("url",), ("products",), ("locations",), ("disruption", "outage"))
    further = ("locations", "disruption", "outage")
    placeholders = {"products": "Google Compute Engine\nCloud DNS", "locations": "europe-west1"}


class GoogleStatus(Connector):
    """Read all incidents of some products."""

    kind = "google-status"
    label = _l("Status of Google Cloud")
    about = _l("Reads the incidents of a cloud’s products from the list that its status page publishes.")
    icon = "cloud"
    group = "feed"
    form = GoogleStatusForm
    windowed = True
    interval = 300
    backlog = 7 * 86_400

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return up for the window, and the incidents that reach into it; raises ConnectorError."""
        listed = objects_of(Client(limits=LIMITS).json(str(config["url"])), "")
        return incident_rows([_incident(one, config) for one in listed if _touches(one, config)], window)


def _touches(one: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Tell whether an incident touched one of the products, in one of the places."""
    products = {name.casefold() for name in lines_of(config.get("products"))}
    named = {
        text_of(part.get(key), f"affected_products.{key}").casefold()
        for part in objects_of(one.get("affected_products"), "affected_products")
        for key in ("title", "id")
    }
    if not products & named:
        return False
    places = {name.casefold() for name in lines_of(config.get("locations"))}
    touched = {
        text_of(part.get("id"), f"{name}.id").casefold()
        for name in ("currently_affected_locations", "previously_affected_locations")
        for part in objects_of(one.get(name) or [], name)
    }
    return not places or not touched or bool(places & touched)


def _incident(one: Mapping[str, Any], config: Mapping[str, Any]) -> Incident:
    impact = text_of(one.get("status_impact"), "status_impact")
    state = FactState.UP
    if impact != "SERVICE_INFORMATION":
        outage = impact != "SERVICE_DISRUPTION"
        state = state_of(config, "outage" if outage else "disruption", "down" if outage else "degraded")
    start, end = instant_of_text(one.get("begin"), "begin"), instant_or_none(one.get("end"), "end")
    return Incident(text_of(one.get("id"), "id"), start, end, state, str(one.get("external_desc") or ""))


connector = GoogleStatus()
