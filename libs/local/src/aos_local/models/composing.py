"""What the models say: sentences of the evidence they are sent, and where asked to, a number of their own."""

import re
from collections.abc import Iterator

__all__ = ["INVENTED", "compose", "pieces"]

INVENTED = "That is 98765.43 more than anybody expected."
_EVIDENCE = re.compile(r"<evidence>\s*(.*?)\s*</evidence>", re.DOTALL)
_LISTED = re.compile(r"^- ", re.MULTILINE)
SENTENCES = 3


def compose(material: str, *, invent: bool = False) -> str:
    """Return the first sentences of the evidence, or `ok` where there is none; the same request, the same answer."""
    found = _EVIDENCE.search(material)
    evidence = _LISTED.split(found.group(1))[0].strip() if found else ""
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(evidence.split()))
    text = " ".join(sentences[:SENTENCES]) or "ok"
    return f"{text} {INVENTED}" if invent else text


def pieces(text: str) -> Iterator[str]:
    """Yield the text in the pieces in which a model would write it: words, with the space before them."""
    yield from re.findall(r"\s*\S+", text)
