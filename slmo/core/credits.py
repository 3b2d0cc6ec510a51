"""Service credits (docs/arithmetic.md, Credits)."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from slmo.core.judgement import Verdict
from slmo.core.terms.model import CreditTerms

CENT = Decimal("0.01")
_ROUNDING = {"half-up": decimal.ROUND_HALF_UP, "half-even": decimal.ROUND_HALF_EVEN, "down": decimal.ROUND_DOWN}
_EARNING = (Verdict.MET, Verdict.BREACHED)
_EXACT = decimal.Context(prec=60)


class Credit(NamedTuple):
    """A credit: percent of the charge, and the amount in the agreement's currency."""

    percent: Decimal
    amount: Decimal


NONE = Credit(Decimal(0), Decimal("0.00"))


def credit_for(
    terms: CreditTerms | None,
    achieved: Fraction | None,
    verdict: Verdict,
    share: Fraction = Fraction(1),
    used: Decimal = Decimal(0),
) -> Credit | None:
    """Return the credit that an unrounded figure earns, None where the agreement has no credits.

    `share` is the part of the period that is judged (an amendment may have cut it), `used` what the contract year's cap
    has already paid. Only a closed or a breached period earns one; an indeterminate period never does by itself.
    """
    if terms is None:
        return None
    if achieved is None or verdict not in _EARNING:
        return NONE
    percent = tier_percent(terms, achieved)
    if percent == 0:
        return NONE
    return Credit(_decimal(percent), _capped(terms, percent, share, used))


def tier_percent(terms: CreditTerms, achieved: Fraction) -> Fraction:
    """Return the percentage of the tier that the figure lies in (below is exclusive), 0 if it lies in none."""
    for tier in terms.tiers:
        over = tier.at_least is None or achieved >= tier.at_least
        if over and (tier.below is None or achieved < tier.below):
            return tier.percent
    return Fraction(0)


def _capped(terms: CreditTerms, percent: Fraction, share: Fraction, used: Decimal) -> Decimal:
    exact = percent / 100 * Fraction(terms.charge) * share
    amount = _decimal(exact).quantize(CENT, _ROUNDING[terms.rounding], _EXACT)
    if terms.cap_month is not None:
        amount = min(amount, terms.cap_month)
    if amount < terms.minimum:
        amount = Decimal(0)
    if terms.cap_year is not None:
        amount = max(Decimal(0), min(amount, terms.cap_year - used))
    return amount.quantize(CENT, decimal.ROUND_DOWN, _EXACT)


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
