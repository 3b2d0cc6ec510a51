"""What an agreement says beside its objectives, in sentences: reporting, changes, renewal, ending, duties, prose."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from slmo.core.terms import AmendmentRule, Conditions, Contact, Ending, Renewal, Reporting, Termination
from slmo.web import words

_n = gettext_lazy
Said = Iterator[tuple[str, str, str]]  # key, label, sentences

REPORT_EVERY: Mapping[str, str | Promise] = {
    "week": _n("A report is owed for each week, within %(days)s after its end."),
    "month": _n("A report is owed for each calendar month, within %(days)s after its end."),
    "quarter": _n("A report is owed for each quarter, within %(days)s after its end."),
    "half": _n("A report is owed for each half-year, within %(days)s after its end."),
    "year": _n("A report is owed for each calendar year, within %(days)s after its end."),
}
REVIEW_EVERY: Mapping[str, str | Promise] = {
    "week": _n("Both sides review the service every week."),
    "month": _n("Both sides review the service every month."),
    "quarter": _n("Both sides review the service every quarter."),
    "half": _n("Both sides review the service every half-year."),
    "year": _n("Both sides review the service every year."),
}
AMENDED_BY: Mapping[str, str | Promise] = {
    "either": _n("Either side may propose a change."),
    "provider": _n("Only the provider may propose a change."),
    "customer": _n("Only the customer may propose a change."),
}
ENDED_BY: Mapping[str, str | Promise] = {
    "either": _n("Either side may end the agreement by notice of %(days)s."),
    "provider": _n("Only the provider may end the agreement, by notice of %(days)s."),
    "customer": _n("Only the customer may end the agreement, by notice of %(days)s."),
}
ENDING: Mapping[str, str | Promise] = {
    "both": _n("Both sides end the agreement."),
    "provider": _n("The provider ends the agreement by notice of %(day)s."),
    "customer": _n("The customer ends the agreement by notice of %(day)s."),
}

TITLES: Mapping[str, str | Promise] = {  # key of a typed condition → its title
    "reporting": _n("Reporting"),
    "review": _n("Service reviews"),
    "claims": _n("Claims"),
    "disruptions": _n("Planned disruptions"),
    "amendment": _n("Changes to the agreement"),
    "renewal": _n("Renewal"),
    "termination": _n("Termination"),
    "duties": _n("Who sees to what"),
    "contacts": _n("Contacts"),
}


def conditions_said(conditions: Conditions) -> Said:
    """Yield the typed conditions that were agreed, in the order in which people ask about them."""
    if conditions.reporting:
        yield "reporting", str(TITLES["reporting"]), _reporting(conditions.reporting)
    if conditions.review:
        yield "review", str(TITLES["review"]), str(REVIEW_EVERY[conditions.review])
    if conditions.claims_within is not None:
        text = _("A service credit can be claimed within %(days)s after the report.")
        yield "claims", str(TITLES["claims"]), text % {"days": days(conditions.claims_within)}
    if conditions.disruption_notice is not None:
        text = _("A planned disruption is announced at least %(days)s ahead.")
        yield "disruptions", str(TITLES["disruptions"]), text % {"days": days(conditions.disruption_notice)}
    if conditions.amendment:
        yield "amendment", str(TITLES["amendment"]), _amendment(conditions.amendment)
    if conditions.renewal:
        yield "renewal", str(TITLES["renewal"]), renewal_sentence(conditions.renewal)
    if conditions.termination:
        yield "termination", str(TITLES["termination"]), _termination(conditions.termination)
    yield from _duties(conditions)
    if conditions.contacts:
        yield "contacts", str(TITLES["contacts"]), "; ".join(_contact(one) for one in conditions.contacts)


def ending_said(ending: Ending) -> Said:
    """Yield what a version that ends the agreement says."""
    text = ENDING[ending.by] % {"day": words.day(ending.notified)}
    yield "ended", _("End"), f"{text} {ending.ground}".strip()


def days(count: int) -> str:
    """Return a number of days in words."""
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": words.number(count)}


def months(count: int) -> str:
    """Return a number of months in words: whole years as such."""
    if count % 12 == 0:
        years = count // 12
        return ngettext("%(count)s year", "%(count)s years", years) % {"count": words.number(years)}
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": words.number(count)}


def renewal_sentence(renewal: Renewal) -> str:
    """Return whether and how the term is extended by itself."""
    if not renewal.months:
        return _("The term is not extended by itself: a renewal is negotiated and signed.")
    text = _("At its end the term is extended by %(length)s, again and again.") % {"length": months(renewal.months)}
    if not renewal.notice:
        return text
    unless = _("Either side can stop this by notice of %(days)s before the end of a term.")
    return f"{text} {unless % {'days': days(renewal.notice)}}"


def _reporting(reporting: Reporting) -> str:
    said = [REPORT_EVERY[reporting.every] % {"days": days(reporting.within)}]
    if reporting.to:
        said.append(_("It goes to: %(to)s.") % {"to": reporting.to.rstrip(".")})
    if reporting.content:
        said.append(_("It tells: %(content)s.") % {"content": reporting.content.rstrip(".")})
    return " ".join(said)


def _amendment(rule: AmendmentRule) -> str:
    ahead = _("It is proposed at least %(days)s before it takes effect.") % {"days": days(rule.notice)}
    return f"{AMENDED_BY[rule.by]} {ahead}" if rule.notice else str(AMENDED_BY[rule.by])


def _termination(termination: Termination) -> str:
    said = [ENDED_BY[termination.by] % {"days": days(termination.notice)}]
    if termination.grounds:
        grounds = "; ".join(one.rstrip(".") for one in termination.grounds)
        said.append(_("At once on these grounds: %(grounds)s.") % {"grounds": grounds})
    if termination.data_return is not None:
        text = _("The customer's data are given back within %(days)s after the end.")
        said.append(text % {"days": days(termination.data_return)})
    return " ".join(said)


def _duties(conditions: Conditions) -> Said:
    if conditions.provider_duties:
        yield "duties.provider", _("The provider sees to"), "; ".join(conditions.provider_duties)
    if conditions.customer_duties:
        yield "duties.customer", _("The customer sees to"), "; ".join(conditions.customer_duties)


def _contact(contact: Contact) -> str:
    reached = ", ".join(one for one in (contact.name, contact.reach) if one)
    return f"{contact.role}: {reached}" if reached else contact.role
