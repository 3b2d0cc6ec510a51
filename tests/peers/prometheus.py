"""A Prometheus of our own: a past that is written into it, and an exporter that it asks every second."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from slmo.embedded.checks import port_free
from slmo.embedded.process import account_arguments
from tests.peers.http_json import ask, fetch
from tests.peers.outages import MONTHS, is_down
from tests.peers.packages import program
from tests.peers.running import House

STEP = 60  # seconds between the samples of the past
SERIES = 'probe_success{job="past",service="payments"}'
_CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 900ms}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
scrape_configs:
  - {{job_name: shop, static_configs: [{{targets: ["{exporter}"], labels: {{service: shop}}}}]}}
"""
_RULES = """
groups:
  - name: shop
    rules:
      - {alert: ShopDown, expr: shop_up == 0, labels: {severity: page, region: north}}
"""


class Exporter:
    """A small exporter whose state the test sets; it counts the requests that it would have served."""

    def __init__(self) -> None:
        """Listen on a free port of the loopback interface."""
        self.up, self.good, self.total = True, 0, 0
        exporter = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = exporter.text().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)

    def text(self) -> str:
        """Return the metrics; each look counts ten requests more, all of them good while the shop is up."""
        self.total += 10
        self.good += 10 * self.up
        lines = ["# TYPE shop_up gauge", f"shop_up {int(self.up)}", "# TYPE shop_requests_total counter"]
        lines += [f'shop_requests_total{{code="200"}} {self.good}']
        lines += [f'shop_requests_total{{code="500"}} {self.total - self.good}', ""]
        return "\n".join(lines)


@contextmanager
def exporter_running() -> Iterator[Exporter]:
    """Serve an exporter for the length of the block."""
    exporter = Exporter()
    thread = threading.Thread(target=exporter.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield exporter
    finally:
        exporter.server.shutdown()
        exporter.server.server_close()


class Prometheus:
    """A running Prometheus: its address, and what these tests ask of it apart from the portal."""

    def __init__(self, house: House, exporter: Exporter, alertmanager: str) -> None:
        """Write the past, start the server."""
        self.room, port = house.room("prometheus"), port_free()
        self.url = f"http://127.0.0.1:{port}"
        told = _CONFIG.format(exporter=f"127.0.0.1:{exporter.server.server_port}", alertmanager=alertmanager)
        config = house.give(self.room / "prometheus.yml", told)
        house.give(self.room / "rules.yml", _RULES)
        for month, (start, end) in MONTHS.items():
            self._past_write(house, house.give(self.room / f"{month}.om", _past(start, end)))
        house.start(
            "prometheus", program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={self.room / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=20y",
            "--query.max-samples=20000000", ready=lambda: fetch(f"{self.url}/-/ready"),
        )  # fmt: skip

    def _past_write(self, house: House, past: Path) -> None:
        """Make a month's text blocks of Prometheus."""
        whole = "--max-block-duration=744h"  # 31 days; else the file is read anew for every two hours
        command = [program("promtool"), "tsdb", "create-blocks-from", whole, "openmetrics", past, self.room / "data"]
        subprocess.run(
            command, check=True, capture_output=True, timeout=60, cwd=self.room, **account_arguments(house.account)
        )

    def query(self, expression: str, time: int) -> list[Any]:
        """Return the vector of an expression at a moment."""
        answer = ask(f"{self.url}/api/v1/query?{urlencode({'query': expression, 'time': time})}")
        return list(answer["data"]["result"])

    def number(self, expression: str, time: int) -> float:
        """Return the one number of an expression at a moment."""
        (series,) = self.query(expression, time)
        return float(series["value"][1])


def _past(start: int, end: int) -> str:
    """Return a span of the past as OpenMetrics text: the state each minute, and requests, fewer good while down."""
    up, good, bad = [], [], []
    good_count = bad_count = 0
    for moment in range(start, end, STEP):
        down = is_down(moment)
        up.append(f"{SERIES} {int(not down)} {moment}")
        good_count, bad_count = good_count + (20 if down else 119), bad_count + (100 if down else 1)
        good.append(f'requests_total{{job="past",code="200"}} {good_count} {moment}')
        bad.append(f'requests_total{{job="past",code="500"}} {bad_count} {moment}')
    head = "# TYPE probe_success gauge"
    return "\n".join([head, *up, "# TYPE requests counter", *good, *bad, "# EOF", ""])
