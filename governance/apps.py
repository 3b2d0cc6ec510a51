"""Application governance."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GovernanceConfig(AppConfig):
    """Name the application for Django."""

    name = "governance"
    verbose_name = _("Governance")
