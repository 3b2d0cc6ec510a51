"""Scoped reads: which rows a person may know of. What is not theirs does not exist for them (404).

People see what their organisations provide or receive; a text that was never proposed is seen by its side alone.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from threading import Lock

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from agreements.models import Agreement, Dependency, Indicator, Objective, Service, Side, Version, VersionState
from agreements.services.signature import digest_join
from slmo.accounts.models import Organisation, User
from slmo.accounts.selectors import is_provider_staff, organisation_ids_of
from slmo.core.terms import Agreement as Terms
from slmo.core.terms import agreement_parse

TERMS_KEPT = 4096  # parsed agreements in memory: some 20 KB each
_terms: OrderedDict[tuple[int, str], Terms] = OrderedDict()
_terms_lock = Lock()


def agreements_visible(user: User | AnonymousUser) -> QuerySet[Agreement]:
    """Return the agreements that the person's organisations provide or receive, once something is on the table."""
    own = organisation_ids_of(user)
    shown = Version.objects.filter(shown_to(own), agreement=OuterRef("pk"))
    return (
        Agreement.objects.filter(Q(provider__in=own) | Q(customer__in=own))
        .filter(Exists(shown))
        .select_related("service", "provider", "customer")
    )


def agreement_get(user: User | AnonymousUser, slug: str) -> Agreement:
    """Return one agreement; raises Agreement.DoesNotExist where the person may not know of it."""
    return agreements_visible(user).get(slug=slug)


def versions_visible(user: User | AnonymousUser, agreement: Agreement) -> QuerySet[Version]:
    """Return the versions of an agreement that were ever proposed, and the person's own side's drafts."""
    own = organisation_ids_of(user)
    return (
        agreement.versions.filter(Q(agreement__provider__in=own) | Q(agreement__customer__in=own))
        .filter(shown_to(own))
        .select_related("agreement__provider", "agreement__customer", "agreement__service", "drafted_by", "negotiation")
    )


def version_get(user: User | AnonymousUser, slug: str, number: int) -> Version:
    """Return one version; raises DoesNotExist where the person may not know of it."""
    return versions_visible(user, agreement_get(user, slug)).select_related("base").get(number=number)


def services_visible(user: User | AnonymousUser) -> QuerySet[Service]:
    """Return the services that the person's organisations deliver, or have agreements about.

    A provider's people see the suppliers' services too: they record them, and open contracts about them.
    """
    own = organisation_ids_of(user)
    agreed = agreements_visible(user).filter(service=OuterRef("pk")).order_by()
    seen = Q(organisation__in=own) | Q(Exists(agreed))
    if is_provider_staff(user):
        seen |= Q(organisation__kind=Organisation.Kind.SUPPLIER)
    return Service.objects.filter(seen).select_related("organisation", "owner")


def service_get(user: User | AnonymousUser, slug: str) -> Service:
    """Return one service; raises Service.DoesNotExist where the person may not know of it."""
    return services_visible(user).get(slug=slug)


def objectives_visible(user: User | AnonymousUser) -> QuerySet[Objective]:
    """Return the objectives of the agreements that the person may see."""
    own = organisation_ids_of(user)
    return Objective.objects.filter(Q(agreement__provider__in=own) | Q(agreement__customer__in=own)).select_related(
        "agreement__service", "agreement__provider", "agreement__customer", "indicator"
    )


def customers_of(user: User | AnonymousUser, service: Service) -> QuerySet[Organisation]:
    """Return the customers of whom the person may know to whom the provider of a service delivers."""
    agreements = agreements_visible(user).filter(provider=service.organisation_id).order_by()
    return Organisation.objects.filter(pk__in=agreements.values("customer"))


def objective_get(user: User | AnonymousUser, slug: str, name: str) -> Objective:
    """Return one objective by agreement and name; raises Objective.DoesNotExist where it is not to be seen."""
    return objectives_visible(user).get(agreement__slug=slug, name=name)


def indicators_visible(user: User | AnonymousUser) -> QuerySet[Indicator]:
    """Return the indicators of services that the person's organisations deliver, or that judge their agreements."""
    own = organisation_ids_of(user)
    seen = objectives_visible(user).order_by()
    judging, compared = seen.filter(indicator=OuterRef("pk")), seen.filter(customer_indicator=OuterRef("pk"))
    rows = Indicator.objects.filter(
        Q(service__organisation__in=own) | Q(measured_by__in=own) | Exists(judging) | Exists(compared)
    )
    return rows.select_related("service__organisation", "measured_by")


