"""Who is in a negotiation room just now: kept in the cache for a minute, and nowhere else.

The other side learns that somebody is there, never at which clause.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from slmo.accounts.models import User

STAYS = 40  # seconds after which somebody who was not heard of is gone


@dataclass(frozen=True)
class Present:
    """One person in the room; `clause` is where they edit, told to their own side alone."""

    user: int
    name: str
    side: str
    clause: str = ""


def presence_keep(negotiation: int, user: User, side: str, clause: str, now: datetime) -> list[Present]:
    """Note that a person is in the room, at which clause they edit, and return everybody else who is."""
    key, moment = f"room:{negotiation}", now.timestamp()
    heard: dict[int, tuple[float, str, str, str]] = cache.get(key) or {}
    still = {who: seen for who, seen in heard.items() if moment - seen[0] <= STAYS and who != user.pk}
    cache.set(key, {**still, user.pk: (moment, str(user), side, clause)}, STAYS)
    return sorted(
        (Present(who, name, at, place if at == side else "") for who, (_t, name, at, place) in still.items()),
        key=lambda one: (one.side != side, one.name),
    )


def presence_digest(present: list[Present]) -> str:
    """Return a short text that changes when somebody comes, goes or moves on."""
    return "-".join(f"{one.user}{one.clause}" for one in present)
