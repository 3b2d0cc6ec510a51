"""Trying a source out: what it would bring now, within a bounded time, and nothing is recorded."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Semaphore
from typing import Any

from django.utils import translation

from monitoring.connectors import Connector, ConnectorError
from monitoring.connectors.errors import fault
from monitoring.connectors.outbound import networks_refresh
from monitoring.instants import instant_of
from monitoring.kinds import FactKind, kind_of_rows, rows_errors
from monitoring.sentence import Sentence, sentence_of, verbatim
from monitoring.sentence import gettext as _
from slmo.core.units import Window

SECONDS = 20  # that a person waits for
AT_ONCE = 4  # by one process: whoever tries must not keep others from their pages
PAST = 86_400  # seconds looked back, where the past can be asked for
logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="trial")
_places = Semaphore(AT_ONCE)


@dataclass(frozen=True)
class Trial:
    """What a source would bring: rows of one kind; or why it brings nothing, as a sentence.

    `again` tells whether trying again may help.
    """

    rows: Sequence[Any] = ()
    kind: FactKind | None = None
    error: Sentence = verbatim("")
    again: bool = True
    window: Window = field(default_factory=lambda: Window(0, 1))

    @property
    def states(self) -> Counter[int]:
        """Return how many seconds each state holds in the window, where the facts are states with an end."""
        seconds: Counter[int] = Counter()
        rows = sorted(self.rows, key=lambda row: (row.scope, row.start)) if self._of_states else []
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            change = following is not None and following.scope == row.scope and row.end is None
            end = following.start if change and following is not None else row.end or self.window.end
            seconds[row.state] += max(0, end - row.start)
        return seconds

    @property
    def _of_states(self) -> bool:
        return self.kind is not None and self.kind.name == "states"


def source_try(connector: Connector, config: Mapping[str, Any], interval: int, now: datetime) -> Trial:
    """Return what a source so configured would bring; `config` with its secrets, as a fetch gets it."""
    if not _places.acquire(blocking=False):
        return Trial(error=_("Several sources are being tried out at this moment; try again in a few seconds."))
    networks_refresh()
    window = window_tried(connector, interval, now)
    work = _threads.submit(_asked, connector, config, window, interval, translation.get_language())
    work.add_done_callback(lambda _work: _places.release())
    try:
        return work.result(SECONDS)
    except TimeoutError:
        return Trial(error=_("There was no answer within %(count)d seconds.") % {"count": SECONDS}, window=window)


def window_tried(connector: Connector, interval: int, now: datetime) -> Window:
    """Return the window that a trial asks for: the present interval, or the last day where that can be asked for."""
    end = (instant_of(now) // interval + 1) * interval
    past = max(interval, PAST // interval * interval) if connector.windowed else interval
    return Window(end - past, end)


def _asked(
    connector: Connector, config: Mapping[str, Any], window: Window, interval: int, language: str | None
) -> Trial:
    """Ask, in a thread of its own, and say what came in the reader's language."""
    with translation.override(language):
        try:
            rows = list(connector.preview(config, window, interval))
            if errors := rows_errors(rows):
                return Trial(error=errors[0].sentence, again=False, window=window)
            return Trial(rows=rows, kind=kind_of_rows(rows), window=window)
        except ConnectorError as error:
            return Trial(error=sentence_of(error).without(config.values()), again=error.again, window=window)
        except Exception as error:  # a fault in a connector: said to whoever tries, and kept in the log
            sentence = fault(error).without(config.values())
            logger.error("A trial of a source of kind %s failed: %s", connector.kind, sentence.english())
            return Trial(error=sentence, window=window)
