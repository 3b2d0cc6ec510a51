"""What a side keeps to itself reaches the other in no answer: pages, fragments, API, exports, audit, letters.

Both sides write a mark into private notes, drafts, discarded drafts and their reasons, files and templates; the
provider also into what its evidence follows from, what that costs, what is promised to others, and what it shared too
early or took back (tests/agreements/hidden.py). Then the other side asks every address of the portal for all of that.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from html import unescape
from http import HTTPStatus
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile, is_zipfile

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from agreements.models import Attachment, Side, Template, Version
from agreements.views.library import OWN
from reports.models import SharedEvidence
from slmo.accounts.models import User
from slmo.audit.models import Entry
from slmo.notify.models import Message
from slmo.notify.pipeline.letter import headline_write, letter_write
from slmo.web.middleware import HEALTH
from tests.agreements.hidden import MARKS, secrets_make
from tests.agreements.table import SLUG, table_make
from tests.support.worlds import kept

ELSEWHERE = ("account_logout", "schema", "api_docs", "verify_certificate")  # ends the session; say nothing of anybody
NO_SUCH_ACT = 405


@pytest.fixture(scope="module")
def secrets(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Write the table with its secrets once."""
    with kept(lambda: secrets_make(table_make()), django_db_blocker) as made:
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
    """Return what an address may be filled with: first what is on the table, then what a side hides."""
    mark = MARKS[side]
    if name == "slug":
        of_service = "catalogue" in route or "services" in route
        return ["payments"] if of_service else ["provider", "retail"] if "organ" in route else [SLUG]
    if "users" in route:
        return list(User.objects.values_list("pk", flat=True)[:1])
    if name in ("pk", "key") and "audit" in route:
        rows = Entry.objects.filter(content__contains=mark).order_by("action", "-pk").distinct("action")
        return list(rows.values_list("pk", flat=True))
    hidden = Version.objects.filter(drafted_side=side, number__gt=1).order_by("number")
    if "edit" in route:  # what was discarded has no editor; whether it is seen at all the other addresses tell
        hidden = hidden.filter(state="draft")
    found: dict[str, list[Any]] = {
        "number": [1, *hidden.values_list("number", flat=True)],
        "name": _names(route, mark),
        "sha256": list(Attachment.objects.filter(version__in=hidden).values_list("sha256", flat=True)),
        "side": list(Side.values),
        "month": [date(2026, 2, 1)],
        "provider": ["provider"],
        "customer": ["retail"],
        "sort": ["once"],
        "place": [0],
        "format": ["json"],
    }
    return found.get(name, [])  # of other things, such as breaches and sources, there is none here


def _names(route: str, mark: str) -> list[str]:
    """Return what a name in an address may be: of an objective and what a draft adds, or of a template."""
    if "library" in route or "insert" in route:
        own = Template.objects.filter(title__contains=mark).values_list("pk", flat=True)
        return ["availability", *(f"{OWN}{pk}" for pk in own)]
    return ["availability", mark, mark] if "versions" in route else ["availability"]


def addresses(side: str) -> Iterator[list[str]]:
    """Yield every address of the portal, each filled in: with what there is, then with what a side hides."""
    for name, route, gaps in patterns():
        if name not in ELSEWHERE:
            yield list(dict.fromkeys(filled(name, gaps, [values_of(gap, route, side) for gap in gaps])))
    hidden = values_of("number", "", side)
    for at in ("room", "room_edit", "room_pulse"):
        yield [f"{reverse(at, args=[SLUG, one])}?clause=objective.{MARKS[side]}&against={hidden[1]}" for one in hidden]
    yield [f"{reverse('version_compare', args=[SLUG])}?from=1&to={one}" for one in hidden]


def filled(name: str, gaps: list[str], values: list[list[Any]]) -> Iterator[str]:
    """Yield an address once for each value of the gap that has most of them; shorter lists begin anew."""
    for place in range(max(map(len, values), default=1) if all(values) else 0):
        chosen = {gap: found[place % len(found)] for gap, found in zip(gaps, values, strict=True)}
        try:
            yield reverse(name, kwargs=chosen)
        except NoReverseMatch:
            continue


