"""What people type into the pages of the reports application; every message says what was expected."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import AgreementType, Criticality
from monitoring.figures.numbers import limit_written, target_of
from reports.months import YEAR_LEAST, YEAR_MOST, month_add, month_parse, month_text
from reports.selectors.matrix import GROUPS, MONTHS_MOST
from slmo.core.errors import EngineError
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import parse_duration

OUTAGE_MOST = 31 * 86_400  # seconds; the longest month


class MonthField(forms.Field):
    """A month typed or picked as 2023-04."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2023-04"})

    def to_python(self, value: Any) -> date | None:
        """Return the first day of the month; raise ValidationError for anything else."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return month_parse(text)
        except ValueError as error:
            raise ValidationError(
                _("Write a month as 2023-04, between the years %(least)d and %(most)d.")
                % {"least": YEAR_LEAST, "most": YEAR_MOST}
            ) from error


class MatrixForm(forms.Form):
    """The filters of the compliance matrix; all may be left out."""

    q = forms.CharField(label=gettext_lazy("Name contains"), required=False, max_length=100)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"), required=False, choices=[("", gettext_lazy("All types")), *AgreementType.choices]
    )
    organisation = forms.TypedChoiceField(
        label=gettext_lazy("Organisation"), required=False, coerce=int, empty_value=None, choices=()
    )
    criticality = forms.TypedChoiceField(
        label=gettext_lazy("Criticality"), required=False, coerce=int, empty_value=None,
        choices=[("", gettext_lazy("Any criticality")), *Criticality.choices],
    )  # fmt: skip
    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"),
        required=False,
        choices=[
            ("", gettext_lazy("Any verdict")),
            ("breached", gettext_lazy("missed at least once")),
            ("met", gettext_lazy("met at least once")),
            ("indeterminate", gettext_lazy("indeterminate at least once")),
            ("no_data", gettext_lazy("without data at least once")),
        ],
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group by"),
        required=False,
        choices=[
            ("type", gettext_lazy("type of agreement")),
            ("provider", gettext_lazy("provider")),
            ("customer", gettext_lazy("customer")),
            ("criticality", gettext_lazy("criticality")),
            ("none", gettext_lazy("nothing")),
        ],
    )
    year = forms.IntegerField(required=False, min_value=YEAR_LEAST, max_value=YEAR_MOST, widget=forms.HiddenInput)
    first = MonthField(label=gettext_lazy("From"), required=False)
    last = MonthField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, organisations: list[tuple[int, str]], **kwargs: Any) -> None:
        """Offer the organisations that the person may know of."""
        super().__init__(*args, **kwargs)
        chosen = self.fields["organisation"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", _("All organisations")), *organisations]

    def clean(self) -> dict[str, Any]:
        """Refuse spans that end before they begin or are too wide for a page."""
        found = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last month must not come before the first."))
        if first and last and month_add(first, MONTHS_MOST) <= last:
            self.add_error("last", _("Choose at most %(most)d months.") % {"most": MONTHS_MOST})
        return found

    def show_span(self, first: date, last: date) -> None:
        """Show the months that the page shows where none were asked for; what was typed wrong stays as it was typed."""
        shown = {"first": month_text(first), "last": month_text(last)}
        if not self.is_bound:
            self.initial.update(shown)
        elif not self.errors:
            self.data = {**{name: self.data[name] for name in self.data}, **shown}

    def asked(self) -> dict[str, Any]:
        """Return the filters that are usable; what is not counts as left out."""
        data = getattr(self, "cleaned_data", {})
        kept = {name: data[name] for name in ("type", "organisation", "criticality", "verdict") if data.get(name)}
        group = data.get("group")
        return {**kept, "text": data.get("q") or "", "group": group if group in GROUPS else "type"}


class WhatIfForm(forms.Form):
    """Terms that may be changed for a replay; what is left empty stays as agreed."""

    target = forms.DecimalField(
        label=gettext_lazy("Target, in percent"), required=False, min_value=Decimal(0), max_value=Decimal(100),
        max_digits=9, decimal_places=6,
    )  # fmt: skip
    degraded = forms.ChoiceField(
        label=gettext_lazy("Degraded time counts as"),
        required=False,
        choices=[
            ("", gettext_lazy("as agreed")),
            ("up", gettext_lazy("up")),
            ("0.5", gettext_lazy("half down")),
            ("down", gettext_lazy("down")),
        ],
    )
    minimum_outage = forms.CharField(
        label=gettext_lazy("Outages count from"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("A length such as 60s, 5m or 1h; 0 counts every second. Empty: as agreed."),
    )
    hours = forms.ChoiceField(
        label=gettext_lazy("Service hours"),
        required=False,
        choices=[("", gettext_lazy("as agreed")), ("24x7", gettext_lazy("around the clock"))],
    )
    limit = forms.CharField(
        label=gettext_lazy("Limit for each task"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("A length of service hours such as 4h or 2d, for every priority. Empty: as agreed."),
    )
    first = MonthField(label=gettext_lazy("From"), required=False)
    last = MonthField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, clause: ObjectiveTerms | None = None, **kwargs: Any) -> None:
        """Offer what can be varied of these terms; None: those of an availability."""
        super().__init__(*args, **kwargs)
        kind = clause.indicator if clause else "availability"
        self.agreed = clause.target if clause else None
        unsuited = [] if kind in ("availability", "outages") else ["degraded", "minimum_outage"]
        unsuited += [] if kind == "tasks" else ["limit"]
        unsuited += ["target"] if kind == "attested" else []
        for name in unsuited:
            del self.fields[name]
        if "target" in self.fields and not self.by_share:
            self.fields["target"] = forms.CharField(
                label=_("Target"), required=False, max_length=20,
                help_text=_("In the unit of the agreed one, such as 0.3, 2, 30m or 4h. Empty: as agreed."),
            )  # fmt: skip

    @property
    def by_share(self) -> bool:
        """Tell whether the target is a least share in percent."""
        return self.agreed is None or (self.agreed.unit == "%" and self.agreed.op in (">=", ">"))

    def clean_target(self) -> Any:
        """Return the target; raise ValidationError for one that is not in the unit of the agreed one."""
        found = self.cleaned_data["target"]
        if self.by_share or not found or self.agreed is None:
            return found or None if not self.by_share else found
        text = f"{self.agreed.op} {found.strip().replace(',', '.').replace(' ', '')}"
        asked = target_of(text)
        if asked is None or (asked.unit != self.agreed.unit and asked.value != 0):
            raise ValidationError(_("Write it as the agreed one: %(agreed)s.") % {"agreed": limit_written(self.agreed)})
        return text

    def clean_limit(self) -> str:
        """Return the limit as the format writes it; raise ValidationError for anything that is no length of time."""
        text = self.cleaned_data["limit"].strip().replace(" ", "")
        try:
            return f"{parse_duration(text)}s" if text else ""
        except EngineError as error:
            raise ValidationError(_("Write a length of time such as 60s, 5m or 1h.")) from error

    def clean_minimum_outage(self) -> str:
        """Return the length as the format writes it; raise ValidationError for anything else."""
        text = self.cleaned_data["minimum_outage"].strip().replace(" ", "")
        if not text:
            return ""
        try:
            seconds = int(text) if text.isascii() and text.isdigit() else parse_duration(text)
        except EngineError as error:
            raise ValidationError(_("Write a length of time such as 60s, 5m or 1h.")) from error
        if seconds > OUTAGE_MOST:
            raise ValidationError(_("At most 31 days."))
        return f"{seconds}s"

    def clean(self) -> dict[str, Any]:
        """Refuse spans that end before they begin."""
        found = super().clean() or {}
        if found.get("first") and found.get("last") and found["last"] < found["first"]:
            self.add_error("last", _("The last month must not come before the first."))
        return found

    @property
    def op(self) -> str:
        """Return the agreed operator."""
        return self.agreed.op if self.agreed else ">="

    def changes(self) -> dict[str, Any]:
        """Return the changed terms as docs/formats.md writes them; none where nothing was changed or usable."""
        data = getattr(self, "cleaned_data", {})
        changed: dict[str, Any] = {}
        if data.get("target") is not None:
            asked = data["target"]
            changed["target"] = f"{self.op} {asked.normalize():f}%" if isinstance(asked, Decimal) else asked
        if data.get("limit"):
            changed["limit"] = data["limit"]
        if data.get("degraded"):
            changed["degraded"] = float(data["degraded"]) if data["degraded"][0].isdigit() else data["degraded"]
        if data.get("minimum_outage"):
            changed["minimum_outage"] = data["minimum_outage"]
        if data.get("hours") == "24x7":
            changed["hours"] = None
        return changed


class LetterForm(forms.Form):
    """The covering letter of a report."""

    letter = forms.CharField(
        label=gettext_lazy("What the reader should know"),
        required=False,
        max_length=20_000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Stands above the figures. Plain text; an empty line begins a paragraph."),
    )


class PublishForm(forms.Form):
    """The confirmation that stands before publishing; `digest` is that of the draft which was read."""

    digest = forms.RegexField(regex=r"[0-9a-f]{64}", widget=forms.HiddenInput)
    confirm = forms.BooleanField(
        label=gettext_lazy("I have read this report. Once it is published it never changes."),
        error_messages={"required": gettext_lazy("Confirm that you have read the report.")},
    )
