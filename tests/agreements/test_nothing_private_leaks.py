"""What a side keeps to itself reaches the other in no answer: pages, fragments, API, exports, audit, letters.

Both sides write a mark into private notes, drafts, discarded drafts and their reasons; then the other side asks every
address of the portal for everything that it could be asked for.
"""

from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from itertools import islice, product
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile, is_zipfile

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from agreements.models import Side, Version
from agreements.services import note_write, version_counter, version_draft, version_edit, version_propose
from agreements.services.document_clauses import clause_put, clauses_of
from agreements.services.version import version_withdraw
from slmo.accounts.models import User
from slmo.audit.models import Entry
from slmo.notify.models import Message
from slmo.notify.pipeline.letter import headline_write, letter_write
from tests.agreements.table import NOW, SLUG, table_make
from tests.support.worlds import kept

MARKS = {"provider": "zebra-of-the-provider", "customer": "quagga-of-the-customer"}
WALKED_MOST = 6  # ways to fill in one address
ELSEWHERE = ("account_logout", "schema", "api_docs")  # ends the session; say nothing of any agreement


def marked(version: Version, side: str, actor: User) -> Version:
    """Write a side's mark into its draft: an objective, a clause in words, the reason."""
    mark = MARKS[side]
    objective = {**clauses_of(version.document)["objective.availability"], "name": mark, "title": f"Title {mark}"}
    prose = {"id": mark, "title": f"About {mark}", "text": f"We want {mark}."}
    document = clause_put(clause_put(version.document, f"objective.{mark}", objective), f"clause.{mark}", prose)
    return version_edit(
        version=version, document=document, note=f"Because of {mark}.", expected_changed_at=None, actor=actor, now=NOW
    )


def drafts_make(table: SimpleNamespace, side: str, actor: User, answered: Version | None) -> None:
    """Let a side draft, draft and discard, and keep notes, all with its mark."""
    base = {"agreement": table.agreement, "base": table.draft, "side": side, "actor": actor, "now": NOW}
    drafts = [version_draft(**base, effective_from=date(2026, 3, 1 + day)) for day in (0, 1)]
    if answered is not None:
        drafts[0] = version_counter(version=answered, actor=actor, now=NOW)
    drafts = [marked(one, side, actor) for one in drafts]
    version_withdraw(version=drafts[1], actor=actor, now=NOW)
    for version in (table.draft, drafts[0]):
        note_write(
            version=version, clause=f"clause.{MARKS[side]}", side=side, text=f"Note: {MARKS[side]}", actor=actor,
            now=NOW,
        )  # fmt: skip


def secrets_make() -> SimpleNamespace:
    """Make the table with a proposal, and what each side keeps to itself around it."""
    table = table_make()
    version_propose(version=table.draft, actor=table.manager, now=NOW)
    drafts_make(table, "provider", table.manager, None)
    drafts_make(table, "customer", table.carl, table.draft)
    User.objects.filter(pk=table.head.pk).update(is_superuser=True)  # sees as much as anybody of the provider can
    return table


