"""A batch against `assess`, one objective at a time: the same figures, whoever else is asked for."""

import random

from hypothesis import given
from hypothesis import strategies as st

from slmo.core.batch import Item, assess_many
from slmo.core.compliance import assess
from slmo.core.facts import ExclusionWindow, States
from slmo.core.terms import agreement_parse
from slmo.core.units import DAY, Window
from tests.core.cases import cases

PERIODS = ["day", "week", "month", "contract-month", "quarter", "rolling 3d"]
SHARES = [None, "5%", "0.1%", "50%"]


def made(case, rng):
    """A case's agreement with other periods and shares, its facts, and its approved exclusions."""
    period, amendment = rng.choice(PERIODS), rng.choice(["split", "start-of-period"])
    for document in case.documents:
        terms = document["spec"]["objectives"][0]
        terms |= {
            "period": period,
            "amendment": amendment,
            "target": rng.choice([">= 99.9%", "> 99.95%", ">= 100%", "> 0%"]),
        }
        share = rng.choice(SHARES)
        if share:
            terms["unknown"] = {**terms.get("unknown", {}), "indeterminate_above": share}
    agreement = agreement_parse(case.documents)
    approved = [ExclusionWindow(*one) for one in case.approved]
    return Item(agreement, "availability", approved), States.from_rows(case.rows, case.gaps)


def told(verdicts):
    """A batch's rows by item."""
    found = {}
    for row in range(len(verdicts)):
        found.setdefault(int(verdicts.item[row]), []).append((verdicts.window_of(row), *verdicts.figures_of(row)))
    return found


def alone(item, facts, window, as_of):
    results = assess(item.agreement, item.objective, facts, window, as_of, item.exclusions)
    return [(one.window, one.verdict, one.good, one.total, dict(one.seconds)) for one in results]


@given(st.lists(cases(versions=2), min_size=1, max_size=3), st.integers(0, 2**32))
def test_a_batch_says_of_each_objective_what_assess_says_of_it_alone(drawn, seed):
    rng = random.Random(seed)
    pairs = [made(case, rng) for case in drawn]
    items, facts = [item for item, _ in pairs], [states for _, states in pairs]
    window = Window(drawn[0].window[0] - DAY, drawn[0].window[1] + DAY)
    as_of = rng.choice(drawn).as_of
    found = told(assess_many(items, facts, window, as_of))
    for place, (item, states) in enumerate(pairs):
        assert found.get(place, []) == alone(item, states, window, as_of)


@given(st.lists(cases(versions=2), min_size=2, max_size=4), st.integers(0, 2**32))
def test_an_answer_never_depends_on_which_other_objectives_were_asked_for(drawn, seed):
    rng = random.Random(seed)
    pairs = [made(case, rng) for case in drawn]
    window = Window(drawn[0].window[0] - DAY, drawn[0].window[1] + DAY)
    whole = told(assess_many([p[0] for p in pairs], [p[1] for p in pairs], window, drawn[0].as_of))
    chosen = [place for place in range(len(pairs)) if rng.random() < 0.5]
    rng.shuffle(chosen)
    part = told(assess_many([pairs[n][0] for n in chosen], [pairs[n][1] for n in chosen], window, drawn[0].as_of))
    for place, number in enumerate(chosen):
        assert part.get(place) == whole.get(number)
