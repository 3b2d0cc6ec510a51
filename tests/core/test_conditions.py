"""What an agreement says beside its objectives: read, refused by key and reason, and what it does to the term."""

import copy
import datetime as dt
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core import lifecycle
from slmo.core.errors import TermError
from slmo.core.lifecycle import Term, ending_at_term, ending_earliest, term_at
from slmo.core.terms import Conditions, Renewal, Termination, agreement_parse, conditions, document_digest
from tests.core.builders import changes, document, results, seconds, window

FULL = {
    "reporting": {"every": "month", "within": "10d", "to": "head of retail", "content": "all objectives, credits"},
    "review": {"every": "quarter"},
    "claims": {"within": "30d"},
    "disruptions": {"notice": "5d"},
    "amendment": {"notice": "30d", "by": "customer"},
    "renewal": {"automatic": "12 months", "notice": "90d"},
    "termination": {"notice": "6w", "grounds": ["insolvency"], "data_return": "30d"},
    "duties": {"provider": ["backups"], "customer": ["reports faults", "names a contact"]},
    "contacts": [{"role": "faults", "name": "Service desk", "reach": "+49 30 1234"}],
    "annexes": [{"name": "prices.pdf", "title": "Prices", "sha256": "ab" * 32, "size": 17}],
    "clauses": [{"id": "secrecy", "title": "Secrecy", "text": "Both sides\nkeep it."}],
}


OLD_DIGEST = "2a350a6dc8d1bceedd03681cbff097e8d1f92199048266f3badbf29c076ac481"  # computed before there were conditions


def with_terms(since="2026-01-01", until="2027-01-01", **terms):
    made = document(since=since, until=until)
    made["spec"] |= copy.deepcopy(terms)
    return made


def read(**terms):
    return agreement_parse([with_terms(**terms)]).versions[0].conditions


def ending(since, by="customer", **changed):
    made = document(since=since)
    spec = {key: made["spec"][key] for key in ("timezone", "effective")}
    return {**made, "spec": {**spec, "ended": {"by": by, "notified": "2026-03-01"}, **changed}}


def test_every_condition_is_read():
    found = read(**FULL)
    assert (found.reporting.every, found.reporting.within, found.reporting.to) == ("month", 10, "head of retail")
    assert (found.review, found.claims_within, found.disruption_notice) == ("quarter", 30, 5)
    assert (found.amendment.notice, found.amendment.by) == (30, "customer")
    assert found.renewal == Renewal(12, 90)
    assert found.termination == Termination(42, "either", ("insolvency",), 30)
    assert (found.provider_duties, found.customer_duties) == (("backups",), ("reports faults", "names a contact"))
    assert found.contacts[0].reach == "+49 30 1234"
    assert found.clauses[0].text == "Both sides\nkeep it."
    assert set(FULL) == set(conditions.CONDITIONS)


def test_a_document_without_conditions_keeps_its_digest_and_has_none():
    old = with_terms()
    assert document_digest(old) == OLD_DIGEST
    assert agreement_parse([old]).versions[0].conditions == Conditions()
    assert document_digest(with_terms(**FULL)) != document_digest(old)


