"""Template tags and filters of the portal: `{% load slmo %}`.

They only bring values to slmo.web.words and slmo.web.drawing, which know how things look and read.
"""

from datetime import date, datetime, tzinfo
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from slmo.web import drawing, words
from slmo.web.charts.block import chart_block
from slmo.web.forms import errors_of, field_render
from slmo.web.glossary import term_of
from slmo.web.signs import VERDICTS, key_of, sign_of

register = template.Library()
register.tag("chart", chart_block)


def sprite() -> str:
    """Return the address of the icon sprite."""
    return static("icons.svg")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Return an icon of static/icons.svg: `{% icon "bell" %}`, `{% icon "bell" "icon-lg" %}`."""
    return drawing.icon(name, sprite(), css)


@register.simple_tag
def verdict(value: Any, css: str = "", only: bool = False) -> SafeString:
    """Return the badge of a verdict: `{% verdict result.verdict %}`; `css="sign-lg"`; `only=True`: the mark alone."""
    return drawing.sign(VERDICTS[key_of(value)], sprite(), css=css, only=only)


@register.simple_tag
def state(value: Any, css: str = "", only: bool = False) -> SafeString:
    """Return the badge of any state in slmo.web.signs.STATES: `{% state version.state %}`."""
    return drawing.sign(sign_of(value), sprite(), css=css, only=only)


@register.filter
def tone(value: Any) -> str:
    """Return the tone of a verdict or state, for a class: `class="tone-{{ value|tone }}"`."""
    return sign_of(value).tone


@register.filter
def duration(seconds: words.Exact | None, most: int = 3) -> str:
    """Return "43 min 12 s": `{{ seconds|duration }}`, or with at most two units `{{ seconds|duration:2 }}`."""
    return words.duration(seconds, most)


@register.filter
def duration_words(seconds: words.Exact | None) -> str:
    """Return "43 minutes 12 seconds", for sentences."""
    return words.duration_words(seconds)


@register.filter
def clock(seconds: words.Exact | None) -> str:
    """Return "0:43:12"."""
    return words.clock(seconds)


@register.filter
def percent(value: words.Exact | None, places: int = 2) -> str:
    """Return a share (0.9987) as percent, truncated against the provider."""
    return words.percent(value, places)


@register.filter
def percent_exact(value: words.Exact | None) -> str:
    """Return a target as percent with exactly the decimals that it has."""
    return words.percent_exact(value)


@register.filter
def number(value: words.Exact | None, places: int = 0) -> str:
    """Return a number with grouped thousands."""
    return words.number(value, places)


@register.filter
def when(value: int | datetime | None, zone: str | tzinfo | None = None) -> SafeString:
    """Return an instant in the reader's zone; given the agreement's zone, its time there too where the two differ."""
    if value is None:
        return format_html("{}", words.DASH)
    instant = words.instant_of(value)
    here = words.when(instant)
    reader = timezone.get_current_timezone_name()
    there = ""
    if zone:
        other = words.zone_of(zone)
        if instant.astimezone(other).utcoffset() != timezone.localtime(instant).utcoffset():
            there = format_html(' <span class="muted">({} {})</span>', words.when(instant, other), str(other))
    return format_html('<time datetime="{}" title="{}">{}</time>{}', instant.isoformat(), reader, here, there)


@register.filter
def moment(value: int | datetime | None) -> str:
    """Return an instant in the reader's zone as plain text, for letters; nothing for a missing one."""
    return "" if value is None or value == "" else words.when(value)


@register.filter
def ago(value: int | datetime | None, now: int | datetime | None = None) -> SafeString:
    """Return how long ago an instant was, with the exact time as a title: `{{ breach.opened_at|ago }}`."""
    if value is None:
        return format_html("{}", words.DASH)
    instant = words.instant_of(value)
    text = words.ago(instant, now or timezone.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), words.when(instant), text)


@register.filter
def day(value: date | datetime | int | None) -> str:
    """Return "22 Nov 2026"; an instant is taken in the reader's zone."""
    if isinstance(value, int | datetime):
        value = words.instant_of(value).astimezone(timezone.get_current_timezone()).date()
    return words.day(value)


