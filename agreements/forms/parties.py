"""What the forms of a new agreement share: its name and parties, and terms that come as a file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form
from agreements.models import AgreementType, Service
from agreements.selectors import services_visible
from slmo.accounts.models import Organisation, User
from slmo.accounts.selectors import organisations_visible_to
from slmo.accounts.zones import zone_names

LARGEST = 128 * 1024  # bytes of an uploaded agreement


class TermsFile(forms.FileField):
    """An uploaded file; cleaned to its text, empty where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer files of terms."""
        super().__init__(required=False, widget=forms.FileInput({"accept": ".yaml,.yml,.json"}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> str:
        """Return the file's text; refuse what is too large or no text."""
        upload = super().clean(data, initial)
        if not upload:
            return ""
        if upload.size > LARGEST:
            raise forms.ValidationError(_t("The file is larger than %(size)d KB.") % {"size": LARGEST // 1024})
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_t("The file is not text in UTF-8.")) from error


class NamedForm(Form):
    """What every new agreement has: title, short name, type, and the zone by whose clocks it counts."""

    title = forms.CharField(label=_("Title"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name"), max_length=80, required=False,
        help_text=_("Stands in addresses and files; made from the title if left empty."),
    )  # fmt: skip
    type = forms.ChoiceField(label=_("Type"), choices=AgreementType.choices)
    timezone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Days, months and service hours are counted by its clocks.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the zones, and choose the person's own."""
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = [(name, name) for name in zone_names()]  # type: ignore[attr-defined]
        self.fields["timezone"].initial = user.timezone

    def clean(self) -> dict[str, Any]:
        """Make the short name from the title where it is left empty."""
        data = super().clean() or self.cleaned_data
        if not data.get("slug") and data.get("title"):
            data["slug"] = slugify(data["title"])[:80]
            if not data["slug"]:
                self.add_error("slug", _t("Give a short name in Latin letters."))
        return data


class PartiesForm(NamedForm):
    """A new agreement with its service and its customer."""

    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), empty_label=_("Choose a service"),
        help_text=_("Who delivers the service is the provider."),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        label=_("Customer"), queryset=Organisation.objects.none(), empty_label=_("Choose a customer")
    )
    field_order: Sequence[str] = ("title", "slug", "type", "service", "customer", "timezone")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the services and organisations that the person sees."""
        super().__init__(*args, user=user, **kwargs)
        self.fields["service"].queryset = services_visible(user).order_by("name")  # type: ignore[attr-defined]
        self.fields["customer"].queryset = organisations_visible_to(user).order_by("name")  # type: ignore[attr-defined]
