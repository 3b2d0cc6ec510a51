"""The frame: pages and fragments, errors as answers, preferences, the health of the portal."""

import json
import logging
import time

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from slmo.accounts.models import User
from slmo.core.errors import TermError
from slmo.web import errors
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import block_render, page
from slmo.web.views import health
from tests.support.people import organisation, person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(client: Client) -> User:
    user = User.objects.create_superuser("root@example.org", name="Root Person")
    client.force_login(user)
    return user


def request_of(path: str = "/", **headers: str):
    request = RequestFactory().get(path, headers=headers)
    request.htmx = HtmxDetails(request)
    request.user = AnonymousUser()
    request._messages = []
    return request


def test_the_page_of_components_is_for_those_who_administer_the_installation(client: Client, admin: User) -> None:
    assert client.get(reverse("style")).status_code == 200
    assert Client().get(reverse("style")).status_code == 404


def test_htmx_gets_the_block_alone_with_the_pages_title(client: Client, admin: User) -> None:
    whole = client.get(reverse("style"))
    part = client.get(reverse("style"), headers=HTMX)
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert part.content.startswith("<title>Components · SLMO</title>".encode())
    assert b'<section class="list"' in part.content
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("extra", [{"HX-History-Restore-Request": "true"}, {"HX-Boosted": "true"}])
def test_a_restored_history_entry_gets_the_whole_page(client: Client, admin: User, extra: dict[str, str]) -> None:
    assert b"<html" in client.get(reverse("style"), headers={**HTMX, **extra}).content


def test_messages_travel_with_a_fragment(client: Client, admin: User) -> None:
    request = client.get(reverse("style")).wsgi_request
    request.htmx = HtmxDetails(RequestFactory().get("/", headers=HTMX))
    messages.success(request, "Saved <it>.")
    text = page(request, "base.html", {"page_title": "x"}, fragment="head").content.decode()
    assert 'hx-swap-oob="beforeend"' in text
    assert "Saved &lt;it&gt;." in text


def test_a_fragment_that_does_not_exist_is_an_error_of_the_program() -> None:
    with pytest.raises(LookupError, match="no block 'nowhere'"):
        block_render(request_of(), "base.html", {}, "nowhere")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (PermissionDenied("You may not sign this."), 403, "You may not sign this."),
        (ObjectDoesNotExist("secret row 7"), 404, "There is no such page"),
        (Http404("secret row 7"), 404, "There is no such page"),
        (TermError("spec.target", "99", "a percentage"), 422, "expected a percentage"),
        (ValidationError(["First.", "Second."]), 422, "Second."),
        (SuspiciousOperation("secret row 7"), 400, "cannot be read"),
    ],
)
def test_an_exception_becomes_its_answer_as_a_page_and_as_a_notice(error: Exception, status: int, said: str) -> None:
    whole = errors.error_answer(request_of(), error)
    part = errors.error_answer(request_of(**HTMX), error)
    assert whole is not None
    assert part is not None
    assert whole.status_code == part.status_code == status
    for answer in (whole, part):
        assert said in answer.content.decode().replace("&quot;", '"')
        assert b"secret row 7" not in answer.content
    assert b"<html" in whole.content
    assert part["HX-Retarget"] == "#toasts"


def test_a_failure_of_the_program_is_left_to_djangos_handler_and_the_page_gives_a_reference() -> None:
    assert errors.error_answer(request_of(), RuntimeError("x")) is None
    request = request_of()
    request.reference = "ab12cd34"
    answer = errors.server_error(request)
    assert answer.status_code == 500
    assert b"ab12cd34" in answer.content


def test_a_database_that_does_not_answer_is_told_as_503_to_people_and_to_programs() -> None:
    try:
        raise OperationalError("no connection")
    except OperationalError:
        page = errors.server_error(request_of())
        program = errors.server_error(RequestFactory().post("/api/v1/facts/"))
    assert page.status_code == program.status_code == 503
    assert page["Retry-After"] == program["Retry-After"] == "5"
    assert b"The database does not answer" in page.content
    assert json.loads(program.content)["detail"].startswith("The database does not answer. Send it again")
    assert errors.server_error(RequestFactory().post("/hooks/x/")).status_code == 500


