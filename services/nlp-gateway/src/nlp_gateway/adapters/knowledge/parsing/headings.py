"""Which headings a text stands below."""

__all__ = ["Headings"]


class Headings:
    """The path of headings while a document is read from top to bottom."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, text: str) -> None:
        """A heading ends those of its level and below."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        if text.strip():
            self._open.append((level, text))

    @property
    def path(self) -> tuple[str, ...]:
        """The headings above, outermost first."""
        return tuple(text for _, text in self._open)
