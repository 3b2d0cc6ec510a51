"""Status pages and ticket systems, by answers of the shape that these products document."""

import json
from datetime import UTC, datetime

import pytest
from django.utils.dateparse import parse_datetime

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.kinds import rows_errors
from monitoring.models import FactState
from slmo.accounts.vault import Secret
from slmo.core.units import Window
from tests.connectors.serving import Script, served

UP, DEGRADED, DOWN, UNKNOWN = FactState.UP, FactState.DEGRADED, FactState.DOWN, FactState.UNKNOWN


def at(text):
    return int(parse_datetime(text).timestamp())


WINDOW = Window(at("2026-01-14T09:00:00Z"), at("2026-01-14T12:00:00Z"))


def fetch(kind, scripts, **config):
    with served(scripts=scripts) as server:
        rows = CONNECTORS[kind].fetch({"url": server.url, **config}, WINDOW, 60)
    assert rows_errors(rows) == []
    return rows, server.asked


def told(rows):
    return [
        (f"{datetime.fromtimestamp(r.start, UTC):%H:%M}", f"{datetime.fromtimestamp(r.end, UTC):%H:%M}", r.state)
        for r in rows
    ]


def update(time, *changes):
    parts = [{"code": "c", "name": name, "old_status": "operational", "new_status": new} for name, new in changes]
    return {
        "id": "u" + time,
        "status": "investigating",
        "body": "…",
        "display_at": f"2026-01-14T{time}:00.000Z",
        "created_at": f"2026-01-14T{time}:00.000Z",
        "affected_components": parts or None,
    }


INCIDENTS = {
    "page": {"id": "p", "name": "Example", "time_zone": "Etc/UTC"},
    "incidents": [
        {
            "id": "inc1",
            "name": "API errors",
            "status": "resolved",
            "impact": "major",
            "shortlink": "https://stspg.io/1",
            "started_at": "2026-01-14T10:00:00.000Z",
            "created_at": "2026-01-14T10:02:00.000Z",
            "resolved_at": "2026-01-14T10:45:00.000Z",
            "components": [{"id": "k1", "name": "API", "status": "operational"}],
            "incident_updates": [
                update("10:45", ("API", "operational")),
                update("10:20", ("API", "major_outage")),
                update("10:02", ("Core - API", "partial_outage")),
            ],
        },
        {
            "id": "inc2",
            "name": "Webhooks late",
            "status": "investigating",
            "impact": "minor",
            "started_at": "2026-01-14T11:30:00.000Z",
            "created_at": "2026-01-14T11:30:00.000Z",
            "resolved_at": None,
            "components": [{"id": "k2", "name": "Webhooks", "status": "degraded_performance"}],
            "incident_updates": [update("11:30")],
        },
        {
            "id": "old",
            "name": "Long ago",
            "status": "resolved",
            "impact": "critical",
            "started_at": "2025-01-14T11:30:00.000Z",
            "created_at": "2025-01-14T11:30:00.000Z",
            "resolved_at": "2025-01-14T12:30:00.000Z",
            "components": [],
            "incident_updates": [],
        },
    ],
}
PAGE = {"/api/v2/incidents.json": Script(json=INCIDENTS)}


def test_incidents_of_a_status_page_lie_over_the_time_in_which_it_told_of_none():
    rows, _ = fetch("statuspage", PAGE)
    assert told(rows) == [("09:00", "12:00", UP), ("10:00", "10:45", DOWN), ("11:30", "12:00", DEGRADED)]
    assert [row.reference for row in rows] == ["", "API errors", "Webhooks late"]


def test_of_a_component_each_change_of_its_status_counts():
    rows, _ = fetch("statuspage", PAGE, components="api")
    worst = [("10:02", "10:20", DEGRADED), ("10:20", "10:45", DOWN)]
    assert told(rows)[1:] == worst or told(rows)[1:3] == worst
    rows, _ = fetch("statuspage", PAGE, components="Webhooks", minor="down")
    assert told(rows)[1:] == [("11:30", "12:00", DOWN)]


def test_a_page_that_lists_only_the_latest_incidents_says_nothing_of_the_time_before():
    many = {"incidents": [{**INCIDENTS["incidents"][0], "id": f"i{n}"} for n in range(50)]}
    rows, _ = fetch("statuspage", {"/api/v2/incidents.json": Script(json=many)})
    assert told(rows)[0] == ("10:00", "12:00", UP)


def google(number, begin, end, impact, product="Cloud DNS", place="europe-west1"):
    return {
        "id": number,
        "number": number,
        "begin": begin,
        "end": end,
        "created": begin,
        "modified": begin,
        "severity": "medium",
        "external_desc": "Queries  failed\nin places",
        "status_impact": impact,
        "uri": f"incidents/{number}",
        "affected_products": [{"title": product, "id": "TUZUsWSJUVJGW97Jq2sH"}],
        "currently_affected_locations": [],
        "previously_affected_locations": [{"title": "Belgium", "id": place}],
        "updates": [],
    }


