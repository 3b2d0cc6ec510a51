"""The person who logs in."""

from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from slmo.accounts.models.held import Held
from slmo.accounts.zones import validate_zone


class Language(models.TextChoices):
    """Languages of pages and letters."""

    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")


class Theme(models.TextChoices):
    """Appearance of the pages."""

    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    """Find and make users by e-mail address, whatever the case of its letters."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail address, ignoring case."""
        return self.get(email__iexact=(username or "").strip())

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save a user; without a password one must be set by a reset. The portal itself calls `user_create`."""
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save a user who administers the installation (`manage.py createsuperuser`)."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person: e-mail address to log in with, name, language, time zone and theme."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.ENGLISH)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("name", "id")
        constraints = (
            # Log-in ignores the case of the address, so two accounts may not differ by case alone.
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_lower",
                violation_error_message=_("A user with this e-mail address already exists."),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Tell whether this person administers the installation itself."""
        return self.is_superuser

    @property
    def zone(self) -> ZoneInfo:
        """Return the reader's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Return the assignments of this person, read once for the life of this object."""
        rows = self.assignments.order_by("id").values_list("organisation_id", "organisation__kind", "role", "level")
        return tuple(Held(organisation, kind, role, level or 0) for organisation, kind, role, level in rows)

    def get_full_name(self) -> str:
        """Return the name, as Django's own letters ask for it."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the name, as Django's own letters ask for it."""
        return str(self)
