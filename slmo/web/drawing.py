"""Small pictures as HTML and SVG: squares, strips and bars. Pure functions: values in, safe markup out.

No style attribute is written (the Content-Security-Policy forbids it): positions are SVG attributes, looks are classes.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from slmo.web import words
from slmo.web.signs import CLASSES, PATTERNS, Sign, key_of, sign_of

# Height of a day in a strip, of 36: a calm day is low, a bad one rises; shape says it as well as colour.
STRIP_HEIGHTS = {
    "met": 20,
    "future": 20,
    "excluded": 20,
    "unknown": 20,
    "indet": 28,
    "risk": 28,
    "breach": 36,
    "info": 20,
}
STRIP_STEP, STRIP_BAR, STRIP_TALL = 4, 3, 36
PARTITION_ORDER = ("up", "degraded", "down", "unknown", "excluded", "out_of_hours", "future", "out_of_term")
# A class that is there is seen: no part of a bar is drawn narrower than this share of its width.
LEAST_SHARE = Fraction(4, 1000)


def icon(name: str, sprite: str, css: str = "") -> SafeString:
    """Return the icon `name` of the sprite at address `sprite`; it is decoration, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>', css, sprite, name
    )


def mark() -> SafeString:
    """Return the mark of the tone that surrounds it."""
    return mark_safe('<span class="glyph" aria-hidden="true"></span>')


def sign(value: Sign, sprite: str, *, css: str = "", only: bool = False) -> SafeString:
    """Return a badge with colour, mark and word; with `only` the word is for screen readers and as a title."""
    drawn = icon(value.icon, sprite) if value.icon else mark()
    if only:
        return format_html(
            '<span class="sign sign-only tone-{} {}" title="{}">{}<span class="sr-only">{}</span></span>',
            value.tone,
            css,
            value.label,
            drawn,
            value.label,
        )
    return format_html('<span class="sign tone-{} {}">{}{}</span>', value.tone, css, drawn, value.label)


def square(item: Mapping[str, Any]) -> SafeString:
    """Return one period as a small square with its mark; a link where the item has a `url`."""
    found = sign_of(item["verdict"])
    label = item.get("label") or found.label
    css = f"square tone-{found.tone}" + (" now" if item.get("now") else "")
    inner = format_html('{}<span class="sr-only">{}</span>', mark(), label)
    if item.get("url"):
        return format_html('<li><a class="{}" href="{}" title="{}">{}</a></li>', css, item["url"], label, inner)
    return format_html('<li><span class="{}" title="{}">{}</span></li>', css, label, inner)


