"""How a query is set up."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import ConfigForm, SecretField
from monitoring.connectors.outbound import url_split

STEP_LEAST, STEP_MOST = 5, 86_400
SELECTOR = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{[^}]*\})?|\{[^}]+\}")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class PrometheusForm(ConfigForm):
    """The server, the queries, and what their numbers mean."""

    layout = (
        ("url",), ("records",), ("query",), ("total",), ("step", "delay"), ("up_from", "degraded_from"), ("scope",),
        ("user", "password"), ("token",), ("tenant",),
    )  # fmt: skip
    further = ("delay", "degraded_from", "user", "password", "tenant")
    units = {"step": _l("seconds"), "delay": _l("seconds")}
    placeholders = {
        "url": "https://prometheus.example.org",
        "query": 'up{job="shop"}',
        "total": 'sum(increase(http_requests_total{job="shop"}[$step]))',
    }

    url = forms.CharField(
        label=_l("Address"), max_length=2000, help_text=_l("Of the server, without /api/v1; Thanos and Mimir too.")
    )
    records = forms.ChoiceField(
        label=_l("What is recorded"),
        choices=[
            ("states", _l("whether it was up, from a metric such as up or probe_success")),
            ("events", _l("how many events there were, and how many were good")),
            ("values", _l("a measured value")),
        ],
        initial="states",
        required=False,
    )
    query = forms.CharField(
        label=_l("Query"),
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "class": "mono"}),
        help_text=_l(
            "In PromQL; $step stands for the length of a step. The name of a metric alone asks for the worst sample "
            "of a step where states are recorded, for the mean where values are. Events: the good ones."
        ),
    )
    total = forms.CharField(
        label=_l("Query of all events"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "class": "mono"}),
        help_text=_l("Only where events are recorded."),
    )
    step = forms.IntegerField(
        label=_l("Length of a step"),
        min_value=STEP_LEAST,
        max_value=STEP_MOST,
        initial=60,
        required=False,
        help_text=_l("Not shorter than the server’s scrape interval."),
    )
    delay = forms.IntegerField(
        label=_l("Time for late samples"),
        min_value=0,
        max_value=86_400,
        initial=30,
        required=False,
        help_text=_l("A step is asked for once it has been over for so long."),
    )
    up_from = forms.DecimalField(label=_l("Up from"), initial=1, required=False, help_text=_l("Below it, it is down."))
    degraded_from = forms.DecimalField(
        label=_l("Degraded from"), required=False, help_text=_l("From here on, but below up, it is degraded.")
    )
    scope = forms.CharField(
        label=_l("Label that names the scope"),
        max_length=80,
        required=False,
        help_text=_l("Such as region; the query must keep it. Left out: the query must give one series."),
    )
    user = forms.CharField(label=_l("User"), max_length=200, required=False)
    password = SecretField(label=_l("Password"), required=False)
    token = SecretField(label=_l("Token"), required=False, help_text=_l("Sent as Authorization: Bearer."))
    tenant = forms.CharField(
        label=_l("Tenant"), max_length=150, required=False, help_text=_l("Sent as X-Scope-OrgID; for Mimir and Cortex.")
    )

    def clean_url(self) -> str:
        """Return the server's address without what the API adds; raise ValidationError where it is none."""
        url = str(self.cleaned_data["url"]).rstrip("/").removesuffix("/api/v1")
        try:
            parts = url_split(url)
        except ConnectorError as error:
            raise ValidationError(str(error)) from error
        if parts.query or parts.fragment:
            raise ValidationError(_("The address must end with the path, without ? or #."))
        return url

    def clean_scope(self) -> str:
        """Return the label's name."""
        name = str(self.cleaned_data["scope"])
        if name and not _LABEL.fullmatch(name):
            raise ValidationError(_("A label’s name has letters, digits and underscores only."))
        return name

    def clean_tenant(self) -> str:
        """Return the tenant as a header may carry it."""
        name = str(self.cleaned_data["tenant"])
        if name and not (name.isascii() and name.isprintable()):
            raise ValidationError(_("This may have printable characters of ASCII only."))
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse events without a total, and limits in the wrong order."""
        cleaned = super().clean() or {}
        if cleaned.get("records") == "events" and not cleaned.get("total"):
            self.add_error("total", _("Give the query of all events as well."))
        up, degraded = cleaned.get("up_from"), cleaned.get("degraded_from")
        if up is not None and degraded is not None and degraded >= up:
            self.add_error("degraded_from", _("Degraded must begin below up."))
        for name in ("up_from", "degraded_from"):
            cleaned[name] = None if cleaned.get(name) is None else str(cleaned[name])
        return cleaned
