"""Forms of a version: the main terms by field, or the whole text; and the signatures."""

import re
from copy import deepcopy
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm, EditForm, Form, date_input
from agreements.forms.fields import limit_split
from agreements.forms.objective.fields import ALWAYS, hours_field, period_field, target_field
from agreements.models import IndicatorKind, Version
from agreements.services import document_read, document_write
from slmo.accounts.models import User
from slmo.accounts.services.identity import second_factor_of


class TextForm(EditForm):
    """The whole document as text."""

    text = forms.CharField(
        label=_("Terms as YAML"), max_length=128 * 1024, strip=False,
        widget=forms.Textarea({"rows": 28, "spellcheck": "false", "class": "mono code-area"}),
    )  # fmt: skip
    field_order = ["text", "note", "changed_at"]

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version's text."""
        super().__init__(*args, version=version, initial={"text": document_write(version.document)}, **kwargs)

    def document(self) -> dict[str, Any]:
        """Return the typed document; raises DocumentRefused."""
        return document_read(self.cleaned_data["text"])

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show at the text what was refused there."""
        self.add_error("text", error)


class TermForm(DraftForm):
    """From when until when a version holds, and its currency."""

    effective_from = forms.DateField(label=_("In force from"), widget=date_input())
    effective_until = forms.DateField(
        label=_("Until"), required=False, widget=date_input(),
        help_text=_("The first day on which it no longer holds; empty: open."),
    )  # fmt: skip
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=12, help_text=_("Of charges and credits, such as EUR.")
    )

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version's dates and currency."""
        spec = version.document["spec"]
        until = spec["effective"].get("until")
        initial = {
            "effective_from": date.fromisoformat(spec["effective"]["from"]),
            "effective_until": date.fromisoformat(until) if until else None,
            "currency": spec.get("currency", ""),
        }
        super().__init__(*args, version=version, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)

    def document(self) -> dict[str, Any]:
        """Return the draft's document with these dates and this currency."""
        document, data = deepcopy(self.version.document), self.cleaned_data
        spec = document["spec"]
        spec["effective"] = {"from": data["effective_from"].isoformat()}
        if data["effective_until"]:
            spec["effective"]["until"] = data["effective_until"].isoformat()
        spec.pop("currency", None)
        if data["currency"]:
            spec["currency"] = data["currency"]
        return document

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        key = error.key.removeprefix("spec.").replace("effective.", "effective_")
        self.add_error(key if key in self.fields else None, error.at_field if key in self.fields else error)


class TermsForm(TermForm, EditForm):
    """The terms that are negotiated most: dates, and each objective's target, period and hours."""

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version's terms, with three fields for each objective."""
        super().__init__(*args, version=version, **kwargs)
        spec = version.document["spec"]
        self.objectives = spec["objectives"]
        self.calendars = list(spec.get("calendars") or {})
        for place, objective in enumerate(self.objectives):
            self._add_fields(place, objective)

    def _add_fields(self, place: int, objective: dict[str, Any]) -> None:
        """Add the fields of one objective."""
        if objective["indicator"] != IndicatorKind.ATTESTED:
            target = str(objective.get("target", ""))
            self.fields[f"target_{place}"] = target_field(objective["indicator"], limit_split(target)[2])
            self.fields[f"target_{place}"].initial = target
            self.fields[f"target_{place}"].help_text = ""
        self.fields[f"period_{place}"] = period_field(str(objective.get("period", "month")))
        self.fields[f"hours_{place}"] = hours_field(self.calendars)
        self.fields[f"hours_{place}"].initial = objective.get("hours") or ALWAYS

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Return the fields of each objective together, with its place, name and kind."""
        names = ("target", "period", "hours")
        return [
            {
                "place": place,
                "slug": objective["name"],
                "name": objective.get("title") or objective["name"],
                "kind": IndicatorKind(objective["indicator"]).label,
                "fields": [self[f"{name}_{place}"] for name in names if f"{name}_{place}" in self.fields],
            }
            for place, objective in enumerate(self.objectives)
        ]

    def document(self) -> dict[str, Any]:
        """Return the version's document with what was typed; a target that says the same keeps its words."""
        document = super().document()
        for place, objective in enumerate(document["spec"]["objectives"]):
            self._objective_write(place, objective)
        return document

    def _objective_write(self, place: int, objective: dict[str, Any]) -> None:
        """Write the fields of one objective into it."""
        target, data = self.cleaned_data.get(f"target_{place}"), self.cleaned_data
        if target and limit_split(target) != limit_split(str(objective.get("target", ""))):
            objective["target"] = target
        objective["period"] = data[f"period_{place}"]
        if data[f"hours_{place}"] not in (ALWAYS, ""):
            objective["hours"] = data[f"hours_{place}"]
        elif objective.get("hours") != ALWAYS:
            objective.pop("hours", None)

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        match = re.fullmatch(r"spec\.objectives\[(\d+)\]\.(target|period|hours)", error.key)
        field = f"{match[2]}_{match[1]}" if match else ""
        if field in self.fields:
            self.add_error(field, error.at_field)
        else:
            super().refuse_document(error)


class ProofForm(Form):
    """Who it is: password, code of a second factor, or neither."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_("Asked for again, so that nobody signs at an unattended screen."),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Code of your authenticator"), max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=_("The six digits that it shows now, or one of your recovery codes."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Ask this person for what they can be recognised by."""
        super().__init__(*args, **kwargs)
        if not user.has_usable_password():
            del self.fields["password"]
        if not user.has_usable_password() or not second_factor_of(user):
            del self.fields["code"]


class SignForm(ProofForm):
    """A signature: the text that was read, the will, and who it is."""

    digest = forms.CharField(widget=forms.HiddenInput)
    confirm = forms.BooleanField(label=_("I have read the terms and sign them for my organisation."))
    field_order = ("digest", "confirm", "password", "code")


class SignRecordedForm(Form):
    """A signature given outside the portal."""

    signer_name = forms.CharField(label=_("Who signed"), max_length=200)
    evidence = forms.CharField(
        label=_("Evidence"), widget=forms.Textarea({"rows": 4}),
        help_text=_("Where the signed text is kept: letter and date, archive number, address of published terms."),
    )  # fmt: skip
    confirm = forms.BooleanField(label=_("The text that was signed is the text of this version."))


class ProposeForm(Form):
    """Until when the other side may answer a proposal."""

    answer_until = forms.DateField(label=_("Answer until"), required=False, widget=date_input())


class AmendForm(Form):
    """What an amendment begins with."""

    effective_from = forms.DateField(label=_("In force from"), widget=date_input())
    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip
