"""Forms of a new agreement and of what measures it."""

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import Form, date_input
from agreements.forms.fields import DefaultChoice
from agreements.forms.objective import FirstObjectiveForm
from agreements.forms.parties import LARGEST, PartiesForm, TermsFile
from agreements.models import MEASURED_BY, Indicator, IndicatorKind, Objective
from agreements.selectors import indicators_visible
from agreements.services import document_read
from agreements.services.indicator import objective_kind
from slmo.accounts.models import User


class AgreementForm(PartiesForm):
    """A new agreement: the parties, and the first terms by a few fields or as a file or text."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("Source and assumptions"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("Where the terms come from, and what was assumed."),
    )  # fmt: skip
    effective_from = forms.DateField(label=_("In force from"), required=False, widget=date_input())
    kind = DefaultChoice(
        label=_("What is promised first"), choices=IndicatorKind.choices,
        widget=forms.Select({
            "hx-post": "", "hx-vals": '{"fields": "1"}', "hx-target": "#first", "hx-include": "closest form",
            "hx-trigger": "change",
        }),
        help_text=_("Further objectives, credits and service hours are added in the draft."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Terms as YAML"), required=False, max_length=LARGEST,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false", "class": "mono"}),
        help_text=_("Replaces the fields of the first terms. What you leave out about parties and zone is filled in."),
    )  # fmt: skip
    file = TermsFile(label=_("Terms as a file"))
    field_order = ("title", "slug", "type", "service", "customer", "timezone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the first objective's terms, unless they come as a file or text."""
        super().__init__(*args, **kwargs)
        brought = bool(self.data.get("text", "").strip() or self.files.get("file"))
        self.fields["effective_from"].required = not brought
        self.first = FirstObjectiveForm(
            self.data if self.is_bound else None, kind=self.kind_chosen(), needed=not brought, initial=self.initial
        )

    def kind_chosen(self) -> str:
        """Return the kind of the first objective."""
        kind = self.data.get("kind") or self.initial.get("kind")
        return kind if kind in IndicatorKind.values else IndicatorKind.AVAILABILITY

    def typed_again(self) -> dict[str, Any]:
        """Return what was typed, to be shown again; of the first objective's fields those that the kind had before."""
        if "more" in self.data:
            return {**self.first.typed(), **self.typed(), "more": self.data["more"]}
        return {"period": self.data.get("period", "month"), **self.typed()}

    def clean(self) -> dict[str, Any]:
        """Return the arguments of `agreement_create` that the fields hold, `document` among them."""
        data = super().clean()
        if not self.errors:
            data["document"] = self._document(data)
        return data

    def is_valid(self) -> bool:
        """Tell whether the fields, and those of the first objective where it is asked for, can be used."""
        own = super().is_valid()
        if not self.is_bound:
            return False
        brought = bool(self.cleaned_data.get("text") or self.cleaned_data.get("file"))
        return own and (brought or self.first.is_valid())

    def _document(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the first terms: those of the file, of the text, or of the few fields."""
        for field in ("file", "text"):
            if data.get(field):
                try:
                    return document_read(data[field])
                except DocumentRefused as error:
                    self.add_error(field, error)
                    return {}
        return first_terms(data, self.first) if self.first.is_valid() else {}

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the text, or at the field of the first objective that its key names."""
        if self.cleaned_data.get("text") or self.cleaned_data.get("file"):
            self.add_error("text", error)
        elif error.key == "spec.effective.from":
            self.add_error("effective_from", error)
        else:
            self.first.refuse_document(error)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `agreement_create`."""
        names = ("slug", "title", "type", "service", "customer", "timezone", "note", "document")
        found = {name: self.cleaned_data[name] for name in names}
        return {**found, "provider": found["service"].organisation}


def first_terms(data: dict[str, Any], first: FirstObjectiveForm) -> dict[str, Any]:
    """Return a document with one objective."""
    effective = {"from": data["effective_from"].isoformat()}
    return {"spec": {"effective": effective, "objectives": [first.document_objective()]}}


class MeasureForm(Form):
    """Which facts judge an objective, and which the customer has of its own."""

    indicator = forms.ModelChoiceField(
        label=_("Measured by"), queryset=Indicator.objects.none(), required=False, empty_label=_("nothing yet")
    )
    customer_indicator = forms.ModelChoiceField(
        label=_("Measured by the customer"), queryset=Indicator.objects.none(), required=False,
        empty_label=_("the customer does not measure"),
        help_text=_("Shown beside the other; the agreement says which of them is judged."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, objective: Objective, services: set[int], **kwargs: Any) -> None:
        """Offer the indicators of the agreed service and of what it needs whose facts the objective reads."""
        chosen = {name: getattr(objective, f"{name}_id") for name in ("indicator", "customer_indicator")}
        kwargs.setdefault("initial", chosen)
        super().__init__(*args, **kwargs)
        offered = indicators_visible(user).filter(service__in=services)
        kind = objective_kind(objective)
        if kind is not None:
            offered = offered.filter(kind__in=MEASURED_BY[IndicatorKind(kind)])
        agreement, fields = objective.agreement, cast(Any, self.fields)
        own = Q(measured_by=None) | Q(measured_by=agreement.provider_id)
        fields["indicator"].queryset = offered.filter(own)
        fields["customer_indicator"].queryset = offered.filter(measured_by=agreement.customer_id)
        if not fields["customer_indicator"].queryset.exists():
            del self.fields["customer_indicator"]
