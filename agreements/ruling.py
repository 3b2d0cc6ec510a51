"""Which version of an agreement rules, and for how long; what a person may see of it is decided in selectors.py."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, Version, VersionState
from slmo.core.lifecycle import Term
from slmo.core.terms import Conditions, agreement_parse
from slmo.core.terms.conditions import parse_months


def version_in_force(agreement: Agreement, at: date) -> Version | None:
    """Return the signed version that rules on a date of the agreement's zone, or None.

    One whose term is extended by itself rules until another one takes effect, or the agreement is ended.
    """
    latest = (
        agreement.versions.filter(state=VersionState.SIGNED, effective_from__lte=at).order_by("-effective_from").first()
    )
    if latest is None or latest.is_ending:
        return None
    over = latest.effective_until is not None and latest.effective_until <= at
    return None if over and not renewal_months(latest.document["spec"]) else latest


def conditions_in_force(agreement: Agreement, at: date) -> tuple[Conditions, Term]:
    """Return the conditions in force on a date, and the term for which their version was signed; raises Refused."""
    ruling = version_in_force(agreement, at)
    if ruling is None:
        raise Refused(_("No version of this agreement is in force, so there is nothing to end or to renew."))
    read = agreement_parse([ruling.document]).versions[0]
    return read.conditions, Term(ruling.effective_from, ruling.effective_until)


def renewal_months(spec: Mapping[str, Any]) -> int:
    """Return by how many months a document's term is extended by itself; 0 where it is not."""
    return renewal_length((spec.get("renewal") or {}).get("automatic"))


def renewal_length(said: str | None) -> int:
    """Return the months of a document's `renewal.automatic`; 0 where it says none."""
    return parse_months(said) if said else 0


def endings_ahead(agreement: Agreement) -> QuerySet[Version]:
    """Return the signed endings of an agreement: at most one."""
    return agreement.versions.filter(state=VersionState.SIGNED, document__spec__has_key="ended")
