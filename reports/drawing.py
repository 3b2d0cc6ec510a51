"""The matrix' cells as HTML: values in, safe markup out. Drawn in Python because a page may hold thousands of them."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.selectors.matrix import Cell
from slmo.web import words
from slmo.web.signs import VERDICTS


def cells_html(rows: Sequence[Sequence[Cell | None]], *, numbers: bool) -> list[SafeString]:
    """Return the cells of each row; without `numbers` (many columns) a cell shows its mark alone."""
    why = reverse("why", args=[0])
    looks = {name: (sign.tone, str(escape(sign.label))) for name, sign in VERDICTS.items()}
    names: dict[date, str] = {}
    empty = f'<td class="none"><span class="sr-only">{escape(_("No period ended in this month"))}</span></td>'
    drawn = []
    for cells in rows:
        parts = []
        for cell in cells:
            if cell is None:
                parts.append(empty)
                continue
            month = names.get(cell.month) or names.setdefault(cell.month, str(escape(words.month(cell.month))))
            parts.append(_cell(cell, looks, month, why.replace("/0/", f"/{cell.result_id}/"), numbers=numbers))
        drawn.append(mark_safe("".join(parts)))
    return drawn


def _cell(cell: Cell, looks: Mapping[str, tuple[str, str]], month: str, url: str, *, numbers: bool) -> str:
    """Return one cell: a link to why, with colour, mark and number, and all of it in words."""
    tone, word = looks[cell.verdict]
    told = f"{month}: {word}" + (f", {escape(cell.figure)}" if cell.figure else "")
    if cell.periods > 1:
        told += f" · {escape(_several(cell))}"
    number = f'<span aria-hidden="true">{escape(cell.percent)}</span>' if numbers and cell.percent else ""
    mark = '<span class="glyph" aria-hidden="true"></span>'
    return (
        f'<td><a class="cell tone-{tone}" href="{url}" title="{told}">{mark}{number}'
        f'<span class="sr-only">{told}</span></a></td>'
    )


def _several(cell: Cell) -> str:
    """Say how many of a month's periods missed."""
    return ngettext("%(missed)d of %(count)d period missed", "%(missed)d of %(count)d periods missed", cell.periods) % {
        "missed": cell.missed,
        "count": cell.periods,
    }
