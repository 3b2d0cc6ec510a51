"""Restatements: a figure that was final and is replaced by another, with both kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Objective
from monitoring.models.result import PeriodResult
from slmo.accounts.models import User


class RestatementState(models.TextChoices):
    """Steps of a restatement; `lapsed`: the facts give the final figure again, so that nothing is left to decide."""

    WAITING = "waiting", _("waiting for a decision")
    ISSUED = "issued", _("issued")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("no longer needed")


class Restatement(models.Model):
    """A final figure (`before`) that what is known now would give otherwise, and what a person made of that.

    `number` counts the issued ones of a period from 1. `old` and `new` hold the figures, `causes` what came after the
    figure was final: corrections, exclusions, facts, versions. `told` names whom the issue was sent to.
    """

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="restatements")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=RestatementState.choices, default=RestatementState.WAITING)
    before = models.ForeignKey(PeriodResult, models.PROTECT, related_name="restatements")
    after = models.OneToOneField(PeriodResult, models.PROTECT, null=True, blank=True, related_name="restated_by")
    old = models.JSONField()
    new = models.JSONField()
    credit_difference = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    causes = models.JSONField(default=list)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(_("Why"), blank=True)
    told = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            # one question at a time about one final figure
            models.UniqueConstraint(
                fields=["before"], condition=models.Q(state="waiting"), name="restatement_waiting_once"
            ),
            models.UniqueConstraint(
                fields=["objective", "period_start", "number"],
                condition=models.Q(number__isnull=False),
                name="restatement_number_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="issued") | models.Q(number__isnull=False, after__isnull=False),
                name="restatement_issued_whole",
            ),
        ]
        indexes = [
            # Today and the operations pages: what waits for a person
            models.Index(fields=["found_at"], condition=models.Q(state="waiting"), name="restatement_waiting"),
            models.Index(fields=["objective", "period_start"], name="restatement_of_period"),
        ]
        verbose_name = _("Restatement")

    def __str__(self) -> str:
        return f"{self.objective} {self.period_start:%Y-%m}"
