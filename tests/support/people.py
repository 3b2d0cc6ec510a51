"""Organisations and people for tests, made by the portal's own verbs."""

from datetime import UTC, datetime

from slmo.accounts.models import Organisation, User
from slmo.accounts.services import assignment_grant, organisation_create, user_create

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def organisation(slug: str, kind: str = "provider", **fields: str) -> Organisation:
    """Return a new organisation named after its slug."""
    return organisation_create(slug=slug, name=slug.title(), kind=kind, actor=None, now=NOW, **fields)


def person(name: str, of: Organisation | None = None, level: int = 0, **fields: str) -> User:
    """Return a new user; with an organisation, assigned at `level`, or as its representative where that is 0."""
    user = user_create(email=f"{name}@example.org", name=name.title(), actor=None, now=NOW, **fields)
    if of is not None:
        role = "level" if level else "customer"
        assignment_grant(user=user, organisation=of, role=role, level=level or None, actor=None, now=NOW)
    return user
