"""A stand-in for an Airbyte deployment: what of its public API a watcher reads. It is no Airbyte.

Wire format after Airbyte's API reference; the client that Airbyte publishes reads it in tests.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "Deployment", "airbyte"]

ROOT = "/api/public/v1"
CLIENT_ID, CLIENT_SECRET = "an-application", "its-secret"
MAX_PAGE = 100


@dataclass
class Deployment:
    """The state of a stand-in: tests change it, also while it serves. `tokens` are those that are accepted."""

    url: str = ""
    connections: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None
    """In place of every other answer."""

    def connect(self, name: str, *, status: str = "active", schedule: dict[str, Any] | None = None) -> str:
        """Add a connection; return its id."""
        made = str(uuid4())
        self.connections.append(
            {
                "connectionId": made,
                "name": name,
                "sourceId": str(uuid4()),
                "destinationId": str(uuid4()),
                "workspaceId": str(uuid4()),
                "status": status,
                "schedule": schedule or {"scheduleType": "basic", "basicTiming": "Every 24 HOURS"},
                "nonBreakingSchemaUpdatesBehavior": "ignore",
                "namespaceDefinition": "destination",
                "configurations": {"streams": []},
                "createdAt": 1_767_225_600,
                "tags": [],
            }
        )
        return made

    def run(self, connection_id: str, status: str, start: str, **more: Any) -> int:
        """Add a sync job, newer than those before; return its id."""
        job_id = len(self.jobs) + 1
        told = {"jobId": job_id, "status": status, "jobType": "sync", "startTime": start, "connectionId": connection_id}
        self.jobs.append({**told, "lastUpdatedAt": start, **more})
        return job_id


@contextmanager
def airbyte() -> Iterator[Deployment]:
    """Serve a deployment on a free port of this machine, until the end of the block."""
    deployment = Deployment()
    handler = type("Handler", (_Handler,), {"deployment": deployment})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        deployment.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield deployment
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    deployment: Deployment
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Serve a page of connections or jobs."""
        path, query = self._asked()
        if not self._signed():
            self._send(401, {"type": "unauthorized", "title": "Unauthorized", "status": 401})
        elif path == f"{ROOT}/connections":
            self._page(self.deployment.connections, query, path)
        elif path == f"{ROOT}/jobs":
            wanted, kind = query.get("connectionId"), query.get("jobType", "sync")
            jobs = [one for one in self.deployment.jobs if wanted in (None, one["connectionId"])]
            jobs = [one for one in jobs if one["jobType"] == kind]
            down = query.get("orderBy", "").endswith("|DESC")
            self._page(sorted(jobs, key=lambda one: int(one["jobId"]), reverse=down), query, path)
        else:
            self._send(404, {"type": "not-found", "title": "Not found", "status": 404})

    def do_POST(self) -> None:
        """Give a token for an application's id and secret."""
        path, _ = self._asked()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if path != f"{ROOT}/applications/token":
            self._send(404, {"type": "not-found", "title": "Not found", "status": 404})
            return
        form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
        told = {name: one[0] for name, one in parse_qs(body.decode()).items()} if form else json.loads(body)
        if (told.get("client_id"), told.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            self._send(401, {"type": "unauthorized", "title": "Unauthorized", "status": 401})
            return
        token = uuid4().hex
        self.deployment.tokens.add(token)
        self._send(200, {"access_token": token, "token_type": "Bearer", "expires_in": 180})

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        self.deployment.asked.append(f"{self.command} {parts.path}")
        return parts.path, {name: one[0] for name, one in parse_qs(parts.query).items()}

    def _signed(self) -> bool:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") in self.deployment.tokens

    def _page(self, listed: list[dict[str, Any]], query: dict[str, str], path: str) -> None:
        limit, offset = min(int(query.get("limit", 20)), MAX_PAGE), int(query.get("offset", 0))
        shown, url = listed[offset : offset + limit], f"{self.deployment.url}{path}"
        following = f"{url}?limit={limit}&offset={offset + limit}" if offset + limit < len(listed) else ""
        earlier = f"{url}?limit={limit}&offset={max(offset - limit, 0)}" if offset else ""
        self._send(200, {"data": shown, "previous": earlier, "next": following})

    def _send(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        if self.deployment.answer is not None:
            status, body = self.deployment.answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
