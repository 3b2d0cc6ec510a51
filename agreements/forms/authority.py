"""The form of a limit for signing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form, date_input
from slmo.accounts.models import Organisation, User
from slmo.accounts.models.assignment import LEVEL_LEAST, LEVEL_MOST
from slmo.accounts.selectors import people_of

EVERYBODY, PERSON, LEVEL = "", "person:", "level:"


class LimitForm(Form):
    """Whom it is about, up to which amounts and which level, from when until when, and who decided it."""

    who = forms.ChoiceField(
        label=_("Who"), required=False, help_text=_("The nearest row counts: a person’s own before that of a level.")
    )
    currency = forms.CharField(label=_("Currency"), required=False, max_length=12, initial="EUR")
    charge_most = forms.DecimalField(
        label=_("Charge a year, at most"), required=False, min_value=0, max_digits=16, decimal_places=2,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    credit_most = forms.DecimalField(
        label=_("Credits a year, at most"), required=False, min_value=0, max_digits=16, decimal_places=2,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    strictest = forms.DecimalField(
        label=_("Strictest target, in per cent"), required=False, min_value=0, max_value=100, decimal_places=6,
        help_text=_("Such as 99.95; empty: no limit."),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("From"), widget=date_input())
    valid_until = forms.DateField(
        label=_("Until"), required=False, widget=date_input(),
        help_text=_("The first day on which it no longer holds; empty: open."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Decided by"), required=False, max_length=300, help_text=_("Such as the resolution and its date.")
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        """Offer the organisation's people and the levels."""
        super().__init__(*args, **kwargs)
        people = [(f"{PERSON}{one.pk}", str(one)) for one in people_of(organisation).order_by("name")]
        levels = [(f"{LEVEL}{number}", _level(number)) for number in range(LEVEL_LEAST, LEVEL_MOST + 1)]
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(EVERYBODY, _("Everybody who may sign for it")), (_("People"), people), (_("Levels"), levels)]

    def values(self) -> dict[str, Any]:
        """Return what was typed as the verb takes it."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "who"}
        who = self.cleaned_data["who"]
        values["user"] = User.objects.get(pk=who.removeprefix(PERSON)) if who.startswith(PERSON) else None
        values["level"] = int(who.removeprefix(LEVEL)) if who.startswith(LEVEL) else None
        return values


def _level(number: int) -> str:
    """Return the words for everybody from a level on."""
    return _("level %(number)d and higher") % {"number": number}


class LimitEndForm(Form):
    """When a limit ends."""

    valid_until = forms.DateField(label=_("Until"), widget=date_input())
