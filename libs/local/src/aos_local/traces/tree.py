"""A trace as a tree that people can read."""

from collections import defaultdict
from collections.abc import Sequence

from rich.text import Text
from rich.tree import Tree

from aos_local.traces.store import Span

ROOT = ""


def tree_of(spans: Sequence[Span]) -> Tree:
    """Return the spans below each other, with service, milliseconds, and how long after the first they began.

    A span whose parent is not known (it was not sampled, or the oldest made room) stands at the top.
    """
    known = {span.span_id for span in spans}
    below: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda one: one.start_ns):
        below[span.parent_id if span.parent_id in known else ROOT].append(span)
    first = min(span.start_ns for span in spans)
    top = Tree(Text(f"trace {spans[0].trace_id}"))
    waiting = [(top, span) for span in reversed(below[ROOT])]
    while waiting:
        parent, span = waiting.pop()
        branch = parent.add(_line(span, first))
        waiting += [(branch, child) for child in reversed(below[span.span_id])]
    return top


def _line(span: Span, first: int) -> Text:
    took, after = (span.end_ns - span.start_ns) / 1e6, (span.start_ns - first) / 1e6
    line = Text.assemble((span.service, "cyan"), " ", span.name, (f"  {took:,.1f} ms  +{after:,.1f}", "dim"))
    if span.failed:
        line.append("  failed", "red")
    return line
