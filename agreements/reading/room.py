"""One version of a negotiation as the people of one side see it in the room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agreements.models import Agreement, Negotiation, Round, Side, Stand, Version, VersionState
from agreements.negotiations import comments_open, notes_counted, versions_comparable
from agreements.reading.clauses import Section
from agreements.reading.conditions import TITLES
from agreements.reading.outline import (
    Entry,
    change_of,
    compared_with,
    counted,
    entries_of,
    section_of,
    standings_of,
    titles_of,
)
from agreements.reading.redline import Change, redline
from agreements.services.authority import sides_refused
from agreements.services.document_clauses import digests_of
from agreements.services.negotiation import side_other
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.core.terms import agreement_parse

FIRST = ("theirs", "objected", "open", "ours", "agreed")  # the clause that wants attention first


@dataclass(frozen=True)
class Room:
    """What the room shows: the version, its round, the outline, and the clause that is open in the middle."""

    version: Version
    agreement: Agreement
    negotiation: Negotiation
    side: str
    made: Round | None
    entries: Sequence[Entry]
    chosen: Entry
    against: Version | None
    comparable: Sequence[Version]
    change: Change | None
    section: Section | None
    acts: dict[str, bool] = field(default_factory=dict)

    @property
    def counts(self) -> list[tuple[str, str, str, int]]:
        """Return how many clauses stand how."""
        return counted(self.entries)

    @property
    def hides_picture(self) -> bool:
        """Tell whether the picture of the week stands with the terms that did not change."""
        change = self.change
        return change is not None and change.kind != "same" and len(change.changed) != len(change.lines)

    @property
    def place(self) -> int:
        """Return where the open clause stands in the outline."""
        return [one.key for one in self.entries].index(self.chosen.key)

    @property
    def addable(self) -> list[tuple[str, str]]:
        """Return the typed conditions that are not agreed yet: key and title."""
        said = {one.key for one in self.entries if not one.gone}
        return [(key, str(title)) for key, title in TITLES.items() if key not in said]

    @property
    def before(self) -> Entry | None:
        """Return the clause above the open one."""
        return self.entries[self.place - 1] if self.place else None

    @property
    def after(self) -> Entry | None:
        """Return the clause below the open one."""
        return self.entries[self.place + 1] if self.place + 1 < len(self.entries) else None

    @property
    def them(self) -> str:
        """Return the name of the organisation across the table."""
        return self.agreement.organisation_of(side_other(self.side)).name

    @property
    def us(self) -> str:
        """Return the name of the reader's own organisation."""
        return self.agreement.organisation_of(self.side).name

    @property
    def turn(self) -> str:
        """Return whose move it is: mine, theirs, both, or nobody's."""
        turn = self.negotiation.turn
        return "mine" if turn == self.side else turn if turn in ("both", "") else "theirs"

    @property
    def stands(self) -> list[dict[str, str]]:
        """Return where each side stands on the open clause, one's own first."""
        held = {one.side: one.stand for one in self.version.positions.all() if one.clause == self.chosen.key}
        return [
            {"name": self.agreement.organisation_of(side).name, "stand": held.get(side, "")}
            for side in sorted(Side.values, key=lambda side: side != self.side)
        ]


def room_of(
    user: User,
    version: Version,
    *,
    side: str,
    clause: str = "",
    new: str = "",
    against: int | None = None,
    now: datetime,
) -> Room:
    """Return the room of a visible version; an unknown clause or comparison falls back to the usual one.

    `new`: the title of a clause that is just being written; it stands in the middle without being in the outline.
    """
    negotiation = version.negotiation
    if negotiation is None:
        raise Negotiation.DoesNotExist(f"{version} was never negotiated here.")
    made = version.rounds.order_by("-pk").first()
    terms = agreement_parse([version.document]).versions[0]
    comparable = versions_comparable(user, version)
    other = _compared(comparable, version, against)
    before = agreement_parse([other.document]).versions[0] if other else None
    titles = {**(titles_of(before) if before else {}), **titles_of(terms)}
    standings, digests = standings_of(version, made, side), digests_of(version.document)
    entries = entries_of(standings, titles, digests, comments_open(negotiation), notes_counted(user, negotiation))
    chosen = next((one for one in entries if one.key == clause), None)
    if chosen is None:
        chosen = Entry(clause, new, "open", "") if new else _first(entries)
    return Room(
        version=version,
        agreement=version.agreement,
        negotiation=negotiation,
        side=side,
        made=made,
        entries=entries,
        chosen=chosen,
        against=other,
        comparable=comparable,
        change=change_of(redline(before, terms), chosen.key) if before else None,
        section=section_of(terms, chosen.key),
        acts=acts_of(user, version, side, now),
    )


def acts_of(user: User, version: Version, side: str, now: datetime) -> dict[str, bool]:
    """Return what a person of a side may do with a version in its present state."""
    organisation = version.agreement.organisation_of(side)
    draft, proposed = version.state == VersionState.DRAFT, version.state == VersionState.PROPOSED
    own = version.drafted_side == side
    signed = side in {one.side for one in version.signatures.all()}
    objected = any(one.stand == Stand.OBJECTED for one in version.positions.all())
    asked = proposed and not own and not signed
    signs = proposed and not signed and not objected and can(user, "version_sign", organisation)
    return {
        "edit": draft and own and can(user, "version_draft", organisation),
        "propose": draft and own and can(user, "version_propose", organisation),
        "withdraw": (draft or proposed) and own and can(user, "version_withdraw", organisation),
        "accept": asked and can(user, "version_accept", organisation),
        "counter": asked and can(user, "version_draft", organisation),
        "sign": signs and not sides_refused(version=version, actor=user, sides=[side], now=now),
        "comment": proposed and can(user, "comment_write", organisation),
        "note": (draft or proposed) and can(user, "note_write", organisation),
        "objected": objected,
    }


def _compared(comparable: Sequence[Version], version: Version, against: int | None) -> Version | None:
    """Return the version to compare with: the one asked for, else the one that this one changes."""
    usual = compared_with(version)
    wanted = against if against is not None else usual.number if usual else None
    return next((one for one in comparable if one.number == wanted), None)


def _first(entries: Sequence[Entry]) -> Entry:
    """Return the clause that wants attention first."""
    return min(entries, key=lambda one: FIRST.index(one.standing))
