"""A probe that asks a page whether it answers as it should.

What a fetch finds holds for its whole interval: a window of the clock that begins at a multiple of the interval. An
interval in which nobody asked is unknown, and can not be asked about later.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.checks import headers_read, url_clean
from monitoring.connectors.errors import Unreachable
from monitoring.connectors.fields import SecretField
from monitoring.connectors.outbound import Answer, Ask, Limits, Trust, bearer, request
from monitoring.connectors.probing import Probe, ProbeForm, Seen, in_time
from monitoring.connectors.probing.forms import TIMEOUT_MOST
from monitoring.models import FactState

BODY = 256 * 1024  # read of an answer at most
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")


class HttpForm(ProbeForm):
    """The settings of a probe of a page."""

    url = forms.CharField(label=_l("Address"), max_length=2000, help_text=_l("The page that is asked."))
    expect_status = forms.IntegerField(
        label=_l("Expected status"),
        min_value=100,
        max_value=599,
        required=False,
        help_text=_l("Left empty: any from 200 to 399."),
    )
    slow_after = forms.FloatField(
        label=_l("Degraded after seconds"),
        min_value=0.01,
        max_value=TIMEOUT_MOST,
        required=False,
        help_text=_l("An answer that takes longer counts as degraded."),
    )
    expect_text = forms.CharField(
        label=_l("Expected text"),
        max_length=200,
        required=False,
        help_text=_l("Must occur in the page’s first 256 KB."),
    )
    refuse_text = forms.CharField(
        label=_l("Text that must not occur"), max_length=200, required=False, help_text=_l("Such as an error message.")
    )
    method = forms.ChoiceField(
        label=_l("Method"), choices=[(name, name) for name in METHODS], initial="GET", required=False
    )
    redirects = forms.BooleanField(
        label=_l("Follow redirects"), required=False, help_text=_l("Otherwise a redirect is the answer.")
    )
    headers = forms.CharField(
        label=_l("Headers"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
        help_text=_l("One a line: Name: value. No passwords here."),
    )
    body = forms.CharField(
        label=_l("What is sent"), widget=forms.Textarea(attrs={"rows": 3}), max_length=20_000, required=False
    )
    token = SecretField(
        label=_l("Token"), required=False, help_text=_l("Sent as “Authorization: Bearer …” to this host only.")
    )
    ca = forms.CharField(
        label=_l("Certificates of its authority"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=40_000,
        required=False,
        help_text=_l("PEM text; left empty: those that the portal trusts."),
    )
    layout = (
        ("url",), ("expect_status", "slow_after"), ("expect_text", "refuse_text"),
        ("method", "redirects"), ("headers",), ("body",), ("token",), ("ca",), *ProbeForm.common,
    )  # fmt: skip
    further = ("method", "redirects", "headers", "body", "token", "ca", "refuse_text", *ProbeForm.further)
    units = {**ProbeForm.units, "slow_after": _l("seconds")}
    placeholders = {"url": "https://example.org/health"}

    def clean_url(self) -> str:
        """Return the address; raise ValidationError for anything but a plain http or https address."""
        return url_clean(self.cleaned_data["url"])

    def clean_headers(self) -> str:
        """Return the headers; raise ValidationError for a line that is none."""
        headers_read(self.cleaned_data["headers"])
        return str(self.cleaned_data["headers"])


class HttpConnector(Probe):
    """Ask a page; it is up when it answers as expected, down when not or too late."""

    kind = "http"
    label = _l("Web page or API (HTTP)")
    about = _l("Asks a page again and again: as expected is up, slow is degraded, wrong or no answer is down.")
    icon = "world"
    form = HttpForm

    def look(self, config: Mapping[str, Any]) -> Seen:
        """Return the state that one request finds; raises ConnectorError for an address that may not be asked."""
        try:
            answer = request(_ask(config), _limits(config), Trust(str(config.get("ca") or "")))
        except Unreachable as error:
            return Seen(FactState.DOWN, error.seen)
        wrong = _wrong(config, answer)
        if wrong:
            return Seen(FactState.DOWN, wrong)
        return in_time(config, answer.took)


def _ask(config: Mapping[str, Any]) -> Ask:
    headers: dict[str, Any] = headers_read(str(config.get("headers") or ""))
    if config.get("token"):
        headers["Authorization"] = bearer(config["token"])
    body = str(config.get("body") or "").encode()
    return Ask(str(config.get("method") or "GET"), config["url"], headers, body)


def _limits(config: Mapping[str, Any]) -> Limits:
    redirects = 5 if config.get("redirects") else 0
    return Limits(seconds=float(config.get("timeout") or 5), body=BODY, redirects=redirects, cut=True)


def _wrong(config: Mapping[str, Any], answer: Answer) -> str:
    """Return what is wrong with an answer in a few words; nothing where it is as expected."""
    expected = config.get("expect_status")
    if answer.status != expected if expected else not 200 <= answer.status < 400:
        return f"HTTP {answer.status}"
    if (text := str(config.get("expect_text") or "")) and text.encode() not in answer.body:
        return "expected text missing"
    if (text := str(config.get("refuse_text") or "")) and text.encode() in answer.body:
        return "refused text found"
    return ""


connector = HttpConnector()
