"""Error budgets and burn alerts."""

from decimal import Decimal
from fractions import Fraction

from slmo.core.alerts import alert_state
from slmo.core.budget import BURN_WINDOWS, Budget, BurnWindow, burn_rate
from slmo.core.burn import (
    burn_windows_plain,
    burn_windows_read,
    detection_seconds,
    exhaustion_seconds,
    highest_burn,
    reopens,
    windows_scaled,
)
from slmo.core.errors import TermError
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Buckets, Facts, States
from slmo.core.units import DAY, parse_duration
from tests.core.conformance.harness import adapter
from tests.core.conformance.terms import agreement

MONTH = 30 * DAY
NOW = 1_700_000_000 // DAY * DAY


def exact(number):
    return Fraction(repr(number))


@adapter("burn_window")
def burn_window(vector):
    given = vector["input"]
    period = given["period_days"] * DAY
    row = {key: given[key] for key in ("severity", "long", "short")} | {"share": f"{given['budget_percent']}%"}
    (window,) = burn_windows_read([row], period)
    return {
        "factor": window.factor(period),
        "hours_to_exhaustion": exhaustion_seconds(window.factor(period), period) / 3600,
    }


@adapter("error_budget_percent")
def budget_percent(vector):
    return {"budget_percent": float(100 - exact(vector["input"]["objective_percent"]))}


PYRRA = tuple(  # the peer's table, made for 28 days: factors, then long and short windows
    BurnWindow("page" if factor > 2 else "ticket", long * 60, short * 60, Fraction(factor * long * 60, 28 * DAY))
    for factor, long, short in ((14, 60, 5), (7, 360, 30), (2, 1440, 120), (1, 5760, 360))
)


@adapter("period_supported")
def supported(vector):
    """Whether our own table can be used for a period: factors follow it, windows have to fit into it."""
    try:
        burn_windows_read(burn_windows_plain(BURN_WINDOWS), vector["input"]["period_days"] * DAY)
    except TermError:
        return {"accepted": False}
    return {"accepted": True}


