"""The servers of our own: they answer, keep their data, and start again after a crash."""

import os

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_a_real_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, upper('служба')")
        version, word = cursor.fetchone()
    assert version >= 150000
    assert word == "СЛУЖБА"


def test_tests_run_on_a_real_broker() -> None:
    cache.set("greeting", "hello")
    assert cache.get("greeting") == "hello"
    assert os.environ["REDIS_URL"].startswith("redis://")
