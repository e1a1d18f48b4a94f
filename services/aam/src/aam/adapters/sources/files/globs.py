"""Globs over names that no folder has: keys of a bucket, files of a group."""

import re
from functools import cache

MAX_LENGTH, MAX_STARS = 200, 8


def refuse_glob(glob: str) -> None:
    """Raise ValueError for a glob that could take long to match."""
    if not glob or len(glob) > MAX_LENGTH or glob.count("*") > MAX_STARS:
        raise ValueError(f"a glob has 1 to {MAX_LENGTH} characters and at most {MAX_STARS} stars")


def matches(name: str, glob: str) -> bool:
    """Tell whether a relative name fits: `*` and `?` stop at `/`, `**/` stands for any folders, `[a-z]` for one of."""
    return _expression(glob).fullmatch(name) is not None


@cache
def _expression(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", glob)
    return re.compile("".join(_part(part) for part in parts), re.DOTALL)


def _part(part: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part in known:
        return known[part]
    if part.startswith("[") and part.endswith("]"):
        inner = part[1:-1]
        negated, inner = ("^", inner[1:]) if inner[0] in "!^" and len(inner) > 1 else ("", inner)
        ranges = re.sub(r"([\\\[\]^&~|])", r"\\\1", inner)
        return f"[{negated}{ranges}]"
    return re.escape(part)
