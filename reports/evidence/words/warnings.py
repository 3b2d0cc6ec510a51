"""What the reader must know before trusting a backtest."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.instants import moment_of
from reports.evidence.backtest import UNKNOWN_TOLD, is_short
from slmo.core.periods import rolling_seconds
from slmo.web import words


def warnings_of(figures: Mapping[str, Any]) -> list[str]:
    """Return the warnings as sentences, the gravest first."""
    zone = words.zone_of(figures["zone"])
    found = [_short(figures, zone)] if is_short(figures) else []
    found += [_changed(name, since, figures, zone) for name, since in figures["origins"] if _matters(since, figures)]
    found += [text for text in (_unknown(figures), _other_periods(figures), _proposed(figures)) if text]
    if rolling_seconds(figures["period"]) is not None:
        found.append(_("The window rolls; here it is judged at the end of each of its lengths, one after the other."))
    return found


def _short(figures: Mapping[str, Any], zone: Any) -> str:
    count = len(figures["periods"])
    begun = words.day(moment_of(figures["begun"]).astimezone(zone).date())
    return ngettext(
        "Short history: %(count)s closed period is recorded (since %(begun)s), fewer than twelve.",
        "Short history: %(count)s closed periods are recorded (since %(begun)s), fewer than twelve.",
        count,
    ) % {"count": words.number(count), "begun": begun}


def _matters(since: int, figures: Mapping[str, Any]) -> bool:
    """Tell whether a change of measurement lies among the periods, and not before all of them."""
    return bool(since > figures["periods"][0]["start"])


def _changed(name: str, since: int, figures: Mapping[str, Any], zone: Any) -> str:
    """Say since when figures can be compared."""
    values = {
        "day": words.day(moment_of(since).astimezone(zone).date()),
        "name": name,
        "note": figures["comparable_note"],
    }
    if name:
        return _("Not comparable throughout: since %(day)s facts also come from “%(name)s”.") % values
    if figures["comparable_note"]:
        return _("Comparable since %(day)s: %(note)s") % values
    return _("Comparable since %(day)s; earlier figures were measured in another way.") % values


def _unknown(figures: Mapping[str, Any]) -> str:
    """Say how much of the counted time nobody knows anything about."""
    counted = [one["drafted"] for one in figures["periods"] if Fraction(one["drafted"]["unknown"]) >= UNKNOWN_TOLD]
    if not counted:
        return ""
    seconds = sum(one["seconds"].get("unknown", 0) for one in counted)
    values = {"length": words.duration(seconds, 2), "count": words.number(len(counted))}
    return (
        ngettext(
            "Nothing is known of %(length)s, in %(count)s period.",
            "Nothing is known of %(length)s, in %(count)s periods.",
            len(counted),
        )
        % values
    )


def _other_periods(figures: Mapping[str, Any]) -> str:
    if figures["agreed"] is None or figures["same_periods"]:
        return ""
    return _("The draft is judged over other periods than the terms in force: only their sums are compared.")


def _proposed(figures: Mapping[str, Any]) -> str:
    if not figures["indicator"]["proposed"]:
        return ""
    return _("Nothing measures this objective yet: judged on “%(name)s”, which could.") % figures["indicator"]