def test_an_unknown_address_answers_404_with_the_reference_of_the_header(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert answer["X-Reference"].encode() in answer.content


def test_every_page_forbids_inline_script_and_style(client: Client) -> None:
    policy = client.get("/no/such/page/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_theme_is_kept_in_the_account_and_drawn_by_the_server(client: Client, admin: User) -> None:
    answer = client.post(reverse("theme"), {"theme": "dark", "next": "/style/"})
    assert answer["Location"] == "/style/"
    admin.refresh_from_db()
    assert admin.theme == "dark"
    assert b'data-bs-theme="dark"' in client.get(reverse("style")).content


def test_a_stranger_keeps_theme_and_language_in_cookies() -> None:
    client = Client()
    assert client.post(reverse("theme"), {"theme": "light"}).cookies["slmo_theme"].value == "light"
    client.post(reverse("language"), {"language": "ru"})
    answer = client.get("/login/")
    assert b'lang="ru"' in answer.content
    assert b'data-bs-theme="light"' in answer.content


@pytest.mark.parametrize(("name", "field"), [("theme", "theme"), ("language", "language")])
def test_an_unknown_theme_or_language_is_refused(client: Client, name: str, field: str) -> None:
    assert client.post(reverse(name), {field: "'><script>"}).status_code == 400


def test_nobody_is_led_off_the_portal_by_a_preference(client: Client) -> None:
    assert client.post(reverse("theme"), {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_a_zone_in_a_cookie_that_names_none_is_ignored() -> None:
    client = Client()
    client.cookies["slmo_timezone"] = "../../etc/passwd"
    assert client.get("/login/").status_code == 200


def test_a_persons_language_wins_over_the_cookie(client: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(language="ru")
    client.cookies["django_language"] = "en"
    assert b'lang="ru"' in client.get(reverse("style")).content


def test_navigation_shows_what_the_person_may_use() -> None:
    client = Client()
    client.force_login(person("carl", organisation("baltic", "customer")))
    answer = client.get("/no/such/page/").content.decode()
    assert f'href="{reverse("catalogue")}"' in answer
    assert f'href="{reverse("administration")}"' not in answer


def test_a_fragment_without_a_session_sends_the_whole_page_to_log_in() -> None:
    answer = Client().get(
        reverse("preferences"), headers={**HTMX, "HX-Current-URL": "http://testserver/agreements/?page=2"}
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=/agreements/?page=2"


def test_health_answers_200_while_database_broker_and_worker_live(client: Client) -> None:
    health.heartbeat_set(time.time())
    answer = client.get(reverse("health"))
    assert answer.status_code == 200
    assert answer.json() == {"status": "up", "database": "up", "broker": "up", "worker": "up"}
    assert b"The portal works" in client.get(reverse("health"), headers={"Accept": "text/html"}).content


def test_health_answers_503_and_names_the_part_that_is_gone(client: Client) -> None:
    health.heartbeat_set(time.time() - health.HEARTBEAT_LIMIT - 1)
    answer = client.get(reverse("health"))
    assert answer.status_code == 503
    assert answer.json()["worker"] == "down"


def test_a_report_of_the_content_security_policy_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    report = {"csp-report": {"blocked-uri": "inline", "violated-directive": "style-src"}}
    with caplog.at_level(logging.WARNING, logger="slmo.csp"):
        answer = client.post(reverse("csp_report"), json.dumps(report), content_type="application/csp-report")
    assert answer.status_code == 204
    assert "style-src" in caplog.text


@pytest.mark.parametrize(("body", "status"), [("[]", 400), ("{", 400), ('{"csp-report": 1}', 400), ("x" * 9_000, 413)])
def test_a_report_that_is_none_is_refused(client: Client, body: str, status: int) -> None:
    assert client.post(reverse("csp_report"), body, content_type="application/csp-report").status_code == status


# Lists

COLUMNS = (
    Column("name", "Name", lambda row: row[0], sort=lambda row: row[0]),
    Column("size", "Size", lambda row: row[1], sort=lambda row: row[1], css="num"),
)
FILTERS = (
    Search("Find", matches=lambda row, text: text in row[0]),
    Choice("big", "Size", [("yes", "Big")], lambda rows, value: [row for row in rows if row[1] > 50]),
)
ROWS = [(f"row {place}", place) for place in range(120)]


def listing(query: str = "") -> Listing:
    return Listing(request_of(f"/list/?{query}"), ROWS, columns=COLUMNS, filters=FILTERS, sort="-size")


def shown(found: Listing) -> list[str]:
    return [cells[0][1] for cells in found.cells]


def test_the_address_holds_filter_sort_page_and_size() -> None:
    found = listing("q=row 1&big=yes&sort=name&size=50&page=1")
    assert shown(found)[:2] == ["row 100", "row 101"]
    assert found.total == 20
    assert [chip["text"] for chip in found.chips] == ["Find: row 1", "Size: Big"]


def test_nonsense_in_the_address_is_ignored() -> None:
    found = listing("big=__class__&sort=password&size=7&page=many&cols=secret")
    assert (found.total, found.size, found.page.number) == (120, 25, 1)
    assert shown(found)[0] == "row 0"  # as given: an unknown order is none


def test_taking_a_filter_away_keeps_the_rest_and_goes_to_the_first_page() -> None:
    assert listing("q=row&big=yes&page=3&sort=name").chips[0]["url"] == "?big=yes&sort=name"


def test_a_second_click_on_a_head_turns_the_order() -> None:
    heads = list(listing("sort=name").headings)
    assert (heads[0].direction, heads[0].url) == ("ascending", "?sort=-name")
    assert (heads[1].direction, heads[1].url) == ("", "?sort=size")


def test_the_export_holds_exactly_the_rows_and_columns_shown_on_all_pages() -> None:
    answer: HttpResponse = listing("big=yes&cols=name&export=csv").export("rows")
    lines = answer.content.decode("utf-8-sig").split()
    assert lines[0] == "Name"
    assert answer.content.count(b"row") == 69
    assert 'filename="rows.csv"' in answer["Content-Disposition"]


def test_a_text_that_a_spreadsheet_would_run_is_disarmed_in_the_export() -> None:
    column = Column("name", "Name", lambda row: row)
    assert column.exported("=1+1") == "'=1+1"
    assert column.exported(None) == ""


def test_rows_of_a_queryset_are_counted_and_read_in_two_queries(django_assert_num_queries) -> None:
    organisation("north")
    rows = Listing(
        request_of("/?q=nor&sort=name"),
        organisation("northern").__class__.objects.all(),
        columns=(Column("name", "Name", lambda row: row.name, sort=("name",)),),
        filters=(Search("Find", fields=("name", "slug")),),
    )
    with django_assert_num_queries(2):
        assert shown(rows) == ["North", "Northern"]
