"""Application monitoring."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """Name the application for Django."""

    name = "monitoring"
    verbose_name = _("Monitoring")
