"""The client: one object, a part for each layer."""

import os
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import quote

from aos.administration import Audit, Flags
from aos.answers import Answers
from aos.errors import AosError
from aos.flow import Flow
from aos.knowledge import Knowledge
from aos.metrics import Metrics
from aos.models import Models
from aos.onboarding import Onboarding, Statistics, Watches
from aos.people import IdentityProviders, Invitations, Password, SecondFactor, ServiceAccounts, Sessions, Users
from aos.resources import Connections, Discovery, Proposals, Runs, Views
from aos.steering import Steering
from aos.transport import UNAUTHORIZED, Tokens, Transport

__all__ = ["Client"]

DEFAULT_URL = "http://127.0.0.1:8080"


class Client:
    """Talks to one platform as one user, or as a program with an API key. A context manager; for one thread.

    An `api_key`, or the environment's `AOS_API_KEY` where there are no `tokens`, is exchanged and renewed by itself.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        tokens: Tokens | None = None,
        on_tokens: Callable[[Tokens | None], None] | None = None,
        api_key: str | None = None,
    ) -> None:
        key = api_key if api_key is not None or tokens else os.environ.get("AOS_API_KEY")
        self.transport = Transport(url, tokens, on_tokens, key or "")
        self.users = Users(self.transport)
        self.invitations = Invitations(self.transport)
        self.password = Password(self.transport)
        self.sessions = Sessions(self.transport)
        self.second_factor = SecondFactor(self.transport)
        self.service_accounts = ServiceAccounts(self.transport)
        self.identity_providers = IdentityProviders(self.transport)
        self.flags = Flags(self.transport)
        self.audit = Audit(self.transport)
        self.discovery = Discovery(self.transport)
        self.connections = Connections(self.transport)
        self.onboarding = Onboarding(self.transport)
        self.statistics = Statistics(self.transport)
        self.watches = Watches(self.transport)
        self.steering = Steering(self.transport)
        self.proposals = Proposals(self.transport)
        self.views = Views(self.transport)
        self.metrics = Metrics(self.transport)
        self.knowledge = Knowledge(self.transport)
        self.runs = Runs(self.transport)
        self.answers = Answers(self.transport)
        self.models = Models(self.transport)
        self.flow = Flow(self.transport)

    def register(self, tenant_name: str, email: str, password: str) -> Any:
        """Create a tenant and its first user, sign in as that user, and return it."""
        body = {"tenant_name": tenant_name, "email": email, "password": password}
        answer = self.transport.post("/api/v1/auth/register", body)
        self.transport.use(Tokens(answer["access_token"], answer["refresh_token"]))
        return answer["user"]

    def sign_in(self, email: str, password: str, totp: str = "") -> None:
        """Sign in; an account with a second factor raises `TOTP_REQUIRED` until `totp` is its code."""
        body = {"email": email, "password": password, **({"totp": totp} if totp else {})}
        answer = self.transport.post("/api/v1/auth/login", body)
        self.transport.use(Tokens(answer["access_token"], answer["refresh_token"]))

    def sign_out(self) -> None:
        """End the session; one that has ended already is forgotten."""
        if self.transport.tokens and self.transport.tokens.refresh:
            try:
                self.transport.post("/api/v1/auth/logout", {"refresh_token": self.transport.tokens.refresh})
            except AosError as error:
                if error.status != UNAUTHORIZED:
                    raise
        self.transport.use(None)

    def me(self) -> Any:
        """Return the signed-in user."""
        return self.transport.get("/api/v1/auth/me")

    def mapping(self, connection_id: str, stream: str) -> Any:
        """Return the mapping in force for a stream."""
        return self.transport.get(f"/api/v1/dcl/mappings/{connection_id}/{quote(stream)}")

    def ontology(self) -> Any:
        """Return the business entities with their attributes."""
        return self.transport.get("/api/v1/dcl/ontology")

    def lineage(self) -> Any:
        """Return the lineage graph."""
        return self.transport.get("/api/v1/dcl/lineage/graph")

    def ask(self, question: str, persona: str = "") -> Any:
        """Return the answer to a question, with figures and citations, or with the refusal that says what can be."""
        return self.answers.ask(question, persona)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
