"""Forms of planned disruptions: an announcement, other times, an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.forms.terms import ProofForm
from agreements.models import Service
from agreements.selectors import services_visible
from monitoring.forms.facts import moment_input
from monitoring.forms.proposal import words_area
from monitoring.services.disruption import MOST_WINDOWS, Span
from slmo.accounts.models import User
from slmo.accounts.policy import can

SPARE = 2


class WindowsForm(forms.Form):
    """Rows of spans; `windows` gathers those in which something was typed."""

    def rows_add(self, spans: Sequence[Span] = ()) -> None:
        """Add a row for each span, and empty ones."""
        typed = sum(f"start_{place}" in self.data for place in range(MOST_WINDOWS))
        self.count = min(max(len(spans) + SPARE, typed), MOST_WINDOWS)
        for place in range(self.count):
            first = place == 0
            begin = spans[place] if place < len(spans) else None
            for name, label in (("start", _("From")), ("end", _("Until"))):
                self.fields[f"{name}_{place}"] = forms.DateTimeField(
                    label=label, widget=moment_input(), required=first, initial=getattr(begin, name, None)
                )

    @property
    def lines(self) -> list[tuple[BoundField, BoundField]]:
        """Return the fields of the rows."""
        return [(self[f"start_{place}"], self[f"end_{place}"]) for place in range(self.count)]

    def clean(self) -> dict[str, Any]:
        """Gather the rows; one with only half of it filled in is an error."""
        data = super().clean() or self.cleaned_data
        data["windows"] = []
        for place in range(self.count):
            start, end = data.get(f"start_{place}"), data.get(f"end_{place}")
            if isinstance(start, datetime) and isinstance(end, datetime):
                if end <= start:
                    self.add_error(f"end_{place}", _t("The end lies before the start; expected a later time."))
                data["windows"].append(Span(start, end))
            elif (start or end) and not self.errors:
                self.add_error(f"{'end' if start else 'start'}_{place}", _t("Fill this in too, or empty the row."))
        return data

    def refuse(self, errors: dict[str, list[Any]]) -> None:
        """Show what a service refused at the field that it is about."""
        for name, found in errors.items():
            field = "start_0" if name == "windows" else name
            self.add_error(field if field in self.fields else None, found)


class AnnounceForm(WindowsForm):
    """What is planned, why, when, and to which services."""

    title = forms.CharField(label=_("What is planned"), max_length=200)
    services = forms.ModelMultipleChoiceField(
        label=_("Services"), queryset=Service.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("Agreements about services that need these are reached too."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), widget=words_area(4), help_text=_("Why, in words that the customer may read.")
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Offer the services for which the person may announce."""
        super().__init__(*args, **kwargs)
        offered = services_visible(user).filter(retired_at__isnull=True).order_by("organisation__kind", "name")
        keys = [one.pk for one in offered if can(user, "disruption_announce", one.organisation)]
        self.fields["services"].queryset = offered.filter(pk__in=keys)  # type: ignore[attr-defined]
        self.rows_add()

    def clean(self) -> dict[str, Any]:
        """Refuse services of several providers: each announces for itself."""
        data = super().clean()
        if len({one.organisation_id for one in data.get("services") or ()}) > 1:
            self.add_error("services", _t("Choose services of one provider."))
        return data


class CounterForm(WindowsForm):
    """Other times, and why."""

    word = forms.CharField(label=_("In a word"), required=False, widget=words_area(2))

    def __init__(self, *args: Any, spans: Sequence[Span] = (), **kwargs: Any) -> None:
        """Start from the times on the table."""
        super().__init__(*args, **kwargs)
        self.rows_add(spans)


class ConsentForm(ProofForm):
    """Consent to the times that were shown."""

    shown = forms.CharField(widget=forms.HiddenInput)
    word = forms.CharField(label=_("In a word"), required=False, widget=words_area(2))
    field_order = ("shown", "word", "password", "code")

    def clean_shown(self) -> list[Span]:
        """Return the times that the page showed."""
        try:
            pairs = [one.split("/") for one in self.cleaned_data["shown"].split(";")]
            return [Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in pairs]
        except ValueError as error:
            raise forms.ValidationError(_t("Reload the page: this form has lost its place.")) from error


class DeclineForm(forms.Form):
    """Why not."""

    word = forms.CharField(label=_("Why not"), widget=words_area(2))


def shown_text(spans: Sequence[Any]) -> str:
    """Return spans as the consent form keeps them."""
    return ";".join(f"{one.start.isoformat()}/{one.end.isoformat()}" for one in spans)
