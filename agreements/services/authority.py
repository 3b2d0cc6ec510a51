"""Who may sign: never the drafter, one person for one side, and within the limits of the organisation's own table."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, AuthorityLimit, Side, Version
from agreements.reading.clauses import money
from agreements.reading.exposure import Exposure, exposure_of
from agreements.ruling import version_in_force
from agreements.services.news import signers_of
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.audit.services import record
from slmo.core.terms import agreement_parse
from slmo.web import words

NAMED_MOST = 5  # people that a refusal names
FIELDS = ("user", "level", "currency", "charge_most", "credit_most", "strictest", "valid_from", "valid_until", "source")


@transaction.atomic
def authority_limit_set(
    *, organisation: Organisation, actor: User | None, now: datetime, **values: Any
) -> AuthorityLimit:
    """Enter a row of an organisation's table of limits.

    `values`: user, level, currency, charge_most, credit_most, strictest (per cent), valid_from, valid_until, source.
    Raises Denied, ValidationError by field.
    """
    if actor is not None:
        require(actor, "authority_edit", organisation)
    limit = AuthorityLimit(organisation=organisation, created_at=now, created_by=actor, **values)
    _check(limit)
    limit.save()
    _record(limit, "authority_limit_set", None, {name: _plain(getattr(limit, name)) for name in FIELDS}, actor, now)
    return limit


@transaction.atomic
def authority_limit_end(*, limit: AuthorityLimit, on: date, actor: User | None, now: datetime) -> AuthorityLimit:
    """Let a row hold until a day, itself left out; what was signed under it stays. Raises Denied, ValidationError."""
    limit = AuthorityLimit.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=limit.pk)
    if actor is not None:
        require(actor, "authority_edit", limit.organisation)
    if on < limit.valid_from:
        raise ValidationError({"valid_until": _("A limit cannot end before it begins.")})
    before, limit.valid_until = limit.valid_until, on
    limit.save(update_fields=["valid_until"])
    _record(limit, "authority_limit_end", {"valid_until": before}, {"valid_until": on}, actor, now)
    return limit


def signing_check(*, version: Version, side: str, actor: User, now: datetime) -> None:
    """Raise Refused, with the reason and with who may sign instead, where this person may not sign for the side."""
    refusal = signing_refusal(version=version, side=side, actor=actor, now=now)
    if refusal is not None:
        people = signers_possible(version=version, side=side, now=now)
        raise Refused(f"{refusal} {_instead(version.agreement.organisation_of(side), people, actor)}")


def notice_check(*, agreement: Agreement, side: str, actor: User, now: datetime) -> None:
    """Raise Refused, with the limit and with who may instead, where this person may not end the agreement by notice."""
    refusal = notice_refusal(agreement=agreement, side=side, actor=actor, now=now)
    if refusal is not None:
        signers = signers_of(agreement.organisation_of(side)).order_by("name", "pk")
        people = [one for one in signers if notice_refusal(agreement=agreement, side=side, actor=one, now=now) is None]
        raise Refused(f"{refusal} {_instead(agreement.organisation_of(side), people, actor)}")


def notice_refusal(*, agreement: Agreement, side: str, actor: User, now: datetime) -> str | None:
    """Return which limit stands against a notice by this person, in a sentence; None where none does.

    Ending what is in force takes the authority that signing it takes.
    """
    organisation, today = agreement.organisation_of(side), _today(agreement, now)
    limits = limits_in_force(organisation, today)
    return authority_refusal(limits, actor, organisation, exposure_ended(agreement, today)) if limits else None


def signing_refusal(*, version: Version, side: str, actor: User, now: datetime) -> str | None:
    """Return why this person may not sign for the side, in a sentence; None where nothing stands against it."""
    if actor.pk in drafters_of(version):
        return _("You wrote this text, and whoever drafted or last edited a version does not sign it.")
    if version.signatures.filter(user=actor).exclude(side=side).exists():
        return _("You have signed this version for the other side, and one person signs for one side.")
    organisation = version.agreement.organisation_of(side)
    limits = limits_in_force(organisation, _today(version.agreement, now))
    return authority_refusal(limits, actor, organisation, exposure_read(version)) if limits else None


def drafters_of(version: Version) -> set[int]:
    """Return the keys of the people whose text it is: who opened the draft, and who edited it last."""
    return {key for key in (version.drafted_by_id, version.edited_by_id) if key is not None}


def exposure_read(version: Version) -> Exposure:
    """Return what a version binds its sides to; one that ends the agreement: what the terms bind to that it ends."""
    if version.is_ending:
        return exposure_ended(version.agreement, version.effective_from - timedelta(days=1))
    return exposure_of(agreement_parse([version.document]).versions[0])


def exposure_ended(agreement: Agreement, on: date) -> Exposure:
    """Return what the terms in force on a day bind to; nothing where none are."""
    ruling = version_in_force(agreement, on)
    if ruling is None:
        return Exposure("", Decimal(0), Decimal(0), None)
    return exposure_of(agreement_parse([ruling.document]).versions[0])


def limits_in_force(organisation: Organisation, on: date) -> list[AuthorityLimit]:
    """Return an organisation's rows that hold on a day; none at all means that it has set no limits."""
    begun = AuthorityLimit.objects.filter(organisation=organisation, valid_from__lte=on)
    return list(begun.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on)).select_related("user"))


