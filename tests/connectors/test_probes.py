"""Probes: what one look finds, looking again, and what several points find together."""

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import dns.message
import dns.rcode
import dns.rrset
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.probing.observed import agreed
from monitoring.models import Bucket, Fact, FactState, ProbeLane, ProbeObservation, Sample, Source
from monitoring.services.probe import PointInUse, lane_look, lanes_due, point_create, point_delete
from monitoring.services.source import source_create, source_fetch, source_update
from slmo.core.units import Window
from tests.connectors.serving import Script, served
from tests.monitoring.make import DEGRADED, DOWN, NOW, UP, indicator_make, organisations_make, user_make
from tests.support.hostile import certificate, hostile

UNKNOWN = FactState.UNKNOWN
WINDOW = Window(1_800_000_000, 1_800_000_060)


def look(kind, **config):
    (row,) = CONNECTORS[kind].fetch(config, WINDOW, 60)
    return FactState(row.state), row.reference


@pytest.mark.parametrize(
    ("config", "state", "seen"),
    [
        ({"method": "POST", "body": "ping", "headers": "X-Probe: yes"}, UP, ""),
        ({"refuse_text": "broken"}, UP, ""),
        ({"refuse_text": "well"}, DOWN, "refused text found"),
        ({"expect_status": 200, "path": "/moved"}, DOWN, "HTTP 302"),
        ({"expect_status": 200, "path": "/moved", "redirects": True}, UP, ""),
        ({"method": "HEAD", "expect_text": "well"}, DOWN, "expected text missing"),
    ],
)
def test_a_page_is_asked_as_it_is_configured(config, state, seen):
    config = dict(config)
    path = config.pop("path", "/")
    moved = {"/moved": Script(302, lines=("Location: /",)), "/": Script(body=b"all is well")}
    with served(scripts=moved) as server:
        assert look("http", url=server.url + path, **config) == (state, seen)
        if config.get("body"):
            assert server.asked[0].startswith(b"POST / ")
            assert b"X-Probe: yes" in server.asked[0]
            assert server.asked[0].endswith(b"ping")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "config"),
    [
        ("headers", {"headers": "no header"}), ("headers", {"headers": "Host: other.example"}),
        ("headers", {"headers": "X: a\x00b"}), ("method", {"method": "BREW"}),
        ("retries", {"retries": 5, "timeout": 30}), ("ca", {"ca": "x" * 50_000}), ("url", {"url": "http://user:pass@example.org/"}),
    ],
)  # fmt: skip
def test_a_page_that_can_not_be_asked_so_is_refused_by_field(field, config):
    with pytest.raises(ValidationError) as refused:
        source_make("http", {"url": "https://example.org/", **config})
    assert field in refused.value.message_dict


def test_it_is_down_only_where_every_look_fails():
    answers = iter([Script(503), Script(503), Script(200), Script(503), Script(503), Script(503)])
    with served(lambda asked: next(answers)) as server:
        assert look("http", url=server.url, retries=2, pause=0.1) == (UP, "")
        assert look("http", url=server.url, retries=2, pause=0.1) == (DOWN, "HTTP 503")


@contextmanager
def greeting(text, wait=0.0):
    """Listen, and greet whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))

    def greet():
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Event().wait(wait)
            with sock:
                sock.sendall(text)

    threading.Thread(target=greet, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize(
    ("greeted", "config", "state", "seen"),
    [
        (b"220 mail ready\r\n", {}, UP, ""),
        (b"220 mail ready\r\n", {"expect_text": "220"}, UP, ""),
        (b"554 go away\r\n", {"expect_text": "220"}, DOWN, "expected text missing"),
        (b"", {"expect_text": "220"}, DOWN, "expected text missing"),
        (b"220 mail ready\r\n", {"expect_text": "220", "slow_after": 0.01}, DEGRADED, "slow"),
    ],
)
def test_a_port_is_up_that_takes_a_connection_and_greets_as_expected(greeted, config, state, seen):
    with greeting(greeted, 0.05 if state == DEGRADED else 0) as port:
        assert look("tcp", host="127.0.0.1", port=port, **config) == (state, seen)


def test_a_port_that_nobody_listens_on_or_that_says_nothing_is_down():
    with greeting(b"") as port:
        pass
    assert look("tcp", host="127.0.0.1", port=port)[0] == DOWN
    with hostile() as server:
        seen = look("tcp", host="127.0.0.1", port=server.server_address[1], expect_text="220", timeout=0.3)
    assert seen == (DOWN, "no greeting in time")


def test_a_certificate_is_up_degraded_before_it_expires_and_down_when_it_is_not_trusted(tmp_path):
    context, pem = certificate(tmp_path, days=31)
    with served(Script(), context=context) as server:
        ask = {"host": "127.0.0.1", "port": server.port, "ca": pem, "name": "127.0.0.1"}
        assert look("tls", **ask, warn_days=14) == (UP, "")
        state, seen = look("tls", **ask, warn_days=60)
        assert (state, seen[:2]) == (DEGRADED, "30")
        (sample,) = CONNECTORS["tls"].fetch({**ask, "records": "time"}, WINDOW, 60)
        assert 29 < sample.value <= 30
        state, seen = look("tls", host="127.0.0.1", port=server.port)
        assert (state, "not trusted" in seen) == (DOWN, True)
    begun = datetime.now(UTC) - timedelta(days=30)
    expired, pem = certificate(tmp_path, days=29, since=begun)
    with served(Script(), context=expired) as server:
        state, seen = look("tls", host="127.0.0.1", port=server.port, ca=pem)
        assert (state, "expired" in seen) == (DOWN, True)


def test_a_port_that_does_not_speak_tls_has_no_certificate():
    with greeting(b"220 mail ready\r\n") as port:
        assert look("tls", host="127.0.0.1", port=port, timeout=1)[0] == DOWN


@contextmanager
def name_server(answer):
    """Answer questions by UDP as a function of the question says; None is silence."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                wire, where = sock.recvfrom(4096)
            except OSError:
                return
            said = answer(dns.message.from_wire(wire))
            if said is not None:
                sock.sendto(said if isinstance(said, bytes) else said.to_wire(), where)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield sock.getsockname()[1]
    finally:
        sock.close()


