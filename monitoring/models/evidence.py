"""Evidence: files that people hand in as proof, kept beside what they prove."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User


class Evidence(models.Model):
    """One file, exactly as it was handed in; kept in the database, so that it is backed up with what it proves."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("Evidence")

    def __str__(self) -> str:
        return self.name
