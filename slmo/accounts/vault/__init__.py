"""Secrets of the portal's own, such as passwords of other systems: encrypted at rest, and told to nobody."""

from slmo.accounts.vault.errors import SecretUnreadable, VaultClosed
from slmo.accounts.vault.field import SecretsField
from slmo.accounts.vault.keys import opened, sealed, sealed_newest
from slmo.accounts.vault.secret import MASK, Secret, scrubbed

__all__ = [
    "MASK",
    "Secret",
    "SecretUnreadable",
    "SecretsField",
    "VaultClosed",
    "opened",
    "scrubbed",
    "sealed",
    "sealed_newest",
]
