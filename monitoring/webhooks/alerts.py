"""Alertmanager's webhook, version 4: each alert is a span of being down, or degraded, from startsAt to endsAt.

An alert is known by its fingerprint and its start. While it fires it has no end; told again it changes nothing; told
as resolved it gets its end. Told as firing after it was resolved, which happens when messages overtake each other, it
keeps its end. Alerts of one state share a stream, so that none ends another of a worse state.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from monitoring.models import FactState
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _
from monitoring.webhooks.matchers import all_hold, matchers_read
from slmo.core.errors import EngineError
from slmo.core.units import parse_instant

VERSION = "4"
ALERTS_MOST = 5000


class ItemError(ValueError):
    """An item that cannot be used: the field, and a sentence."""

    def __init__(self, field: str, sentence: Sentence) -> None:
        """Name the field and say what is wrong."""
        super().__init__(sentence)
        self.field = field


class Alert(NamedTuple):
    """One alert as a span; `end` is None while it fires, `indicator` empty where it is the source's own."""

    key: str
    start: int
    end: int | None
    state: FactState
    scope: str
    reference: str
    indicator: str


class Rules(NamedTuple):
    """How alerts become facts: the settings of a source, read once for a message."""

    only: list[Any]
    degraded: list[Any]
    scope: str
    indicators: list[tuple[list[Any], str]]
    heartbeat: str


def rules_of(config: Mapping[str, Any]) -> Rules:
    """Return a source's settings as rules; its form has checked them."""
    return Rules(
        only=matchers_read(str(config.get("only") or "")),
        degraded=matchers_read(str(config.get("degraded") or "")),
        scope=str(config.get("scope") or ""),
        indicators=indicators_read(str(config.get("indicators") or "")),
        heartbeat=str(config.get("heartbeat") or ""),
    )


def indicators_read(text: str) -> list[tuple[list[Any], str]]:
    """Return lines of `matchers -> service/indicator`; raises ValueError with a sentence."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        matchers, arrow, name = line.rpartition("->")
        if not arrow or name.strip().count("/") != 1:
            raise ValueError(
                _('Expected lines such as: team="web" -> shop/availability; found “%(line)s”.') % {"line": line[:80]}
            )
        found.append((matchers_read(matchers), name.strip()))
    return found


def alerts_of(payload: Any) -> list[Any]:
    """Return the alerts of a message; raises ItemError for what is none of Alertmanager's."""
    if not isinstance(payload, dict) or not isinstance(payload.get("alerts"), list):
        raise ItemError("", _("Expected a message of Alertmanager’s webhook: an object with a list of alerts."))
    if str(payload.get("version", VERSION)) != VERSION:
        raise ItemError("version", _("Expected version 4 of Alertmanager’s webhook."))
    if len(payload["alerts"]) > ALERTS_MOST:
        raise ItemError("alerts", _("Expected at most %(count)d alerts.") % {"count": ALERTS_MOST})
    return list(payload["alerts"])


def labels_of(item: Any) -> dict[str, str]:
    """Return an alert's labels; raises ItemError."""
    labels = item.get("labels") if isinstance(item, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise ItemError("labels", _("Expected an object of labels, each with a text."))
    return labels


def alert_read(item: Any, labels: Mapping[str, str], rules: Rules) -> Alert:
    """Return one alert as a span; raises ItemError."""
    status = item.get("status")
    if status not in ("firing", "resolved"):
        raise ItemError("status", _("Expected firing or resolved."))
    start = _instant(item, "startsAt")
    end = max(_instant(item, "endsAt"), start + 1) if status == "resolved" else None
    state = FactState.DEGRADED if rules.degraded and all_hold(rules.degraded, labels) else FactState.DOWN
    return Alert(
        key=f"{_fingerprint(item, labels)}@{start}",
        start=start,
        end=end,
        state=state,
        scope=labels.get(rules.scope, "")[:80] if rules.scope else "",
        reference=labels.get("alertname", "")[:200],
        indicator=next((name for matchers, name in rules.indicators if all_hold(matchers, labels)), ""),
    )


def _instant(item: Mapping[str, Any], field: str) -> int:
    """Return a time of an alert to the second; raises ItemError."""
    value = item.get(field)
    try:
        return parse_instant(whole_seconds(value) if isinstance(value, str) else "")
    except EngineError:
        raise ItemError(field, _("Expected a time such as 2026-03-02T10:00:00Z.")) from None


def whole_seconds(text: str) -> str:
    """Return a time without its fraction of a second."""
    head, point, tail = text.partition(".")
    return head + tail.lstrip("0123456789") if point else head


def _fingerprint(item: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return what tells an alert from others: its fingerprint, or one made of its labels where it has none."""
    given = item.get("fingerprint")
    if isinstance(given, str) and given.isalnum() and len(given) <= 64:
        return given
    text = "\n".join(f"{name}={value}" for name, value in sorted(labels.items()))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
