"""Changing keys: a new one first, then every secret sealed anew, then the old ones forgotten."""

from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_noop as _n

from slmo.accounts.vault.errors import SecretUnreadable, VaultClosed
from slmo.accounts.vault.field import columns
from slmo.accounts.vault.keys import file_read, file_write, key_new, opened, sealed, sealed_newest


class Rotated(NamedTuple):
    """What a rotation found: secrets sealed anew, those that were so already, and those nobody can read."""

    renewed: int
    fresh: int
    unreadable: list[str]


def key_add() -> Path:
    """Put a new key before the others in the file of keys, which is made where there is none; return its path.

    Raises VaultClosed where the keys come from the environment, which only the operator can change.
    """
    if settings.SECRETS_KEYS:
        raise VaultClosed(
            _n("The keys come from SECRETS_KEYS: put the new key before the others there, and start anew.")
        )
    path = Path(settings.SECRETS_KEYS_FILE)
    file_write(path, [key_new(), *(file_read(path).split() if path.exists() else [])])
    return path


def keys_forget() -> int:
    """Drop all keys but the newest from the file of keys; return how many were dropped. Raises VaultClosed."""
    if settings.SECRETS_KEYS:
        raise VaultClosed(_n("The keys come from SECRETS_KEYS: take the old ones out there, and start anew."))
    path = Path(settings.SECRETS_KEYS_FILE)
    found = file_read(path).split()
    file_write(path, found[:1])
    return len(found) - 1


def rotate() -> Rotated:
    """Seal every secret in the database with the newest key; safe beside a portal that runs, and may run twice."""
    found = []
    for model, name in columns():
        rows = model._default_manager.exclude(**{name: {}}).order_by("pk").values_list("pk", flat=True)
        found += [_row_rotate(model, name, key) for key in list(rows)]
    unreadable = [line for one in found for line in one.unreadable]
    return Rotated(sum(one.renewed for one in found), sum(one.fresh for one in found), unreadable)


@transaction.atomic
def _row_rotate(model: type[models.Model], name: str, key: object) -> Rotated:
    row = model._default_manager.select_for_update().filter(pk=key).first()
    tokens: dict[str, str] = dict(getattr(row, name)) if row else {}
    old = [part for part, token in tokens.items() if not sealed_newest(token)]
    unreadable = []
    for part in old:
        try:
            tokens[part] = sealed(opened(tokens[part]))
        except SecretUnreadable:
            unreadable.append(f"{model._meta.label} {key}: {part}")
    if len(old) > len(unreadable):
        model._default_manager.filter(pk=key).update(**{name: tokens})
    return Rotated(len(old) - len(unreadable), len(tokens) - len(old), unreadable)
