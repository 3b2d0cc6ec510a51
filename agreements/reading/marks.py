"""How services stand, for lists of them; the application that judges builds on this one, and registers to say it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from agreements.models import Service
from slmo.accounts.models import User


@dataclass(frozen=True)
class Mark:
    """One service: its present verdict as a word and as a sign, and its last periods as squares."""

    word: str
    sign: SafeString
    recent: SafeString


Marker = Callable[[User, Sequence[Service]], Mapping[int, Mark]]
_markers: list[Marker] = []


def marker_register(marker: Marker) -> None:
    """Take who says how services stand; once, when the portal starts."""
    if marker not in _markers:
        _markers.append(marker)


def marks_of(user: User, services: Sequence[Service]) -> dict[int, Mark]:
    """Return how services stand, by id; those without a judgement are left out."""
    found: dict[int, Mark] = {}
    for marker in _markers:
        found.update(marker(user, services))
    return found
