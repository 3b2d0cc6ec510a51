"""Verbs of service level requirements: recorded, answered by the provider, turned into a draft, traced to a clause."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, Requirement, RequirementState, Service, Wish
from agreements.services.agreement import agreement_create
from agreements.services.news import signers_of
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.audit.services import record
from slmo.core.errors import EngineError
from slmo.core.terms.targets import parse_target
from slmo.core.units import parse_duration
from slmo.notify.services import message_enqueue

S = RequirementState
# state, act → state after it. What is not in the table is refused.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (S.RECORDED, "edit"): S.RECORDED,
    (S.ANSWERED, "edit"): S.RECORDED,  # what has changed is answered anew
    (S.RECORDED, "answer"): S.ANSWERED,
    (S.ANSWERED, "answer"): S.ANSWERED,
    (S.RECORDED, "draft"): S.DRAFTED,
    (S.ANSWERED, "draft"): S.DRAFTED,
    (S.DRAFTED, "trace"): S.DRAFTED,
    (S.RECORDED, "withdraw"): S.WITHDRAWN,
    (S.ANSWERED, "withdraw"): S.WITHDRAWN,
}
MOST_WISHES = 40
# What an objective of a kind says beside its target until somebody has said more; only these kinds are wished for.
BEGIN: Mapping[str, Mapping[str, Any]] = {
    "availability": {},
    "ratio": {},
    "value": {"reduce": "p95"},
    "tasks": {"clock": "resolved", "limit": "4h"},
    "outages": {"reduce": "count", "at_least": "5m"},
}


@transaction.atomic
def requirement_record(
    *,
    customer: Organisation,
    service: Service,
    title: str,
    text: str,
    wishes: Sequence[Mapping[str, str]],
    actor: User | None,
    now: datetime,
) -> Requirement:
    """Record what a customer needs of a service: in words, and wishes of text, weight, kind, target and limit.

    Raises Denied, ValidationError by field.
    """
    if actor is not None:
        require(actor, "requirement_record", customer)
    if customer.pk == service.organisation_id:
        raise ValidationError({"service": _("Nobody requires a service of themselves: choose another one.")})
    made = Requirement(customer=customer, service=service, recorded_by=actor, recorded_at=now)
    _write(made, title, text, wishes, now)
    _audit(made, "requirement_record", actor, now)
    _news(made, "requirement_recorded", made.provider, actor, now)
    return made


@transaction.atomic
def requirement_edit(
    *,
    requirement: Requirement,
    title: str,
    text: str,
    wishes: Sequence[Mapping[str, str]],
    actor: User | None,
    now: datetime,
) -> Requirement:
    """Say it differently, before it is drafted. Raises Denied, Refused, ValidationError by field."""
    found, state = _step(requirement, "edit")
    if actor is not None:
        require(actor, "requirement_record", found.customer)
    found.state = state
    _write(found, title, text, wishes, now)
    _audit(found, "requirement_edit", actor, now)
    _news(found, "requirement_recorded", found.provider, actor, now)
    return found


@transaction.atomic
def requirement_answer(*, requirement: Requirement, answer: str, actor: User | None, now: datetime) -> Requirement:
    """Answer in words what can be offered. Raises Denied, Refused, ValidationError without words."""
    found, state = _step(requirement, "answer")
    if actor is not None:
        require(actor, "requirement_answer", found.provider)
    if not answer.strip():
        raise ValidationError({"answer": _("This field is required.")})
    found.state, found.answer = state, answer.strip()
    found.answered_by, found.answered_at, found.changed_at = actor, now, now
    found.save()
    _audit(found, "requirement_answer", actor, now)
    _news(found, "requirement_answered", found.customer, actor, now)
    return found


@transaction.atomic
def requirement_draft(
    *, requirement: Requirement, given: Mapping[str, Any], terms: Mapping[str, Any], actor: User | None, now: datetime
) -> Agreement:
    """Open an agreement whose draft says what is wished for, and remember which clause answers which wish.

    `given`: slug, title, type, timezone and effective_from; `terms`: those of a template, or nothing. A wish takes the
    template's objective of its kind, else gets one of its own. Raises Denied, Refused, ValidationError by field,
    DocumentRefused with the key of the term at fault.
    """
    found, state = _step(requirement, "draft")
    wishes = list(found.wishes.all())
    spec, clauses = wishes_said(wishes, terms)
    spec["effective"] = {"from": given["effective_from"].isoformat()}
    made = agreement_create(
        **{name: given[name] for name in ("slug", "title", "type", "timezone")},
        service=found.service, provider=found.provider, customer=found.customer, document={"spec": spec},
        note=_("Drafted from the requirement “%(title)s”.") % {"title": found.title}, actor=actor, now=now,
    )  # fmt: skip
    for wish in wishes:
        wish.clause = clauses.get(wish.pk, "")
        wish.save(update_fields=["clause"])
    found.state, found.agreement, found.changed_at = state, made, now
    found.save()
    _audit(found, "requirement_draft", actor, now, agreement=made.slug)
    return made


@transaction.atomic
def wish_trace(*, wish: Wish, clause: str, actor: User | None, now: datetime) -> Wish:
    """Say which clause answers a wish, nothing for none. Raises Denied, Refused."""
    found, _state = _step(wish.requirement, "trace")
    if actor is not None:
        require(actor, "requirement_answer", found.provider)
    wish.clause = clause[:120]
    wish.save(update_fields=["clause"])
    _audit(found, "wish_trace", actor, now, wish=wish.text, clause=wish.clause)
    return wish


@transaction.atomic
def requirement_withdraw(*, requirement: Requirement, actor: User | None, now: datetime) -> Requirement:
    """Take a requirement back that is not drafted. Raises Denied, Refused."""
    found, state = _step(requirement, "withdraw")
    if actor is not None:
        require(actor, "requirement_record", found.customer)
    found.state, found.changed_at = state, now
    found.save(update_fields=["state", "changed_at"])
    _audit(found, "requirement_withdraw", actor, now)
    return found


def wishes_said(wishes: Sequence[Wish], terms: Mapping[str, Any]) -> tuple[dict[str, Any], dict[int, str]]:
    """Return terms that say what is wished for, and by wish the key of the clause that answers it."""
    spec = deepcopy(dict(terms))
    objectives: list[dict[str, Any]] = spec.setdefault("objectives", [])
    free, clauses = list(objectives), {}
    for wish in wishes:
        if not wish.kind:
            continue
        objective = next((one for one in free if one["indicator"] == wish.kind), None)
        if objective is None:
            objective = _objective(wish, {one["name"] for one in objectives})
            objectives.append(objective)
        else:
            free.remove(objective)
        objective["target"] = wish.target
        if wish.limit and wish.kind == "tasks":
            objective["limit"] = wish.limit
        clauses[wish.pk] = f"objective.{objective['name']}"
    return spec, clauses


def _objective(wish: Wish, taken: set[str]) -> dict[str, Any]:
    start = slugify(wish.text)[:40].strip("-") or wish.kind
    names = (f"{start}-{number}" if number > 1 else start for number in range(1, 10_000))
    name = next(one for one in names if one not in taken)
    return {"name": name, "title": wish.text, "indicator": wish.kind, "period": "month", **BEGIN[wish.kind]}


def _write(requirement: Requirement, title: str, text: str, wishes: Sequence[Mapping[str, str]], now: datetime) -> None:
    """Save words and wishes; raises ValidationError by field."""
    requirement.title, requirement.text, requirement.changed_at = title.strip(), text.strip(), now
    if not wishes or len(wishes) > MOST_WISHES:
        raise ValidationError({"wishes": _("Name one to %(most)d wishes.") % {"most": MOST_WISHES}})
    for one in wishes:
        _wish_check(one)
    requirement.full_clean(exclude=["customer", "service", "recorded_by"])
    requirement.save()
    requirement.wishes.all().delete()
    names = ("text", "weight", "kind", "target", "limit")
    for position, one in enumerate(wishes):
        wish = Wish(requirement=requirement, position=position, **{name: one.get(name) or "" for name in names})
        wish.full_clean(exclude=["requirement"])
        wish.save()


def _wish_check(wish: Mapping[str, str]) -> None:
    """Raise ValidationError for a kind that cannot be wished for, or a target that cannot be read."""
    kind, target = wish.get("kind") or "", wish.get("target") or ""
    if bool(kind) != bool(target) or (kind and kind not in BEGIN):
        raise ValidationError({"wishes": _("A wish that is measured needs both what is measured and its figure.")})
    try:
        if target:
            parse_target(target)
        if wish.get("limit"):
            parse_duration(wish["limit"])
    except EngineError as error:
        raise ValidationError({"wishes": _("“%(target)s” is no figure.") % {"target": target}}) from error


def _step(requirement: Requirement, act: str) -> tuple[Requirement, str]:
    """Return the requirement, locked, and the state after the act; raises Refused where the table has none."""
    rows = Requirement.objects.select_for_update(of=("self",)).select_related("customer", "service__organisation")
    found = rows.get(pk=requirement.pk)
    state = TRANSITIONS.get((found.state, act))
    if state is None:
        sentence = _("The requirement is %(state)s, so this is no longer possible.")
        raise Refused(sentence % {"state": found.get_state_display()})
    return found, state


def _audit(requirement: Requirement, action: str, actor: User | None, now: datetime, **more: str) -> None:
    after = {"title": requirement.title, "state": str(requirement.state), **more}
    parties = [requirement.provider, requirement.customer]
    record(actor=actor, action=action, subject=requirement, after=after, organisations=parties, now=now)


def _news(requirement: Requirement, kind: str, told: Organisation, actor: User | None, now: datetime) -> None:
    people = signers_of(told)
    message_enqueue(
        kind=kind,
        recipients=people.exclude(pk=actor.pk) if actor else people,
        context={
            "requirement": requirement.title,
            "service": requirement.service.name,
            "organisation": (requirement.customer if kind == "requirement_recorded" else requirement.provider).name,
        },
        subject_type="agreements.requirement",
        subject_id=requirement.pk,
        url=reverse("requirement", args=[requirement.pk]),
        dedupe_key=f"requirement:{requirement.pk}:{kind}:{now:%Y-%m-%dT%H:%M:%S.%f}",
        now=now,
    )
