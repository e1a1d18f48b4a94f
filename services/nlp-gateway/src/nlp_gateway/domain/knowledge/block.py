"""A file's text as its parser gives it."""

from dataclasses import dataclass

__all__ = ["Block", "Parsed"]


@dataclass(frozen=True)
class Block:
    """A paragraph, list or piece of code below some headings; or the rows of a table.

    `header` is a table's first line: it is repeated above each passage of the table.
    """

    headings: tuple[str, ...]
    text: str
    header: str = ""


@dataclass(frozen=True)
class Parsed:
    """A file's blocks in their order; `title` is the file's own, or empty."""

    title: str
    blocks: tuple[Block, ...]
