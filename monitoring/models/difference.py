"""What the two measurements of one objective say of one period, side by side."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Objective, Side


class Difference(models.Model):
    """The figures that each party's measurement alone would give under the same terms, and where they disagree.

    Derived from the facts and rebuildable; the ruling figure, the ledger and breaches know nothing of it. `provider`
    and `customer` hold verdict, achieved, value, good, total and unknown seconds. `difference` is the distance of the
    two figures, empty where either has none; the seconds are empty where no states measure the objective.
    """

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="differences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    rules = models.CharField(max_length=8, choices=Side.choices, help_text="Whose measurement rules at its end.")
    target = models.CharField(max_length=40, blank=True)
    provider = models.JSONField(default=dict)
    customer = models.JSONField(default=dict)
    difference = models.CharField(max_length=80, blank=True)
    above = models.BooleanField(null=True, help_text="More than the agreement lets pass; empty: it does not say.")
    agreed = models.PositiveBigIntegerField(null=True, help_text="Seconds of which both say the same.")
    provider_down = models.PositiveBigIntegerField(null=True, help_text="Seconds that only the provider says are lost.")
    customer_down = models.PositiveBigIntegerField(null=True, help_text="Seconds that only the customer says are lost.")
    provider_silent = models.PositiveBigIntegerField(null=True, help_text="Seconds that only the customer knows of.")
    customer_silent = models.PositiveBigIntegerField(null=True, help_text="Seconds that only the provider knows of.")
    compared_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True, help_text="Both parties were told of it then.")

    class Meta:
        ordering = ["objective_id", "start"]
        constraints = [models.UniqueConstraint(fields=["objective", "start"], name="difference_once_a_period")]
        verbose_name = _("Difference between two measurements")

    def __str__(self) -> str:
        return f"{self.objective_id} {self.start:%Y-%m-%d} {self.difference}"

    @property
    def disagreed(self) -> int | None:
        """Return the seconds in which one says up and the other down; None where no states measure the objective."""
        if self.provider_down is None or self.customer_down is None:
            return None
        return self.provider_down + self.customer_down
