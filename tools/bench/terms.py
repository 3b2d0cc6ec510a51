"""The agreements of the benchmark: office hours with holidays, agreed maintenance, monthly availability."""

from typing import Any

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
HOLIDAYS = (
    "2025-01-01",
    "2025-04-18",
    "2025-04-21",
    "2025-05-01",
    "2025-05-29",
    "2025-10-03",
    "2025-12-25",
    "2025-12-26",
)
OFFICE = {
    "weekly": {day: ["08:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "exceptions": dict.fromkeys(HOLIDAYS, "closed"),
}
MAINTENANCE = (
    {"rrule": "FREQ=MONTHLY;BYDAY=1SU", "starting": "2020-01-05", "at": "02:00", "for": "4h", "reason": "Patches"},
    {"rrule": "FREQ=WEEKLY;BYDAY=WE", "starting": "2020-01-01", "at": "17:00", "for": "1h", "reason": "Releases"},
)


def document(number: int, objectives: int, since: str = "2020-01-01", **terms: Any) -> dict[str, Any]:
    """Return the document of an agreement with so many objectives, `a0`, `a1`, …"""
    listed = [
        {"name": f"a{n}", "indicator": "availability", "target": ">= 99.9%", "period": "month", "hours": "office"}
        | terms
        for n in range(objectives)
    ]
    spec = {
        "timezone": ZONES[number % len(ZONES)], "effective": {"from": since}, "currency": "EUR",
        "calendars": {"office": OFFICE}, "exclusions": list(MAINTENANCE), "objectives": listed,
    }  # fmt: skip
    name = f"bench-{number}"
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": name, "title": name}, "spec": spec}