def records(*texts, rcode=dns.rcode.NOERROR):
    def answer(question):
        said = dns.message.make_response(question)
        said.set_rcode(rcode)
        if texts:
            said.answer.append(dns.rrset.from_text("www.example.org.", 60, "IN", "A", *texts))
        return said

    return answer


@pytest.mark.parametrize(
    ("answer", "config", "state", "seen"),
    [
        (records("192.0.2.7"), {}, UP, ""),
        (records("192.0.2.7", "192.0.2.8"), {"expect_text": "192.0.2.8"}, UP, ""),
        (records("192.0.2.7"), {"expect_text": "192.0.2.9"}, DOWN, "expected answer missing"),
        (records(), {}, DOWN, "no such record"),
        (records(rcode=dns.rcode.NXDOMAIN), {}, DOWN, "NXDOMAIN"),
        (records(rcode=dns.rcode.SERVFAIL), {}, DOWN, "SERVFAIL"),
        (lambda question: None, {"timeout": 0.2}, DOWN, "no answer in time"),
        (lambda question: b"\0\1garbage", {"timeout": 0.2}, DOWN, None),
    ],
)
def test_a_name_server_is_up_that_has_the_record(answer, config, state, seen):
    with name_server(answer) as port:
        found = look("dns", name="www.example.org", record="A", server="127.0.0.1", port=port, **config)
    assert found[0] == state
    assert seen is None or found[1] == seen


@pytest.mark.parametrize("kind", ["tcp", "tls", "dns"])
def test_no_probe_looks_into_a_network_that_is_not_allowed(settings, kind):
    settings.PROBE_ALLOW_NETWORKS = ""
    config = {"host": "127.0.0.1", "port": 9, "server": "127.0.0.1", "name": "example.org", "record": "A"}
    with pytest.raises(ConnectorError, match="may not reach"):
        look(kind, **config)


states = st.sampled_from([UP, DEGRADED, DOWN])


@settings(deadline=None)
@given(seen=st.lists(states, max_size=7), missing=st.integers(0, 4), data=st.data())
def test_agreement_says_down_or_not_down_only_where_the_missing_points_could_not_change_it(seen, missing, data):
    points = len(seen) + missing
    needed = data.draw(st.integers(1, max(1, points)))
    verdict = agreed(seen, points, needed)
    worst, best = seen + [DOWN] * missing, seen + [UP] * missing
    sure_down, sure_not = best.count(DOWN) >= needed, worst.count(DOWN) < needed
    assert (verdict == DOWN) == sure_down
    assert (verdict in (UP, DEGRADED)) == (sure_not and points > 0) or points == 0
    assert (verdict == UNKNOWN) == (not sure_down and not sure_not)


def source_make(kind, config, interval=60, **more):
    return source_create(
        slug="probe", name="Probe", kind=kind, indicator=more.pop("indicator", None) or indicator_make(),
        config=config, interval=interval, actor=None, now=NOW,
    )  # fmt: skip


def points_make(*slugs):
    ines = user_make(organisations_make()[0], "ines", 4)
    return [point_create(slug=slug, name=slug.title(), actor=ines, now=NOW) for slug in slugs]


