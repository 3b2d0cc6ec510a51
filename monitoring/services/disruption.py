"""Verbs of planned disruptions: announced, countered, declined; with the customer's consent the time is excluded."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, Service, Side
from agreements.ruling import version_in_force
from agreements.services.service import services_needed
from monitoring.models import Announcement, Disruption, DisruptionMove, DisruptionState, DisruptionWindow
from monitoring.services.disruption_news import asked_news, settled_news
from monitoring.services.exclusion import exclusion_agreed, exclusion_called_off
from monitoring.services.proposal import TEXT_LONGEST
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.accounts.services.identity import Proof, identity_confirm
from slmo.audit.services import record

# state, act → state after it. What is not in the table is refused.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (DisruptionState.ASKED, "counter"): DisruptionState.ASKED,
    (DisruptionState.ASKED, "consent"): DisruptionState.AGREED,
    (DisruptionState.ASKED, "decline"): DisruptionState.DECLINED,
    (DisruptionState.ASKED, "withdraw"): DisruptionState.WITHDRAWN,
    (DisruptionState.AGREED, "call_off"): DisruptionState.CALLED_OFF,
}
MOST_WINDOWS = 10
LONGEST = timedelta(days=31)


class Span(NamedTuple):
    """A span of time `[start, end)`."""

    start: datetime
    end: datetime


@transaction.atomic
def disruption_announce(
    *,
    organisation: Organisation,
    services: Sequence[Service],
    windows: Sequence[Span],
    title: str,
    reason: str,
    actor: User | None,
    now: datetime,
) -> Announcement:
    """Ask the customers of all agreements that the services reach for consent to a planned disruption.

    Raises Denied; ValidationError by field, where nothing that is agreed would be touched, too.
    """
    if actor is not None:
        require(actor, "disruption_announce", organisation)
    _windows_check(windows, now)
    missing = {
        name: _("This field is required.") for name, text in (("title", title), ("reason", reason)) if not text.strip()
    }
    touched = agreements_touched(organisation, services, min(windows).start)
    if not touched:
        missing["services"] = _("No agreement in force depends on these services: nobody has to consent.")
    if missing:
        raise ValidationError(missing)
    made = Announcement(organisation=organisation, title=title.strip(), reason=reason.strip())
    made.created_at, made.created_by = now, actor
    made.full_clean(exclude=["created_by"])
    made.save()
    made.services.set(services)
    for agreement in touched:
        disruption = Disruption.objects.create(announcement=made, agreement=agreement)
        _move(disruption, "ask", Side.PROVIDER, actor, now, windows=windows)
        _audit(disruption, "disruption_announce", actor, now, reason=made.reason)
        asked_news(disruption, Side.CUSTOMER, actor, now)
    return made


@transaction.atomic
def disruption_counter(
    *, disruption: Disruption, side: str, windows: Sequence[Span], word: str = "", actor: User | None, now: datetime
) -> Disruption:
    """Answer with other times; then it is the other side's turn. Raises Denied, Refused, ValidationError by field."""
    disruption = _turn(disruption, "counter", side, actor)
    _windows_check(windows, now)
    disruption.turn = Side.PROVIDER if side == Side.CUSTOMER else Side.CUSTOMER
    disruption.save(update_fields=["turn"])
    _move(disruption, "counter", side, actor, now, windows=windows, word=_word(word))
    _audit(disruption, "disruption_counter", actor, now)
    asked_news(disruption, disruption.turn, actor, now)
    return disruption


@transaction.atomic
def disruption_consent(
    *,
    disruption: Disruption,
    side: str,
    shown: Sequence[Span],
    proof: Proof | None = None,
    word: str = "",
    actor: User | None,
    now: datetime,
) -> Disruption:
    """Consent to the times on the table, which are then excluded from every figure of the agreement.

    `shown` are the times that the person was shown; `proof` is what they gave to be recognised once more.
    Raises Denied, Refused where it is not the side's turn or all is over, ValidationError by field.
    """
    disruption = _turn(disruption, "consent", side, actor)
    if [(one.start, one.end) for one in disruption.windows] != [tuple(one) for one in shown]:
        raise Refused(_("The times have changed since you opened this page. Look at them again."))
    if actor is not None and proof is not None:
        identity_confirm(user=actor, proof=proof, now=now)
    asked = disruption.latest
    _settle(disruption, "consent", actor, now)
    _move(disruption, "consent", side, actor, now, word=_word(word))
    evidence = _("Planned disruption no. %(number)d: proposed by %(asker)s, agreed to by %(agreer)s.")
    names = {"number": disruption.pk, "asker": asked.name, "agreer": _name(disruption, side, actor)}
    for window in disruption.windows:
        disruption.exclusions.add(
            exclusion_agreed(
                agreement=disruption.agreement,
                span=(window.start, window.end),
                words=(disruption.announcement.title, evidence % names),
                proposed=(asked.user, asked.at),
                actor=actor,
                now=now,
            )
        )
    _audit(disruption, "disruption_consent", actor, now)
    settled_news(disruption, actor, now)
    return disruption


@transaction.atomic
def disruption_decline(
    *, disruption: Disruption, side: str, word: str, actor: User | None, now: datetime
) -> Disruption:
    """Say no, and why; the time will count. Raises Denied, Refused, ValidationError without a word."""
    disruption = _turn(disruption, "decline", side, actor)
    if not word.strip():
        raise ValidationError({"word": _("Say why not, so that the other side can propose something else.")})
    _settle(disruption, "decline", actor, now)
    _move(disruption, "decline", side, actor, now, word=_word(word))
    _audit(disruption, "disruption_decline", actor, now)
    settled_news(disruption, actor, now)
    return disruption


