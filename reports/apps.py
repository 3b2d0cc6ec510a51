"""Application reports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Name the application for Django."""

    name = "reports"
    verbose_name = _("Reports")
