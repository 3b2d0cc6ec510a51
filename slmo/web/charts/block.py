"""The template tag `{% chart id options … %}table{% endchart %}`."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import json_script

HEIGHTS = (40, 80, 120, 160, 200, 240, 280, 320, 360, 400, 480, 560, 640, 800)


class ChartNode(template.Node):
    """A figure: title, tools, the drawing, and the table behind it, which is what stands here without scripts."""

    def __init__(self, nodelist: NodeList, values: list[FilterExpression], extra: dict[str, FilterExpression]) -> None:
        """Keep the table's nodes, the id and options, and the named arguments."""
        self.nodelist, self.values, self.extra = nodelist, values, extra

    def render(self, context: Context) -> str:
        """Return the figure."""
        name, options = (value.resolve(context) for value in self.values)
        extra = {key: value.resolve(context) for key, value in self.extra.items()}
        height = min(HEIGHTS, key=lambda known: abs(known - int(extra.get("height", 280))))
        found: dict[str, Any] = {
            "id": name,
            "height": height,
            "title": extra.get("title", ""),
            "sub": extra.get("sub", ""),
            "data": json_script(options, f"{name}-options"),
            "table": self.nodelist.render(context),
            "bare": extra.get("bare", False),
            "wide": extra.get("wide", False),
        }
        with context.push(**found):
            return context.template.engine.get_template("components/chart.html").render(context)  # type: ignore[union-attr]


def chart_block(parser: Parser, token: Token) -> ChartNode:
    """Parse `{% chart "id" options height=280 title=… sub=… bare=True wide=True %}…{% endchart %}`."""
    bits = token.split_contents()[1:]
    if len(bits) < 2:
        raise template.TemplateSyntaxError("chart takes an id and options.")
    values = [parser.compile_filter(bit) for bit in bits[:2]]
    extra = token_kwargs(bits[2:], parser)
    nodelist = parser.parse(("endchart",))
    parser.delete_first_token()
    return ChartNode(nodelist, values, extra)
