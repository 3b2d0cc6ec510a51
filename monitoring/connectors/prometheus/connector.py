"""From the server's numbers to facts."""

import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.prometheus.api import Api, Series
from monitoring.connectors.prometheus.form import SELECTOR, PrometheusForm
from monitoring.instants import moment_of
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.models import FactState
from monitoring.models.measured import PLACES
from monitoring.rows import FactRow, row_key
from monitoring.sentence import gettext as _
from slmo.core.units import Window

LOOK_BACK = 300  # seconds that are asked for once more, for samples that came late
_PLACES, _EXACT = Decimal(1).scaleb(-PLACES), Context(prec=60)
_NOISE = 1 + Decimal("1e-9")  # the server sums up floats, in whatever order
_WORST, _MEAN = "min_over_time({}[$step])", "avg_over_time({}[$step])"
_RECORDS = {"states": "states", "events": "buckets", "values": "samples"}


class PrometheusConnector(Connector):
    """Ask for each step whether it was up, how many events it had, or which value."""

    kind = "prometheus"
    label = _l("Prometheus")
    about = _l("Asks a Prometheus, Thanos, Mimir or VictoriaMetrics for figures of each minute, by a query in PromQL.")
    icon = "chart-line"
    form = PrometheusForm
    facts = ("states", "buckets", "samples")
    windowed = True

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return the kind of facts that the queries give."""
        return _RECORDS[config.get("records") or "states"]

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the facts of all steps that lie in the window, or a little before it, and have been over long enough.

        Raises ConnectorError.
        """
        step = int(config.get("step") or 60)
        delay = int(config.get("delay") or 0)
        # what was not over long enough when the last fetch ended is part of what is asked once more
        steps = steps_due(window, step, delay, int(time.time()), LOOK_BACK + delay + interval)
        if steps.end <= steps.start:
            return []
        make = {"states": _states, "events": _events, "values": _values}[config.get("records") or "states"]
        return list(make(Api(config), config, steps, step))


def steps_due(window: Window, step: int, delay: int, now: int, back: int) -> Window:
    """Return the steps to ask for: those of the window and of `back` seconds before it that are over by now."""
    start = (window.start - back) // step * step
    end = min(-(-window.end // step) * step, (now - delay) // step * step)
    return Window(start, max(start, end))


def _states(api: Api, config: Mapping[str, Any], steps: Window, step: int) -> Iterator[FactRow]:
    """Yield whether it was up in each step; a step without samples is left out, which means unknown."""
    up, degraded = (Decimal(config[name]) if config.get(name) else None for name in ("up_from", "degraded_from"))
    up = Decimal(1) if up is None else up
    for scope, series in _scoped(api.steps(_asked(config["query"], _WORST), steps, step), config):
        for start, value in sorted(series.values.items()):
            state = FactState.UP if value >= up else FactState.DOWN
            if state is FactState.DOWN and degraded is not None and value >= degraded:
                state = FactState.DEGRADED
            yield FactRow(start, start + step, int(state), scope, row_key(start, scope), "")


def _events(api: Api, config: Mapping[str, Any], steps: Window, step: int) -> Iterator[BucketRow]:
    """Yield the events of each step that has a total; raises ConnectorError where the good ones do not fit it."""
    good = dict(_scoped(api.steps(config["query"], steps, step), config))
    for scope, series in _scoped(api.steps(config["total"], steps, step), config):
        for start, total in sorted(series.values.items()):
            found = good[scope].values.get(start) if scope in good else None
            yield BucketRow(start, start + step, *_counts(found, total, start), scope, row_key(start, scope))


def _values(api: Api, config: Mapping[str, Any], steps: Window, step: int) -> Iterator[SampleRow]:
    """Yield the value of each step that has one."""
    for scope, series in _scoped(api.steps(_asked(config["query"], _MEAN), steps, step), config):
        for start, value in sorted(series.values.items()):
            yield SampleRow(start, _exact(value), scope, row_key(start, scope))


def _asked(query: str, wrap: str) -> str:
    """Return a query as it is sent: the name of a metric alone is asked over the samples of each step."""
    query = query.strip()
    return wrap.format(query) if SELECTOR.fullmatch(query) else query


def _scoped(found: list[Series], config: Mapping[str, Any]) -> list[tuple[str, Series]]:
    """Return the series by scope; raises ConnectorError where several have one scope."""
    name = config.get("scope") or ""
    scoped = [(series.labels.get(name, "") if name else "", series) for series in found]
    scopes = [scope for scope, _series in scoped]
    if twice := next((scope for scope in scopes if scopes.count(scope) > 1), None):
        sentence = _("Several series have the scope “%(scope)s”; sum them up by the label that names it.")
        raise ConnectorError(sentence % {"scope": twice[:80]}, again=False)
    if len(scopes) > 1 and not all(scopes):
        sentence = _("The query gives more than one series (%(count)d); sum them up, or name the label of their scope.")
        raise ConnectorError(sentence % {"count": len(scopes)}, again=False)
    return scoped


def _counts(good: Decimal | None, total: Decimal, start: int) -> tuple[Decimal, Decimal]:
    """Return good and all events of a step; raises ConnectorError where they do not fit together."""
    values: dict[str, Any] = {"at": moment_of(start), "total": total}
    if good is None and total > 0:
        sentence = _(
            "At %(at)s there are %(total)s events in all, but the query of the good ones has no answer. Where that"
            " means none, end it with “or vector(0)”."
        )
        raise ConnectorError(sentence % values, again=False)
    good, total = _exact(good or Decimal(0)), _exact(total)
    if total < good <= total * _NOISE:
        good = total
    values["good"] = good
    if not 0 <= good <= total:
        sentence = _("At %(at)s the query of the good events gives %(good)s, that of all events %(total)s.")
        raise ConnectorError(sentence % values, again=False)
    return good, total


def _exact(value: Decimal) -> Decimal:
    """Return a number with as many digits as are kept."""
    if abs(value) >= Decimal(10) ** 15:
        raise ConnectorError(_("The answer holds a number beyond 1,000,000,000,000,000."), again=False)
    return value.quantize(_PLACES, context=_EXACT)
