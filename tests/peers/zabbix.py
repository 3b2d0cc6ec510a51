"""A Zabbix of our own: server, frontend and a database that goes again; a trigger, a service tree and its SLAs."""

import gzip
import itertools
import json
import os
import random
import shutil
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg2

from slmo.embedded.checks import port_free, port_is_free
from tests.peers.http_json import ask
from tests.peers.outages import BEGIN, BERLIN, MONTHS, OUTAGES
from tests.peers.packages import program
from tests.peers.running import House, wait_until

FRONTEND = Path("/usr/share/zabbix")
SCHEMA = Path("/usr/share/zabbix-server-pgsql")
_QUIET = ("StartPingers", "StartHTTPPollers", "StartDiscoverers", "StartIPMIPollers")
_UNNEEDED = shutil.ignore_patterns("locale", "assets", "audio", "js", "fonts")
_TRAPPER, _UNSIGNED, _MONTHLY = 2, 3, 2  # Zabbix' numbers of kinds of items, of values and of reporting periods
_TAG = {"tag": "peer", "value": "payments"}
# Monday to Friday, 9 to 18 o'clock, as Zabbix says it: seconds since Sunday
OFFICE = [{"period_from": day * 86_400 + 9 * 3600, "period_to": day * 86_400 + 18 * 3600} for day in range(1, 6)]
_numbers = itertools.count(1)


class Zabbix:
    """A running Zabbix: its API's address, and what these tests ask of it apart from the portal."""

    def __init__(self, house: House, database: str) -> None:
        """Start server and frontend on an empty database and log in."""
        self.house, self.database = house, database
        self.room = house.room("zabbix")
        self.trapper, web = _port_low(), port_free()
        self.url = f"http://127.0.0.1:{web}/api_jsonrpc.php"
        self.auth: str | None = None
        _schema_load(database)
        self._server_start()
        self._frontend_start(web)
        self.auth = self.call("user.login", username="Admin", password="zabbix")

    def call(self, method: str, /, *listed: Any, **params: Any) -> Any:
        """Return the result of one call of the API; raise AssertionError with what Zabbix says against it."""
        body = {"jsonrpc": "2.0", "method": method, "params": list(listed) or params, "id": next(_numbers)}
        answer = ask(self.url, {**body, "auth": self.auth} if self.auth else body)
        assert "result" in answer, f"{method}: {answer.get('error')}"
        return answer["result"]

    def token(self) -> str:
        """Return a new API token."""
        made = self.call("token.create", name=f"portal {next(_numbers)}")
        return str(self.call("token.generate", *made["tokenids"])[0]["token"])

    def send(self, host: str, key: str, values: Iterable[tuple[int, object]]) -> None:
        """Send values with their times to a trapper item, as zabbix_sender does; all must be taken."""
        data = [{"host": host, "key": key, "value": str(value), "clock": clock, "ns": 0} for clock, value in values]
        body = json.dumps({"request": "sender data", "data": data}).encode()
        with socket.create_connection(("127.0.0.1", self.trapper), timeout=20) as peer:
            peer.sendall(b"ZBXD\x01" + struct.pack("<II", len(body), 0) + body)
            answer = b"".join(iter(lambda: peer.recv(65536), b""))
        said = json.loads(answer[13:])
        assert "failed: 0" in said["info"], said

    def sql(self, statement: str, *values: object) -> None:
        """Run one statement on Zabbix's database."""
        with closing(psycopg2.connect(self.database)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, values)

    def history_make(self) -> None:
        """Make a host with a trigger, a service and two SLAs; send the scripted states; wait until all is known."""
        group = self.call("hostgroup.create", name="peers")["groupids"][0]
        host = self.call("host.create", host="payments", groups=[{"groupid": group}])["hostids"][0]
        kept = {"history": "9125d"}  # else Zabbix drops values that are older than 90 days
        item = self.call(
            "item.create", hostid=host, name="State", key_="state", type=_TRAPPER, value_type=_UNSIGNED, **kept
        )
        trigger = self.call(
            "trigger.create", description="down", expression="last(/payments/state)=1", priority=4, tags=[_TAG]
        )
        service = self.call(
            "service.create",
            name="Payments",
            algorithm=2,
            sortorder=0,
            problem_tags=[{**_TAG, "operator": 0}],
            tags=[_TAG],
        )
        self.item, self.trigger = int(item["itemids"][0]), int(trigger["triggerids"][0])
        self.service = int(service["serviceids"][0])
        # an SLI begins when the service was made; there is no other way to have one of the past
        self.sql("UPDATE services SET created_at = %s", BEGIN)
        self.slas = {name: self._sla(name, schedule) for name, schedule in (("24x7", []), ("office", OFFICE))}
        tries = itertools.count(BEGIN - 86_400, 60)
        wait_until(lambda: self._noticed(next(tries)), "the server to know item, trigger and service")
        values = [(BEGIN, 0), *((at, down) for one in OUTAGES for at, down in ((one.start, 1), (one.end, 0)))]
        self.send("payments", "state", values)
        wait_until(lambda: len(self.alarms()) == 2 * len(OUTAGES), "the service's alarms")

    def _noticed(self, at: int) -> bool:
        """Send an outage of long ago, and tell whether the service has noticed one."""
        try:
            self.send("payments", "state", [(at, 1), (at + 30, 0)])
        except AssertionError:
            return False
        time.sleep(0.5)
        return bool(self.alarms(BEGIN - 86_400, BEGIN))

    def alarms(self, start: int = BEGIN, end: int = MONTHS["2026-03"][1] + 86_400) -> list[dict[str, Any]]:
        """Return the changes of the service's status in a span, without end that of the script."""
        whole = {"period_from": start, "period_to": end}
        (service,) = self.call("service.get", serviceids=[self.service], selectStatusTimeline=[whole])
        return list(service["status_timeline"][0]["alarms"])

    def sli(self, sla: str, month: str) -> dict[str, Any]:
        """Return Zabbix' own figures of a month."""
        start, end = MONTHS[month]
        said = self.call(
            "sla.getsli", slaid=self.slas[sla], serviceids=[self.service], period_from=start, period_to=end - 1
        )
        assert said["periods"] == [{"period_from": start, "period_to": end}]
        return dict(said["sli"][0][0])

    def _sla(self, name: str, schedule: list[dict[str, int]]) -> int:
        made = self.call(
            "sla.create", name=name, slo="99.9", period=_MONTHLY, timezone=str(BERLIN), status=1, schedule=schedule,
            effective_date=BEGIN - BEGIN % 86_400, service_tags=[{**_TAG, "operator": 0}],
        )  # fmt: skip
        return int(made["slaids"][0])

    def _server_start(self) -> None:
        parts = urlsplit(self.database)
        settings = {
            "ListenIP": "127.0.0.1", "ListenPort": self.trapper, "LogType": "console", "PidFile": self.room / "pid",
            "SocketDir": self.room, "DBHost": parts.hostname, "DBPort": parts.port, "DBName": parts.path.lstrip("/"),
            "DBUser": parts.username, "DBPassword": unquote(parts.password or ""), "AllowUnsupportedDBVersions": 1,
            "CacheUpdateFrequency": 1, "ServiceManagerSyncFrequency": 1, "HousekeepingFrequency": 0,
            "StartPollers": 1, "StartPollersUnreachable": 1, "StartTrappers": 1, "StartDBSyncers": 1,
            **dict.fromkeys(_QUIET, 0),
        }  # fmt: skip
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        path = self.house.give(self.room / "zabbix_server.conf", text)
        self.house.start(
            "zabbix-server", program("zabbix_server"), "-f", "-c", path, ready=lambda: _listens(self.trapper)
        )

    def _frontend_start(self, port: int) -> None:
        """Serve a copy of the frontend that reads its settings from the temporary folder."""
        pages = self.house.folder / "zabbix-pages"
        shutil.copytree(FRONTEND, pages, symlinks=False, ignore=_UNNEEDED, ignore_dangling_symlinks=True)
        settings = self.house.give(self.room / "zabbix.conf.php", _frontend_settings(self.database, self.trapper))
        reader = pages / "include/classes/core/CConfigFile.php"
        told = reader.read_text()
        assert "/etc/zabbix/zabbix.conf.php" in told or "/conf/zabbix.conf.php" in told
        for place in ("'/etc/zabbix/zabbix.conf.php'", "'/conf/zabbix.conf.php'"):
            told = told.replace(place, f"'{settings}'")
        reader.write_text(told)
        os.chmod(pages, 0o755)
        self.house.start(
            "zabbix-frontend", program("php"), "-d", "max_execution_time=120", "-d", "date.timezone=UTC",
            "-S", f"127.0.0.1:{port}", "-t", pages, ready=lambda: _listens(port),
        )  # fmt: skip
        wait_until(lambda: self.call("apiinfo.version"), "Zabbix's API")


