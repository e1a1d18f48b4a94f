"""Header names as Salesforce writes them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class CapitalHeaders:
    """Writes `Content-Type` for `content-type`: a client was seen that takes the two for different headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with other header names."""

        async def capital(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name.title(), value) for name, value in message["headers"]]
            await send(message)

        await self._app(scope, receive, capital)
