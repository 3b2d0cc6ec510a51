"""Approved exclusions as the engine takes them: what holds for one objective, now or as known at a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from agreements.models import Objective
from monitoring.instants import instant_of
from monitoring.models import Exclusion, ExclusionKind, ProposalState
from monitoring.prepared import rows_fetch
from slmo.core.exclusions import ExclusionWindow
from slmo.core.exclusions import exclusions_digest as digest_of
from slmo.core.governing import spans
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window

# What holds for an objective now, as `exclusions_holding` says it.
_HOLDING = """
SELECT start, "end", kind, reason FROM monitoring_exclusion
WHERE state = 'approved' AND (service_id = %(service)s OR agreement_id = %(agreement)s
    AND (objective_id IS NULL OR objective_id = %(objective)s))
ORDER BY start, id
"""
REASON_LONGEST = 2000  # characters, as slmo/core/facts_csv reads them


def exclusions_holding(objective: Objective, known_at: datetime | None = None) -> QuerySet[Exclusion]:
    """Return the exclusions that hold for an objective, or that held as known at a moment; the earliest first."""
    agreement = objective.agreement
    concerned = Q(agreement=agreement.pk, objective__isnull=True) | Q(agreement=agreement.pk, objective=objective.pk)
    rows = Exclusion.objects.filter(concerned | Q(service=agreement.service_id)).order_by("start", "pk")
    if known_at is None:
        return rows.filter(state=ProposalState.APPROVED)
    decided = rows.filter(state__in=[ProposalState.APPROVED, ProposalState.REVOKED], decided_at__lte=known_at)
    return decided.exclude(revoked_at__lte=known_at)


def exclusions_load(
    objective: Objective, terms: Terms, known_at: datetime | None = None
) -> tuple[ExclusionWindow, ...]:
    """Return the approved exclusions that the engine is to apply to an objective besides those of the agreement.

    Maintenance is left out wherever the terms that rule count it (docs/arithmetic.md, Terms).
    """
    if objective.name not in terms.objective_names:
        return ()
    if known_at is None:
        agreement = objective.agreement
        rows = rows_fetch(_HOLDING, agreement=agreement.pk, objective=objective.pk, service=agreement.service_id)
    else:
        rows = list(exclusions_holding(objective, known_at).values_list("start", "end", "kind", "reason"))
    return tuple(
        ExclusionWindow(window.start, window.end, line_of(reason))
        for start, end, kind, reason in rows
        for window in _applied(Window(instant_of(start), instant_of(end)), kind, objective.name, terms)
    )


def exclusions_of_many(
    objectives: Iterable[tuple[int, str, int, int]], terms: Mapping[int, Terms]
) -> dict[int, tuple[ExclusionWindow, ...]]:
    """Return what `exclusions_load` returns for each of many objectives at present; without those that have none.

    Objectives are given as id, name, agreement's id and service's id, `terms` by agreement; it is one query.
    """
    columns = ("agreement_id", "objective_id", "service_id", "start", "end", "kind", "reason")
    rows = Exclusion.objects.filter(state=ProposalState.APPROVED).order_by("start", "pk").values_list(*columns)
    concerned: dict[tuple[str, int], list[tuple[int, Window, str, str]]] = {}
    for place, (agreement, objective, service, start, end, kind, reason) in enumerate(rows):
        whom = (
            ("objective", objective) if objective else ("agreement", agreement) if agreement else ("service", service)
        )
        span = Window(instant_of(start), instant_of(end))
        concerned.setdefault((whom[0], whom[1] or 0), []).append((place, span, kind, reason))
    found = {}
    for pk, name, agreement, service in objectives if concerned else ():
        keys = (("objective", pk), ("agreement", agreement), ("service", service))
        found[pk] = tuple(
            ExclusionWindow(window.start, window.end, line_of(reason))
            for _, span, kind, reason in sorted(one for key in keys for one in concerned.get(key, ()))
            for window in _applied(span, kind, name, terms[agreement])
        )
    return {pk: windows for pk, windows in found.items() if windows}


def line_of(reason: str) -> str:
    """Return a reason as files keep it: one line of printable characters, of a length that can be read back."""
    return "".join(letter for letter in " ".join(reason.split()) if letter.isprintable())[:REASON_LONGEST]


def exclusions_digest(exclusions: Sequence[ExclusionWindow], window: Window) -> str:
    """Return the SHA-256 over the exclusions that reach into a window; an empty text where none does."""
    reaching = list(exclusions_within(exclusions, window))
    return digest_of(reaching) if reaching else ""


def exclusions_within(exclusions: Iterable[ExclusionWindow], window: Window) -> Iterator[ExclusionWindow]:
    """Yield the exclusions that reach into a window."""
    return (one for one in exclusions if one.start < window.end and one.end > window.start)


def _applied(span: Window, kind: str, name: str, terms: Terms) -> Iterator[Window]:
    """Yield the parts of an exclusion that the ruling terms let count."""
    if kind != ExclusionKind.MAINTENANCE:
        yield span
        return
    for ruling in spans(terms, name, span, span.end):
        agreed = ruling.terms(name)
        if agreed is not None and agreed.maintenance == "excluded":
            yield ruling.window
