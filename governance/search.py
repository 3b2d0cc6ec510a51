"""What the command palette finds: services, agreements, objectives, breaches, people and acts, within one's scope."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, TruncMonth
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.selectors import agreements_visible, objectives_visible, services_visible
from monitoring.selectors import breaches_visible
from slmo.accounts.models import User
from slmo.accounts.policy import can

EACH_MOST = 6
WORDS_MOST = 6
TEXT_MOST = 80


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what tells it apart, where it is."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Group:
    """Things of one kind that were found."""

    name: str | Promise
    icon: str
    hits: list[Hit]


@dataclass(frozen=True)
class Act:
    """Something that one may want to do or see: its name, route, the action it needs, and words that also find it."""

    name: str | Promise
    route: str
    action: str
    words: str | Promise = ""


ACTS: tuple[Act, ...] = (
    Act(_("Today"), "today", "agreement_view", _("home start first screen")),
    Act(_("Service catalogue"), "catalogue", "catalogue_view", _("services products")),
    Act(_("Agreements"), "agreements", "agreement_view", _("contracts SLA OLA UC")),
    Act(_("Operations board"), "operations", "objective_view", _("alerts urgent at risk")),
    Act(_("Status of all objectives"), "statuses", "objective_view", _("targets verdicts")),
    Act(_("Breaches"), "breaches", "breach_view", _("history missed violations")),
    Act(_("Sources of facts"), "sources", "facts_view", _("connectors probes monitoring")),
    Act(_("Import facts from a file"), "facts_import", "facts_import", _("upload csv")),
    Act(_("Compliance matrix"), "reports", "report_view", _("reports months")),
    Act(_("Reviews and improvements"), "improvement", "agreement_view", _("calendar register")),
    Act(_("Open a new agreement"), "agreement_new", "agreement_create", _("contract create")),
    Act(_("Add a service"), "service_new", "service_edit", _("catalogue create")),
    Act(_("Schedule a review"), "review_new", "review_schedule", _("meeting plan")),
    Act(_("Propose an improvement"), "improvement_new", "improvement_edit", _("register action")),
    Act(_("Preferences"), "preferences", "catalogue_view", _("language time zone theme")),
)


def search(user: User, text: str) -> list[Group]:
    """Return what matches every word of `text`, in groups; without text the acts alone. At most five queries."""
    words = text[:TEXT_MOST].split()[:WORDS_MOST]
    groups = [_acts(user, words)]
    if words:
        groups = [collect(user, words) for collect in COLLECTORS] + groups
    return [group for group in groups if group.hits]


def _acts(user: User, words: list[str]) -> Group:
    """Return the acts that this person may do and whose name or words hold all that was typed."""
    hits = []
    for act in ACTS:
        known = f"{act.name} {act.words}".casefold()
        if can(user, act.action) and all(word.casefold() in known for word in words):
            hits.append(Hit(str(act.name), "", reverse(act.route)))
    return Group(_("Acts"), "bolt", hits)


def _matching(rows: QuerySet[Any], words: list[str], *fields: str) -> QuerySet[Any]:
    """Return the rows in which every word stands in one of the fields."""
    conditions = (reduce(lambda seen, field: seen | Q(**{f"{field}__icontains": word}), fields, Q()) for word in words)
    return rows.filter(reduce(and_, conditions))[:EACH_MOST]


def _services(user: User, words: list[str]) -> Group:
    """Return the services found by name."""
    rows = _matching(services_visible(user).select_related("organisation"), words, "name", "slug", "organisation__name")
    hits = [Hit(row.name, row.organisation.name, reverse("service", args=[row.slug])) for row in rows]
    return Group(_("Services"), "stack-2", hits)


def _agreements(user: User, words: list[str]) -> Group:
    """Return the agreements found by title or party."""
    rows = agreements_visible(user).select_related("provider", "customer")
    rows = _matching(rows, words, "title", "slug", "type", "provider__name", "customer__name")
    hits = [Hit(row.title, f"{row.provider} → {row.customer}", reverse("agreement", args=[row.slug])) for row in rows]
    return Group(_("Agreements"), "file-text", hits)


def _objectives(user: User, words: list[str]) -> Group:
    """Return the objectives found by name, agreement or service."""
    rows = objectives_visible(user).select_related("agreement__service")
    rows = _matching(rows, words, "name", "agreement__title", "agreement__service__name")
    hits = [
        Hit(row.name, row.agreement.title, reverse("objective", args=[row.agreement.slug, row.name])) for row in rows
    ]
    return Group(_("Objectives"), "target", hits)


def _breaches(user: User, words: list[str]) -> Group:
    """Return the breaches found by objective, agreement, service or month (2021-06); the latest first."""
    rows = breaches_visible(user).select_related("objective__agreement__service").order_by("-period_start")
    months = Cast(TruncMonth("period_start"), TextField())
    fields = ("objective__name", "objective__agreement__title", "objective__agreement__service__name", "month")
    rows = _matching(rows.annotate(month=months), words, *fields)
    hits = [
        Hit(
            f"{row.objective.agreement.service}: {row.objective.name}",
            f"{row.period_start:%Y-%m}, {row.get_state_display()}",
            reverse("breach", args=[row.pk]),
        )
        for row in rows
    ]
    return Group(_("Breaches"), "alert-octagon", hits)


def _people(user: User, words: list[str]) -> Group:
    """Return the people found by name or address, for whoever administers them."""
    rows = User.objects.none()
    if can(user, "user_edit"):
        rows = _matching(User.objects.filter(is_active=True).order_by("name"), words, "name", "email")
    hits = [Hit(str(row), row.email, reverse("administration_user", args=[row.pk])) for row in rows]
    return Group(_("People"), "user", hits)


COLLECTORS: tuple[Callable[[User, list[str]], Group], ...] = (_services, _agreements, _objectives, _breaches, _people)