CLOUD = [
    google("a", "2026-01-14T09:30:00+00:00", "2026-01-14T09:40:00+00:00", "SERVICE_OUTAGE"),
    google("b", "2026-01-14T10:30:00+00:00", "2026-01-14T10:40:00+00:00", "SERVICE_DISRUPTION"),
    google("c", "2026-01-14T11:00:00+00:00", None, "SERVICE_INFORMATION"),
    google("d", "2026-01-14T11:00:00+00:00", "2026-01-14T11:10:00+00:00", "SERVICE_OUTAGE", product="Cloud SQL"),
    google("e", "2026-01-14T11:20:00+00:00", "2026-01-14T11:30:00+00:00", "SERVICE_OUTAGE", place="us-east1"),
]


def test_of_a_clouds_list_the_products_and_places_that_are_asked_about_count():
    rows, _ = fetch("google-status", {"/": Script(json=CLOUD)}, products="Cloud DNS", locations="europe-west1")
    assert told(rows) == [
        ("09:00", "12:00", UP),
        ("09:30", "09:40", DOWN),
        ("10:30", "10:40", DEGRADED),
        ("11:00", "12:00", UP),
    ]
    assert rows[1].reference == "Queries failed in places"


def beat(time, status):
    return {"status": status, "time": f"2026-01-14 {time}:00.000", "msg": "", "ping": 12}


KUMA = {
    "/api/status-page/public": Script(
        json={
            "config": {"slug": "public"},
            "incident": None,
            "publicGroupList": [
                {"id": 1, "name": "Shop", "monitorList": [{"id": 7, "name": "Checkout"}, {"id": 8, "name": "Search"}]}
            ],
        }
    ),
    "/api/status-page/heartbeat/public": Script(
        json={
            "heartbeatList": {
                "7": [beat("09:00", 1), beat("09:01", 0), beat("09:02", 2), beat("09:03", 3), beat("09:30", 1)]
            },
            "uptimeList": {"7_24": 0.98},
        }
    ),
}
METRICS = (
    "# HELP monitor_status Monitor Status (1 = UP, 0= DOWN, 2= PENDING, 3= MAINTENANCE)\n"
    'monitor_status{monitor_name="Checkout",monitor_type="http",monitor_url="https://shop.example/"} 0\n'
    'monitor_status{monitor_name="Search",monitor_type="http"} 1\n'
)


def test_heartbeats_hold_until_the_next_one_but_not_for_ever():
    rows, _ = fetch("uptime-kuma", KUMA, monitor="Checkout", page="public", hold=180)
    assert told(rows) == [
        ("09:00", "09:01", UP),
        ("09:01", "09:02", DOWN),
        ("09:02", "09:03", DEGRADED),
        ("09:03", "09:06", UNKNOWN),
        ("09:30", "09:33", UP),
    ]


def test_the_metrics_of_uptime_kuma_tell_the_present_state():
    rows, asked = fetch(
        "uptime-kuma", {"/metrics": Script(body=METRICS.encode())}, monitor="Checkout", key=Secret("uk1_k")
    )
    assert told(rows) == [("11:59", "12:00", DOWN)]
    assert b"Authorization: Basic " in asked[0]


def test_a_monitor_that_is_not_there_is_named_with_those_that_are():
    for scripts, config in (
        (KUMA, {"page": "public"}),
        ({"/metrics": Script(body=METRICS.encode())}, {"key": Secret("k")}),
    ):
        with pytest.raises(ConnectorError, match="Checkout, Search"):
            fetch("uptime-kuma", scripts, monitor="Pay", **config)


def change(time, field, before, after):
    return {
        "id": time,
        "created": f"2026-01-14T{time}:00.000+0200",
        "items": [{"field": field, "fieldtype": "jira", "fromString": before, "toString": after}, {"field": "Rank"}],
    }


HISTORY = [
    change("11:10", "status", "Open", "In Progress"),
    change("11:20", "priority", "High", "Highest"),
    change("11:30", "status", "In Progress", "Waiting for customer"),
    change("12:00", "status", "Waiting for customer", "In Progress"),
    change("13:00", "status", "In Progress", "Done"),
]


def issue(key, histories=HISTORY, total=None):
    return {
        "id": "1",
        "key": key,
        "changelog": {"startAt": 0, "maxResults": 100, "total": total or len(histories), "histories": histories},
        "fields": {
            "created": "2026-01-14T11:00:00.000+0200",
            "resolutiondate": "2026-01-14T13:00:00.000+0200",
            "status": {"name": "Done"},
            "priority": {"name": "Highest"},
        },
    }


def jira_cloud(asked):
    if b"/changelog" in asked.split(b"\r\n")[0]:
        begun = b"startAt=0" in asked
        return Script(json={"values": HISTORY[:3] if begun else HISTORY[3:], "total": len(HISTORY)})
    if b"nextPageToken" in asked:
        return Script(json={"issues": [issue("OPS-2", HISTORY[:2], total=5)], "isLast": True})
    return Script(json={"issues": [issue("OPS-1")], "nextPageToken": "abc", "isLast": False})


