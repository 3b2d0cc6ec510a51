"""The words of the field: one English and one Russian term for each thing, each with one sentence.

The definitions are source strings like any other: the Russian ones come from the translation catalogue.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Term:
    """A term in both languages, and its definition in the reader's."""

    english: str
    russian: str
    text: str | Promise


TERMS: tuple[Term, ...] = (
    Term(
        "service", "услуга", _("What a provider does for a customer so that the customer need not manage it himself.")
    ),
    Term("service level", "уровень услуги", _("Metrics that say how good a service is, or is expected to be.")),
    Term(
        "service level agreement",
        "соглашение об уровне услуг",
        _("What a provider and a customer have agreed about a service and its levels."),
    ),
    Term(
        "operational level agreement",
        "соглашение операционного уровня",
        _("An agreement between two parts of one organisation that carries a promise to a customer."),
    ),
    Term(
        "underpinning contract",
        "поддерживающий договор",
        _("A contract with a supplier that carries a promise to a customer."),
    ),
    Term(
        "objective",
        "цель уровня обслуживания",
        _("One promise of an agreement: an indicator, its target and the period in which it is judged."),
    ),
    Term("indicator", "индикатор", _("What is measured, such as the share of time in which a service was available.")),
    Term("target", "целевой показатель", _("The value that an indicator has to reach in a period.")),
    Term(
        "verdict", "заключение", _("What the arithmetic says about a period: met, breached, indeterminate or no data.")
    ),
    Term("indeterminate", "неопределённо", _("Too much of the period is unknown to say whether the target was met.")),
    Term("no data", "нет данных", _("Nothing was measured in the time that counts, so there is no figure.")),
    Term("error budget", "бюджет ошибок", _("How much may go wrong in a period before the target is missed.")),
    Term(
        "burn rate",
        "скорость расходования бюджета",
        _("How fast the error budget is being used: at 1 it lasts exactly until the period ends."),
    ),
    Term(
        "service hours",
        "часы предоставления услуги",
        _("The hours in which the service is promised; time outside them does not count."),
    ),
    Term("exclusion", "исключение", _("Time that both sides have agreed not to count, such as planned maintenance.")),
    Term("planned maintenance", "плановое окно обслуживания", _("An agreed window in which the service may be down.")),
    Term("outage", "простой", _("A stretch of time in which the service was down.")),
    Term("degraded", "деградация", _("The service worked, but worse than agreed.")),
    Term("breach", "нарушение", _("A period in which a target was missed.")),
    Term("service credit", "компенсация", _("What the provider owes the customer for a missed target.")),
    Term("credit cap", "предел компенсации", _("The most that credits may add up to in a month or a contract year.")),
    Term("version", "редакция", _("The text of an agreement from one date to the next; a signed one is never edited.")),
    Term("effective date", "дата вступления в силу", _("The day from which a version is what periods are judged by.")),
    Term("redline", "правки к проекту", _("A draft that shows what was added and what was taken out.")),
    Term("amendment", "дополнительное соглашение", _("A new version that changes an agreement from a date on.")),
    Term(
        "backtest",
        "проверка на исторических данных",
        _("A draft’s terms applied to what really happened, to see what they would have meant."),
    ),
    Term(
        "restatement",
        "пересмотр опубликованных данных",
        _("A published figure that was corrected; both figures stay visible."),
    ),
    Term(
        "provenance",
        "происхождение данных",
        _("Where a figure comes from: which terms, which facts, which version of the arithmetic."),
    ),
    Term("correction", "исправление", _("A later fact that overrules an earlier one, with a reason and an approver.")),
    Term("fact", "факт", _("Something that was observed: a state, a measurement, a number of events.")),
    Term("ledger day", "день учёта", _("How one objective’s seconds of one day fell into classes.")),
    Term("period", "период", _("The stretch of time in which a target is judged, such as a calendar month.")),
    Term("unknown", "неизвестно", _("Time for which nothing was recorded; it is never counted as good by itself.")),
    Term("service owner", "владелец услуги", _("The person who answers for a service as a whole.")),
    Term("supplier", "внешний поставщик", _("Another organisation whose services ours depend on.")),
    Term(
        "service review",
        "обзор услуги",
        _("A meeting in which provider and customer look at what was delivered and decide what follows."),
    ),
    Term("improvement", "мера улучшения", _("Work that is meant to hold or raise a service level.")),
    Term("procedure", "процедура", _("The agreed way in which something is done, reviewed on its date.")),
    Term(
        "response plan",
        "план реагирования",
        _("What has been agreed to do when a service degrades or a target is missed."),
    ),
    Term("root cause", "первопричина", _("What, had it been otherwise, would have prevented the outage.")),
    Term("over-service", "избыточный уровень", _("A level that is delivered and paid for but that nobody needs.")),
    Term("unadjusted", "без исключений", _("The figure with exclusions counted as ordinary time.")),
)

BY_ENGLISH = {term.english: term for term in TERMS}


def term_of(english: str) -> Term:
    """Return a term by its English name; an unknown one raises KeyError, so that no word goes undefined."""
    return BY_ENGLISH[english.lower()]
