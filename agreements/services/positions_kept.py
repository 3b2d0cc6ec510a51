"""Where the sides stand when a proposal comes on the table, and what follows when they stand at one."""

from datetime import datetime

from agreements.models import BOTH, Position, Round, Side, Stand, Version
from agreements.services.negotiation import digests_signed, negotiation_of, side_other, turn_end, turn_pass
from slmo.accounts.models import User


def clauses_open_to(made: Round) -> dict[str, str]:
    """Return the digests of what a round asks for, by clause: its clauses, and with an empty digest those it drops."""
    return {**{key: "" for key in made.changed if key not in made.clauses}, **made.clauses}


def positions_begin(made: Round, actor: User | None, now: datetime) -> None:
    """Write the first positions on a proposal.

    Whoever proposes accepts all of it. The other side keeps what it had accepted in the same words before: in its own
    or the answered proposal, or by signing the version that is amended. A clause whose words changed is open again.
    """
    version, other = made.version, side_other(made.side)
    version.positions.all().delete()
    kept, asked = _accepted_before(version, other), clauses_open_to(made)
    rows = [_position(version, made.side, key, digest, actor, now) for key, digest in asked.items()]
    rows += [
        _position(version, other, key, digest, None, now) for key, digest in asked.items() if kept.get(key) == digest
    ]
    Position.objects.bulk_create(rows)
    agreed_settle(version, now)


def agreed_settle(version: Version, now: datetime) -> bool:
    """See whether both sides accept every clause; tell whether that is new. The turn is then that of both.

    Where a side takes its acceptance back, it is its turn again.
    """
    asked = clauses_open_to(round_of(version))
    accepted = version.positions.filter(stand=Stand.ACCEPTED).values_list("side", "clause", "digest")
    found = {(side, key) for side, key, digest in accepted if asked.get(key) == digest}
    complete = len(found) == len(asked) * len(Side.values)
    if complete == bool(version.agreed_at):
        return False
    version.agreed_at = now if complete else None
    version.save(update_fields=["agreed_at"])
    turn = BOTH if complete else side_other(version.drafted_side)
    turn_pass(negotiation_of(version, now), turn, turn_end(version.agreement, now), now)
    return complete


def round_of(version: Version) -> Round:
    """Return the round in which a version was proposed last; raises Round.DoesNotExist for one that never was."""
    found = version.rounds.order_by("-pk").first()
    if found is None:
        raise Round.DoesNotExist(f"{version} was never proposed.")
    return found


def _accepted_before(version: Version, side: str) -> dict[str, str]:
    """Return the digests of the clauses that a side accepted in the proposal answered or the version amended."""
    if version.answers is not None:
        rows = version.answers.positions.filter(side=side, stand=Stand.ACCEPTED)
        return dict(rows.values_list("clause", "digest"))
    return digests_signed(version.base)


def _position(version: Version, side: str, key: str, digest: str, actor: User | None, now: datetime) -> Position:
    return Position(
        version=version, side=side, clause=key, digest=digest, stand=Stand.ACCEPTED, by=actor, at=now
    )  # fmt: skip