REFUSED = {
    "an unknown key": ({"reporting": {"every": "month", "within": "1d", "too": "x"}}, "reporting.too", "did you mean"),
    "a report of no span": ({"reporting": {"within": "1d"}}, "reporting.every", "one of week"),
    "a report without its time": ({"reporting": {"every": "month"}}, "reporting.within", "whole days"),
    "half a day": ({"claims": {"within": "12h"}}, "claims.within", "whole days"),
    "a notice of twenty years": ({"disruptions": {"notice": "7300d"}}, "disruptions.notice", "at most ten years"),
    "nobody who may amend": ({"amendment": {"notice": "1d", "by": "nobody"}}, "amendment.by", "one of either"),
    "an extension of nothing": ({"renewal": {"automatic": "0 months"}}, "renewal.automatic", "12 months"),
    "a notice longer than the extension": (
        {"renewal": {"automatic": "1 month", "notice": "30d"}}, "renewal.notice", "shorter than the term",
    ),
    "termination without notice": ({"termination": {"grounds": ["x"]}}, "termination.notice", "whole days"),
    "grounds as one text": ({"termination": {"notice": "1d", "grounds": "x"}}, "termination.grounds", "list of texts"),
    "duties of a third side": ({"duties": {"supplier": []}}, "duties.supplier", "one of the keys"),
    "a contact for nothing": ({"contacts": [{"name": "x"}]}, "contacts[0].role", "a text"),
    "an id in capitals": ({"clauses": [{"id": "A b", "title": "t", "text": "x"}]}, "clauses[0].id", "lower-case"),
    "an id twice": (
        {"clauses": [{"id": "a", "title": "t", "text": "x"}] * 2}, "clauses[1].id", "each clause's id once",
    ),
    "half a digest": ({"annexes": [{"name": "a", "sha256": "ab", "size": 1}]}, "annexes[0].sha256", "64 hexadecimal"),
    "a file twice": (
        {"annexes": [{"name": "a", "sha256": "ab" * 32, "size": 1}] * 2}, "annexes[1].sha256", "each annex once",
    ),
    "half a byte": ({"annexes": [{"name": "a", "sha256": "ab" * 32, "size": 0.5}]}, "annexes[0].size", "whole number"),
    "an empty clause": ({"clauses": [{"id": "a", "title": "t", "text": " \n"}]}, "clauses[0].text", "a text of at"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_by_key_and_reason(case):
    terms, key, reason = REFUSED[case]
    with pytest.raises(TermError) as refused:
        read(**terms)
    assert refused.value.key == f"spec.{key}"
    assert reason in refused.value.expected


def test_an_open_term_cannot_be_extended():
    with pytest.raises(TermError, match="an end of the term to renew") as refused:
        agreement_parse([with_terms(until=None, renewal={"automatic": "1 year"})])
    assert refused.value.key == "spec.renewal"


@pytest.mark.parametrize(
    ("documents", "key"),
    [
        ([with_terms(), ending("2026-06-01"), with_terms("2026-09-01")], "spec.effective.from"),
        ([with_terms(), ending("2026-06-01", objectives=[{"name": "x"}])], "spec.objectives"),
        ([with_terms(), ending("2026-06-01", by="nobody")], "spec.ended.by"),
    ],
)
def test_an_ending_stands_last_and_alone(documents, key):
    with pytest.raises(TermError) as refused:
        agreement_parse(documents)
    assert refused.value.key == key


# -- evaluated seconds follow

UP = changes(("2026-01-01T00:00", "up"))
YEAR_TWO = window("2027-03-01T00:00", "2027-03-02T00:00")


def test_a_term_that_is_not_extended_ends():
    assert seconds(UP, YEAR_TWO, made=agreement_parse([with_terms()])) == {"out_of_term": 86_400}
    said = agreement_parse([with_terms(renewal={"automatic": "none"})])
    assert seconds(UP, YEAR_TWO, made=said) == {"out_of_term": 86_400}


def test_a_term_that_is_extended_goes_on_being_judged():
    made = agreement_parse([with_terms(renewal={"automatic": "12 months", "notice": "90d"})])
    assert seconds(UP, YEAR_TWO, made=made) == {"up": 86_400}


def test_facts_after_the_end_of_an_agreement_are_out_of_term():
    made = agreement_parse([with_terms(renewal={"automatic": "1 year"}), ending("2027-03-01")])
    assert seconds(UP, window("2027-02-28T00:00", "2027-03-02T00:00"), made=made) == {
        "up": 86_400,
        "out_of_term": 86_400,
    }
    assert made.versions[-1].ending.by == "customer"
    assert made.objective_names == ("availability",)


def test_a_period_that_the_end_cuts_is_judged_by_what_lies_before_it():
    down = changes(("2026-01-01T00:00", "up"), ("2026-06-10T00:00", "down"), ("2026-06-12T00:00", "up"))
    first = with_terms()
    first["spec"]["objectives"][0]["period"] = "month"
    made = agreement_parse([first, ending("2026-06-11")])
    (june,) = results(down, window("2026-06-01T00:00", "2026-07-01T00:00"), made=made)
    assert (june.good, june.total) == (9 * 86_400, 10 * 86_400)
    assert dict(june.seconds)["out_of_term"] == 20 * 86_400


def test_an_amendment_holds_over_the_extension_from_its_date():
    later = with_terms("2027-03-02", None)
    later["spec"]["objectives"][0]["target"] = ">= 99.99%"
    made = agreement_parse([with_terms(renewal={"automatic": "1 year"}), later])
    assert made.version_at(YEAR_TWO.start).id == "2026-01-01"
    assert made.version_at(YEAR_TWO.end).id == "2027-03-02"


# -- the arithmetic of terms


def test_the_examples_of_the_life_are_true():
    assert doctest.testmod(lifecycle).failed == 0
    assert doctest.testmod(conditions).failed == 0


DATES = st.dates(dt.date(2020, 1, 1), dt.date(2090, 1, 1))


@given(DATES, st.integers(1, 2000), st.integers(1, 60), DATES)
def test_the_term_on_a_date_holds_that_date_and_terms_do_not_overlap(start, days, months, on):
    until = start + dt.timedelta(days=days)
    term = term_at(start, until, months, on)
    assert on < term.end
    assert term.start <= max(on, start)
    if term.renewals:
        before = term_at(start, until, months, term.start - dt.timedelta(days=1))
        assert (before.end, before.renewals) == (term.start, term.renewals - 1)


@given(st.integers(1, 36), st.integers(0, 27), st.dates(dt.date(2026, 1, 1), dt.date(2040, 1, 1)))
def test_notice_reaches_the_first_end_that_it_still_can(months, notice, notified):
    said = Conditions(renewal=Renewal(months, notice))
    term = Term(dt.date(2026, 1, 1), dt.date(2026, 8, 31))
    end = ending_earliest(said, "customer", term, notified)
    assert ending_at_term(said, term, notified, end)
    assert end >= notified + dt.timedelta(days=notice)
    earlier = term_at(term.start, term.end, months, end - dt.timedelta(days=1)).start
    assert earlier < term.end or not ending_at_term(said, term, notified, earlier)


def test_only_whom_the_clause_names_can_end_by_notice():
    said = Conditions(termination=Termination(30, "customer"))
    term, day = Term(dt.date(2026, 1, 1), None), dt.date(2026, 3, 1)
    assert ending_earliest(said, "customer", term, day) == dt.date(2026, 3, 31)
    assert ending_earliest(said, "provider", term, day) is None