def texts(client: Client, address: str) -> Iterator[tuple[str, int, str]]:
    """Yield what an address answers with which status, and the list behind it as a file."""
    answer = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    yield address, answer.status_code, _plain(body)
    if b"export=csv" in body:
        yield from texts(client, f"{address}{'&' if '?' in address else '?'}export=csv")


@contextmanager
def unframed() -> Iterator[None]:
    """Let pages come without the frame, which is the same around all of them and most of what they cost."""
    kept = get_template("base.html").template
    blocks = re.findall(r"{% block (\w+) %}", kept.source)
    cache = kept.engine.template_loaders[0].get_template_cache
    cache["base.html"] = kept.engine.from_string("".join(f"{{% block {name} %}}{{% endblock %}}\n" for name in blocks))
    try:
        yield
    finally:
        cache["base.html"] = kept


def walked(client: Client, side: str) -> Iterator[tuple[str, int, str]]:
    """Yield what all addresses answer: one with its frame, then all without; where only acts are taken, the first."""
    yield from texts(client, reverse("today"))
    with unframed():
        for kind in addresses(side):
            for address in kind:
                answers = list(texts(client, address))
                yield from answers
                if answers[0][1] == NO_SUCH_ACT:
                    break


def _plain(body: bytes) -> str:
    """Return a body as text; of a packed file the text of its members."""
    if is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as packed:
            return " ".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
    return body.decode(errors="replace")


def found_by(user: User, side: str) -> set[str]:
    """Return the addresses whose answer to a person holds the mark of a side, or that fail."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    found, asked = set(), 0
    for address, status, text in walked(client, side):
        asked += 1
        # What the person typed into an address is theirs: only an answer that shows more than that tells something.
        if MARKS[side] in unquote(unescape(text)).replace(unquote(address), ""):
            found.add(address)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and address != HEALTH:
            found.add(f"{address} failed with {status}")
    assert asked > 150, "the walk has lost its way"
    return found


@pytest.mark.wide
@pytest.mark.parametrize(("reader", "side"), [("carl", "provider"), ("head", "customer")])
def test_the_other_side_finds_the_mark_nowhere(secrets: SimpleNamespace, db: None, reader: str, side: str) -> None:
    found = found_by(getattr(secrets, reader), side)
    assert found == set()


def test_ones_own_side_finds_it_where_it_belongs(secrets: SimpleNamespace, db: None) -> None:
    client = Client()
    client.force_login(secrets.carl)
    number = Version.objects.get(answers=secrets.draft).number
    for name in ("room", "version", "version_edit", "version_download", "agreement-version", "agreement-notes",
                 "version_attachments"):  # fmt: skip
        answer = client.get(reverse(name, args=[SLUG, number]))
        assert MARKS["customer"] in _plain(answer.content), name


def test_the_providers_evidence_shows_all_that_the_walk_looks_for(secrets: SimpleNamespace, db: None) -> None:
    client, mark = Client(), MARKS["provider"]
    client.force_login(secrets.manager)
    evidence = _plain(client.get(reverse("evidence", args=[SLUG, 1, "availability"])).content)
    assert f'<span class="ref">{mark}</span>' in evidence  # the outages of the backtest
    assert f"Payments for {mark}" in evidence  # the precedent
    assert mark in _plain(client.get(reverse("service_cost", args=["payments"])).content)
    assert mark in _plain(client.get(reverse("library")).content)
    notes = SharedEvidence.objects.order_by("pk").values_list("note", "withdrawn_at")
    assert [(mark in note, gone is None) for note, gone in notes] == [(True, True), (False, False)]


def test_no_letter_and_no_public_entry_of_the_audit_log_holds_it(secrets: SimpleNamespace, db: None) -> None:
    for side, reader in (("provider", secrets.retail), ("customer", secrets.provider)):
        people = User.objects.filter(assignments__organisation=reader)
        told = [(one, user) for one in Message.objects.all() for user in people.filter(pk__in=one.recipient_ids)]
        assert told
        for message, user in told:
            said = f"{letter_write(message, user)} {headline_write(message, user)} {message.context}"
            assert MARKS[side] not in said, message
        holding = Entry.objects.filter(content__contains=MARKS[side])
        own = secrets.agreement.organisation_of(side)
        assert holding.exists()
        assert all(own.pk in entry.organisation_ids and reader.pk not in entry.organisation_ids for entry in holding)
