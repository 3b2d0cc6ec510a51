"""Scoped reads of service level requirements, and how what was agreed compares with what was wished for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from agreements.models import Requirement, RequirementState, Version, VersionState, Wish
from agreements.reading.clauses import version_read
from agreements.reading.kinds import promise_sentence
from agreements.selectors import versions_visible
from slmo.accounts.models import User
from slmo.accounts.selectors import organisation_ids_of
from slmo.core.terms import ObjectiveTerms, agreement_parse
from slmo.core.terms.targets import parse_target


def requirements_visible(user: User | AnonymousUser) -> QuerySet[Requirement]:
    """Return the requirements of the person's organisations, and those that they are to answer."""
    own = organisation_ids_of(user)
    rows = Requirement.objects.filter(Q(customer__in=own) | Q(service__organisation__in=own))
    rows = rows.select_related("customer", "service__organisation", "agreement__provider", "agreement__customer")
    return rows.select_related("recorded_by", "answered_by").annotate(
        signed=Count("agreement__versions", Q(agreement__versions__state=VersionState.SIGNED), distinct=True),
        wished=Count("wishes", distinct=True),
    )


def requirement_get(user: User | AnonymousUser, pk: int) -> Requirement:
    """Return one requirement; raises Requirement.DoesNotExist where the person may not know of it."""
    return requirements_visible(user).get(pk=pk)


def standing_of(requirement: Any) -> str:
    """Return where a requirement stands: its state, or agreed once a version of its agreement is signed."""
    drafted = requirement.state == RequirementState.DRAFTED
    return "agreed" if drafted and requirement.signed else str(requirement.state)


@dataclass(frozen=True)
class Answer:
    """What one version says to a wish; `met` None where it cannot be compared."""

    version: Version
    text: str
    met: bool | None


@dataclass(frozen=True)
class Trace:
    """A wish, the clause that answers it, and what each version says there."""

    wish: Wish
    clause: str
    answers: tuple[Answer, ...]


def traces_of(user: User, requirement: Requirement) -> list[Trace]:
    """Return every wish with what the versions that the person may see say to it."""
    versions = []
    if requirement.agreement is not None:
        shown = versions_visible(user, requirement.agreement).exclude(state=VersionState.WITHDRAWN)
        versions = [one for one in shown.order_by("number") if not one.is_ending]
    read = [(one, agreement_parse([one.document]).versions[0]) for one in versions]
    texts = [(one, terms, {section.key: section for section in version_read(terms)}) for one, terms in read]
    return [_trace(wish, texts) for wish in requirement.wishes.all()]


def _trace(wish: Wish, texts: Sequence[Any]) -> Trace:
    answers, title = [], ""
    for version, terms, sections in texts:
        section = sections.get(wish.clause)
        if section is None:
            continue
        title = section.title
        objective = terms.objectives.get(wish.clause.removeprefix("objective."))
        said = promise_sentence(objective) if objective else section.clauses[0].text
        answers.append(Answer(version, said, wish_met(wish, objective)))
    return Trace(wish, title, tuple(answers))


def wish_met(wish: Wish, terms: ObjectiveTerms | None) -> bool | None:
    """Tell whether a target is at least as good as the one wished for; None where they cannot be compared."""
    if terms is None or not wish.target or terms.target is None or terms.indicator != wish.kind:
        return None
    wished = parse_target(wish.target)
    if wished.op[0] != terms.target.op[0]:
        return None
    return terms.target.value >= wished.value if wished.op[0] == ">" else terms.target.value <= wished.value


def clauses_choices(requirement: Requirement) -> list[tuple[str, str]]:
    """Return the clauses of the latest version of the agreement, by key with title."""
    if requirement.agreement is None:
        return []
    kept = requirement.agreement.versions.exclude(state=VersionState.WITHDRAWN)
    latest = kept.exclude(document__spec__has_key="ended").order_by("-number").first()
    sections = version_read(agreement_parse([latest.document]).versions[0]) if latest else []
    return [(one.key, one.title) for one in sections]
