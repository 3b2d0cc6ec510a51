"""Who sees which evidence: the provider's people what is live, the other side what was shared with it."""

from collections.abc import Sequence

from agreements.models import Version
from reports.models import SharedEvidence


def shares_of(version: Version, objective: str) -> Sequence[SharedEvidence]:
    """Return everything that was ever shared about an objective of a version, the latest first.

    Whoever may see the version may see these: that something was shared, and when it was withdrawn.
    """
    rows = SharedEvidence.objects.filter(version=version, objective=objective)
    return list(rows.select_related("shared_by", "withdrawn_by"))


def share_active(shares: Sequence[SharedEvidence]) -> SharedEvidence | None:
    """Return what the other side sees at present; None where nothing is shared."""
    return next((one for one in shares if one.withdrawn_at is None), None)
