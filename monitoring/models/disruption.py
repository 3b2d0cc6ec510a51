"""Planned disruptions: announced by the provider, negotiated with each customer, excluded once that one consents."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Agreement, Service, Side
from monitoring.models.exclusion import Exclusion
from slmo.accounts.models import Organisation, User


class DisruptionState(models.TextChoices):
    """Steps of a disruption; monitoring/services/disruption.py holds the table of transitions."""

    ASKED = "asked", pgettext_lazy("state of a disruption", "asked for consent")
    AGREED = "agreed", pgettext_lazy("state of a disruption", "agreed")
    DECLINED = "declined", pgettext_lazy("state of a disruption", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a disruption", "withdrawn")
    CALLED_OFF = "called_off", pgettext_lazy("state of a disruption", "called off")


class Announcement(models.Model):
    """What a provider plans to do to some services, and why; each agreement that it touches has a row of its own."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="announcements")
    services = models.ManyToManyField(Service, related_name="announcements")
    title = models.CharField(_("What is planned"), max_length=200)
    reason = models.TextField(_("Reason"))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Disruption(models.Model):
    """A planned disruption as it is negotiated under one agreement; the times last proposed are `windows`."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="disruptions")
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="disruptions")
    state = models.CharField(max_length=10, choices=DisruptionState.choices, default=DisruptionState.ASKED)
    turn = models.CharField(max_length=8, choices=Side.choices, default=Side.CUSTOMER)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    exclusions = models.ManyToManyField(Exclusion, related_name="disruptions")

    class Meta:
        ordering = ["-announcement__created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "agreement"], name="disruption_once_an_agreement"),
        ]
        indexes = [
            # what waits for somebody's answer: Today, and the lists
            models.Index(fields=["agreement"], condition=models.Q(state="asked"), name="disruption_waiting"),
        ]
        verbose_name = _("Planned disruption")

    def __str__(self) -> str:
        return f"{self.announcement}: {self.agreement}"

    @property
    def latest(self) -> "DisruptionMove":
        """Return the move that proposed the times on the table."""
        return next(one for one in reversed(self.moves.all()) if one.windows.all())

    @property
    def windows(self) -> list["DisruptionWindow"]:
        """Return the times on the table, in order."""
        return list(self.latest.windows.all())

    @property
    def waits(self) -> bool:
        """Tell whether somebody has still to answer."""
        return self.state == DisruptionState.ASKED


class DisruptionMove(models.Model):
    """One move at the table: who asked, countered, consented, declined, with which words."""

    disruption = models.ForeignKey(Disruption, models.CASCADE, related_name="moves")
    act = models.CharField(max_length=10)
    side = models.CharField(max_length=8, choices=Side.choices)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    word = models.TextField(blank=True)

    class Meta:
        ordering = ["disruption_id", "pk"]

    def __str__(self) -> str:
        return f"{self.act} ({self.side})"


class DisruptionWindow(models.Model):
    """A span `[start, end)` that a move proposed."""

    move = models.ForeignKey(DisruptionMove, models.CASCADE, related_name="windows")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        ordering = ["move_id", "start"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="disruption_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} – {self.end:%Y-%m-%d %H:%M}"
