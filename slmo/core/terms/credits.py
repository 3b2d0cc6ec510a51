"""Reading an objective's credits: tiers that do not overlap, caps, rounding."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from slmo.core.errors import Said, TermError
from slmo.core.terms.model import CreditTerms, Tier
from slmo.core.terms.reader import Reader, parse_at, share_of
from slmo.core.terms.targets import quantity_of
from slmo.core.units import exact_decimal, parse_decimal

Bound = Callable[[object, str], Fraction]


def credits_read(reader: Reader, indicator: str) -> CreditTerms | None:
    """Return the credits of an objective; the bounds of tiers are shares, or in the unit of a figure that is none."""
    if not reader.has("credits"):
        return None
    if indicator == "attested":
        raise TermError(reader.at("credits"), reader.value["credits"], "no credits, because a statement has no figure")
    terms = Reader(reader.value["credits"], reader.at("credits"))
    terms.known("of", "charge", "tiers", "cap_month", "cap_year", "minimum", "rounding", "source")
    bound = quantity_of if indicator in ("value", "outages") else share_of
    listed = terms.items("tiers", "a list such as [{below: 99.9%, percent: 10}]")
    return CreditTerms(
        of=terms.text("of", "charge"),
        charge=_money(terms, "charge") or Decimal(0),
        tiers=_tiers([_tier(one, path, bound) for path, one in listed], terms),
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


def _tier(value: object, path: str, bound: Bound) -> Tier:
    reader = Reader(value, path)
    reader.known("below", "at_least", "percent")
    below, at_least = (bound(reader.value[k], reader.at(k)) if reader.has(k) else None for k in ("below", "at_least"))
    if below is None and at_least is None:
        raise TermError(reader.at("below"), None, "below, at_least, or both")
    percent = reader.get("percent", "a percentage of the charge such as 10")
    if isinstance(percent, str):
        number = parse_at(reader.at("percent"), percent, lambda text: parse_decimal(text.removesuffix("%"))[0])
    else:
        number = reader.number("percent")
    if not 0 <= number <= 100:
        raise TermError(reader.at("percent"), percent, "a percentage from 0 to 100")
    if at_least is not None and below is not None and at_least >= below:
        raise TermError(reader.at("at_least"), reader.value["at_least"], "a bound under `below`")
    return Tier(below, number, at_least)


def _tiers(tiers: Sequence[Tier], terms: Reader) -> tuple[Tier, ...]:
    """Return the tiers with their open sides filled, the lowest first; refuse two that hold one figure."""
    own = [(tier.below, tier.at_least) if tier.below is None else tier.below for tier in tiers]
    if not tiers or len(set(own)) < len(tiers):
        expected = "at least one tier, each with its own `below`"
        raise TermError(terms.at("tiers"), terms.value["tiers"], expected)
    filled = sorted((_filled(tier, tiers) for tier in tiers), key=_lowest)
    for lower, upper in itertools.pairwise(filled):
        if lower.below is None or upper.at_least is None or upper.at_least < lower.below:
            found = Said(f"the tiers {_range(lower)} and {_range(upper)}")
            raise TermError(terms.at("tiers"), found, "tiers that do not overlap")
    return tuple(filled)


def _filled(tier: Tier, tiers: Sequence[Tier]) -> Tier:
    """Return a tier that reaches down to the next lower tier's `below`, or up to the next higher one's `at_least`."""
    if tier.at_least is None and tier.below is not None:
        lower = [one.below for one in tiers if one.below is not None and one.below < tier.below]
        return replace(tier, at_least=max(lower, default=None))
    if tier.below is None and tier.at_least is not None:
        higher = [one.at_least for one in tiers if one.at_least is not None and one.at_least > tier.at_least]
        return replace(tier, below=min(higher, default=None))
    return tier


def _lowest(tier: Tier) -> tuple[bool, Fraction]:
    return (tier.at_least is not None, tier.at_least or Fraction(0))


def _range(tier: Tier) -> str:
    low, high = ("" if one is None else exact_decimal(one) for one in (tier.at_least, tier.below))
    return f"[{low}, {high})"
