"""Forms that bring agreements in from files."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.forms.agreement import LARGEST
from agreements.forms.base import Form, date_input
from agreements.models import Agreement, AgreementType, Service
from agreements.selectors import services_visible
from agreements.services.importing import Brought, Filling, text_bring
from slmo.accounts.models import Organisation, User
from slmo.accounts.selectors import organisations_visible_to
from slmo.accounts.zones import zone_names


class ImportForm(Form):
    """A file or text, looked at before anything is opened."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput({"accept": ".yaml,.yml,.json"}),
        help_text=_("An agreement in this portal's YAML, or OpenSLO."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Or its text"), required=False, max_length=LARGEST, strip=False,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false", "class": "mono code-area"}),
    )  # fmt: skip
    effective_from = forms.DateField(
        label=_("In force from"), required=False, widget=date_input(),
        help_text=_("Replaces the date of the file; OpenSLO has none."),
    )  # fmt: skip

    def clean_file(self) -> str:
        """Return the text of an uploaded file; refuse what is too large or no text."""
        upload = self.cleaned_data["file"]
        if upload is None:
            return ""
        if upload.size > LARGEST:
            raise forms.ValidationError(_t("The file is larger than %(size)d KB.") % {"size": LARGEST // 1024})
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_t("The file is not text in UTF-8.")) from error

    def clean(self) -> dict[str, Any]:
        """Take the file's text where there is a file, and need one of both."""
        data = super().clean() or self.cleaned_data
        data["content"] = data.get("file") or data.get("text") or ""
        if not data["content"].strip() and not self.errors:
            self.add_error("file", _t("Choose a file, or paste its text."))
        return data

    def brought(self) -> Brought:
        """Return what the file holds."""
        return text_bring(self.cleaned_data["content"], self.filling())

    def filling(self) -> Filling:
        """Return what is filled in before the terms are checked."""
        return Filling(effective_from=self.cleaned_data.get("effective_from"))

    def kept(self) -> dict[str, Any]:
        """Return what was typed, with the file's text in place of the file, to be shown again."""
        return {**self.typed(), "file": None, "text": self.cleaned_data.get("content", "")}


class DraftImportForm(ImportForm):
    """A draft of an agreement that is there already."""

    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        """Take the agreement that the draft is of."""
        super().__init__(*args, **kwargs)
        self.agreement = agreement

    def filling(self) -> Filling:
        """Return what the agreement itself says."""
        found = self.agreement
        return Filling(found.slug, found.timezone, self.cleaned_data.get("effective_from"))


class AgreementImportForm(ImportForm):
    """New agreements: the parties, which no file can say."""

    title = forms.CharField(label=_("Title"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name"), max_length=80, required=False,
        help_text=_("Stands in addresses and files; made from the title if left empty."),
    )  # fmt: skip
    type = forms.ChoiceField(label=_("Type"), choices=AgreementType.choices)
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), empty_label=_("Choose a service"),
        help_text=_("Who delivers the service is the provider."),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        label=_("Customer"), queryset=Organisation.objects.none(), empty_label=_("Choose a customer")
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Days, months and service hours are counted by its clocks.")
    )
    field_order = ("title", "type", "slug", "service", "customer", "timezone", "effective_from", "file", "text")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the services and organisations that the person sees."""
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = services_visible(user).order_by("name")  # type: ignore[attr-defined]
        self.fields["customer"].queryset = organisations_visible_to(user).order_by("name")  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [(name, name) for name in zone_names()]  # type: ignore[attr-defined]
        self.fields["timezone"].initial = user.timezone

    def clean(self) -> dict[str, Any]:
        """Make the short name from the title where it is left empty."""
        data = super().clean()
        if not data.get("slug") and data.get("title"):
            data["slug"] = slugify(data["title"])[:80]
            if not data["slug"]:
                self.add_error("slug", _t("Give a short name in Latin letters."))
        return data

    def filling(self) -> Filling:
        """Return what the chosen fields say."""
        data = self.cleaned_data
        return Filling(data.get("slug", ""), data.get("timezone", ""), data.get("effective_from"))

    def given(self) -> dict[str, Any]:
        """Return what `agreements_import` takes of the fields."""
        return {name: self.cleaned_data[name] for name in ("title", "slug", "type", "timezone", "effective_from")}
