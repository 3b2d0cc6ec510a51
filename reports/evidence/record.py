"""Recorded facts of an indicator, packed once and kept for as long as nobody records more: the evidence reads no other.

Kept in the memory of the process, and in the shared cache for the other processes. The key names the last fact and how
silence is read, so that nothing that is kept grows old.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from django.core.cache import cache
from django.db.models import Min, QuerySet

from agreements.models import Indicator
from monitoring.instants import instant_of
from monitoring.kinds import kind_of
from monitoring.models import Fact, Stream
from monitoring.packed import facts_packed
from monitoring.record_sql import Extent, extent_of, extent_of_streams
from slmo.core import ENGINE_VERSION
from slmo.core.facts import Facts
from slmo.core.units import DAY, Window

KEPT = 32  # records in the memory of a process; packed, a year of checks is some KB
SHARED_MOST = 200_000  # rows: longer records are read by each process for itself
SHARED_SECONDS = 86_400
MARGIN = 62 * DAY  # how far before and after a window terms may look: the longest outage that they forgive, twice

_kept: OrderedDict[str, "Recorded"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Recorded:
    """What is recorded of an indicator in a window, as known at one moment.

    `begun` is when the whole record begins (None: it is empty); `origins` name where facts come from, and since when.
    """

    facts: Facts
    begun: int | None
    origins: tuple[tuple[str, int], ...]
    mark: str
    read_anew: bool = False


def recorded_read(indicator: Indicator, window: Window) -> Recorded:
    """Return the packed record of an indicator in a window and around it; read again only after something was added."""
    mark = mark_of(indicator, window)
    found = _known(mark)
    if found is None:
        found = _read(indicator, window, mark)
        _keep(mark, found)
        return replace(found, read_anew=True)
    return found


def mark_of(indicator: Indicator, window: Window) -> str:
    """Return a text that changes with every fact and with how silence is read; one query, of a row in an index."""
    extent = extent_now(indicator)
    silence = (indicator.gaps_up, indicator.recorded_from, indicator.recorded_until)
    told = repr((ENGINE_VERSION, indicator.pk, indicator.kind, tuple(extent), silence, tuple(window)))
    return f"evidence:{hashlib.sha256(told.encode()).hexdigest()}"


def extent_now(indicator: Indicator) -> Extent:
    """Return where the record of an indicator begins, and its last fact; one query."""
    kind = kind_of(indicator)
    if kind.monthly:
        return extent_of_streams(kind, indicator.pk, None)
    return extent_of(kind.model, kind.first, indicator.pk, None)


def begun_of(indicator: Indicator, extent: Extent) -> int | None:
    """Return since when something is recorded of an indicator, None where nothing is."""
    begun = [extent.first] if extent.first else []
    if kind_of(indicator).model is Fact and indicator.gaps_up and indicator.recorded_from:
        begun.append(indicator.recorded_from)
    return min(map(instant_of, begun), default=None)


def _read(indicator: Indicator, window: Window, mark: str) -> Recorded:
    wide = Window(window.start - MARGIN, window.end + MARGIN)
    return Recorded(
        facts_packed(indicator, wide),
        begun_of(indicator, extent_now(indicator)),
        tuple(sorted(_origins(indicator), key=lambda pair: pair[1])),
        mark,
    )


def _origins(indicator: Indicator) -> Iterator[tuple[str, int]]:
    """Yield where the facts of an indicator come from, with the first of each that holds."""
    kind = kind_of(indicator)
    rows: QuerySet[Any] = Stream.objects.filter(indicator=indicator, kind=kind.name, first__isnull=False)
    first = "first"
    if not kind.monthly:
        rows, first = kind.model._default_manager.filter(indicator=indicator, superseded_at=None), kind.first
    for name, begun in rows.order_by().values_list("origin").annotate(Min(first)):
        yield name, instant_of(begun)


def _known(mark: str) -> Recorded | None:
    """Return what this process or another one has read."""
    with _lock:
        if mark in _kept:
            _kept.move_to_end(mark)
            return _kept[mark]
    shared: Recorded | None = cache.get(mark)
    if shared is not None:
        _remember(mark, shared)
    return shared


def _keep(mark: str, recorded: Recorded) -> None:
    _remember(mark, recorded)
    if len(recorded.facts.states) <= SHARED_MOST:
        cache.set(mark, recorded, SHARED_SECONDS)


def _remember(mark: str, recorded: Recorded) -> None:
    with _lock:
        _kept[mark] = recorded
        if len(_kept) > KEPT:
            _kept.popitem(last=False)


def records_forget() -> None:
    """Forget what this process has read, as one that has just begun."""
    with _lock:
        _kept.clear()


def comparable_from(recorded: Recorded, since: datetime | None) -> list[tuple[str, int]]:
    """Return from when on facts may differ from earlier ones, and why: said of the indicator, or another origin."""
    said = [("", instant_of(since))] if since else []
    later: Iterable[tuple[str, int]] = recorded.origins[1:]
    return said + [(name, first) for name, first in later if name not in ("correction",)]
