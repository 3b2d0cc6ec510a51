"""One entry of the audit log."""

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """Who did what to which thing, with the names as they were then.

    `content` is the canonical JSON of everything else and is what the hash covers; the other columns repeat what lists
    filter by, and `chain_verify` compares them. `number`, `previous_hash` and `hash` are set by the database when the
    transaction commits (migration 0002), so that the chain's lock is held for that moment only.
    """

    number = models.BigIntegerField(_("number"), null=True, unique=True, editable=False)
    at = models.DateTimeField(_("time"))
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=200)
    action = models.CharField(_("action"), max_length=60)
    subject_type = models.CharField(_("kind of thing"), max_length=60)
    subject_id = models.CharField(max_length=60)
    subject_label = models.CharField(_("thing"), max_length=300)
    organisation_ids = ArrayField(models.BigIntegerField(), default=list)
    content = models.TextField(editable=False)
    previous_hash = models.CharField(max_length=64, default="", editable=False)
    hash = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-id",)
        indexes = (
            # The history of one thing, newest first.
            models.Index(fields=("subject_type", "subject_id", "-id"), name="audit_entry_subject"),
            # What one person did, newest first.
            models.Index(fields=("actor_id", "-id"), name="audit_entry_actor"),
            # Entries between two instants.
            models.Index(fields=("at",), name="audit_entry_at"),
            # Entries that concern the organisations a reader may see.
            GinIndex(fields=("organisation_ids",), name="audit_entry_organisations"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name}: {self.action} {self.subject_label}"

    @property
    def before(self) -> dict[str, Any] | None:
        """Return the values before the change, or None where the thing is new."""
        value: dict[str, Any] | None = json.loads(self.content)["before"]
        return value

    @property
    def after(self) -> dict[str, Any] | None:
        """Return the values after the change, or None where the thing is gone."""
        value: dict[str, Any] | None = json.loads(self.content)["after"]
        return value
