"""GLPI's REST API: tickets that were changed in the window, each with its log."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import UrlField, zone_field
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import SecretField
from monitoring.connectors.outbound import Client
from monitoring.connectors.shapes import (
    instant_of_text,
    instant_or_none,
    number_of,
    object_of,
    objects_of,
    text_of,
)  # fmt: skip
from monitoring.connectors.tickets import OVERLAP, TICKETS_MOST, Change, Ticket, TicketForm, task_of, words_of
from monitoring.sentence import gettext as _
from slmo.accounts.vault import Secret
from slmo.core.units import Window

PAGE = 100
FIELDS = {12: "status", 3: "priority"}  # numbers of GLPI's search options, by which its log names what changed
WAITING, SOLVED = "4", ("5", "6")


class GlpiForm(TicketForm):
    """Which instance, and in which zone its times are."""

    url = UrlField(label=_l("Address of the API"), help_text=_l("It ends in apirest.php."))
    user_token = SecretField(label=_l("User’s API token"))
    app_token = SecretField(label=_l("Application token"), required=False)
    zone = zone_field()
    layout = (("url",), ("user_token", "app_token"), ("zone",), ("priorities",))
    placeholders = {"url": "https://glpi.example.org/apirest.php", "priorities": "6 = P1\n5 = P2\n4 = P3"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the zone: GLPI tells times of its own."""
        super().__init__(*args, **kwargs)
        self.fields["zone"].required = True
        self.fields["zone"].label = _l("Zone of GLPI’s times")


class Glpi(Connector):
    """Read the tickets that were changed, the latest first, until one that was changed before the window."""

    kind = "glpi"
    label = "GLPI"
    about = _l("Reads tickets with their log: taken into account, solved, priorities, and when they were waiting.")
    icon = "lifebuoy"
    group = "tickets"
    form = GlpiForm
    facts = ("tasks",)
    windowed = True
    interval = 300
    backlog = 7 * 86_400

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the tickets that were changed since the window's start as tasks; raises ConnectorError."""
        base, zone = str(config["url"]).rstrip("/"), str(config["zone"])
        app = {"App-Token": config["app_token"]} if config.get("app_token") else {}
        login = Client(headers={**app, "Authorization": Secret(f"user_token {config['user_token'].reveal()}")})
        session = text_of(object_of(login.json(f"{base}/initSession"), "").get("session_token"), "session_token")
        client = Client(headers={**app, "Session-Token": Secret(session)})
        try:
            since = window.start - OVERLAP
            return [
                task_of(_ticket(client, base, one, zone), [WAITING], words_of(config))
                for one in _tickets(client, base, since, zone)
            ]
        finally:
            with contextlib.suppress(ConnectorError):  # the session ends by itself as well
                client.ask("GET", f"{base}/killSession")


def _tickets(client: Client, base: str, since: int, zone: str) -> Iterator[Mapping[str, Any]]:
    for start in range(0, TICKETS_MOST, PAGE):
        params = {"range": f"{start}-{start + PAGE - 1}", "sort": "date_mod", "order": "DESC"}
        answer = client.ask("GET", f"{base}/Ticket", params=params)
        found = objects_of(answer.json(), "")
        for one in found:
            if instant_of_text(one.get("date_mod"), "date_mod", zone) < since:
                return
            yield one
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        if len(found) < PAGE or (total.isdigit() and start + PAGE >= int(total)):
            return
    raise ConnectorError(_("More than %(count)d tickets were changed at once.") % {"count": TICKETS_MOST}, again=False)


def _ticket(client: Client, base: str, one: Mapping[str, Any], zone: str) -> Ticket:
    number = number_of(one.get("id"), "id")
    opened = instant_of_text(one.get("date"), "date", zone)
    status = str(number_of(one.get("status"), "status"))
    return Ticket(
        name=str(number),
        opened=opened,
        responded=_responded(one, opened, zone),
        resolved=instant_or_none(one.get("solvedate"), "solvedate", zone) if status in SOLVED else None,
        status=status,
        priority=str(number_of(one.get("priority"), "priority")),
        changes=_changes(client, base, number, zone),
    )


def _responded(one: Mapping[str, Any], opened: int, zone: str) -> int | None:
    """Return when a ticket was taken into account, as the present or an earlier GLPI tells it."""
    at = instant_or_none(one.get("takeintoaccountdate"), "takeintoaccountdate", zone)
    delay = number_of(one.get("takeintoaccount_delay_stat") or 0, "takeintoaccount_delay_stat")
    if at is None and delay > 0:
        return opened + delay
    return at


def _changes(client: Client, base: str, number: int, zone: str) -> list[Change]:
    """Return the changes of status and priority from a ticket's log, page by page."""
    changes: list[Change] = []
    for start in range(0, TICKETS_MOST, PAGE):
        answer = client.ask("GET", f"{base}/Ticket/{number}/Log", params={"range": f"{start}-{start + PAGE - 1}"})
        entries = objects_of(answer.json(), "Log")
        for entry in entries:
            what = FIELDS.get(number_of(entry.get("id_search_option") or 0, "Log.id_search_option"))
            if what:
                at = instant_of_text(entry.get("date_mod"), "Log.date_mod", zone)
                changes.append(Change(at, what, _digits(entry, "old_value"), _digits(entry, "new_value")))
        if len(entries) < PAGE:
            return changes
    return changes


def _digits(entry: Mapping[str, Any], field: str) -> str:
    return str(number_of(entry.get(field), f"Log.{field}"))


connector = Glpi()
