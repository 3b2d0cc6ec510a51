"""States of a service: up, degraded, down, unknown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _l

from agreements.models import Indicator, IndicatorKind
from monitoring.kinds.base import Column, FactKind, ItemRefused, item_instant, moment, numbered_keys
from monitoring.models import Fact, FactState
from monitoring.reading import day_digest, states_load
from monitoring.rows import EARLIEST, LATEST, FactRow, instant_errors, is_flag, is_plain_text, row_key, span_errors
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _
from slmo.core.facts import OPEN, Facts, State
from slmo.core.kinds import Asked
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window, format_instant

_NUMBERS = {state.value: int(FactState[state.name]) for state in State}
_HIGHEST = max(_NUMBERS.values())
_NAMES = {number: name for name, number in _NUMBERS.items()}


class StatesKind(FactKind):
    """A state in `[start, end)`, or from `start` until the next change of its stream."""

    name = "states"
    indicators = (IndicatorKind.AVAILABILITY, IndicatorKind.OUTAGES)
    model = Fact
    row = FactRow
    columns = (moment("start"), moment("end"), Column("state", "smallint"))
    monthly = True
    begins, ends = "fact.start", 'fact."end"'
    files = ("changes", "intervals")
    labels = {"state": _l("State")}
    told = _l("The state in between; for lists of outages. The scope says where, and may be left out.")
    fields = ("at", "start", "end", "state")
    sample = (
        "start,end,state,scope\n2026-01-14T09:30:00Z,2026-01-14T09:52:30Z,down,europe-west1\n"
        "2026-02-03T22:10:00Z,2026-02-03T23:00:00Z,degraded,\n"
    )

    def is_plain(self, row: FactRow) -> bool:
        """Tell whether a state is surely usable."""
        start, end = row.start, row.end
        if type(start) is not int or not EARLIEST <= start < LATEST or type(row.state) is not int:
            return False
        if end is not None and (type(end) is not int or not start < end < LATEST):
            return False
        return 0 <= row.state <= _HIGHEST and is_plain_text(row)

    def own_errors(self, row: FactRow) -> Iterable[tuple[str, Sentence]]:
        """Return what is wrong with time, state and mark of correction."""
        errors = list(instant_errors(row, "start")) if row.end is None else span_errors(row)
        if not isinstance(row.state, int) or isinstance(row.state, bool) or row.state not in FactState.values:
            errors.append(("state", _("The state must be up, degraded, down or unknown.")))
        if is_flag(row.override) and row.override and row.end is None:
            errors.append(("override", _("A correction must say until when it holds.")))
        return errors

    def item_row(self, item: Mapping[str, Any]) -> FactRow:
        """Return `at` and `state` as a change, `start`, `end` and `state` as an interval."""
        if ("at" in item) == ("start" in item) or ("at" in item and "end" in item):
            raise ItemRefused("start", _("Expected either at, or start and end."))
        start = item_instant(item, "at" if "at" in item else "start")
        end = None if item.get("end") is None else item_instant(item, "end")
        if not isinstance(item.get("state"), str) or item["state"] not in _NUMBERS:
            raise ItemRefused("state", _("The state must be up, degraded, down or unknown."))
        return FactRow(start, end, _NUMBERS[item["state"]], item["scope"], row_key(start, item["scope"]), "")

    def file_rows(self, facts: Facts) -> Iterator[FactRow]:
        """Yield the file's states; of several intervals that begin at one time and place the further are numbered."""
        rows = facts.states.rows()
        names = numbered_keys(row_key(start, scope) for start, _e, _st, scope, _q, change, *_r in rows if not change)
        for start, end, state, scope, _seq, change, override, _indicator in rows:
            key = row_key(start, scope) if change else next(names)
            yield FactRow(start, None if change or end == OPEN else end, _NUMBERS[state], scope, key, "", override)

    def read(self, indicator: Indicator, window: Window, terms: Terms | None, known_at: datetime | None) -> Facts:
        """Return the states in the window and around it."""
        return Facts(states=states_load(indicator, window, terms, known_at))

    def day_digest(self, facts: Facts, window: Window) -> str:
        """Return the SHA-256 over the states that cover a day, clipped to it."""
        return day_digest(facts.states, window)

    def looks_at(self, asked: Asked) -> int | None:
        """Return just after when a state begins or ends."""
        edges = np.concatenate((asked.facts.states.start, asked.facts.states.end))
        coming = edges[(edges > asked.as_of) & (edges < OPEN)]
        return int(coming.min()) + 1 if len(coming) else None

    def file_lines(self, facts: Facts, until: int) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        """Return the states as the engine took them: as intervals, those that have not ended without an end."""
        rows = facts.states.rows()
        lines = (
            (
                format_instant(start),
                "" if end == OPEN and not override else format_instant(min(end, until)),
                state,
                scope,
                "yes" if override else "",
            )
            for start, end, state, scope, _seq, _change, override, _indicator in rows
        )
        return ("start", "end", "state", "scope", "override"), lines

    def shown(self, fact: Any) -> Mapping[str, str]:
        """Return the state's name."""
        return {"state": _NAMES[fact.state]}


kind = StatesKind()
