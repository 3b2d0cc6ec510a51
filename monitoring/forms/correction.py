"""Forms of corrections: one state for one span, or rows of the indicator's other kinds of facts."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from monitoring.forms.facts import moment_input
from monitoring.forms.proposal import ProposalForm, words_area
from monitoring.forms.span import SpanForm
from monitoring.instants import instant_of
from monitoring.kinds import FactKind
from monitoring.models import FactState
from monitoring.services.correction_rows import ROWS_MOST
from slmo.core.units import format_instant

_STATES = [(state.name.lower(), state.label) for state in FactState]


class StateCorrectionForm(SpanForm, ProposalForm):
    """Say in which state a service really was."""

    state = forms.ChoiceField(label=_("What it really was"), choices=_STATES, widget=forms.RadioSelect, initial="up")
    start = forms.DateTimeField(label=_("From"), widget=moment_input())
    end = forms.DateTimeField(label=_("Until"), widget=moment_input())
    scope = forms.CharField(
        label=_("Where"),
        max_length=80,
        required=False,
        help_text=_("A region or site, as in the facts; left empty: everywhere."),
    )
    field_order = ("state", "start", "end", "scope", "reason", "evidence", "link", "file", "note")

    def rows(self) -> list[dict[str, str]]:
        """Return the correction as the service takes it."""
        cleaned = self.cleaned_data
        start, end = (format_instant(instant_of(cleaned[name])) for name in ("start", "end"))
        return [{"start": start, "end": end, "state": cleaned["state"], "scope": cleaned["scope"]}]


class RowsCorrectionForm(ProposalForm):
    """Say which facts of another kind hold instead, in the columns of a file."""

    facts = forms.CharField(label=_("The right facts"), widget=words_area(6))
    field_order = ("facts", "reason", "evidence", "link", "file", "note")

    def __init__(self, kind: FactKind, *args: Any, **kwargs: Any) -> None:
        """Take the kind whose columns the facts have."""
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["facts"].help_text = _t(
            "One fact a line, below the names of the columns; each takes the place of the one of the same time and "
            "place, or of the task of the same name."
        )
        self.fields["facts"].widget.attrs["class"] = "form-control mono"

    def clean_facts(self) -> list[dict[str, str]]:
        """Return the lines as items; refuse a header that is not the kind's."""
        reader = csv.DictReader(io.StringIO(self.cleaned_data["facts"].strip()))
        known = {*self.kind.fields, *self.kind.common}
        if unknown := sorted(name for name in reader.fieldnames or () if name not in known):
            expected = ",".join(self.kind.fields)
            raise forms.ValidationError(
                _t("There is no column %(name)s; expected %(expected)s.") % {"name": unknown[0], "expected": expected}
            )
        rows = [_item(row) for row in reader]
        if not rows or len(rows) > ROWS_MOST:
            raise forms.ValidationError(_t("Expected from 1 to %(most)d facts.") % {"most": ROWS_MOST})
        return rows

    def rows(self) -> list[dict[str, str]]:
        """Return the correction as the service takes it."""
        return list(self.cleaned_data["facts"])


def _item(row: Mapping[str | None, Any]) -> dict[str, str]:
    """Return one line as an item; raise ValidationError for a line of another length than the header."""
    if None in row or None in row.values():
        raise forms.ValidationError(_t("Every line must have as many fields as the header."))
    return {str(name): value.strip() for name, value in row.items() if value.strip()}
