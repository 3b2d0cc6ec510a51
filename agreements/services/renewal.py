"""Renew an agreement by negotiation: a draft with the terms in force, for the term that follows."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, Version
from agreements.ruling import renewal_months, version_in_force
from agreements.services.document import document_effective
from agreements.services.version import version_draft
from slmo.accounts.models import User
from slmo.core.lifecycle import Term, term_at
from slmo.core.periods import months_later


@transaction.atomic
def agreement_renew(
    *, agreement: Agreement, until: date | None = None, note: str = "", actor: User | None, now: datetime
) -> Version:
    """Open a draft with the terms in force, from the end of the running term on.

    `until`: the day after its last one; without it the new term is as long as the first one was.
    Raises Denied; Refused where nothing with an end is in force; DocumentRefused.
    """
    today = now.astimezone(ZoneInfo(agreement.timezone)).date()
    ruling = version_in_force(agreement, today)
    if ruling is None or ruling.effective_until is None:
        raise Refused(_("Only a term that has an end can be renewed."))
    first = Term(ruling.effective_from, ruling.effective_until)
    term = term_at(first.start, first.end, renewal_months(ruling.document["spec"]), today)
    start = term.end or ruling.effective_until
    document = document_effective(ruling.document, start, until or term_following(first, start))
    return version_draft(agreement=agreement, document=document, base=ruling, note=note, actor=actor, now=now)


def term_following(term: Term, start: date) -> date:
    """Return the end of a term from `start` on that is as long as another: by whole months, else by its days.

    >>> term_following(Term(date(2026, 1, 1), date(2027, 1, 1)), date(2027, 1, 1))
    datetime.date(2028, 1, 1)
    """
    if term.end is None:
        raise ValueError("A term without an end has no length.")
    months = (term.end.year - term.start.year) * 12 + term.end.month - term.start.month
    if months and months_later(term.start, months) == term.end:
        return months_later(start, months)
    return start + timedelta(days=(term.end - term.start).days)
