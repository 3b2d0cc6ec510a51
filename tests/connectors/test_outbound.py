"""The way out: bounded in time and size, checked at each step, and quiet about credentials."""

import socket
import threading

import pytest

from monitoring.connectors import ConnectorError, Unreachable
from monitoring.connectors.outbound import (
    Ask,
    Client,
    Deadline,
    Limits,
    Trust,
    addresses_checked,
    bearer,
    permitted,
    request,
    socket_open,
    url_split,
)
from monitoring.connectors.outbound import addresses as lookup
from slmo.accounts.vault import Secret
from tests.connectors.serving import Script, served
from tests.support.hostile import WAYS, certificate, hostile

HASTE = Limits(seconds=0.6, body=200_000, header=20_000, redirects=3)
# What only a reader of the body can find wrong; the request itself is answered.
READABLE = {"wrong_charset", "unknown_charset", "page_for_data", "nan", "deep", "digits", "binary", "empty",
            "lying_length", "null", "number", "text", "list_of_numbers", "empty_object", "nested_wrongly",
            "nulls_inside", "error_page", "refusing"}  # fmt: skip
JSON_ALL_THE_SAME = {"lying_length", "null", "number", "text", "list_of_numbers", "empty_object", "nested_wrongly",
                     "nulls_inside"}  # fmt: skip


@pytest.fixture(scope="module")
def enemy():
    with hostile() as server:
        yield server


@pytest.mark.wide
@pytest.mark.parametrize("way", sorted(set(WAYS) - READABLE))
def test_every_way_of_answering_wrongly_ends_in_one_sentence(enemy, way):
    with pytest.raises(ConnectorError) as refused:
        request(Ask("GET", f"{enemy.url}/{way}"), HASTE)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("way", sorted(READABLE - JSON_ALL_THE_SAME))
def test_what_is_no_json_is_said_to_be_none(enemy, way):
    with pytest.raises(ConnectorError) as refused:
        Client(limits=HASTE).json(f"{enemy.url}/{way}")
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("way", ["wrong_charset", "unknown_charset", "binary"])
def test_text_in_other_characters_than_promised_is_refused(enemy, way):
    with pytest.raises(ConnectorError, match=r"characters?|character set|not text"):
        Client(limits=HASTE).text(f"{enemy.url}/{way}")


def test_what_follows_an_answer_is_never_taken_for_the_next_one(enemy):
    client = Client(limits=HASTE)
    assert [client.json(f"{enemy.url}/lying_length") for _ in range(3)] == [[], [], []]


def test_a_body_that_is_too_long_is_cut_where_that_is_wanted(enemy):
    assert len(request(Ask("GET", f"{enemy.url}/huge"), HASTE._replace(body=5000, cut=True)).body) == 5000


def test_a_connection_is_used_again_for_the_next_request_to_the_same_place():
    with served(Script(json={"a": 1})) as server:
        client = Client()
        assert [client.json(server.url) for _ in range(3)] == [{"a": 1}] * 3
        assert (server.connections, len(server.asked)) == (1, 3)


def test_a_connection_that_the_other_end_has_closed_is_replaced():
    with served(Script(json=1, lines=("Connection: keep-alive",), closes=True)) as server:
        client = Client()
        assert [client.json(server.url) for _ in range(3)] == [1, 1, 1]
        assert server.connections == 3


def test_many_threads_use_one_client():
    with served(Script(json=7)) as server:
        client, found = Client(), []

        def ask():
            found.extend(client.json(server.url) for _ in range(10))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [7] * 80


def test_credentials_go_to_the_first_origin_only():
    with served(Script(json=1)) as other, served(Script(json=2)) as first:
        first.script = Script(status=302, lines=(f"Location: {other.url}/there",))
        client = Client(headers={"Authorization": bearer(Secret("s3cr3t-token")), "X-Key": Secret("s3cr3t-key")})
        assert client.json(f"{first.url}/here") == 1
        assert b"s3cr3t-token" in first.asked[0]
        assert b"s3cr3t" not in other.asked[0]


def test_a_redirect_within_the_origin_keeps_them():
    with served(Script(json=1), {"/a": Script(status=302, lines=("Location: /b",))}) as server:
        Client(headers={"X-Key": Secret("s3cr3t-key")}).json(f"{server.url}/a")
    assert [b"s3cr3t-key" in asked for asked in server.asked] == [True, True]


def test_what_was_posted_is_not_sent_on_to_another_host():
    with served(Script(json=1)) as other, served(Script(status=307, lines=(f"Location: {other.url}/",))) as first:
        with pytest.raises(ConnectorError, match="another host"):
            Client().json(first.url, body={"password": "x"})
        assert other.asked == []


def test_every_redirect_is_checked_again(enemy):
    with pytest.raises(ConnectorError, match="may not reach"):
        request(Ask("GET", f"{enemy.url}/redirect_inside"), HASTE)
    with pytest.raises(ConnectorError, match="more than 3 times"):
        request(Ask("GET", f"{enemy.url}/redirect_loop"), HASTE)
    assert request(Ask("GET", f"{enemy.url}/redirect_loop"), HASTE._replace(redirects=0)).status == 302


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(monkeypatch):
    """A name that leads elsewhere at its second look-up is looked up once."""
    answers = [[(socket.AF_INET, 1, 6, "", ("127.0.0.1", 0))], [(socket.AF_INET, 1, 6, "", ("10.0.0.1", 0))]]
    asked = []

    def resolve(host, port, **_kwargs):
        asked.append(host)
        return answers[min(len(asked) - 1, 1)]

    monkeypatch.setattr(lookup.socket, "getaddrinfo", resolve)
    with served(Script(json=1)) as server:
        url = server.url.replace("127.0.0.1", "rebinding.example")
        assert Client().json(url) == 1
        assert asked == ["rebinding.example"]
        with pytest.raises(ConnectorError, match="may not reach"):
            Client().json(url)


