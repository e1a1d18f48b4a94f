"""Questions and their answers."""

import json
from collections.abc import Iterator
from typing import Any

from aos.errors import AosError
from aos.resources import Filter
from aos.transport import Transport

__all__ = ["Answers", "filters_of"]


class Answers:
    """Asks the platform in plain words; every number of an answer has a citation that opens it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def ask(self, question: str, persona: str = "") -> Any:
        """Return the whole answer."""
        return self._transport.post("/api/v1/nlp/query", {"question": question, "persona": persona})

    def stream(self, question: str, persona: str = "") -> Iterator[tuple[str, Any]]:
        """Yield (step, content): understood, evidence, text in pieces, and the whole answer. Raises `AosError`."""
        event, body = "", {"question": question, "persona": persona}
        for line in self._transport.lines("/api/v1/nlp/query/stream", body=body):
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                content = json.loads(line.removeprefix("data:"))
                if event == "error":
                    raise AosError(content["reason"], content.get("detail", ""), hint=content.get("hint", ""))
                yield event, content

    def summary(self, persona: str) -> Any:
        """Return a persona's tiles: figures with citations, or what to connect."""
        return self._transport.get("/api/v1/nlp/persona/summary", persona=persona)

    def send_feedback(self, answer_id: str, *, helpful: bool, comment: str = "") -> Any:
        """Say what you thought of an answer."""
        body = {"answer_id": answer_id, "helpful": helpful, "comment": comment}
        return self._transport.post("/api/v1/nlp/feedback", body)


def filters_of(citation: Any) -> list[Filter]:
    """Return what selects the rows behind a citation, as `Views.query` takes it."""
    return [
        (f"{one['column']}.{one['json_key']}" if one["json_key"] else one["column"], one["op"], _value(one))
        for one in citation["filters"]
    ]


def _value(one: Any) -> str | list[str]:
    if one["op"] == "in":
        return list(one["values"])
    return str(one["values"][0]) if one["values"] else ""
