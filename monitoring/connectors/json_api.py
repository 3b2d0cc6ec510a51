"""JSON by HTTP: a path leads to the items, further paths to the parts of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import jmespath
import jmespath.exceptions
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField, authorization, headers_read, password_field, user_field
from monitoring.connectors.outbound import Client
from monitoring.connectors.tables import TableForm, facts_of, json_items
from monitoring.instants import moment_of
from slmo.core.units import Window


class JsonForm(TableForm):
    """What is asked, where the items are, and how each becomes a fact."""

    url = UrlField(
        help_text=_l("{start} and {end} stand for the window asked for, in ISO 8601; {from}, {to} in seconds.")
    )
    path = forms.CharField(
        label=_l("Path to the items"),
        max_length=500,
        required=False,
        help_text=_l("JMESPath, such as data.checks or items[?enabled]. Left empty: the answer itself."),
    )
    headers = forms.CharField(
        label=_l("Headers"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False,
        help_text=_l("One a line: Name: value. No passwords here."),
    )  # fmt: skip
    user = user_field()
    password = password_field()
    layout = (("url",), ("path",), *TableForm.mapping, ("user", "password"), ("headers",))
    further = (*TableForm.further, "headers")
    placeholders = {
        **TableForm.placeholders,
        "url": "https://example.org/api/checks?since={start}",
        "path": "data.checks",
        "columns": "at = checked_at\nstate = result.status\nscope = region",
    }

    def clean_path(self) -> str:
        """Return the path; raise ValidationError for what is none."""
        try:
            jmespath.compile(self.cleaned_data["path"] or "@")
        except jmespath.exceptions.JMESPathError as error:
            raise ValidationError(_("This is no path: %(why)s") % {"why": error}) from None
        return str(self.cleaned_data["path"])

    def clean_headers(self) -> str:
        """Return the headers; raise ValidationError for a line that is none."""
        headers_read(self.cleaned_data["headers"])
        return str(self.cleaned_data["headers"])


class JsonApi(Connector):
    """Ask an API that answers in JSON."""

    kind = "json"
    label = _l("JSON by HTTP")
    about = _l("Asks any API that answers in JSON; paths say where the facts are in its answer.")
    icon = "code"
    form = JsonForm
    facts = ("states", "samples", "buckets", "tasks", "statements")
    windowed = True

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return what the items tell."""
        return str(config.get("facts") or "states")

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the facts of the window; an item that names no time holds for the window's last interval."""
        headers = headers_read(str(config.get("headers") or ""))
        own = authorization(str(config.get("user") or ""), config.get("password"))
        found = Client(headers={**headers, **own}).json(_filled(str(config["url"]), window))
        items = json_items(found, str(config.get("path") or ""))
        return facts_of(items, config, Window(window.end - interval, window.end), paths=True)


def _filled(url: str, window: Window) -> str:
    texts = {
        "{start}": _iso(window.start), "{end}": _iso(window.end),
        "{from}": str(window.start), "{to}": str(window.end),
    }  # fmt: skip
    for name, text in texts.items():
        url = url.replace(name, text)
    return url


def _iso(instant: int) -> str:
    """Return a time that needs no escaping in an address."""
    return format(moment_of(instant), "%Y-%m-%dT%H:%M:%SZ")


connector = JsonApi()
