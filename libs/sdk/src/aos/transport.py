"""HTTP with tokens: calls go through the gateway, and an expired access token is renewed once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from aos.errors import AosError

__all__ = ["Tokens", "Transport"]

TIMEOUT = httpx.Timeout(60, connect=5)
UNAUTHORIZED, TOO_MANY = 401, 429
_VERBS = ("login", "register", "refresh", "token", "invitations/accept", "password/forgot", "password/reset")
WITHOUT_TOKENS = tuple(f"/api/v1/auth/{verb}" for verb in _VERBS)


@dataclass(frozen=True)
class Tokens:
    """A pair of tokens; what an API key is exchanged for has no refresh token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Transport:
    """Sends requests and reads answers. `on_tokens` hears of every new pair, to keep it.

    With an `api_key` it needs no tokens to begin with: the key is exchanged at the first call, and again as needed.
    """

    def __init__(
        self,
        url: str,
        tokens: Tokens | None = None,
        on_tokens: Callable[[Tokens | None], None] | None = None,
        api_key: str = "",
    ) -> None:
        self.url = url.rstrip("/")
        self._api_key = api_key
        self._tokens = tokens
        self._on_tokens = on_tokens or (lambda _: None)
        self._http = httpx.Client(base_url=_checked(self.url), timeout=TIMEOUT)

    @property
    def tokens(self) -> Tokens | None:
        """The tokens in use."""
        return self._tokens

    def use(self, tokens: Tokens | None) -> None:
        """Use other tokens from now on, and tell `on_tokens`."""
        self._tokens = tokens
        self._on_tokens(tokens)

    def get(self, path: str, **params: Any) -> Any:
        """GET; parameters that are None or empty are left out."""
        kept = {name: value for name, value in params.items() if value not in (None, "")}
        return self.send("GET", path, params=kept)

    def post(self, path: str, body: Any = None) -> Any:
        """POST JSON."""
        return self.send("POST", path, json=body if body is not None else {})

    def put(self, path: str, body: Any) -> Any:
        """PUT JSON."""
        return self.send("PUT", path, json=body)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self.send("DELETE", path)

    def pages(self, path: str, items: str, **params: Any) -> Iterator[Any]:
        """Yield every item of a paged list, page by page."""
        token = ""
        while True:
            page = self.get(path, **params, page_token=token)
            yield from page[items]
            token = page["next_page_token"]
            if not token:
                return

    def lines(self, path: str, headers: Mapping[str, str] | None = None, body: Any = None) -> Iterator[str]:
        """Yield the lines of a long answer as they come; with a body, of that to a POST."""
        self.get("/api/v1/auth/me")  # renews an expired token, which cannot be done in the middle of an answer
        assert self._tokens is not None
        sent = {"Authorization": f"Bearer {self._tokens.access}", **(headers or {})}
        try:
            method = "GET" if body is None else "POST"
            with self._http.stream(method, path, headers=sent, json=body) as answer:
                if answer.is_error:
                    answer.read()
                    raise AosError.of_problem(answer.status_code, _json(answer))
                yield from answer.iter_lines()
        except httpx.TransportError as error:
            raise _unreachable(self.url, error) from error

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return its JSON; raise `AosError`."""
        if self._api_key and self._tokens is None and path not in WITHOUT_TOKENS:
            self._exchange()
        answer = self._send_once(method, path, options)
        if answer.status_code == UNAUTHORIZED and self._tokens and path not in WITHOUT_TOKENS:
            self._renew(self._tokens)
            answer = self._send_once(method, path, options)
        found = _json(answer)
        if answer.is_error:
            raise AosError.of_problem(answer.status_code, found)
        if answer.content and found is None:
            raise AosError(
                "NOT_THE_PLATFORM",
                f"{self.url} answers, but not as the platform does.",
                hint="Check the address: aos status shows that of the platform on this machine.",
            )
        return found

    def _send_once(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        bearer = self._tokens if path not in WITHOUT_TOKENS else None
        headers = {"Authorization": f"Bearer {bearer.access}"} if bearer else {}
        try:
            return self._http.request(method, path, headers=headers, **options)
        except httpx.TransportError as error:
            raise _unreachable(self.url, error) from error

    def _exchange(self) -> None:
        answer = self._send_once("POST", "/api/v1/auth/token", {"json": {"api_key": self._api_key}})
        if answer.is_error:
            raise AosError.of_problem(answer.status_code, _json(answer))
        self.use(Tokens(answer.json()["access_token"], ""))

    def _renew(self, old: Tokens) -> None:
        self._tokens = None
        if self._api_key and not old.refresh:
            self._exchange()
            return
        answer = self._send_once("POST", "/api/v1/auth/refresh", {"json": {"refresh_token": old.refresh}})
        if answer.status_code == TOO_MANY or answer.is_server_error:  # says nothing about the session
            self._tokens = old
            raise AosError.of_problem(answer.status_code, _json(answer))
        if answer.is_error:
            raise AosError("SESSION_ENDED", "The session has ended.", hint="Sign in again: aos login", status=401)
        body = answer.json()
        self.use(Tokens(body["access_token"], body["refresh_token"]))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _unreachable(url: str, error: httpx.TransportError) -> AosError:
    said = f"Nothing answers at {url} ({type(error).__name__})."
    return AosError("UNREACHABLE", said, hint="Is it up? aos status")


def _checked(url: str) -> httpx.URL:
    """Return an address; raise `AosError` where it is none."""
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL:
        found = httpx.URL()
    if found.scheme not in ("http", "https") or not found.host.strip("["):
        raise AosError("ADDRESS_INVALID", f"{url!r} is no address.", hint="It looks like http://127.0.0.1:8080.")
    return found


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
