"""What a document is cut into: passages with the headings above them and their place in the stored text."""

from dataclasses import dataclass

__all__ = ["Cut", "indexed"]


@dataclass(frozen=True)
class Cut:
    """A passage: characters [start, end) of the document's stored text, and the headings above, outermost first."""

    ordinal: int
    headings: tuple[str, ...]
    start: int
    end: int
    text: str


def indexed(title: str, headings: tuple[str, ...], text: str) -> str:
    """Return what is searched of a passage: its words are often short of the subject that title and headings name."""
    above = [title, *(heading for heading in headings if heading != title)]
    return "\n".join([*filter(None, above), text])
