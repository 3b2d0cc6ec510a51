"""What sessions of the database begin with."""

import pytest
from django.db import connection

from slmo.sessions import THOUGHT


@pytest.mark.django_db
def test_a_session_looks_for_the_best_order_of_few_tables_only():
    with connection.cursor() as cursor:
        for name, value in THOUGHT.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)
