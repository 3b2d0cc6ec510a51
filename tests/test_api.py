"""The HTTP API as a whole: its document, its page, and that nothing of it is open to strangers."""

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


def test_the_document_describes_every_call_without_a_doubt() -> None:
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    assert not GENERATOR_STATS, "drf-spectacular warned; run `manage.py spectacular --validate` to read about what"
    acts = {f"{method} {path}" for path, calls in schema["paths"].items() for method in calls if method != "parameters"}
    assert {"get /api/v1/services/", "get /api/v1/agreements/", "post /api/v1/facts/", "get /api/v1/results/"} <= acts


def test_the_document_tells_of_webhooks_with_every_answer_that_they_give(client: Client) -> None:
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)
    assert reverse("hook", args=["slug"]) == "/hooks/slug/"
    call = schema["paths"]["/hooks/{slug}/"]["post"]
    assert {one["name"] for one in call["parameters"]} == {
        "slug", "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
    absent, wrong = client.post("/hooks/none/"), client.get("/hooks/none/")
    for answer in (absent, wrong):
        told = call["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]["$ref"]
        described = schema["components"]["schemas"][told.rsplit("/", 1)[1]]
        assert set(answer.json()) <= set(described["properties"])


def test_every_address_asks_strangers_who_they_are(client: Client) -> None:
    root = client.get("/api/v1/")
    assert root.status_code == 401
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)
    lists = [path for path in schema["paths"] if "{" not in path]
    assert len(lists) >= 7
    assert {path: client.get(path).status_code for path in lists} == dict.fromkeys(lists, 401)


def test_the_page_of_the_document_needs_no_inline_script(client: Client) -> None:
    page = client.get(reverse("api_docs"))
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "style=" not in page.content.decode()
    script = client.get(reverse("api_docs") + "?script=")
    assert script["Content-Type"] == "application/javascript"
