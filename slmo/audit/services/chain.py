"""Check the chain."""

import json
from typing import NamedTuple

from slmo.audit.canonical import digest
from slmo.audit.models import Entry
from slmo.audit.services.entries import columns


class Broken(NamedTuple):
    """The first entry that does not fit: its number (or the one that is missing) and what is wrong with it."""

    number: int
    reason: str


class Verdict(NamedTuple):
    """What a check found: how many entries fit, the last hash among them, and the first that does not fit."""

    entries: int
    head: str
    broken: Broken | None


def chain_verify() -> Verdict:
    """Follow the chain from its first entry and return what was found; the database is only read.

    An entry fits when its number follows, its hash is the digest of the previous hash and its content, and its columns
    say the same as its content. Entries cut off at the end are found by comparing the count and head with those that
    an earlier check printed.
    """
    count, head = 0, ""
    for entry in Entry.objects.filter(number__isnull=False).order_by("number").iterator(chunk_size=2000):
        reason = _fault(entry, count + 1, head)
        if reason:
            return Verdict(count, head, Broken(count + 1, reason))
        count, head = count + 1, entry.hash
    return Verdict(count, head, None)


def _fault(entry: Entry, number: int, previous_hash: str) -> str:
    """Return what is wrong with an entry that should have this number and follow this hash; "" where it fits."""
    if entry.number != number:
        return f"Entry {number} is missing; the next one that is there is {entry.number}."
    if entry.previous_hash != previous_hash:
        return f"Entry {number} does not name the hash of entry {number - 1} before it."
    if entry.hash != digest(previous_hash, entry.content):
        return f"Entry {number} was changed: its hash is not the digest of its content."
    content = json.loads(entry.content)
    differing = sorted(name for name, value in columns(entry).items() if content.get(name) != value)
    return f"Entry {number} was changed: {', '.join(differing)} differ from what was sealed." if differing else ""
