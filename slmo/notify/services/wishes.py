"""Verbs of what a person wants to hear; each person's own, so no policy is asked."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from slmo.accounts.models import User
from slmo.notify.channels import CHANNELS
from slmo.notify.kinds import KINDS
from slmo.notify.models import Mute, Preference, Webhook


@transaction.atomic
def preferences_update(*, user: User, choices: Mapping[tuple[str, str], bool]) -> None:
    """Save which kinds of news a person wants by which channels; what equals the default is not kept.

    Raises KeyError for a kind or channel that the tables do not know.
    """
    rows = []
    for (kind, channel), enabled in choices.items():
        if enabled != (CHANNELS[channel].name in KINDS[kind].channels):
            rows.append(Preference(user=user, kind=kind, channel=channel, enabled=enabled))
    User.objects.select_for_update().get(pk=user.pk)
    Preference.objects.filter(user=user).delete()
    Preference.objects.bulk_create(rows)


def mute_set(*, user: User, subject_type: str, subject_id: str | int, until: datetime) -> Mute:
    """Keep news of one thing from e-mail and webhook until an instant; the bell still lists it."""
    mute, _created = Mute.objects.update_or_create(
        user=user, subject_type=subject_type, subject_id=str(subject_id), defaults={"until": until}
    )
    return mute


def mute_end(*, user: User, subject_type: str, subject_id: str | int) -> None:
    """Let news of one thing through again."""
    Mute.objects.filter(user=user, subject_type=subject_type, subject_id=str(subject_id)).delete()


@transaction.atomic
def webhook_set(*, user: User, url: str) -> Webhook | None:
    """Save where a person's news is posted; an empty address ends it. A new address gets a new secret.

    Raises ValidationError for an address that is not http or https.
    """
    old = Webhook.objects.select_for_update().filter(user=user).first()
    if old and old.url == url:
        return old
    if old:
        old.delete()
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValidationError({"url": _("Expected an address that begins with https:// or http://.")})
    hook = Webhook(user=user, url=url, secret=secrets.token_hex(32))
    hook.full_clean()
    hook.save(force_insert=True)
    return hook