def squares(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """Return periods, oldest first, as squares; each item has `verdict`, `label` and perhaps `url` and `now`."""
    return format_html('<ol class="squares">{}</ol>', format_html_join("", "{}", ((square(item),) for item in items)))


def strip_bar(place: int, item: Mapping[str, Any]) -> str:
    """Return one day of a strip: `verdict` (or a state), `label` and perhaps `url`."""
    tone = sign_of(item["verdict"]).tone
    tall = STRIP_HEIGHTS[tone]
    box = f'x="{place * STRIP_STEP}" y="{STRIP_TALL - tall}" width="{STRIP_BAR}" height="{tall}"'
    bar = f'<rect class="bar tone-{tone}" {box}><title>{escape(item["label"])}</title></rect>'
    if tone in PATTERNS:
        bar += f'<rect class="over" fill="url(#p-{PATTERNS[tone]})" pointer-events="none" {box}/>'
    return f'<a href="{escape(item["url"])}">{bar}</a>' if item.get("url") else bar


def strip(days: Iterable[Mapping[str, Any]], *, label: str = "", small: bool = False) -> SafeString:
    """Return one bar a day, oldest first; a bad day stands taller than a good one, so that shape says it too."""
    found = list(days)
    bars = "".join(strip_bar(place, item) for place, item in enumerate(found))
    width = max(1, len(found) * STRIP_STEP - 1)
    css = "draw strip strip-small" if small else "draw strip"
    role = "group" if any(item.get("url") for item in found) else "img"
    return mark_safe(
        f'<svg class="{css}" viewBox="0 0 {width} {STRIP_TALL}" preserveAspectRatio="none" role="{role}"'
        f' aria-label="{escape(label or _("One bar a day, oldest first"))}">{bars}</svg>'
    )


def limit_tone(consumed: Fraction, allowed: Fraction) -> str:
    """Return the tone of a consumption: red over the limit, amber from three quarters of it."""
    if consumed > allowed:
        return "breach"
    return "risk" if consumed * 4 >= allowed * 3 and consumed > 0 else "met"


def limitbar(
    consumed: words.Exact, allowed: words.Exact, *, verdict: Any = None, spoken: bool = True, counted: bool = False
) -> SafeString:
    """Return a bar of `consumed` seconds towards the limit of `allowed` seconds, with what is left in words.

    The limit is always drawn: where consumption exceeds it, the bar runs on beyond the line. `counted` tells that both
    are numbers of events, slices or tasks instead.
    """
    told = words.number if counted else words.duration
    used, limit = words.fraction_of(consumed), words.fraction_of(allowed)
    whole = max(used, limit, Fraction(1, 1000))
    reach, line = float(used / whole * 100), float(limit / whole * 100)
    tone = sign_of(verdict).tone if verdict else limit_tone(used, limit)
    left = limit - used
    rest = _("%(length)s left") if left >= 0 else _("%(length)s over")
    text_used = _("%(length)s used") % {"length": told(used)}
    text_rest = rest % {"length": told(abs(left))}
    picture = mark_safe(
        f'<svg class="draw" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="8" rx="1"/>'
        f'<rect class="tone-{tone}" width="{reach:.3f}" height="8" rx="1"/>'
        f'<line class="limit" x1="{line:.3f}" x2="{line:.3f}" y1="-3" y2="11"'
        ' vector-effect="non-scaling-stroke"/></svg>'
    )
    below = format_html(
        '<div class="{}"><span>{}</span><strong>{}</strong></div>',
        "words" if spoken else "sr-only",
        text_used,
        text_rest,
    )
    return format_html('<div class="limitbar">{}{}</div>', picture, below)


def partition_shares(seconds: Mapping[str, int]) -> list[tuple[str, Fraction]]:
    """Return the width share of each class that has seconds; small ones are widened to be seen, large ones give."""
    total = sum(seconds.values()) or 1
    shares = {name: max(Fraction(seconds[name], total), LEAST_SHARE) for name in PARTITION_ORDER if seconds.get(name)}
    drawn = sum(shares.values()) or 1
    return [(name, share / drawn) for name, share in shares.items()]


def partition_parts(seconds: Mapping[str, int]) -> str:
    """Return the rectangles of a partition bar, each with its pattern and a title."""
    parts, left = [], Fraction(0)
    for name, share in partition_shares(seconds):
        found = CLASSES[name]
        box = f'x="{float(left * 1000):.2f}" y="0" width="{float(share * 1000):.2f}" height="24"'
        title = escape(f"{found.label}: {words.duration(seconds[name])}")
        parts.append(f'<rect class="tone-{found.tone}" {box}><title>{title}</title></rect>')
        if found.tone in PATTERNS:
            parts.append(f'<rect class="over" fill="url(#p-{PATTERNS[found.tone]})" pointer-events="none" {box}/>')
        left += share
    return "".join(parts)


def legend_item(name: str, length: int) -> SafeString:
    """Return one class of the partition with its swatch, its word and its exact length."""
    found = CLASSES[name]
    over = (
        format_html('<rect class="over" fill="url(#p-{})" width="14" height="14"/>', PATTERNS[found.tone])
        if found.tone in PATTERNS
        else ""
    )
    return format_html(
        '<li><svg class="swatch draw" viewBox="0 0 14 14" aria-hidden="true">'
        '<rect class="tone-{}" width="14" height="14"/>{}</svg>'
        '<span>{} <span class="num muted" title="{}">{}</span></span></li>',
        found.tone,
        over,
        found.label,
        words.number(length) + words.NBSP + words.unit_short("s"),
        words.duration(length),
    )


def partitionbar(seconds: Mapping[Any, int]) -> SafeString:
    """Return the bar of a partition (class → seconds, docs/arithmetic.md, Partition) with its legend."""
    known = {key_of(name): int(length) for name, length in seconds.items()}
    legend = format_html_join(
        "", "{}", ((legend_item(name, known[name]),) for name in PARTITION_ORDER if known.get(name))
    )
    picture = mark_safe(
        f'<svg class="draw" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">'
        f"{partition_parts(known)}</svg>"
    )
    return format_html('<div class="partition">{}<ul class="legend">{}</ul></div>', picture, legend)
