"""Answer with a page, or with a fragment of it where htmx asks for one."""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Template, loader
from django.template.context import make_context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe

from slmo.web.brand import BRAND


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asked for a part of the page; a restored history entry needs the whole of it."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page `template`, or only its `fragment` (a block's name, or another template) for htmx.

    A fragment brings along the page's title and the messages that wait, so that both follow a partial update.
    """
    if fragment and wants_fragment(request):
        response = HttpResponse(fragment_render(request, template, context or {}, fragment), status=status)
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def fragment_render(request: HttpRequest, template: str, context: dict[str, Any], fragment: str) -> str:
    """Return the text of a fragment, followed by the page's title and the waiting messages."""
    if fragment.endswith(".html"):
        text: str = render_to_string(fragment, context, request)
        title = ""
    else:
        text = block_render(request, template, context, fragment)
        title = block_render(request, template, context, "title", default="").strip()
    if get_messages(request):
        text += render_to_string("components/toasts_swap.html", {}, request)
    return (mark_safe(f"<title>{title} · {BRAND['name']}</title>") if title else "") + text


def block_render(
    request: HttpRequest, template: str, context: dict[str, Any], name: str, *, default: str | None = None
) -> str:
    """Return the text of the block `name` as the page `template` would show it.

    Without such a block return `default`, or raise LookupError where there is none.
    """
    compiled: Template = loader.get_template(template).template  # type: ignore[attr-defined]
    full = make_context(context, request, autoescape=compiled.engine.autoescape)
    with full.render_context.push_state(compiled), full.bind_template(compiled):
        blocks = BlockContext()
        blocks_collect(compiled, full, blocks)
        node: BlockNode | None = blocks.get_block(name)
        if node is None:
            if default is None:
                raise LookupError(f"Template {template} has no block {name!r}.")
            return default
        full.render_context[BLOCK_CONTEXT_KEY] = blocks
        return str(node.render(full))


def blocks_collect(template: Template, context: Context, blocks: BlockContext) -> None:
    """Add the blocks of a template and of all that it extends, the youngest first."""
    for node in template.nodelist:
        if isinstance(node, ExtendsNode):
            blocks.add_blocks(node.blocks)
            blocks_collect(node.get_parent(context), context, blocks)
            return
    found = template.nodelist.get_nodes_by_type(BlockNode)
    blocks.add_blocks({node.name: node for node in found if isinstance(node, BlockNode)})
