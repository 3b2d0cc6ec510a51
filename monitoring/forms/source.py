"""Forms of sources: what all kinds share; the rest is the connector's own form."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agreements.models import Indicator
from monitoring.connectors import CONNECTORS
from monitoring.forms.facts import indicators_for
from monitoring.models import Source
from monitoring.services.source import INTERVAL_LEAST, INTERVAL_MOST
from slmo.accounts.models import User


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
    enabled = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, user: User, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        """Offer the indicators whose sources this person may edit; a saved source keeps its indicator."""
        if source:
            kwargs.setdefault("initial", {name: getattr(source, name) for name in ("name", "interval", "enabled")})
        super().__init__(*args, **kwargs)
        if source:
            del self.fields["indicator"]
        else:
            self.fields["indicator"].queryset = indicators_for(user, "source_edit")  # type: ignore[attr-defined]
            del self.fields["enabled"]


def config_form(kind: str, data: Any = None, initial: dict[str, Any] | None = None) -> forms.Form:
    """Return the form of a kind of source; its fields carry the prefix `config`. Raises KeyError for no kind."""
    return CONNECTORS[kind].form(data, prefix="config", initial=initial)


def slug_free(name: str) -> str:
    """Return a short name for addresses, made of a name, that no other source has."""
    base = slugify(name)[:70] or "source"
    taken = set(Source.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbers = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbers if slug not in taken)