@adapter("pyrra_windows")
def scaled(vector):
    """Factors stay and windows scale; `for` is how long an alert holds before it is told, which is no window's term."""
    period = vector["input"]["period_days"] * DAY
    rows = windows_scaled(PYRRA, 28 * DAY, period)
    return {
        "windows": [
            {"severity": {"page": "critical", "ticket": "warning"}[row.severity], "factor": row.factor(period),
             "long_min": row.long // 60, "short_min": row.short // 60, "for_min": like["for_min"]}
            for row, like in zip(rows, vector["expected"]["windows"], strict=True)
        ],
        "hours_to_exhaustion": [exhaustion_seconds(row.factor(period), period) / 3600 for row in rows],
        "budget_percent_at_detection": [row.share * 100 for row in rows],
    }  # fmt: skip


@adapter("absent_duration")
def absent(vector):
    given = vector["input"]
    wait = detection_seconds(Fraction(given["factor"]), given["long_min"] * 60, exact(given["target"]))
    return {"minutes": round(wait / 60 + given["for_min"])}


@adapter("detection_time")
def detection(vector):
    given = vector["input"]
    seconds = detection_seconds(
        exact(given["factor"]), given["long_window_min"] * 60, exact(given["target"]), exact(given["error_ratio"])
    )
    return {"minutes": None if seconds is None else seconds / 60}


@adapter("max_burn_rate")
def highest(vector):
    return {"max": highest_burn(exact(vector["input"]["target"]))}


@adapter("time_to_exhaustion")
def exhaustion(vector):
    given = vector["input"]
    return {"days": exhaustion_seconds(exact(given["burn_rate"]), given["target_days"] * DAY) / DAY}


@adapter("burn_rate")
def rate(vector):
    given = vector["input"]
    return {"burn_rate": burn_rate(Fraction(given["total"] - given["good"]), given["total"], exact(given["target"]))}


@adapter("error_budget_ratio")
def budget_ratio(vector):
    """Consumed and remaining as shares of what is allowed."""
    given = vector["input"]
    allowed = (1 - exact(given["target"])) * given["total"]
    if not allowed:
        return {"consumed": None, "remaining": None}
    budget = Budget.of(allowed, Fraction(given["total"] - given["good"]))
    return {"consumed": budget.consumed / allowed, "remaining": budget.remaining / allowed}


@adapter("sli")
def indicator(vector):
    given = vector["input"]
    return {"sli": Fraction(given["good"], given["total"]) if given["total"] else None}


def table(given):
    period = MONTH
    row = {"severity": "page", "long": f"{given['long_min']}m", "short": f"{given['short_min']}m",
           "factor": Decimal(repr(given["factor"]))}  # fmt: skip
    return burn_windows_read([row], period)


def fires(given, states, exclusions=()):
    terms = agreement(target=f">= {exact(given['target']).numerator * 100 / exact(given['target']).denominator}%")
    (state,) = alert_state(terms, "one", states, NOW, MONTH, exclusions, table(given))
    return state.firing


def outage(given, start, end):
    """Facts of so many minutes, with one outage in them."""
    since = NOW - given["history_min"] * 60
    rows = [(since, None, "up", "", 0, True), (start, None, "down", "", 1, True), (end, None, "up", "", 2, True)]
    return States.from_rows([row for row in rows if row[0] >= since and row[0] < NOW])


BURNING = {"long_min": 60, "short_min": 5, "factor": 14.4, "target": 0.999, "history_min": 100}


@adapter("burn_rule_lifecycle")
def lifecycle(vector):
    """Whether the rule fires now; an open alert whose rule does not fire is resolved."""
    given = BURNING | vector["input"]
    exclusions = ()
    if "factor" in vector["input"] and not given["factor"]:
        try:
            table(given)
        except TermError:
            return {"fires": False}
    down = (NOW - given.get("down_s", 3600), NOW)
    if "down_min_ago" in given:
        down = tuple(NOW - minutes * 60 for minutes in given["down_min_ago"])
    if given.get("open_alert"):
        down = (NOW, NOW)
    if given.get("maintenance_on_member"):
        exclusions = (ExclusionWindow(NOW - 7200, NOW),)
    firing = fires(given, outage(given, *down), exclusions)
    if "resolved_min_ago" in given:
        firing = firing and reopens(NOW, NOW - given["resolved_min_ago"] * 60, given["refire_suppression_min"] * 60)
    return {"fires": firing, "resolves": not firing}


@adapter("mwmb_alerts")
def alerts(vector):
    """Requests counted in buckets of a minute, read by the engine at the evaluated minute."""
    given = vector["input"]
    start = NOW - given["eval_minute"] * 60
    errors = [bad for minutes, bad in given["errors_per_min_phases"] for _ in range(minutes)][: given["eval_minute"]]
    total = given["requests_per_min"]
    rows = [
        (start + n * 60, start + n * 60 + 60, total - Decimal(repr(bad)), total, "", n) for n, bad in enumerate(errors)
    ]
    terms = agreement(indicator="ratio", target=f">= {float(exact(given['target']) * 100)}%")
    lengths = [(parse_duration(one["long"]), parse_duration(one["short"])) for one in given["windows"]]
    windows = [
        BurnWindow(one["severity"], long, short, exact(one["factor"]) * long / MONTH)
        for one, (long, short) in zip(given["windows"], lengths, strict=True)
    ]
    found = alert_state(terms, "one", Facts(buckets=Buckets.from_rows(rows)), NOW, MONTH, (), windows)
    return {
        "firing": [
            f"{one['severity']} {one['long']}/{one['short']}"
            for one, state in zip(given["windows"], found, strict=True)
            if state.firing
        ],
        "burn_long": [state.long_rate for state in found],
        "burn_short": [state.short_rate for state in found],
    }
