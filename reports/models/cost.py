"""What a level of service costs, as far as it is known: a small dated table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import IndicatorKind, Service
from slmo.accounts.models import User


class CostSpan(models.TextChoices):
    """For which time an amount is meant."""

    MONTH = "month", _("a month")
    YEAR = "year", _("a year")


class LevelCost(models.Model):
    """The cost of delivering a service at one level, from a date until the next entry for the same level.

    `level` is a target as agreements write it, such as ">= 99.9%".
    """

    service = models.ForeignKey(Service, models.CASCADE, related_name="level_costs")
    kind = models.CharField(
        _("What the level is about"),
        max_length=16,
        choices=IndicatorKind.choices,
        default=IndicatorKind.AVAILABILITY,
    )
    level = models.CharField(_("Level"), max_length=40)
    amount = models.DecimalField(_("Cost"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("Currency"), max_length=3)
    per = models.CharField(_("For"), max_length=5, choices=CostSpan.choices, default=CostSpan.MONTH)
    since = models.DateField(_("Since"))
    note = models.CharField(_("Where this is from"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["service_id", "kind", "level", "-since"]
        constraints = [
            # one entry a date: another one for the same date replaces it
            models.UniqueConstraint(fields=["service", "kind", "level", "since"], name="level_cost_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="level_cost_not_negative"),
        ]
        verbose_name = _("Cost of a level")

    def __str__(self) -> str:
        return f"{self.service}: {self.level}"
