"""The query API of Prometheus: one range query after another, each answer checked before anything is believed."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.outbound import Answer, Ask, Deadline, Limits, basic, bearer, request
from monitoring.connectors.outbound.client import refused
from monitoring.sentence import gettext as _
from slmo.accounts.vault import Secret
from slmo.core.units import Window

POINTS_MOST = 10_000  # of one series in one answer; the server itself gives 11,000 at most
SERIES_MOST = 200
TOTAL = 60.0  # seconds for all answers of a fetch
LIMITS = Limits(seconds=30, body=32 * 1024 * 1024)
SHOWN_MOST = 300
_AGAIN = frozenset({"timeout", "canceled", "internal", "unavailable", "too_many_requests"})
_TOLERANCE = Decimal("0.0015")  # seconds; the server keeps milliseconds


class Series(NamedTuple):
    """One series of an answer: its labels, and its finite values by the start of their step."""

    labels: Mapping[str, str]
    values: Mapping[int, Decimal]


class Api:
    """One server, for one fetch."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Keep address, credentials and the time for all answers."""
        self.url = f"{config['url']}/api/v1/query_range"
        self.headers: dict[str, str | Secret] = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        if token := config.get("token"):
            self.headers["Authorization"] = bearer(token)
        elif config.get("user"):
            self.headers["Authorization"] = basic(config["user"], config.get("password") or Secret(""))
        if config.get("tenant"):
            self.headers["X-Scope-OrgID"] = config["tenant"]
        self.deadline = Deadline(TOTAL)

    def steps(self, query: str, window: Window, step: int) -> list[Series]:
        """Return what a query says of each step of a window, whose bounds are multiples of the step.

        A step that has no sample, or NaN or an infinity, has no value. Raises ConnectorError.
        """
        found: dict[tuple[tuple[str, str], ...], dict[int, Decimal]] = {}
        for part in _parts(window, step):
            for labels, values in self._part(query, part, step):
                found.setdefault(tuple(sorted(labels.items())), {}).update(values)
            if len(found) > SERIES_MOST:
                sentence = _("The query gives more than %(count)d series; sum them up, or choose fewer.")
                raise ConnectorError(sentence % {"count": SERIES_MOST}, again=False)
        return [Series(dict(labels), values) for labels, values in found.items()]

    def _part(self, query: str, window: Window, step: int) -> Iterator[tuple[dict[str, str], dict[int, Decimal]]]:
        """Yield the labels and values of the series of one answer."""
        # a step is asked at its last millisecond, over its own length: first instant in, last one out
        form = {
            "query": query.replace("$step", f"{step}s"), "step": step, "partial_response": "false",
            "start": f"{window.start + step - 1}.999", "end": f"{window.end - 1}.999",
        }  # fmt: skip
        limits = LIMITS._replace(seconds=min(LIMITS.seconds, _left(self.deadline)))
        answer = request(Ask("POST", self.url, self.headers, urlencode(form).encode()), limits)
        data = _data(answer)
        for series in data["result"]:
            yield _labels(series), _values(series, window, step)


def _parts(window: Window, step: int) -> Iterator[Window]:
    """Yield a window in parts that one answer can hold."""
    length = POINTS_MOST * step
    for start in range(window.start, window.end, length):
        yield Window(start, min(start + length, window.end))


def _left(deadline: Deadline) -> float:
    try:
        return deadline.left()
    except TimeoutError:
        raise ConnectorError(_("All the answers together took too long.")) from None


def _data(answer: Answer) -> Any:
    """Return the matrix of an answer; raises ConnectorError for an error, a partial answer, or anything else."""
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    said = answer.json()
    data = said.get("data") if isinstance(said, dict) and said.get("status") == "success" else None
    if not isinstance(data, dict) or not isinstance(data.get("result"), list):
        raise ConnectorError(_("The answer is JSON, but not one of Prometheus’ query API."), again=False)
    if warnings := said.get("warnings"):
        sentence = _("The server warns that its answer may be partial, so that nothing of it is recorded: %(warning)s")
        raise ConnectorError(sentence % {"warning": _shown(warnings)})
    if data.get("resultType") != "matrix":
        sentence = _("Expected the result of a range query; found “%(type)s”.")
        raise ConnectorError(sentence % {"type": _shown(data.get("resultType"))}, again=False)
    return data


def _refusal(answer: Answer) -> ConnectorError:
    """Return the error for an answer that is no result: the server's own words, and whether trying again helps."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return refused(answer)
    if not isinstance(said, dict) or said.get("status") != "error" or answer.status in (401, 403):
        return refused(answer)
    values = {"status": answer.status, "said": _shown(said.get("error"))}
    sentence = _("The server refuses the query (HTTP %(status)d): %(said)s") % values
    known = refused(answer)
    return ConnectorError(sentence, again=said.get("errorType") in _AGAIN or known.again, wait=known.wait)


def _labels(series: Any) -> dict[str, str]:
    """Return a series' labels; raises ConnectorError."""
    labels = series.get("metric") if isinstance(series, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(text, str) for text in labels.values()):
        raise _garbled(series)
    return {name: text for name, text in labels.items() if name != "__name__"}


def _values(series: Any, window: Window, step: int) -> dict[int, Decimal]:
    """Return a series' finite values by the start of their step; raises ConnectorError for a time nobody asked for."""
    pairs = series.get("values")
    if not isinstance(pairs, list):
        raise _garbled(series)
    found: dict[int, Decimal] = {}
    for pair in pairs:
        try:
            moment, text = pair
            value, at = Decimal(text), Decimal(moment)
            start = round(at + Decimal("0.001")) - step
            fits = abs(at + Decimal("0.001") - start - step) <= _TOLERANCE
        except (TypeError, ValueError, ArithmeticError):
            raise _garbled(pair) from None
        if not isinstance(text, str) or not fits or start % step or not window.start <= start < window.end:
            raise _garbled(pair)
        if value.is_finite():
            found[start] = value
    return found


def _garbled(found: Any) -> ConnectorError:
    """Return the error for a part of an answer that means nothing."""
    sentence = _("The answer holds something that was not asked for, so that nothing of it is recorded: %(found)s")
    return ConnectorError(sentence % {"found": _shown(found)})


def _shown(said: Any) -> str:
    """Return another's words as one short line."""
    return " ".join(str(said).split())[:SHOWN_MOST]
