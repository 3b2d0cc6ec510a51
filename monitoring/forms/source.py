"""Forms of sources: what all kinds share; the rest is the connector's own form."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import date_input
from agreements.models import Indicator, IndicatorKind
from monitoring.connectors import Connector
from monitoring.connectors.fields import ConfigForm
from monitoring.forms.facts import indicators_for
from monitoring.kinds import kinds_of
from monitoring.models import Source
from monitoring.services.source import INTERVAL_LEAST, INTERVAL_MOST
from slmo.accounts.models import User

RESERVED = frozenset({"new", "try", "points"})  # what stands beside short names of sources in addresses


class SourceForm(forms.Form):
    """Name a source, say what it feeds and how often it is asked."""

    name = forms.CharField(label=_("Name"), max_length=200)
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label=_("Feeds"),
        empty_label=_("Choose an indicator"),
        help_text=_("What its facts are about."),
    )
    interval = forms.IntegerField(label=_("Asked every"), min_value=INTERVAL_LEAST, max_value=INTERVAL_MOST, initial=60)
    since = forms.DateField(
        label=_("Asked for the time since"), required=False, widget=date_input(),
        help_text=_("Left empty: from now on. What lies before now is fetched week by week, the earliest first."),
    )  # fmt: skip
    enabled = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(
        self, user: User, connector: Connector, *args: Any, source: Source | None = None, **kwargs: Any
    ) -> None:
        """Offer the indicators that such a source can feed and this person may edit; a saved source keeps its own."""
        if source:
            kwargs.setdefault("initial", {name: getattr(source, name) for name in ("name", "interval", "enabled")})
        super().__init__(*args, **kwargs)
        if source or not connector.windowed:
            del self.fields["since"]
        if source:
            del self.fields["indicator"]
        else:
            self.fields["indicator"].queryset = indicators_fed(user, connector)  # type: ignore[attr-defined]
            del self.fields["enabled"]

    def clean(self) -> dict[str, Any]:
        """Let the day from which on is asked begin at midnight, by the clocks of who delivers the service."""
        data = super().clean() or self.cleaned_data
        if (since := data.get("since")) and (indicator := data.get("indicator")):
            zone = ZoneInfo(indicator.service.organisation.timezone)
            data["since"] = datetime.combine(since, time.min, zone)
        return data


class FieldShown(NamedTuple):
    """A field of a configuration as the page shows it."""

    bound: BoundField
    unit: str | Promise
    placeholder: str


def indicators_fed(user: User, connector: Connector) -> Any:
    """Return the indicators that a source of this kind can feed and whose sources this person may edit."""
    fed = [kind for kind in IndicatorKind.values if {one.name for one in kinds_of(kind)} & set(connector.facts)]
    return indicators_for(user, "source_edit").filter(kind__in=fed)


def config_form(
    connector: Connector, data: Any = None, initial: dict[str, Any] | None = None, held: Collection[str] = ()
) -> ConfigForm:
    """Return the form of a kind of source; its fields carry the prefix `config`. Secrets in `held` are stored."""
    return connector.form(data, prefix="config", initial=initial, held=held)


def form_rows(form: ConfigForm, *, further: bool = False) -> list[list[FieldShown]]:
    """Return the fields in the rows of their layout: those that show at once, or the `further` ones."""
    named = {name for row in form.layout for name in row}
    rows = [*form.layout, *([name] for name in form.fields if name not in named)]
    chosen = [[name for name in row if name in form.fields and (name in form.further) == further] for row in rows]
    return [
        [FieldShown(form[name], form.units.get(name, ""), form.placeholders.get(name, "")) for name in row]
        for row in chosen
        if row
    ]


def slug_free(name: str) -> str:
    """Return a short name for addresses, made of a name, that no other source has."""
    base = slugify(name)[:70] or "source"
    base = f"{base}-1" if base in RESERVED else base
    taken = set(Source.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbers = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbers if slug not in taken)
