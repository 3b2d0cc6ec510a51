"""The sealed paper of a version: made once, when both sides have signed, and kept as it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.version import Version
from slmo.accounts.models.user import Language


class SealedPaper(models.Model):
    """A version as a PDF in one language, with the seal of the installation; the database refuses to change it."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="papers")
    language = models.CharField(max_length=8, choices=Language.choices)
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the file; /verify/ finds it by this.")
    certificate = models.TextField(help_text="The certificate of the seal, in PEM.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the certificate.")
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["version_id", "language"]
        constraints = [
            # Sealed once: a paper that was made a second time would be another file.
            models.UniqueConstraint(fields=["version", "language"], name="paper_once_a_language")
        ]
        verbose_name = _("Sealed paper")

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"
