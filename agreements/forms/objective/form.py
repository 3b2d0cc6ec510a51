"""The form of one objective: the fields of its kind, the most important first."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm, Form
from agreements.forms.objective.fields import FIELDS, TIER_HELP, hours_field, limit_fields, period_field, tier_fields
from agreements.forms.objective.kinds import CREDIT_ROWS, KINDS, Group, Kind, Rows
from agreements.forms.objective.rows import SPARE, row_name, rows_clean, rows_initial, rows_typed
from agreements.forms.objective.values import PERCENTILE, SHARES, objective_changed, objective_of, values_of
from agreements.models import Version
from agreements.services.document_parts import objective_put

ROWS = {"limits": "limit", "tiers": "tier"}
KEYS = {
    "unknown": "unknown_counts_as",
    "unknown.last_for": "unknown_last_for",
    "unknown.indeterminate_above": "unknown_above",
    "indicator": "name",
    "workload": "workload_limit",
    "workload.objective": "workload_objective",
    "workload.per": "workload_per",
    "workload.beyond": "workload_beyond",
    "measurement": "measurement_rules",
    "measurement.rules": "measurement_rules",
    "measurement.silent": "measurement_silent",
    "measurement.notice_above": "measurement_notice",
}


class ObjectiveFields(Form):
    """The fields of one objective of a kind; what they say is the objective of a document."""

    kind: str
    shape: Kind

    def fields_add(self, kind: str, original: Mapping[str, Any], calendars: Sequence[str], groups: Rows) -> None:
        """Add the fields of these rows, filled with what the objective says."""
        self.kind, self.shape = kind, KINDS[kind]
        values = values_of(original)
        self.counts: dict[str, int] = {}
        for name in (one for row in groups for one in row):
            if name in ROWS:
                self._rows_add(name, values.get(name) or [])
            elif name == "period":
                self._field_add(name, period_field(str(values.get(name, ""))), values.get(name))
            elif name == "hours":
                self._field_add(name, hours_field(calendars), values.get(name))
            else:
                self._field_add(name, FIELDS[name](kind), values.get(name))

    def _field_add(self, name: str, field: forms.Field, value: Any) -> None:
        if value is not None:
            field.initial = value
        field.css = f"f-{name}"  # type: ignore[attr-defined]  # the page hides what another choice makes void
        self.fields[name] = field

    def _rows_add(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        kind = ROWS[name]
        shown = max(len(rows) + SPARE, rows_typed(kind, self.data), rows_typed(kind, self.initial))
        more = SPARE if self.data.get("more") == kind or self.initial.get("more") == kind else 0
        self.counts[kind] = shown + more
        initial = rows_initial(kind, rows)
        for place in range(self.counts[kind]):
            for part, field in (limit_fields() if kind == "limit" else tier_fields(self.kind)).items():
                key = row_name(kind, place, part)
                self._field_add(key, field, initial.get(key))

    def bound_rows(self, rows: Rows) -> list[dict[str, Any]]:
        """Return rows of fields for the page; rows of limits and tiers as a table of fields."""
        return [
            {"table": row[0], "lines": self._lines(ROWS[row[0]]), "help": TIER_HELP[self.kind in SHARES]}
            if row[0] in ROWS
            else {"fields": [self[name] for name in row if name in self.fields]}
            for row in rows
        ]

    def _lines(self, kind: str) -> list[list[BoundField]]:
        start = f"{kind}_0_"
        parts = [name.removeprefix(start) for name in self.fields if name.startswith(start)]
        return [[self[row_name(kind, place, part)] for part in parts] for place in range(self.counts[kind])]

    @property
    def main(self) -> list[dict[str, Any]]:
        """Return the rows of what matters first."""
        return self.bound_rows(self.shape.main)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the folded groups of fields."""
        credit = Group(_("Service credits"), CREDIT_ROWS, CREDIT_HELP)
        return (*self.shape.more, credit) if self.shape.credited else self.shape.more

    @property
    def more(self) -> list[dict[str, Any]]:
        """Return the folded groups: title, help and rows."""
        return [
            {
                "title": one.title,
                "help": one.help,
                "rows": self.bound_rows(one.rows),
                "credits": one.rows is CREDIT_ROWS,
            }
            for one in self.groups
        ]

    @property
    def more_titles(self) -> list[str]:
        """Return what the folded groups are about."""
        return [str(one.title) for one in self.groups]

    @property
    def more_open(self) -> bool:
        """Tell whether something folded has an error, or more rows are asked for there."""
        if self.initial.get("more") == "tier":
            return True
        first = {"name", "title", *(name for row in self.shape.main for name in row)}
        failed = self.errors if self.is_bound else ()
        return any(name not in first and not name.startswith("limit_") for name in failed)

    def clean(self) -> dict[str, Any]:
        """Gather the rows; a percentile needs its number."""
        data = super().clean() or self.cleaned_data
        if "limit" in self.counts:
            data["limits"] = rows_clean(self, "limit", self.counts["limit"], ("limit",))
            self._limits_check(data["limits"])
        if "tier" in self.counts:
            data["tiers"] = rows_clean(self, "tier", self.counts["tier"], ("percent",))
        if data.get("reduce") == PERCENTILE and not data.get("percentile") and "percentile" not in self.errors:
            self.add_error("percentile", ValidationError(_t("Say which percentile, such as 95.")))
        return data

    def _limits_check(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Refuse rows that leave open which limit a ticket has."""
        if not rows and not self.errors:
            self.add_error("limit_0_limit", ValidationError(_t("Give at least one limit.")))
        names = [row["priority"] for row in rows]
        for number, row in enumerate(rows):
            key = row_name("limit", row["place"], "priority")
            if len(rows) > 1 and not row["priority"] and key not in self.errors:
                self.add_error(key, ValidationError(_t("With several limits each needs its priority.")))
            elif row["priority"] and row["priority"] in names[:number] and key not in self.errors:
                self.add_error(key, ValidationError(_t("Each priority once.")))

    def field_of(self, key: str) -> str | None:
        """Return the field that shows a term, by its key inside the objective; None where there is none."""
        tier = re.fullmatch(r"credits\.tiers\[(\d+)\]\.(below|at_least|percent)", key)
        limit = re.fullmatch(r"limit\.(.+)|priority\[(\d+)\]", key)
        if tier:
            return self._row_field("tier", int(tier[1]), tier[2])
        if limit:
            rows = self.cleaned_data.get("limits") or []
            number = int(limit[2]) if limit[2] else [row["priority"] for row in rows].index(limit[1])
            return self._row_field("limit", number, "priority" if limit[2] else "limit")
        head = re.split(r"[.\[]", key)[0]
        credit = f"credits_{key.removeprefix('credits.')}"
        names = (
            KEYS.get(key),
            key,
            credit,
            KEYS.get(head),
            head,
            f"{head.removesuffix('s')}_0_below",
            f"{head}_0_limit",
            "tier_0_percent" if head == "credits" else None,
        )
        return next((name for name in names if name in self.fields), None)

    def _row_field(self, kind: str, number: int, part: str) -> str | None:
        rows = self.cleaned_data.get(f"{kind}s") or []
        place = rows[number]["place"] if number < len(rows) else 0
        name = row_name(kind, place, part)
        return name if name in self.fields else None


CREDIT_HELP = _("Below which figure how much of the charge is credited. Without a row nothing is credited.")


class ObjectiveForm(DraftForm, ObjectiveFields):
    """One objective of a draft: a new one of a kind, or one to change."""

    def __init__(self, *args: Any, version: Version, kind: str, place: int | None, named: bool, **kwargs: Any) -> None:
        """Start from the objective at `place` of the draft (None: a new one); `named`: its short name is settled."""
        super().__init__(*args, version=version, **kwargs)
        spec = version.document["spec"]
        self.place = place
        self.original: dict[str, Any] = {} if place is None else spec["objectives"][place]
        shape = KINDS[kind]
        head = (("title",),) if named else (("title", "name"),)
        credited = CREDIT_ROWS if shape.credited else ()
        rows = (*head, *shape.main, *(row for group in shape.more for row in group.rows), *credited)
        self.fields_add(kind, {"indicator": kind, **self.original}, list(spec.get("calendars") or {}), rows)
        self.head = self.bound_rows(head)

    def objective(self) -> dict[str, Any]:
        """Return the objective as the document holds it."""
        values = {"name": self.original.get("name", ""), **self.cleaned_data}
        return objective_changed(self.original, values, self.kind) if self.original else objective_of(values, self.kind)

    def document(self) -> dict[str, Any]:
        """Return the draft's document with this objective."""
        return objective_put(self.version.document, self.place, self.objective())

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        number = len(self.version.document["spec"]["objectives"]) if self.place is None else self.place
        start = f"spec.objectives[{number}]."
        field = self.field_of(error.key.removeprefix(start)) if error.key.startswith(start) else None
        self.add_error(field, error.at_field if field else error)


class FirstObjectiveForm(ObjectiveFields):
    """The first objective of a new agreement: what matters first; the rest is said in the draft."""

    use_required_attribute = False  # the terms may come as a file or text instead

    objective = forms.SlugField(label=_("Objective"), max_length=80)

    def __init__(self, *args: Any, kind: str, needed: bool = True, **kwargs: Any) -> None:
        """Offer the most important fields of a kind; `needed`: the terms do not come as a file or text."""
        super().__init__(*args, **kwargs)
        self.fields["objective"].initial = kind
        self.fields_add(kind, {"indicator": kind, **FIRST.get(kind, {})}, [], KINDS[kind].main)
        del self.fields["hours"]
        for field in self.fields.values():
            field.required = field.required and needed

    def document_objective(self) -> dict[str, Any]:
        """Return the objective as a document holds it."""
        return objective_of({**self.cleaned_data, "name": self.cleaned_data["objective"]}, self.kind)

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        start = "spec.objectives[0]."
        field = self.field_of(error.key.removeprefix(start)) if error.key.startswith(start) else None
        field = "objective" if error.key == f"{start}name" else field
        self.add_error(field, error.at_field if field else error)


# What the fields of a new objective begin with.
FIRST: Mapping[str, Mapping[str, Any]] = {
    "availability": {"target": ">= 99.9%"},
    "ratio": {"target": ">= 99.5%"},
    "slices": {"target": ">= 99%", "slice": "5m"},
    "value": {"reduce": "p95"},
    "tasks": {"target": ">= 95%", "limit": "4h"},
    "outages": {"target": "<= 2", "at_least": "5m"},
}
