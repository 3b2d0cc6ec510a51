"""The parties of agreements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.zones import validate_zone


class Organisation(models.Model):
    """A party: the provider who runs this portal, one of its customers or one of its suppliers."""

    class Kind(models.TextChoices):
        """What the organisation is to the portal."""

        PROVIDER = "provider", _("Provider")
        CUSTOMER = "customer", _("Customer")
        SUPPLIER = "supplier", _("Supplier")

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name", "id")
        constraints = (
            # Policy decides by kind; a fourth kind would silently be allowed nothing.
            models.CheckConstraint(
                condition=models.Q(kind__in=["provider", "customer", "supplier"]), name="accounts_organisation_kind"
            ),
        )

    def __str__(self) -> str:
        return self.name
