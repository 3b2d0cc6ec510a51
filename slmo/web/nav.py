"""The seven entries of the navigation, and which of them a person sees."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slmo.accounts.policy import can


@dataclass(frozen=True)
class Entry:
    """One entry: the URL name it leads to, its word and icon, and the acts of which one must be allowed (none: all).

    `beside`: URL names of pages that belong to it and have addresses of their own.
    """

    name: str
    label: str | Promise
    icon: str
    acts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


ENTRIES = (
    Entry("today", _("Today"), "inbox"),
    Entry("catalogue", _("Catalogue"), "layout-grid", ("catalogue_view",)),
    Entry("agreements", _("Agreements"), "file-certificate", ("agreement_view",), ("horizon",)),
    Entry("operations", _("Operations"), "activity", ("objective_view",)),
    Entry("reports", _("Reports"), "report-analytics", ("report_view",)),
    Entry("improvement", _("Improvement"), "trending-up", ("improvement_edit", "review_schedule", "review_hold")),
    Entry("administration", _("Administration"), "settings", ("user_edit", "organisation_edit", "audit_view")),
)


@dataclass(frozen=True)
class Link:
    """An entry as it is drawn."""

    label: str | Promise
    icon: str
    url: str
    current: bool


def url_or_none(name: str) -> str | None:
    """Return the address of a URL name, or None where no application brings it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def nav_links(request: HttpRequest) -> list[Link]:
    """Return the entries that lead somewhere and that the person may use; the current one by its path."""
    found = []
    for entry in ENTRIES:
        url = url_or_none(entry.name)
        if url is None or (entry.acts and not any(can(request.user, act) for act in entry.acts)):
            continue
        paths = tuple(path for name in (entry.name, *entry.beside) if (path := url_or_none(name)))
        current = request.path == url if url == "/" else request.path.startswith(paths)
        found.append(Link(entry.label, entry.icon, url, current))
    return found
