"""The list of an indicator's facts: its columns and filters, whatever kind they are of."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from monitoring.kinds import FactKind
from monitoring.models import Fact, FactState
from slmo.web import words
from slmo.web.lists import Choice, Column, Search
from slmo.web.templatetags.slmo import state, when


def columns_of(kind: FactKind) -> tuple[Column, ...]:
    """Return the columns of a kind: when, what it says, where, and how it came to be known."""
    return (*_times(kind), *_said(kind), *_COMMON)


def _times(kind: FactKind) -> list[Column]:
    """Return the columns that say when."""
    listed = [_time(kind.first, _("At") if kind.first == kind.last else _("From"))]
    if kind.last != kind.first:
        listed.append(_time(kind.last, _("Until"), _("the next one") if kind.name == "states" else words.DASH))
    if kind.name == "states":
        listed.append(Column("lasted", _("Lasted"), _lasted, css="num"))
    return listed


def _time(name: str, label: Any, missing: Any = words.DASH) -> Column:
    """Return the column of an instant."""
    return Column(
        name,
        label,
        lambda row: when(getattr(row, name)) if getattr(row, name) else missing,
        sort=(name,),
        export=lambda row: getattr(row, name).isoformat() if getattr(row, name) else "",
        css="nowrap",
    )


def _lasted(row: Fact) -> str:
    """Return how long a fact held."""
    return words.duration(int((row.end - row.start).total_seconds())) if row.end else words.DASH


def _reference(row: Any) -> str | SafeString:
    """Return what a person would look up, with what they handed in as proof."""
    proofs = []
    if row.batch.evidence_link:
        proofs.append(
            format_html(
                '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>',
                row.batch.evidence_link,
                _("link"),
            )
        )
    if row.batch.evidence_id:
        proofs.append(format_html('<a href="{}">{}</a>', reverse("fact_evidence", args=[row.batch_id]), _("file")))
    if not proofs:
        return row.reference or words.DASH
    return format_html("{} {}", row.reference, format_html_join(" · ", "{}", ((one,) for one in proofs)))


def _said(kind: FactKind) -> list[Column]:
    """Return the columns that say what."""
    if kind.name == "states":
        return [_STATE]
    numbers = ("good", "total", "value")
    fields = {field.name for field in kind.model._meta.get_fields()}
    return [
        Column(
            name,
            label,
            lambda row, name=name: kind.shown(row)[name] or words.DASH,  # type: ignore[misc]  # bound to this turn's name
            sort=(name,) if name in fields else None,
            export=lambda row, name=name: kind.shown(row)[name],  # type: ignore[misc]  # likewise
            css="num" if name in numbers else "",
        )
        for name, label in kind.labels.items()
    ]


_STATE = Column(
    "state",
    _("State"),
    lambda row: state(FactState(row.state).name.lower()),
    sort=("state",),
    export=lambda row: FactState(row.state).name.lower(),
)
_COMMON = (
    Column(
        "scope", _("Where"), lambda row: row.scope or _("everywhere"), sort=("scope",), export=lambda row: row.scope
    ),
    Column("reference", _("Reference"), _reference, export=lambda row: row.reference),
    Column("origin", _("Origin"), lambda row: row.origin, sort=("origin",)),
    Column(
        "recorded",
        _("Recorded"),
        lambda row: when(row.recorded_at),
        sort=("recorded_at",),
        export=lambda row: row.recorded_at.isoformat(),
        css="nowrap",
    ),
)


def filters_of(indicator: Indicator, kind: FactKind) -> list[Choice | Search]:
    """Return the filters of one indicator's facts, with the scopes and origins that occur."""
    rows = kind.model._default_manager.filter(indicator=indicator, superseded_at__isnull=True).order_by()
    scopes = sorted(scope for scope in rows.values_list("scope", flat=True).distinct() if scope)
    origins = sorted(rows.values_list("origin", flat=True).distinct())
    states = [(str(key), label) for key, label in FactState.choices]
    return [
        Search(_("Reference or place"), fields=("reference", "scope")),
        *([Choice("state", _("Any state"), states, _by("state"))] if kind.name == "states" else []),
        Choice("scope", _("Anywhere"), [(scope, scope) for scope in scopes], _by("scope")),
        Choice("origin", _("Any origin"), [(origin, origin) for origin in origins], _by("origin")),
    ]


def _by(path: str) -> Any:
    """Return a filter that compares one field."""
    return lambda rows, value: rows.filter(**{path: value})
