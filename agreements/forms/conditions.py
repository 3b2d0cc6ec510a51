"""Forms of what an agreement says beside its objectives: the typed conditions, and one clause in words."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm
from agreements.forms.objective.kinds import Group
from agreements.forms.objective.rows import SPARE, row_name, rows_clean, rows_typed
from agreements.models import Version
from agreements.services.document_clauses import clause_put as condition_put
from agreements.services.document_parts import clause_put, conditions_put
from slmo.core.errors import EngineError
from slmo.core.terms.conditions import LONGEST_NOTICE, LONGEST_PROSE, parse_days, parse_months

EVERY = (
    ("", _("not agreed")), ("week", _("every week")), ("month", _("every month")), ("quarter", _("every quarter")),
    ("half", _("every half-year")), ("year", _("every year")),
)  # fmt: skip
WHO = (("either", _("either side")), ("provider", _("only the provider")), ("customer", _("only the customer")))
RENEWALS = (
    ("", _("not agreed")), ("none", _("not extended by itself")), ("months", _("extended by itself, again and again")),
)  # fmt: skip
GROUPS = (
    Group(
        _("Reports and reviews"),
        (("reporting_every", "reporting_within"), ("reporting_to",), ("reporting_content",), ("review_every",)),
    ),
    Group(_("Notice"), (("disruptions_notice", "claims_within"),)),
    Group(_("Changes to the agreement"), (("amendment_notice", "amendment_by"),)),
    Group(
        _("Renewal"), (("renewal_kind", "renewal_months", "renewal_notice"),),
        _("A term that ends is either renewed by a new signed version, or extended by itself."),
    ),
    Group(
        _("Termination"),
        (("termination_notice", "termination_by"), ("termination_grounds",), ("termination_data_return",)),
    ),
    Group(_("Who sees to what"), (("duties_provider",), ("duties_customer",))),
    Group(_("Contacts"), (("contacts",),)),
)  # fmt: skip
CONTACT_PARTS = {"role": _("For what"), "name": _("Who"), "reach": _("How to reach them")}
LINES_HELP = _("One a line.")


def _days(label: Any, help_text: Any = "") -> forms.IntegerField:
    field = forms.IntegerField(
        label=label, required=False, min_value=0, max_value=LONGEST_NOTICE, help_text=help_text,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )  # fmt: skip
    field.unit = _("days")  # type: ignore[attr-defined]
    return field


def _lines(label: Any) -> forms.CharField:
    widget = forms.Textarea({"rows": 3})
    return forms.CharField(label=label, required=False, max_length=20_000, widget=widget, help_text=LINES_HELP)


class ConditionsForm(DraftForm):
    """The typed conditions of a draft, or one of them; what is left empty is not agreed."""

    reporting_every = forms.ChoiceField(label=_("A report is owed"), choices=EVERY, required=False)
    reporting_within = _days(_("Within"), _("After the end of what it is about."))
    reporting_to = forms.CharField(label=_("Sent to"), required=False, max_length=300)
    reporting_content = forms.CharField(label=_("What it tells"), required=False, max_length=1000)
    review_every = forms.ChoiceField(label=_("Both sides review the service"), choices=EVERY, required=False)
    disruptions_notice = _days(_("Planned disruptions are announced ahead by"))
    claims_within = _days(_("Service credits are claimed within"), _("After the report."))
    amendment_notice = _days(_("A change is proposed ahead by"))
    amendment_by = forms.ChoiceField(label=_("Who may propose one"), choices=WHO, required=False)
    renewal_kind = forms.ChoiceField(label=_("At its end the term is"), choices=RENEWALS, required=False)
    renewal_months = forms.IntegerField(label=_("Each time by"), required=False, min_value=1, max_value=1200)
    renewal_notice = _days(_("Unless notice is given ahead by"))
    termination_notice = _days(_("Notice"))
    termination_by = forms.ChoiceField(label=_("Who may give it"), choices=WHO, required=False)
    termination_grounds = _lines(_("Grounds on which it ends at once"))
    termination_data_return = _days(_("The customer's data are given back within"))
    duties_provider = _lines(_("The provider sees to"))
    duties_customer = _lines(_("The customer sees to"))

    def __init__(self, *args: Any, version: Version, only: str = "", **kwargs: Any) -> None:
        """Start from what the draft says; `only`: the key of the single condition to change."""
        spec = version.document["spec"]
        self.only = only
        self.contacts = list(spec.get("contacts") or [])
        kwargs["initial"] = {**conditions_initial(spec), **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, version=version, **kwargs)
        self.fields["renewal_months"].unit = _("months")  # type: ignore[attr-defined]
        typed = max(rows_typed("contact", self.data), rows_typed("contact", self.initial))
        self.count = max(len(self.contacts) + SPARE, typed) + (SPARE if self.initial.get("more") == "contact" else 0)
        for place in range(self.count):
            said = self.contacts[place] if place < len(self.contacts) else {}
            for part, label in CONTACT_PARTS.items():
                field = forms.CharField(label=label, required=False, max_length=300, initial=said.get(part, ""))
                self.fields[row_name("contact", place, part)] = field
        if only:
            self._narrow(only)

    def _narrow(self, only: str) -> None:
        """Leave the fields of one condition."""
        self.count = self.count if only == "contacts" else 0
        start = "contact_" if only == "contacts" else f"{only}_"
        kept = [name for name in self.fields if name == "changed_at" or name.startswith(start)]
        self.fields = {name: self.fields[name] for name in kept}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Return the fields in groups: title, help, and rows of fields or the rows of contacts."""
        shown = [
            {"title": one.title, "help": one.help, "rows": [row for names in one.rows if (row := self._row(names))]}
            for one in GROUPS
        ]
        return [one for one in shown if one["rows"]]

    def _row(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the fields of a row; nothing where another condition alone is changed."""
        if names == ("contacts",):
            return {"lines": [self._contact_fields(place) for place in range(self.count)]} if self.count else {}
        fields = [self[name] for name in names if name in self.fields]
        return {"fields": fields} if fields else {}

    def _contact_fields(self, place: int) -> list[BoundField]:
        return [self[row_name("contact", place, part)] for part in CONTACT_PARTS]

    def clean(self) -> dict[str, Any]:
        """Refuse a duty without its time, and gather the contacts."""
        data = super().clean() or self.cleaned_data
        for chosen, needed, sentence in (
            (data.get("reporting_every"), "reporting_within", _t("Say within how many days the report is owed.")),
            (data.get("renewal_kind") == "months", "renewal_months", _t("Say by how many months it is extended.")),
            (
                data.get("termination_grounds") or data.get("termination_data_return") is not None,
                "termination_notice",
                _t("Say how many days of notice end the agreement."),
            ),
        ):
            if chosen and data.get(needed) is None and needed not in self.errors:
                self.add_error(needed, ValidationError(sentence))
        data["contacts"] = rows_clean(self, "contact", self.count, ("role",))
        return data

    def document(self) -> dict[str, Any]:
        """Return the draft's document with these conditions."""
        original = self.version.document["spec"]
        said = {key: _kept(original.get(key), one) for key, one in conditions_of(self.cleaned_data).items()}
        if self.only:
            return condition_put(self.version.document, self.only, said.get(self.only))
        return conditions_put(self.version.document, said)

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        key = error.key.removeprefix("spec.").split("[")[0].replace(".", "_")
        field = {"renewal_automatic": "renewal_months", "renewal": "renewal_kind"}.get(key, key)
        shown = field in self.fields
        self.add_error(field if shown else None, error.at_field if shown else error)


def conditions_initial(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields begin with."""

    def said(key: str, part: str) -> Any:
        return (spec.get(key) or {}).get(part)

    automatic = said("renewal", "automatic")
    names = ("reporting_to", "reporting_content", "amendment_by", "termination_by", "reporting_every", "review_every")
    spans = (
        "reporting_within", "disruptions_notice", "claims_within", "amendment_notice", "renewal_notice",
        "termination_notice", "termination_data_return",
    )  # fmt: skip
    lists = ("termination_grounds", "duties_provider", "duties_customer")
    return {
        **{name: said(*name.split("_", 1)) or "" for name in names},
        **{name: _days_of(said(*name.split("_", 1))) for name in spans},
        **{name: "\n".join(said(*name.split("_", 1)) or ()) for name in lists},
        "renewal_kind": "" if automatic is None else "none" if automatic == "none" else "months",
        "renewal_months": _months_of(automatic),
    }


def conditions_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return typed conditions as the document holds them; what is empty is left out."""
    found = {
        "reporting": _said(data, "reporting", days=("within",), words=("every", "to", "content"), needs="every"),
        "review": _said(data, "review", words=("every",), needs="every"),
        "claims": _said(data, "claims", days=("within",), needs="within"),
        "disruptions": _said(data, "disruptions", days=("notice",), needs="notice"),
        "amendment": _said(data, "amendment", days=("notice",), words=("by",), needs="notice"),
        "renewal": _renewal(data),
        "termination": _said(
            data, "termination", days=("notice", "data_return"), words=("by",), lists=("grounds",), needs="notice"
        ),
        "duties": _said(data, "duties", lists=("provider", "customer")),
        "contacts": [{part: row[part] for part in CONTACT_PARTS if row[part]} for row in data.get("contacts") or ()],
    }
    return {key: value for key, value in found.items() if value}


def _said(
    data: Mapping[str, Any],
    key: str,
    *,
    days: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    lists: tuple[str, ...] = (),
    needs: str = "",
) -> dict[str, Any]:
    """Return one condition; nothing where the part that it needs is empty."""
    if needs and data.get(f"{key}_{needs}") in (None, ""):
        return {}
    found = {one: str(data[f"{key}_{one}"]) for one in words if data.get(f"{key}_{one}")}
    found |= {one: f"{data[f'{key}_{one}']}d" for one in days if data.get(f"{key}_{one}") is not None}
    typed = {one: [line.strip() for line in (data.get(f"{key}_{one}") or "").splitlines()] for one in lists}
    return {**found, **{one: kept for one, lines in typed.items() if (kept := [line for line in lines if line])}}


def _kept(original: Any, said: Any) -> Any:
    """Return a condition with the original's words for each length that says the same, such as 6w for 42d."""
    if not isinstance(original, Mapping) or not isinstance(said, Mapping):
        return said
    same = {
        part: before
        for part, now in said.items()
        if (before := original.get(part)) is not None
        for read in (_days_of, _months_of)
        if read(before) is not None and read(before) == read(now)
    }
    return {**said, **same}


def _renewal(data: Mapping[str, Any]) -> dict[str, Any]:
    if not data.get("renewal_kind"):
        return {}
    if data["renewal_kind"] == "none":
        return {"automatic": "none"}
    notice = {} if data.get("renewal_notice") is None else {"notice": f"{data['renewal_notice']}d"}
    return {"automatic": f"{data['renewal_months']} months", **notice}


def _days_of(said: Any) -> int | None:
    try:
        return parse_days(said) if isinstance(said, str) else None
    except EngineError:
        return None


def _months_of(said: Any) -> int | None:
    try:
        return (parse_months(said) or None) if isinstance(said, str) else None
    except EngineError:
        return None


class ProseForm(DraftForm):
    """A clause in words: a new one, or one to change."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(label=_("Text"), max_length=LONGEST_PROSE, widget=forms.Textarea({"rows": 12}))

    def __init__(self, *args: Any, version: Version, place: int | None, **kwargs: Any) -> None:
        """Start from the clause at `place` of the draft; None: a new one."""
        self.place = place
        self.original: dict[str, Any] = {} if place is None else version.document["spec"]["clauses"][place]
        kwargs["initial"] = {**self.original, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, version=version, **kwargs)

    def clause(self) -> dict[str, Any]:
        """Return the clause as the document holds it; its id is kept, or made from the title."""
        text = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        taken = {one["id"] for one in self.version.document["spec"].get("clauses") or ()}
        name = self.original.get("id") or clause_id(self.cleaned_data["title"], taken)
        return {"id": name, "title": self.cleaned_data["title"], "text": text}

    def document(self) -> dict[str, Any]:
        """Return the draft's document with this clause."""
        return clause_put(self.version.document, self.place, self.clause())

    def refuse_document(self, error: DocumentRefused) -> None:
        """Show a refusal at the field that its key names."""
        field = error.key.rpartition("].")[2]
        shown = error.key.startswith("spec.clauses") and field in self.fields
        self.add_error(field if shown else None, error.at_field if shown else error)


def clause_id(title: str, taken: set[str]) -> str:
    """Return a lasting name for a clause: of its title's Latin letters, with a number where it is taken."""
    start = slugify(title)[:50].strip("-_").replace("_", "-") or "clause"
    return next(
        name for number in range(1, 10_000) if (name := f"{start}-{number}" if number > 1 else start) not in taken
    )
