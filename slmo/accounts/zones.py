"""Names of time zones."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def _known() -> frozenset[str]:
    """Return the names of all zones; finding them reads the whole folder of the database."""
    return frozenset(available_timezones())


@cache
def zone_names() -> tuple[str, ...]:
    """Return the zones that a person may choose, sorted: `Area/City` names and UTC."""
    skipped = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    names = (name for name in _known() if "/" in name and not name.startswith(skipped))
    return ("UTC", *sorted(names))


def validate_zone(name: str) -> None:
    """Raise ValidationError where `name` is no time zone of the IANA database."""
    if name not in _known():
        raise ValidationError(
            _("“%(name)s” is not a known time zone. Expected a name such as Europe/Berlin."),
            code="zone",
            params={"name": name},
        )
