"""Two people sign at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from agreements.errors import Refused
from agreements.models import Objective, Side, Version
from agreements.services import version_propose, version_sign
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.agreements.table import NOW, table_make


def sign_at_once(version: Version, sides: list[str]) -> list[str]:
    """Sign in as many threads as there are sides named; return what came of each."""
    barrier, outcomes = Barrier(len(sides)), []

    def sign(side: str) -> None:
        try:
            mine = Version.objects.get(pk=version.pk)
            barrier.wait(timeout=10)
            outcomes.append(str(version_sign(version=mine, side=side, actor=None, now=NOW).state))
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=sign, args=(side,)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_both_sides_at_once_make_one_signature_each_and_one_signed_version() -> None:
    table = table_make()
    version = version_propose(version=table.draft, actor=None, now=NOW)
    assert sign_at_once(version, ["provider", "customer"]) == ["proposed", "signed"]
    version.refresh_from_db()
    assert version.state == "signed"
    assert sorted(version.signatures.values_list("side", flat=True)) == sorted(Side.values)
    assert Objective.objects.count() == 1
    assert Message.objects.filter(kind="version_signed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_side_signing_twice_at_once_leaves_one_signature() -> None:
    table = table_make()
    version = version_propose(version=table.draft, actor=None, now=NOW)
    assert sign_at_once(version, ["provider", "provider", "provider"]) == ["proposed", "refused", "refused"]
    assert version.signatures.count() == 1
    assert Entry.objects.filter(action="version_sign").count() == 1
