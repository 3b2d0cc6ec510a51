"""Proposals: what one person asks for and another decides; monitoring/services/proposal.py has the transitions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.evidence import Evidence
from slmo.accounts.models import User


class ProposalState(models.TextChoices):
    """Steps of a proposal."""

    PROPOSED = "proposed", _("waiting for a decision")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REVOKED = "revoked", _("revoked")


class Proposal(models.Model):
    """What corrections and exclusions have in common. Once decided, a row never changes but for being revoked.

    `reason` and the evidence may be read by both parties, `note` and `decision` by the provider's people alone.
    `effects` keeps which figures the decision changed, as monitoring/services/effects.py writes them.
    """

    state = models.CharField(max_length=9, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.TextField(_("Reason"))
    evidence = models.TextField(_("Evidence"))
    link = models.URLField(_("Link"), max_length=500, blank=True)
    file = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(_("Internal note"), blank=True)
    proposed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    effects = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def waits(self) -> bool:
        """Tell whether somebody has still to decide."""
        return self.state == ProposalState.PROPOSED


def two_people(name: str) -> models.CheckConstraint:
    """Return the constraint that nobody approves what they have proposed themselves."""
    approved = models.Q(state__in=[ProposalState.APPROVED, ProposalState.REVOKED])
    return models.CheckConstraint(condition=~(approved & models.Q(proposed_by=models.F("decided_by"))), name=name)


def ends_after_start(name: str) -> models.CheckConstraint:
    """Return the constraint that a proposal is about some time."""
    return models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name=name)


def waiting_index(name: str) -> models.Index:
    """Return the index for what waits for approval: Today, and the lists."""
    return models.Index(fields=["proposed_at"], condition=models.Q(state=ProposalState.PROPOSED), name=name)
