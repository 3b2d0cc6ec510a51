"""The versions of an agreement along time, and whose move it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agreements.models import BOTH, Side, Version, VersionState
from agreements.ruling import renewal_length
from agreements.selectors import sides_of
from agreements.services.authority import drafters_of
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.core.lifecycle import term_at


@dataclass(frozen=True)
class Stop:
    """One version on the rail; `standing` is a state of slmo.web.signs, `now` marks the one that rules today.

    `until` is where it ends for certain; `renewals` counts how often its term was extended by itself, `ends` tells
    whether it ends the agreement.
    """

    version: Version
    standing: str
    now: bool
    until: date | None
    renewals: int = 0
    ends: bool = False

    @property
    def last(self) -> date | None:
        """Return the last day on which the version holds."""
        return self.until - timedelta(days=1) if self.until else None


def rail_of(versions: Sequence[Version], today: date) -> list[Stop]:
    """Return the versions in the order in which they take effect, withdrawn ones left out.

    They come from `selectors.versions_along`.
    """
    kept = [one for one in versions if one.state != VersionState.WITHDRAWN]
    ordered = sorted(kept, key=lambda one: (one.effective_from, one.number))
    signed = [one for one in ordered if one.state == VersionState.SIGNED]
    return [_stop(one, signed, today) for one in ordered]


def _stop(version: Version, signed: Sequence[Version], today: date) -> Stop:
    """Return a version with what it is today and until when it holds."""
    following = min(
        (one for one in signed if one.effective_from > version.effective_from),
        key=lambda one: one.effective_from,
        default=None,
    )
    months = renewal_length(version.renewed_by)  # type: ignore[attr-defined]
    ends = [end for end in (None if months else version.effective_until, following and following.effective_from) if end]
    until = min(ends) if ends else None
    if version.ended_by:  # type: ignore[attr-defined]
        return Stop(version, _ended(version, today), False, None, ends=True)
    if version.state != VersionState.SIGNED:
        return Stop(version, str(version.state), False, until)
    last = min(today, until - timedelta(days=1)) if until else today
    renewals = term_at(version.effective_from, version.effective_until, months, last).renewals
    if version.effective_from > today:
        return Stop(version, "signed", False, until)
    if until is not None and until <= today:
        taken_up = following is not None and until == following.effective_from
        ended = taken_up and bool(following.ended_by)  # type: ignore[union-attr]
        return Stop(version, "superseded" if taken_up and not ended else "expired", False, until, renewals)
    return Stop(version, "in_force", True, until, renewals)


def _ended(version: Version, today: date) -> str:
    """Return what an ending is today."""
    if version.state != VersionState.SIGNED:
        return str(version.state)
    return "terminated" if version.effective_from <= today else "ending"


@dataclass(frozen=True)
class Turn:
    """Who has to act on a version: the organisations waited for, and whether the reader is one who may.

    `since` and `until`: of the turn, where the version lies on the table. `ready`: nothing but signatures is missing.
    """

    version: Version
    waiting: tuple[str, ...]
    mine: bool
    since: datetime | None = None
    until: datetime | None = None
    ready: bool = False


def turn_of(version: Version, user: User) -> Turn:
    """Return whose move it is: the drafter's while it is a draft, then of the side asked, at last of the signers."""
    agreement, negotiation = version.agreement, version.negotiation
    ready = version.agreed_at is not None
    if version.state == VersionState.DRAFT:
        sides, action = [version.drafted_side], "version_propose"
    else:
        sides, action = sides_waited(version), "version_sign" if ready else "version_accept"
    own = sides_of(user, agreement)
    mine = any(side in own and can(user, action, agreement.organisation_of(side)) for side in sides)
    mine = mine and not (action == "version_sign" and user.pk in drafters_of(version))
    moves = negotiation if negotiation is not None and version.state != VersionState.DRAFT else None
    return Turn(
        version=version,
        waiting=tuple(agreement.organisation_of(side).name for side in sides),
        mine=mine,
        since=moves.turn_since if moves else None,
        until=moves.turn_until if moves else None,
        ready=ready,
    )


def sides_waited(version: Version) -> list[str]:
    """Return the sides that have to move on a proposal: the one asked, or those whose signature is missing."""
    signed = {signature.side for signature in version.signatures.all()}
    missing = [str(side) for side in Side.values if side not in signed]
    turn = version.negotiation.turn if version.negotiation else BOTH
    return [turn] if turn in missing else missing
