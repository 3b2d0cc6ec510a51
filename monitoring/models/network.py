"""Networks that are not public and that sources may reach, because an administrator said so."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User


class NetworkAllowed(models.Model):
    """One network, with the name by which people speak of it and the reason for which it may be reached."""

    name = models.CharField(_("Name"), max_length=80, unique=True)
    network = models.CharField(_("Network"), max_length=50, unique=True, help_text="In CIDR, as ipaddress writes it.")
    reason = models.CharField(_("Reason"), max_length=200)
    allowed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    allowed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        verbose_name = _("Allowed network")

    def __str__(self) -> str:
        return f"{self.name} ({self.network})"
