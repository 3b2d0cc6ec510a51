"""A real Chromium for tests: `$CHROME`, else one on PATH, else the binary that npm's @sparticuz/chromium ships."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.support.examiner import Examiner

# The first is Chromium without the parts that draw a window, which nobody sees here.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
QUIET = "/static/img/favicon.svg"  # an address of the site where no script runs
_UNPACK = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"


@functools.cache
def chromium_path() -> str | None:
    """Return the path of a Chromium, or None where none can be had."""
    if chosen := os.environ.get("CHROME", "").strip():
        return shutil.which(chosen)
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    return _chromium_from_npm()


def _chromium_from_npm() -> str | None:
    """Install npm's @sparticuz/chromium into a folder of this user's cache, and return its unpacked binary."""
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path(tempfile.gettempdir(), f"slmo-chromium-{os.getuid()}"))
    folder.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder, "@sparticuz/chromium"]
    try:
        subprocess.run(install, check=True, timeout=300, capture_output=True)
        answer = subprocess.run(
            ["node", "-e", _UNPACK], cwd=folder, check=True, timeout=120, capture_output=True, text=True
        )
    except (subprocess.SubprocessError, OSError):
        return None
    path = answer.stdout.strip().splitlines()[-1:]
    return path[0] if path and os.access(path[0], os.X_OK) else None


@dataclass
class Witness:
    """What went wrong inside a page without showing: console errors, script errors, failed requests."""

    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every complaint of `page` from now on."""
        page.on("console", self._console)
        page.on("pageerror", self._script)
        page.on("requestfailed", self._request)

    def unwatch(self, page: Page) -> None:
        """Note no more of it: the page goes on to another test."""
        page.remove_listener("console", self._console)
        page.remove_listener("pageerror", self._script)
        page.remove_listener("requestfailed", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _script(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    def _request(self, request: Request) -> None:
        self.complaints.append(f"request: {request.url} {request.failure}")


class Sessions:
    """Sessions of one browser. One that nobody needs any more is emptied and kept: a new one costs five pages."""

    def __init__(self, browser: Browser) -> None:
        """Begin with none."""
        self._browser = browser
        self._idle: list[Page] = []

    def take(self, viewport: tuple[int, int] = (1440, 900)) -> Page:
        """Return the only page of a session in which nothing has happened: British English, UTC, light, no motion.

        `viewport`: width and height in pixels.
        """
        page = self._idle.pop() if self._idle else self._open()
        page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        return page

    def give_back(self, page: Page) -> None:
        """Empty the session of a page: no cookie, nothing stored, nothing that still runs."""
        if page.url.startswith("http"):
            page.goto(urljoin(page.url, QUIET))  # the same site, so that the same process goes on
            page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.context.clear_cookies()
        self._idle.append(page)

    def _open(self) -> Page:
        return self._browser.new_context(locale="en-GB", timezone_id="UTC").new_page()


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """Serve the portal on the test's database for the whole run; return its address.

    A test that uses it must commit what it writes, and see that the database is emptied: `transactional_db`.
    """
    server = LiveServer("localhost", start=False)
    server.thread.server_class = PatientServer
    server.thread.static_handler = LastingFiles
    server.start()
    yield server.url
    server.stop()


class PatientServer(ThreadedWSGIServer):
    """A server that ends only when the connections of all its visitors have ended, and theirs to the database."""

    daemon_threads = False


class LastingFiles(StaticFilesHandler):
    """Static files that a browser keeps, as it does those of the portal in use."""

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        """Return the file of an address."""
        response = super().serve(request)
        response.headers["Cache-Control"] = "max-age=3600"
        return response


@pytest.fixture(scope="session")
def browser(site: str) -> Iterator[Browser]:
    """Start Chromium once; skip loudly where there is none, fail where CI=true. It ends before the site does."""
    path = chromium_path()
    if path is None:
        reason = "NO BROWSER: tests in a browser need Chromium; set CHROME to its path, or install chromium."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()
        connections.close_all()  # those of the loop's own context, which nobody can reach after it


@pytest.fixture(scope="session")
def sessions(browser: Browser) -> Sessions:
    """Return the browser's sessions."""
    return Sessions(browser)


@pytest.fixture(scope="session")
def examiner() -> Examiner:
    """Return who examines the pages of all tests, and judges nothing twice."""
    return Examiner()


@pytest.fixture
def witness() -> Witness:
    """Return the list of complaints of the test's page."""
    return Witness()


@pytest.fixture
def page(sessions: Sessions, witness: Witness) -> Iterator[Page]:
    """Open a page in a session of its own, 1440 × 900, watched by `witness`."""
    opened = sessions.take()
    opened.set_default_timeout(30_000)
    witness.watch(opened)
    yield opened
    witness.unwatch(opened)
    sessions.give_back(opened)
