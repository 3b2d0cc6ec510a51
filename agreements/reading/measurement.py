"""The term of two measurements as sentences: whose rules, what holds while it is silent, when a difference is told."""

from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from agreements.reading.sentences import quantity
from slmo.core.terms import Measurement, ObjectiveTerms
from slmo.core.terms.measurement import BY_STATES
from slmo.web import words

_n = gettext_lazy

RULES = {
    "provider": _n("The provider's measurement rules; the customer's is shown beside it."),
    "customer": _n("The customer's measurement rules; the provider's is shown beside it."),
}
SILENT = {
    False: _n("While it is silent, nothing is known."),
    True: _n("While it is silent, the other one stands in."),
}


def measurement_sentence(terms: ObjectiveTerms, agreed: Measurement) -> str:
    """Return whose measurement of an objective rules, and what follows from the other one."""
    said = [str(RULES[agreed.rules])]
    if terms.indicator in BY_STATES:
        said.append(str(SILENT[agreed.stands_in]))
    if agreed.notice_above is not None:
        difference = points(agreed.notice_above.value, agreed.notice_above.unit)
        sentence = _("Both sides are told when they differ by more than %(difference)s in a period.")
        said.append(sentence % {"difference": difference})
    return " ".join(said)


def points(value: Fraction, unit: str) -> str:
    """Return a difference of two figures in words; that of two shares in percentage points."""
    if unit != "%":
        return quantity(value, unit)
    hundredfold = value * 100
    if hundredfold.denominator == 1:
        said = ngettext("%(number)s percentage point", "%(number)s percentage points", int(hundredfold))
        return said % {"number": words.number(hundredfold)}
    places = next((n for n in range(10) if (hundredfold * 10**n).denominator == 1), 9)
    said = pgettext("a number with a fraction", "%(number)s percentage points")
    return said % {"number": words.number(hundredfold, places)}
