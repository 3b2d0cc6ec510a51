"""What a breach page shows beside the steps: its stream, its impact, and what earlier ones teach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.models import Agreement, Dependency
from agreements.selectors import agreements_visible
from monitoring.models import Breach, BreachNote, BreachState, Fact, FactState, NoteKind
from monitoring.selectors import breaches_visible
from slmo.accounts.models import User
from slmo.web import words
from slmo.web.signs import sign_of

SIMILAR_MOST = 6
FACTS_MOST = 60
PLACES_MOST = 4  # named in one line of the stream


@dataclass(frozen=True)
class Step:
    """One step across the top of the page: when it was taken and how long it took."""

    label: str | Promise
    state: str
    at: datetime | None
    seconds: int | None


def steps(breach: Breach, now: datetime) -> list[Step]:
    """Return the steps of a breach: taken, current and still to come, each with the time since the one before."""
    taken = [
        (gettext_lazy("Opened"), breach.opened_at),
        (gettext_lazy("Acknowledged"), breach.acknowledged_at),
        (gettext_lazy("Explained"), breach.explained_at),
        (gettext_lazy("Closed"), breach.closed_at),
    ]
    found: list[Step] = []
    before: datetime | None = None
    waiting = breach.state not in (BreachState.CLOSED, BreachState.WITHDRAWN)
    for label, at in taken:
        if at is not None:
            # A breach found in old records may be carried with the dates of then, before it was opened here.
            late = before is not None and at >= before
            found.append(Step(label, "done", at, int((at - before).total_seconds()) if before and late else None))
            before = at
        elif waiting and before is not None:
            found.append(Step(label, "current", None, int((now - before).total_seconds())))
            waiting = False
        else:
            found.append(Step(label, "todo", None, None))
    return found


def step_items(breach: Breach, now: datetime) -> list[dict[str, Any]]:
    """Return the steps as the steps component takes them."""
    items: list[dict[str, Any]] = []
    for step in steps(breach, now):
        note = ""
        if step.at is not None:
            note = words.when(step.at)
            if step.seconds is not None:
                note = _("%(when)s, after %(time)s") % {"when": note, "time": words.duration(step.seconds, 2)}
        elif step.seconds is not None:
            note = _("waiting for %(time)s") % {"time": words.duration(step.seconds, 2)}
        items.append({"label": step.label, "state": step.state, "note": note})
    return items


STEP_WORDS = {
    BreachState.OPEN: gettext_lazy("opened the breach"),
    BreachState.ACKNOWLEDGED: gettext_lazy("acknowledged the breach"),
    BreachState.EXPLAINED: gettext_lazy("explained the breach"),
    BreachState.CLOSED: gettext_lazy("closed the breach"),
    BreachState.WITHDRAWN: gettext_lazy("withdrew the breach"),
}
STEP_ICONS = {
    BreachState.OPEN: "alert-octagon",
    BreachState.ACKNOWLEDGED: "user-check",
    BreachState.EXPLAINED: "message-2",
    BreachState.CLOSED: "check",
    BreachState.WITHDRAWN: "ban",
}


def stream(breach: Breach, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Return the notes, the steps and the facts of a breach as one stream, newest first."""
    items = [_note_item(note) for note in breach.notes.select_related("author")]
    together: dict[tuple[str, datetime, datetime | None], list[Fact]] = {}
    for fact in facts:
        together.setdefault((fact.reference, fact.start, fact.end), []).append(fact)
    items += [_fact_item(rows) for rows in together.values()]
    return sorted(items, key=lambda item: item["at"], reverse=True)


def _note_item(note: BreachNote) -> dict[str, Any]:
    """Return a line that a person or the portal wrote."""
    item = {"at": note.at, "who": str(note.author or "SLMO"), "body": note.text}
    if note.kind == NoteKind.STEP and note.step:
        step = BreachState(note.step)
        return {**item, "icon": STEP_ICONS[step], "tone": sign_of(step).tone, "text": STEP_WORDS[step]}
    return {**item, "icon": "note", "tone": "", "text": _("wrote")}


def _fact_item(facts: Sequence[Fact]) -> dict[str, Any]:
    """Return a line for one outage, in one place or in several at the same time."""
    fact = facts[0]
    text = _("still down")
    if fact.end:
        text = _("down for %(time)s") % {"time": words.duration(int((fact.end - fact.start).total_seconds()))}
    item = {"at": fact.start, "who": _places(facts), "icon": "circle-x", "tone": "breach", "text": text}
    if fact.reference:
        item["body"] = _("Reference %(reference)s") % {"reference": fact.reference}
    return item


def _places(facts: Sequence[Fact]) -> str:
    """Return where an outage was, as few words as possible."""
    scopes = sorted(fact.scope for fact in facts if fact.scope)
    if not scopes:
        return _("The service")
    if len(scopes) <= PLACES_MOST:
        return ", ".join(scopes)
    rest = len(scopes) - PLACES_MOST + 1
    more = ngettext("%(places)s and %(count)d more place", "%(places)s and %(count)d more places", rest)
    return more % {"places": ", ".join(scopes[: PLACES_MOST - 1]), "count": rest}


def outages_in(breach: Breach) -> list[Fact]:
    """Return the longest outages that are recorded in the period, as they are known now."""
    rows = Fact.objects.filter(
        Q(end__isnull=True) | Q(end__gt=breach.period_start),
        indicator=breach.objective.indicator_id,
        superseded_at__isnull=True,
        state=FactState.DOWN,
        start__lt=breach.period_end,
    )
    return list(rows.order_by("start")[:FACTS_MOST])


def similar(user: User, breach: Breach) -> QuerySet[Breach]:
    """Return the other breaches of the same objective, the latest first."""
    rows = breaches_visible(user).filter(objective=breach.objective_id).exclude(pk=breach.pk)
    rows = rows.exclude(state=BreachState.WITHDRAWN).select_related("result", "closed_by")
    return rows.order_by("-period_start")


def affected(user: User, breach: Breach) -> list[Agreement]:
    """Return the agreements of services that need the one whose target was missed, as far as the person sees them."""
    services = Dependency.objects.filter(needs=breach.objective.agreement.service_id).values("service")
    rows = agreements_visible(user).filter(service__in=services)
    return list(rows.select_related("customer", "service").order_by("service__name")[:SIMILAR_MOST])
