"""Application audit."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Name the application for Django, and give the accounts application its log."""

    name = "slmo.audit"
    label = "audit"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        """Plug the log into the application that lies below this one."""
        from slmo.accounts.journal import recorder_plug
        from slmo.audit.services import record

        recorder_plug(record)
