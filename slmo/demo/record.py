"""The public incident record, read as facts (slmo/demo/data/README.md)."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.utils.text import slugify

from monitoring.kinds.tasks import TaskRow
from monitoring.models import FactState
from monitoring.services.facts import FactRow

DATA = Path(__file__).parent / "data"
COVERED_FROM = datetime(2019, 11, 11, tzinfo=UTC)  # the day of the record's first incident
COVERED_UNTIL = datetime(2024, 1, 1, 8, tzinfo=UTC)  # the end of 2023 where the supplier counts its months
# No incident of any product stands in the record in this half-year: not recorded, rather than all well.
SILENT_FROM, SILENT_UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 6, 29, tzinfo=UTC)

SEVERITIES = ("high", "medium", "low")
IMPACT_OF_SEVERITY = {"high": "SERVICE_OUTAGE", "medium": "SERVICE_DISRUPTION", "low": "SERVICE_INFORMATION"}
STATE_OF_IMPACT = {
    "SERVICE_OUTAGE": FactState.DOWN,
    "SERVICE_DISRUPTION": FactState.DEGRADED,
    "SERVICE_INFORMATION": FactState.UP,
}


class Incident(NamedTuple):
    """One incident of one product; instants are Unix seconds."""

    reference: str
    begin: int
    end: int
    state: FactState
    product: str
    locations: tuple[str, ...]
    severity: str = ""


def seconds(text: str) -> int:
    """Return the Unix seconds of an ISO 8601 instant."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def incidents_read(path: Path = DATA / "gcp_incidents_2019_2023.csv") -> list[Incident]:
    """Return all incidents of the record in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Incident(
                reference=row["incident"],
                begin=seconds(row["begin"]),
                end=seconds(row["end"]),
                state=STATE_OF_IMPACT[row["impact"] or IMPACT_OF_SEVERITY[row["severity"]]],
                product=row["product"],
                locations=tuple(sorted(filter(None, row["locations"].split("|")))),
                severity=row["severity"],
            )
            for row in csv.DictReader(file)
        ]


def silence() -> FactRow:
    """Return the fact that nothing is known of the half-year that the record leaves out."""
    start, end = int(SILENT_FROM.timestamp()), int(SILENT_UNTIL.timestamp())
    return FactRow(start, end, FactState.UNKNOWN, "", "not-in-the-record", "not in the record")


def facts_of_product(incidents: Iterable[Incident]) -> Iterator[FactRow]:
    """Yield one fact for each incident and location; without a location it holds for the whole product."""
    yield silence()
    for one in incidents:
        for location in one.locations or ("",):
            key = f"{one.reference}/{location}"
            yield FactRow(one.begin, one.end, one.state, location, key, one.reference)


def facts_passed_on(incidents: Iterable[Incident], regions: frozenset[str]) -> Iterator[FactRow]:
    """Yield what suppliers' incidents did to a service that runs in `regions`.

    An incident that names other regions only did not reach it; one that names none may have: that is unknown.
    """
    yield silence()
    for one in incidents:
        key = f"{one.reference}/{slugify(one.product)}"
        if regions.intersection(one.locations):
            yield FactRow(one.begin, one.end, one.state, "", key, one.reference)
        elif not one.locations and one.state != FactState.UP:
            yield FactRow(one.begin, one.end, FactState.UNKNOWN, "", key, one.reference)


def tasks_passed_on(incidents: Iterable[Incident], regions: frozenset[str]) -> Iterator[TaskRow]:
    """Yield each supplier incident that names one of `regions` as a task, open from its begin to its end.

    An incident of several products is one task: it lasts from the first begin to the last end, by its worst severity.
    """
    together: dict[str, list[Incident]] = {}
    for one in incidents:
        if regions.intersection(one.locations):
            together.setdefault(one.reference, []).append(one)
    for reference, parts in together.items():
        opened, resolved = min(one.begin for one in parts), max(one.end for one in parts)
        severity = min((one.severity for one in parts), key=SEVERITIES.index)
        yield TaskRow(opened, None, resolved, ((opened, severity),), (), "", reference, reference)


class Published(NamedTuple):
    """One row of a supplier's published schedule."""

    product: str
    covered: str
    target: str
    tiers: tuple[tuple[str, int], ...]
    whole_minutes: bool
    valid_from: str
    source: str
    checked: str


def published_read(path: Path = DATA / "cloud_sla_targets.csv") -> list[Published]:
    """Return the published targets and credit tiers; a later row of a product amends the earlier one."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Published(
                product=row["product"],
                covered=row["covered_service"],
                target=row["target_percent"],
                tiers=tuple((below, int(percent)) for below, percent in map(tier_split, row["tiers"].split(";"))),
                whole_minutes=row["whole_minutes"] == "yes",
                valid_from=row["valid_from"],
                source=row["source"],
                checked=row["checked"],
            )
            for row in csv.DictReader(file)
        ]


def tier_split(text: str) -> tuple[str, str]:
    """Split `99.0:25` into its two numbers."""
    below, percent = text.split(":")
    return below, percent
