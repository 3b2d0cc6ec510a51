"""Forms that fill templates of the library."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm, Form, date_input
from agreements.forms.calendar import hours_typed
from agreements.forms.fields import DurationField, NumberField
from agreements.forms.parties import PartiesForm
from agreements.library import Entry, Field, insertion, terms_of
from agreements.library.catalogue import said
from agreements.models import Version

LANGUAGE_HELP = _("In which language titles and clauses are written.")


class HoursSpan(forms.CharField):
    """One span of hours such as 09:00-18:00."""

    def clean(self, value: Any) -> Any:
        """Return the span as the format writes it."""
        spans = hours_typed(super().clean(value) or "")
        if len(spans) != 1:
            raise forms.ValidationError(_t("Give one span, such as 09:00-18:00; a break is added in the draft."))
        return spans[0]


def field_of(asked: Field) -> forms.Field:
    """Return the form's field for what a template asks."""
    common: dict[str, Any] = {"label": said(asked.label), "initial": asked.start, "help_text": said(asked.help)}
    if asked.kind == "percent":
        return NumberField(unit="%", **common)
    if asked.kind in ("number", "money"):
        return NumberField(**common)
    if asked.kind == "days":
        return forms.IntegerField(min_value=0, max_value=3660, **common)
    if asked.kind == "duration":
        return DurationField(**common)
    return HoursSpan(max_length=40, **common) if asked.kind == "hours" else forms.CharField(max_length=300, **common)


class TemplateFields(forms.Form):
    """The fields of a template's parts, each named `part.field`, and the language of its words."""

    entry: Entry

    def fields_add(self, entry: Entry) -> None:
        """Add what the parts ask, filled with what they begin with."""
        self.entry = entry
        for part in entry.members():
            for asked in part.fields:
                self.fields[f"{part.name}.{asked.name}"] = field_of(asked)
        language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, help_text=LANGUAGE_HELP)
        self.fields["language"] = language
        language.initial = (get_language() or "en")[:2]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Return the fields by part, with the part's title."""
        return [
            {"title": part.words[0], "summary": part.words[1], "fields": self._bound(part)}
            for part in self.entry.members()
        ]

    def _bound(self, part: Entry) -> list[BoundField]:
        return [self[f"{part.name}.{asked.name}"] for asked in part.fields]

    def terms(self, effective_from: date) -> dict[str, Any]:
        """Return the filled terms."""
        values = {name: str(value) for name, value in self.cleaned_data.items() if "." in name}
        values["effective_from"] = effective_from.isoformat()
        return terms_of(self.entry, values, self.cleaned_data["language"])


class TemplateDraftForm(PartiesForm, TemplateFields):
    """A new agreement from a template."""

    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=12, help_text=_("Of charges and credits, such as EUR.")
    )
    effective_from = forms.DateField(label=_("In force from"), widget=date_input())

    def __init__(self, *args: Any, entry: Entry, types: Any, **kwargs: Any) -> None:
        """Ask what the template asks; it is offered for some types alone."""
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [one for one in types if one[0] in entry.types]  # type: ignore[attr-defined]
        self.fields_add(entry)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `agreement_create`."""
        data = self.cleaned_data
        names = ("slug", "title", "type", "service", "customer", "timezone")
        currency = {"currency": data["currency"]} if data["currency"] else {}
        spec = {
            "effective": {"from": data["effective_from"].isoformat()},
            **currency,
            **self.terms(data["effective_from"]),
        }
        return {
            **{name: data[name] for name in names},
            "provider": data["service"].organisation,
            "document": {"spec": spec},
        }


class InsertForm(DraftForm, TemplateFields):
    """Parts of a template put into a draft."""

    def __init__(self, *args: Any, version: Version, entry: Entry, **kwargs: Any) -> None:
        """Ask what the template asks."""
        super().__init__(*args, version=version, **kwargs)
        self.fields_add(entry)

    def document(self) -> dict[str, Any]:
        """Return the draft's document with what the template says."""
        return insertion(self.version.document, self.terms(self.version.effective_from)).document

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the keys of what the draft says already, and keeps."""
        return insertion(self.version.document, self.terms(self.version.effective_from)).kept

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal above the form: its fields are those of the template, not of the document."""
        self.add_error(None, error)


class TemplateSaveForm(Form):
    """A version kept as a template."""

    title = forms.CharField(label=_("Title"), max_length=200)
    summary = forms.CharField(label=_("What it is for"), max_length=500, required=False)
