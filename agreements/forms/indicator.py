"""The form that opens a stream of facts: what is recorded, and what a file of it looks like."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form, date_input
from agreements.forms.fields import Text
from agreements.models import IndicatorKind, Service
from agreements.selectors import customers_of
from slmo.accounts.models import Organisation, User


class Stream(NamedTuple):
    """A kind of facts: what is recorded, which objectives it can judge, and the first lines of a file."""

    label: Text
    records: Text
    judges: Text
    sample: str


# The kinds that people choose from; an objective of outages reads states, one of slices reads buckets or values.
STREAMS: Mapping[str, Stream] = {
    "availability": Stream(
        _("States"), _("When the service was up, degraded or down: checks, or a list of outages."),
        _("Judges availability, and the number and length of outages."),
        "start,end,state\n2026-03-03T10:00:00+01:00,2026-03-03T10:10:18+01:00,down",
    ),
    "ratio": Stream(
        _("Counted events"), _("How many events there were in a span of time, and how many of them were good."),
        _("Judges the share of good events, and good slices of time."),
        "start,end,good,total\n2026-03-03T10:00:00Z,2026-03-03T10:05:00Z,1198,1200",
    ),
    "value": Stream(
        _("Values"), _("What was measured at an instant: an answer time, a temperature, a backlog."),
        _("Judges means, sums and percentiles, and good slices of time."),
        "at,value\n2026-03-03T10:00:00Z,0.242",
    ),
    "tasks": Stream(
        _("Tasks"), _("Tickets, orders, requests: when each was opened, answered, solved and paused."),
        _("Judges the share of tasks that were done within their limit."),
        "id,opened,responded,resolved,priority,pauses\n"
        "R-1042,2026-03-03T09:05:00+01:00,2026-03-03T09:20:00+01:00,2026-03-03T12:40:00+01:00,P2,",
    ),
    "attested": Stream(
        _("Statements"), _("What a person confirms with evidence: a test passed, a report delivered."),
        _("Judges what no machine measures."),
        "start,end,met,by,evidence\n2026-01-01T00:00:00Z,2026-04-01T00:00:00Z,yes,Mariam Okafor,report 2026-17",
    ),
}  # fmt: skip
STATES = (IndicatorKind.AVAILABILITY, IndicatorKind.OUTAGES)


def stream_label(stream: Stream) -> Text:
    """Return the choice of one kind of facts, with what it records."""
    return format_html(
        '<span class="choice-name">{}</span><span class="soft small d-block">{} {}</span>',
        stream.label, stream.records, stream.judges,
    )  # fmt: skip


class ComparableForm(Form):
    """Since when the figures of an indicator can be compared with each other."""

    since = forms.DateField(
        label=_("Comparable since"), required=False, widget=date_input(),
        help_text=_("The day on which the way of measuring changed. Leave it empty if it never did."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What changed then"), required=False, max_length=200,
        help_text=_("For example: checks every minute instead of every five."),
    )  # fmt: skip


class IndicatorForm(Form):
    """What is measured about a service; its facts come by file, by hand, by the API or from a source."""

    name = forms.CharField(
        label=_("What is measured"), max_length=200, help_text=_("For example: checks of the log-in page.")
    )
    slug = forms.SlugField(
        label=_("Short name"), max_length=80, help_text=_("Stands in addresses and in the API; never changes.")
    )
    kind = forms.ChoiceField(label=_("What is recorded"), widget=forms.RadioSelect, required=False)
    gaps_up = forms.TypedChoiceField(
        label=_("Where no fact says anything"),
        choices=[("0", _("nothing is known")), ("1", _("it was up: an outage list records only what went wrong"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        required=False,
        initial="0",
    )

    measured_by = forms.ModelChoiceField(
        label=_("Whose measurement"), queryset=Organisation.objects.none(), required=False,
        help_text=_("A customer's own measurement is shown beside the provider's; the agreement says which rules."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, service: Service, **kwargs: Any) -> None:
        """Offer the kinds of facts with their words in the language in force, and who may be the one that measures."""
        super().__init__(*args, **kwargs)
        parties: Any = self.fields["measured_by"]
        parties.queryset = customers_of(user, service)
        parties.empty_label = service.organisation.name
        if not parties.queryset.exists():
            del self.fields["measured_by"]
        kind: Any = self.fields["kind"]
        kind.choices = [(name, stream_label(stream)) for name, stream in STREAMS.items()]
        kind.initial = IndicatorKind.AVAILABILITY

    def clean_kind(self) -> str:
        """Return the kind, states where none was chosen."""
        return str(self.cleaned_data["kind"] or IndicatorKind.AVAILABILITY)

    def clean(self) -> dict[str, Any]:
        """Silence means up only where states are recorded."""
        data = super().clean() or self.cleaned_data
        data["gaps_up"] = bool(data.get("gaps_up")) and data.get("kind") in STATES
        return data

    @property
    def streams(self) -> list[dict[str, Any]]:
        """Return what a file of each kind looks like."""
        return [{"name": name, "label": stream.label, "sample": stream.sample} for name, stream in STREAMS.items()]
