"""The form of an agreed exclusion: one span of time, or a window that recurs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm, date_input
from agreements.forms.fields import DefaultChoice, DurationField, duration_split, listed
from agreements.models import Version
from agreements.reading.sentences import WEEKDAYS
from agreements.services.document_parts import exclusion_put
from slmo.core.errors import EngineError
from slmo.core.recurrence import rule_check
from slmo.core.units import parse_instant

RULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_CHOICES = list(zip(RULE_DAYS, WEEKDAYS, strict=True))
NTH = (
    ("1", pgettext_lazy("weekday of a month", "first")),
    ("2", pgettext_lazy("weekday of a month", "second")),
    ("3", pgettext_lazy("weekday of a month", "third")),
    ("4", pgettext_lazy("weekday of a month", "fourth")),
    ("-1", pgettext_lazy("weekday of a month", "last")),
)
FREQUENCIES = (
    ("DAILY", _("every day")), ("WEEKLY", _("every week, on these days")),
    ("MONTHLY", _("every month, on a certain weekday")), ("RULE", _("by another rule")),
)  # fmt: skip


class ExclusionForm(DraftForm):
    """What both kinds of exclusion say."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Both sides read it beside every figure that it changes.")
    )
    kind = forms.ChoiceField(
        label=_("It is"),
        initial="maintenance",
        choices=(("maintenance", _("planned maintenance")), ("other", _("something else"))),
        help_text=_("Objectives that count maintenance count the first as any other time."),
    )

    def __init__(self, *args: Any, version: Version, place: int | None, **kwargs: Any) -> None:
        """Start from the exclusion at `place` of the draft; None: a new one."""
        self.place = place
        self.original: Mapping[str, Any] = {} if place is None else version.document["spec"]["exclusions"][place]
        self.zone = ZoneInfo(version.agreement.timezone)
        common = {key: self.original[key] for key in ("reason", "kind") if self.original.get(key)}
        kept = {"place": place, "sort": next(name for name, one in EXCLUSIONS.items() if isinstance(self, one))}
        initial = {**common, **self.initial_own(), **kept, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, version=version, initial=initial, **kwargs)
        self.fields["place"] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        self.fields["sort"] = forms.CharField(widget=forms.HiddenInput, required=False)

    def initial_own(self) -> dict[str, Any]:
        """Return what the fields of this kind of exclusion begin with."""
        raise NotImplementedError

    def exclusion_own(self) -> dict[str, Any]:
        """Return what only this kind of exclusion says, as the document holds it."""
        raise NotImplementedError

    def exclusion(self) -> dict[str, Any]:
        """Return the exclusion as the document holds it; what says the same keeps its words."""
        said = {**self.exclusion_own(), "reason": self.cleaned_data["reason"]}
        if self.cleaned_data["kind"] != "maintenance" or "kind" in self.original:
            said["kind"] = self.cleaned_data["kind"]
        return said

    def document(self) -> dict[str, Any]:
        """Return the draft's document with this exclusion."""
        return exclusion_put(self.version.document, self.place, self.exclusion())

    def renew(self, version: Version) -> None:
        """Let a further submission go over the same exclusion in the text as it is now; one that is gone is added."""
        super().renew(version)
        place = exclusion_moved(self.version.document, version.document, self.place)
        self.data["place"] = "" if place is None else str(place)  # type: ignore[index]

    KEYS: ClassVar[Mapping[str, str]] = {
        "for": "length",
        "except": "skipped",
        "rrule": "rule",
        "from": "start",
        "to": "end",
    }

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        key = error.key.rpartition("].")[2].split("[")[0]
        field = self.KEYS.get(key, key)
        shown = error.key.startswith("spec.exclusions") and field in self.fields
        self.add_error(field if shown else None, error.at_field if shown else error)


