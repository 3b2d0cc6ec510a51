"""Forms of a version: the main terms by field, or the whole text; and the signatures."""

import re
from copy import deepcopy
from datetime import datetime
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import Form, date_input
from agreements.models import Version
from agreements.services import document_read, document_write
from slmo.web import words

PERIODS = (
    ("day", _("day")),
    ("week", _("week")),
    ("month", _("calendar month")),
    ("quarter", _("quarter")),
    ("half", _("half-year")),
    ("year", _("calendar year")),
    ("contract-month", _("contract month")),
    ("contract-year", _("contract year")),
    ("rolling 7d", _("last 7 days")),
    ("rolling 28d", _("last 28 days")),
    ("rolling 30d", _("last 30 days")),
    ("rolling 90d", _("last 90 days")),
)
ALWAYS = "24x7"
SHARE = re.compile(r"(>=|>)?\s*([0-9]{1,3}(?:[.,][0-9]{1,9})?)\s*%?")
SHARE_TARGET = re.compile(r"(>=|>)\s*([0-9.]+)%")


def share_clean(typed: str) -> str:
    """Return a typed percentage as the format writes it: "99,95" is "99.95%"; raises ValidationError."""
    match = SHARE.fullmatch(typed.strip())
    if match is None or not 0 <= Fraction(match[2].replace(",", ".")) <= 100:
        raise ValidationError(_t("Give a percentage such as 99.9."))
    return match[2].replace(",", ".") + "%"


class EditForm(Form):
    """What both ways of editing share: the reason, and the state of the text that the editor started from."""

    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip
    changed_at = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version as it is."""
        self.version = version
        initial = {"note": version.note, "changed_at": version.changed_at.isoformat(), **kwargs.pop("initial", {})}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)

    def clean_changed_at(self) -> datetime:
        """Return when the text was written that the editor started from."""
        try:
            found = parse_datetime(self.cleaned_data["changed_at"])
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise ValidationError(_t("Reload the page: this form has lost its place."))
        return found

    def renew(self, version: Version) -> None:
        """Let a further submission of what was typed go over the text as it is now."""
        self.data = {**{key: self.data[key] for key in self.data}, "changed_at": version.changed_at.isoformat()}


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


class TermsForm(EditForm):
    """The terms that are negotiated most: dates, and each objective's target, period and hours."""

    effective_from = forms.DateField(label=_("In force from"), widget=date_input())
    effective_until = forms.DateField(
        label=_("Until"), required=False, widget=date_input(),
        help_text=_("The first day on which it no longer holds; empty: open."),
    )  # fmt: skip

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Start from the version's terms, with three fields for each objective."""
        dates = {"effective_from": version.effective_from, "effective_until": version.effective_until}
        super().__init__(*args, version=version, initial=dates, **kwargs)
        self.objectives = version.document["spec"]["objectives"]
        self.calendars = list(version.document["spec"].get("calendars", {}))
        for place, objective in enumerate(self.objectives):
            self._add_fields(place, objective)

    def _add_fields(self, place: int, objective: dict[str, Any]) -> None:
        """Add the fields of one objective."""
        target = str(objective.get("target", ""))
        share = SHARE_TARGET.fullmatch(target)
        shown = words.percent_exact(Fraction(share[2]) / 100).removesuffix(f"{words.NBSP}%") if share else target
        label = _("Target: at least") if share else _("Target")
        self.fields[f"target_{place}"] = forms.CharField(label=label, initial=shown, max_length=40)
        period = str(objective.get("period", "month"))
        periods = PERIODS if period in dict(PERIODS) else (*PERIODS, (period, period))
        self.fields[f"period_{place}"] = forms.ChoiceField(label=_("Judged each"), choices=periods, initial=period)
        hours = [(ALWAYS, _("around the clock")), *((name, name) for name in self.calendars)]
        chosen = objective.get("hours") or ALWAYS
        self.fields[f"hours_{place}"] = forms.ChoiceField(label=_("Service hours"), choices=hours, initial=chosen)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Return the fields of each objective together, with its name and the unit of its target."""
        return [
            {
                "name": objective.get("title") or objective["name"],
                "target": self[f"target_{place}"],
                "unit": "%" if SHARE_TARGET.fullmatch(str(objective.get("target", ""))) else "",
                "period": self[f"period_{place}"],
                "hours": self[f"hours_{place}"],
            }
            for place, objective in enumerate(self.objectives)
        ]

    def clean(self) -> dict[str, Any]:
        """Write percentages as the format does."""
        data = super().clean() or self.cleaned_data
        for place, objective in enumerate(self.objectives):
            share, typed = SHARE_TARGET.fullmatch(str(objective.get("target", ""))), data.get(f"target_{place}")
            if share and typed:
                try:
                    data[f"target_{place}"] = f"{share[1]} {share_clean(typed)}"
                except ValidationError as error:
                    self.add_error(f"target_{place}", error)
        return data

    def document(self) -> dict[str, Any]:
        """Return the version's document with what was typed."""
        document = deepcopy(self.version.document)
        spec, data = document["spec"], self.cleaned_data
        spec["effective"] = {"from": data["effective_from"].isoformat()}
        if data["effective_until"]:
            spec["effective"]["until"] = data["effective_until"].isoformat()
        for place, objective in enumerate(spec["objectives"]):
            objective |= {"target": data[f"target_{place}"], "period": data[f"period_{place}"]}
            if data[f"hours_{place}"] == ALWAYS:
                objective.pop("hours", None)
            else:
                objective["hours"] = data[f"hours_{place}"]
        return document

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        match = re.fullmatch(r"spec\.objectives\[(\d+)\]\.(target|period|hours)", error.key)
        field = f"{match[2]}_{match[1]}" if match else error.key.replace("spec.effective.", "effective_")
        self.add_error(field if field in self.fields else None, error)


class SignForm(Form):
    """A signature: the text that was read, the will, and the password."""

    digest = forms.CharField(widget=forms.HiddenInput)
    confirm = forms.BooleanField(label=_("I have read the terms and sign them for my organisation."))
    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_("Asked for again, so that nobody signs at an unattended screen."),
    )  # fmt: skip


class SignRecordedForm(Form):
    """A signature given outside the portal."""

    signer_name = forms.CharField(label=_("Who signed"), max_length=200)
    evidence = forms.CharField(
        label=_("Evidence"), widget=forms.Textarea({"rows": 4}),
        help_text=_("Where the signed text is kept: letter and date, archive number, address of published terms."),
    )  # fmt: skip
    confirm = forms.BooleanField(label=_("The text that was signed is the text of this version."))


class AmendForm(Form):
    """What an amendment begins with."""

    effective_from = forms.DateField(label=_("In force from"), widget=date_input())
    note = forms.CharField(
        label=_("Why"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("The other side reads this beside your changes."),
    )  # fmt: skip
