"""Objectives: the lasting identity of one promise; its terms stand in the versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.indicator import Indicator


class Objective(models.Model):
    """A service level objective of an agreement, named as in the documents of its versions.

    `indicator` says which recorded facts it is judged by; without one it has no data. `customer_indicator` has the
    customer's own measurement where there is one: it is shown beside the other, and judged where the agreement says so.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="objectives")
    name = models.CharField(_("Name"), max_length=80)
    indicator = models.ForeignKey(
        Indicator, models.SET_NULL, null=True, blank=True, related_name="objectives", verbose_name=_("Measured by")
    )
    customer_indicator = models.ForeignKey(
        Indicator,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="compared_objectives",
        verbose_name=_("Measured by the customer"),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["agreement__title", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["agreement", "name"], name="objective_name_once")]
        verbose_name = _("Service level objective")

    def __str__(self) -> str:
        return f"{self.agreement}: {self.name}"

    @property
    def is_measured_twice(self) -> bool:
        """Tell whether both parties measure it."""
        return self.indicator_id is not None and self.customer_indicator_id is not None
