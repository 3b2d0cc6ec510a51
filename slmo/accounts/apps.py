"""Application accounts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Name the application for Django."""

    name = "slmo.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