def test_a_name_of_which_one_address_is_private_is_refused(monkeypatch):
    answer = [(socket.AF_INET, 1, 6, "", (address, 0)) for address in ("93.184.216.34", "192.168.1.1")]
    monkeypatch.setattr(lookup.socket, "getaddrinfo", lambda *a, **k: answer)
    with pytest.raises(ConnectorError, match=r"192\.168\.1\.1"):
        addresses_checked("two.example", 80, Deadline(1))


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "10.9.8.7", "100.64.0.1", "127.8.8.8", "169.254.1.1", "172.16.0.1", "192.0.0.8", "192.0.2.1",
     "192.88.99.1", "192.168.3.4", "198.18.0.1", "203.0.113.9", "224.0.0.251", "240.0.0.1", "255.255.255.255",
     "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1",
     "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2001::1", "2001:db8::1", "fc00::1", "fd12::1", "fe80::1%eth0", "fec0::1",
     "ff02::1", "169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "::ffff:169.254.169.254",
     "64:ff9b::a9fe:a9fe"],
)  # fmt: skip
def test_what_is_not_public_may_not_be_reached(settings, address):
    settings.PROBE_ALLOW_NETWORKS = ""
    assert not permitted(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_what_is_public_may_be_reached(settings, address):
    settings.PROBE_ALLOW_NETWORKS = ""
    assert permitted(address)


def test_an_allowed_network_lets_in_its_own_addresses_however_they_are_written_but_not_where_clouds_tell_secrets(
    settings,
):
    settings.PROBE_ALLOW_NETWORKS = "10.0.0.0/8, 169.254.0.0/16, ::/0"
    assert permitted("10.1.1.1")
    assert permitted("::ffff:10.1.1.1")
    assert not permitted("169.254.169.254")
    settings.PROBE_ALLOW_NETWORKS = "169.254.169.254/32"
    assert permitted("169.254.169.254")


@pytest.mark.parametrize(
    "text", ["http://2130706433/", "http://0x7f000001/", "http://127.1/", "http://[::ffff:127.0.0.1]/"]
)
def test_other_spellings_of_an_address_are_checked_as_what_they_mean(settings, text):
    settings.PROBE_ALLOW_NETWORKS = ""
    with pytest.raises(ConnectorError):
        request(Ask("GET", text), HASTE)


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://host/", "http://", "file:///etc/passwd", "http://a b/", "http://u:p@h/", "http://:p@h/",
     "http://h:0/", "http://h:99999/", "http://h/\r\nX: 1", "http://" + "a" * 70 + ".example/", "gopher://h/", "//h/"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ConnectorError):
        url_split(url)


def test_tls_is_verified_and_an_authority_of_ones_own_is_possible(tmp_path):
    context, pem = certificate(tmp_path)
    with served(Script(json=1), context=context) as server:
        with pytest.raises(Unreachable, match="not trusted"):
            Client().json(server.url)
        assert Client(trust=Trust(pem)).json(server.url) == 1
    other, _ = certificate(tmp_path, name="other.example")
    with served(Script(json=1), context=other) as server, pytest.raises(Unreachable):
        Client(trust=Trust(pem)).json(server.url)


def test_the_installations_own_authority_is_trusted(tmp_path, settings):
    context, pem = certificate(tmp_path)
    (tmp_path / "ca.pem").write_text(pem)
    settings.OUTBOUND_CA_FILE = str(tmp_path / "ca.pem")
    with served(Script(json=1), context=context) as server:
        assert Client().json(server.url) == 1


def test_what_is_no_certificate_is_refused():
    with pytest.raises(ConnectorError, match="PEM"):
        Client(trust=Trust("no certificate")).json("https://127.0.0.1/")


def test_all_requests_of_one_client_share_its_time():
    with served(Script(json=1)) as server:
        client = Client(total=0)
        with pytest.raises(ConnectorError, match="took too long"):
            client.json(server.url)


@pytest.mark.parametrize(
    ("status", "again", "wait"), [(401, False, None), (404, False, None), (503, True, 7), (418, False, 7)]
)
def test_a_refusal_says_whether_to_try_again(status, again, wait):
    with served(Script(status=status, lines=("Retry-After: 7",))) as server, pytest.raises(ConnectorError) as refused:
        Client().json(server.url)
    assert (refused.value.again, refused.value.wait) == (again, wait)


def test_a_socket_is_opened_to_checked_addresses_only(settings):
    with served(Script()) as server:
        port = int(server.url.rsplit(":", 1)[1])
        socket_open("127.0.0.1", port, Deadline(1)).close()
        settings.PROBE_ALLOW_NETWORKS = ""
        with pytest.raises(ConnectorError, match="may not reach"):
            socket_open("127.0.0.1", port, Deadline(1))
