"""Bring agreements in from files: this portal's own YAML, or OpenSLO. Read first, with everything that is wrong and
everything that has no place here; then opened as drafts, all or nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.errors import DocumentRefused
from agreements.models import Agreement, Service, Version
from agreements.services.agreement import agreement_create
from agreements.services.document import document_effective, document_plain
from agreements.services.document_text import MAX_BYTES, document_read
from agreements.services.version import version_draft
from slmo.accounts.models import Organisation, User
from slmo.core.errors import TermError
from slmo.core.openslo import Note, documents_check, is_openslo, openslo_read
from slmo.core.terms.problems import document_problems
from slmo.core.yaml_file import YamlDocument, YamlError, documents_read
from slmo.web.engine_words import engine_sentence

Document = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """Something in a file that cannot be used: where, as key and line, and the sentence about it."""

    key: str
    line: int
    sentence: str


@dataclass(frozen=True)
class Brought:
    """What a file holds: the documents that can be drafted, what is wrong, and what has no place here."""

    format: str = "slmo"
    documents: Sequence[Document] = ()
    faults: Sequence[Fault] = ()
    notes: Sequence[Note] = field(default=())

    @property
    def usable(self) -> bool:
        """Tell whether drafts can be opened: something was found and nothing is wrong."""
        return bool(self.documents) and not self.faults


@dataclass(frozen=True)
class Filling:
    """What the agreement itself says, and a document may leave out: it is filled in before the terms are checked."""

    slug: str = ""
    timezone: str = ""
    effective_from: date | None = None


def text_bring(text: str, filling: Filling) -> Brought:
    """Return what a text holds; nothing is stored. Never raises for what people write: faults say what is wrong."""
    try:
        found = documents_read(text.encode("utf-8", "replace")[: MAX_BYTES + 1])
    except YamlError as error:
        line = error.place.line if error.place else 0
        return Brought(faults=[Fault("", line, engine_sentence(error))])
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return Brought(faults=[Fault("", 0, _("The text is longer than %(size)d KB.") % {"size": MAX_BYTES // 1024})])
    foreign = [is_openslo(one.data) for one in found]
    if any(foreign) and not all(foreign):
        sentence = _("OpenSLO and agreements of this portal stand in one file: bring one kind.")
        return Brought(faults=[Fault("", 0, sentence)])
    return _openslo(found) if any(foreign) else _own(found, text, filling)


@transaction.atomic
def drafts_import(
    *,
    agreement: Agreement,
    brought: Brought,
    effective_from: date | None = None,
    note: str = "",
    actor: User | None,
    now: datetime,
) -> Version:
    """Open a draft of an agreement with the one document that was brought, from its own date or another on.

    Raises Denied, Refused, or DocumentRefused with the key of the term at fault.
    """
    (document,) = _usable(brought, 1)
    terms = _terms_only(document, effective_from)
    return version_draft(agreement=agreement, document=terms, note=note, actor=actor, now=now)


@transaction.atomic
def agreements_import(
    *,
    brought: Brought,
    service: Service,
    customer: Organisation,
    given: Mapping[str, Any],
    actor: User | None,
    now: datetime,
) -> list[Agreement]:
    """Open an agreement for each document that was brought, all or none.

    `given`: title, slug, type and timezone of the first one, and effective_from, a date or None, for all; a further
    one takes its own title. Raises Denied, ValidationError by field, DocumentRefused with the key at fault.
    """
    made: list[Agreement] = []
    for number, document in enumerate(_usable(brought, len(brought.documents))):
        title = given["title"] if number == 0 else _title(document)
        slug = given["slug"] if number == 0 else slugify(title)[:70] or f"{given['slug']}-{number + 1}"
        made.append(
            agreement_create(
                slug=slug,
                title=title,
                type=given["type"],
                service=service,
                provider=service.organisation,
                customer=customer,
                timezone=given["timezone"],
                document=_terms_only(document, given.get("effective_from")),
                actor=actor,
                now=now,
            )
        )
    return made


def _usable(brought: Brought, most: int) -> Sequence[Document]:
    """Return the documents, if they can be drafted and are no more than asked for; raises DocumentRefused."""
    if brought.faults:
        raise DocumentRefused(brought.faults[0].sentence, brought.faults[0].key)
    if not brought.documents:
        raise DocumentRefused(_("The file holds no agreement."))
    if len(brought.documents) > most:
        sentence = _("The file holds %(count)d agreements; one draft takes one.")
        raise DocumentRefused(sentence % {"count": len(brought.documents)})
    return brought.documents


def _own(found: Sequence[YamlDocument], text: str, filling: Filling) -> Brought:
    """Return what a file of this portal's own kind holds; it is one document, since a draft is one version."""
    if len(found) != 1:
        sentence = _("The file holds %(count)d documents; a draft is one version. Bring them one after the other.")
        return Brought(faults=[Fault("", 1, sentence % {"count": len(found)})])
    try:
        document = document_plain(document_read(text))
    except DocumentRefused as error:
        return Brought(faults=[Fault(error.key, 0, error.messages[0])])
    problems = document_problems(_filled(document, filling))
    faults = [Fault(str(one.key), found[0].place_of(one).line, engine_sentence(one)) for one in problems]
    faults.sort(key=lambda one: one.line)
    return Brought(documents=[document], faults=faults)


def _openslo(found: Sequence[YamlDocument]) -> Brought:
    """Return the agreements that OpenSLO documents make, and what they could not carry."""
    faults = [
        Fault(problem.path, one.place_of(problem.error()).line, engine_sentence(problem.error()))
        for one in found
        for problem in documents_check([one.data])
    ]
    if faults:
        return Brought("openslo", faults=faults)
    try:
        read, notes = openslo_read([one.data for one in found])
    except TermError as error:
        return Brought("openslo", faults=[Fault(str(error.key), 0, engine_sentence(error))])
    none = [] if read else [Fault("", 0, _("No objective of these SLOs can be judged here; the notes say why."))]
    return Brought("openslo", [document_plain(one) for one in read], none, notes)


def _filled(document: Document, filling: Filling) -> Document:
    """Return the document with what the agreement says filled in where it says nothing, to be checked by itself."""
    metadata = document.get("metadata") if isinstance(document.get("metadata"), dict) else {}
    spec = document.get("spec")
    filled = {"apiVersion": "slmo/v1", "kind": "Agreement", **document}
    filled["metadata"] = {"name": filling.slug or "import", **(metadata or {})}
    if isinstance(spec, dict):
        start = filling.effective_from.isoformat() if filling.effective_from else None
        effective = {"effective": {"from": start}} if start and "effective" not in spec else {}
        filled["spec"] = {**({"timezone": filling.timezone} if filling.timezone else {}), **effective, **spec}
    return filled


def _terms_only(document: Document, effective_from: date | None) -> Document:
    """Return the terms of a document, without what says whose they are; from another date where one is given."""
    named = ("type", "service", "provider", "customer", "timezone")
    spec = {key: value for key, value in document["spec"].items() if key not in named}
    terms = {"apiVersion": "slmo/v1", "kind": "Agreement", "spec": spec}
    if effective_from is None:
        return terms
    until = (spec.get("effective") or {}).get("until")
    end = date.fromisoformat(until) if isinstance(until, str) else None
    return document_effective(terms, effective_from, end if end and end > effective_from else None)


def _title(document: Document) -> str:
    metadata = document.get("metadata") or {}
    return str(metadata.get("title") or metadata.get("name") or "")[:200]
