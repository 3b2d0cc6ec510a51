"""A version as the engine reads it, also one that only ends an agreement and so cannot stand alone."""

from agreements.models import Version, VersionState
from slmo.core.terms import Version as Terms
from slmo.core.terms import agreement_parse


def version_terms(version: Version) -> Terms:
    """Return one version's terms; a document that ends the agreement is read after those that it ends."""
    if "ended" not in version.document["spec"]:
        return agreement_parse([version.document]).versions[0]
    earlier = version.agreement.versions.filter(state=VersionState.SIGNED, effective_from__lt=version.effective_from)
    documents = [one.document for one in earlier.order_by("effective_from")]
    return agreement_parse([*documents, version.document]).versions[-1]
