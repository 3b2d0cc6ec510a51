"""Month reports: what a provider tells its customers, frozen when it is published."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import Organisation, User


class ReportState(models.TextChoices):
    """Whether a report is still being written."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class Report(models.Model):
    """One month of one provider for one customer, or for its whole catalogue where `customer` is empty.

    `content` holds every figure that the page shows; once published, neither it nor its digest ever changes.
    """

    month = models.DateField(help_text="First day of the month.")
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="reports_given")
    customer = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="reports_received")
    number = models.PositiveIntegerField(default=1, help_text="1, and one more for each restatement.")
    state = models.CharField(max_length=9, choices=ReportState.choices, default=ReportState.DRAFT)
    letter = models.TextField(_("What the reader should know"), blank=True)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "provider", "customer", "number"], name="report_once", nulls_distinct=False
            )
        ]
        verbose_name = _("Month report")

    def __str__(self) -> str:
        return f"{self.provider} {self.month:%Y-%m}"
