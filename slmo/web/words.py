"""Numbers, lengths and instants as people read them, in the reader's language and zone.

Exact values come in (integers, Fraction, Decimal); rounding happens here, for the eye only, and never in the
provider's favour (docs/arithmetic.md, Showing figures).
"""

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import get_decimal_symbol
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

Exact: TypeAlias = int | Fraction | Decimal | float | str

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
DAY, HOUR, MINUTE = 86_400, 3_600, 60


@lru_cache(maxsize=16)
def locale_of(language: str) -> Locale:
    """Return Babel's locale for one of Django's language codes."""
    return Locale.parse(language.replace("-", "_"))


def locale_now() -> Locale:
    """Return the locale of the language in force."""
    return locale_of(translation.get_language() or "en")


def fraction_of(value: Exact) -> Fraction:
    """Return `value` as an exact fraction; floats are taken by their shortest decimal text."""
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def decimal_text(value: Fraction, places: int) -> str:
    """Return `value` cut towards minus infinity to `places` decimals, with the language's decimal sign and grouping."""
    scaled = floor(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    text = f"{whole:,}".replace(",", NBSP) if whole >= 10_000 else str(whole)
    if places:
        text += get_decimal_symbol(locale_now()) + str(rest).zfill(places)
    return MINUS + text if scaled < 0 else text


def number(value: Exact | None, places: int = 0) -> str:
    """Return a number with grouped thousands, cut to `places` decimals; a missing one is a dash."""
    return DASH if value is None else decimal_text(fraction_of(value), places)


def percent(value: Exact | None, places: int = 2) -> str:
    """Return a share as percent, truncated against the provider: 0.998999 is "99.89 %"; a missing one is a dash."""
    if value is None:
        return DASH
    return decimal_text(fraction_of(value) * 100, places) + NBSP + "%"


def figure(text: str) -> str:
    """Return a figure that was recorded as "99.89 %" with the decimal sign of the language in force."""
    return text.replace(".", get_decimal_symbol(locale_now())).replace(" %", f"{NBSP}%")


def percent_exact(value: Exact | None) -> str:
    """Return a share that people set (a target) with all its decimals and no more: 0.9995 is "99.95 %"."""
    if value is None:
        return DASH
    share = fraction_of(value) * 100
    places = next((n for n in range(10) if (share * 10**n).denominator == 1), 9)
    return decimal_text(share, places) + NBSP + "%"


def places_for(target: Exact) -> int:
    """Return how many decimals an achieved percentage needs beside its target: one more than the target has, 2 to 5."""
    share = fraction_of(target) * 100
    places = next((n for n in range(10) if (share * 10**n).denominator == 1), 4)
    return min(5, max(2, places + 1))


def parts_of(seconds: int) -> list[tuple[str, int]]:
    """Return the days, hours, minutes and seconds of a length, leaving out the parts that are zero."""
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = [("d", days), ("h", hours), ("min", minutes), ("s", rest)]
    return [(unit, count) for unit, count in parts if count]


def unit_short(unit: str) -> str:
    """Return the abbreviation of a unit of time in the language in force."""
    return {
        "d": pgettext("abbreviated unit of time", "d"),
        "h": pgettext("abbreviated unit of time", "h"),
        "min": pgettext("abbreviated unit of time", "min"),
        "s": pgettext("abbreviated unit of time", "s"),
    }[unit]


def unit_counted(unit: str, count: int) -> str:
    """Return a counted unit of time as a word: "2 days", «2 дня»."""
    match unit:
        case "d":
            return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
        case "h":
            return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
        case "min":
            return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
        case _unit:
            return ngettext("%(count)d second", "%(count)d seconds", count) % {"count": count}


def duration(seconds: Exact | None, most: int = 3) -> str:
    """Return a length of time as "43 min 12 s": at most `most` units, cut to whole ones; a missing one is a dash."""
    if seconds is None:
        return DASH
    exact = fraction_of(seconds)
    whole = int(abs(exact))
    sign = MINUS if exact < 0 else ""
    if whole < MINUTE and exact.denominator != 1:
        return sign + decimal_text(abs(exact), 1) + NBSP + unit_short("s")
    parts = parts_of(whole) or [("s", 0)]
    return sign + NBSP.join(f"{number(count)}{NBSP}{unit_short(unit)}" for unit, count in parts[:most])


def duration_words(seconds: Exact | None, most: int = 2) -> str:
    """Return a length of time in whole words, for sentences: "43 minutes 12 seconds"."""
    if seconds is None:
        return DASH
    exact = fraction_of(seconds)
    parts = parts_of(int(abs(exact))) or [("s", 0)]
    return (MINUS if exact < 0 else "") + " ".join(unit_counted(unit, count) for unit, count in parts[:most])


def clock(seconds: Exact | None) -> str:
    """Return a length of time as hours, minutes and seconds: "0:43:12"."""
    if seconds is None:
        return DASH
    exact = fraction_of(seconds)
    minutes, rest = divmod(int(abs(exact)), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{MINUS if exact < 0 else ''}{hours}:{minutes:02}:{rest:02}"


def zone_of(zone: str | tzinfo | None) -> tzinfo:
    """Return a zone by name; without one, the reader's."""
    if zone is None or zone == "":
        return timezone.get_current_timezone()
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def instant_of(value: int | datetime) -> datetime:
    """Return an instant (epoch seconds, or an aware datetime) as an aware datetime."""
    return value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)


def when(value: int | datetime | None, zone: str | tzinfo | None = None, *, seconds: bool = False) -> str:
    """Return an instant as "22 Nov 2026, 14:05" in `zone` (default: the reader's); a missing one is a dash."""
    if value is None:
        return DASH
    pattern = "d MMM y, HH:mm:ss" if seconds else "d MMM y, HH:mm"
    return format_datetime(instant_of(value).astimezone(zone_of(zone)), pattern, locale=locale_now())


def time_of_day(value: int | datetime, zone: str | tzinfo | None = None) -> str:
    """Return an instant's time of day as "14:05" in `zone`."""
    return format_time(instant_of(value).astimezone(zone_of(zone)), "HH:mm", locale=locale_now())


def day(value: date | None) -> str:
    """Return a date as "22 Nov 2026"."""
    return DASH if value is None else format_date(value, "d MMM y", locale=locale_now())


def day_long(value: date | None) -> str:
    """Return a date as contracts write it: "22 November 2026", «22 ноября 2026 г.»."""
    pattern = "d MMMM y 'г'." if locale_now().language == "ru" else "d MMMM y"
    return DASH if value is None else format_date(value, pattern, locale=locale_now())


def month(value: date | None) -> str:
    """Return the month of a date as "November 2026", «Ноябрь 2026»."""
    if value is None:
        return DASH
    text = format_date(value, "LLLL y", locale=locale_now())
    return text[:1].upper() + text[1:]


def month_inside(value: date | None) -> str:
    """Return the month of a date as it stands inside a sentence: "November 2026", «ноябрь 2026»."""
    return DASH if value is None else format_date(value, "LLLL y", locale=locale_now())


def month_short(value: date) -> str:
    """Return the month of a date as "Nov 2026"."""
    return format_date(value, "LLL y", locale=locale_now()).replace(".", "")


def quarter(value: date) -> str:
    """Return the quarter of a date as "Q4 2026", «4-й кв. 2026»."""
    return format_date(value, "QQQ y", locale=locale_now())


def month_tick(value: date, with_year: bool) -> str:
    """Return the month of a date as an axis label: "Feb", or "Jan" with the year on a second line."""
    text = format_date(value, "LLL", locale=locale_now()).replace(".", "")
    return f"{text}\n{value.year}" if with_year else text


def past_counted(unit: str, count: int) -> str:
    """Return "2 hours ago" as one sentence, because languages decline the unit by what stands around it."""
    match unit:
        case "d":
            return ngettext("%(count)d day ago", "%(count)d days ago", count) % {"count": count}
        case "h":
            return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
        case _unit:
            return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}


def coming_counted(unit: str, count: int) -> str:
    """Return "in 2 hours" as one sentence."""
    match unit:
        case "d":
            return ngettext("in %(count)d day", "in %(count)d days", count) % {"count": count}
        case "h":
            return ngettext("in %(count)d hour", "in %(count)d hours", count) % {"count": count}
        case _unit:
            return ngettext("in %(count)d minute", "in %(count)d minutes", count) % {"count": count}


def ago(value: int | datetime, now: int | datetime) -> str:
    """Return how far an instant lies from `now`, in its largest unit: "3 hours ago", "in 2 days", "just now"."""
    seconds = int((instant_of(now) - instant_of(value)).total_seconds())
    if abs(seconds) < MINUTE:
        return _("just now")
    unit, count = parts_of(abs(seconds))[0]
    return coming_counted(unit, count) if seconds < 0 else past_counted(unit, count)
