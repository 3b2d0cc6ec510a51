"""The form that opens a stream of facts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form


class IndicatorForm(Form):
    """What is measured about a service; its facts come by file, by hand, by the API or from a source."""

    name = forms.CharField(
        label=_("What is measured"), max_length=200, help_text=_("For example: checks of the log-in page.")
    )
    slug = forms.SlugField(
        label=_("Short name"), max_length=80, help_text=_("Stands in addresses and in the API; never changes.")
    )
    gaps_up = forms.TypedChoiceField(
        label=_("Where no fact says anything"),
        choices=[("0", _("nothing is known")), ("1", _("it was up: an outage list records only what went wrong"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="0",
    )
