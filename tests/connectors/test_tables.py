"""Tables as facts: by address, from a folder, from a query, as JSON; and what is refused, with its place."""

import gzip
import io
import os
import time
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.tables import TableRefused, table_facts, table_read, xlsx_text
from monitoring.models import Fact, FactState, Source
from monitoring.services.source import source_create, source_fetch
from slmo.accounts.vault import Secret
from slmo.core.units import Window
from tests.connectors.serving import Script, served
from tests.monitoring.make import NOW, indicator_make

WINDOW = Window(1_800_000_000, 1_800_000_060)
CSV = "start,end,state,scope\n2026-01-14T09:30:00Z,2026-01-14T09:52:30Z,down,riga\n"
AT = int(datetime(2026, 1, 14, 9, 30, tzinfo=UTC).timestamp())


def read(text, **config):
    content = text if isinstance(text, bytes) else text.encode()
    return table_facts(table_read(content, config.pop("name", "t.csv"), sheet=config.pop("sheet", "")), config)


def workbook(rows, title="Outages"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("text", "config"),
    [
        (CSV, {}),
        ("\ufeff" + CSV.replace(",", ";"), {}),
        (CSV.replace(",", "\t").replace("\n", "\r\n"), {}),
        (
            "Began,Ended,Status,scope\n14.01.2026 11:30,14.01.2026 11:52,OUT,riga\n",
            {
                "columns": "start = Began\nend = Ended\nstate = Status",
                "states": "out = down",
                "zone": "Europe/Riga",
                "time_format": "%d.%m.%Y %H:%M",
            },
        ),
        (f"start,end,state\n{AT},{AT + 1350},down\n", {}),
        (f"start,end,state\n{AT}000,{AT + 1350}000,Down\n", {}),
        ('[{"start": "2026-01-14T09:30:00+00:00", "end": "2026-01-14T09:52:30Z", "state": "down"}]', {}),
    ],
)
def test_a_row_is_an_outage_however_it_is_written(text, config):
    (row,) = read(text, **config)
    assert (row.start, row.state, row.end - row.start > 1300) == (AT, FactState.DOWN, True)


def test_a_workbook_is_read_as_a_table_with_its_own_times():
    rows = [
        ["start", "end", "state"],
        [datetime(2026, 1, 14, 11, 30), datetime(2026, 1, 14, 11, 52, 30), "down"],
        [None] * 3,
    ]
    (row,) = read(workbook(rows), zone="Europe/Riga")
    assert (row.start, row.end) == (AT, AT + 1350)
    with pytest.raises(TableRefused, match="no sheet"):
        read(workbook(rows), sheet="Other")
    assert (
        xlsx_text(workbook([["at", "value"], ["2026-01-14T09:30:00Z", 0.1]])) == "at,value\n2026-01-14T09:30:00Z,0.1\n"
    )


def test_numbers_of_a_workbook_are_as_they_were_typed():
    (row,) = read(workbook([["at", "value"], ["2026-01-14T09:30:00Z", 0.3]]), facts="samples")
    assert str(row.value) == "0.3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("start,end\n", "no column “state”"),
        ("state,start,start\n", "same name"),
        (CSV + "2026-01-14T10:00:00Z,2026-01-1", "Row 3"),
        (CSV + "2026-01-14T10:00:00Z,2026-01-14T09:00:00Z,down,\n", "Row 3"),
        ("start,end,state\n2026-01-14 09:30,2026-01-14 10:00,down\n", "names no zone"),
        ("start,end,state\nyesterday,today,down\n", "no time that is understood"),
        ("start,end,state\n2026-01-14T09:30:00Z,2026-01-14T10:00:00Z,broken\n", "Row 2, column state"),
        ('start,end,state\n"2026-01-14T09:30:00Z,2026', "no CSV table"),
        (b"\xff\xfe\0a", "UTF-8"),
        ("start,end,state\n2026-01-14T09:30:00Z,2026-01-14T10:00:00Z,down,riga\n", "more values than columns"),
        ("<html><body>Please log in</body></html>", "no column"),
        ("[1, 2]", "list of objects"),
        ('{"a": ', "not JSON"),
    ],
)
def test_a_table_is_refused_as_a_whole_with_the_place(text, said):
    with pytest.raises(ConnectorError, match=said):
        read(text)


def bomb(size):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * size)
    return content.getvalue()