JIRA = {
    "user": "ines@example.org",
    "token": Secret("t0ken"),
    "jql": "project = OPS",
    "pausing": "Waiting for customer",
    "priorities": "Highest = P1\nHigh = P2",
}


def minute(task, moment):
    return (moment - task.opened) // 60


def test_an_issue_is_a_task_with_its_pauses_and_priorities_page_by_page():
    with served(jira_cloud) as server:
        rows = CONNECTORS["jira"].fetch({"url": server.url, "edition": "cloud", **JIRA}, WINDOW, 300)
    assert rows_errors(rows) == []
    assert [row.reference for row in rows] == ["OPS-1", "OPS-2"]
    for task in rows:
        assert (minute(task, task.responded), minute(task, task.resolved)) == (10, 120)
        assert [(minute(task, since), name) for since, name in task.priorities] == [(0, "P2"), (20, "P1")]
        assert [(minute(task, a), minute(task, b)) for a, b in task.pauses] == [(30, 60)]
    assert b"updated+%3E%3D+-" in server.asked[0]


def test_jira_on_ones_own_server_is_asked_page_by_page_and_done_is_what_the_setting_says():
    reopened = [*HISTORY, change("14:00", "status", "Done", "Open"), change("15:00", "status", "Open", "Done")]

    def answer(asked):
        first = b"startAt" not in asked
        return Script(
            json={"startAt": 0, "maxResults": 1, "total": 2, "issues": [issue("OPS-1" if first else "OPS-2", reopened)]}
        )

    with served(answer) as server:
        config = {"url": server.url, "edition": "server", **JIRA, "user": "", "done": "Done", "answered": "In Progress"}
        rows = CONNECTORS["jira"].fetch(config, WINDOW, 300)
        assert b"Authorization: Bearer t0ken" in server.asked[0]
    assert [(row.reference, minute(row, row.resolved)) for row in rows] == [("OPS-1", 240), ("OPS-2", 240)]


def glpi_ticket(number, changed, **more):
    return {
        "id": number,
        "date": "2026-01-14 11:00:00",
        "date_mod": changed,
        "status": 5,
        "priority": 5,
        "solvedate": "2026-01-14 13:00:00",
        "closedate": None,
        "takeintoaccountdate": "2026-01-14 11:10:00",
        "takeintoaccount_delay_stat": 600,
        **more,
    }


def log(time, option, old, new):
    return {
        "id": 1,
        "itemtype": "Ticket",
        "items_id": 7,
        "id_search_option": option,
        "date_mod": f"2026-01-14 {time}:00",
        "old_value": old,
        "new_value": new,
        "user_name": "glpi",
    }


GLPI = {
    "/initSession": Script(json={"session_token": "s3ss10n"}),
    "/killSession": Script(json=True),
    "/Ticket": Script(
        206,
        json=[
            glpi_ticket(9, "2026-01-14 13:00:00"),
            glpi_ticket(8, "2026-01-14 12:30:00", status=4, solvedate=None, takeintoaccountdate=None),
            glpi_ticket(7, "2026-01-13 12:30:00"),
        ],
        lines=("Content-Range: 0-2/3",),
    ),
    "/Ticket/9/Log": Script(
        json=[
            log("11:20", 3, "4", "5"),
            log("11:30", 12, "2", "4"),
            log("12:00", 12, 4, 2),
            log("13:00", 12, "2", "5"),
            log("13:01", 24, "", "closed"),
        ]
    ),
    "/Ticket/8/Log": Script(json=[log("12:30", 12, "2", "4")]),
}


def test_a_ticket_of_glpi_is_a_task_and_the_session_is_ended():
    rows, asked = fetch(
        "glpi",
        GLPI,
        user_token=Secret("us3r"),
        app_token=Secret("4pp"),
        zone="Europe/Riga",
        priorities="5 = P2\n4 = P3",
    )
    done, waiting = rows
    assert (done.reference, minute(done, done.responded), minute(done, done.resolved)) == ("9", 10, 120)
    assert done.opened == at("2026-01-14T09:00:00Z")
    assert [(minute(done, since), name) for since, name in done.priorities] == [(0, "P3"), (20, "P2")]
    assert [(minute(done, a), minute(done, b)) for a, b in done.pauses] == [(30, 60)]
    assert (waiting.resolved, minute(waiting, waiting.responded), waiting.pauses) == (
        None,
        10,
        ((waiting.opened + 5400, None),),
    )
    assert b"GET /killSession" in asked[-1]
    assert b"Session-Token: s3ss10n" in asked[1]
    assert b"user_token us3r" in asked[0]


def test_what_is_not_as_documented_names_its_place():
    broken = json.loads(json.dumps(INCIDENTS))
    broken["incidents"][0]["started_at"] = "soon"
    with pytest.raises(ConnectorError, match=r"incidents\.started_at"):
        fetch("statuspage", {"/api/v2/incidents.json": Script(json=broken)})
