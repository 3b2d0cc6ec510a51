"""Forms of exclusions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Service
from agreements.selectors import agreements_visible, services_visible
from monitoring.forms.facts import moment_input
from monitoring.forms.proposal import ProposalForm, words_area
from monitoring.forms.span import SpanForm
from monitoring.models import ExclusionKind
from slmo.accounts.models import User
from slmo.accounts.policy import can

ACT = "exclusion_propose"


class ExclusionForm(SpanForm, ProposalForm):
    """Ask that some time does not count."""

    about = forms.ChoiceField(label=_("For what it does not count"))
    kind = forms.ChoiceField(label=_("Why it does not count"), choices=ExclusionKind.choices, widget=forms.RadioSelect)
    start = forms.DateTimeField(label=_("From"), widget=moment_input())
    end = forms.DateTimeField(label=_("Until"), widget=moment_input())
    field_order = ("about", "start", "end", "kind", "reason", "evidence", "link", "file", "note")

    def __init__(self, user: User, agreement: Agreement | None, *args: Any, **kwargs: Any) -> None:
        """Offer what the person may ask about: all of it, or what belongs to one agreement."""
        super().__init__(*args, **kwargs)
        self.user, self.agreement = user, agreement
        choices = choices_of(agreement) if agreement else choices_all(user)
        self.fields["about"].choices = choices  # type: ignore[attr-defined]

    def subject(self) -> dict[str, Any]:
        """Return what is chosen as the service takes it; raises DoesNotExist for what the person may not know of."""
        what, _separator, name = self.cleaned_data["about"].partition(":")
        if what == "service":
            return {"service": services_visible(self.user).get(slug=name)}
        slug, _separator, objective = name.partition("/")
        agreement = agreements_visible(self.user).get(slug=slug)
        chosen = {"objective": agreement.objectives.get(name=objective)} if what == "objective" else {}
        return {"agreement": agreement, **chosen}


def choices_of(agreement: Agreement) -> list[tuple[str, str]]:
    """Return what of one agreement an exclusion may be about."""
    names = agreement.objectives.order_by("position", "name").values_list("name", flat=True)
    return [
        (f"agreement:{agreement.slug}", _t("All objectives of %(agreement)s") % {"agreement": agreement}),
        *((f"objective:{agreement.slug}/{name}", name) for name in names),
        (f"service:{agreement.service.slug}", _all_of(agreement.service)),
    ]


def choices_all(user: User) -> list[Any]:
    """Return every agreement and service that the person may ask about, in two groups."""
    agreements = [row for row in agreements_visible(user) if can(user, ACT, row.provider, row.customer)]
    services = [row for row in services_visible(user) if can(user, ACT, row.organisation)]
    listed = [(f"agreement:{row.slug}", row.title) for row in sorted(agreements, key=lambda row: row.title)]
    every = [(f"service:{row.slug}", _all_of(row)) for row in sorted(services, key=lambda row: row.name)]
    return [("", _t("Choose an agreement or a service")), (_t("Agreements"), listed), (_t("Services"), every)]


def _all_of(service: Service) -> str:
    """Return the words for all that is agreed about a service."""
    return _t("Everything that is agreed about %(service)s") % {"service": service}


class RevokeForm(forms.Form):
    """Why excluded time counts again."""

    word = forms.CharField(label=_("Why it counts again"), widget=words_area(2))
