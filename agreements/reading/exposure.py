"""What a version binds its sides to: money in a year, and the strictest level that is promised."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from agreements.reading.allowance import period_share
from agreements.reading.clauses import money
from slmo.core.terms import CreditTerms, ObjectiveTerms, Version
from slmo.web import words

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Exposure:
    """Charge and credits in a year, both at most, in `currency`; the highest share that is promised, None for none."""

    currency: str
    charge: Decimal
    credit: Decimal
    strictest: Fraction | None


def exposure_of(version: Version) -> Exposure:
    """Return what signing the version exposes a side to.

    The charge of a year: objectives with credits on the same base (`of`) share one charge, the largest of them, and a
    period's charge comes as often as its period fits into 365 days. Credits of a year: each objective's cap for the
    year, else for the month twelve times, else its highest tier in every period; summed.
    """
    charges: dict[str, Decimal] = {}
    credit = Decimal(0)
    for terms in version.objectives.values():
        if terms.credits is not None:
            charge = _a_year(terms, terms.credits.charge)
            charges[terms.credits.of] = max(charge, charges.get(terms.credits.of, Decimal(0)))
            credit += _credit_most(terms, terms.credits)
    currency = str(version.document["spec"].get("currency", ""))
    return Exposure(currency, sum(charges.values(), Decimal(0)), credit, _strictest(version))


def _a_year(terms: ObjectiveTerms, amount: Decimal) -> Decimal:
    """Return an amount of one period as often as the period comes in a year, to the cent above."""
    times = 1 / period_share(terms.period)
    return (amount * times.numerator / times.denominator).quantize(CENT, "ROUND_CEILING")


def _credit_most(terms: ObjectiveTerms, agreed: CreditTerms) -> Decimal:
    """Return the most that one objective can cost in credits in a year."""
    percent = max(tier.percent for tier in agreed.tiers)
    full = _a_year(terms, agreed.charge * percent.numerator / percent.denominator / 100)
    caps = [cap for cap in (agreed.cap_year, agreed.cap_month and agreed.cap_month * 12) if cap is not None]
    return min([full, *caps]) if agreed.charge else min(caps, default=Decimal(0))


def _strictest(version: Version) -> Fraction | None:
    """Return the highest share that any objective must reach."""
    targets = [terms.target for terms in version.objectives.values() if terms.target is not None]
    return max((one.value for one in targets if one.unit == "%" and one.op in (">=", ">")), default=None)


def exposure_lines(exposure: Exposure) -> list[tuple[str, str]]:
    """Return what a version binds to, as label and text; what it does not speak of is left out."""
    lines = []
    if exposure.charge:
        lines.append((_("Charge a year"), money(exposure.charge, exposure.currency)))
    if exposure.credit:
        lines.append((_("Credits a year, at most"), money(exposure.credit, exposure.currency)))
    if exposure.strictest is not None:
        lines.append((_("Strictest target"), words.percent_exact(exposure.strictest)))
    return lines
