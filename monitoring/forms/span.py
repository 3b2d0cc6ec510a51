"""What forms have in common that ask for a span of time."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _


class SpanForm(forms.Form):
    """A form with the fields `start` and `end`, of which either may be missing."""

    def clean(self) -> dict[str, Any]:
        """Refuse an end that does not lie after the start."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
            self.add_error("end", _("The end lies before the start; expected a later time."))
        return cleaned
