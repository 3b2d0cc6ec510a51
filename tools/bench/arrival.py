"""From a fact's arrival at the API to the changed status in the database, with the programs of `make run`.

A thousand objectives are each checked once a second and told of in deliveries of fifty checks: twenty deliveries a
second. The last checks of each find the service down. The clock of a delivery starts when it is due, sent or not, and
stops when another connection sees the objective's status say so.
"""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from agreements.models import Indicator, Objective, Service
from monitoring.instants import instant_of
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from monitoring.services.assessment import objectives_due
from monitoring.services.facts import Delivery, deliveries_record
from slmo.accounts.services.token import api_token_issue

from .measure import Measurement, ratio
from .terms import document
from .web import facts_post, portal_running
from .world import World, agreement_make, world_make

OBJECTIVES, FACTS, RATE = 1000, 50, 1000  # in all; in a delivery; a second
AN_AGREEMENT = 50
ALONE = 20  # deliveries of which each waits until the one before it has been assessed
OUTAGE = 10  # of the checks of a delivery, the last ones
LOOK = 0.005  # seconds between two looks at the statuses
PATIENCE = 300.0  # seconds until everything must have been assessed

CHANGED = "SELECT objective_id FROM monitoring_objectivestatus WHERE objective_id = ANY(%s) AND now_state = %s"


class Watch:
    """Looks at the statuses of the objectives that are waited for, and keeps how long each took to be down."""

    def __init__(self) -> None:
        """Nothing is waited for."""
        self.took: list[float] = []
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._waited: dict[int, float] = {}

    def expect(self, objective: int, since: float) -> None:
        """Wait for an objective, told of at `since` of the monotonic clock."""
        with self._lock:
            self._waited[objective] = since

    @property
    def left(self) -> int:
        """Return for how many objectives it still waits."""
        return len(self._waited)

    def look(self) -> None:
        """Look once."""
        with self._lock:
            asked = list(self._waited)
        if not asked:
            return
        with connection.cursor() as cursor:
            cursor.execute(CHANGED, [asked, FactState.DOWN])
            found = [pk for (pk,) in cursor.fetchall()]
        seen = time.monotonic()
        with self._lock:
            self.took += [seen - self._waited.pop(pk) for pk in found]

    def run(self) -> None:
        """Look again and again, in a thread with a connection of its own, until `stop` is set."""
        while not self.stop.wait(LOOK):
            self.look()
        connection.close()


def measured(scale: float) -> Iterator[Measurement]:
    """Yield how long 95 of 100 deliveries take, with one delivery at a time as the baseline."""
    world = world_make()
    told = objectives_make(world, max(2 * ALONE, round(OBJECTIVES * scale)))
    secret = api_token_issue(name="bench", actor=world.reader, now=timezone.now()).secret
    with portal_running() as port:
        _settled()
        watch = Watch()
        looking = threading.Thread(target=watch.run)
        looking.start()
        try:
            alone = [_alone(watch, port, secret, one) for one in told[:ALONE]]
            watch.took.clear()
            rate = _crowd(watch, port, secret, told[ALONE:])
        finally:
            watch.stop.set()
            looking.join()
    at_95, baseline = quantile(watch.took, 0.95), quantile(alone, 0.5)
    name = f"API to status: {rate} facts/s in {len(watch.took)} deliveries of {FACTS}, 95 % within"
    ok = at_95 < 1 and rate >= 0.95 * RATE
    target = f"< 1 s at {RATE} facts/s; baseline: one delivery at a time, the median"
    yield Measurement(name, round(at_95, 3), "s", round(baseline, 3), ratio(at_95, baseline), target, ok)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the least of the values that so large a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def objectives_make(world: World, count: int) -> list[Objective]:
    """Return objectives of signed agreements with thirteen months of facts each, none of them assessed."""
    now = timezone.now()
    made: list[Objective] = []
    for number in range(-(-count // AN_AGREEMENT)):
        size = min(AN_AGREEMENT, count - len(made))
        name = f"arrival-{number}"
        service = Service.objects.create(slug=name, name=name, organisation=world.provider, created_at=now)
        text = document(number, size, since=f"{now - timedelta(days=365):%Y-%m-%d}")
        text["metadata"] = {"name": name, "title": name}
        agreement = agreement_make(world, service, text)
        indicators = Indicator.objects.bulk_create(
            Indicator(service=service, slug=f"a{n}", name=f"a{n}") for n in range(size)
        )
        deliveries = [Delivery(one, _past(now, one.pk), "api") for one in indicators]
        deliveries_record(deliveries=deliveries, actor=None, now=now)
        made += Objective.objects.bulk_create(
            Objective(agreement=agreement, name=f"a{n}", indicator=one, position=n) for n, one in enumerate(indicators)
        )
    return made


def _past(now: datetime, number: int) -> list[FactRow]:
    """Return an outage of two minutes in each week of thirteen months."""
    begun = instant_of(now) - 395 * 86_400
    starts = range(begun, instant_of(now) - 86_400, 7 * 86_400 + 3607)
    changes = [(begun - 86_400, 0), *((at + number % 5000 + 120 * up, 2 - 2 * up) for at in starts for up in (0, 1))]
    return [FactRow(at, None, state, "", row_key(at, ""), "") for at, state in changes]


def body(objective: Objective, ends: int) -> bytes:
    """Return a delivery of the checks of the last seconds before `ends`, the last of them down."""
    states = ["up"] * (FACTS - OUTAGE) + ["down"] * OUTAGE
    facts = [
        {"start": f"{datetime.fromtimestamp(ends - FACTS + n, UTC):%Y-%m-%dT%H:%M:%SZ}", "state": state}
        for n, state in enumerate(states)
    ]
    assert objective.indicator is not None
    name = f"{objective.indicator.service.slug}/{objective.indicator.slug}"
    return json.dumps({"indicator": name, "facts": facts}).encode()


def _settled() -> None:
    """Wait until the worker has assessed the whole past."""
    deadline = time.monotonic() + PATIENCE
    while objectives_due(timezone.now()):
        if time.monotonic() > deadline:
            raise TimeoutError("the worker does not assess")
        time.sleep(0.5)


def _deliver(watch: Watch, port: int, secret: str, objective: Objective, due: float) -> None:
    """Send a delivery when it is due, however late its predecessors are."""
    time.sleep(max(0.0, due - time.monotonic()))
    text = body(objective, int(time.time()) - 1)
    watch.expect(objective.pk, due)
    if (answer := facts_post(port, secret, text)) != 202:
        raise RuntimeError(f"the API answered {answer}")


def _alone(watch: Watch, port: int, secret: str, objective: Objective) -> float:
    """Send one delivery, wait until its objective is down, and return how long that took."""
    _deliver(watch, port, secret, objective, time.monotonic())
    _wait(watch)
    return watch.took[-1]


def _crowd(watch: Watch, port: int, secret: str, told: Sequence[Objective]) -> int:
    """Send a delivery for each objective at the rate that is asked for; return the facts a second that were taken."""
    begun = time.monotonic() + 0.5
    with ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(_deliver, watch, port, secret, one, begun + n * FACTS / RATE) for n, one in enumerate(told)]
        for one in sent:
            one.result()
    took = time.monotonic() - begun
    _wait(watch)
    return round(len(told) * FACTS / max(took, len(told) * FACTS / RATE))


def _wait(watch: Watch) -> None:
    deadline = time.monotonic() + PATIENCE
    while watch.left:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{watch.left} statuses did not change")
        time.sleep(LOOK)