def look_from(point, at):
    lane = ProbeLane.objects.get(point=point)
    return lane_look(lane_id=lane.pk, now=at)


@pytest.mark.django_db
def test_two_of_three_points_must_agree_that_it_is_down():
    north, south, west = points_make("north", "south", "west")
    sick = Script(503)
    answers = iter([sick, Script(200), sick, Script(200), Script(200), sick])
    with served(lambda asked: next(answers)) as server:
        source = source_make("http", {"url": server.url, "points": ["north", "south", "west"], "agree": 2})
        source_fetch(source_id=source.pk, now=NOW)
        assert not Fact.objects.exists()  # nobody has looked yet, and the interval is not over
        assert {queue for _id, queue, _every in lanes_due(NOW)} == {"probe.north", "probe.south", "probe.west"}
        for minute in range(2):
            for point in (north, south, west):
                assert look_from(point, NOW + timedelta(minutes=minute, seconds=5))
                assert not look_from(point, NOW + timedelta(minutes=minute, seconds=6))
            source_fetch(source_id=source.pk, now=NOW + timedelta(minutes=minute, seconds=30))
            Source.objects.update(next_due_at=NOW)
    source_fetch(source_id=source.pk, now=NOW + timedelta(minutes=2, seconds=30))
    known = Fact.objects.filter(superseded_at=None).order_by("start")
    found = {fact.start: (fact.state, fact.reference) for fact in known}
    assert found[NOW] == (DOWN, "north: HTTP 503; south: up; west: HTTP 503")
    assert found[NOW + timedelta(minutes=1)] == (UP, "")
    north.refresh_from_db()
    assert north.seen_at == NOW + timedelta(minutes=1, seconds=5)


@pytest.mark.django_db
def test_an_interval_in_which_too_few_points_looked_is_unknown_until_the_late_one_tells():
    north, south = points_make("north", "south")
    with served(Script(200)) as server:
        source = source_make("http", {"url": server.url, "points": ["north", "south"], "agree": 1})
        look_from(north, NOW + timedelta(seconds=5))
        later = NOW + timedelta(minutes=1, seconds=5)
        source_fetch(source_id=source.pk, now=later)
        assert Fact.objects.get(start=NOW).state == UNKNOWN
        look_from(south, NOW + timedelta(seconds=59))
        Source.objects.update(next_due_at=NOW)
        source_fetch(source_id=source.pk, now=later + timedelta(minutes=1))
    assert Fact.objects.get(start=NOW, superseded_at=None).state == UP


@pytest.mark.django_db
def test_times_are_recorded_by_point_and_answers_are_counted_over_all():
    north, south = points_make("north", "south")
    ratio = indicator_make(slug="ratio", kind="ratio")
    value = indicator_make(service=ratio.service, slug="time", kind="value")
    with served(Script(200)) as server:
        common = {"url": server.url, "points": ["north", "south"]}
        for indicator, records_what in ((ratio, "answer"), (value, "time")):
            source = source_make("http", {**common, "records": records_what}, indicator=indicator)
            for point in (north, south):
                look_from(point, NOW)
            source_fetch(source_id=source.pk, now=NOW + timedelta(seconds=61))
            source.delete()
    assert Bucket.objects.get().total == 2
    assert sorted(Sample.objects.values_list("scope", flat=True)) == ["north", "south"]


@pytest.mark.django_db
def test_a_point_that_may_not_reach_the_host_says_so_and_observes_nothing(settings):
    (north,) = points_make("north")
    settings.PROBE_ALLOW_NETWORKS = ""
    source_make("http", {"url": "http://127.0.0.1:9/", "points": ["north"]})
    assert look_from(north, NOW)
    assert "may not reach" in ProbeLane.objects.get().last_error
    assert not ProbeObservation.objects.exists()


@pytest.mark.django_db
def test_a_point_is_removed_only_when_nothing_is_looked_at_from_it():
    (north,) = points_make("north")
    ines = user_make(organisations_make()[0], "ines2", 4)
    source = source_make("http", {"url": "https://example.org/", "points": ["north"]})
    with pytest.raises(PointInUse):
        point_delete(point=north, actor=ines, now=NOW)
    source_update(source=source, config={"url": "https://example.org/"}, actor=None, now=NOW)
    point_delete(point=north, actor=ines, now=NOW)
    assert not ProbeLane.objects.exists()


@pytest.mark.django_db
def test_more_agreement_than_there_are_points_is_refused():
    points_make("north", "south")
    with pytest.raises(ValidationError) as refused:
        source_make("http", {"url": "https://example.org/", "points": ["north", "south"], "agree": 3})
    assert set(refused.value.message_dict) == {"agree"}
