"""Versions of an agreement: the negotiated text is the configuration that is evaluated."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement, Side
from slmo.accounts.models import User


class VersionState(models.TextChoices):
    """States of a version; agreements/services/version.py holds the table of transitions."""

    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed")
    COUNTERED = "countered", _("countered")
    SIGNED = "signed", _("signed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Version(models.Model):
    """One edition of the terms, as the document of docs/formats.md; a signed one never changes."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    document = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical text of `document`.")
    effective_from = models.DateField()
    effective_until = models.DateField(null=True, blank=True)
    base = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="amendments")
    negotiation = models.ForeignKey(
        "agreements.Negotiation", models.CASCADE, null=True, blank=True, related_name="versions"
    )
    answers = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="counters")
    note = models.TextField(_("Why"), blank=True)
    drafted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    drafted_side = models.CharField(max_length=8, choices=Side.choices, default=Side.PROVIDER)
    edited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True, help_text="When both sides had accepted every clause.")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["agreement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            # Two versions in force from the same date would leave open which one rules.
            models.UniqueConstraint(
                fields=["agreement", "effective_from"],
                condition=models.Q(state="signed"),
                name="version_signed_from_once",
            ),
        ]
        verbose_name = _("Version")

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    @property
    def is_ending(self) -> bool:
        """Tell whether the version ends the agreement instead of saying terms."""
        return "ended" in self.document["spec"]

    @property
    def last_day(self) -> date | None:
        """Return the last day on which the version may hold by its own terms."""
        return self.effective_until - timedelta(days=1) if self.effective_until else None


class Signature(models.Model):
    """One side's signature under the exact text of a version."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    signer_name = models.CharField(max_length=200)
    evidence = models.TextField(blank=True, help_text="Where a party without users signed outside the portal.")
    method = models.CharField(
        max_length=20,
        blank=True,
        db_default="",
        help_text="How the signer was recognised: password, password+code, log-in, recorded.",
    )
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "side"], name="signature_one_a_side")]

    def __str__(self) -> str:
        return f"{self.signer_name} ({self.side})"
