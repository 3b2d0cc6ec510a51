"""Agreements: who promises a service to whom. What is promised stands in their versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.service import Service
from slmo.accounts.models import Organisation, User


class AgreementType(models.TextChoices):
    """The three kinds of agreement on service levels."""

    SLA = "SLA", _("service level agreement")
    OLA = "OLA", _("operational level agreement")
    UC = "UC", _("underpinning contract")


class Side(models.TextChoices):
    """The two sides of the table."""

    PROVIDER = "provider", _("provider")
    CUSTOMER = "customer", _("customer")


class Agreement(models.Model):
    """A relation between two organisations about one service; its terms are those of its signed versions."""

    slug = models.SlugField(_("Short name"), max_length=80, unique=True)
    title = models.CharField(_("Title"), max_length=200)
    type = models.CharField(_("Type"), max_length=3, choices=AgreementType.choices, default=AgreementType.SLA)
    service = models.ForeignKey(Service, models.PROTECT, related_name="agreements", verbose_name=_("Service"))
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="agreements_provided", verbose_name=_("Provider")
    )
    customer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="agreements_received", verbose_name=_("Customer")
    )
    timezone = models.CharField(_("Time zone"), max_length=64)
    note = models.TextField(_("Source and assumptions"), blank=True)
    terms_digest = models.CharField(
        max_length=64, blank=True, help_text="Digest over the digests of all signed versions; changes with each."
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(provider=models.F("customer")), name="agreement_has_two_sides")
        ]
        verbose_name = _("Agreement")

    def __str__(self) -> str:
        return self.title

    def organisation_of(self, side: str) -> Organisation:
        """Return the organisation on one side of the table."""
        return self.provider if side == Side.PROVIDER else self.customer
