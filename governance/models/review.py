"""Service reviews: the two sides look at what was delivered, and decide what comes next."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Version
from reports.models import Report
from slmo.accounts.models import User


class ReviewState(models.TextChoices):
    """Steps of a review; governance/services/review.py holds the table of transitions."""

    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    CONCLUDED = "concluded", _("concluded")


class Decision(models.TextChoices):
    """What a review decides about the agreement."""

    CONTINUE = "continue", _("go on as agreed")
    AMEND = "amend", _("amend the agreement")
    END = "end", _("let the agreement end")


class Review(models.Model):
    """One review of one agreement over a span of months; a decision to amend opens a draft version."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="reviews")
    covers_from = models.DateField(_("From"))
    covers_until = models.DateField(_("Until"), help_text=_("The first day that is no longer covered."))
    due_at = models.DateTimeField(_("Takes place"))
    state = models.CharField(max_length=9, choices=ReviewState.choices, default=ReviewState.PLANNED)
    agenda = models.TextField(_("Agenda"), blank=True)
    attendees = models.ManyToManyField(User, blank=True, related_name="reviews", verbose_name=_("Attendees"))
    reports = models.ManyToManyField(Report, blank=True, related_name="reviews")
    minutes = models.TextField(_("Minutes"), blank=True)
    decision = models.CharField(_("Decision"), max_length=8, choices=Decision.choices, blank=True)
    reasons = models.TextField(_("Reasons"), blank=True)
    draft = models.ForeignKey(Version, models.SET_NULL, null=True, blank=True, related_name="reviews")
    scheduled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField(null=True, blank=True)
    concluded_at = models.DateTimeField(null=True, blank=True)
    concluded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        verbose_name = _("Service review")

    def __str__(self) -> str:
        return f"{self.agreement} {self.due_at:%Y-%m-%d}"

    @property
    def covers_last(self) -> date:
        """Return the last day that is covered."""
        return self.covers_until - timedelta(days=1)
