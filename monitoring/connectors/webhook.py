"""Signed webhooks: any program posts facts, or CloudEvents, whenever it has some."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.connectors.fields import ConfigForm
from monitoring.connectors.push import PushConnector
from monitoring.webhooks.reading import Message, Own, Read, message_rows, states_read

_SIGNED = """KEY='{key}'
BODY='{{"facts": [{facts}]}}'
ID=msg_$(date +%s%N) AT=$(date +%s)
HEX=$(printf %s "${{KEY#whsec_}}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$HEX -binary | base64)
curl -sS '{url}' -H 'Content-Type: application/json' -H "webhook-id: $ID" \\
  -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE" --data "$BODY"
"""
_TOKEN = """curl -sS '{url}' -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' --data '{{"facts": [{facts}]}}'
"""


class WebhookForm(ConfigForm):
    """How messages are known, and what events mean."""

    layout = (("proof",), ("states",))
    placeholders = {"states": "org.example.shop.failed = down\norg.example.shop.recovered = up"}

    proof = forms.ChoiceField(
        label=_("How the sender proves itself"),
        choices=[
            ("signature", _("it signs each message with the key (Standard Webhooks)")),
            ("token", _("it sends the key with each message")),
        ],
        initial="signature",
        required=False,
        help_text=_("A signature lets nobody repeat or change what was sent."),
    )
    states = forms.CharField(
        label=_("Events that begin a state"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "class": "mono"}),
        help_text=_(
            "For CloudEvents: a line for each type, as type = up, degraded, down or unknown. The event’s subject is "
            "the scope. All other events must carry facts as their data."
        ),
    )

    def clean_states(self) -> str:
        """Return the lines as they were typed; raise ValidationError where one is wrong."""
        return self.text_checked("states", states_read)


class WebhookConnector(PushConnector):
    """Take facts and CloudEvents from whoever has the key."""

    kind = "webhook"
    label = _("Signed webhook")
    about = _("Any program posts facts or CloudEvents to an address of its own, signed with a key.")
    icon = "send"
    form = WebhookForm
    facts = ("states", "buckets", "samples", "tasks", "statements")

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return nothing in particular: what comes must fit the indicator."""
        return ""

    def signed(self, config: Mapping[str, Any]) -> bool:
        """Tell whether messages are signed."""
        return config.get("proof") != "token"

    def receive(self, config: Mapping[str, Any], message: Message, own: Own, now: int) -> Read:
        """Return what a message says; raises ItemError."""
        return message_rows(message, config, own.indicator)

    def example(self, config: Mapping[str, Any], url: str, key: str, fact: str) -> str:
        """Return the commands that send a first message."""
        return (_SIGNED if self.signed(config) else _TOKEN).format(url=url, key=key, facts=fact)


connector = WebhookConnector()
