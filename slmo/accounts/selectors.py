"""Scoped reads: what of the accounts a person may see."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet

from slmo.accounts.errors import NotVisible
from slmo.accounts.models import ApiToken, Assignment, Organisation, User
from slmo.accounts.policy import can

PROVIDER, CUSTOMER, SUPPLIER = Organisation.Kind.PROVIDER, Organisation.Kind.CUSTOMER, Organisation.Kind.SUPPLIER


class Side(StrEnum):
    """One of the two parties of an agreement."""

    PROVIDER = "provider"
    CUSTOMER = "customer"


def sides_of(user: User, *, provider: Organisation, customer: Organisation) -> frozenset[Side]:
    """Return the sides of an agreement between these two that the user belongs to.

    In an underpinning contract `provider` is the supplier, and the portal's provider is the customer.
    """
    own = organisation_ids_of(user)
    sides = {Side.PROVIDER: provider, Side.CUSTOMER: customer}
    return frozenset(side for side, organisation in sides.items() if organisation.pk in own)


def side_of(user: User, *, provider: Organisation, customer: Organisation) -> Side | None:
    """Return the user's side, the provider's first where both are; None for an outsider."""
    sides = sides_of(user, provider=provider, customer=customer)
    return next((side for side in Side if side in sides), None)


def organisation_ids_of(user: User | AnonymousUser) -> frozenset[int]:
    """Return the keys of the organisations that the user is assigned to."""
    return frozenset(held.organisation_id for held in user.held) if isinstance(user, User) else frozenset()


def is_provider_staff(user: User | AnonymousUser) -> bool:
    """Tell whether the user is assigned to a provider."""
    return isinstance(user, User) and any(held.kind == PROVIDER for held in user.held)


def organisations_visible_to(user: User | AnonymousUser) -> QuerySet[Organisation]:
    """Return the organisations that the user may know of.

    A provider's people and the installation's administrators see all; a customer's or supplier's see their own and the
    providers, whose services they use or carry.
    """
    everything = Organisation.objects.all()
    if isinstance(user, User) and (user.is_superuser or is_provider_staff(user)):
        return everything
    own = organisation_ids_of(user)
    return everything.filter(Q(pk__in=own) | Q(kind=PROVIDER)) if own else everything.none()


def organisation_get(user: User, slug: str) -> Organisation:
    """Return a visible organisation; raise NotVisible for any other."""
    organisation = organisations_visible_to(user).filter(slug=slug).first()
    if organisation is None:
        raise NotVisible(f"organisation {slug}")
    return organisation


def users_visible_to(user: User) -> QuerySet[User]:
    """Return the users that the person may administer, with their assignments."""
    assignments = Assignment.objects.select_related("organisation").order_by("organisation__name")
    users = User.objects.prefetch_related(Prefetch("assignments", queryset=assignments))
    return users if can(user, "user_edit") else users.filter(pk=user.pk)


def user_get(user: User, key: int) -> User:
    """Return a visible user; raise NotVisible for any other."""
    found = users_visible_to(user).filter(pk=key).first()
    if found is None:
        raise NotVisible(f"user {key}")
    return found


def people_of(organisation: Organisation, *, level: int = 0) -> QuerySet[User]:
    """Return the active people of an organisation: all, or those from a level on (and no representatives)."""
    assigned = Assignment.objects.filter(organisation=organisation, **({"level__gte": level} if level else {}))
    return User.objects.filter(is_active=True, pk__in=assigned.values("user_id"))


def api_tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return the user's own tokens, newest first."""
    return ApiToken.objects.filter(user=user)


def api_token_get(user: User, key: int) -> ApiToken:
    """Return one of the user's own tokens; raise NotVisible for any other."""
    token = api_tokens_of(user).filter(pk=key).first()
    if token is None:
        raise NotVisible(f"token {key}")
    return token
