"""Who may sign for how much: a dated table for each organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import Organisation, User
from slmo.accounts.models.assignment import LEVEL_LEAST, LEVEL_MOST


class AuthorityLimit(models.Model):
    """One row of an organisation's table: up to which amounts and which level somebody may sign from a date on.

    It is about one person, or about everybody from a level on, or, where neither is named, about everybody who may
    sign for the organisation. An empty limit does not bind. Rows are never edited: one ends, the next begins.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="authority_limits", verbose_name=_("Organisation")
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="authority_limits", verbose_name=_("Person")
    )
    level = models.PositiveSmallIntegerField(_("From level"), null=True, blank=True)
    currency = models.CharField(_("Currency"), max_length=12, blank=True)
    charge_most = models.DecimalField(
        _("Charge a year, at most"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    credit_most = models.DecimalField(
        _("Credits a year, at most"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    strictest = models.DecimalField(
        _("Strictest target, in per cent"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    valid_from = models.DateField(_("From"))
    valid_until = models.DateField(_("Until"), null=True, blank=True)
    source = models.CharField(_("Decided by"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["organisation_id", "-valid_from", "-pk"]
        constraints = [
            # A row is about one person or about a level, so that the nearer of two rows can be told.
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) | models.Q(level__isnull=True), name="authority_person_or_level"
            ),
            models.CheckConstraint(
                condition=models.Q(level__isnull=True) | models.Q(level__gte=LEVEL_LEAST, level__lte=LEVEL_MOST),
                name="authority_level_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="authority_ends_after_it_begins",
            ),
        ]
        indexes = [
            # `limits_in_force` reads one organisation's rows of one day.
            models.Index(fields=["organisation", "valid_from"], name="authority_in_force"),
        ]
        verbose_name = _("Authority limit")

    def __str__(self) -> str:
        return f"{self.organisation}: {self.user or self.level or '*'} {self.valid_from}"
