"""Application slmo.web: what every page stands on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """Name the application for Django."""

    name = "slmo.web"
    label = "web"
    verbose_name = _("Pages")
