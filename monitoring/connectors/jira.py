"""Jira's REST API: issues that were changed in the window, each with its whole history."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField, authorization, user_field
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import SecretField
from monitoring.connectors.outbound import Client
from monitoring.connectors.shapes import (
    instant_of_text,
    instant_or_none,
    lines_of,
    number_of,
    object_of,
    objects_of,
    text_of,
)  # fmt: skip
from monitoring.connectors.tickets import (
    OVERLAP,
    TICKETS_MOST,
    Change,
    Ticket,
    TicketForm,
    first_into,
    last_into,
    statuses_field,
    task_of,
    words_of,
)  # fmt: skip
from monitoring.sentence import gettext as _
from slmo.core.units import Window

PAGE = 100
FIELDS = "created,resolutiondate,status,priority"


class JiraForm(TicketForm):
    """Which issues, and what their statuses mean."""

    url = UrlField(label=_l("Address of Jira"))
    edition = forms.ChoiceField(
        label=_l("Edition"), choices=[("cloud", _l("Cloud")), ("server", _l("Data Center or Server"))], initial="cloud"
    )
    user = user_field()
    token = SecretField(label=_l("API token"), help_text=_l("With a user for Cloud, alone for Data Center."))
    jql = forms.CharField(
        label=_l("Which issues (JQL)"), max_length=2000, help_text=_l("Without ORDER BY; the time is added.")
    )
    pausing = statuses_field(_l("Statuses in which the clock stands still"), _l("One a line."))
    answered = statuses_field(
        _l("Statuses that mean answered"), _l("One a line; left empty: the first change of status.")
    )
    done = statuses_field(
        _l("Statuses that mean resolved"), _l("One a line; left empty: Jira’s own date of resolution.")
    )
    layout = (("url", "edition"), ("user", "token"), ("jql",), ("pausing",), ("answered", "done"), ("priorities",))
    further = ("answered", "done", "priorities")
    placeholders = {
        "url": "https://example.atlassian.net", "jql": "project = OPS AND issuetype = Incident",
        "pausing": "Waiting for customer", "priorities": "Highest = P1\nHigh = P2",
    }  # fmt: skip

    def clean_jql(self) -> str:
        """Return the condition without an order of its own."""
        text = str(self.cleaned_data["jql"]).strip()
        if "order by" in text.lower():
            raise forms.ValidationError(_("Leave ORDER BY out: the portal adds its own."))
        return text


class Jira(Connector):
    """Read the issues that were changed, page by page."""

    kind = "jira"
    label = "Jira"
    about = _l("Reads issues with their history: answered, resolved, priorities, and when their clock stood still.")
    icon = "checklist"
    group = "tickets"
    form = JiraForm
    facts = ("tasks",)
    windowed = True
    interval = 300
    backlog = 7 * 86_400

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the issues that were changed since the window's start as tasks; raises ConnectorError."""
        client = Client(headers=authorization(str(config.get("user") or ""), config["token"]))
        base, pausing, words = str(config["url"]).rstrip("/"), lines_of(config.get("pausing")), words_of(config)
        issues = _issues(client, base, config, window)
        return [task_of(_ticket(client, base, one, config), pausing, words) for one in issues]


def _issues(client: Client, base: str, config: Mapping[str, Any], window: Window) -> Iterator[Mapping[str, Any]]:
    """Yield the issues, page by page; raises ConnectorError for more than are taken."""
    minutes = max(1, -(-(int(time.time()) - window.start + OVERLAP) // 60))  # JQL's times are in the user's own zone
    params: dict[str, Any] = {
        "jql": f"({config['jql']}) AND updated >= -{minutes}m ORDER BY updated ASC", "fields": FIELDS,
        "expand": "changelog", "maxResults": PAGE,
    }  # fmt: skip
    cloud, count = config.get("edition") != "server", 0
    url = f"{base}/rest/api/3/search/jql" if cloud else f"{base}/rest/api/2/search"
    while True:
        answer = object_of(client.json(url, params=params), "")
        found = objects_of(answer.get("issues"), "issues")
        yield from found
        count += len(found)
        if count > TICKETS_MOST:
            values = {"count": TICKETS_MOST}
            raise ConnectorError(_("More than %(count)d tickets; narrow the condition.") % values, again=False)
        if cloud:
            if not answer.get("nextPageToken"):
                return
            params["nextPageToken"] = text_of(answer["nextPageToken"], "nextPageToken")
        else:
            if not found or count >= number_of(answer.get("total"), "total"):
                return
            params["startAt"] = count


def _ticket(client: Client, base: str, one: Mapping[str, Any], config: Mapping[str, Any]) -> Ticket:
    fields = object_of(one.get("fields"), "issues.fields")
    name = text_of(one.get("key"), "issues.key")
    changes = _changes(_histories(client, base, one, config))
    status = text_of(object_of(fields.get("status"), "fields.status").get("name"), "fields.status.name")
    priority = fields.get("priority")
    done = lines_of(config.get("done"))
    return Ticket(
        name=name,
        opened=instant_of_text(fields.get("created"), "fields.created"),
        responded=first_into(changes, lines_of(config.get("answered"))),
        resolved=last_into(changes, done, status) if done
        else instant_or_none(fields.get("resolutiondate"), "fields.resolutiondate"),
        status=status,
        priority="" if priority is None else text_of(object_of(priority, "priority").get("name"), "priority.name"),
        changes=changes,
    )  # fmt: skip


def _histories(client: Client, base: str, one: Mapping[str, Any], config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the whole history of an issue, asked for by itself where the list has only its beginning."""
    log = object_of(one.get("changelog"), "issues.changelog")
    found = objects_of(log.get("histories"), "changelog.histories")
    if len(found) >= number_of(log.get("total", len(found)), "changelog.total") or config.get("edition") == "server":
        return found
    found, url = [], f"{base}/rest/api/3/issue/{quote(str(one['key']))}/changelog"
    while True:
        answer = object_of(client.json(url, params={"startAt": len(found), "maxResults": PAGE}), "")
        values = objects_of(answer.get("values"), "changelog.values")
        found += values
        if not values or len(found) >= number_of(answer.get("total"), "changelog.total"):
            return found


def _changes(histories: Sequence[Mapping[str, Any]]) -> list[Change]:
    return [
        Change(
            instant_of_text(entry.get("created"), "histories.created"), str(item["field"]),
            str(item.get("fromString") or ""), str(item.get("toString") or ""),
        )
        for entry in histories
        for item in objects_of(entry.get("items"), "histories.items")
        if item.get("field") in ("status", "priority")
    ]  # fmt: skip


connector = Jira()
