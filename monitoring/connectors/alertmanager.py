"""Alertmanager: it tells of alerts by its webhook, and each becomes a span of being down or degraded."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.connectors.fields import ConfigForm
from monitoring.connectors.push import PushConnector
from monitoring.webhooks.alerts import indicators_read
from monitoring.webhooks.matchers import matchers_read
from monitoring.webhooks.reading import Message, Own, Read, alerts_rows

_EXAMPLE = """receivers:
  - name: slmo
    webhook_configs:
      - url: {url}
        send_resolved: true
        http_config:
          authorization:
            credentials: {key}
"""


def _mono(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows, "spellcheck": "false", "class": "mono"})


class AlertmanagerForm(ConfigForm):
    """Which alerts count, and as what."""

    layout = (("only",), ("degraded",), ("scope",), ("indicators",), ("heartbeat", "trusted"))
    further = ("indicators",)
    units = {"trusted": _("seconds")}
    placeholders = {
        "only": 'alertname=~"Shop.*", severity!="info"',
        "degraded": 'severity="warning"',
        "scope": "region",
        "indicators": 'service="search" -> search/availability',
        "heartbeat": "Watchdog",
    }

    only = forms.CharField(
        label=_("Which alerts count"),
        max_length=1000,
        required=False,
        help_text=_("Matchers as in Alertmanager; all must hold. Left empty: all alerts."),
    )
    degraded = forms.CharField(
        label=_("Which of them mean degraded"),
        max_length=1000,
        required=False,
        help_text=_("Matchers. All others mean down."),
    )
    scope = forms.CharField(
        label=_("Label that names the scope"), max_length=80, required=False, help_text=_("Such as region.")
    )
    indicators = forms.CharField(
        label=_("Alerts of other indicators"),
        max_length=4000,
        required=False,
        widget=_mono(3),
        help_text=_("A line each: matchers -> service/indicator. The first line that fits decides."),
    )
    heartbeat = forms.CharField(
        label=_("Alert that always fires"),
        max_length=200,
        required=False,
        help_text=_("Its name, if there is one: while it is told, what is not alerted counts as up."),
    )
    trusted = forms.IntegerField(
        label=_("Each time trusted for"), min_value=60, max_value=86_400, initial=600, required=False
    )

    def clean_only(self) -> str:
        """Return the matchers as they were typed; raise ValidationError where they are none."""
        return self.text_checked("only", matchers_read)

    def clean_degraded(self) -> str:
        """Return the matchers as they were typed; raise ValidationError where they are none."""
        return self.text_checked("degraded", matchers_read)

    def clean_indicators(self) -> str:
        """Return the lines as they were typed; raise ValidationError where one is wrong."""
        return self.text_checked("indicators", indicators_read)


class AlertmanagerConnector(PushConnector):
    """Take Alertmanager's messages; the key travels as a token, since Alertmanager does not sign."""

    kind = "alertmanager"
    label = _("Alertmanager")
    about = _("Alertmanager tells of alerts as they fire and resolve; each becomes a span of being down or degraded.")
    icon = "bell"
    form = AlertmanagerForm
    facts = ("states",)

    def expects(self, config: Mapping[str, Any]) -> int:
        """Return for how long an alert that always fires is trusted; without one nothing need come."""
        return int(config.get("trusted") or 600) if config.get("heartbeat") else 0

    def receive(self, config: Mapping[str, Any], message: Message, own: Own, now: int) -> Read:
        """Return what a message says; raises ItemError."""
        return alerts_rows(message.body, config, own, now)

    def example(self, config: Mapping[str, Any], url: str, key: str, fact: str) -> str:
        """Return the receiver to put into Alertmanager's configuration."""
        return _EXAMPLE.format(url=url, key=key)


connector = AlertmanagerConnector()
