"""Scoped reads of corrections, exclusions and restatements.

The provider's people see every proposal about their services, and about their suppliers'. Other parties see what was
approved and concerns their agreements, without internal words; and whatever is proposed about their own measurement.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from agreements.models import Agreement
from agreements.selectors import agreements_visible, objectives_visible
from monitoring.models import Correction, Exclusion, ProposalState, Restatement, RestatementState
from monitoring.selectors import Reader
from slmo.accounts.models import Organisation
from slmo.accounts.selectors import is_provider_staff, organisation_ids_of

APPROVED = (ProposalState.APPROVED, ProposalState.REVOKED)
_SUPPLIER = Organisation.Kind.SUPPLIER


def corrections_visible(user: Reader) -> QuerySet[Correction]:
    """Return the corrections that the person may know of, the latest first."""
    seen = objectives_visible(user).order_by()
    judging = seen.filter(indicator=OuterRef("indicator"))
    compared = seen.filter(customer_indicator=OuterRef("indicator"))
    shown = Q(state__in=APPROVED) & (Q(Exists(judging)) | Q(Exists(compared)))
    shown |= Q(indicator__measured_by__in=organisation_ids_of(user))
    if is_provider_staff(user):
        shown |= _delivered_by(user, "indicator__service__organisation")
    rows = Correction.objects.filter(shown).select_related(
        "indicator__service__organisation",
        "indicator__measured_by",
        "proposed_by",
        "decided_by",
        "objective__agreement",
    )
    return rows.order_by("-proposed_at", "-pk").defer("effects")


def correction_get(user: Reader, pk: int) -> Correction:
    """Return one correction; raises Correction.DoesNotExist where it is not to be seen."""
    return corrections_visible(user).defer(None).select_related("file", "batch").get(pk=pk)


def exclusions_visible(user: Reader) -> QuerySet[Exclusion]:
    """Return the exclusions that the person may know of, the latest first."""
    mine = agreements_visible(user).select_related(None).order_by()
    concerned = Q(agreement__in=mine.values("pk")) | Q(Exists(mine.filter(service=OuterRef("service"))))
    shown = Q(state__in=APPROVED) & concerned
    if is_provider_staff(user):
        own = organisation_ids_of(user)
        parties = Agreement.objects.filter(Q(provider__in=own) | Q(customer__in=own)).values("pk")
        shown |= Q(agreement__in=parties) | _delivered_by(user, "service__organisation")
    rows = Exclusion.objects.filter(shown).select_related(
        "agreement__provider", "agreement__customer", "agreement__service", "objective", "service__organisation",
        "proposed_by", "decided_by", "revoked_by",
    )  # fmt: skip
    return rows.order_by("-proposed_at", "-pk").defer("effects")


def exclusion_get(user: Reader, pk: int) -> Exclusion:
    """Return one exclusion; raises Exclusion.DoesNotExist where it is not to be seen."""
    return exclusions_visible(user).defer(None).select_related("file").get(pk=pk)


def restatements_visible(user: Reader) -> QuerySet[Restatement]:
    """Return the restatements that the person may know of, the latest first; questions only for provider's people."""
    rows = Restatement.objects.filter(objective__in=objectives_visible(user).select_related(None).order_by())
    if not is_provider_staff(user):
        rows = rows.filter(state=RestatementState.ISSUED)
    rows = rows.select_related(
        "objective__agreement__service", "objective__agreement__provider", "objective__agreement__customer",
        "objective__indicator__service", "before", "after", "decided_by",
    )  # fmt: skip
    return rows.order_by("-found_at", "-pk")


def restatement_get(user: Reader, pk: int) -> Restatement:
    """Return one restatement; raises Restatement.DoesNotExist where it is not to be seen."""
    return restatements_visible(user).get(pk=pk)


def sees_inside(user: Reader, *organisations: Organisation) -> bool:
    """Tell whether a person sees internal words about what concerns these organisations."""
    own = organisation_ids_of(user)
    return is_provider_staff(user) and any(one.pk in own or one.kind == _SUPPLIER for one in organisations)


def _delivered_by(user: Reader, path: str) -> Q:
    """Return the condition that a service is delivered by the person's own organisations, or by a supplier."""
    return Q(**{f"{path}__in": organisation_ids_of(user)}) | Q(**{f"{path}__kind": _SUPPLIER})
