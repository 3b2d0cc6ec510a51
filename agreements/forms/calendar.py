"""The form of service hours: seven days, and the dates on which it is otherwise."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm, date_input
from agreements.forms.objective.rows import SPARE, row_name, rows_clean, rows_typed
from agreements.models import Version
from agreements.reading.sentences import WEEKDAYS
from agreements.services.document_parts import calendar_put
from slmo.core.calendar import WEEKDAYS as DAYS
from slmo.core.calendar import WHOLE_DAY, Calendar, DayException, Hours, WorksAs
from slmo.core.errors import EngineError, TermError
from slmo.core.terms.calendars import calendar_read, parse_span
from slmo.core.units import DAY

SPAN = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?-([0-9]{1,2})(?:[:.]([0-9]{2}))?")
FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED, HOURS = "closed", "hours"
START: Mapping[str, Any] = {"weekly": {"mon-fri": ["09:00-18:00"]}}


def span_text(start: int, end: int) -> str:
    """Return hours as the format writes them: "22:00-06:00" where they end on the next day."""
    return "-".join(
        f"{at // 3600:02}:{at // 60 % 60:02}" + (f":{at % 60:02}" if at % 60 else "")
        for at in (start, end if end <= DAY else end - DAY)
    )


def hours_typed(typed: str) -> list[str]:
    """Return typed hours as the format writes them; raises ValidationError for what is none.

    "9-13, 14-18", "09:00–13:00 14:00–18:00" and "all day" are understood; nothing typed is closed.
    """
    text = re.sub(r"\s*[-–—]\s*", "-", typed.strip())
    if text.casefold() in {"all day", "24h", "24", "24/7", _t("all day").casefold()}:
        return ["00:00-24:00"]
    found = [_span(word) for word in re.split(r"[,;\s]+", text) if word not in ("", "-")]
    return [span_text(start, end) for start, end in sorted(found)]


def _span(word: str) -> tuple[int, int]:
    match = SPAN.fullmatch(word)
    try:
        return parse_span(f"{match[1]}:{match[2] or '00'}-{match[3]}:{match[4] or '00'}" if match else word)
    except EngineError as error:
        sentence = _t("“%(word)s” is no span of hours. Write 09:00-18:00; with a break: 09:00-13:00, 14:00-18:00.")
        raise ValidationError(sentence % {"word": word[:40]}) from error


def hours_shown(hours: Hours) -> str:
    """Return hours as a person types them."""
    if tuple(hours) == WHOLE_DAY:
        return "00:00-24:00"
    return ", ".join(span_text(start, end) for start, end in hours)


def weekly_write(days: Iterable[list[str]]) -> dict[str, list[str]]:
    """Return the weekly pattern of seven days as the format writes it, days with the same hours together."""
    found = {}
    for hours, group in groupby(enumerate(days), key=lambda pair: pair[1]):
        numbers = [number for number, _hours in group]
        key = DAYS[numbers[0]] if len(numbers) == 1 else f"{DAYS[numbers[0]]}-{DAYS[numbers[-1]]}"
        if hours:
            found[key] = list(hours)
    return found


class HoursField(forms.CharField):
    """Hours of one day; cleaned to the list of the format."""

    def __init__(self, **kwargs: Any) -> None:
        """Take a line of text."""
        super().__init__(required=False, max_length=200, widget=forms.TextInput({"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the spans of a day."""
        return hours_typed(super().clean(value))


