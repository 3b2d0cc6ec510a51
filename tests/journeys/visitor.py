"""A person at the pages: logs in, looks, and notes whatever is wrong with a page without showing."""

import logging
from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.support.browser import Sessions, Witness
from tests.support.examiner import Examiner

PASSWORD = "a long enough sentence"
PATIENCE = 60_000  # milliseconds; a page takes a fraction of a second, but the machine may be busy with other tests
ABORTED = "net::ERR_ABORTED"  # leaving a page ends what it was still asking for
CUT_SHORT = ("htmx:afterRequest", "htmx:sendError")
# Everything has arrived: the page with its scripts, and each fragment that it asks for by itself.
AT_REST = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-swapping')"


class Reports(logging.Handler):
    """What browsers reported to have been stopped by the Content-Security-Policy."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one report."""
        self.lines.append(record.getMessage())


@dataclass
class Visitor:
    """One person with a browser session of their own."""

    page: Page
    site: str
    examiner: Examiner
    examined: set[str]
    violations: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the portal; raise AssertionError where it does not answer 200."""
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"

    def log_in(self, name: str) -> None:
        """Log in with address and password, by the form."""
        self.open("/login/")
        self.examine("log-in")
        self.page.get_by_label("E-mail address").fill(f"{name}@example.org")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Log in")
        self.arrive("Today")

    def press(self, name: str) -> None:
        """Click the button or link of this name in the page's main part."""
        main = self.page.get_by_role("main")
        main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True)).click()

    def arrive(self, heading: str) -> None:
        """Wait for the page with this heading, and examine it the first time."""
        expect(self.page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
        self.examine(heading)

    def rest(self) -> None:
        """Wait until everything has arrived."""
        self.page.wait_for_function(AT_REST)

    def examine(self, name: str) -> None:
        """Let the page come to rest; the first time under this name, note which rules of accessibility it violates."""
        self.rest()
        if name not in self.examined:
            self.examined.add(name)
            self.violations += self.examiner.violations(self.page)


def complaints(witness: Witness) -> list[str]:
    """Return what went wrong inside the pages, without the requests that a visitor cut short by going on.

    Of each of those a page that is still there says twice that it got no answer.
    """
    left, cut_short = [], Counter[str]()
    for line in witness.complaints:
        cut_short.update(CUT_SHORT if line.endswith(ABORTED) else ())
    for line in witness.complaints:
        event = line.removeprefix("console: ").partition(",")[0]
        if cut_short[event]:
            cut_short[event] -= 1
        elif not line.endswith(ABORTED):
            left.append(line)
    return left


@dataclass
class Door:
    """Where visitors come in, each with a session of their own."""

    sessions: Sessions
    site: str
    witness: Witness
    reports: Reports
    examiner: Examiner
    come: list[Visitor] = field(default_factory=list)
    examined: set[str] = field(default_factory=set)  # by all visitors together

    def open(self, viewport: tuple[int, int] = (1440, 900)) -> Visitor:
        """Return a visitor with a window of this width and height, in pixels, who prefers light and no motion."""
        page = self.sessions.take(viewport)
        page.set_default_timeout(PATIENCE)
        self.witness.watch(page)
        self.come.append(Visitor(page, self.site, self.examiner, self.examined))
        return self.come[-1]

    def close(self) -> None:
        """See all visitors out."""
        for visitor in self.come:
            self.witness.unwatch(visitor.page)
            self.sessions.give_back(visitor.page)

    def all_clear(self) -> None:
        """Assert, at the end of a journey, that no page shut anybody out or hid a fault."""
        wrong = [line for visitor in self.come for line in visitor.violations]
        wrong += [*complaints(self.witness), *self.reports.lines]
        assert not wrong, "\n".join(wrong)
