"""A probe that asks a page whether it answers as it should.

What a fetch finds holds for its whole interval: a window of the clock that begins at a multiple of the interval. An
interval in which nobody asked is unknown, and can not be asked about later.
"""

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from monitoring.connectors.base import ConfigForm, Connector
from monitoring.connectors.errors import ConnectorError, Unreachable
from monitoring.connectors.outbound import Answer, Ask, Limits, request, url_split
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from slmo.core.units import Window

TIMEOUT_MOST = 30
BODY = 256 * 1024  # read of an answer at most
Measurement = SampleRow | BucketRow


class HttpForm(ConfigForm):
    """The settings of a probe."""

    url = forms.CharField(label=_("Address"), max_length=2000, help_text=_("The page that is asked."))
    timeout = forms.FloatField(
        label=_("Seconds to wait for the answer"), min_value=0.1, max_value=TIMEOUT_MOST, initial=5, required=False
    )
    expect_status = forms.IntegerField(
        label=_("Expected status"),
        min_value=100,
        max_value=599,
        required=False,
        help_text=_("Left empty: any from 200 to 399."),
    )
    expect_text = forms.CharField(
        label=_("Expected text"), max_length=200, required=False, help_text=_("Must occur in the page’s first 256 KB.")
    )
    slow_after = forms.FloatField(
        label=_("Degraded after seconds"),
        min_value=0.01,
        max_value=TIMEOUT_MOST,
        required=False,
        help_text=_("An answer that takes longer counts as degraded."),
    )
    records = forms.ChoiceField(
        label=_("What is recorded"),
        choices=[
            ("state", _("whether the page is up")),
            ("time", _("how many seconds the answer took")),
            ("answer", _("whether the answer was good")),
        ],
        initial="state",
        required=False,
        help_text=_("The first feeds availability, the second measured values, the third a share of good events."),
    )

    def clean_url(self) -> str:
        """Return the address; raise ValidationError for anything but a plain http or https address."""
        try:
            url_split(self.cleaned_data["url"])
        except ConnectorError as error:
            raise ValidationError(str(error)) from error
        return str(self.cleaned_data["url"])


class HttpConnector(Connector):
    """Ask a page; it is up when it answers as expected, down when not or too late."""

    kind = "http"
    label = _("HTTP probe")
    about = _("Asks a page again and again: as expected is up, slow is degraded, wrong or no answer is down.")
    icon = "world"
    group = "probe"
    form = HttpForm
    facts = ("states", "samples", "buckets")

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return the kind of facts for what is recorded."""
        return {"time": "samples", "answer": "buckets"}.get(str(config.get("records")), "states")

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[FactRow | Measurement]:
        """Return what one request finds now, for the window's last interval; no time where no answer came."""
        start = window.end - interval
        begun = time.monotonic()
        state, seen = self.ask(config)
        took = time.monotonic() - begun
        if config.get("records") == "time":
            value = Decimal(f"{took:.3f}")
            return [] if state == FactState.DOWN else [SampleRow(start, value, key=row_key(start, ""))]
        if config.get("records") == "answer":
            good = Decimal(state == FactState.UP)
            return [BucketRow(start, window.end, good, Decimal(1), key=row_key(start, ""), reference=seen)]
        return [FactRow(start, window.end, int(state), "", row_key(start, ""), seen)]

    def ask(self, config: Mapping[str, Any]) -> tuple[FactState, str]:
        """Return the state that one request finds, and in a few words what was seen; raises ConnectorError."""
        begun = time.monotonic()
        try:
            limits = Limits(seconds=float(config.get("timeout") or 5), body=BODY, redirects=0, cut=True)
            answer = request(Ask("GET", config["url"]), limits)
        except Unreachable as error:
            return FactState.DOWN, error.seen
        wrong = _wrong(config, answer)
        if wrong:
            return FactState.DOWN, wrong
        slow = config.get("slow_after")
        if slow and time.monotonic() - begun > float(slow):
            return FactState.DEGRADED, "slow"
        return FactState.UP, ""


def _wrong(config: Mapping[str, Any], answer: Answer) -> str:
    """Return what is wrong with an answer in a few words; nothing where it is as expected."""
    expected = config.get("expect_status")
    if answer.status != expected if expected else not 200 <= answer.status < 400:
        return f"HTTP {answer.status}"
    text = str(config.get("expect_text") or "")
    if text and text.encode() not in answer.body:
        return "expected text missing"
    return ""


connector = HttpConnector()
