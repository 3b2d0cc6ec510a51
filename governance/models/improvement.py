"""The continual improvement register."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Service
from governance.models.review import Review
from monitoring.models import Breach
from slmo.accounts.models import User


class ImprovementState(models.TextChoices):
    """Where an improvement stands."""

    PROPOSED = "proposed", _("proposed")
    STARTED = "started", _("started")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class Improvement(models.Model):
    """An action that holds or raises a level of service, with an owner and a date."""

    title = models.CharField(_("What"), max_length=200)
    reason = models.TextField(_("Why"), blank=True)
    service = models.ForeignKey(Service, models.CASCADE, related_name="improvements", verbose_name=_("Service"))
    breach = models.ForeignKey(Breach, models.SET_NULL, null=True, blank=True, related_name="improvements")
    review = models.ForeignKey(Review, models.SET_NULL, null=True, blank=True, related_name="improvements")
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="improvements", verbose_name=_("Owner")
    )
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    state = models.CharField(max_length=8, choices=ImprovementState.choices, default=ImprovementState.PROPOSED)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    effect = models.TextField(_("What it brought"), blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("Improvement")

    def __str__(self) -> str:
        return self.title
