"""How services stand, for the catalogue: the worst of what was promised about each."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString

from agreements.models import Service
from agreements.reading.marks import Mark
from agreements.selectors import objectives_visible
from monitoring.figures.numbers import figure_of
from monitoring.figures.objective import period_label
from monitoring.figures.standing import SQUARES, Standing, standings_of
from monitoring.models import PeriodResult
from monitoring.selectors import statuses_visible
from slmo.accounts.models import User
from slmo.web import drawing, words
from slmo.web.signs import sign_of

WORST = ("breached", "at_risk", "indeterminate", "on_track", "met", "no_data")  # what stands for several


def service_marks(user: User, services: Sequence[Service]) -> dict[int, Mark]:
    """Return how services stand, by id; three reads, however many there are."""
    if not services:
        return {}
    standings: dict[int, list[Standing]] = {}
    for standing in standings_of(objectives_visible(user).filter(agreement__service__in=services)):
        standings.setdefault(standing.objective.agreement.service_id, []).append(standing)
    present = _present(user, services)
    return {pk: _mark(present.get(pk, "no_data"), found) for pk, found in standings.items()}


def _present(user: User, services: Sequence[Service]) -> Mapping[int, str]:
    """Return the worst present verdict about each service."""
    rows = statuses_visible(user).filter(objective__agreement__service__in=services).select_related(None)
    found: dict[int, str] = {}
    for service, verdict in rows.values_list("objective__agreement__service", "verdict"):
        found[service] = min(found.get(service, "no_data"), verdict, key=WORST.index)
    return found


def _mark(verdict: str, standings: Sequence[Standing]) -> Mark:
    """Return one service's sign and squares."""
    sign = sign_of(verdict)
    drawn = drawing.sign(sign, static("icons.svg")) if verdict != "no_data" else SafeString(words.DASH)
    return Mark(str(sign.label), drawn, drawing.squares(_squares(standings)))


def _squares(standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """Return the last periods, the worst of each; every square leads to why."""
    worst: dict[Any, tuple[PeriodResult, ZoneInfo]] = {}
    for standing in standings:
        for result in standing.recent:
            known = worst.get(result.end)
            if known is None or WORST.index(result.verdict) < WORST.index(known[0].verdict):
                worst[result.end] = (result, standing.zone)
    return [_square(*worst[end]) for end in sorted(worst)[-SQUARES:]]


def _square(result: PeriodResult, zone: ZoneInfo) -> dict[str, Any]:
    """Return one period as a square."""
    said = [f"{period_label(result.start, result.end, zone)}: {sign_of(result.verdict).label}"]
    said += [figure] if (figure := figure_of(result)) else []
    return {"verdict": result.verdict, "label": ", ".join(said), "url": reverse("why", args=[result.pk])}