@register.filter
def figure(value: str) -> str:
    """Return a recorded figure such as "99.89 %" as the reader's language writes it."""
    return words.figure(str(value))


@register.filter
def month(value: date | None) -> str:
    """Return "November 2026"."""
    return words.month(value)


@register.filter
def month_inside(value: date | None) -> str:
    """Return "November 2026" as it stands inside a sentence: languages differ in its first letter."""
    return words.month_inside(value)


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first two words of a name."""
    return "".join(part[0] for part in str(name).split()[:2]).upper() or "?"


@register.simple_tag
def squares(items: Any) -> SafeString:
    """Return the last periods as small squares; items: `{"verdict", "label", "url", "now"}`, oldest first."""
    return drawing.squares(items)


@register.simple_tag
def strip(days: Any, label: str = "", small: bool = False) -> SafeString:
    """Return one bar a day; days: `{"verdict", "label", "url"}`, oldest first (90 of them on a service page)."""
    return drawing.strip(days, label=label, small=small)


@register.simple_tag
def limitbar(
    consumed: words.Exact, allowed: words.Exact, verdict: Any = None, spoken: bool = True, counted: bool = False
) -> SafeString:
    """Return the bar of consumed seconds towards the allowed; `spoken=False` keeps the words for screen readers.

    `counted=True`: numbers of events, slices or tasks instead of seconds.
    """
    return drawing.limitbar(consumed, allowed, verdict=verdict, spoken=spoken, counted=counted)


@register.simple_tag
def partitionbar(seconds: Any) -> SafeString:
    """Return the stacked bar of a partition with its legend; seconds: class → seconds."""
    return drawing.partitionbar(seconds)


@register.simple_tag
def term(english: str, shown: str = "") -> SafeString:
    """Return a word of the glossary with its definition on hover, focus and tap: `{% term "error budget" %}`."""
    found = term_of(english)
    language = "ru" if (words.locale_now().language == "ru") else "en"
    word = shown or (found.russian if language == "ru" else found.english)
    return format_html(
        '<span class="term" tabindex="0" role="note" aria-label="{}: {}"><span aria-hidden="true">{}</span>'
        '<span class="term-tip" aria-hidden="true">{}</span></span>',
        word,
        found.text,
        word,
        found.text,
    )


@register.inclusion_tag("components/empty.html")
def empty(icon: str, title: str, text: str = "", act: str = "", url: str = "", small: bool = False) -> dict[str, Any]:
    """Return an empty state: what this is for, one act."""
    return {"icon": icon, "title": title, "text": text, "act": act, "url": url, "small": small}


@register.inclusion_tag("components/kpi.html")
def kpi(label: str, value: Any, unit: str = "", sub: str = "", url: str = "", verdict: Any = None) -> dict[str, Any]:
    """Return a figure with its label: `{% kpi "Met" 41 sub="of 44 objectives" url=... %}`."""
    return {"label": label, "value": value, "unit": unit, "sub": sub, "url": url, "verdict": verdict}


@register.inclusion_tag("components/steps.html")
def steps(items: Any, label: str = "") -> dict[str, Any]:
    """Return steps across the page; items: `{"label", "state": done|current|todo, "note", "late"}`."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/stream.html")
def stream(items: Any) -> dict[str, Any]:
    """Return a stream of events, as ordered; items: `{"icon", "tone", "who", "text", "at", "body", "note", "url"}`."""
    return {"items": items}


@register.inclusion_tag("components/notice.html")
def notice(tone: str, text: Any, title: str = "") -> dict[str, Any]:
    """Return a notice in a tone (met, risk, breach, indet, unknown, excluded, info)."""
    return {"tone": tone, "text": text, "title": title}


@register.simple_tag
def field(bound: Any, unit: str = "", help: str = "", placeholder: str = "", css: str = "") -> SafeString:
    """Return a form's field: label above, help below, error at the field: `{% field form.target unit="%" %}`."""
    return field_render(bound, unit=unit, help_text=help, placeholder=placeholder, css=css)


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """Return the summary of a form's errors, each a link to its field; nothing where there are none."""
    return {"errors": errors_of(form), "form": form}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: Any) -> dict[str, Any]:
    """Return the error summary and all fields of a form."""
    return {"form": form}
