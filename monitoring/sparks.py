"""The small picture beside an objective: how long it was down or degraded on each of the last days."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slmo.web import words

HEIGHT, BAR, GAP = 24, 4, 1  # units of the drawing
LEAST = 2  # a day with any loss shows at least so high


def spark(bars: Sequence[int], *, counted: bool = False) -> SafeString:
    """Return the picture of the seconds lost on each day, oldest first; the highest bar fills the height.

    `counted` tells that they are numbers of events, slices or tasks instead.
    """
    if not bars:
        return format_html('<span class="muted small">{}</span>', _("no figures"))
    most = max(bars)
    parts = [bar(place, seconds, most) for place, seconds in enumerate(bars)]
    width = len(bars) * (BAR + GAP)
    return format_html(
        '<svg class="draw spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        width,
        HEIGHT,
        spark_words(bars, counted=counted),
        mark_safe("".join(parts)),
    )


def bar(place: int, seconds: int, most: int) -> str:
    """Return one day's bar; a day without loss is a thin line at the foot."""
    height = max(LEAST + 1, round(HEIGHT * seconds / most)) if seconds else 1
    tone = "breach" if seconds else "future"
    left, top = place * (BAR + GAP), HEIGHT - height
    return f'<rect class="tone-{tone}" x="{left}" y="{top}" width="{BAR}" height="{height}"/>'


def spark_words(bars: Sequence[int], *, counted: bool = False) -> str:
    """Return what the picture says, for those who do not see it."""
    days = ngettext("the last %(count)d day", "the last %(count)d days", len(bars)) % {"count": len(bars)}
    if not any(bars):
        return _("No loss in %(days)s") % {"days": days}
    told = words.number if counted else words.duration
    values = {"time": told(sum(bars)), "days": days, "most": told(max(bars))}
    return _("%(time)s lost in %(days)s, at most %(most)s on one day") % values
