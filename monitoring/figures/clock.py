"""A task's clock as a small picture: opened, pauses, hours in which it did not run, due, done."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from slmo.core.intervals import Intervals
from slmo.core.kinds import TaskOutcome
from slmo.core.units import Window
from slmo.web import words

WIDE, TALL = 240, 16  # units of the drawing
ROOM = 6  # units beyond the last mark
LATE = "tone-breach"


def clock_drawn(outcome: TaskOutcome, hours: Intervals, as_of: int, zone: str) -> SafeString:
    """Return the picture of one task from its opening to its due time or its end, whichever is later.

    Running time is solid, time outside service hours hatched, a pause empty; the line is the due time.
    """
    ended = outcome.done if outcome.done is not None else as_of
    last = max(ended, outcome.due or ended)
    span = Window(outcome.task.opened, max(last, outcome.task.opened + 1))
    pauses = Intervals.of((start, min(end or as_of, span.end)) for start, end in outcome.task.pauses)
    running = hours.clip(Window(span.start, max(ended, span.start + 1))).subtract(pauses)
    due = outcome.due
    parts = [f'<rect class="track" width="{WIDE}" height="{TALL}" rx="2"/>']
    parts += [_rect(one, span, "over", 'fill="url(#p-hatch-light)"') for one in hours.complement().clip(span).windows()]
    within = running if due is None else running.clip(Window(span.start, due))
    parts += [_rect(one, span, "tone-met") for one in within.windows()]
    if due is not None and due < span.end:
        parts += [_rect(one, span, LATE) for one in running.clip(Window(due, span.end)).windows()]
    parts += [_rect(one, span, "pause") for one in pauses.clip(span).windows()]
    if due is not None:
        parts.append(_line(due, span, "limit"))
    parts.append(_line(ended, span, "end" if outcome.done is not None else "now"))
    return mark_safe(
        f'<svg class="draw task-clock" viewBox="0 -2 {WIDE + ROOM} {TALL + 4}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(_told(outcome, zone))}">{"".join(parts)}</svg>'
    )


def _x(at: int, span: Window) -> float:
    return (min(max(at, span.start), span.end) - span.start) * WIDE / span.seconds


def _rect(one: Window, span: Window, css: str, more: str = "") -> str:
    left, right = _x(one.start, span), _x(one.end, span)
    width = max(right - left, 0.6)
    return f'<rect class="{css}" x="{left:.2f}" y="0" width="{width:.2f}" height="{TALL}" {more}/>'


def _line(at: int, span: Window, css: str) -> str:
    place = f"{_x(at, span):.2f}"
    return f'<line class="{css}" x1="{place}" x2="{place}" y1="-2" y2="{TALL + 2}" vector-effect="non-scaling-stroke"/>'


def _told(outcome: TaskOutcome, zone: str) -> str:
    """Say what the picture shows."""
    values = {
        "opened": words.when(outcome.task.opened, zone),
        "due": words.when(outcome.due, zone),
        "done": words.when(outcome.done, zone),
    }
    if outcome.done is None:
        return _("Opened %(opened)s, due %(due)s, still open") % values
    return _("Opened %(opened)s, due %(due)s, done %(done)s") % values