@pytest.fixture(scope="module")
def secrets(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Write the table with its secrets once."""
    with kept(secrets_make, django_db_blocker) as made:
        yield made


def patterns(within: URLResolver | None = None, path: str = "") -> Iterator[tuple[str, str, list[str]]]:
    """Yield every named address: name, route, and the names of what it is filled with."""
    for one in (within or get_resolver()).url_patterns:
        route = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        elif isinstance(one, URLPattern) and one.name:
            names = list(getattr(one.pattern, "converters", {})) or list(one.pattern.regex.groupindex)
            yield one.name, route, names


def values_of(name: str, route: str, side: str) -> list[Any]:
    """Return what an address may be filled with: what is on the table, and what a side hides."""
    if name == "slug":
        of_service = "catalogue" in route or "services" in route
        return ["payments"] if of_service else ["provider", "retail"] if "organ" in route else [SLUG]
    if name in ("pk", "key") and "audit" in route:
        return list(Entry.objects.order_by("-pk").values_list("pk", flat=True)[:3])
    found: dict[str, list[Any]] = {
        "number": [1, *Version.objects.filter(drafted_side=side, number__gt=1).values_list("number", flat=True)],
        "name": ["availability", MARKS[side]] if "versions" in route else ["availability"],
        "side": list(Side.values),
        "month": [date(2026, 2, 1)],
        "provider": ["provider"],
        "customer": ["retail"],
        "sort": ["once"],
        "place": [0],
        "format": ["json"],
    }
    return found.get(name, [1])


def addresses(side: str) -> Iterator[str]:
    """Yield every address of the portal, filled in with what there is, and the room's at what a side hides."""
    for name, route, gaps in patterns():
        if name in ELSEWHERE:
            continue
        for filled in islice(product(*(values_of(gap, route, side) for gap in gaps)), WALKED_MOST):
            try:
                yield reverse(name, kwargs=dict(zip(gaps, filled, strict=True)))
            except NoReverseMatch:
                continue
    for number, at in product(values_of("number", "", side), ("room", "room_edit", "room_pulse")):
        yield f"{reverse(at, args=[SLUG, number])}?clause=objective.{MARKS[side]}&against=2"
        yield f"{reverse('version_compare', args=[SLUG])}?from=1&to={number}"


def texts(client: Client, address: str) -> Iterator[tuple[str, str]]:
    """Yield what an address answers, and the list behind it as a file."""
    answer = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    yield address, _plain(body)
    if b"export=csv" in body:
        export = f"{address}{'&' if '?' in address else '?'}export=csv"
        yield from ((export, text) for _address, text in texts(client, export))


def _plain(body: bytes) -> str:
    """Return a body as text; of a packed file the text of its members."""
    if is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as packed:
            return " ".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
    return body.decode(errors="replace")


def found_by(user: User, side: str) -> set[str]:
    """Return the addresses whose answer to a person holds the mark of a side."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    walked = {address: text for one in set(addresses(side)) for address, text in texts(client, one)}
    assert len(walked) > 150, "the walk has lost its way"
    # What the person typed into an address is theirs: only an answer that shows more than that gives something away.
    shown = {address: unquote(unescape(text)).replace(unquote(address), "") for address, text in walked.items()}
    return {address for address, text in shown.items() if MARKS[side] in text}


@pytest.mark.parametrize(("reader", "side"), [("carl", "provider"), ("head", "customer")])
def test_the_other_side_finds_the_mark_nowhere(secrets: SimpleNamespace, db: None, reader: str, side: str) -> None:
    found = found_by(getattr(secrets, reader), side)
    assert found == set()


def test_ones_own_side_finds_it_where_it_belongs(secrets: SimpleNamespace, db: None) -> None:
    client = Client()
    client.force_login(secrets.carl)
    number = Version.objects.get(answers=secrets.draft).number
    for name in ("room", "version", "version_edit", "version_download", "agreement-version", "agreement-notes"):
        answer = client.get(reverse(name, args=[SLUG, number]))
        assert MARKS["customer"] in _plain(answer.content), name


def test_no_letter_and_no_public_entry_of_the_audit_log_holds_it(secrets: SimpleNamespace, db: None) -> None:
    for message in Message.objects.all():
        for user in User.objects.filter(pk__in=message.recipient_ids):
            own = {held.organisation_id for held in user.held}
            other = [side for side in Side.values if secrets.agreement.organisation_of(side).pk not in own]
            said = f"{letter_write(message, user)} {headline_write(message, user)} {message.context}"
            assert not [side for side in other if MARKS[side] in said]
    for side, mark in MARKS.items():
        own_key = secrets.agreement.organisation_of(side).pk
        holding = Entry.objects.filter(content__contains=mark)
        assert holding.exists()
        assert {tuple(entry.organisation_ids) for entry in holding} == {(own_key,)}
