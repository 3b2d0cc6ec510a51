"""The demo's organisations and people, one for each kind of reader the portal has."""

from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import Organisation, User
from slmo.accounts.services import assignment_grant, organisation_create, user_create

PASSWORD = "demo-slmo-2026"  # shown on the log-in page of the demo, on purpose

ORGANISATIONS = (
    ("northlight-it", "Northlight IT", "provider", "Europe/Berlin"),
    ("google-cloud", "Google Cloud", "supplier", "America/Los_Angeles"),
    ("baltic-retail", "Baltic Retail Group", "customer", "Europe/Berlin"),
    ("hudson-insurance", "Hudson Insurance", "customer", "America/New_York"),
)


class Person(NamedTuple):
    """One demo log-in: level 2 to 7 at an organisation, or 0 for a customer's representative."""

    email: str
    name: str
    organisation: str
    level: int
    zone: str
    role: str | Promise


PEOPLE = (
    Person("manager@northlight.example", "Anna Lindqvist", "northlight-it", 5, "Europe/Berlin", _("Service manager")),
    Person("operator@northlight.example", "Jonas Weber", "northlight-it", 3, "Europe/Berlin", _("Operator")),
    Person("owner@northlight.example", "Mariam Okafor", "northlight-it", 4, "Europe/Berlin", _("Service owner")),
    Person("executive@northlight.example", "Elena Sorokina", "northlight-it", 7, "Europe/Berlin", _("Executive")),
    Person(
        "customer@baltic.example", "Kaarel Tamm", "baltic-retail", 0, "Europe/Berlin", _("Customer’s representative")
    ),
    Person(
        "customer@hudson.example",
        "Grace Rivera",
        "hudson-insurance",
        0,
        "America/New_York",
        _("Customer’s representative"),
    ),
)


def organisations_load(now: datetime) -> dict[str, Organisation]:
    """Create the four parties where they are missing; return them by short name."""
    for slug, name, kind, zone in ORGANISATIONS:
        if not Organisation.objects.filter(slug=slug).exists():
            organisation_create(slug=slug, name=name, kind=kind, timezone=zone, actor=None, now=now)
    return {one.slug: one for one in Organisation.objects.filter(slug__in=[row[0] for row in ORGANISATIONS])}


def people_load(now: datetime) -> dict[str, User]:
    """Create the demo's users with their assignments where they are missing; return them by e-mail address."""
    parties = organisations_load(now)
    for one in PEOPLE:
        if not User.objects.filter(email=one.email).exists():
            user = user_create(
                email=one.email,
                name=one.name,
                password=PASSWORD,
                language="en",
                timezone=one.zone,
                actor=None,
                now=now,
            )
            assignment_grant(
                user=user,
                organisation=parties[one.organisation],
                role="level" if one.level else "customer",
                level=one.level or None,
                actor=None,
                now=now,
            )
    return {user.email: user for user in User.objects.filter(email__in=[one.email for one in PEOPLE])}


def logins() -> list[dict[str, str]]:
    """Return the demo's log-ins for the log-in page: address, password, name and role of each."""
    names = {slug: name for slug, name, _kind, _zone in ORGANISATIONS}
    return [
        {
            "email": one.email,
            "password": PASSWORD,
            "name": one.name,
            "role": f"{one.role}, {names[one.organisation]}",
        }
        for one in PEOPLE
    ]
