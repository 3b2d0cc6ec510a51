"""A version as data for paper: every clause in sentences, calendars, parties, signatures, in the language in force."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import AgreementType, Side, Signature, Version
from agreements.reading.clauses import Clause, Section, version_read
from agreements.reading.sentences import WEEKDAYS_SHORT
from agreements.reading.timetable import days_of
from slmo.core.calendar import Calendar
from slmo.core.terms import Version as Terms
from slmo.core.units import DAY
from slmo.seal.record import Signed
from slmo.web import words

METHODS: dict[str, str | Promise] = {
    "password": gettext_lazy("Recognised by password at the moment of signing"),
    "password+code": gettext_lazy("Recognised by password and second factor at the moment of signing"),
    "log-in": gettext_lazy("Recognised by a fresh log-in at the moment of signing"),
    "recorded": gettext_lazy("Signed outside the portal; recorded there with evidence"),
    "": gettext_lazy("Signed in the portal"),
}
KINDS: dict[str, str | Promise] = {
    AgreementType.SLA: gettext_lazy("Service level agreement"),
    AgreementType.OLA: gettext_lazy("Operational level agreement"),
    AgreementType.UC: gettext_lazy("Underpinning contract"),
}


def signed_of(version: Version) -> list[Signed]:
    """Return the signatures of a version as they are sealed."""
    return [_signed(version, one) for one in version.signatures.order_by("side")]


def paper_data(version: Version, terms: Terms, *, language: str, sealed_by: str, site: str) -> dict[str, Any]:
    """Return everything that the pages of a version say, in the language in force, whose code is `language`."""
    agreement = version.agreement
    edition = _("Version %(number)d") % {"number": version.number}
    return {
        "lang": language,
        "kind": str(KINDS[agreement.type]),
        "title": agreement.title,
        "edition": edition,
        "subtitle": f"{edition}, {_held(version)}",
        "digest": version.digest,
        "preamble": _preamble(version),
        "parties": _parties(version),
        "facts": _facts(version),
        "sections": [_section(one, terms) for one in version_read(terms)],
        "signatures": [_signature(version, one) for one in version.signatures.order_by("-side")],
        "sealed_by": sealed_by,
        "words": _words(version, site),
    }


def _signed(version: Version, one: Signature) -> Signed:
    """Return one signature as it is sealed."""
    return Signed(
        side=one.side,
        organisation=version.agreement.organisation_of(one.side).name,
        signer=one.signer_name,
        method=one.method,
        evidence=one.evidence,
        digest=one.digest,
        signed_at=one.signed_at.isoformat().replace("+00:00", "Z"),
    )


def _held(version: Version) -> str:
    """Return from when until when the version holds by its own terms."""
    first = _long(version.effective_from)
    if version.last_day is None:
        return _("in force from %(first)s") % {"first": first}
    return _("in force from %(first)s to %(last)s") % {"first": first, "last": _long(version.last_day)}


def _preamble(version: Version) -> str:
    """Return what the paper is, in a sentence or two."""
    agreement = version.agreement
    values = {"provider": agreement.provider.name, "customer": agreement.customer.name, "service": agreement.service}
    return _(
        "%(provider)s delivers the service “%(service)s” to %(customer)s at the levels below. The portal judges every "
        "period by exactly this text; the file agreement.yaml that this document carries is the same text for machines."
    ) % values  # fmt: skip


def _parties(version: Version) -> list[dict[str, str]]:
    """Return both sides of the table."""
    agreement = version.agreement
    return [
        {"role": _("Provider"), "name": agreement.provider.name, "note": _("delivers the service")},
        {"role": _("Customer"), "name": agreement.customer.name, "note": _("receives the service")},
    ]


def _facts(version: Version) -> list[dict[str, str]]:
    """Return what a reader looks for first."""
    facts = [(_("Service"), str(version.agreement.service)), (_("In force from"), _long(version.effective_from))]
    if version.last_day is not None:
        facts.append((_("Last day"), _long(version.last_day)))
    facts.append((_("Time zone"), version.agreement.timezone.replace("_", " ")))
    return [{"label": label, "text": text} for label, text in facts]


def _section(section: Section, terms: Terms) -> dict[str, Any]:
    """Return a section: its clauses, a calendar's week as bars, its dates as a table."""
    calendar = terms.calendars.get(section.name) if section.kind == "calendar" else None
    dated = [one for one in section.clauses if one.key.startswith("on.")] if calendar else []
    clauses = [_clause(one, section) for one in section.clauses if one not in dated]
    if calendar is not None and clauses:
        clauses[0]["week"] = _week(calendar)
    rows = [[_("Date"), _("Hours")], *([one.label, one.text] for one in dated)] if dated else []
    return {"title": section.title, "clauses": clauses, "dates": rows}


def _clause(clause: Clause, section: Section) -> dict[str, Any]:
    """Return one clause, with the table of credits where it is about them."""
    label = "" if section.kind == "prose" else clause.label
    return {
        "label": label,
        "text": clause.text,
        "note": clause.note,
        "main": clause.main,
        "week": [],
        "tiers": _tiers(section) if clause.key == "credits" and section.tiers else None,
    }


def _tiers(section: Section) -> dict[str, Any]:
    """Return the table of credits of an objective."""
    timed = section.tiers_timed
    head = [_("Achieved"), *([_("Down in a period")] if timed else []), _("Of the charge"), _("Credit")]
    rows = [
        [one.figure, *([one.down or words.DASH] if timed else []), one.percent, one.amount] for one in section.tiers
    ]
    return {"head": head, "rows": rows}


def _week(calendar: Calendar) -> list[dict[str, Any]]:
    """Return the seven days with their hours in seconds of the day; what runs past midnight belongs to the next."""
    days = days_of(calendar)
    week = []
    for number, hours in enumerate(days):
        spilled = [[0, end - DAY] for _start, end in days[number - 1] if end > DAY]
        own = [[start, min(end, DAY)] for start, end in hours]
        week.append({"name": str(WEEKDAYS_SHORT[number]), "open": spilled + own})
    return week


def _signature(version: Version, one: Signature) -> dict[str, str]:
    """Return one signature in words, its time in the agreement's zone."""
    zone = version.agreement.timezone
    at = words.when(one.signed_at, zone, seconds=True)
    return {
        "side": str(Side(one.side).label).capitalize(),
        "organisation": version.agreement.organisation_of(one.side).name,
        "name": one.signer_name,
        "when": f"{at} ({zone.replace('_', ' ')})",
        "method": str(METHODS.get(one.method, METHODS[""])),
        "evidence": one.evidence,
    }


def _words(version: Version, site: str) -> dict[str, str]:
    """Return the fixed words of the pages."""
    return {
        "page": _("Page {page} of {pages}"),
        "signatures": _("Signatures"),
        "signed": _("Each signature is under exactly the text with the digest below."),
        "digest": _("Digest of the text (SHA-256)"),
        "digest_note": _(
            "It changes with every letter. The text is the file agreement.json inside this document; the signatures "
            "are the file signatures.json."
        ),
        "verify": _("How to verify this document"),
        "verify_text": _(
            "The document carries a digital seal over all its bytes and, as attachments, its own data. Anybody can "
            "check it, with the portal or without it; changing a single byte breaks the seal."
        ),
        "verify_command": "python -m slmo.verify agreement.yaml document.pdf",
        "verify_page": _("Or give the file or the digest to this page: %(address)s") % {"address": f"{site}/verify/"},
    }  # fmt: skip


def _long(day: date) -> str:
    """Return a date in full words, as contracts write it."""
    return words.day_long(day)
