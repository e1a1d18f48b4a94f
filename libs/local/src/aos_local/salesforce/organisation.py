"""One emulated organisation: its records, apps, faults, knobs, and what was asked of it."""

import json
import secrets
import time
from collections import deque
from copy import deepcopy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from aos_local.salesforce.errors import ApiError
from aos_local.salesforce.example import EXAMPLE
from aos_local.salesforce.faults import Fault
from aos_local.salesforce.model import Field, SObject
from aos_local.salesforce.oauth import App, Tokens
from aos_local.salesforce.records import Records
from aos_local.salesforce.soql.evaluate import Record

MAX_LOG = 100_000


@dataclass
class Knobs:
    """What tests turn while it runs. Times in seconds."""

    page_size: int = 2_000
    locator_seconds: float = 172_800.0
    job_polls: int = 1
    results_page: int = 50_000
    latency: float = 0.0
    api_limit: int = 100_000
    url_limit: int = 16_384

    def turn(self, changes: dict[str, Any]) -> None:
        """Change those that are named; the value's type is the knob's own."""
        known = {one.name: type(getattr(self, one.name)) for one in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ApiError(400, "INVALID_FIELD", f"no knob {name}; there are {', '.join(known)}")
            setattr(self, name, known[name](value))


@dataclass
class Page:
    """What is left of a query's answer: a locator leads to it."""

    records: list[Record]
    fields: list[Field]
    entity: SObject
    size: int
    made: float = field(default_factory=time.monotonic)


@dataclass
class Job:
    """A bulk query; `polls` left before it is complete."""

    id: str
    entity: SObject
    fields: list[Field]
    records: list[Record]
    body: dict[str, Any]
    polls: int
    state: str = "UploadComplete"
    error: str = ""


@dataclass
class Organisation:
    """Everything the wire protocol works on; used from one event loop."""

    records: Records
    tokens: Tokens
    knobs: Knobs = field(default_factory=Knobs)
    faults: list[Fault] = field(default_factory=list)
    log: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_LOG))
    pages: dict[str, Page] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    api_used: int = 0

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Organisation":
        """Read a data file: `apps`, `objects` with `fields` and `records`, and `knobs`."""
        objects = [SObject.of(body, f"{number:03}") for number, body in enumerate(data["objects"], 1)]
        apps = {body["client_id"]: App(**{**body, "users": tuple(body.get("users", ()))}) for body in data["apps"]}
        found = cls(Records(objects), Tokens(apps))
        found.knobs.turn(data.get("knobs", {}))
        for body in data["objects"]:
            found.records.load(found.records.entity(body["name"]), body.get("records", ()))
        return found

    @classmethod
    def from_file(cls, path: Path | None) -> "Organisation":
        """The organisation of a data file, or the example."""
        return cls.of(json.loads(path.read_text()) if path else deepcopy(EXAMPLE))

    def limit_info(self) -> str:
        """The header `Sforce-Limit-Info`."""
        return f"api-usage={self.api_used}/{self.knobs.api_limit}"

    def keep(self, page: Page) -> str:
        """Store what is left of an answer; returns its locator."""
        name = f"01g{secrets.token_hex(6)}"
        self.pages[name] = page
        return name

    def kept(self, locator: str) -> Page:
        """The page behind a locator; raises `INVALID_QUERY_LOCATOR`."""
        page = self.pages.get(locator)
        if page is None or time.monotonic() - page.made > self.knobs.locator_seconds:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return page
