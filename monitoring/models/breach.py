"""Breaches: a period that missed its target, carried by people from alert to closure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Objective
from monitoring.models.result import PeriodResult
from slmo.accounts.models import User


class BreachState(models.TextChoices):
    """Steps of a breach; monitoring/services/breach.py holds the table of transitions."""

    OPEN = "open", _("open")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    EXPLAINED = "explained", _("explained")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Cause(models.TextChoices):
    """Where a breach came from."""

    SUPPLIER = "supplier", _("a supplier")
    CHANGE = "change", _("a change of ours")
    CAPACITY = "capacity", _("too little capacity")
    FAULT = "fault", _("a fault in hardware or software")
    CUSTOMER = "customer", _("the customer's own doing")
    MEASUREMENT = "measurement", _("the measurement itself")
    OTHER = "other", _("something else")


class Breach(models.Model):
    """One missed period of one objective; there is never a second one for the same period."""

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="breaches")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    result = models.ForeignKey(PeriodResult, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=BreachState.choices, default=BreachState.OPEN)
    breached_at = models.DateTimeField(help_text="When the target was lost for the period.")
    opened_at = models.DateTimeField()
    historic = models.BooleanField(default=False, help_text="The period had ended before its facts were recorded.")
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="breaches")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    cause = models.CharField(max_length=12, choices=Cause.choices, blank=True)
    explanation = models.TextField(blank=True)
    explained_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="What was done so that it does not happen again.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-opened_at", "-period_start"]
        constraints = [models.UniqueConstraint(fields=["objective", "period_start"], name="breach_once_a_period")]
        indexes = [
            # the operations board: breaches that somebody has still to carry
            models.Index(
                fields=["opened_at"],
                condition=models.Q(state__in=["open", "acknowledged", "explained"]),
                name="breach_unclosed",
            )
        ]
        verbose_name = _("Breach")

    def __str__(self) -> str:
        return f"{self.objective} {self.period_start:%Y-%m}"


class NoteKind(models.TextChoices):
    """What a line in a breach's stream is."""

    STEP = "step", _("step")
    NOTE = "note", _("note")
    FACT = "fact", _("fact")


class BreachNote(models.Model):
    """One line in the stream of a breach."""

    breach = models.ForeignKey(Breach, models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=4, choices=NoteKind.choices, default=NoteKind.NOTE)
    step = models.CharField(max_length=12, choices=BreachState.choices, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.text[:40]}"
