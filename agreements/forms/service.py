"""Forms of the catalogue."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form
from agreements.models import Criticality, Dependency, DependencyMode, Service
from agreements.selectors import services_visible
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import can
from slmo.accounts.selectors import organisations_visible_to


def owners_of(organisation: Organisation) -> QuerySet[User]:
    """Return the people who may answer for a service of the organisation: its own, and a provider's for suppliers."""
    kinds = [organisation.kind]
    if organisation.kind == Organisation.Kind.SUPPLIER:
        kinds.append(Organisation.Kind.PROVIDER)
    return User.objects.filter(is_active=True, assignments__organisation__kind__in=kinds).distinct()


class ServiceForm(Form):
    """What may be changed about a service."""

    name = forms.CharField(label=_("Name"), max_length=200)
    summary = forms.CharField(
        label=_("What it does for its customers"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("One or two sentences in the customers’ own words."),
    )  # fmt: skip
    criticality = forms.TypedChoiceField(
        label=_("Criticality"), choices=Criticality.choices, coerce=int, initial=Criticality.MEDIUM,
        help_text=_("How much the customers’ business hangs on it."),
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label=_("Service owner"), queryset=User.objects.none(), required=False,
        help_text=_("The person who answers for the service as a whole."),
    )  # fmt: skip

    def __init__(self, *args: Any, service: Service | None = None, **kwargs: Any) -> None:
        """Start from the service as it is."""
        if service is not None:
            fields = ("name", "summary", "criticality", "owner")
            kwargs.setdefault("initial", {field: getattr(service, field) for field in fields})
        super().__init__(*args, **kwargs)
        if service is not None:
            self.owners_offer(owners_of(service.organisation))

    def owners_offer(self, people: QuerySet[User]) -> None:
        """Offer these people as owners."""
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class ServiceNewForm(ServiceForm):
    """A service that is new in the catalogue."""

    field_order = ["name", "slug", "organisation", "summary", "criticality", "owner"]

    slug = forms.SlugField(
        label=_("Short name"), max_length=80, help_text=_("Stands in addresses and in agreement files; never changes.")
    )
    organisation = forms.ModelChoiceField(label=_("Provided by"), queryset=Organisation.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the organisations for which the person may add services."""
        super().__init__(*args, **kwargs)
        visible = organisations_visible_to(user)
        allowed = [one.pk for one in visible if can(user, "service_edit", one)]
        organisations = visible.filter(pk__in=allowed)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["organisation"].initial = organisations.filter(kind=Organisation.Kind.PROVIDER).first()
        people = User.objects.filter(is_active=True, assignments__organisation__kind=Organisation.Kind.PROVIDER)
        self.owners_offer(people.distinct())


class EdgeForm(Form):
    """How much a service needs another."""

    mode = forms.ChoiceField(
        label=_("How much"), choices=DependencyMode.choices, initial=DependencyMode.SERIAL, widget=forms.RadioSelect
    )
    group = forms.SlugField(
        label=_("Group"), required=False, max_length=40,
        help_text=_("Services of one group stand in for each other; leave it empty where there is only one group."),
    )  # fmt: skip
    needed = forms.IntegerField(
        label=_("How many of the group must work"), min_value=1, max_value=99, required=False, initial=1,
        help_text=_("Holds for the whole group: 2 of three, for example."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def clean_needed(self) -> int:
        """Return how many are needed, one where nothing is said."""
        return self.cleaned_data["needed"] or 1

    @classmethod
    def of(cls, edge: Dependency, data: Any = None) -> "EdgeForm":
        """Return the form of an edge, filled with what it says."""
        return cls(data, initial={name: getattr(edge, name) for name in ("mode", "group", "needed", "note")})


class DependencyForm(EdgeForm):
    """A new edge of the catalogue."""

    field_order = ("needs", "mode", "group", "needed", "note")

    needs = forms.ModelChoiceField(
        label=_("It needs"), queryset=Service.objects.none(), empty_label=_("Choose a service")
    )

    def __init__(self, *args: Any, user: User, service: Service, **kwargs: Any) -> None:
        """Offer the services that the person sees and that are not yet named."""
        super().__init__(*args, **kwargs)
        taken = service.dependencies.values("needs")
        offered = services_visible(user).exclude(pk=service.pk).exclude(pk__in=taken)
        self.fields["needs"].queryset = offered  # type: ignore[attr-defined]
