"""A query of a PostgreSQL database: in a transaction that can not write, bounded in time and rows."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
import psycopg2.errors
import psycopg2.extensions
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.checks import HostField, port_field
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import SecretField
from monitoring.connectors.outbound import Deadline, addresses_checked
from monitoring.connectors.tables import TableForm, TableRefused, facts_of
from monitoring.instants import moment_of
from monitoring.sentence import gettext as _
from monitoring.sentence import ngettext
from slmo.accounts.vault import Secret, scrubbed
from slmo.core.units import Window

SECONDS_MOST, ROWS_MOST, PIECE = 60, 100_000, 2000
MODES = (
    ("verify-full", _l("encrypted, with a checked certificate")),
    ("disable", _l("not encrypted; within one’s own network only")),
)


class SqlForm(TableForm):
    """Which database is asked what, and how a row becomes a fact."""

    host = HostField()
    port = port_field(5432, required=False)
    database = forms.CharField(label=_l("Database"), max_length=63)
    user = forms.CharField(label=_l("User"), max_length=63, help_text=_l("One that may only read."))
    password = SecretField(label=_l("Password"))
    encryption = forms.ChoiceField(label=_l("Connection"), choices=MODES, initial="verify-full", required=False)
    query = forms.CharField(
        label=_l("Query"),
        widget=forms.Textarea(attrs={"rows": 7, "class": "mono", "spellcheck": "false"}),
        max_length=20_000,
        help_text=_l("One SELECT. %(start)s and %(end)s stand for the window that is asked for."),
    )
    seconds = forms.IntegerField(
        label=_l("Seconds that it may take"), min_value=1, max_value=SECONDS_MOST, initial=20, required=False
    )
    rows = forms.IntegerField(
        label=_l("Rows that it may have"), min_value=1, max_value=ROWS_MOST, initial=10_000, required=False
    )
    layout = (
        ("host", "port"), ("database", "user"), ("password", "encryption"), ("query",), *TableForm.mapping,
        ("seconds", "rows"),
    )  # fmt: skip
    further = (*TableForm.further, "seconds", "rows")
    units = {"seconds": _l("seconds"), "rows": _l("rows")}
    placeholders = {
        **TableForm.placeholders,
        "host": "db.example.org",
        "query": "SELECT checked_at AS at, state FROM checks\nWHERE checked_at >= %(start)s AND checked_at < %(end)s",
    }

    def clean_query(self) -> str:
        """Return the query; raise ValidationError for more than one statement, or one that is no question."""
        text = self.cleaned_data["query"].strip().rstrip(";").strip()
        if ";" in text:
            raise ValidationError(_("Only one statement is taken, without a semicolon in it."))
        if not text.lower().startswith(("select", "with", "values", "table")):
            raise ValidationError(_("Expected a query that begins with SELECT or WITH."))
        try:
            text % {"start": "", "end": ""}
        except (ValueError, KeyError, TypeError):
            raise ValidationError(
                _("Only %(start)s and %(end)s are filled in; a percent sign is written %%.")
            ) from None
        return str(text)


class Sql(Connector):
    """Ask a database."""

    kind = "sql"
    label = _l("Query of a database (PostgreSQL)")
    about = _l("Asks a database, in a transaction that can only read; each row of the answer is a fact.")
    icon = "database"
    form = SqlForm
    facts = ("states", "samples", "buckets", "tasks", "statements")
    windowed = True
    interval = 300

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return what the rows tell."""
        return str(config.get("facts") or "states")

    def origins(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the server."""
        host = str(config.get("host") or "")
        return (f"postgresql://{f'[{host}]' if ':' in host else host}:{config.get('port') or 5432}",) if host else ()

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the rows of the query as facts; raises ConnectorError."""
        try:
            with _connection(config) as connection:
                records = _records(connection, config, window)
        except psycopg2.errors.QueryCanceled:
            raise ConnectorError(_("The query took longer than it may; it was stopped.")) from None
        except psycopg2.Error as error:
            raise _meaning(error, config) from None
        return facts_of(records, config)


@contextmanager
def _connection(config: Mapping[str, Any]) -> Iterator[Any]:
    """Connect to a checked address; whatever the server does, the connection is cut when the time is over."""
    seconds = int(config.get("seconds") or 20)
    host, port = str(config["host"]), int(config.get("port") or 5432)
    found = addresses_checked(host, port, Deadline(min(seconds, 10)))
    password: Secret = config["password"]
    mode = config.get("encryption") or "verify-full"
    trust = {"sslrootcert": settings.OUTBOUND_CA_FILE or "system"} if mode == "verify-full" else {}
    connection = psycopg2.connect(
        host=host, hostaddr=found[0].address, port=port, dbname=config["database"], user=config["user"],
        password=password.reveal(), sslmode=mode, **trust,
        connect_timeout=min(10, seconds), application_name="SLMO", client_encoding="utf8", passfile=os.devnull,
        gssencmode="disable",
        options=f"-c statement_timeout={seconds * 1000} -c lock_timeout=2000 -c default_transaction_read_only=on",
    )  # fmt: skip
    cut = threading.Timer(seconds + 5, _cut, [connection.fileno()])
    cut.daemon = True
    cut.start()
    try:
        connection.set_session(readonly=True, isolation_level="REPEATABLE READ")
        yield connection
    finally:
        cut.cancel()
        connection.close()


def _cut(number: int) -> None:
    """End the conversation, so that whoever waits for the server wakes up."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as sock:
        sock.shutdown(socket.SHUT_RDWR)


def _records(connection: Any, config: Mapping[str, Any], window: Window) -> list[dict[str, Any]]:
    """Return the rows by the names of their columns, fetched piece by piece; raises TableRefused for too many."""
    most = int(config.get("rows") or 10_000)
    values = {"start": moment_of(window.start), "end": moment_of(window.end)}
    records: list[dict[str, Any]] = []
    with connection.cursor(name="slmo") as cursor:
        cursor.itersize = PIECE
        cursor.execute(config["query"], values)
        while piece := cursor.fetchmany(PIECE):
            names = [column.name for column in cursor.description]
            if len(set(names)) != len(names):
                raise TableRefused(_("Two columns have the same name."))
            records += [dict(zip(names, row, strict=True)) for row in piece]
            if len(records) > most:
                sentence = ngettext(
                    "The query has more than %(count)d row.", "The query has more than %(count)d rows.", most
                )
                raise TableRefused(sentence % {"count": most})
    return records


def _meaning(error: psycopg2.Error, config: Mapping[str, Any]) -> ConnectorError:
    """Return what a database's refusal says, without the password."""
    told = (error.diag.message_primary or str(error) or type(error).__name__).strip().split("\n")[0]
    text = scrubbed(told, [config.get("password")])[:300]
    again = isinstance(error, psycopg2.OperationalError) and "authentication" not in text
    return ConnectorError(_("The database says: %(text)s") % {"text": text}, again=again)


connector = Sql()
