"""The field of each term; what its words and units are depends on the kind of objective."""

from collections.abc import Callable, Mapping, Sequence

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.forms.fields import (
    AT_LEAST,
    OPERATORS,
    PERCENT,
    PLAIN,
    TIMES,
    Choices,
    DefaultChoice,
    DurationField,
    LimitField,
    NumberField,
    Text,
)
from agreements.forms.objective.values import PERCENTILE, SHARES
from slmo.core.terms.workload import COUNTABLE

PERIODS: tuple[tuple[str, Text], ...] = (
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
C_UP, C_DOWN = pgettext_lazy("time counts as", "up"), pgettext_lazy("time counts as", "down")
REDUCES: Choices = (
    (PERCENTILE, _("percentile")),
    ("mean", pgettext_lazy("value of several", "mean")),
    ("min", pgettext_lazy("value of several", "smallest")),
    ("max", pgettext_lazy("value of several", "largest")),
    ("sum", pgettext_lazy("value of several", "sum")),
    ("count", pgettext_lazy("value of several", "how many")),
    ("last", pgettext_lazy("value of several", "last")),
)
OUTAGES: Choices = (
    ("count", _("number of outages")), ("longest", _("longest outage")),
    ("mttr", _("mean time to restore")), ("mtbf", _("mean time between failures")),
)  # fmt: skip
METHODS: Choices = (("nearest-rank", _("a value that was measured")), ("linear", _("interpolated between two values")))
SHARE_UNIT: Choices = ((PERCENT, "%"),)
VALUE_UNITS: Choices = ((PLAIN, _("as measured")), (PERCENT, "%"), *TIMES)
TARGETS: Mapping[str, tuple[Choices, Choices]] = {
    "value": ((OPERATORS[2], OPERATORS[3], OPERATORS[0], OPERATORS[1]), VALUE_UNITS),
    "outages": ((OPERATORS[2], OPERATORS[3], OPERATORS[0], OPERATORS[1]), ((PLAIN, _("outages")), *TIMES)),
}
TIER_HELP = {
    True: _("A figure in this range earns the credit; one bound may be left out."),
    False: _("A figure in this range, in the unit of the target, earns the credit; one bound may be left out."),
}
WORKLOAD_HELP = {
    True: _("Short name of an objective that counts events, samples or tasks; empty: this one."),
    False: _("Short name of an objective of this agreement that counts events, samples or tasks."),
}
TARGET_HELP = {
    "availability": _("How much of the counted time the service must be up."),
    "ratio": _("How many of all events must be good."),
    "slices": _("How many of the counted slices must be good."),
    "tasks": _("How many of the counted tasks must be in time."),
    "value": _("In the unit in which the values are recorded."),
    "outages": _("A number of outages, or a length of time, as chosen above."),
}


def target_field(kind: str, unit: str = "") -> forms.Field:
    """Return the field of a target, with the operators and units that the kind has; `unit`: only this one."""
    operators, units = TARGETS.get(kind, (AT_LEAST, SHARE_UNIT))
    units = [one for one in units if unit in ("", one[0])] or units
    return LimitField(label=_("Target"), operators=operators, units=units, help_text=TARGET_HELP.get(kind, ""))


def beyond_field(kind: str) -> forms.Field:
    """Return the field of the target that holds beyond a workload limit."""
    operators, units = TARGETS.get(kind, (AT_LEAST, SHARE_UNIT))
    return LimitField(
        label=_("Beyond it the target is"), required=False, operators=operators, units=units,
        help_text=_("Only with a limit for each period; empty: the target is suspended."),
    )  # fmt: skip


def notice_field(kind: str) -> forms.Field:
    """Return the field of the difference between two measurements above which both parties are told."""
    units = TARGETS.get(kind, (AT_LEAST, SHARE_UNIT))[1]
    return LimitField(
        label=_("Tell both sides above a difference of"), required=False, operators=(("", ""),), units=units,
        help_text=_("Of the two figures of a period; of shares in percentage points. Empty: nobody is told."),
    )  # fmt: skip


def period_field(chosen: str) -> forms.ChoiceField:
    """Return the field of the period; a chosen one that the list does not have is offered too."""
    offered = PERIODS if not chosen or chosen in dict(PERIODS) else (*PERIODS, (chosen, chosen))
    return forms.ChoiceField(label=_("Judged each"), choices=offered, initial=chosen or "month")


def hours_field(calendars: Sequence[str]) -> forms.ChoiceField:
    """Return the field of the service hours, with the calendars of the document."""
    offered = ((ALWAYS, _("around the clock")), *((name, name) for name in calendars))
    return DefaultChoice(label=_("Service hours"), choices=offered, initial=ALWAYS)


def _choice(label: Text, choices: Choices, help_text: Text = "") -> forms.Field:
    return DefaultChoice(label=label, choices=choices, help_text=help_text)


def _duration(label: Text, help_text: Text = "", start: str = "m", *, needed: bool = False) -> forms.Field:
    return DurationField(label=label, required=needed, help_text=help_text, start=start)


def _share(label: Text, help_text: Text = "") -> forms.Field:
    return LimitField(label=label, required=False, operators=(("", ""),), units=SHARE_UNIT, help_text=help_text)


def _sum(label: Text, help_text: Text = "") -> forms.Field:
    return NumberField(label=label, required=False, help_text=help_text)


def _text(label: Text, help_text: Text = "", *, needed: bool = False) -> forms.Field:
    return forms.CharField(label=label, required=needed, max_length=300, help_text=help_text)


def reduce_field(kind: str) -> forms.Field:
    """Return what is made of several values or outages."""
    if kind == "outages":
        return DefaultChoice(label=_("What is judged"), choices=OUTAGES)
    if kind == "slices":
        return _choice(_("Value of a slice"), sorted(REDUCES, key=lambda one: one[0] != "mean"))
    return DefaultChoice(label=_("What is judged"), choices=REDUCES, help_text=_("Of all samples in counted time."))


def unknown_field(kind: str) -> forms.Field:
    """Return what unknown time or slices count as."""
    label = _("An unknown slice counts as") if kind == "slices" else _("Unknown time counts as")
    return _choice(label, (("excluded", _("left out")), ("down", C_DOWN), ("up", C_UP)))


FIELDS: Mapping[str, Callable[[str], forms.Field]] = {
    "title": lambda kind: _text(_("Title"), _("What both sides call it.")),
    "name": lambda kind: forms.SlugField(
        label=_("Short name"), max_length=80, help_text=_("Stands in the text, in files and in addresses.")
    ),
    "target": target_field,
    "slice": lambda kind: _duration(
        _("Length of a slice"), _("From 1 second to 1 day, from local midnight on."), needed=True
    ),
    "good_when": lambda kind: LimitField(
        label=_("A slice is good when it is"),
        operators=(OPERATORS[2], OPERATORS[3], OPERATORS[0], OPERATORS[1]),
        units=VALUE_UNITS,
        help_text=_("Compared with the value of the slice, or with its share of good events."),
    ),
    "reduce": reduce_field,
    "percentile": lambda kind: NumberField(
        label=_("Which percentile"), required=False, unit="p", help_text=_("95: so many of 100 values are not larger.")
    ),
    "method": lambda kind: _choice(_("A percentile is"), METHODS),
    "clock": lambda kind: DefaultChoice(
        label=_("The clock stops when a task is"),
        choices=(("resolved", _("solved")), ("responded", _("first answered"))),
    ),
    "counts_in": lambda kind: _choice(
        _("A task belongs to the period in which it was"),
        (("opened", _("opened")), ("resolved", pgettext_lazy("a task was", "done"))),
    ),
    "repriority": lambda kind: _choice(
        _("When its priority changes, the new limit holds"),
        (("whole", _("for the whole task")), ("rest", _("from the change on"))),
    ),
    "at_least": lambda kind: _duration(
        _("Only outages of at least"), _("Shorter ones are not counted; empty: all are.")
    ),
    "scope": lambda kind: _text(
        _("Only facts from"), _("Names of places or parts, separated by commas; empty: all facts.")
    ),
    "unite": lambda kind: _choice(
        _("Several places are down when"), (("worst", _("one of them is down")), ("best", _("all of them are down")))
    ),
    "degraded": lambda kind: _choice(
        _("Degraded counts as"), (("up", C_UP), ("down", C_DOWN), ("weight", _("partly good")))
    ),
    "degraded_weight": lambda kind: _share(_("Partly good: by"), _("Only where degraded is partly good.")),
    "unknown_counts_as": unknown_field,
    "unknown_last_for": lambda kind: _duration(
        _("The last state holds for"), _("Without news, before time becomes unknown.")
    ),
    "unknown_above": lambda kind: _share(
        _("No verdict above"), _("Share of unknown time from which nothing is judged.")
    ),
    "minimum_outage": lambda kind: _duration(
        _("Shortest outage that counts"), _("Shorter ones count as up."), start="s"
    ),
    "whole_minutes": lambda kind: forms.BooleanField(
        label=_("Of an outage only complete minutes count"), required=False
    ),
    "maintenance": lambda kind: _choice(
        _("Agreed maintenance"), (("excluded", _("is left out")), ("counted", _("counts like any other time")))
    ),
    "workload_limit": lambda kind: LimitField(
        label=_("It holds while there come"),
        required=False,
        operators=(OPERATORS[2], OPERATORS[3]),
        units=((PLAIN, _("of them")),),
        help_text=_("Events, samples or tasks; empty: however many come."),
    ),
    "workload_per": lambda kind: _choice(
        _("Counted for each"),
        (("period", _("period")), ("day", _("day")), ("hour", _("hour"))),
        _("A day or an hour with more does not count."),
    ),
    "workload_objective": lambda kind: forms.SlugField(
        label=_("Whose volume is counted"), required=False, max_length=80, help_text=WORKLOAD_HELP[kind in COUNTABLE]
    ),
    "workload_beyond": beyond_field,
    "measurement_rules": lambda kind: _choice(
        _("Whose measurement rules"),
        (
            ("", _("nothing is said: there is one measurement")),
            ("provider", _("the provider's")),
            ("customer", _("the customer's")),
        ),
    ),
    "measurement_silent": lambda kind: _choice(
        _("While it is silent"), (("unknown", _("nothing is known")), ("other", _("the other one stands in")))
    ),
    "measurement_notice": notice_field,
    "amendment": lambda kind: _choice(
        _("An amendment inside a period"),
        (("split", _("splits it into parts")), ("start-of-period", _("takes effect with the next period"))),
    ),
    "no_traffic": lambda kind: _choice(
        _("A period in which nothing happened"), (("no_data", _("has no data")), ("met", _("counts as met")))
    ),
    "credits_of": lambda kind: _text(_("Percent of what"), _("For example: monthly charge.")),
    "credits_charge": lambda kind: _sum(_("Charge a period")),
    "credits_cap_month": lambda kind: _sum(_("At most a month")),
    "credits_cap_year": lambda kind: _sum(_("At most a contract year")),
    "credits_minimum": lambda kind: _sum(_("Smallest credit paid"), _("Less than this is not credited.")),
    "credits_rounding": lambda kind: _choice(
        _("Rounding"),
        (
            ("half-up", _("to the nearest, half up")),
            ("half-even", _("to the nearest, half to even")),
            ("down", pgettext_lazy("rounding", "down")),
        ),
    ),
    "credits_source": lambda kind: _text(_("Source"), _("Where the credits are agreed: a clause, an address.")),
}


def limit_fields() -> dict[str, forms.Field]:
    """Return the fields of one row of limits."""
    return {
        "priority": forms.CharField(label=_("Priority"), required=False, max_length=40),
        "limit": DurationField(label=_("Limit"), required=False, start="h"),
    }


def tier_fields(kind: str) -> dict[str, forms.Field]:
    """Return the fields of one row of credits; bounds are in the unit of the target."""
    unit = "%" if kind in SHARES else ""
    return {
        "at_least": NumberField(label=pgettext_lazy("bound of a credit tier", "From"), required=False, unit=unit),
        "below": NumberField(label=pgettext_lazy("bound of a credit tier", "To below"), required=False, unit=unit),
        "percent": NumberField(label=_("Credit"), required=False, unit="%"),
    }
