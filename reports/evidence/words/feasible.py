"""What carries the draft, in words: the bound, the record, gaps of hours, chains of limits, terms and credits."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import DependencyMode
from agreements.reading.sentences import service_length
from monitoring.figures.numbers import target_text
from monitoring.instants import moment_of
from slmo.web import words

PLACES = 3  # decimals of a composed share


def feasible_shown(found: Mapping[str, Any] | None, figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the feasibility as its template shows it; None where the service needs nothing else."""
    if found is None:
        return None
    return {
        "service": found["service"],
        "share": _share(found),
        "parts": [_part(one) for one in found["parts"]],
        "measured": _measured(found, figures),
        "gaps": [_gap(one) for one in found["gaps"]],
        "chains": [_chain(one) for one in found["chains"]],
        "terms": [_term(one) for one in found["terms"] if one["kind"] != "over"],
        "over": [one for one in found["terms"] if one["kind"] == "over"],
        "credits": _credits(found["credits"], figures),
        "past": words.day(moment_of(found["moment"]).date()) if found["past"] else "",
    }


def _share(found: Mapping[str, Any]) -> dict[str, Any] | None:
    share = found["share"]
    if share is None:
        return None
    bound, target = Fraction(share["bound"]), Fraction(share["target"])
    values = {"bound": words.percent(bound, PLACES), "target": words.percent_exact(target)}
    carried = bound >= target
    if carried:
        sentence = _("The parts below promise enough: together at most %(bound)s, and %(target)s is drafted.") % values
    else:
        sentence = (
            _("More is drafted than the parts below promise: %(target)s, but together at most %(bound)s.") % values
        )
    unsaid = ""
    if share["open"]:
        unsaid = ngettext(
            "Nothing is promised about %(count)s part; it is taken as always up.",
            "Nothing is promised about %(count)s parts; they are taken as always up.",
            share["open"],
        ) % {"count": share["open"]}
    return {"carried": carried, "bound": values["bound"], "target": values["target"], "sentence": sentence,
            "unsaid": unsaid}  # fmt: skip


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **part,
        "target": target_text(part["target"]) if part["target"] else "",
        "mode": DependencyMode(part["mode"]).label,
    }


def _measured(found: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Say how the parts' joint record compares with the drafted target."""
    if found["measured"] is None or found["share"] is None:
        return None
    zone, target = ZoneInfo(figures["zone"]), Fraction(found["share"]["target"])
    rows = []
    for month in found["measured"]["months"]:
        figure = None if month["figure"] is None else Fraction(month["figure"])
        rows.append({
            "label": words.month_short(moment_of(month["start"]).astimezone(zone).date()),
            "figure": words.percent(figure, PLACES),
            "verdict": "no_data" if figure is None else "met" if figure >= target else "breached",
            "down": words.duration(month["down"]) if month["down"] else "",
        })  # fmt: skip
    known = [row for row in rows if row["verdict"] != "no_data"]
    below = sum(row["verdict"] == "breached" for row in rows)
    sentence = ngettext(
        "Measured: the parts together stayed below the drafted target in %(below)s of %(count)s month.",
        "Measured: the parts together stayed below the drafted target in %(below)s of %(count)s months.",
        len(known),
    ) % {"below": below, "count": len(known)}
    return {"rows": rows, "sentence": sentence, "below": below}


def _gap(gap: Mapping[str, Any]) -> dict[str, Any]:
    hours = service_length(gap["seconds"])
    spans = ", ".join(gap["spans"])
    values = {"name": gap["name"], "hours": hours, "spans": spans}
    return {**gap, "sentence": _("%(name)s is not covered for %(hours)s a week: %(spans)s.") % values}


def _chain(chain: Mapping[str, Any]) -> dict[str, Any]:
    values = {"limit": service_length(chain["limit"]), "needed": service_length(chain["needed"])}
    holds = chain["needed"] <= chain["limit"]
    if holds:
        sentence = _("%(limit)s are drafted; those who support it may take %(needed)s together.") % values
    else:
        sentence = _("%(limit)s are drafted, but those who support it may take %(needed)s together.") % values
    listed = [{"name": name, "limit": service_length(seconds)} for name, seconds in chain["supporting"]]
    return {"holds": holds, "sentence": sentence, "supporting": listed}


def _term(term: Mapping[str, Any]) -> dict[str, Any]:
    """Say how an agreement below ends before the customer's."""
    if term["kind"] == "notice":
        sentence = _(
            "“%(title)s” can be left with %(theirs)s days of notice; the draft owes the customer %(ours)s."
        ) % {"title": term["title"], "theirs": term["theirs"], "ours": term["ours"]}
    else:
        values = {"title": term["title"], "day": words.day(date.fromisoformat(term["theirs"]))}
        if term["ours"]:
            values["ours"] = words.day(date.fromisoformat(term["ours"]))
            sentence = _("“%(title)s” ends on %(day)s, the draft only on %(ours)s.") % values
        else:
            sentence = _("“%(title)s” ends on %(day)s, the draft has no end.") % values
    return {**term, "sentence": sentence}


def _credits(found: list[Mapping[str, Any]], figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Set what would be owed beside what could be recovered, currency by currency."""
    owed = figures.get("drafted", {}).get("credit")
    if owed is None and not found:
        return None
    back: dict[str, Decimal] = {}
    for one in found:
        back[one["currency"]] = back.get(one["currency"], Decimal(0)) + Decimal(one["amount"])
    own = back.get(figures["currency"], Decimal(0))
    sums = [_money(amount, currency) for currency, amount in sorted(back.items()) if amount]
    values = {
        "owed": _money(Decimal(owed or 0), figures["currency"]),
        "back": " + ".join(sums) or _money(Decimal(0), figures["currency"]),
    }
    other = any(amount for currency, amount in back.items() if currency != figures["currency"])
    return {
        "sentence": _("Owed to the customer %(owed)s, recoverable from those below %(back)s.") % values,
        "rows": [{**one, "text": _money(Decimal(one["amount"]), one["currency"])} for one in found],
        "tone": "info" if other else "risk" if Decimal(owed or 0) > own else "met",
        "other": other,
    }


def _money(amount: Decimal, currency: str) -> str:
    return f"{words.number(amount, 2)}{words.NBSP}{currency}"