@contextmanager
def database_passing(server: str) -> Iterator[str]:
    """Give the address of a new database on a server; it goes in the end."""
    name = f"zabbix_peer_{os.getpid()}"
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            try:
                yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _schema_load(database: str) -> None:
    """Load Zabbix’s tables and first rows."""
    with closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as cursor:
        for name in ("schema", "images", "data"):
            cursor.execute(gzip.decompress((SCHEMA / f"{name}.sql.gz").read_bytes()).decode())


def _frontend_settings(database: str, trapper: int) -> str:
    """Return the frontend's settings."""
    parts = urlsplit(database)
    values = {
        "TYPE": "POSTGRESQL", "SERVER": parts.hostname, "PORT": str(parts.port), "DATABASE": parts.path.lstrip("/"),
        "USER": parts.username, "PASSWORD": unquote(parts.password or ""), "SCHEMA": "", "ENCRYPTION": False,
        "DOUBLE_IEEE754": True,
    }  # fmt: skip
    lines = [f"$DB['{name}'] = {json.dumps(value)};" for name, value in values.items()]
    server = f"$ZBX_SERVER = '127.0.0.1'; $ZBX_SERVER_PORT = '{trapper}'; $ZBX_SERVER_NAME = 'peer';"
    return "\n".join(["<?php", *lines, server, "$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;", ""])


def _port_low() -> int:
    """Return a free port that Zabbix's server takes: below 32768."""
    return next(port for port in random.sample(range(20_000, 32_768), 200) if port_is_free(port))


def _listens(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
