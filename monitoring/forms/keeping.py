"""The form that says for how long the facts of an indicator are kept."""

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.services.keeping import MONTHS_LEAST, MONTHS_MOST


class KeepingForm(forms.Form):
    """A number of months, or nothing: as the whole portal keeps facts."""

    months = forms.IntegerField(
        label=_("Keep the facts for"), required=False, min_value=MONTHS_LEAST, max_value=MONTHS_MOST,
        help_text=_("Whole months before the present one. Left empty: as the portal keeps all facts."),
    )  # fmt: skip
