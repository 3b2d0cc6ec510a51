"""Reading `spec.objectives`: which terms each indicator has, and which contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from slmo.core.calendar import Calendar
from slmo.core.errors import EngineError, TermError, did_you_mean
from slmo.core.periods import EXPECTED as PERIOD_EXPECTED
from slmo.core.periods import period_check
from slmo.core.terms.model import CreditTerms, ObjectiveTerms, Target, Tier, UnknownRule
from slmo.core.terms.reader import Reader, Word, parse_at, share_of, text_check
from slmo.core.units import parse_decimal, parse_duration

_COMMON = ("name", "title", "indicator", "target", "period", "hours", "maintenance", "amendment", "credits", "scope")
_STATES = ("unite", "degraded", "unknown", "minimum_outage", "whole_minutes")
INDICATORS = {  # the terms that each indicator has besides the common ones
    "availability": _STATES,
    "ratio": ("no_traffic",),
    "slices": ("slice", "good_when", "reduce", "method", "no_traffic"),
    "value": ("reduce", "method", "no_traffic"),
    "tasks": ("clock", "limit", "priority", "counts_in", "repriority"),
    "outages": (*_STATES, "reduce", "at_least"),
    "attested": (),
}
_PERCENTILE = re.compile(r"p[0-9]{1,2}(\.[0-9]{1,4})?")
_CHOICES = {
    "no_traffic": ("no_data", "met"),
    "method": ("nearest-rank", "linear"),
    "clock": ("responded", "resolved"),
    "counts_in": ("opened", "resolved"),
    "repriority": ("whole", "rest"),
}
_REDUCE = {
    "slices": ("mean", "sum", "min", "max", "count", "last"),
    "value": ("mean", "sum", "min", "max", "count", "last"),
    "outages": ("count", "longest", "mttr", "mtbf"),
}
_NEEDED = {"slices": ("slice",), "value": ("reduce",), "tasks": ("clock", "limit"), "outages": ("reduce",)}
_TARGET = re.compile(r"(>=|<=|>|<)\s*(\S+)")
TARGET_EXPECTED = "an operator and a limit, such as >= 99.9%, <= 0.3 or <= 4h"


def parse_target(text: str) -> Target:
    """Return a target: >=, >, <= or < with a percentage, a number or a duration.

    >>> parse_target(">= 99.9%")
    Target(op='>=', value=Fraction(999, 1000), unit='%')
    """
    match = _TARGET.fullmatch(text.strip())
    if match is None:
        raise EngineError(TARGET_EXPECTED)
    if match[2][-1] in "wdhms":
        return Target(match[1], Fraction(parse_duration(match[2])), "seconds")
    value, percent = parse_decimal(match[2])
    return Target(match[1], value, "%" if percent else "number")


def objective_read(value: object, path: str, calendars: Mapping[str, Calendar]) -> ObjectiveTerms:
    """Return the terms of one objective; raise TermError for what is unknown or contradicts another term."""
    reader = Reader(value, path)
    name = reader.text("name")
    indicator = reader.choice("indicator", INDICATORS)
    _keys_check(reader, indicator)
    target = None if indicator == "attested" else reader.parsed("target", parse_target, expected=TARGET_EXPECTED)
    if indicator == "availability":
        _availability_target(reader, target)
    return ObjectiveTerms(
        name=name,
        title=reader.text("title", ""),
        indicator=indicator,
        target=target,
        period=reader.parsed("period", period_check, expected=PERIOD_EXPECTED),
        hours=_hours(reader, calendars),
        scope=_scope(reader),
        unite=reader.choice("unite", ("worst", "best"), "worst"),
        degraded=_degraded(reader),
        unknown=_unknown(reader),
        minimum_outage=reader.parsed("minimum_outage", parse_duration, 0, "a duration such as 60s"),
        whole_minutes=reader.flag("whole_minutes", False),
        maintenance=reader.choice("maintenance", ("excluded", "counted"), "excluded"),
        amendment=reader.choice("amendment", ("split", "start-of-period"), "split"),
        credits=_credits(reader),
        other=_other(reader, indicator),
    )


def _keys_check(reader: Reader, indicator: str) -> None:
    own = (*_COMMON, *INDICATORS[indicator])
    for key in reader.value:
        if key not in own and any(key in terms for terms in INDICATORS.values()):
            raise TermError(reader.at(key), Word(key), f"no such term, because the indicator is {indicator}")
    reader.known(*own)


def _availability_target(reader: Reader, target: Target | None) -> None:
    said = reader.value["target"]
    if target is None or target.op not in (">=", ">") or target.unit == "seconds":
        raise TermError(reader.at("target"), said, "a least share of time, such as >= 99.9%")
    if not 0 <= target.value <= 1 or (target.op == ">" and target.value == 1):
        hint = ' (did you mean "%"?)' if target.unit == "number" and target.value <= 100 else ""
        raise TermError(reader.at("target"), said, f"a share that can be reached, up to >= 100%{hint}")


def _hours(reader: Reader, calendars: Mapping[str, Calendar]) -> str | None:
    if not reader.has("hours") or reader.value["hours"] == "24x7":
        return None
    name = reader.text("hours")
    if name not in calendars:
        known = ", ".join(calendars) or "none is given"
        raise TermError(
            reader.at("hours"), name, f"a calendar of this document ({known}){did_you_mean(name, calendars)}"
        )
    return name


def _scope(reader: Reader) -> tuple[str, ...]:
    value = reader.value.get("scope")
    if value is None:
        return ()
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not listed:
        raise TermError(reader.at("scope"), value, "a list of scopes; leave it out for all facts")
    scopes = tuple(text_check(one, f"{reader.at('scope')}[{n}]") for n, one in enumerate(listed))
    if len(set(scopes)) < len(scopes):
        raise TermError(reader.at("scope"), value, "each scope once")
    return scopes


def _degraded(reader: Reader) -> Fraction:
    value = reader.value.get("degraded", "up")
    if value in ("up", "down"):
        return Fraction(value == "up")
    try:
        return share_of(value, reader.at("degraded"))
    except TermError as error:
        raise TermError(reader.at("degraded"), value, "up, down, or a weight from 0 to 1 such as 0.5") from error


def _unknown(reader: Reader) -> UnknownRule:
    if not reader.has("unknown"):
        return UnknownRule()
    rule = Reader(reader.value["unknown"], reader.at("unknown"))
    rule.known("counts_as", "last_for", "indeterminate_above")
    return UnknownRule(
        counts_as=rule.choice("counts_as", ("up", "down", "excluded"), "excluded"),
        last_for=rule.parsed("last_for", parse_duration, 0, "a duration such as 5m"),
        indeterminate_above=rule.share("indeterminate_above", None),
    )


def _credits(reader: Reader) -> CreditTerms | None:
    if not reader.has("credits"):
        return None
    terms = Reader(reader.value["credits"], reader.at("credits"))
    terms.known("of", "charge", "tiers", "cap_month", "cap_year", "minimum", "rounding", "source")
    tiers = [_tier(one, path) for path, one in terms.items("tiers", "a list such as [{below: 99.9%, percent: 10}]")]
    if not tiers or len({tier.below for tier in tiers}) < len(tiers):
        raise TermError(terms.at("tiers"), terms.value["tiers"], "at least one tier, each with its own `below`")
    return CreditTerms(
        of=terms.text("of", "charge"),
        charge=_money(terms, "charge") or Decimal(0),
        tiers=tuple(sorted(tiers, key=lambda tier: tier.below)),
        cap_month=_money(terms, "cap_month", None),
        cap_year=_money(terms, "cap_year", None),
        minimum=_money(terms, "minimum", None) or Decimal(0),
        rounding=terms.choice("rounding", ("half-up", "half-even", "down"), "half-up"),
        source=terms.text("source", ""),
    )


def _money(reader: Reader, key: str, *default: Any) -> Decimal | None:
    if default and not reader.has(key):
        return None
    number = reader.number(key)
    return Decimal(number.numerator) / Decimal(number.denominator)


def _tier(value: object, path: str) -> Tier:
    reader = Reader(value, path)
    reader.known("below", "at_least", "percent")
    below, at_least = reader.share("below"), reader.share("at_least", None)
    percent = reader.get("percent", "a percentage of the charge such as 10")
    if isinstance(percent, str):
        number = parse_at(reader.at("percent"), percent, lambda text: parse_decimal(text.removesuffix("%"))[0])
    else:
        number = reader.number("percent")
    if not 0 <= number <= 100:
        raise TermError(reader.at("percent"), percent, "a percentage from 0 to 100")
    if at_least is not None and at_least >= below:
        raise TermError(reader.at("at_least"), reader.value["at_least"], "a share under `below`")
    return Tier(below, number, at_least)


def _other(reader: Reader, indicator: str) -> dict[str, Any]:
    """Return the terms of indicators that are not assessed yet, checked one by one."""
    for key in _NEEDED.get(indicator, ()):
        reader.get(key, f"a value, because the indicator is {indicator}")
    found = {key: reader.value[key] for key in INDICATORS[indicator] if key not in _STATES and reader.has(key)}
    for key in found:
        if key in _CHOICES:
            reader.choice(key, _CHOICES[key])
        elif key in ("slice", "limit", "at_least"):
            reader.parsed(key, parse_duration, expected="a duration such as 5m")
        elif key == "good_when":
            reader.parsed(key, parse_target, expected=TARGET_EXPECTED)
        elif key == "reduce":
            _reduce_check(reader, indicator)
        elif key == "priority":
            for path, one in reader.items(key, "a list of priorities"):
                text_check(one, path)
    return found


def _reduce_check(reader: Reader, indicator: str) -> None:
    value = reader.value["reduce"]
    percentile = indicator != "outages" and isinstance(value, str) and _PERCENTILE.fullmatch(value)
    if not percentile:
        reader.choice("reduce", _REDUCE[indicator])
