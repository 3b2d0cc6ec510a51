"""The spans of time that an impact preview is asked about."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.evidence.impact import LONGEST, windows_checked
from slmo.core.units import Window


def windows_refusal(windows: Sequence[Window]) -> str:
    """Return why these spans cannot be previewed, in a sentence; an empty text where they can."""
    wrong = list(windows_checked(windows))
    if "order" in wrong:
        return _("A disruption must end after it begins.")
    if "length" in wrong:
        return _("A preview looks at most %(days)s days ahead of its beginning.") % {"days": LONGEST}
    return ""
