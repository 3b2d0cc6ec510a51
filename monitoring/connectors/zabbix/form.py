"""How a Zabbix is set up."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import ConfigForm, SecretField
from monitoring.connectors.outbound import url_split

NUMBER_MOST = 2**63 - 1
PAGE = "/api_jsonrpc.php"


def _id(label: Any, **values: Any) -> forms.IntegerField:
    """Return the field of one of Zabbix' numbers."""
    return forms.IntegerField(label=label, min_value=1, max_value=NUMBER_MOST, required=False, **values)


class ZabbixForm(ConfigForm):
    """The API, and what is read there."""

    layout = (
        ("url",), ("token",), ("records",), ("trigger", "item"), ("degraded",), ("up_from", "silent"), ("scope",),
        ("service", "sla"),
    )  # fmt: skip
    further = ("scope",)
    units = {"silent": _l("seconds")}
    placeholders = {"url": "https://zabbix.example.org/api_jsonrpc.php"}

    url = forms.CharField(
        label=_l("Address"), max_length=2000, help_text=_l("Of Zabbix’ frontend, or of its api_jsonrpc.php.")
    )
    token = SecretField(
        label=_l("API token"), help_text=_l("Made in Zabbix under Users, API tokens; it needs to read only.")
    )
    records = forms.ChoiceField(
        label=_l("What is recorded"),
        choices=[
            ("trigger", _l("the problems of a trigger, as states")),
            ("item", _l("the values of an item, as states")),
            ("values", _l("the values of an item, as measured values")),
        ],
        initial="trigger",
        required=False,
    )
    trigger = _id(_l("Number of the trigger"), help_text=_l("The triggerid in the address of its page."))
    item = _id(_l("Number of the item"), help_text=_l("The itemid in the address of its page."))
    degraded = forms.BooleanField(
        label=_l("A problem of less than high severity is degraded, not down"), required=False
    )
    up_from = forms.DecimalField(
        label=_l("Up from"), initial=1, required=False, help_text=_l("States of an item: below it, it is down.")
    )
    silent = forms.IntegerField(
        label=_l("Silent after"),
        min_value=0,
        max_value=31_536_000,
        initial=600,
        required=False,
        help_text=_l("Once no value came for so long, the state is unknown. 0: it may be silent for any time."),
    )
    scope = forms.CharField(label=_l("Scope"), max_length=80, required=False, help_text=_l("Where the facts hold."))
    service = _id(_l("Number of the service"), help_text=_l("For comparison: Zabbix’ own SLI stands beside ours."))
    sla = _id(_l("Number of the SLA"))

    def clean_url(self) -> str:
        """Return the address of the API; raise ValidationError where it is none."""
        url = str(self.cleaned_data["url"]).rstrip("/")
        try:
            url_split(url)
        except ConnectorError as error:
            raise ValidationError(str(error)) from error
        return url if url.endswith(".php") else url + PAGE

    def clean(self) -> dict[str, Any]:
        """Refuse a trigger or item that is missing, and half a comparison."""
        cleaned = super().clean() or {}
        wanted = "trigger" if cleaned.get("records") in ("trigger", "", None) else "item"
        if not cleaned.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _("Give its number; what is recorded is read from there."))
        if bool(cleaned.get("service")) != bool(cleaned.get("sla")):
            missing = "sla" if cleaned.get("service") else "service"
            self.add_error(missing, _("A comparison needs both, the service and its SLA."))
        up = cleaned.get("up_from")
        cleaned["up_from"] = None if up is None else str(up)
        return cleaned
