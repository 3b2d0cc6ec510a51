"""A table at an address: CSV, an Excel workbook or JSON, fetched again and again."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField, authorization, password_field, user_field
from monitoring.connectors.outbound import Client
from monitoring.connectors.tables import ZIP, TableForm, table_facts, table_read, whole_check
from slmo.core.units import Window


class TableUrlForm(TableForm):
    """Where the table lies, and how it becomes facts."""

    url = UrlField(help_text=_l("Of a CSV file, an Excel workbook (XLSX) or a JSON list."))
    user = user_field()
    password = password_field()
    sheet = forms.CharField(
        label=_l("Sheet"), max_length=100, required=False, help_text=_l("Of a workbook; left empty: the first.")
    )
    layout = (("url",), *TableForm.mapping, ("user", "password"), ("sheet",))
    further = (*TableForm.further, "user", "password", "sheet")
    placeholders = {**TableForm.placeholders, "url": "https://example.org/export/outages.csv"}


class TableUrl(Connector):
    """Fetch the whole table each time: what has changed supersedes, what is the same changes nothing."""

    kind = "table"
    label = _l("Table at an address (CSV, XLSX, JSON)")
    about = _l("Fetches a table that another system exports: outages, measured values, counts or tickets.")
    icon = "table"
    group = "file"
    form = TableUrlForm
    facts = ("states", "samples", "buckets", "tasks", "statements")
    windowed = True
    interval = 3600

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return what the rows tell."""
        return str(config.get("facts") or "states")

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return all facts of the table; raises ConnectorError where any row is none."""
        client = Client(headers=authorization(str(config.get("user") or ""), config.get("password")))
        answer = client.ask("GET", config["url"])
        name, content = urlsplit(answer.url).path, answer.body
        if not answer.measured:
            whole_check(content, name)
        if content[:4] != ZIP:
            content = answer.text().encode()
        return table_facts(table_read(content, name, sheet=str(config.get("sheet") or "")), config)


connector = TableUrl()
