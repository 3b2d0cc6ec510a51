"""Exclusions: time that the parties do not count, approved by two people besides what the agreement says itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Objective, Service
from monitoring.models.proposal import Proposal, ends_after_start, two_people, waiting_index
from slmo.accounts.models import User


class ExclusionKind(models.TextChoices):
    """Why time does not count. Where an agreement counts maintenance, an exclusion of that kind does not reach it."""

    MAINTENANCE = "maintenance", _("planned maintenance")
    DISRUPTION = "disruption", _("agreed disruption")
    FORCE_MAJEURE = "force_majeure", _("force majeure")
    CUSTOMER = "customer", _("caused by the customer")
    OTHER = "other", _("another reason")


class Exclusion(Proposal):
    """Time `[start, end)` that does not count for one objective, for one agreement, or for all about one service.

    It holds from `decided_at` on, and until `revoked_at` where it was revoked: figures "as known on" look at both.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, null=True, blank=True, related_name="exclusions")
    objective = models.ForeignKey(Objective, models.CASCADE, null=True, blank=True, related_name="exclusions")
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="exclusions")
    kind = models.CharField(_("Kind"), max_length=13, choices=ExclusionKind.choices)
    revoked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation = models.TextField(blank=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            two_people("exclusion_two_people"),
            ends_after_start("exclusion_ends_after_start"),
            models.CheckConstraint(
                condition=models.Q(agreement__isnull=True) ^ models.Q(service__isnull=True), name="exclusion_of_one"
            ),
            models.CheckConstraint(
                condition=models.Q(objective__isnull=True) | models.Q(agreement__isnull=False),
                name="exclusion_objective_of_agreement",
            ),
        ]
        indexes = [
            waiting_index("exclusion_waiting"),
            # assessment: what was ever approved for an agreement, or for its service
            models.Index(
                fields=["agreement", "start"],
                condition=models.Q(state__in=["approved", "revoked"], agreement__isnull=False),
                name="exclusion_of_agreement",
            ),
            models.Index(
                fields=["service", "start"],
                condition=models.Q(state__in=["approved", "revoked"], service__isnull=False),
                name="exclusion_of_service",
            ),
        ]
        verbose_name = _("Exclusion")

    def __str__(self) -> str:
        return f"{self.objective or self.agreement or self.service} {self.start:%Y-%m-%d}"
