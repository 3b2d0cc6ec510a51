"""Conformance: what other projects' tests and documents expect (tests/core/vectors), run against the engine."""

import importlib

import pytest

from slmo.core.errors import EngineError
from tests.core.conformance.harness import ADAPTERS, FILES, adapter_of, same, vectors
from tests.core.conformance.named import DIFFERENT, NOT_RUN

for module in ("burn", "composition", "credits", "days", "hours", "openslo", "percentiles", "records", "recurrence",
               "tickets", "windows"):  # fmt: skip
    importlib.import_module(f"tests.core.conformance.{module}")

ALL = {vector["id"]: (file, vector) for file in FILES for vector in vectors(file)}


def outcome(file, vector):
    """A sentence about what is wrong, or nothing."""
    try:
        ours = adapter_of(file, vector)(vector)
    except EngineError as error:
        ours = {"refused": str(error)}
    except Exception as error:  # a failure of this vector; the others are still run
        return f"{vector['id']} {vector['op']}: {type(error).__name__}: {error}"
    reproduced = same(ours, vector["expected"])
    wanted = vector.get("portal") != "reject" and vector["id"] not in DIFFERENT
    if reproduced is wanted:
        return None
    said = "reproduces" if reproduced else "differs from"
    return f"{vector['id']} {vector['op']}: {ours} {said} {vector['expected']} ({vector.get('portal')})"


@pytest.mark.parametrize("file", FILES)
def test_every_vector_that_we_adopt_or_can_declare_is_met_and_none_that_is_wrong_is_reproduced(file):
    listed = [vector for vector in vectors(file) if vector["id"] not in NOT_RUN]
    failed = [said for said in (outcome(file, vector) for vector in listed) if said]
    assert not failed, f"{len(failed)} of {len(listed)}:\n" + "\n".join(failed)


def test_no_vector_is_skipped_in_silence():
    missing = [one for one, (file, vector) in ALL.items() if one not in NOT_RUN and not adapter_of(file, vector)]
    assert missing == []


def test_every_vector_that_is_named_exists_once_and_has_a_reason():
    named = [*NOT_RUN, *DIFFERENT]
    assert len(named) == len(set(named))
    assert set(named) <= set(ALL)
    assert all(len(reason) > 20 for reason in (*NOT_RUN.values(), *DIFFERENT.values()))


def test_nothing_that_we_adopt_is_left_out_unless_it_contradicts_our_arithmetic():
    assert [one for one in NOT_RUN if ALL[one][1].get("portal") == "adopt"] == []


def test_the_running_month_differs_only_by_counting_the_future_as_good():
    for one in ("healthchecks_downtimes-002", "healthchecks_downtimes-005", "healthchecks_downtimes-006"):
        file, vector = ALL[one]
        (running, *ours), (theirs, *closed) = (
            months["months"] for months in (adapter_of(file, vector)(vector), vector["expected"])
        )
        assert same(ours, closed)
        assert same(running | {"uptime": running["whole"]}, theirs)
        assert not same(running, theirs)


def test_every_adapter_is_used():
    used = {key for file, vector in ALL.values() for key in ((file, vector["op"]), ("", vector["op"]))}
    assert set(ADAPTERS) <= used
