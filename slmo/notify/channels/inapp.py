"""The bell in the portal: the delivery row itself is what the bell lists."""

from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User
from slmo.notify.models import Delivery
from slmo.notify.pipeline.letter import Letter


class InApp:
    """News within the portal."""

    name = "inapp"
    label = _("In the portal")
    interrupts = False

    def reaches(self, user: User) -> bool:
        """Everybody who logs in sees the bell."""
        return True

    def send(self, delivery: Delivery, letter: Letter) -> None:
        """Need nothing more than the row, which is marked as sent; the letter could be written, so the bell can too."""
