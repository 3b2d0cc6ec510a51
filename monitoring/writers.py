"""Who may record and correct the facts of an indicator: the provider's people, or whoever else measures with it.

A customer's own measurement is written by that customer, by its sources, and by nobody at the provider; a correction
of it needs the customer's approval.
"""

from agreements.models import Indicator
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import can

RECORD, CORRECT = "measurement_record", "measurement_correct"


def record_act(indicator: Indicator, action: str) -> tuple[str, Organisation]:
    """Return which act recording facts of an indicator is, and in which organisation; `action` is the provider's."""
    if indicator.measured_by is not None:
        return RECORD, indicator.measured_by
    return action, indicator.service.organisation


def correct_act(indicator: Indicator) -> tuple[str, Organisation]:
    """Return which act deciding on a correction of an indicator's facts is, and in which organisation."""
    if indicator.measured_by is not None:
        return CORRECT, indicator.measured_by
    return "correction_approve", indicator.service.organisation


def may_record(user: User, indicator: Indicator, action: str) -> bool:
    """Tell whether a person may record facts of an indicator; `action` is the act at the provider."""
    return can(user, *record_act(indicator, action))


def may_correct(user: User, indicator: Indicator) -> bool:
    """Tell whether a person may decide on a correction of an indicator's facts."""
    return can(user, *correct_act(indicator))