class OnceForm(ExclusionForm):
    """One span of time."""

    start = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    end = forms.DateTimeField(
        label=_("To"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    field_order = ("start", "end", "reason", "kind")

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        """Say by whose clocks the times are meant."""
        super().__init__(*args, version=version, **kwargs)
        zone = version.agreement.timezone
        self.fields["start"].help_text = _("By the clocks of %(zone)s.") % {"zone": zone}

    def initial_own(self) -> dict[str, Any]:
        """Return both ends by the agreement's clocks."""
        keys = {"start": "from", "end": "to"}
        return {
            field: datetime.fromtimestamp(parse_instant(self.original[key]), UTC)
            .astimezone(self.zone)
            .replace(tzinfo=None)
            for field, key in keys.items()
            if self.original
        }

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        data = super().clean() or self.cleaned_data
        for name in ("start", "end"):
            if data.get(name):  # Django has read it by the reader's clocks: only the wall time is meant
                data[name] = data[name].replace(tzinfo=self.zone)
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", ValidationError(_t("It must end after it begins.")))
        return data

    def exclusion_own(self) -> dict[str, Any]:
        """Return both ends with their offset, in the original's words where they are the same instants."""
        found = {}
        for key, field in (("from", "start"), ("to", "end")):
            at, before = self.cleaned_data[field], self.original.get(key)
            same = before is not None and parse_instant(before) == int(at.timestamp())
            found[key] = before if same else at.isoformat()
        return found


class RecurringForm(ExclusionForm):
    """A window that recurs by a rule."""

    frequency = forms.ChoiceField(label=_("It recurs"), choices=FREQUENCIES)
    days = forms.MultipleChoiceField(
        label=_("On these days"), choices=DAY_CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    nth = DefaultChoice(label=_("Which one of the month"), choices=NTH, initial="1")
    weekday = DefaultChoice(label=_("Weekday"), choices=DAY_CHOICES, initial="SU")
    rule = forms.CharField(
        label=_("Rule"), required=False, max_length=300, widget=forms.TextInput({"class": "mono"}),
        help_text=_("As RFC 5545 writes it, for example FREQ=MONTHLY;BYMONTHDAY=15."),
    )  # fmt: skip
    starting = forms.DateField(label=_("First possible date"), widget=date_input())
    at = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    length = DurationField(label=_("Lasts"), start="h")
    skipped = forms.CharField(
        label=_("Not on"),
        required=False,
        max_length=2000,
        help_text=_("Dates such as 2026-12-25, separated by commas."),
    )
    field_order = (
        "frequency",
        "days",
        "nth",
        "weekday",
        "rule",
        "starting",
        "at",
        "length",
        "skipped",
        "reason",
        "kind",
    )

    def initial_own(self) -> dict[str, Any]:
        """Return the rule by fields where it is a plain one, else as its text."""
        if not self.original:
            return {"frequency": "MONTHLY", "at": "02:00", "length": "2h"}
        skipped = ", ".join(str(one) for one in self.original.get("except") or [])
        own = {"starting": self.original["starting"], "at": self.original["at"], "length": self.original["for"]}
        return {**own, "skipped": skipped, **rule_fields(self.original["rrule"])}

    def clean_skipped(self) -> list[str]:
        """Return the dates on which the window is left out."""
        found = listed(self.cleaned_data["skipped"])
        for one in found:
            try:
                known = parse_date(one)
            except ValueError:
                known = None
            if known is None:
                raise ValidationError(_t("“%(text)s” is not a date. Write it as 2026-12-25.") % {"text": one[:40]})
        return found

    def clean(self) -> dict[str, Any]:
        """Make the rule from its fields."""
        data = super().clean() or self.cleaned_data
        frequency = data.get("frequency")
        if frequency == "WEEKLY" and not data.get("days"):
            self.add_error("days", ValidationError(_t("Choose at least one day.")))
        if frequency == "RULE":
            self._rule_check(data.get("rule") or "")
        else:
            ends = {
                "WEEKLY": f";BYDAY={','.join(sorted(data.get('days') or [], key=RULE_DAYS.index))}",
                "MONTHLY": f";BYDAY={data.get('nth')}{data.get('weekday')}",
            }
            data["rule"] = f"FREQ={frequency}{ends.get(str(frequency), '')}"
        return data

    def _rule_check(self, rule: str) -> None:
        if not rule:
            self.add_error("rule", ValidationError(_t("Give the rule.")))

    def exclusion_own(self) -> dict[str, Any]:
        """Return the rule with its start, time and length."""
        data, before = self.cleaned_data, self.original
        said: dict[str, Any] = {
            "rrule": data["rule"],
            "starting": data["starting"].isoformat(),
            "at": f"{data['at']:%H:%M}",
            "for": data["length"],
        }
        if before and rule_fields(before["rrule"]) == rule_fields(data["rule"]):
            said["rrule"] = before["rrule"]
        if before and duration_split(before["for"]) == duration_split(data["length"]):
            said["for"] = before["for"]
        return said | ({"except": data["skipped"]} if data["skipped"] else {})


def rule_fields(rule: str) -> dict[str, Any]:
    """Return the fields that say a plain rule; any other rule is shown as its text."""
    try:
        parts: Mapping[str, str] = rule_check(rule)
    except EngineError:
        return {"frequency": "RULE", "rule": rule}
    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    match (parts["FREQ"], sorted(set(parts) - {"FREQ"})):
        case ("DAILY", []):
            return {"frequency": "DAILY"}
        case ("WEEKLY", ["BYDAY"]) if all(day in RULE_DAYS for day in days):
            return {"frequency": "WEEKLY", "days": sorted(days, key=RULE_DAYS.index)}
        case ("MONTHLY", ["BYDAY"]) if len(days) == 1 and days[0][:-2] in dict(NTH) and days[0][-2:] in RULE_DAYS:
            return {"frequency": "MONTHLY", "nth": days[0][:-2], "weekday": days[0][-2:]}
        case _other:
            return {"frequency": "RULE", "rule": rule}


EXCLUSIONS: Mapping[str, type[ExclusionForm]] = {"once": OnceForm, "recurring": RecurringForm}


def exclusion_sort(exclusion: Mapping[str, Any]) -> str:
    """Return which form an exclusion of a document has."""
    return "recurring" if "rrule" in exclusion else "once"


def exclusion_moved(old: Mapping[str, Any], new: Mapping[str, Any], place: int | None) -> int | None:
    """Return where the exclusion at a place of one text stands in another; None where it no longer does."""
    before, after = (one["spec"].get("exclusions") or [] for one in (old, new))
    if place is None or before[place] in after:
        return None if place is None else after.index(before[place])
    return place if len(after) == len(before) else None
