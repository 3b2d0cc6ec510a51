"""The horizon as a picture: a row for each agreement, a mark where its term ends and where notice is still in time."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agreements.horizon import ENDS, RENEWS, WHATS, Ahead
from slmo.web import words

NAME, PLOT, ROW, TOP = 250, 640, 26, 24  # widths of names and of the span, height of a row, of the scale
MOST = 24  # rows drawn; the list below has all of them
NAME_SIGNS = 36
MONTH = 100  # what the longest name of a month takes


def horizon_draw(rows: Sequence[Ahead], today: date, days: int) -> SafeString | str:
    """Return the picture of the next `days` days; empty where there is nothing to draw."""
    shown = list(rows)[:MOST]
    if not shown:
        return ""
    height = TOP + len(shown) * ROW + 4
    drawn = "".join([*_scale(today, days, height), *(_row(place, one, days) for place, one in enumerate(shown))])
    label = _("Ends of terms in the next %(days)d days; the list below says the same.") % {"days": days}
    return mark_safe(
        f'<svg class="draw horizon" viewBox="0 0 {NAME + PLOT + 20} {height}" role="img" aria-label="{escape(label)}">'
        f"{drawn}</svg>"
    )


def _x(days: int, span: int) -> float:
    """Return where a day lies on the span."""
    return NAME + PLOT * min(max(days, 0), span) / span


def _scale(today: date, span: int, height: int) -> Iterator[str]:
    """Yield the lines of the months and their names, and that of today."""
    first, free = (today.replace(day=1) + timedelta(days=32)).replace(day=1), 0.0
    while (first - today).days <= span:
        x = _x((first - today).days, span)
        yield f'<line class="hz-line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height}"/>'
        if free <= x < NAME + PLOT - 50:
            free = x + MONTH
            yield f'<text class="hz-scale" x="{x + 4:.1f}" y="12">{escape(words.month(first))}</text>'
        first = (first + timedelta(days=32)).replace(day=1)
    yield f'<line class="hz-now" x1="{NAME}" x2="{NAME}" y1="{TOP - 10}" y2="{height}"/>'
    yield (
        f'<text class="hz-scale" x="{NAME + 4}" y="12">{escape(_("today"))}</text>'
        if ((today.replace(day=1) + timedelta(days=32)).replace(day=1) - today).days * PLOT / span > 60
        else ""
    )


def _row(place: int, one: Ahead, span: int) -> str:
    """Return the name, the bar of the term and its marks."""
    middle = TOP + place * ROW + ROW / 2
    end = _x(one.left + 1, span)
    title = one.agreement.title
    name = title if len(title) <= NAME_SIGNS else title[: NAME_SIGNS - 1] + "…"
    said = f"{title}: {WHATS[one.what]}, {words.day(one.last)}"
    kind = {RENEWS: "renews", ENDS: "ends"}.get(one.what, "expires")
    return (
        f"<g><title>{escape(said)}</title>"
        f'<text class="hz-name" x="{NAME - 10}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="hz-bar hz-{kind}" x="{NAME}" y="{middle - 5}" width="{max(end - NAME, 2):.1f}" height="10"/>'
        f"{_notice(one, middle, span)}{_end(end, middle, kind)}</g>"
    )


def _notice(one: Ahead, middle: float, span: int) -> str:
    """Return a diamond on the last day to give notice, where that is still to come."""
    if one.notice_by is None or one.notice_passed:
        return ""
    x = _x((one.notice_by - one.today).days, span)
    label = escape(_("Notice until %(day)s") % {"day": words.day(one.notice_by)})
    points = f"{x:.1f},{middle - 8} {x + 7:.1f},{middle} {x:.1f},{middle + 8} {x - 7:.1f},{middle}"
    return f'<polygon class="hz-notice" points="{points}"><title>{label}</title></polygon>'


def _end(x: float, middle: float, kind: str) -> str:
    """Return the mark at the end: a bar where it ends, an arrow where it goes on."""
    if kind == "renews":
        return f'<path class="hz-on" d="M{x:.1f} {middle - 5} l8 5 l-8 5 z"/>'
    return f'<line class="hz-stop hz-{kind}-stop" x1="{x:.1f}" x2="{x:.1f}" y1="{middle - 9}" y2="{middle + 9}"/>'
