"""Reading files in a child process with bounds of time and memory, which ends when idle."""

from aos_common.child import Child, ChildDied, ChildTimedOut

from nlp_gateway.adapters.knowledge.parsing.reader import File, read_file
from nlp_gateway.domain.knowledge.block import Parsed
from nlp_gateway.domain.knowledge.errors import ParserFailed

__all__ = ["ChildParser"]

SECONDS = 60.0
MEMORY_MB = 768
_HINT = "Send a smaller part of it, or its plain text."


class ChildParser:
    """The `Parser` port."""

    def __init__(self, seconds: float = SECONDS, memory_mb: int = MEMORY_MB) -> None:
        self._child = Child("files", read_file, timeout_seconds=seconds, memory_mb=memory_mb)

    async def parse(self, content: bytes, media_type: str) -> Parsed:
        """Return a file's text; raises ContentRefused, ParserFailed."""
        try:
            return await self._child.call(File(content, media_type))
        except ChildTimedOut:
            raise ParserFailed("Reading the file took too long.", hint=_HINT) from None
        except ChildDied:
            raise ParserFailed("Reading the file took more memory than a file may take.", hint=_HINT) from None

    async def close(self) -> None:
        """End the process."""
        await self._child.close()
