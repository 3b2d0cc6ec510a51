"""Vectors that are not run, or on which we differ on purpose: each by its id, with the reason."""


def ids(file, *numbers):
    return [f"{file}-{number:03d}" for number in numbers]


def _each(*groups):
    return {one: reason for named, reason in groups for one in named}


NOT_RUN = _each(
    (ids("business_time", *range(151, 157)),
     "policy: names and numbers of a fiscal year; the year itself is a contract year from its first month on"),
    (ids("composite_availability", 20), "reject: two published figures without the structure that they belong to"),
    (ids("frappe_helpdesk_sla", *range(14, 18)),
     "policy: what a help desk shows beside a ticket; an agreement judges tasks, and has no such states"),
    (ids("frappe_helpdesk_sla", 21),
     "policy: a reopened task is one task whose time between is a pause; who records the facts decides"),
    (ids("itop_stopwatch", 10), "reject: no figures; due times are always recomputed from the whole event log"),
    (ids("openslo", 149, 153, 155),
     "policy: RatioTimeslices and weighted composites have no counterpart; reading them says so (docs/openslo.md)"),
    (ids("service_credits", 99), "policy: a deadline for claims is kept with the contract, not computed by the engine"),
)  # fmt: skip
DIFFERENT = _each(
    (ids("biz", 14),
     "contradicts docs/arithmetic.md, Time: an opening in the gap means the first instant after it; here it vanishes"),
    (["healthchecks_downtimes-002", "healthchecks_downtimes-005", "healthchecks_downtimes-006"],
     "contradicts docs/arithmetic.md, Partition: the future is never good; here that of the running month is"),
    (ids("biz", 50), "policy: an interval whose end comes first has a negative length"),
    (ids("burn_rates", 21, 24),
     "policy: a closed catalogue of periods; our factors follow any period into which the windows fit"),
    (ids("burn_rates", 49, 54, 59), "policy: no events are no figure (None), neither 0 nor -1 nor nothing consumed"),
    (ids("burn_rates", 50, 58, 62), "policy: more good events than events are refused when facts are read"),
    (ids("burn_rates", 66), "policy: an alert that does not fire any more is over; there is no state in between"),
    (ids("itop_stopwatch", 4), "policy: a threshold is reached in the first whole second that reaches it, not before"),
    (ids("itop_stopwatch", 5), "policy: a deadline follows from the goal in force; none is kept from an earlier goal"),
    (ids("numpy_busday", 63, 64),
     "policy: a reversed count is minus the count; the peer's also changes which end is counted"),
    (ids("numpy_busday", 66, 67), "policy: the peer's notations; ours is mon-fri or mon,wed"),
    (ids("percentiles_histograms", 26, 27, *range(40, 46), *range(109, 115)),
     "policy: what is no number, or lies outside 0 … 1, is refused"),
    (["rrule_maintenance-224"], "policy: EXRULE is withdrawn (RFC 5545) and refused"),
    (ids("slo_windows", 65, 66), "policy: limits of a product; ours are one minute and ten years"),
    (ids("working_hours", 137, 138, 139, *range(141, 156), 157, 158, 159),
     "policy: parts of a second are refused when facts are read: an instant is a whole second"),
)  # fmt: skip
