"""What status pages tell as facts: each incident with its state, and up for the time that the page speaks of.

Where incidents overlap that time the worst state holds. An incident that is told otherwise later takes the place of
what was told before, and one that is still open lasts until the end of the window.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.models import FactState
from monitoring.rows import FactRow
from slmo.core.units import Window

CHOICES = (("up", _l("up")), ("degraded", _l("degraded")), ("down", _l("down")))
STATES = {"up": FactState.UP, "degraded": FactState.DEGRADED, "down": FactState.DOWN}


class Incident(NamedTuple):
    """An incident, in epoch seconds; `name` is unique on its page, `end` None while it lasts."""

    name: str
    start: int
    end: int | None
    state: FactState
    reference: str = ""


def incident_rows(incidents: Sequence[Incident], window: Window, known_since: int | None = None) -> list[FactRow]:
    """Return the facts of a window: what the page tells of it, and of incidents that reach into it.

    `known_since`: from when on the page's list is complete, where it is a list of the latest ones only.
    """
    start = max(window.start, known_since or window.start)
    rows = []
    if start < window.end:
        rows.append(FactRow(start, window.end, int(FactState.UP), "", f"up|{start}", ""))
    for one in incidents:
        end = window.end if one.end is None else one.end
        if end > window.start and one.start < window.end and one.start < end:
            rows.append(FactRow(one.start, end, int(one.state), "", one.name[:200], _line(one.reference)))
    return rows


def state_field(label: Any, initial: str) -> forms.ChoiceField:
    """Return a field that says as which state something counts."""
    return forms.ChoiceField(label=label, choices=CHOICES, initial=initial, required=False)


def state_of(config: Mapping[str, Any], name: str, default: str) -> FactState:
    """Return the state that a field says."""
    return STATES[str(config.get(name) or default)]


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
