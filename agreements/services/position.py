"""Where a side stands on the clauses of a proposal: accept one, object to one, accept all that are left."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Conflict, Refused
from agreements.models import Position, Stand, Version
from agreements.services.negotiation import negotiation_of, negotiation_touch, side_other
from agreements.services.news import version_news
from agreements.services.positions_kept import agreed_settle, clauses_open_to, round_of
from agreements.services.version import version_lock, version_step
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record


@transaction.atomic
def clause_accept(
    *, version: Version, clause: str, digest: str | None = None, actor: User | None, now: datetime
) -> Version:
    """Accept one clause of a proposal for the side that was asked.

    `digest` is that of the words which the reader was shown. With every clause accepted the version is ready to be
    signed. Raises Denied, Refused, or Conflict for other words.
    """
    version, asked = _asked(version, "accept", actor)
    _set(version, Stand.ACCEPTED, {clause: _digest(asked, clause, digest)}, actor, now)
    _record(version, "clause_accept", {"clause": clause}, actor, now)
    _settle(version, actor, now)
    return version


@transaction.atomic
def clause_object(*, version: Version, clause: str, actor: User | None, now: datetime) -> Version:
    """Object to one clause of a proposal: nobody signs while an objection stands. Raises Denied or Refused."""
    version, asked = _asked(version, "object", actor)
    if version.signatures.filter(side=side_other(version.drafted_side)).exists():
        raise Refused(_("Your side has already signed this version."))
    _set(version, Stand.OBJECTED, {clause: _digest(asked, clause, None)}, actor, now)
    _record(version, "clause_object", {"clause": clause}, actor, now)
    _settle(version, actor, now)
    return version


@transaction.atomic
def version_accept(*, version: Version, actor: User | None, now: datetime) -> Version:
    """Accept every clause of a proposal that is still open; raises Denied, or Refused while an objection stands."""
    version, asked = _asked(version, "accept", actor)
    objections_check(version)
    _set(version, Stand.ACCEPTED, asked, actor, now)
    _record(version, "version_accept", {"digest": version.digest}, actor, now)
    _settle(version, actor, now)
    return version


def objections_check(version: Version) -> None:
    """Raise Refused, naming the clauses, where a side objects to any."""
    found = list(version.positions.filter(stand=Stand.OBJECTED).values_list("clause", flat=True).distinct())
    if found:
        raise Refused(
            _("An objection still stands: %(clauses)s. Answer it with a counter-proposal, or accept the clause.")
            % {"clauses": ", ".join(sorted(found))}
        )


def positions_sign(version: Version, side: str, actor: User | None, now: datetime) -> None:
    """Let a signature stand for the acceptance of every clause; raises Refused while an objection stands."""
    objections_check(version)
    _set(version, Stand.ACCEPTED, clauses_open_to(round_of(version)), actor, now, side)
    agreed_settle(version, now)


def _asked(version: Version, act: str, actor: User | None) -> tuple[Version, Mapping[str, str]]:
    """Return a proposal, locked, with what it asks for; raises Denied unless the actor acts for the side asked."""
    version = version_lock(version)
    side = side_other(version.drafted_side)
    if actor is not None:
        require(actor, "version_accept", version.agreement.organisation_of(side))
    version_step(version, act)
    return version, clauses_open_to(round_of(version))


def _digest(asked: Mapping[str, str], clause: str, shown: str | None) -> str:
    """Return the digest of a clause asked for; raises Refused for another key, Conflict for other words."""
    if clause not in asked:
        raise Refused(_("The proposal has no clause “%(clause)s”.") % {"clause": clause[:80]})
    if shown is not None and shown != asked[clause]:
        raise Conflict(_("The words of this clause have changed since you opened it. Read it again."))
    return asked[clause]


def _set(
    version: Version,
    stand: str,
    clauses: Mapping[str, str],
    actor: User | None,
    now: datetime,
    side: str | None = None,
) -> None:
    """Write one side's stand on these clauses; what it had accepted in the same words keeps its time."""
    side = side or side_other(version.drafted_side)
    known = {one.clause: one for one in version.positions.filter(side=side)}
    for clause, digest in clauses.items():
        one = known.get(clause) or Position(version=version, side=side, clause=clause)
        if (one.stand, one.digest) != (stand, digest):
            one.stand, one.digest, one.by, one.at = stand, digest, actor, now
            one.save()


def _settle(version: Version, actor: User | None, now: datetime) -> None:
    """Tell both sides that something moved, and of the agreement where it is complete."""
    if agreed_settle(version, now):
        version_news(
            version=version, kind="version_accepted", actor=actor, now=now, side=side_other(version.drafted_side)
        )
    negotiation_touch(negotiation_of(version, now))


def _record(version: Version, action: str, after: Mapping[str, str], actor: User | None, now: datetime) -> None:
    """Write the audit entry of a stand."""
    agreement = version.agreement
    record(
        actor=actor,
        action=action,
        subject=version,
        after={"side": side_other(version.drafted_side), **after},
        organisations=[agreement.provider, agreement.customer],
        now=now,
    )
