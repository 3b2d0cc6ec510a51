"""Verbs of the networks that sources may reach though they are not public."""

import ipaddress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from monitoring.connectors.outbound import networks_forget
from monitoring.models import NetworkAllowed
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record as audit

WIDEST = {4: 8, 6: 32}  # bits of the shortest prefix: nobody allows half of the world by one line


def network_allow(*, name: str, network: str, reason: str, actor: User, now: datetime) -> NetworkAllowed:
    """Allow sources to reach a network that is not public. Raises Denied; ValidationError by field."""
    require(actor, "network_allow")
    allowed = NetworkAllowed(
        name=name, network=str(network_read(network)), reason=reason, allowed_by=actor, allowed_at=now
    )
    allowed.full_clean()
    with transaction.atomic():
        allowed.save()
        after = {"name": name, "network": allowed.network, "reason": reason}
        audit(actor=actor, action="network_allow", subject=allowed, after=after, now=now)
        transaction.on_commit(networks_forget)
    return allowed


def network_forbid(*, network: NetworkAllowed, actor: User, now: datetime) -> None:
    """Take a network out of the table; sources that are in it fail from then on. Raises Denied."""
    require(actor, "network_allow")
    before = {"name": network.name, "network": network.network, "reason": network.reason}
    with transaction.atomic():
        audit(actor=actor, action="network_forbid", subject=network, before=before, now=now)
        network.delete()
        transaction.on_commit(networks_forget)


def network_read(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return a network from its text; raise ValidationError for what is none, or too wide."""
    try:
        found = ipaddress.ip_network(text.strip())
    except ValueError:
        sentence = _("Expected a network, such as 10.20.0.0/16 or fd12::/32, or one address.")
        raise ValidationError({"network": sentence}) from None
    if found.prefixlen < WIDEST[found.version]:
        sentence = _("This is wider than /%(bits)d: name the networks that you mean.")
        raise ValidationError({"network": sentence % {"bits": WIDEST[found.version]}})
    return found
