"""Templates of an organisation's own: the terms of a version, kept for further agreements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import AgreementType
from slmo.accounts.models import Organisation, User


class Template(models.Model):
    """Terms without parties and dates; `spec` is as in docs/formats.md. Only its organisation sees it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="templates")
    title = models.CharField(_("Title"), max_length=200)
    summary = models.CharField(_("What it is for"), max_length=500, blank=True)
    type = models.CharField(_("Type"), max_length=3, choices=AgreementType.choices)
    spec = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "title"],
                condition=models.Q(retired_at__isnull=True),
                name="template_title_once",
            )
        ]
        verbose_name = _("Template")

    def __str__(self) -> str:
        return self.title
