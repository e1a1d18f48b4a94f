"""Words beside a find that say what it is."""

import re

__all__ = ["near"]


def near(words: re.Pattern[str], text: str, start: int, end: int, *, before: int, after: int) -> bool:
    """Whether one of the words stands at most so many characters before `start` or after `end`."""
    return bool(words.search(text[max(0, start - before) : start]) or words.search(text[end : end + after]))
