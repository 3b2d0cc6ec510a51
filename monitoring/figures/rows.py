"""The recorded facts behind a figure as the rows of a table, whatever kind they are of."""

from typing import Any

from django.db.models import Q, QuerySet

from monitoring.figures.cut import Cut
from monitoring.instants import moment_of
from monitoring.models import FactState
from slmo.web.words import DASH, when


def rows_behind(cut: Cut) -> QuerySet[Any]:
    """Return the facts that bear on the period, as they were known, in order of time."""
    kind = cut.kind
    since, until = moment_of(cut.window.start), moment_of(cut.window.end)
    rows = kind.model._default_manager.filter(indicator__in=cut.indicators)
    rows = rows.filter(recorded_at__lte=cut.known_at, **{f"{kind.first}__lt": until})
    rows = rows.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=cut.known_at))
    reach = "gte" if kind.first == kind.last else "gt"
    rows = rows.filter(Q(**{f"{kind.last}__isnull": True}) | Q(**{f"{kind.last}__{reach}": since}))
    scopes = cut.objective.scope if cut.objective else ()
    if scopes:
        rows = rows.filter(scope__in=["", *scopes])
    return rows.order_by(kind.first, "pk").select_related("batch__recorded_by")


def row_shown(fact: Any, cut: Cut) -> dict[str, Any]:
    """Return a fact as the table shows it, on the agreement's own clock."""
    kind, zone = cut.kind, cut.terms.timezone
    last = getattr(fact, kind.last) if kind.last != kind.first else None
    states = kind.name == "states"
    return {
        "from_text": when(getattr(fact, kind.first), zone, seconds=kind.name == "samples"),
        "until_text": when(last, zone) if last else "",
        "state": FactState(fact.state).name.lower() if states else "",
        "said": [] if states else [(label, kind.shown(fact)[name] or DASH) for name, label in kind.labels.items()],
        "override": fact.override,
        "scope": fact.scope,
        "reference": fact.reference,
        "recorded_at": fact.recorded_at,
        "by": str(fact.batch.recorded_by or fact.origin),
        "file": fact.batch.file_name,
    }
