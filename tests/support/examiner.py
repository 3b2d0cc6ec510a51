"""Accessibility: what axe finds wrong with a page, without asking it again about what it has judged already.

Three quarters of axe's time go into contrast, which depends on an element, on those around it, and on the theme. An
element is therefore known by its kind and the kinds of all that it stands in, by theme and by width; contrast is judged
where the page has elements that were not met before, all other rules on every page that has any.
"""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Note for each visible element a number that stands for it and what it stands in; return these numbers, each once.
_MEET = """() => {
  const look = document.documentElement.dataset.bsTheme + (window.innerWidth < 768 ? ' narrow' : ' wide');
  const says = ['class', 'role', 'type', 'disabled', 'aria-current', 'aria-selected', 'aria-pressed', 'aria-invalid'];
  const hash = (text, begun) => {
    let number = begun;
    for (let at = 0; at < text.length; at += 1) number = Math.imul(number ^ text.charCodeAt(at), 16777619) >>> 0;
    return number;
  };
  const met = new Map();
  const walk = (one, above) => {
    if (!one.checkVisibility({ visibilityProperty: true })) return;
    const number = hash(says.reduce((text, name) => `${text} ${one.getAttribute(name) ?? ''}`, one.tagName), above);
    met.set(one, number);
    for (const inner of one.children) walk(inner, number);
  };
  walk(document.body, hash(look, 2166136261));
  window.metByExaminer = met;
  return [...new Set(met.values())];
}"""

# Judge the page: contrast for the elements with these numbers, everything else for all of it.
_JUDGE = """async numbers => {
  const wanted = new Set(numbers), met = window.metByExaminer;
  const fresh = [...met].filter(([one, number]) => wanted.has(number) && !wanted.has(met.get(one.parentElement)));
  const include = fresh.map(([one]) => one).filter(one => one.isConnected);
  const told = { resultTypes: ['violations'], preload: false };
  const all = await axe.run(document, { ...told, rules: { 'color-contrast': { enabled: false } } });
  const contrast = include.length ? await axe.run({ include }, { ...told, runOnly: ['color-contrast'] }) : null;
  return [...all.violations, ...(contrast ? contrast.violations : [])];
}"""


@dataclass
class Examiner:
    """What was met in all pages so far."""

    met: set[int] = field(default_factory=set)

    def violations(self, page: Page) -> list[str]:
        """Return what is wrong with the page, a line for each element: rule, element, and what would mend it."""
        found: list[dict[str, Any]] = self._judge(page)
        return [
            f"{page.url}: {rule['id']}: {node['html'][:200]}: {' '.join(node['failureSummary'].split())[:400]}"
            for rule in found
            for node in rule["nodes"][:4]
        ]

    def _judge(self, page: Page) -> list[dict[str, Any]]:
        fresh = set(page.evaluate(_MEET)) - self.met
        if not fresh:
            return []
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE_SCRIPT)
        found: list[dict[str, Any]] = page.evaluate(_JUDGE, list(fresh))
        self.met |= fresh
        return found
