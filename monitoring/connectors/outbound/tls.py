"""Whom a connection trusts: the system's authorities and the installation's own, or those of one source alone."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from monitoring.connectors.errors import ConnectorError
from monitoring.sentence import gettext as _


class Trust(NamedTuple):
    """`ca`: certificates (PEM) that are trusted in place of the system's; `checked` false only for looking at one."""

    ca: str = ""
    checked: bool = True


def context_of(trust: Trust) -> ssl.SSLContext:
    """Return the context for connections; raises ConnectorError for certificates that cannot be read."""
    try:
        return _context(trust, settings.OUTBOUND_CA_FILE)
    except (ssl.SSLError, OSError, ValueError):
        raise ConnectorError(
            _("The certificates of the authority cannot be read; expected PEM text."), again=False
        ) from None


@lru_cache(maxsize=64)
def _context(trust: Trust, own: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=trust.ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if own and not trust.ca:
        context.load_verify_locations(cadata=Path(own).read_text(encoding="utf-8"))
    if not trust.checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