def dependencies_visible(user: User | AnonymousUser) -> QuerySet[Dependency]:
    """Return the edges of the catalogue with both ends in sight of the person."""
    seen = services_visible(user).order_by().values("pk")
    return Dependency.objects.filter(service__in=seen, needs__in=seen).select_related(
        "service__organisation", "needs__organisation"
    )


def sides_of(user: User | AnonymousUser, agreement: Agreement) -> list[str]:
    """Return the sides of the table on which the person sits."""
    own = organisation_ids_of(user)
    sides = ((Side.PROVIDER, agreement.provider_id), (Side.CUSTOMER, agreement.customer_id))
    return [str(side) for side, organisation in sides if organisation in own]


def versions_along(user: User | AnonymousUser, agreement: Agreement) -> QuerySet[Version]:
    """Return the visible versions for the rail, without their documents.

    `ended_by`: who ends the agreement, None for terms; `renewed_by`: how the term is extended, as the document says.
    """
    rows = versions_visible(user, agreement).annotate(
        ended_by=KT("document__spec__ended__by"), renewed_by=KT("document__spec__renewal__automatic")
    )
    return rows.prefetch_related("signatures").defer("document")


def terms_of(agreement: Agreement) -> Terms:
    """Return the agreement as the engine reads it: all signed versions, in the order in which they take effect.

    Parsed once for each `terms_digest`. Raises Version.DoesNotExist where nothing is signed yet.
    """
    terms = terms_load([agreement]).get(agreement.pk)
    if terms is None:
        raise Version.DoesNotExist(f"No version of {agreement} is signed.")
    return terms


def terms_known(agreement: Agreement, known_at: datetime) -> Terms:
    """Return the agreement as the engine would have read it at a moment: the versions that were signed by then.

    Raises Version.DoesNotExist where nothing was.
    """
    signed = agreement.versions.filter(state=VersionState.SIGNED)
    if not signed.filter(signed_at__gt=known_at).exists():
        return terms_of(agreement)
    known = signed.filter(signed_at__lte=known_at).order_by("effective_from")
    if documents := [version.document for version in known]:
        return agreement_parse(documents)
    raise Version.DoesNotExist(f"No version of {agreement} was signed by {known_at}.")


def terms_load(agreements: Iterable[Agreement]) -> dict[int, Terms]:
    """Return the engine's terms by agreement id, with one query for all that are not yet in memory.

    Agreements without a signed version are left out.
    """
    wanted = list(agreements)
    found = {agreement.pk: terms for agreement in wanted if (terms := _terms_kept(agreement)) is not None}
    missing = [agreement.pk for agreement in wanted if agreement.pk not in found]
    signed: dict[int, list[Version]] = {}
    if missing:
        rows = Version.objects.filter(agreement__in=missing, state=VersionState.SIGNED)
        for version in rows.order_by("effective_from"):
            signed.setdefault(version.agreement_id, []).append(version)
    for pk, versions in signed.items():
        found[pk] = agreement_parse([version.document for version in versions])
        _terms_keep((pk, digest_join(version.digest for version in versions)), found[pk])
    return found


def shown_to(own: frozenset[int]) -> Q:
    """Return the condition that a version was proposed once, or was drafted by one of these organisations."""
    return (
        Q(proposed_at__isnull=False)
        | Q(state=VersionState.SIGNED)
        | Q(drafted_side=Side.PROVIDER, agreement__provider__in=own)
        | Q(drafted_side=Side.CUSTOMER, agreement__customer__in=own)
    )


def _terms_kept(agreement: Agreement) -> Terms | None:
    """Return what was parsed for the agreement's present digest, if it is still in memory."""
    with _terms_lock:
        key = (agreement.pk, agreement.terms_digest)
        if key in _terms:
            _terms.move_to_end(key)
        return _terms.get(key)


def _terms_keep(key: tuple[int, str], terms: Terms) -> None:
    """Keep what was parsed under the digest of the very texts it was parsed from; forget the longest unused."""
    with _terms_lock:
        _terms[key] = terms
        if len(_terms) > TERMS_KEPT:
            _terms.popitem(last=False)


def terms_forget() -> None:
    """Forget all parsed terms, as a process does that has just begun."""
    with _terms_lock:
        _terms.clear()
