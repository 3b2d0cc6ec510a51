"""Service level requirements: what a customer needs, in words and numbers, before anything is agreed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement
from agreements.models.indicator import IndicatorKind
from agreements.models.service import Service
from slmo.accounts.models import Organisation, User


class RequirementState(models.TextChoices):
    """Steps of a requirement; agreements/services/requirement.py holds the table of transitions."""

    RECORDED = "recorded", pgettext_lazy("state of a requirement", "recorded")
    ANSWERED = "answered", pgettext_lazy("state of a requirement", "answered")
    DRAFTED = "drafted", pgettext_lazy("state of a requirement", "drafted")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a requirement", "withdrawn")


class Weight(models.TextChoices):
    """How much hangs on a wish."""

    MUST = "must", _("must")
    SHOULD = "should", _("should")
    COULD = "could", _("could")


class Requirement(models.Model):
    """What a customer needs of a service; once drafted, `agreement` is where it is negotiated."""

    customer = models.ForeignKey(Organisation, models.PROTECT, related_name="requirements")
    service = models.ForeignKey(Service, models.PROTECT, related_name="requirements", verbose_name=_("Service"))
    title = models.CharField(_("Title"), max_length=200)
    text = models.TextField(_("In words"), blank=True)
    state = models.CharField(max_length=10, choices=RequirementState.choices, default=RequirementState.RECORDED)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    agreement = models.ForeignKey(Agreement, models.SET_NULL, null=True, blank=True, related_name="requirements")

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        verbose_name = _("Service level requirement")

    def __str__(self) -> str:
        return self.title

    @property
    def provider(self) -> Organisation:
        """Return who is to answer: the organisation that delivers the service."""
        return self.service.organisation


class Wish(models.Model):
    """One thing that a customer needs; with `kind` and `target` (docs/formats.md) it can be measured.

    `clause` is the key of the clause that answers it, such as `objective.availability` or `clause.secrecy`.
    """

    requirement = models.ForeignKey(Requirement, models.CASCADE, related_name="wishes")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("Wish"), max_length=500)
    weight = models.CharField(max_length=6, choices=Weight.choices, default=Weight.MUST)
    kind = models.CharField(max_length=16, choices=IndicatorKind.choices, blank=True)
    target = models.CharField(max_length=40, blank=True)
    limit = models.CharField(max_length=20, blank=True)
    clause = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["requirement_id", "position"]
        constraints = [models.UniqueConstraint(fields=["requirement", "position"], name="wish_position_once")]

    def __str__(self) -> str:
        return self.text
