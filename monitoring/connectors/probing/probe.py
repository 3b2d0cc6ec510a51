"""A probe: looks, looks again where that fails, and says what it saw as facts."""

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Event
from typing import Any, ClassVar, NamedTuple

from monitoring.connectors.base import Connector
from monitoring.connectors.probing.observed import OBSERVED, Observed, rows_agreed
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from slmo.core.units import Window


class Seen(NamedTuple):
    """What one look found: the state, in a few words why, and what was measured where not the time it took."""

    state: FactState
    words: str = ""
    value: Decimal | None = None


def in_time(config: Mapping[str, Any], took: float) -> Seen:
    """Return that it is up, or degraded where that took longer than is good."""
    slow = config.get("slow_after")
    return Seen(FactState.DEGRADED, "slow") if slow and took > float(slow) else Seen(FactState.UP)


class Probe(Connector):
    """A kind of source that looks by itself, from the portal or from several named points."""

    group = "probe"
    facts: ClassVar[tuple[str, ...]] = ("states", "samples", "buckets")

    def look(self, config: Mapping[str, Any]) -> Seen:
        """Return what one look finds now; raises ConnectorError where the question can not be asked."""
        raise NotImplementedError

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return the kind of facts for what is recorded."""
        return {"time": "samples", "answer": "buckets"}.get(str(config.get("records")), "states")

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return what one look finds for the window's last interval; with points, what they saw together."""
        if OBSERVED in config:
            return rows_agreed(config, window, interval)
        start = window.end - interval
        one = self.observe(config, start, "")
        if config.get("records") == "time":
            return [] if one.value is None else [SampleRow(start, one.value, key=row_key(start, ""))]
        if config.get("records") == "answer":
            good = Decimal(one.state == FactState.UP)
            return [BucketRow(start, start + interval, good, Decimal(1), key=row_key(start, ""), reference=one.seen)]
        return [FactRow(start, start + interval, one.state, "", row_key(start, ""), one.seen)]

    def preview(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return what a look from here finds, wherever the source will look from."""
        return self.fetch({name: value for name, value in config.items() if name != "points"}, window, interval)

    def observe(self, config: Mapping[str, Any], start: int, point: str) -> Observed:
        """Return what looking finds for the interval that begins at `start`, looking again before it is down."""
        for left in range(int(config.get("retries") or 0), -1, -1):
            begun = time.monotonic()
            seen = self.look(config)
            took = Decimal(f"{time.monotonic() - begun:.3f}")
            if seen.state != FactState.DOWN or not left:
                break
            Event().wait(float(config.get("pause") or 0))
        value = None if seen.state == FactState.DOWN else took if seen.value is None else seen.value
        return Observed(start, point, int(seen.state), seen.words[:200], value)