def limits_of(limits: Iterable[AuthorityLimit], actor: User, organisation: Organisation) -> list[AuthorityLimit]:
    """Return the rows that are nearest to a person: own ones, else of the highest level reached, else of everybody.

    A row does not speak for the person who entered it.
    """
    rows = [one for one in limits if one.created_by_id != actor.pk]
    if own := [one for one in rows if one.user_id == actor.pk]:
        return own
    held = max((one.level for one in actor.held if one.organisation_id == organisation.pk), default=0)
    reached = [one for one in rows if one.level is not None and one.level <= held]
    highest = max((one.level or 0 for one in reached), default=None)
    if highest is not None:
        return [one for one in reached if one.level == highest]
    return [one for one in rows if one.user_id is None and one.level is None]


def authority_refusal(
    limits: Sequence[AuthorityLimit], actor: User, organisation: Organisation, exposure: Exposure
) -> str | None:
    """Return which limit stands against a signature, in a sentence; None where one row permits it."""
    found = limits_of(limits, actor, organisation)
    if not found:
        return _("%(organisation)s has limits for signing, and none of them names you or your level.") % {
            "organisation": organisation
        }
    refusals = [_exceeded(one, exposure) for one in found]
    return None if None in refusals else refusals[0]


def _exceeded(limit: AuthorityLimit, exposure: Exposure) -> str | None:
    """Return what of a version goes beyond one row; None where nothing does."""
    amounts = (
        (exposure.charge, limit.charge_most, _("The charge of a year is %(found)s; you may sign up to %(most)s.")),
        (exposure.credit, limit.credit_most, _("Credits may reach %(found)s a year; you may sign up to %(most)s.")),
    )
    for found, most, sentence in amounts:
        if most is None or not found:
            continue
        if limit.currency != exposure.currency:
            return _("Your limit for signing is in %(limit)s, and the amounts of this version are in %(version)s.") % {
                "limit": limit.currency or words.DASH,
                "version": exposure.currency or words.DASH,
            }
        if found > most:
            return sentence % {"found": money(found, exposure.currency), "most": money(most, limit.currency)}
    return _too_strict(limit, exposure)


def _too_strict(limit: AuthorityLimit, exposure: Exposure) -> str | None:
    """Return that a target is stricter than the row permits; None where none is."""
    if limit.strictest is None or exposure.strictest is None or exposure.strictest * 100 <= limit.strictest:
        return None
    return _("The strictest target is %(found)s; you may sign up to %(most)s.") % {
        "found": words.percent_exact(exposure.strictest),
        "most": words.percent_exact(limit.strictest / Decimal(100)),
    }


def signers_possible(*, version: Version, side: str, now: datetime) -> list[User]:
    """Return the people who may sign this version for the side now."""
    people = signers_of(version.agreement.organisation_of(side)).order_by("name", "pk")
    return [one for one in people if signing_refusal(version=version, side=side, actor=one, now=now) is None]


def _instead(organisation: Organisation, people: Iterable[User], actor: User) -> str:
    """Return a sentence that names which of these people may sign in somebody's place."""
    names = [str(one) for one in people if one.pk != actor.pk]
    if not names:
        return _("Nobody else of %(organisation)s may sign it at present; an administrator can name somebody.") % {
            "organisation": organisation
        }
    shown = ", ".join(names[:NAMED_MOST]) + (", …" if len(names) > NAMED_MOST else "")
    return _("Who may sign instead: %(names)s.") % {"names": shown}


def limits_standing(organisation: Organisation) -> list[AuthorityLimit]:
    """Return all rows of an organisation's table, the latest first."""
    return list(organisation.authority_limits.select_related("user", "created_by"))


def sides_refused(*, version: Version, actor: User, sides: Iterable[str], now: datetime) -> dict[str, str]:
    """Return the sides for which the person may not sign, each with the reason."""
    found = {str(Side(side)): signing_refusal(version=version, side=side, actor=actor, now=now) for side in sides}
    return {side: reason for side, reason in found.items() if reason is not None}


def _today(agreement: Agreement, now: datetime) -> date:
    """Return the day by the agreement's clocks."""
    return now.astimezone(ZoneInfo(agreement.timezone)).date()


def _check(limit: AuthorityLimit) -> None:
    """Raise ValidationError by field for a row that says nothing, or something that cannot be."""
    missing: dict[str, str] = {}
    if limit.charge_most is not None or limit.credit_most is not None:
        missing |= {} if limit.currency.strip() else {"currency": _("Amounts need a currency.")}
    for name in ("charge_most", "credit_most"):
        if (value := getattr(limit, name)) is not None and value < 0:
            missing[name] = _("Expected an amount of 0 or more.")
    if limit.strictest is not None and not 0 <= limit.strictest <= 100:
        missing["strictest"] = _("Expected a percentage from 0 to 100.")
    if limit.user is not None and not limit.user.assignments.filter(organisation=limit.organisation).exists():
        missing["user"] = _("This person does not act for the organisation.")
    if missing:
        raise ValidationError(missing)
    limit.full_clean()


def _plain(value: Any) -> Any:
    """Return a value as an audit entry keeps it."""
    return str(value) if isinstance(value, User | Decimal) else value


def _record(
    limit: AuthorityLimit,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    actor: User | None,
    now: datetime,
) -> None:
    """Write the audit entry of a change of the table."""
    record(
        actor=actor, action=action, subject=limit, before=before, after=after,
        organisations=[limit.organisation], now=now,
    )  # fmt: skip
