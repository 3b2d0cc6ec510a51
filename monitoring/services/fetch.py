"""One fetch of a source: what it asks for, and what came of it. Nothing here touches the database."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.errors import fault
from monitoring.instants import instant_of, moment_of
from monitoring.models import Source
from monitoring.sentence import Sentence, sentence_of, verbatim
from monitoring.services.source_secrets import config_open, fault_text
from slmo.core.units import Window

logger = logging.getLogger(__name__)

WINDOW_MOST = 7 * 86_400  # seconds asked for at once
_SPREAD = 0.8  # of an interval: sources of one interval are asked one after the other, and none at its very end
_STEP = 0.6180339887  # the golden ratio: numbers in a row come to lie far from each other


@dataclass(frozen=True)
class Outcome:
    """What a fetch brought, or the sentence that says why it did not; `again` tells whether trying again may help."""

    source: Source
    window: Window
    config: Mapping[str, Any]
    rows: Sequence[Any] = ()
    error: Sentence = verbatim("")
    again: bool = True


def origin_of(source: Source) -> str:
    """Return the name of the stream that a source's facts belong to."""
    return f"source:{source.pk}"


def is_windowed(source: Source) -> bool:
    """Tell whether a source can be asked for the past."""
    return source.kind in CONNECTORS and CONNECTORS[source.kind].windowed


def slot_end(source: Source, moment: datetime) -> int:
    """Return the end of the interval of the clock in which a moment lies."""
    return (instant_of(moment) // source.interval + 1) * source.interval


def window_due(source: Source, now: datetime) -> Window:
    """Return what to ask for, up to the end of the interval in which `now` lies.

    Of a source that can be asked for the past: from where it is covered, and its overlap before that, however long ago
    that is; at most a week at once, the earliest first. Of another: from the end of the last success.
    """
    end = slot_end(source, now)
    if is_windowed(source) and source.covered_until:
        covered = instant_of(source.covered_until)
        return Window(min(covered - source.overlap, end - source.interval), min(end, covered + WINDOW_MOST))
    backlog = CONNECTORS[source.kind].backlog if source.kind in CONNECTORS else 0
    since = slot_end(source, source.last_success_at) if source.last_success_at else end - backlog
    return Window(max(min(since, end - source.interval), end - WINDOW_MOST), end)


def covered_by(source: Source, window: Window, now: datetime) -> Window:
    """Return the time that a fetch of a window covers and no earlier one did; it never reaches beyond `now`."""
    if not is_windowed(source):
        return Window(window.end - source.interval, window.end)
    since = instant_of(source.covered_until) if source.covered_until else window.start
    return Window(since, max(since, min(window.end, instant_of(now))))


def due_next(source: Source, window: Window, now: datetime) -> datetime:
    """Return when to ask next: at once where a part of the past is left, else in the next interval, at its own time."""
    if window.end < slot_end(source, now):
        return now
    phase = source.pk * _STEP % 1 * _SPREAD * source.interval
    return moment_of(window.end + int(phase))


def source_ask(source: Source, now: datetime) -> Outcome:
    """Ask a leased source and return what came of it; called from many threads at once."""
    window = window_due(source, now)
    config: Mapping[str, Any] = {}
    try:
        config = config_open(source)
        return Outcome(source, window, config, CONNECTORS[source.kind].fetch(config, window, source.interval))
    except ConnectorError as error:
        return Outcome(source, window, config, error=sentence_of(error).without(config.values()), again=error.again)
    except Exception as error:  # a fault in a connector: said on the source's page, and tried again
        logger.error("Source %s could not be fetched.\n%s", source.slug, fault_text(config))
        return Outcome(source, window, config, error=fault(error).without(config.values()))
