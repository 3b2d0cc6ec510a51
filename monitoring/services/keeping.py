"""For how long the facts of an indicator are kept: what a person says, and what periods that are not final need."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Indicator
from monitoring.models import Keeping, PeriodResult
from monitoring.models.result import ResultState
from monitoring.months import month_start
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record as audit
from slmo.web import words

MONTHS_LEAST, MONTHS_MOST = 2, 1200


def keeping_of(indicator: Indicator) -> int | None:
    """Return for how many months a person said that an indicator's facts are kept; None: as the setting says."""
    return Keeping.objects.filter(indicator=indicator).values_list("months", flat=True).first()


def keeping_in_force(indicator: Indicator) -> int | None:
    """Return for how many months an indicator's facts are kept; None: for ever."""
    return keeping_of(indicator) or settings.FACTS_KEEP_MONTHS or None


def needed_since(indicator: Indicator) -> datetime | None:
    """Return the beginning of the earliest period that is not final and reads the indicator; None without any."""
    reading = Q(objective__indicator=indicator) | Q(objective__customer_indicator=indicator)
    results = PeriodResult.objects.filter(reading, current=True).exclude(state=ResultState.CLOSED)
    found: datetime | None = results.aggregate(since=Min("start"))["since"]
    return found


def months_since(moment: datetime, now: datetime) -> int:
    """Return how many whole months before the present one must be kept, so that the month of a moment is."""
    first, last = month_start(moment), month_start(now)
    return 12 * (last.year - first.year) + last.month - first.month


def keeping_set(*, indicator: Indicator, months: int | None, actor: User, now: datetime) -> None:
    """Say for how many months an indicator's facts are kept; None: as the setting says.

    Raises Denied; ValidationError for a number that is none, or that leaves less than open periods need.
    """
    require(actor, "source_edit", indicator.service.organisation)
    with transaction.atomic():
        if months is not None:
            _months_check(indicator, months, now)
        before = keeping_of(indicator)
        Keeping.objects.filter(indicator=indicator).delete()
        if months is not None:
            Keeping.objects.create(indicator=indicator, months=months)
        if before != months:
            audit(
                actor=actor, action="facts_keep", subject=indicator, before={"months": before},
                after={"months": months}, organisations=[indicator.service.organisation], now=now,
            )  # fmt: skip


def _months_check(indicator: Indicator, months: int, now: datetime) -> None:
    """Raise ValidationError where so many months are no span for this indicator."""
    if not MONTHS_LEAST <= months <= MONTHS_MOST:
        sentence = _("Expected %(least)d to %(most)d months.") % {"least": MONTHS_LEAST, "most": MONTHS_MOST}
        raise ValidationError({"months": sentence})
    since = needed_since(indicator)
    if since is not None and months < (needed := months_since(since, now)):
        sentence = ngettext(
            "Periods since %(day)s are not final yet and need these facts: keep at least %(count)d month, or close"
            " these periods first.",
            "Periods since %(day)s are not final yet and need these facts: keep at least %(count)d months, or close"
            " these periods first.",
            needed,
        )
        raise ValidationError({"months": sentence % {"day": words.day(since), "count": needed}})
