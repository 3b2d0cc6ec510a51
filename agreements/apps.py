"""Application agreements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementsConfig(AppConfig):
    """Name the application for Django."""

    name = "agreements"
    verbose_name = _("Agreements")
