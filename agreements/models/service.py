"""Services of the catalogue, and what each needs to work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import Organisation, User


class Criticality(models.IntegerChoices):
    """How much the customers' business hangs on a service; higher is more."""

    LOW = 1, _("low")
    MEDIUM = 2, _("medium")
    HIGH = 3, _("high")
    CRITICAL = 4, _("critical")


class Service(models.Model):
    """A service that an organisation delivers: one line of its catalogue."""

    slug = models.SlugField(_("Short name"), max_length=80, unique=True)
    name = models.CharField(_("Name"), max_length=200)
    summary = models.TextField(_("What it does for its customers"), blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="services", verbose_name=_("Provided by")
    )
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="owned_services", verbose_name=_("Service owner")
    )
    criticality = models.PositiveSmallIntegerField(
        _("Criticality"), choices=Criticality.choices, default=Criticality.MEDIUM
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("Service")

    def __str__(self) -> str:
        return self.name


class DependencyMode(models.TextChoices):
    """How a service fares when the one it needs is down."""

    SERIAL = "serial", _("needed")
    REDUNDANT = "redundant", _("one of several is enough")
    BEST_EFFORT = "best_effort", _("helps, but is not needed")


class Dependency(models.Model):
    """An edge of the catalogue: `service` needs `needs`.

    Redundant edges of one `group` stand in for each other: `needed` of them, the same number in the whole group, must
    work.
    """

    service = models.ForeignKey(Service, models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Service, models.PROTECT, related_name="dependants")
    mode = models.CharField(max_length=12, choices=DependencyMode.choices, default=DependencyMode.SERIAL)
    group = models.CharField(max_length=40, blank=True)
    needed = models.PositiveSmallIntegerField(default=1, db_default=1)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(needed__gte=1), name="dependency_needs_one"),
            models.UniqueConstraint(fields=["service", "needs"], name="dependency_once"),
            models.CheckConstraint(condition=~models.Q(service=models.F("needs")), name="dependency_not_on_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.service} ← {self.needs}"
