"""Which passwords are guessed first: zxcvbn's estimate (Wheeler, USENIX Security 2016), which knows leaked ones."""

import asyncio

from aos_common.resilience import Bulkhead
from zxcvbn import zxcvbn

from identity.domain.errors import PasswordTooWeak

WINDOW = 24
"""Characters judged at once: zxcvbn takes time that grows fast with the length, 0.2 s at worst for these."""
STRONG = 3
"""zxcvbn's "safely unguessable": 10^8 guesses or more."""


class ZxcvbnJudge:
    """The `PasswordJudge` port: `limit` judgements at once, `queue` waiting, then `Overloaded`."""

    def __init__(self, limit: int = 1, queue: int = 50) -> None:
        self._bulkhead = Bulkhead("new passwords", limit, queue)

    async def check(self, password: str, *about: str) -> None:
        """Raise `PasswordTooWeak` unless the beginning or the end of the password is hard to guess by itself."""
        words = [word for text in about for word in (text, *text.replace("@", " ").replace(".", " ").split())]
        async with self._bulkhead.slot():
            warning = await asyncio.to_thread(_weakness, password, words)
        if warning is not None:
            raise PasswordTooWeak(
                f"This password is easily guessed. {warning}".strip(),
                hint="A sentence, or four words that do not belong together, is a good password.",
            )


def _weakness(password: str, words: list[str]) -> str | None:
    """Return None for a strong password, else zxcvbn's word about it."""
    first = zxcvbn(password[:WINDOW], user_inputs=words)
    if first["score"] >= STRONG or zxcvbn(password[-WINDOW:], user_inputs=words)["score"] >= STRONG:
        return None
    return str(first["feedback"]["warning"])
