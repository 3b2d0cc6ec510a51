"""Evidence that a provider showed the other side: a frozen copy of figures and derivation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Version
from slmo.accounts.models import User


class SharedEvidence(models.Model):
    """What was shared about one objective of a version, from `shared_at` until it was withdrawn.

    `figures` (and `below`, where what carries the draft was shared too) never change; the database refuses it.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="shared_evidence")
    objective = models.CharField(max_length=80)
    figures = models.JSONField()
    below = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 over figures and below.")
    note = models.TextField(_("What the other side should know"), blank=True)
    shared_at = models.DateTimeField()
    shared_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-shared_at", "-pk"]
        constraints = [
            # evidence_share: the other side sees one at a time
            models.UniqueConstraint(
                fields=["version", "objective"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="shared_evidence_once",
            )
        ]
        verbose_name = _("Shared evidence")

    def __str__(self) -> str:
        return f"{self.version}: {self.objective}"
