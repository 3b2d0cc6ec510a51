"""The outline of a negotiation: every clause with where it stands, as one side sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from agreements.models import Round, Side, Stand, Version, VersionState
from agreements.reading.clauses import Section, version_read
from agreements.reading.conditions import TITLES
from agreements.reading.redline import Change
from agreements.services.document_clauses import digests_of
from agreements.services.negotiation import digests_signed
from slmo.core.terms import Version as Terms

_n = gettext_lazy

STANDINGS: Mapping[str, tuple[str | Promise, str, str]] = {  # key → words, tone, icon
    "theirs": (_n("changed by them"), "risk", "arrows-diff"),
    "objected": (_n("objected to"), "breach", "hand-stop"),
    "ours": (_n("changed by us"), "info", "pencil"),
    "open": (_n("open"), "unknown", "circle-dashed"),
    "agreed": (_n("agreed"), "met", "check"),
}


@dataclass(frozen=True)
class Entry:
    """One clause of the outline: its key and title, where it stands, whether it is gone, what is said about it."""

    key: str
    title: str
    standing: str
    digest: str
    gone: bool = False
    comments: int = 0
    notes: int = 0

    @property
    def word(self) -> str:
        """Return the standing in words."""
        return str(STANDINGS[self.standing][0])

    @property
    def tone(self) -> str:
        """Return the tone of the standing."""
        return STANDINGS[self.standing][1]

    @property
    def icon(self) -> str:
        """Return the icon of the standing."""
        return STANDINGS[self.standing][2]


def compared_with(version: Version) -> Version | None:
    """Return the version whose words a version changes: the proposal it answers, else the one it amends."""
    return version.answers or version.base


def titles_of(terms: Terms) -> dict[str, str]:
    """Return the titles of the clauses of a version by key; conditions that stand together have one each."""
    found: dict[str, str] = {}
    for section in version_read(terms):
        if section.kind == "conditions":
            named = {clause.key.partition(".")[0]: clause.label for clause in section.clauses}
            found |= {key: str(TITLES.get(key, label)) for key, label in named.items()}
        else:
            found[section.key] = section.title
    return found


def standings_of(version: Version, made: Round | None, side: str) -> dict[str, str]:
    """Return where each clause stands for the people of a side, by key; clauses that are gone come last."""
    digests = digests_of(version.document)
    if version.state == VersionState.DRAFT:
        return _of_draft(version, digests)
    stands = {(one.side, one.clause): one.stand for one in version.positions.all()}
    changed = made.changed if made else []
    word = "ours" if version.drafted_side == side else "theirs"
    found: dict[str, str] = {}
    for key in [*digests, *(key for key in changed if key not in digests)]:
        held = [stands.get((one, key)) for one in Side.values]
        if version.state == VersionState.SIGNED or held == [Stand.ACCEPTED] * 2:
            found[key] = "agreed"
        elif Stand.OBJECTED in held:
            found[key] = "objected"
        else:
            found[key] = word if key in changed and compared_with(version) else "open"
    return found


def _of_draft(version: Version, digests: Mapping[str, str]) -> dict[str, str]:
    """Return where the clauses of a draft stand for its own side."""
    answered = version.answers
    if answered is None:
        signed = digests_signed(version.base)
        return {
            key: "open" if not signed else "agreed" if signed.get(key) == digests.get(key) else "ours"
            for key in [*digests, *(key for key in signed if key not in digests)]
        }
    before = digests_of(answered.document)
    made = answered.rounds.order_by("-pk").first()
    stood = standings_of(answered, made, version.drafted_side)
    return {
        key: stood.get(key, "open") if before.get(key, "") == digests.get(key, "") else "ours"
        for key in [*digests, *(key for key in stood if key not in digests)]
    }


def entries_of(
    standings: Mapping[str, str],
    titles: Mapping[str, str],
    digests: Mapping[str, str],
    comments: Mapping[str, int],
    notes: Mapping[str, int],
) -> list[Entry]:
    """Return the outline."""
    return [
        Entry(
            key=key,
            title=titles.get(key, key),
            standing=standing,
            digest=digests.get(key, ""),
            gone=key not in digests,
            comments=comments.get(key, 0),
            notes=notes.get(key, 0),
        )
        for key, standing in standings.items()
    ]


def counted(entries: Iterable[Entry]) -> list[tuple[str, str, str, int]]:
    """Return each standing that occurs with its words, its tone and how many clauses stand so."""
    found = [one.standing for one in entries]
    return [(key, str(words), tone, found.count(key)) for key, (words, tone, _i) in STANDINGS.items() if key in found]


def change_of(changes: Iterable[Change], key: str) -> Change | None:
    """Return the redline of one clause; None where neither version has it."""
    for change in changes:
        if change.key == key:
            return change
        lines = tuple(line for line in change.lines if line.key.partition(".")[0] == key)
        if change.key == "conditions" and lines:
            kinds = {line.kind for line in lines}
            return Change(
                key, str(TITLES.get(key, lines[0].label)), kinds.pop() if len(kinds) == 1 else "changed", lines
            )
    return None


def section_of(terms: Terms, key: str) -> Section | None:
    """Return one clause as it reads in a version; None where it has none."""
    for section in version_read(terms):
        if section.key == key:
            return section
        clauses = tuple(one for one in section.clauses if one.key.partition(".")[0] == key)
        if section.kind == "conditions" and clauses:
            return Section(key, str(TITLES.get(key, clauses[0].label)), "condition", clauses)
    return None


def objectives_touched(version: Version, key: str) -> list[str]:
    """Return the names of the objectives that a clause is about: itself, or those with these service hours."""
    kind, _dot, name = key.partition(".")
    objectives = version.document["spec"]["objectives"]
    if kind == "objective":
        return [one["name"] for one in objectives if one["name"] == name]
    if kind == "calendar":
        return [one["name"] for one in objectives if one.get("hours") == name]
    return [one["name"] for one in objectives] if key == "exclusions" else []
