"""What each kind of objective is, in words, and which fields its form has, in which order."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Group:
    """Fields that belong together: a heading, one sentence of help, and rows of field names."""

    title: Text
    rows: Rows
    help: Text = ""


@dataclass(frozen=True)
class Kind:
    """A kind of objective: what it measures, an example of a promise, its most important and its further fields."""

    measures: Text
    example: Text
    main: Rows
    more: tuple[Group, ...] = ()
    credited: bool = True


def _outages(*first: tuple[str, ...]) -> Group:
    rows = (*first, ("minimum_outage",), ("whole_minutes",), ("degraded", "degraded_weight"))
    return Group(_("What counts as down"), rows)


_STATE_UNKNOWN = Group(
    _("When nothing is known"),
    (("unknown_counts_as", "unknown_last_for", "unknown_above"),),
    _("Time without a fact is never simply good: the agreement says what it counts as."),
)
_SHARE_UNKNOWN = Group(_("When nothing is known"), (("unknown_above", "no_traffic"),))
_MAINTENANCE = Group(_("Maintenance and amendments"), (("maintenance", "amendment"),))
_VOLUME = _("Up to which volume the target holds, and what holds when more comes in.")
_WORKLOAD = Group(
    _("Workload limit"), (("workload_limit", "workload_per"), ("workload_objective", "workload_beyond")), _VOLUME
)
_STATED = Group(_("Workload limit"), (("workload_limit", "workload_per"), ("workload_objective",)), _VOLUME)
_COMPARED = _("Where the customer measures as well: the figures of both are shown, and one of them is judged.")
_TWICE = Group(_("Two measurements"), (("measurement_rules", "measurement_silent"), ("measurement_notice",)), _COMPARED)
_TWICE_COUNTED = Group(_("Two measurements"), (("measurement_rules", "measurement_notice"),), _COMPARED)
_PLACES = Group(_("Where"), (("scope", "unite"),))
_PLACE = Group(_("Where"), (("scope",),))

_TASKS = Group(_("Which tasks, and when"), (("counts_in", "repriority"), ("no_traffic",)))

KINDS: Mapping[str, Kind] = {
    "availability": Kind(
        _("The share of time in which the service was up."),
        _("At least 99.9 % of each month."),
        (("target",), ("period", "hours")),
        (_outages(), _STATE_UNKNOWN, _TWICE, _MAINTENANCE, _WORKLOAD, _PLACES),
    ),
    "ratio": Kind(
        _("The share of good events among all: requests answered, letters delivered, payments booked."),
        _("At least 99.5 % of requests in the last 28 days."),
        (("target",), ("period", "hours")),
        (_SHARE_UNKNOWN, _TWICE_COUNTED, _MAINTENANCE, _WORKLOAD, _PLACE),
    ),
    "slices": Kind(
        _("The share of short slices of time that were good by a limit of their own."),
        _("At least 99 % of all slices of 5 minutes answered within 0.3 s on average."),
        (("slice", "good_when"), ("target",), ("period", "hours")),
        (
            Group(_("Several values in one slice"), (("reduce", "percentile", "method"),)),
            Group(_("When nothing is known"), (("unknown_counts_as", "unknown_above", "no_traffic"),)),
            _TWICE_COUNTED,
            _MAINTENANCE,
            _WORKLOAD,
            _PLACE,
        ),
    ),
    "value": Kind(
        _("A measured value against a limit: a mean, a sum, a percentile."),
        _("95 of 100 answers of a month within 0.3 s."),
        (("reduce", "percentile"), ("target",), ("period", "hours")),
        (
            Group(_("How it is computed"), (("method", "no_traffic"),)),
            _TWICE_COUNTED,
            _MAINTENANCE,
            _WORKLOAD,
            _PLACE,
        ),
    ),
    "tasks": Kind(
        _("The share of tasks, such as tickets, done within their limit by the clock of the service hours."),
        _("At least 95 % of P1 tasks solved within 4 h."),
        (("clock",), ("limits",), ("target",), ("period", "hours")),
        (
            Group(_("Which tasks, and when"), (("counts_in", "repriority"), ("no_traffic",))),
            _MAINTENANCE,
            _WORKLOAD,
            _PLACE,
        ),
    ),
    "outages": Kind(
        _("How often the service was down, how long at worst, and how soon it was up again."),
        _("At most 2 outages of 5 minutes or more in a quarter."),
        (("reduce", "at_least"), ("target",), ("period", "hours")),
        (_outages(), _STATE_UNKNOWN, _TWICE, _MAINTENANCE, _WORKLOAD, _PLACES),
    ),
    "attested": Kind(
        _("What a person confirms with evidence: a test that was run, a report that was delivered."),
        _("The restore test of each quarter was passed."),
        (("period", "hours"),),
        (_MAINTENANCE, _STATED),
        credited=False,
    ),
}
CREDIT_ROWS: Rows = (("credits_of", "credits_charge"), ("tiers",), ("credits_cap_month", "credits_cap_year"),
                     ("credits_minimum", "credits_rounding"), ("credits_source",))  # fmt: skip
