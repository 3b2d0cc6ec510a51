"""Who acts for which organisation, and at which level of responsibility."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models.organisation import Organisation
from slmo.accounts.models.user import User

LEVEL_LEAST, LEVEL_MOST = 2, 7  # the levels at which SFIA describes service level management (SLMO)


class Role(models.TextChoices):
    """How a person acts for an organisation."""

    LEVEL = "level", _("Service level management, by level")
    CUSTOMER = "customer", _("Customer’s representative")


class Assignment(models.Model):
    """One person's responsibility in one organisation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments", verbose_name=_("user"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="assignments", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("organisation__name", "id")
        constraints = (
            # One person has one say in one organisation: policy never has to choose between two.
            models.UniqueConstraint(
                fields=("user", "organisation"),
                name="accounts_assignment_once",
                violation_error_message=_("This person already has an assignment in this organisation."),
            ),
            # A level belongs to the role by level, from 2 to 7, and to no other; NULL passes comparisons in SQL.
            models.CheckConstraint(
                condition=models.Q(role="level", level__isnull=False, level__gte=LEVEL_LEAST, level__lte=LEVEL_MOST)
                | models.Q(role="customer", level__isnull=True),
                name="accounts_assignment_level",
                violation_error_message=_("A level from 2 to 7 goes with the role by level, and with no other."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"
