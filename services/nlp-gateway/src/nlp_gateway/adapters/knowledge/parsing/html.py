"""HTML as a browser would mend it, without scripts, styles and navigation."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from nlp_gateway.adapters.knowledge.parsing.headings import Headings
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.media import text_of

__all__ = ["read"]

_LEFT_OUT = ["script", "style", "noscript", "template", "svg", "nav", "iframe", "form", "head"]
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {"p", "li", "pre", "blockquote", "dd", "dt", "figcaption", "td", "th", "caption", "address"}
_DEEPEST = 500


def read(content: bytes) -> tuple[str, Iterator[Block]]:
    """Return the page's title, and its blocks."""
    tree = LexborHTMLParser(text_of(content))
    title = tree.css_first("title")
    shown = title.text(strip=True) if title else ""
    tree.strip_tags(_LEFT_OUT, recursive=True)
    return shown, _blocks(tree.body)


def _blocks(body: LexborNode | None) -> Iterator[Block]:
    """Walk the page without recursion: a page may be nested as deeply as its author likes."""
    headings, loose = Headings(), _Loose()
    waiting: list[tuple[LexborNode, int]] = [(body, 0)] if body else []
    while waiting:
        node, depth = waiting.pop()
        inline = node.tag == "-text" or (node.tag not in _BLOCKS and node.tag not in _LEVELS and _is_inline(node))
        if inline:
            loose.add(node)
            continue
        yield from loose.blocks(headings.path)
        if node.tag in _LEVELS:
            headings.enter(_LEVELS[node.tag], _text(node))
        elif node.tag == "table":
            yield from _table(node, headings.path)
        elif (node.tag in _BLOCKS and not _holds_blocks(node)) or depth >= _DEEPEST:
            yield Block(headings.path, _text(node))
        else:
            waiting.extend((child, depth + 1) for child in reversed(list(node.iter(include_text=True))))
    yield from loose.blocks(headings.path)


class _Loose:
    """Text that stands beside blocks, in no block of its own."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, node: LexborNode) -> None:
        self._parts.append(_text(node))

    def blocks(self, path: tuple[str, ...]) -> Iterator[Block]:
        text = " ".join(filter(None, self._parts))
        self._parts.clear()
        if text:
            yield Block(path, text)


_INLINE = {"a", "b", "i", "em", "strong", "span", "code", "small", "sub", "sup", "u", "s", "mark", "q", "cite", "abbr"}


def _is_inline(node: LexborNode) -> bool:
    return node.tag in _INLINE and not _holds_blocks(node)


def _holds_blocks(node: LexborNode) -> bool:
    return node.css_first("p, li, pre, blockquote, table, div, ul, ol, h1, h2, h3, h4, h5, h6") not in (None, node)


def _table(table: LexborNode, path: tuple[str, ...]) -> Iterator[Block]:
    lines = [" | ".join(_text(cell) for cell in row.css("th, td")) for row in table.css("tr")]
    if lines:
        yield Block(path, "\n".join(lines[1:]) or lines[0], lines[0] if len(lines) > 1 else "")


def _text(node: LexborNode) -> str:
    text = node.text(deep=True, separator="") or ""
    return text.strip() if node.tag == "pre" else " ".join(text.split())
