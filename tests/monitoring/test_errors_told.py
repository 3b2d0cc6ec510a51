"""What fails at a source is told to each reader in their language: every place where it is said, found in the code."""

import ast
import json
import re
from datetime import timedelta

import pytest
from django.utils import translation

from monitoring.connectors import CONNECTORS, Connector
from monitoring.connectors.base import ConfigForm
from monitoring.connectors.reasons import KNOWN
from monitoring.models import ProbeLane, PushDelivery, Source
from monitoring.services.fetching import source_fetch
from monitoring.services.probe import lane_look, point_create
from monitoring.services.source import source_create
from monitoring.services.webhook import webhook_take
from monitoring.services.webhook_keys import webhook_key_make
from monitoring.webhooks.reading import Message
from tests.connectors.serving import Script, served
from tests.monitoring.make import NOW, indicator_make, organisations_make, user_make
from tests.monitoring.sites import CARRIERS, columns_unheeded, complaints, messages, modules, others, places, sites
from tools.messages import catalog_read, forms_of

MODULES = dict(modules())
PORTAL = {**dict(others()), **MODULES}
RUSSIAN = catalog_read("ru")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


# -- every place in the code


def test_every_error_of_a_connector_and_of_a_message_is_a_sentence():
    assert [one for name, tree in MODULES.items() for one in complaints(name, tree)] == []


def test_the_places_that_are_looked_at_are_all_there_are():
    found = {name: len(list(sites(name, tree))) for name, tree in MODULES.items()}
    for name, tree in PORTAL.items():
        assert len(list(sites(name, tree))) == found.get(name, 0), f"{name} makes such errors, and is not looked at"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and {ast.unparse(one) for one in node.bases} & set(CARRIERS):
                assert node.name in CARRIERS, f"{name}: {node.name} carries sentences as well"
    assert sum(found.values()) > 120


@pytest.mark.parametrize(
    "text",
    [
        'raise ConnectorError("No sheet.")',
        'raise ConnectorError(f"No sheet {name}.")',
        'raise TableRefused(_("No sheet.") + " " + name)',
        'raise Unreachable(str(error), "no answer")',
        'raise ItemError("field", " ".join(words))',
        'sentence = _("a")\nsentence = str(sentence)\nraise Refused(401, sentence)',
        'raise ConnectorError(_("No sheet.") if name else "Nothing.")',
        'raise ConnectorError(_("No sheet %(name)s.") % {"sheet": 1})',
        'from django.utils.translation import gettext as _\nraise ConnectorError(_("No sheet."))',
        'kept(f"{type(error).__name__}: {error}")',
    ],
)
def test_a_place_that_is_written_otherwise_is_found(text):
    assert complaints("monitoring/connectors/new.py", ast.parse(text))


def test_each_of_their_texts_is_translated_and_takes_the_same_values():
    told = {text for name, tree in MODULES.items() if list(sites(name, tree)) for text in messages(tree)}
    told |= {(text,) for text in KNOWN}
    wrong = []
    for texts in told:
        entry = RUSSIAN.get(texts[0] if len(texts) == 1 else texts)
        forms = forms_of(entry.string) if entry else [""]
        if not all(forms) or any(places(form) != places(texts[-1]) for form in forms):
            wrong.append(texts)
        wrong += [text for text in (*texts, *forms) if "%" in re.sub(r"%\(\w+\)[sd]|%%", "", text)]
    assert (wrong, len(told) > 150) == ([], True)


def test_whoever_writes_the_text_of_an_error_writes_its_parts_as_well():
    assert [(name, found) for name, tree in PORTAL.items() for found in columns_unheeded(tree)] == []


@pytest.mark.parametrize(
    "text",
    ['rows.update(last_error="", failures=0)', "row.last_error = told.text", 'SQL = "UPDATE one SET last_error = %s"'],
)
def test_whoever_forgets_the_parts_is_found(text):
    assert list(columns_unheeded(ast.parse(text)))


# -- every place in the database


def in_russian(row):
    with translation.override("ru"):
        return row.error_told


class Failing(Connector):
    """A kind that fails as it is told to."""

    kind, label, form = "failing", "Failing", ConfigForm

    def __init__(self, error):
        self.error = error

    def fetch(self, config, window, interval):
        raise self.error


def source_make(kind="failing", **config):
    return source_create(
        slug="one", name="One", kind=kind, indicator=indicator_make(), config=config, interval=60, actor=None, now=NOW
    )


