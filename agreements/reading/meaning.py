"""What a changed term means in practice: minutes a month, service hours a week, the most that a miss can cost."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from agreements.reading.clauses import money
from agreements.reading.kinds import change_sentence
from slmo.core.calendar import Calendar
from slmo.core.terms import CreditTerms, Version
from slmo.web import words

WEEK = 7 * 24 * 3600


def meanings_of(key: str, old: Version, new: Version) -> dict[str, str]:
    """Return what the changes to a section mean, by the key of the term; empty where they mean the same."""
    kind, _dot, name = key.partition(".")
    if kind == "objective" and name in old.objectives and name in new.objectives:
        return dict(_of_objective(name, old, new))
    if kind == "calendar" and name in old.calendars and name in new.calendars:
        sentence = hours_instead(old.calendars[name], new.calendars[name])
        return {"weekly": sentence} if sentence else {}
    return {}


def hours_instead(old: Calendar, new: Calendar) -> str:
    """Return how many service hours a week there are instead of how many; empty where there are as many."""
    before, after = week_seconds(old), week_seconds(new)
    if before == after:
        return ""
    values = {"old": _hours(before), "new": _hours(after)}
    return _("%(new)s instead of %(old)s service hours a week.") % values


def week_seconds(calendar: Calendar) -> int:
    """Return the seconds of service hours in a week without exceptions; a calendar without a pattern is always open."""
    if calendar.weekly is None:
        return WEEK
    return sum(end - start for hours in calendar.weekly for start, end in hours)


def _of_objective(name: str, old: Version, new: Version) -> Iterator[tuple[str, str]]:
    """Yield what the changed terms of one objective mean."""
    before, after = old.objectives[name], new.objectives[name]
    if target := change_sentence(old, before, new, after):
        yield "target", target
    if hours := hours_instead(old.calendar_of(before), new.calendar_of(after)):
        yield "hours", hours
    if credits := _credit_instead(before.credits, after.credits, str(new.document["spec"].get("currency", ""))):
        yield "credits", credits


def _credit_instead(old: CreditTerms | None, new: CreditTerms | None, currency: str) -> str:
    """Return what a miss costs at most instead of what it cost; empty where that is the same or cannot be said."""
    before, after = _most(old), _most(new)
    if before == after:
        return ""
    charged = all(one is None or one.charge for one in (old, new))
    shown = [money(amount, currency) if charged else words.percent_exact(share) for share, amount in (before, after)]
    return _("A miss costs at most %(new)s instead of %(old)s a period.") % {"old": shown[0], "new": shown[1]}


def _most(agreed: CreditTerms | None) -> tuple[Decimal, Decimal]:
    """Return the highest share of a credit table, and the amount that it is."""
    if agreed is None or not agreed.tiers:
        return Decimal(0), Decimal(0)
    highest = max(tier.percent for tier in agreed.tiers)
    share = Decimal(highest.numerator) / Decimal(highest.denominator) / 100
    amount = agreed.charge * share
    return share, min(amount, agreed.cap_month) if agreed.cap_month is not None else amount


def _hours(seconds: int) -> str:
    """Return a number of hours: whole, or with the decimals that it has."""
    return words.number(Decimal(seconds) / 3600, 0 if seconds % 3600 == 0 else 1)
