"""The settings by which a table becomes facts."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.checks import zone_field
from monitoring.connectors.fields import ConfigForm
from monitoring.kinds import KINDS

FACTS = (
    ("states", _l("states: up, degraded, down")),
    ("samples", _l("measured values")),
    ("buckets", _l("counted events, good ones and all")),
    ("tasks", _l("tasks")),
    ("statements", _l("statements")),
)
STATES = ("up", "degraded", "down", "unknown")
PAIRS_MOST = 60


class TableForm(ConfigForm):
    """What the rows are, where each part of a fact stands, what words mean, and in which zone times are."""

    facts = forms.ChoiceField(label=_l("What a row tells"), choices=FACTS, initial="states")
    columns = forms.CharField(
        label=_l("Columns"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}),
        max_length=4000,
        required=False,
        help_text=_l("One a line: ours = theirs, such as start = Began at. Left empty where they have our names."),
    )
    states = forms.CharField(
        label=_l("Words for states"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        max_length=4000,
        required=False,
        help_text=_l("One a line: theirs = ours, such as OK = up. Ours are up, degraded, down and unknown."),
    )
    zone = zone_field()
    time_format = forms.CharField(
        label=_l("How times are written"),
        max_length=60,
        required=False,
        help_text=_l("Such as %d.%m.%Y %H:%M. Left empty: ISO 8601, or seconds or milliseconds since 1970."),
    )
    mapping = (("facts",), ("columns",), ("states",), ("zone", "time_format"))
    further: ClassVar[Collection[str]] = ("states", "zone", "time_format")
    placeholders: ClassVar[Mapping[str, str]] = {"columns": "start = Began at\nend = Ended at\nstate = Status"}
    units: ClassVar[Mapping[str, str | Promise]] = {}

    def clean_columns(self) -> str:
        """Return the columns; raise ValidationError for a line that is none."""
        pairs_read(self.cleaned_data["columns"])
        return str(self.cleaned_data["columns"])

    def clean_states(self) -> str:
        """Return the words; raise ValidationError for a line that names no state of ours."""
        for _theirs, ours in pairs_read(self.cleaned_data["states"]):
            if ours not in STATES:
                raise ValidationError(
                    _("“%(word)s” is no state; expected up, degraded, down or unknown.") % {"word": ours}
                )
        return str(self.cleaned_data["states"])

    def clean(self) -> dict[str, Any]:
        """Refuse columns that such facts do not have."""
        found = super().clean() or self.cleaned_data
        kind = KINDS.get(str(found.get("facts")))
        if kind is not None and "columns" in found:
            known = {*kind.fields, *kind.common, "scope", "reference", "key"}
            unknown = [ours for ours, _theirs in pairs_read(found["columns"]) if ours not in known]
            if unknown:
                values = {"name": unknown[0], "names": ", ".join(kind.fields)}
                self.add_error("columns", _("Such facts have no “%(name)s”; they have %(names)s.") % values)
        return found


def pairs_read(text: str) -> list[tuple[str, str]]:
    """Return lines that read `left = right`; raise ValidationError for one that does not."""
    pairs = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        left, equals, right = (part.strip() for part in line.partition("="))
        if not equals or not left or not right:
            raise ValidationError(_("“%(line)s” is no pair; expected left = right.") % {"line": line[:80]})
        pairs.append((left, right))
    if len(pairs) > PAIRS_MOST:
        raise ValidationError(_("At most %(count)d lines are taken.") % {"count": PAIRS_MOST})
    return pairs