def far_cell():
    """Return a small workbook whose only row ends in the last column of the last row that a sheet can have."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["at", "value"]]))) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            new.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bomb(70_000_000), "too large when it is unpacked"),
        (b"PK\3\4 no workbook at all", "damaged"),
        (bomb(10), "damaged|no sheet"),
        (workbook([["at", "value"], ["2026-01-14T09:30:00Z", 1]])[:-300], "damaged"),
        (far_cell(), "more rows than are taken"),
    ],
)
def test_a_workbook_that_means_harm_is_refused(content, said, monkeypatch):
    monkeypatch.setattr("monitoring.connectors.tables.xlsx.ROWS_READ", 2000)
    with pytest.raises(ConnectorError, match=said):
        read(content, facts="samples")


def test_tasks_come_with_their_pauses_and_priorities():
    text = "id,opened,responded,resolved,priority,pauses\nINC-1,2026-01-14T09:00:00Z,,2026-01-14T12:00:00Z,P1,\n"
    (row,) = read(text, facts="tasks")
    assert (row.key, row.resolved - row.opened, row.priorities[0][1]) == ("INC-1", 10_800, "P1")


def test_several_rows_of_one_time_and_place_do_not_take_each_others_place():
    rows = read("at,value\n2026-01-14T09:30:00Z,1\n2026-01-14T09:30:00Z,2\n", facts="samples")
    assert len({row.key for row in rows}) == 2


def test_a_table_is_fetched_with_a_password_and_read_by_what_it_is():
    with served(Script(body=CSV.encode())) as server:
        config = {"url": server.url + "/export", "user": "reader", "password": Secret("s3cr3t")}
        (row,) = CONNECTORS["table"].fetch(config, WINDOW, 60)
        assert (row.scope, b"Authorization: Basic" in server.asked[0]) == ("riga", True)
    packed = Script(body=gzip.compress(CSV.encode()), lines=("Content-Encoding: gzip",))
    with served(packed) as server:
        assert len(CONNECTORS["table"].fetch({"url": server.url}, WINDOW, 60)) == 1


ANSWER = {
    "data": {
        "checks": [
            {"checked_at": "2026-01-14T09:30:00Z", "result": {"status": "WARN"}, "region": "riga"},
            {"checked_at": "2026-01-14T09:31:00Z", "result": {"status": "OK"}, "region": "riga"},
        ]
    }
}


def test_json_is_followed_by_its_paths():
    config = {
        "path": "data.checks",
        "columns": "at = checked_at\nstate = result.status\nscope = region",
        "states": "WARN = degraded\nOK = up",
    }
    with served(Script(json=ANSWER)) as server:
        rows = CONNECTORS["json"].fetch({**config, "url": server.url + "/?since={start}&to={to}"}, WINDOW, 60)
        assert b"since=2027-01-15T08:00:00Z&to=1800000060" in server.asked[0]
    assert [(row.start - AT, row.state, row.scope, row.end) for row in rows] == [
        (0, 1, "riga", None),
        (60, 0, "riga", None),
    ]


def test_json_that_names_no_time_holds_for_the_present_interval():
    config = {"path": "services.shop", "columns": "state = health", "states": "green = up"}
    with served(Script(json={"services": {"shop": {"health": "green"}}})) as server:
        (row,) = CONNECTORS["json"].fetch({**config, "url": server.url}, Window(1_800_000_000, 1_800_000_120), 60)
    assert (row.start, row.end, row.state) == (1_800_000_060, 1_800_000_120, FactState.UP)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"services": {}}, "nothing at the path"),
        ({"services": {"shop": {"health": "purple"}}}, "state"),
        ({"services": {"shop": [1]}}, "list of objects"),
        ({"services": {"shop": {}}}, "state"),
    ],
)
def test_json_without_what_the_paths_lead_to_is_refused(answer, said):
    config = {"path": "services.shop", "columns": "state = health", "states": "green = up"}
    with served(Script(json=answer)) as server, pytest.raises(ConnectorError, match=said):
        CONNECTORS["json"].fetch({**config, "url": server.url}, WINDOW, 60)


@pytest.fixture
def folder(settings, tmp_path):
    settings.WATCHED_FOLDERS = str(tmp_path)
    (tmp_path / "supplier").mkdir()
    return tmp_path / "supplier"


def drop(folder, name, content, age=60):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (time.time() - age,) * 2)


def watch(**config):
    return source_create(
        slug="watch",
        name="Watch",
        kind="folder",
        indicator=indicator_make(),
        interval=60,
        actor=None,
        now=NOW,
        config={"folder": "supplier", "columns": "", **config},
    )


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_files_of_a_folder_are_imported_and_archived_or_refused_with_the_reason(folder):
    drop(folder, "good.csv", CSV)
    drop(folder, "bad.csv", CSV.replace("down", "broken"))
    drop(folder, "other.txt", "not for us")
    drop(folder, "growing.csv", CSV, age=0)
    drop(folder, ".hidden.csv", CSV)
    (folder / "link.csv").symlink_to("/etc/passwd")
    source = watch()
    source_fetch(source_id=source.pk, now=NOW)
    assert Fact.objects.get().scope == "riga"
    month = f"{datetime.now(UTC):%Y-%m}"
    assert names(folder) == [
        ".hidden.csv",
        f"archive/{month}/good.csv",
        "growing.csv",
        "link.csv",
        "other.txt",
        "refused/bad.csv",
        "refused/bad.csv.error.txt",
    ]
    assert "Row 2, column state" in (folder / "refused" / "bad.csv.error.txt").read_text()
    drop(folder, "good.csv", CSV)
    Source.objects.update(next_due_at=NOW)
    source_fetch(source_id=source.pk, now=NOW)
    assert Fact.objects.count() == 1
    assert f"archive/{month}/good-2.csv" in names(folder)


@pytest.mark.django_db
def test_a_file_that_a_dead_worker_had_taken_is_read_again(folder):
    (folder / "taken").mkdir()
    drop(folder / "taken", "left.csv", CSV)
    source_fetch(source_id=watch().pk, now=NOW)
    assert Fact.objects.count() == 1
    assert not names(folder / "taken")


@pytest.mark.django_db
def test_trying_a_folder_out_leaves_its_files_where_they_are(folder):
    drop(folder, "good.csv", CSV)
    assert len(CONNECTORS["folder"].preview({"folder": "supplier"}, WINDOW, 60)) == 1
    assert names(folder) == ["good.csv"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../other", "/etc", ".", "", "missing", "supplier/../.."])
def test_only_folders_beneath_the_allowed_one_are_watched(folder, name):
    with pytest.raises(ValidationError) as refused:
        watch(folder=name)
    assert set(refused.value.message_dict) == {"folder"}


@pytest.mark.django_db
def test_no_folder_is_watched_where_the_server_allows_none(settings):
    settings.WATCHED_FOLDERS = ""
    with pytest.raises(ValidationError, match="WATCHED_FOLDERS"):
        watch()


def database(**config):
    own = connection.get_connection_params()
    return {
        "host": "127.0.0.1",
        "port": own.get("port"),
        "database": own["dbname"],
        "user": own["user"],
        "encryption": "disable",
        "password": Secret(own.get("password") or "x"),
        "query": "SELECT 1",
        **config,
    }


QUERY = (
    "SELECT t AS at, CASE WHEN extract(minute FROM t) = 1 THEN 'OUT' ELSE 'OK' END AS state "
    "FROM generate_series(%(start)s, %(end)s - interval '1 second', interval '1 minute') AS t"
)


def sql(config):
    return CONNECTORS["sql"].fetch(config, Window(1_800_000_000, 1_800_000_180), 60)


@pytest.mark.django_db
def test_each_row_of_a_query_is_a_fact_of_the_window():
    rows = sql(database(query=QUERY, states="OUT = down\nOK = up"))
    assert [(row.start - 1_800_000_000, row.state) for row in rows] == [(0, 0), (60, 2), (120, 0)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"query": "SELECT pg_sleep(5) AS at", "seconds": 1}, "longer than it may"),
        ({"query": "SELECT g FROM generate_series(1, 5000) AS g", "rows": 10}, "more than 10 rows"),
        ({"query": "SELECT nextval('django_migrations_id_seq') AS at"}, "read-only"),
        ({"query": "SELECT nothing FROM nowhere"}, "does not exist"),
        ({"query": "SELECT 1 AS a, 2 AS a"}, "same name"),
        ({"query": "SELECT now() AS at, 'purple' AS state"}, "state"),
        ({"database": "no-such-database"}, "no-such-database"),
    ],
)
def test_a_query_that_goes_wrong_says_how(config, said):
    with pytest.raises(ConnectorError, match=said):
        sql(database(**config))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM x",
        "SELECT 1; COMMIT; DROP TABLE x",
        "SELECT '%d'",
        "SELECT %(other)s",
        "",
        "COPY x TO PROGRAM 'id'",
    ],
)
def test_only_one_question_is_taken(query):
    form = CONNECTORS["sql"].form(
        {"host": "db.example.org", "database": "d", "user": "u", "password": "p", "query": query, "facts": "states"}
    )
    assert not form.is_valid()
    assert set(form.errors) == {"query"}


@pytest.mark.django_db
def test_a_database_in_a_network_that_is_not_allowed_is_not_asked(settings):
    settings.PROBE_ALLOW_NETWORKS = ""
    with pytest.raises(ConnectorError, match="may not reach"):
        sql(database(host="127.0.0.1"))
