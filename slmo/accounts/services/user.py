"""Verbs of users."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from slmo.accounts.journal import recorder
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.accounts.services.change import fields_of, row_change
from slmo.accounts.services.reach import organisations_of, require_reach

SHOWN = ("email", "name", "language", "timezone", "theme")  # what the audit log tells of a user


@transaction.atomic
def user_create(
    *,
    email: str,
    name: str,
    password: str | None = None,
    language: str = "en",
    timezone: str = "UTC",
    actor: User | None,
    now: datetime,
) -> User:
    """Create a user; without a password the person sets one by the reset letter.

    Raises Denied, and ValidationError for an address that is taken in any spelling, a weak password or unknown zone.
    """
    if actor is not None:
        require(actor, "user_edit")
    user = User(email=email.strip(), name=name.strip(), language=language, timezone=timezone, joined_at=now)
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    recorder()(actor=actor, action="user_create", subject=user, after=fields_of(user, SHOWN), now=now)
    return user


@transaction.atomic
def user_update(*, user: User, email: str, name: str, actor: User | None, now: datetime) -> User:
    """Change a user's address and name. Raises Denied, ValidationError."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_for(actor, user)
    before, after = row_change(user, {"email": email.strip(), "name": name.strip()})
    _record(actor, "user_update", user, before, after, now)
    return user


@transaction.atomic
def user_set_active(*, user: User, active: bool, actor: User | None, now: datetime) -> User:
    """Let a user log in or not; nobody locks themselves out. Raises Denied, ValidationError."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_for(actor, user)
    if actor == user and not active:
        raise ValidationError(_("You cannot deactivate your own account."), code="self")
    before, after = row_change(user, {"is_active": active})
    _record(actor, "user_activate" if active else "user_deactivate", user, before, after, now)
    return user


@transaction.atomic
def user_update_preferences(*, user: User, language: str, timezone: str, theme: str, now: datetime) -> User:
    """Change how the portal looks and speaks to its reader, by the reader. Raises ValidationError."""
    user = User.objects.select_for_update().get(pk=user.pk)
    before, after = row_change(user, {"language": language, "timezone": timezone, "theme": theme})
    _record(user, "user_update_preferences", user, before, after, now)
    return user


def _require_for(actor: User | None, user: User) -> None:
    """Raise Denied unless the actor may edit this user and stands no lower than they do.

    Who is assigned to a provider is edited by that provider's people alone; others by any provider's.
    """
    if actor is None or actor.is_superuser:
        return
    organisations = organisations_of(user)
    for organisation in organisations:
        require(actor, "user_edit", organisation)
    if not organisations:
        require(actor, "user_edit")
    require_reach(actor, user)


def _record(
    actor: User | None, action: str, user: User, before: dict[str, object], after: dict[str, object], now: datetime
) -> None:
    """Write the audit entry where something changed."""
    if after:
        recorder()(
            actor=actor,
            action=action,
            subject=user,
            before=before,
            after=after,
            organisations=organisations_of(user),
            now=now,
        )
