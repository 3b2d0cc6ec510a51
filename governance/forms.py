"""Forms of reviews and improvements."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Service
from agreements.selectors import agreements_visible, services_visible
from governance.models import Decision, Improvement, Review
from governance.selectors import reports_covered
from reports.models import Report
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import can
from slmo.web import words


def day_input() -> forms.DateInput:
    """Return a field for a day, which browsers offer a calendar for."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    """Return a field for a day and a time in the reader's zone."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def lines_input(rows: int) -> forms.Textarea:
    """Return a field for running text."""
    return forms.Textarea(attrs={"rows": rows})


def people_of(organisations: Iterable[Organisation | int]) -> QuerySet[User]:
    """Return the active people of these organisations, by name."""
    rows = User.objects.filter(is_active=True, assignments__organisation__in=list(organisations))
    return rows.distinct().order_by("name")


class ReviewForm(forms.Form):
    """Plan a review."""

    agreement = forms.ModelChoiceField(
        Agreement.objects.none(), label=_("Agreement"), to_field_name="slug", empty_label=_("Choose an agreement")
    )
    covers_from = forms.DateField(
        label=_("Look at what was delivered from"), widget=day_input(), help_text=_("The first day that is covered.")
    )
    covers_until = forms.DateField(
        label=_("until"), widget=day_input(), help_text=_("The first day that is no longer covered.")
    )
    due_at = forms.DateTimeField(
        label=_("Takes place"), widget=moment_input(), help_text=_("Day and time in your own time zone.")
    )
    agenda = forms.CharField(
        label=_("Agenda"), required=False, widget=lines_input(4), help_text=_("What both sides should think of before.")
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Offer the agreements that this person may schedule reviews of."""
        super().__init__(*args, **kwargs)
        rows = agreements_visible(user)
        allowed = [row.pk for row in rows if can(user, "review_schedule", row.provider, row.customer)]
        self._field("agreement").queryset = rows.filter(pk__in=allowed)

    def _field(self, name: str) -> forms.ModelChoiceField:
        """Return a field that chooses among rows."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field


class ReportsField(forms.ModelMultipleChoiceField):
    """Choose among month reports by their months."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the month of a report."""
        return words.month(obj.month)


class HoldForm(forms.Form):
    """Record that a review was held."""

    minutes = forms.CharField(
        label=_("Minutes"),
        widget=lines_input(8),
        help_text=_("What was said and agreed. They may be completed until the review is concluded."),
    )
    attendees = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Who was there"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reports = ReportsField(
        Report.objects.none(), label=_("Reports on the table"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, review: Review, *args: Any, **kwargs: Any) -> None:
        """Offer the people of both sides, and the reports that were published for the months covered."""
        reports = reports_covered(review, published_only=True)
        chosen = review.reports.all() if review.held_at else reports
        initial = {"minutes": review.minutes, "attendees": list(review.attendees.all()), "reports": list(chosen)}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        people = people_of([review.agreement.provider, review.agreement.customer])
        self.fields["attendees"].queryset = people  # type: ignore[attr-defined]
        self.fields["reports"].queryset = reports  # type: ignore[attr-defined]
        if not reports.exists():
            del self.fields["reports"]


class ConcludeForm(forms.Form):
    """Conclude a review with a decision."""

    decision = forms.ChoiceField(label=_("Decision"), choices=Decision.choices, widget=forms.RadioSelect)
    effective_from = forms.DateField(
        label=_("Amended terms rule from"),
        widget=day_input(),
        required=False,
        help_text=_("Where the decision is to amend: a draft with the present terms is opened from this day on."),
    )
    reasons = forms.CharField(label=_("Reasons"), widget=lines_input(3), help_text=_("They become the draft's note."))


class ImprovementForm(forms.Form):
    """Enter an improvement."""

    title = forms.CharField(
        label=_("What shall be done"),
        max_length=200,
        help_text=_("One action with one result, such as “Add a replica”."),
    )
    reason = forms.CharField(
        label=_("Why"), required=False, widget=lines_input(3), help_text=_("Which level it holds or raises, and how.")
    )
    service = forms.ModelChoiceField(
        Service.objects.none(), label=_("Service"), to_field_name="slug", empty_label=_("Choose a service")
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Owner"),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Who carries it."),
    )
    due_on = forms.DateField(label=_("Due on"), required=False, widget=day_input())

    def __init__(self, user: User, *args: Any, improvement: Improvement | None = None, **kwargs: Any) -> None:
        """Offer the services whose improvements this person may edit; a saved improvement keeps its service."""
        if improvement:
            names = ("title", "reason", "owner", "due_on")
            kwargs.setdefault("initial", {name: getattr(improvement, name) for name in names})
        super().__init__(*args, **kwargs)
        rows = services_visible(user)
        allowed = [row.pk for row in rows if can(user, "improvement_edit", row.organisation)]
        self.fields["service"].queryset = rows.filter(pk__in=allowed)  # type: ignore[attr-defined]
        organisations = (
            [improvement.service.organisation] if improvement else [held.organisation_id for held in user.held]
        )
        self.fields["owner"].queryset = people_of(organisations)  # type: ignore[attr-defined]
        if improvement:
            del self.fields["service"]


class EffectForm(forms.Form):
    """Say what an improvement brought, or why it is given up."""

    effect = forms.CharField(label=_("What it brought"), widget=lines_input(3))


def months_back(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months before the month of `day`."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
