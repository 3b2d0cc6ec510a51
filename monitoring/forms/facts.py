"""Forms of facts: a file to import, and a single fact entered by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from agreements.selectors import indicators_visible
from monitoring.forms.span import SpanForm
from monitoring.instants import instant_of
from monitoring.kinds import FactKind
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.kinds.statements import StatementRow, statement_key
from monitoring.kinds.tasks import TaskRow
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from monitoring.writers import may_record
from slmo.accounts.models import User
from slmo.accounts.zones import zone_names
from slmo.web.uploads import TYPES


def moment_input() -> forms.DateTimeInput:
    """Return a field for a day and a time, to the second, in the reader's zone."""
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


def moment_field(label: Any, *, needed: bool = True, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for an instant."""
    return forms.DateTimeField(label=label, widget=moment_input(), required=needed, help_text=help_text)


def number_field(label: Any) -> forms.DecimalField:
    """Return a field for an exact number."""
    return forms.DecimalField(label=label, max_digits=30, decimal_places=15, widget=forms.TextInput)


def indicators_for(user: User, action: str) -> Any:
    """Return the indicators of which the person may record facts; `action` is the act at the provider."""
    rows = indicators_visible(user)
    allowed = [row.pk for row in rows if may_record(user, row, action)]
    return rows.filter(pk__in=allowed).order_by("service__name", "name")


class UploadForm(forms.Form):
    """Choose a file of facts and the indicator that it is about."""

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label=_("What the facts are about"),
        empty_label=_("Choose an indicator"),
        help_text=_("A service and what is measured about it."),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV in UTF-8 or an Excel workbook, at most 32 MB, with the columns shown beside; optionally scope."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv,text/plain", "class": "form-control"}),
    )
    zone = forms.ChoiceField(
        label=_("Zone of a workbook’s times"),
        choices=lambda: [(name, name) for name in zone_names()],
        required=False,
        help_text=_("Excel’s own times name none. Those of CSV files always do."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Offer the indicators that this person may import facts about, and their own zone first."""
        kwargs["initial"] = {"zone": user.timezone, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = indicators_for(user, "facts_import")  # type: ignore[attr-defined]


class FactForm(SpanForm):
    """Enter one fact by hand: what all kinds have in common."""

    scope = forms.CharField(
        label=_("Where"), max_length=80, required=False, help_text=_("A region or site; left empty: everywhere.")
    )
    reason = forms.CharField(
        label=_("How you know"),
        max_length=200,
        help_text=_("Who told you, or which ticket says so. It stands beside the fact for good."),
    )

    link = forms.URLField(
        label=_("Link to the proof"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("A ticket, a dashboard or a document."),
    )
    file = forms.FileField(
        label=_("File as proof"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ",".join(TYPES)}),
        help_text=_("A picture, a log or a letter, at most 5 MB; it is kept as it is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put what is common below what the kind asks for."""
        super().__init__(*args, **kwargs)
        common = ("scope", "reason", "link", "file")
        self.order_fields([*(name for name in self.fields if name not in common), *common])

    def at(self, name: str) -> int:
        """Return an instant that was entered."""
        return instant_of(self.cleaned_data[name])

    def maybe(self, name: str) -> int | None:
        """Return an instant that may have been left out."""
        return self.at(name) if self.cleaned_data[name] else None

    def row(self) -> Any:
        """Return what was entered as a row to record."""
        raise NotImplementedError


class StateForm(FactForm):
    """Enter a state."""

    state = forms.TypedChoiceField(label=_("State"), choices=FactState.choices, coerce=int, widget=forms.RadioSelect)
    start = moment_field(_("From"))
    end = moment_field(
        _("Until"), needed=False, help_text=_("Left empty: until the next fact that is entered by hand.")
    )

    def row(self) -> FactRow:
        """Return what was entered as a row to record."""
        scope, start = self.cleaned_data["scope"], self.at("start")
        key = row_key(start, scope)
        return FactRow(start, self.maybe("end"), self.cleaned_data["state"], scope, key, self.cleaned_data["reason"])


class BucketForm(FactForm):
    """Enter how many events were good."""

    start, end = moment_field(_("From")), moment_field(_("Until"))
    good, total = number_field(_("Good events")), number_field(_("All events"))

    def row(self) -> BucketRow:
        """Return what was entered as a row to record."""
        told, start = self.cleaned_data, self.at("start")
        key = row_key(start, told["scope"])
        return BucketRow(start, self.at("end"), told["good"], told["total"], told["scope"], key, told["reason"])


class SampleForm(FactForm):
    """Enter a value."""

    moment = moment_field(_("At"))
    value = number_field(_("Value"))

    def row(self) -> SampleRow:
        """Return what was entered as a row to record."""
        told, at = self.cleaned_data, self.at("moment")
        return SampleRow(at, told["value"], told["scope"], row_key(at, told["scope"]), told["reason"])


class TaskForm(FactForm):
    """Enter a task with what has happened to it so far."""

    reason = None  # type: ignore[assignment]  # the task itself says how it is known
    name = forms.CharField(label=_("Task"), max_length=200, help_text=_("Its number; entered again, it is replaced."))
    opened = moment_field(_("Opened"))
    responded, resolved = moment_field(_("Responded"), needed=False), moment_field(_("Resolved"), needed=False)
    priority = forms.CharField(label=_("Priority"), max_length=100, required=False)

    def row(self) -> TaskRow:
        """Return what was entered as a row to record."""
        told, opened = self.cleaned_data, self.at("opened")
        priorities = ((opened, told["priority"]),) if told["priority"] else ()
        return TaskRow(
            opened, self.maybe("responded"), self.maybe("resolved"), priorities, (), told["scope"], told["name"],
            told["name"],
        )  # fmt: skip


class StatementForm(FactForm):
    """State that an obligation was met, or not."""

    start, end = moment_field(_("From")), moment_field(_("Until"))
    met = forms.TypedChoiceField(
        label=_("Was it met?"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    by = forms.CharField(label=_("Stated by"), max_length=200)
    evidence = forms.CharField(label=_("Evidence"), max_length=2000, help_text=_("What proves it."))
    reason = forms.CharField(
        label=_("Where the proof lies"), max_length=200, required=False, help_text=_("A document's name or address.")
    )

    def row(self) -> StatementRow:
        """Return what was entered as a row to record."""
        told, start, end = self.cleaned_data, self.at("start"), self.at("end")
        key = statement_key(start, end, told["scope"])
        return StatementRow(
            start, end, told["met"], told["by"], told["evidence"], told["scope"], key, told["reason"]
        )  # fmt: skip


_FORMS: dict[str, type[FactForm]] = {
    "states": StateForm,
    "buckets": BucketForm,
    "samples": SampleForm,
    "tasks": TaskForm,
    "statements": StatementForm,
}


def form_of(kind: FactKind) -> type[FactForm]:
    """Return the form by which a fact of this kind is entered."""
    return _FORMS[kind.name]
