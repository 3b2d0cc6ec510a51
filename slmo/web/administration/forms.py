"""Forms of the account and of administration; what is allowed is decided by the verbs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from slmo.accounts.models import Organisation, Role, User
from slmo.accounts.models.assignment import LEVEL_LEAST, LEVEL_MOST
from slmo.accounts.models.user import Language, Theme
from slmo.accounts.zones import zone_names

# What each level answers for, as the skill framework puts it.
LEVELS = (
    (2, _("2 – records and sees service delivered")),
    (3, _("3 – watches, warns, runs response plans")),
    (4, _("4 – keeps records, analyses, starts actions")),
    (5, _("5 – negotiates, signs, keeps procedures")),
    (6, _("6 – oversees the whole catalogue, approves")),
    (7, _("7 – sets strategy, authorises resources")),
)


def zone_choices() -> list[tuple[str, str]]:
    """Return the zones with readable names."""
    return [(name, name.replace("_", " ")) for name in zone_names()]


class PreferencesForm(forms.Form):
    """How the portal looks and speaks to its reader."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, help_text=_("Of pages and letters."))
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("Times are shown in it; an agreement’s own zone is named where it differs."),
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices, widget=forms.RadioSelect)


class UserForm(forms.Form):
    """Who a person is."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("To log in with, and where letters go."))


class UserNewForm(UserForm):
    """A person who is new to the portal."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, initial="UTC")


class OrganisationForm(forms.Form):
    """What may change of an organisation."""

    name = forms.CharField(label=_("Name"), max_length=200)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, initial="UTC", help_text=_("Proposed for its new agreements.")
    )


class OrganisationNewForm(OrganisationForm):
    """A party that is new to the portal."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Organisation.Kind.choices,
        initial=Organisation.Kind.CUSTOMER,
        help_text=_("What it is to this portal; rights follow from it, so it stays."),
    )
    slug = forms.SlugField(
        label=_("Short name"), max_length=60, help_text=_("Small letters, digits and hyphens; it stands in addresses.")
    )
    field_order = ("name", "slug", "kind", "timezone")


class AssignmentForm(forms.Form):
    """For which organisation a person acts, and as what."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose one")
    )
    standing = forms.ChoiceField(
        label=_("Responsibility"),
        choices=[*((str(level), text) for level, text in LEVELS), (Role.CUSTOMER.value, Role.CUSTOMER.label)],
        help_text=_("Each level may do what the levels below it may."),
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        """Offer these organisations."""
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["organisation"]
        chosen.queryset = organisations

    def role_and_level(self) -> tuple[str, int | None]:
        """Return what the verb asks for."""
        standing = self.cleaned_data["standing"]
        return (Role.CUSTOMER.value, None) if standing == Role.CUSTOMER.value else (Role.LEVEL.value, int(standing))


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(
        label=_("What it is for"), max_length=100, help_text=_("For example: probe in the data centre.")
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: valid until revoked."),
    )


class WebhookForm(forms.Form):
    """Where news is posted."""

    url = forms.URLField(
        label=_("Address"),
        required=False,
        assume_scheme="https",
        max_length=500,
        help_text=_("News is posted there as signed JSON. Empty: no webhook."),
    )


def standing_text(role: str, level: int | None) -> str:
    """Return an assignment in words: its level and what that answers for, or the representative."""
    return str(dict(LEVELS)[level]) if level else str(Role(role).label)


def preferences_of(user: User) -> dict[str, str]:
    """Return the values of the preferences form."""
    return {"language": user.language, "timezone": user.timezone, "theme": user.theme}


if [level for level, _text in LEVELS] != list(range(LEVEL_LEAST, LEVEL_MOST + 1)):
    raise AssertionError("Every level needs its words.")