@transaction.atomic
def disruption_withdraw(*, disruption: Disruption, actor: User | None, now: datetime) -> Disruption:
    """Take back what was announced and is not agreed. Raises Denied, Refused."""
    return _given_up(disruption, "withdraw", actor, now)


@transaction.atomic
def disruption_call_off(*, disruption: Disruption, actor: User | None, now: datetime) -> Disruption:
    """Call off an agreed disruption before it begins: its time counts again. Raises Denied, Refused."""
    locked = _given_up(disruption, "call_off", actor, now)
    if min(one.start for one in locked.windows) <= now:
        raise Refused(_("It has begun already. What did not happen can be revoked among the exclusions."))
    for exclusion in locked.exclusions.all():
        exclusion_called_off(exclusion=exclusion, actor=actor, now=now)
    return locked


def agreements_touched(organisation: Organisation, services: Sequence[Service], at: datetime) -> list[Agreement]:
    """Return a provider's agreements in force at a moment about these services, or about what needs them."""
    chosen = {service.pk for service in services}
    rows = Agreement.objects.filter(provider=organisation).exclude(terms_digest="")
    return [
        one
        for one in rows.select_related("service", "provider", "customer").order_by("title")
        if services_needed(one.service) & chosen and version_in_force(one, at.date()) is not None
    ]


def _given_up(disruption: Disruption, act: str, actor: User | None, now: datetime) -> Disruption:
    """End a disruption from the provider's side."""
    disruption = _lock(disruption, act)
    if actor is not None:
        require(actor, "disruption_announce", disruption.agreement.provider)
    _settle(disruption, act, actor, now)
    _move(disruption, act, Side.PROVIDER, actor, now)
    _audit(disruption, f"disruption_{act}", actor, now)
    settled_news(disruption, actor, now)
    return disruption


def _turn(disruption: Disruption, act: str, side: str, actor: User | None) -> Disruption:
    """Return the disruption locked, where the side may act for itself and it is its turn."""
    disruption = _lock(disruption, act)
    if actor is not None:
        require(actor, "disruption_answer", disruption.agreement.organisation_of(side))
    if disruption.turn != side:
        waited = disruption.agreement.organisation_of(disruption.turn)
        raise Refused(_("It is the turn of %(organisation)s.") % {"organisation": waited})
    return disruption


def _lock(disruption: Disruption, act: str) -> Disruption:
    related = ("announcement", "agreement__provider", "agreement__customer", "agreement__service")
    rows = Disruption.objects.select_for_update(of=("self",)).select_related(*related)
    fresh = rows.prefetch_related("moves__windows").get(pk=disruption.pk)
    if (fresh.state, act) not in TRANSITIONS:
        raise Refused(_("This disruption is %(state)s.") % {"state": fresh.get_state_display()})
    return fresh


def _settle(disruption: Disruption, act: str, actor: User | None, now: datetime) -> None:
    disruption.state = TRANSITIONS[disruption.state, act]
    disruption.decided_by, disruption.decided_at = actor, now
    disruption.save(update_fields=["state", "decided_by", "decided_at"])


def _move(
    disruption: Disruption,
    act: str,
    side: str,
    actor: User | None,
    now: datetime,
    *,
    windows: Sequence[Span] = (),
    word: str = "",
) -> None:
    move = DisruptionMove.objects.create(
        disruption=disruption, act=act, side=side, user=actor, name=_name(disruption, side, actor), at=now, word=word
    )
    DisruptionWindow.objects.bulk_create(
        DisruptionWindow(move=move, start=one.start, end=one.end) for one in sorted(windows)
    )
    getattr(disruption, "_prefetched_objects_cache", {}).clear()


def _name(disruption: Disruption, side: str, actor: User | None) -> str:
    return str(actor) if actor else disruption.agreement.organisation_of(side).name


def _windows_check(windows: Sequence[Span], now: datetime) -> None:
    """Raise ValidationError unless there are some times, all ahead, in order, and none over another."""
    ordered = sorted(windows)
    sentence = ""
    if not ordered or len(ordered) > MOST_WINDOWS:
        sentence = _("Give one to %(most)d spans of time.") % {"most": MOST_WINDOWS}
    elif any(one.end <= one.start or one.end - one.start > LONGEST for one in ordered):
        sentence = _("Each span ends after it begins, and lasts at most 31 days.")
    elif ordered[0].start <= now:
        sentence = _("A planned disruption lies ahead. What has happened already is proposed as an exclusion.")
    elif any(later.start < one.end for one, later in itertools.pairwise(ordered)):
        sentence = _("Two of the spans overlap.")
    if sentence:
        raise ValidationError({"windows": sentence})


def _word(word: str) -> str:
    word = word.strip()
    if len(word) > TEXT_LONGEST:
        raise ValidationError({"word": _("This may have at most %(count)d characters.") % {"count": TEXT_LONGEST}})
    return word


def _audit(disruption: Disruption, action: str, actor: User | None, now: datetime, **more: Any) -> None:
    windows = [f"{one.start.isoformat()}/{one.end.isoformat()}" for one in disruption.windows]
    record(
        actor=actor,
        action=action,
        subject=disruption,
        after={"state": str(disruption.state), "windows": windows, **more},
        organisations=[disruption.agreement.provider, disruption.agreement.customer],
        now=now,
    )