class CalendarForm(DraftForm):
    """One calendar of a draft: a new one, or one to change."""

    name = forms.SlugField(
        label=_("Short name"), max_length=80, help_text=_("Objectives name it; for example: office.")
    )

    def __init__(self, *args: Any, version: Version, name: str | None, **kwargs: Any) -> None:
        """Start from the calendar of this name, or from office hours for a new one."""
        super().__init__(*args, version=version, **kwargs)
        calendars = version.document["spec"].get("calendars") or {}
        self.calendar_name = name
        self.original: Mapping[str, Any] = calendars[name] if name is not None else START
        self.read = calendar_read(self.original, "", version.agreement.timezone)
        if name is not None:
            del self.fields["name"]
        for number, day in enumerate(DAYS):
            hours = hours_shown(self.read.weekly[number] if self.read.weekly else WHOLE_DAY)
            self.fields[day] = HoursField(label=WEEKDAYS[number], initial=hours)
        self._dates_add()

    def _dates_add(self) -> None:
        """Add a row for each date on which it is otherwise, and some empty ones."""
        dated = sorted(self.read.exceptions.items())
        self.past = sum(date < self.version.effective_from for date, _one in dated)
        more = SPARE if "day" in (self.data.get("more"), self.initial.get("more")) else 0
        self.count = max(len(dated) + SPARE, rows_typed("day", self.data), rows_typed("day", self.initial)) + more
        works = [(day, _("works as %(day)s") % {"day": WEEKDAYS[number]}) for number, day in enumerate(DAYS)]
        for place in range(self.count):
            date, one = dated[place] if place < len(dated) else (None, None)
            fields = {
                "date": forms.DateField(label=_("Date"), required=False, widget=date_input(), initial=date),
                "as": forms.ChoiceField(
                    label=_("What holds"),
                    required=False,
                    choices=[(CLOSED, _("closed")), (HOURS, _("own hours")), *works],
                    initial=exception_kind(one) if one is not None else CLOSED,
                ),
                "hours": HoursField(label=_("Own hours"), initial=hours_shown(one) if isinstance(one, tuple) else ""),
            }
            self.fields |= {row_name("day", place, part): field for part, field in fields.items()}

    @property
    def week(self) -> list[Any]:
        """Return the fields of the seven days."""
        return [self[day] for day in DAYS]

    @property
    def dates(self) -> list[list[Any]]:
        """Return the fields of the dates, row by row, from the day on which the version takes effect."""
        return self._lines(range(self.past, self.count))

    @property
    def dates_past(self) -> list[list[Any]]:
        """Return the fields of the dates before the version takes effect: they change nothing any more."""
        return self._lines(range(self.past))

    @property
    def past_open(self) -> bool:
        """Tell whether one of the dates that are folded away has an error."""
        return any(bound.errors for line in self.dates_past for bound in line) if self.is_bound else False

    def _lines(self, places: range) -> list[list[Any]]:
        return [[self[row_name("day", place, part)] for part in ("date", "as", "hours")] for place in places]

    def clean(self) -> dict[str, Any]:
        """Refuse a name that is taken, a date twice, and own hours that are missing."""
        data = super().clean() or self.cleaned_data
        if data.get("name") in (self.version.document["spec"].get("calendars") or {}):
            self.add_error("name", ValidationError(_t("There is a calendar of this name already.")))
        rows = [row for row in rows_clean(self, "day", self.count, ()) if row["date"] or row["hours"]]
        for row in rows:
            self._row_check(row, [one["date"] for one in rows])
        data["rows"] = rows
        return data

    def _row_check(self, row: Mapping[str, Any], dates: list[Any]) -> None:
        """Refuse one row that leaves open what holds on which date."""
        names = {part: row_name("day", row["place"], part) for part in ("date", "hours")}
        if not row["date"]:
            if names["date"] not in self.errors:
                self.add_error(names["date"], ValidationError(_t("Give the date.")))
        elif dates.count(row["date"]) > 1:
            self.add_error(names["date"], ValidationError(_t("Each date once.")))
        if row["as"] == HOURS and not row["hours"] and names["hours"] not in self.errors:
            self.add_error(names["hours"], ValidationError(_t("Give the hours of this date.")))

    def calendar(self) -> dict[str, Any]:
        """Return the calendar as the document holds it; what says the same keeps its words."""
        data, found = self.cleaned_data, {}
        weekly = weekly_write(data[day] for day in DAYS)
        unchanged = [hours_typed(str(self.fields[day].initial)) == data[day] for day in DAYS]
        found["weekly"] = self.original.get("weekly") if all(unchanged) else weekly
        if found["weekly"] is None:  # around the clock, which the format says by leaving it out
            del found["weekly"]
        dates = {row["date"]: exception_write(row) for row in data["rows"]}
        if dates:
            found["exceptions"] = {day.isoformat(): self._kept(day, dates[day]) for day in sorted(dates)}
        return found

    def _kept(self, day: Any, said: Any) -> Any:
        before = (self.original.get("exceptions") or {}).get(day.isoformat())
        same = day in self.read.exceptions and self.read.exceptions[day] == _exception_read(said)
        return before if same and before is not None else said

    def document(self) -> dict[str, Any]:
        """Return the draft's document with this calendar."""
        return calendar_put(self.version.document, self.calendar_name or self.cleaned_data["name"], self.calendar())

    def drawn(self) -> Calendar | None:
        """Return the typed calendar as the engine reads it; None where it cannot."""
        try:
            return calendar_read(self.calendar(), "", self.version.agreement.timezone)
        except TermError:
            return None

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the week where it is about that."""
        self.add_error("mon" if ".weekly" in error.key else None, error)


def exception_kind(exception: DayException) -> str:
    """Return the choice that stands for what holds on a date."""
    if isinstance(exception, WorksAs):
        return DAYS[exception.weekday]
    return HOURS if exception else CLOSED


def exception_write(row: Mapping[str, Any]) -> Any:
    """Return what holds on a date as the format writes it."""
    if row["as"] in DAYS:
        return f"as {FULL_NAMES[DAYS.index(row['as'])]}"
    return row["hours"] if row["as"] == HOURS else CLOSED


def _exception_read(said: Any) -> DayException:
    return calendar_read({"exceptions": {"2000-01-01": said}}, "", "UTC").exceptions.popitem()[1]  # type: ignore[attr-defined]
