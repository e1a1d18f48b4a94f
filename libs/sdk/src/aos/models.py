"""Whose model writes answers, and what a question is about."""

from typing import Any

from aos.transport import Transport

__all__ = ["Models"]

_PROVIDER = "/api/v1/nlp/provider"


class Models:
    """The tenant's provider of language models; without one answers are written offline."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def provider(self) -> Any:
        """Return the provider in use; its key is never shown."""
        return self._transport.get(_PROVIDER)

    def set_provider(self, kind: str, model: str, *, key: str | None = None, url: str = "") -> Any:
        """Use a model of openai, gemini, anthropic or openai_compatible; without a key the kept one stays."""
        body: dict[str, Any] = {"kind": kind, "model": model, "url": url}
        return self._transport.put(_PROVIDER, body | ({} if key is None else {"key": key}))

    def check_provider(self) -> Any:
        """Ask the model for one word; returns whether it answered, or what is wrong."""
        return self._transport.post(f"{_PROVIDER}/check", {})

    def remove_provider(self) -> None:
        """Write answers offline again; the key is forgotten."""
        self._transport.delete(_PROVIDER)

    def classify(self, question: str, persona: str = "") -> Any:
        """Return whose question it is and what can answer it, each with a confidence."""
        return self._transport.post("/api/v1/nlp/persona/classify", {"text": question, "persona": persona})
