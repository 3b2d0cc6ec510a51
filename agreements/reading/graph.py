"""The neighbourhood of a service as a picture: on the left who needs it, on the right what it needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WIDE, TALL, ACROSS, DOWN = 176, 46, 64, 14  # a box, and the gaps between boxes
REACH = 2  # steps that are shown on either side
MOST = 7  # boxes in one column; the rest is counted
NARROW = 700  # a wider picture keeps a size at which it can be read, and scrolls
LONGEST = 23  # signs of a name that fit into a box


@dataclass(frozen=True)
class Node:
    """One service of the picture."""

    key: int
    name: str
    under: str
    url: str


@dataclass(frozen=True)
class Edge:
    """`source` needs `target`; `mode` is serial, redundant or best_effort."""

    source: int
    target: int
    mode: str


def columns_of(centre: int, edges: Iterable[Edge]) -> dict[int, int]:
    """Return the column of each service near the centre: 0 the centre, above 0 what it needs, below who needs it."""
    needs: dict[int, list[int]] = {}
    needed: dict[int, list[int]] = {}
    for edge in edges:
        needs.setdefault(edge.source, []).append(edge.target)
        needed.setdefault(edge.target, []).append(edge.source)
    columns = {centre: 0}
    for step, neighbours in ((1, needs), (-1, needed)):
        frontier = [centre]
        for distance in range(1, REACH + 1):
            found = [near for key in frontier for near in neighbours.get(key, ()) if near not in columns]
            columns |= dict.fromkeys(found, distance * step)
            frontier = list(dict.fromkeys(found))
    return columns


def graph_draw(centre: int, nodes: Mapping[int, Node], edges: Sequence[Edge]) -> SafeString | str:
    """Return the picture as SVG; nothing where the service has no neighbours."""
    columns = {key: column for key, column in columns_of(centre, edges).items() if key in nodes}
    if len(columns) < 2:  # the centre alone is no graph
        return ""
    shown: dict[int, list[int]] = {}
    for key, column in columns.items():
        shown.setdefault(column, []).append(key)
    left, tallest = min(shown), max(min(len(keys), MOST + 1) for keys in shown.values())
    height = tallest * (TALL + DOWN) - DOWN
    place = _places(shown, left, height)
    width = (max(shown) - left) * (WIDE + ACROSS) + WIDE
    lines = "".join(_line(place[edge.source], place[edge.target], edge) for edge in edges if _drawn(edge, place))
    boxes = "".join(_box(place[key], nodes[key], key == centre) for key in place)
    more = "".join(_more(column, keys, left, height) for column, keys in shown.items() if len(keys) > MOST)
    label = escape(_("What %(service)s needs, and who needs it") % {"service": nodes[centre].name})
    css = "graph graph-wide" if width > NARROW else "graph"
    size = f'viewBox="-1 -1 {width + 2} {height + 2}" width="{width + 2}" height="{height + 2}"'
    return mark_safe(f'<svg class="{css}" {size} role="group" aria-label="{label}">{lines}{boxes}{more}</svg>')


def _places(shown: Mapping[int, list[int]], left: int, height: float) -> dict[int, tuple[float, float]]:
    """Return the upper left corner of each box; columns are centred on each other."""
    place: dict[int, tuple[float, float]] = {}
    for column, keys in shown.items():
        x = (column - left) * (WIDE + ACROSS)
        top = _top(len(keys), height)
        place |= {key: (x, top + row * (TALL + DOWN)) for row, key in enumerate(keys[:MOST])}
    return place


def _top(count: int, height: float) -> float:
    """Return where a column of so many boxes begins."""
    return (height - (min(count, MOST + 1) * (TALL + DOWN) - DOWN)) / 2


def _drawn(edge: Edge, place: Mapping[int, tuple[float, float]]) -> bool:
    """Tell whether both ends are in the picture, the needing one to the left."""
    return edge.source in place and edge.target in place and place[edge.source][0] < place[edge.target][0]


def _line(start: tuple[float, float], end: tuple[float, float], edge: Edge) -> str:
    """Return an edge from the right side of one box to the left side of another."""
    x1, y1, x2, y2 = start[0] + WIDE, start[1] + TALL / 2, end[0], end[1] + TALL / 2
    bend = (x2 - x1) / 2
    return (
        f'<path class="edge edge-{escape(edge.mode)}" d="M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f}'
        f' {y2:.1f} {x2 - 5:.1f} {y2:.1f}"/><path class="edge-tip" d="M{x2 - 7:.1f} {y2 - 4:.1f}l7 4l-7 4z"/>'
    )


def _box(place: tuple[float, float], node: Node, centre: bool) -> str:
    """Return one service as a box that leads to its page."""
    x, y = place
    short = node.name if len(node.name) <= LONGEST else node.name[: LONGEST - 1] + "…"
    css = "node node-here" if centre else "node"
    inner = (
        f"<title>{escape(node.name)}</title>"
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDE}" height="{TALL}" rx="8"/>'
        f'<text class="node-name" x="{x + 12:.1f}" y="{y + 19:.1f}">{escape(short)}</text>'
        f'<text class="node-under" x="{x + 12:.1f}" y="{y + 35:.1f}">{escape(node.under[:28])}</text>'
    )
    return f'<g class="{css}">{inner}</g>' if centre else f'<a class="{css}" href="{escape(node.url)}">{inner}</a>'


def _more(column: int, keys: Sequence[int], left: int, height: float) -> str:
    """Return how many services of a column are not drawn."""
    rest = len(keys) - MOST
    text = ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest}
    x, y = (column - left) * (WIDE + ACROSS) + WIDE / 2, _top(len(keys), height) + MOST * (TALL + DOWN) + TALL / 2
    return f'<text class="node-under" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
