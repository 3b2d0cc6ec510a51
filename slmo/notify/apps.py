"""Application notify."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    """Name the application for Django."""

    name = "slmo.notify"
    label = "notify"
    verbose_name = _("Notifications")
