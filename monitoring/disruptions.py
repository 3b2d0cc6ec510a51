"""Scoped reads of planned disruptions: both parties of an agreement see those under it."""

from datetime import datetime, timedelta

from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from agreements.reading.conditions import days
from agreements.ruling import version_in_force
from agreements.selectors import agreements_visible, sides_of
from monitoring.models import Disruption
from monitoring.selectors import Reader
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.core.terms import agreement_parse


def disruptions_visible(user: Reader) -> QuerySet[Disruption]:
    """Return the disruptions under the agreements that the person may see, with the bounds of their times."""
    mine = agreements_visible(user).select_related(None).order_by()
    rows = Disruption.objects.filter(agreement__in=mine.values("pk")).select_related(
        "announcement__created_by", "agreement__service", "agreement__provider", "agreement__customer", "decided_by"
    )
    return rows.prefetch_related("moves__windows").annotate(
        first=Min("moves__windows__start"), last=Max("moves__windows__end")
    )


def disruption_get(user: Reader, slug: str, pk: int) -> Disruption:
    """Return one disruption; raises Disruption.DoesNotExist where it is not to be seen."""
    return disruptions_visible(user).get(agreement__slug=slug, pk=pk)


def side_answering(user: User, disruption: Disruption) -> str:
    """Return the side for which the person may answer now; nothing where it is not their turn."""
    side = disruption.turn
    agreement = disruption.agreement
    mine = disruption.waits and side in sides_of(user, agreement)
    return side if mine and can(user, "disruption_answer", agreement.organisation_of(side)) else ""


def notice_short(disruption: Disruption) -> str:
    """Return a sentence where the times were proposed later than the agreement asks for; else nothing."""
    move, first = disruption.latest, disruption.windows[0].start
    asked = notice_agreed(disruption, move.at)
    if asked is None or first - move.at >= timedelta(days=asked):
        return ""
    sentence = _("Proposed %(given)s ahead; the agreement asks for %(asked)s.")
    return sentence % {"given": days((first - move.at).days), "asked": days(asked)}


def notice_agreed(disruption: Disruption, at: datetime) -> int | None:
    """Return how many days ahead the agreement in force asks for an announcement; None where it says nothing."""
    ruling = version_in_force(disruption.agreement, at.date())
    return agreement_parse([ruling.document]).versions[0].conditions.disruption_notice if ruling else None
