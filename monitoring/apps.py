"""Application monitoring."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """Name the application for Django."""

    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        """Tell the catalogue how services stand."""
        from agreements.reading.marks import marker_register
        from monitoring.figures.marks import service_marks

        marker_register(service_marks)
