"""A system on the network that knows every minute, answers slowly, and notes who asks."""

import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SLOW = 0.3  # seconds


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = parse_qs(urlsplit(self.path).query)
        who = self.client_address[0]
        with self.server.lock:
            self.server.asked[who] += 1
            self.server.under_way[who] += 1
        time.sleep(SLOW)
        since, until = (int(asked[name][0]) for name in ("from", "to"))
        minutes = range(-(-since // 60) * 60, until, 60)
        body = json.dumps([{"start": at, "end": at + 60, "state": "up"} for at in minutes]).encode()
        with self.server.lock:
            self.server.under_way[who] -= 1
        try:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked is dead

    def log_message(self, format, *args):
        """Say nothing."""


class System(ThreadingHTTPServer):
    """The server; `asked` and `under_way` count requests by the address from which they come."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address):
        """Listen on a free port."""
        super().__init__((address, 0), _Handler)
        self.lock, self.asked, self.under_way = threading.Lock(), Counter(), Counter()
        self.url = f"http://{address}:{self.server_port}/{{}}?from={{{{from}}}}&to={{{{to}}}}"

    def handle_error(self, request, client_address):
        """Say nothing: whoever asked has hung up."""


@contextmanager
def minutes_served(address="127.0.0.1"):
    """Serve as long as the block lasts."""
    server = System(address)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
