"""The form of one entry in the table of costs."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import IndicatorKind
from monitoring.figures.numbers import target_of
from reports.models import CostSpan

_SHARE = re.compile(r"[0-9]{1,3}([.,][0-9]{1,6})?\s*%?")


class LevelCostForm(forms.Form):
    """What a level costs from a date on."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the level is about"), choices=IndicatorKind.choices, initial=IndicatorKind.AVAILABILITY
    )
    level = forms.CharField(
        label=gettext_lazy("Level"),
        max_length=40,
        help_text=gettext_lazy("As agreements write it: 99.9 for a share, else such as <= 4h."),
    )
    amount = forms.DecimalField(label=gettext_lazy("Cost"), min_value=0, max_digits=14, decimal_places=2, localize=True)
    currency = forms.RegexField(
        label=gettext_lazy("Currency"),
        regex=r"^[A-Za-z]{3}$",
        initial="EUR",
        error_messages={"invalid": gettext_lazy("Three letters, such as EUR.")},
    )
    per = forms.ChoiceField(label=gettext_lazy("For"), choices=CostSpan.choices, initial=CostSpan.MONTH)
    since = forms.DateField(label=gettext_lazy("Since"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(
        label=gettext_lazy("Where this is from"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("An offer, a calculation, an invoice."),
    )

    def clean_level(self) -> str:
        """Return the level as agreements write it; a bare number is a least share in percent."""
        typed = str(self.cleaned_data["level"]).strip()
        if _SHARE.fullmatch(typed):
            typed = f">= {typed.replace(',', '.').rstrip('% ')}%"
        found = target_of(typed)
        if found is None or (found.unit == "%" and not 0 <= found.value <= 1):
            raise ValidationError(_("Write a level as agreements do, such as “>= 99.9%” or “<= 4h”."))
        return typed

    def refuse(self, error: ValidationError) -> None:
        """Add what the service refused, by field where it names one."""
        fields = getattr(error, "error_dict", None)
        for name, found in (fields or {None: error}).items():
            self.add_error(name if name in self.fields else None, found)

    @property
    def rows(self) -> list[list[Any]]:
        """Return the fields as they stand beside each other."""
        return [[self["kind"], self["level"]], [self["amount"], self["currency"], self["per"]], [self["since"]]]
