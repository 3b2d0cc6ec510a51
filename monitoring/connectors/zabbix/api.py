"""The JSON-RPC API of Zabbix 5.4 and newer.

until 6.2   the token travels in the body, as `auth`
from 6.4    it travels in the header Authorization; `auth` in the body went with 7.2
from 6.0    there are SLAs (sla.getsli); tokens exist since 5.4
"""

from collections.abc import Mapping
from typing import Any

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.outbound import Client, Limits, bearer
from monitoring.connectors.outbound.client import TOTAL
from monitoring.sentence import gettext as _
from slmo.accounts.vault import Secret

OLDEST, OLDEST_SLA, BEARER_SINCE = (5, 4), (6, 0), (6, 4)
LIMITS = Limits(seconds=30, body=32 * 1024 * 1024)
PAGE = 10_000  # rows of one answer
SHOWN_MOST = 300
_BUSY = -32500  # application errors: the database is away, or something that trying again may mend


class Api:
    """One Zabbix, for one fetch."""

    def __init__(self, config: Mapping[str, Any], total: float = TOTAL) -> None:
        """Ask for the version, which decides how the token travels; raises ConnectorError for one that is too old.

        `total` is the seconds for all calls.
        """
        self.url, self.token = str(config["url"]), config.get("token") or Secret("")
        self.client = Client(limits=LIMITS, total=total)
        self.version = self._version()
        if self.version < OLDEST:
            found = ".".join(map(str, self.version))
            sentence = _("This is Zabbix %(found)s; expected 5.4 or newer, which has API tokens.")
            raise ConnectorError(sentence % {"found": found}, again=False)
        if self.version >= BEARER_SINCE:
            self.client.headers["Authorization"] = bearer(self.token)

    def call(self, method: str, **params: Any) -> Any:
        """Return the result of one call; raises ConnectorError with Zabbix' own words."""
        in_body = {} if self.version >= BEARER_SINCE else {"auth": self.token.reveal()}
        return self._call(method, params, in_body)

    def rows(self, method: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of one call of a method that lists; raises ConnectorError."""
        found = self.call(method, **params)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise garbled(found)
        return found

    def _version(self) -> tuple[int, int]:
        found = self._call("apiinfo.version", [], {})
        try:
            major, minor = str(found).split(".")[:2]
            return int(major), int(minor)
        except ValueError:
            raise garbled(found) from None

    def _call(self, method: str, params: Any, further: Mapping[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1, **further}
        said = self.client.json(self.url, body=body)
        if not isinstance(said, dict) or not ("result" in said or isinstance(said.get("error"), dict)):
            raise ConnectorError(_("The answer is JSON, but not one of Zabbix’ API; check the address."), again=False)
        if "error" in said:
            raise _refusal(method, said["error"])
        return said["result"]


def number(row: Mapping[str, Any], name: str) -> int:
    """Return a whole number of a row, which Zabbix writes as text; raises ConnectorError."""
    try:
        return int(row[name])
    except (KeyError, TypeError, ValueError):
        raise garbled(row) from None


def garbled(found: Any) -> ConnectorError:
    """Return the error for a part of an answer that means nothing."""
    sentence = _("The answer holds something that was not asked for, so that nothing of it is recorded: %(found)s")
    return ConnectorError(sentence % {"found": shown(found)})


def shown(said: Any) -> str:
    """Return another's words as one short line."""
    return " ".join(str(said).split())[:SHOWN_MOST]


def _refusal(method: str, error: Mapping[str, Any]) -> ConnectorError:
    """Return the error for a call that Zabbix refuses."""
    values = {"method": method, "said": shown(f"{error.get('message', '')} {error.get('data', '')}".strip())}
    return ConnectorError(_("Zabbix refuses %(method)s: %(said)s") % values, again=error.get("code") == _BUSY)
