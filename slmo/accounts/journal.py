"""Where the verbs of this application hand their audit entries.

Accounts lie below the audit log and may not import it, so the log plugs itself in when Django starts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model

from slmo.accounts.models import Organisation, User


class Recorder(Protocol):
    """What the audit log offers: see `slmo.audit.services.record`."""

    def __call__(
        self,
        *,
        actor: User | None,
        action: str,
        subject: Model,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        organisations: Iterable[Organisation] = (),
        now: datetime,
    ) -> object:
        """Write one entry in the caller's transaction."""


_recorders: list[Recorder] = []


def recorder_plug(recorder: Recorder) -> None:
    """Make `recorder` the audit log of this application."""
    _recorders[:] = [recorder]


def recorder() -> Recorder:
    """Return the audit log; raise RuntimeError where none is plugged in, so that no change goes unrecorded."""
    if not _recorders:
        raise RuntimeError("The audit log is not plugged in: put slmo.audit into INSTALLED_APPS.")
    return _recorders[0]
