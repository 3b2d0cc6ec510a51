"""Forms of service level requirements: wishes in words and numbers, the answer, the draft, the trace."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form, date_input
from agreements.forms.fields import DurationField, NumberField, limit_split
from agreements.forms.objective.rows import SPARE, row_name, rows_typed
from agreements.forms.parties import NamedForm
from agreements.models import IndicatorKind, Requirement, Service, Weight, Wish
from agreements.selectors import services_visible
from agreements.services.requirement import BEGIN, MOST_WISHES
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import can
from slmo.accounts.selectors import organisations_visible_to

KINDS = (("", _("in words only")), *((name, IndicatorKind(name).label) for name in BEGIN))
SHARES = ("availability", "ratio", "tasks")


class RequirementForm(Form):
    """What a customer needs of a service."""

    customer = forms.ModelChoiceField(
        label=_("Customer"), queryset=Organisation.objects.none(), empty_label=_("Choose a customer")
    )
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), empty_label=_("Choose a service")
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("In words"), required=False, max_length=10_000, widget=forms.Textarea({"rows": 4}),
        help_text=_("What the service is needed for, and what happens when it fails."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, requirement: Requirement | None = None, **kwargs: Any) -> None:
        """Offer whose requirement it may be; of one that is there already only its words can change."""
        wishes = list(requirement.wishes.all()) if requirement else []
        if requirement:
            kwargs["initial"] = {"title": requirement.title, "text": requirement.text, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if requirement:
            del self.fields["customer"], self.fields["service"]
        else:
            self._offers(user)
        typed = max(rows_typed("wish", self.data), rows_typed("wish", self.initial))
        more = SPARE if self.initial.get("more") == "wish" else 0
        self.count = min(max(len(wishes) + SPARE, typed) + more, MOST_WISHES)
        for place in range(self.count):
            self._wish_add(place, wishes[place] if place < len(wishes) else None)

    def _offers(self, user: User) -> None:
        customers = organisations_visible_to(user).order_by("name")
        keys = [one.pk for one in customers if can(user, "requirement_record", one)]
        self.fields["customer"].queryset = customers.filter(pk__in=keys)  # type: ignore[attr-defined]
        services = services_visible(user).filter(retired_at__isnull=True).order_by("name")
        self.fields["service"].queryset = services  # type: ignore[attr-defined]
        if len(keys) == 1:
            self.fields["customer"].initial = keys[0]

    def _wish_add(self, place: int, wish: Wish | None) -> None:
        _op, amount, unit = limit_split(wish.target) if wish else ("", "", "")
        parts: dict[str, forms.Field] = {
            "text": forms.CharField(label=_("Wish"), required=False, max_length=500, initial=wish and wish.text),
            "weight": forms.ChoiceField(
                label=_("It is a"), choices=Weight.choices, required=False, initial=wish.weight if wish else "must"
            ),
            "kind": forms.ChoiceField(
                label=_("Measured as"), choices=KINDS, required=False, initial=wish.kind if wish else ""
            ),
            "figure": NumberField(label=_("Figure"), required=False, initial=amount),
            "limit": DurationField(
                label=_("Tasks within"), required=False, start="h", initial=wish.limit if wish else ""
            ),
        }
        del unit
        for part, field in parts.items():
            self.fields[row_name("wish", place, part)] = field

    @property
    def lines(self) -> list[list[BoundField]]:
        """Return the fields of the wishes, a row each."""
        parts = ("text", "weight", "kind", "figure", "limit")
        return [[self[row_name("wish", place, part)] for part in parts] for place in range(self.count)]

    def clean(self) -> dict[str, Any]:
        """Gather the wishes; what is measured needs its figure."""
        data = super().clean() or self.cleaned_data
        rows = [self._row(place, data) for place in range(self.count)]
        data["wishes"] = [row for row in rows if row]
        if not data["wishes"] and not self.errors:
            self.add_error(row_name("wish", 0, "text"), ValidationError(_t("Name at least one wish.")))
        return data

    def _row(self, place: int, data: Mapping[str, Any]) -> dict[str, str]:
        said = {part: data.get(row_name("wish", place, part)) or "" for part in ("text", "kind", "figure", "limit")}
        if not said["text"] and not said["figure"]:
            return {}
        for part, missing in (("text", not said["text"]), ("figure", said["kind"] and not said["figure"]),
                              ("kind", said["figure"] and not said["kind"])):  # fmt: skip
            name = row_name("wish", place, part)
            if missing and name not in self.errors:
                self.add_error(name, ValidationError(_t("Fill this in too, or empty the row.")))
        weight = data.get(row_name("wish", place, "weight")) or Weight.MUST
        limit = said["limit"] if said["kind"] == "tasks" else ""
        target = target_of(said["kind"], said["figure"])
        return {"text": said["text"], "weight": weight, "kind": said["kind"], "target": target, "limit": limit}

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused about the wishes at the first of them."""
        if hasattr(error, "error_dict") and "wishes" in error.error_dict:
            self.add_error(row_name("wish", 0, "text"), error.error_dict.pop("wishes"))
        super().refuse(error)


def target_of(kind: str, figure: str) -> str:
    """Return a typed figure as the format writes the target of a kind: at least a share, at most a value."""
    if not kind or not figure:
        return ""
    return f">= {figure}%" if kind in SHARES else f"<= {figure}"


class AnswerForm(Form):
    """What the provider can offer."""

    answer = forms.CharField(
        label=_("Answer"), max_length=10_000, widget=forms.Textarea({"rows": 4}),
        help_text=_("What can be offered, at which cost, and what cannot."),
    )  # fmt: skip


class RequirementDraftForm(NamedForm):
    """An agreement that answers a requirement."""

    template = forms.ChoiceField(label=_("Template"), required=False)
    effective_from = forms.DateField(label=_("In force from"), widget=date_input())
    field_order: Sequence[str] = ("template",)

    def __init__(self, *args: Any, templates: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the templates."""
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [("", _("from scratch")), *templates]  # type: ignore[attr-defined]


class TraceForm(Form):
    """Which clause answers a wish."""

    clause = forms.ChoiceField(label=_("Answered by"), required=False)

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the clauses of the agreement."""
        super().__init__(*args, **kwargs)
        self.fields["clause"].choices = [("", _("no clause yet")), *clauses]  # type: ignore[attr-defined]
