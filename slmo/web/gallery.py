"""Sample values for the page of components: shaped like real ones, and marked as samples there."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django import forms

from slmo.web import words
from slmo.web.charts import (
    achieved_bars,
    budget_line,
    burn_sparkline,
    calendar_heatmap,
    outage_timeline,
    whatif_bars,
)
from slmo.web.charts.days import calendar_height

ZONE = "Europe/Berlin"
NOW = int(datetime(2026, 3, 19, 14, 5, tzinfo=UTC).timestamp())
MARCH = (int(datetime(2026, 2, 28, 23, tzinfo=UTC).timestamp()), int(datetime(2026, 3, 31, 22, tzinfo=UTC).timestamp()))
TARGET = Fraction(999, 1000)
# Twelve months, April 2025 to March 2026: what was achieved, and the verdict.
MONTHS = (
    ("0.99991", "met"),
    ("0.99962", "met"),
    ("0.99713", "breached"),
    ("0.99934", "met"),
    ("0.99989", "met"),
    ("", "no_data"),
    ("0.99921", "met"),
    ("0.99847", "breached"),
    ("0.99905", "met"),
    ("0.9994", "indeterminate"),
    ("0.99972", "met"),
    ("0.99908", "at_risk"),
)


def months() -> list[dict[str, Any]]:
    """Return twelve periods as `achieved_bars` and `{% squares %}` take them."""
    found = []
    for place, (achieved, verdict) in enumerate(MONTHS):
        first = date(2025 + (place + 3) // 12, (place + 3) % 12 + 1, 1)
        value = Fraction(achieved) if achieved else None
        text = f"{words.month(first)}: {words.percent(value, 3)}"
        found.append(
            {
                "label": words.month_short(first),
                "tick": words.month_tick(first, place in {0, 9}),
                "achieved": value,
                "verdict": verdict,
                "text": text,
                "url": "#why",
                "now": place == 11,
            }
        )
    return found


def squares() -> list[dict[str, Any]]:
    """Return the same periods with their text as label."""
    return [{**item, "label": item["text"]} for item in months()]


def day_verdict(place: int) -> str:
    """Return a verdict for the n-th day, mostly met, repeatable."""
    if place % 47 == 13:
        return "breached"
    if place % 29 == 20:
        return "at_risk"
    if place % 61 in {30, 31}:
        return "no_data"
    return "excluded" if place % 53 == 40 else "met"


def days(count: int, first: date) -> list[dict[str, Any]]:
    """Return `count` days from `first` on."""
    found = []
    for place in range(count):
        day = first + timedelta(days=place)
        found.append(
            {"date": day, "verdict": day_verdict(place), "label": words.day(day), "url": f"#day-{day.isoformat()}"}
        )
    return found


def budget() -> dict[str, Any]:
    """Return the budget line of a month with two outages and a gap in the facts."""
    start, end = MARCH
    allowed = Fraction(end - start, 1000)
    left = [
        allowed,
        allowed,
        allowed - 400,
        allowed - 400,
        allowed - 1100,
        None,
        allowed - 1100,
        allowed - 1900,
        allowed - 1900,
    ]
    points = [(start + place * 2 * words.DAY, value) for place, value in enumerate(left)]
    labels = {"left": "Budget left", "pace": "Even pace", "empty": "Nothing left"}
    return budget_line(points, allowed, start=start, end=end, zone=ZONE, labels=labels)


def timeline() -> dict[str, Any]:
    """Return outages of three services along a month."""
    start, end = MARCH

    def span(day: float, hours: float, state: str) -> dict[str, Any]:
        first = int(start + day * words.DAY)
        last = int(first + hours * words.HOUR)
        return {
            "start": first,
            "end": last,
            "state": state,
            "label": f"{words.when(first)}: {words.duration(last - first)}",
        }

    rows = [
        {"name": "Payments", "spans": [span(2.4, 5, "down"), span(9, 14, "degraded"), span(21, 3, "down")]},
        {"name": "Identity", "spans": [span(9.2, 9, "down"), span(14, 26, "unknown")]},
        {"name": "Object storage", "spans": [span(7, 8, "excluded"), span(18.5, 2, "degraded")]},
    ]
    return outage_timeline(rows, start=start, end=end, zone=ZONE)


def whatif() -> dict[str, Any]:
    """Return the twelve months under 99.9 % and under 99.95 %."""
    before = months()
    after = [
        {
            **item,
            "verdict": "breached"
            if item["achieved"] is not None and item["achieved"] < Fraction("0.9995")
            else item["verdict"],
        }
        for item in before
    ]
    labels = {"before": "As agreed", "after": "As proposed", "before_target": "99.9 %", "after_target": "99.95 %"}
    return whatif_bars(before, after, before_target=TARGET, after_target=Fraction("0.9995"), labels=labels)


class SampleForm(forms.Form):
    """A form with one field of every kind."""

    name = forms.CharField(
        label="Name of the objective", help_text="Customers see this name in reports.", initial="Availability"
    )
    target = forms.DecimalField(label="Target", help_text="43 min 12 s a month may be down.", initial="99.9")
    hours = forms.ChoiceField(
        label="Service hours",
        choices=[("", "Round the clock"), ("office", "Office hours, with a lunch break")],
        required=False,
    )
    mail = forms.EmailField(label="Who is told", initial="owner@")
    reason = forms.CharField(label="Why this changes", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    maintenance = forms.BooleanField(label="Planned maintenance does not count", required=False, initial=True)


def stream() -> list[dict[str, Any]]:
    """Return what happened around a breach."""
    return [
        {
            "icon": "alert-circle",
            "tone": "breach",
            "who": "",
            "text": "The target of March was missed.",
            "at": NOW - 3 * words.HOUR,
        },
        {
            "icon": "eye",
            "tone": "risk",
            "who": "Ada Okafor",
            "text": "acknowledged the breach.",
            "at": NOW - 2 * words.HOUR,
        },
        {
            "icon": "message-2",
            "tone": "info",
            "who": "Jonas Weber",
            "text": "wrote a note.",
            "at": NOW - words.HOUR,
            "note": True,
            "body": "The load balancer dropped health checks after the certificate was renewed. Rolled back.",
        },
        {"icon": "mail", "tone": "unknown", "who": "", "text": "Retail Group was told by e-mail.", "at": NOW - 1800},
    ]


def samples() -> dict[str, Any]:
    """Return everything that the page of components shows."""
    calendar = days(442, date(2025, 1, 1))
    start, end = MARCH
    return {
        "months": months(),
        "squares": squares(),
        "strip": days(90, date(2025, 12, 20)),
        "now": NOW,
        "zone": ZONE,
        "bars": achieved_bars(months(), TARGET, target_label="99.9 %"),
        "budget": budget(),
        "timeline": timeline(),
        "whatif": whatif(),
        "calendar": calendar_heatmap(calendar),
        "calendar_height": calendar_height(calendar),
        "sparks": [
            ("spark-a", burn_sparkline([0.2, 0.3, 0.2, 0.8, 1.4, 2.1, 3.0, 2.4], tone="risk")),
            ("spark-b", burn_sparkline([0.4, 0.2, None, 0.3, 0.2, 0.2, 0.1, 0.3])),
        ],
        "partition": {
            "up": 618_582,
            "degraded": 0,
            "down": 618,
            "unknown": 5_400,
            "excluded": 7_200,
            "out_of_hours": 2_046_600,
        },
        "limits": [(Fraction(618), Fraction("619.2")), (1200, 2592), (2100, 2592), (3000, 2592)],
        "stream": stream(),
        "steps": [
            {"label": "Opened", "state": "done", "note": "19 Mar, 12:05"},
            {"label": "Acknowledged", "state": "done", "note": "after 58 min"},
            {"label": "Explained", "state": "current", "note": "due in 3 h", "late": False},
            {"label": "Closed", "state": "todo"},
        ],
        "achieved": Fraction(618_582, 619_200),
        "target": TARGET,
        "period": (start, end),
        "verdicts": ["met", "on_track", "at_risk", "breached", "indeterminate", "no_data", "excluded", "future"],
        "states": [
            "draft",
            "proposed",
            "countered",
            "accepted",
            "signed",
            "in_force",
            "superseded",
            "open",
            "acknowledged",
            "explained",
            "closed",
            "up",
            "degraded",
            "down",
            "unknown",
            "scheduled",
            "concluded",
            "overdue",
            "published",
            "restated",
        ],
    }
