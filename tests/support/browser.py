"""A real Chromium for tests: `$CHROME`, else one on PATH, else the binary that npm's @sparticuz/chromium ships."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
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
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self.complaints.append(f"request: {request.url} {request.failure}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once; skip loudly where there is none, fail where CI=true."""
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


@pytest.fixture
def witness() -> Witness:
    """Return the list of complaints of the test's page."""
    return Witness()


@pytest.fixture
def page(browser: Browser, witness: Witness) -> Iterator[Page]:
    """Open a page in a session of its own, 1440 × 900, watched by `witness`."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="UTC")
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    witness.watch(opened)
    yield opened
    context.close()
