"""The ASGI side of `Idempotency-Key`: outside everything else, so that what it stores is no part of the call."""

import asyncio
from collections.abc import Callable

import sqlalchemy as sa
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aos_common.auth import Caller, TokenVerifier
from aos_common.calls.idempotency import MAX_BODY, Answer, Request, Store
from aos_common.errors import DomainError, Kind

__all__ = ["BodyTooLarge", "Replaying", "bearer_of"]

log = structlog.get_logger()

HEADER = b"idempotency-key"
REPLAYED = (b"idempotent-replayed", b"true")


class BodyTooLarge(DomainError):
    """The body is larger than any route takes."""

    reason = "PAYLOAD_TOO_LARGE"
    kind = Kind.INVALID


def bearer_of(scope: Scope) -> str:
    """Return the bearer token of a request, "" when there is none."""
    sent = [text for name, text in scope["headers"] if name == b"authorization"]
    scheme, _, token = sent[0].decode("latin-1").partition(" ") if len(sent) == 1 else ("", "", "")
    return token if scheme.lower() == "bearer" else ""


class Replaying:
    """Answers a POST whose key was seen with the answer it had; keeps the answer of one whose key is new."""

    def __init__(
        self, app: ASGIApp, store: Store, verifier: TokenVerifier, refuse: Callable[[DomainError], ASGIApp]
    ) -> None:
        self._app = app
        self._store = store
        self._verifier = verifier
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; a request without a key, or without a valid token, passes as it is."""
        key = _key(scope)
        caller = await self._caller(scope) if key is not None else None
        if key is None or caller is None:
            await self._app(scope, receive, send)
            return
        try:
            await self._once(caller, key, scope, receive, send)
        except DomainError as error:
            await self._refuse(error)(scope, receive, send)

    async def _once(self, caller: Caller, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        target = scope["raw_path"].decode("latin-1") + "?" + scope["query_string"].decode("latin-1")
        request = Request(caller, key, scope["method"], target, await _body(receive))
        kept = await self._store.begin(request)
        if kept is not None:
            await _send(send, Answer(kept.status, [*kept.headers, REPLAYED], kept.body))
            return
        answer = Answer(500, (), b"")
        try:
            answer = await self._run(scope, request.body, receive, send)
        finally:
            # Also when the client has gone or the route failed: the key must not stay taken.
            await self._finish(request, answer)

    async def _finish(self, request: Request, answer: Answer) -> None:
        try:
            await asyncio.shield(self._store.finish(request, answer))
        except (DomainError, OSError, sa.exc.DBAPIError) as error:
            # The answer has gone out; the key stays taken until its lease ends.
            log.warning("idempotency.not_kept", error=type(error).__name__)

    async def _caller(self, scope: Scope) -> Caller | None:
        try:
            return await self._verifier.verify(bearer_of(scope))
        except DomainError:
            return None  # the route says what is wrong with the token

    async def _run(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> Answer:
        """Run the route on the body that was read, pass its answer on and return it."""
        start: Message = {"status": 500, "headers": []}
        parts: list[bytes] = []
        unread = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            # A live answer listens whether its client goes: saying so at once would end it before it began.
            return unread.pop() if unread else await receive()

        async def listen(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                parts.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive_again, listen)
        return Answer(start["status"], start["headers"], b"".join(parts))


def _key(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    sent = [text for name, text in scope["headers"] if name == HEADER]
    return b", ".join(sent).decode("latin-1") if sent else None


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise BodyTooLarge(f"A body has at most {MAX_BODY} bytes.", hint="Send it in smaller parts.")
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})
