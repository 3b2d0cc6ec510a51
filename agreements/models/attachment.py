"""Files that belong to a version: drawings, price lists, forms; an annex is part of what is signed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.version import Version
from slmo.accounts.models import User


class Attachment(models.Model):
    """A file of a version. Whether it is an annex stands in the version's document, with the file's digest."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="attachments")
    name = models.CharField(_("File"), max_length=200)
    title = models.CharField(_("Title"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["version_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "sha256"], name="attachment_once_a_version")]
        verbose_name = _("Attachment")

    def __str__(self) -> str:
        return self.name