def fetched(source):
    source_fetch(source_id=source.pk, now=NOW)
    source.refresh_from_db()
    return source


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "english", "russian"),
    [
        (Script(503), "The answer is HTTP 503, which brings no facts.", "Ответ – HTTP 503, фактов он не приносит."),
        (
            Script(json=[{"at": "yesterday", "state": "up"}]),
            "Row 1, column at: “yesterday” is no time that is understood.",
            "Строка 1, столбец at: «yesterday» не удалось понять как время.",
        ),
        (
            Script(json=[{"at": "2026-06-15T10:00:00Z", "state": "odd"}]),
            "Row 1, column state: The state must be up, degraded, down or unknown.",
            "Строка 1, столбец state: Состояние должно быть одним из: up, degraded, down, unknown.",
        ),
    ],
)
def test_what_a_fetch_fails_on_is_told_on_the_source(settings, script, english, russian):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.1/32"
    with served(lambda asked: script) as server:
        source = fetched(source_make("json", url=server.url, path="@", facts="states"))
    assert (source.last_error, source.error_told) == (english, english)
    assert in_russian(source) == russian


@pytest.mark.django_db
def test_a_fault_that_nobody_foresaw_is_told_as_one_with_its_own_words(monkeypatch):
    monkeypatch.setitem(CONNECTORS, "failing", Failing(ZeroDivisionError("division by zero")))
    source = fetched(source_make())
    assert source.error_told == "Unexpected fault: ZeroDivisionError: division by zero"
    assert in_russian(source) == "Непредвиденная ошибка: ZeroDivisionError: division by zero"


@pytest.mark.django_db
def test_a_success_and_a_change_forget_the_error_with_its_parts(monkeypatch):
    monkeypatch.setitem(CONNECTORS, "failing", Failing(ZeroDivisionError()))
    source = fetched(source_make())
    assert source.last_error_parts
    monkeypatch.setattr(CONNECTORS["failing"], "fetch", lambda *asked: [])
    source_fetch(source_id=source.pk, now=source.next_due_at)
    source.refresh_from_db()
    assert (source.last_error, source.last_error_parts, source.error_told) == ("", None, "")


@pytest.mark.django_db
def test_an_older_portal_that_runs_beside_this_one_is_not_talked_over(monkeypatch):
    monkeypatch.setitem(CONNECTORS, "failing", Failing(ZeroDivisionError()))
    source = fetched(source_make())
    Source.objects.filter(pk=source.pk).update(last_error="The answer was cut off.")  # knows no parts
    source.refresh_from_db()
    assert in_russian(source) == "The answer was cut off."


@pytest.mark.django_db
def test_what_a_probe_point_cannot_do_is_told_on_its_lane(settings):
    settings.PROBE_ALLOW_NETWORKS = ""
    point = point_create(slug="north", name="North", actor=user_make(organisations_make()[0], "ines", 4), now=NOW)
    source_make("http", url="http://127.0.0.1:9/", points=[point.slug])
    assert lane_look(lane_id=ProbeLane.objects.get().pk, now=NOW)
    lane = ProbeLane.objects.get()
    assert lane.error_told == lane.last_error
    assert "127.0.0.1 lies in a network that sources may not reach" in lane.last_error
    assert in_russian(lane).startswith("127.0.0.1 ")
    assert CYRILLIC.search(in_russian(lane))


@pytest.mark.django_db
def test_a_fault_in_a_look_is_told_on_its_lane_and_the_next_look_is_due(monkeypatch):
    point = point_create(slug="north", name="North", actor=user_make(organisations_make()[0], "ines", 4), now=NOW)
    source_make("http", url="http://127.0.0.1:9/", points=[point.slug])

    def broken(config):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(CONNECTORS["http"], "look", broken)
    assert lane_look(lane_id=ProbeLane.objects.get().pk, now=NOW)
    lane = ProbeLane.objects.get()
    assert in_russian(lane) == "Непредвиденная ошибка: ZeroDivisionError: division by zero"
    assert (lane.leased_until, lane.next_due_at) == (None, NOW + timedelta(seconds=60))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "body", "english", "russian"),
    [
        ({}, b"{}", "Expected the header Authorization", "Ожида"),
        ({"key": "yes"}, b"{", "The body is not JSON (line and column 1:2).", "Тело"),
        ({"key": "yes"}, b'[{"at": "2026-06-15T10:00:00Z", "state": "odd"}, {}]', "The state must be up", "Состояние"),
        ({"key": "yes"}, b'[{"at": "soon", "state": "up"}]', "Expected a time with an offset or Z", "Ожидается: "),
    ],
)
def test_why_a_message_was_not_taken_is_told_among_the_last_messages(headers, body, english, russian):
    source = source_make("webhook", proof="token")
    key = webhook_key_make(source=source, actor=None, now=NOW)
    source.refresh_from_db()
    sent = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if headers else {})}
    answer = webhook_take(source=source, message=Message(sent, body), now=NOW)
    row = PushDelivery.objects.get()
    assert row.error_told == row.first_error
    assert row.first_error.startswith(english), row.first_error
    assert in_russian(row).startswith(russian), in_russian(row)
    assert json.loads(json.dumps(answer.body)) == row.answer
