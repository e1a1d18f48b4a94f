"""The journey itself: the steps a user would take, through the gateway, as a user."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aos import AosError, Client
from aos_common.errors import DomainError, Kind

Say = Callable[[str], None]
POLL_SECONDS = 0.25
STEP_SECONDS = 600.0
QUESTIONS = {"cloud_cost": "What is our cloud spend by team?", "opportunity": "What is our win rate?"}
"""What is asked of a view that has rows."""
SETTLED = ("ready", "needs_mapping", "failed", "schema_changed")


class StepFailed(DomainError):
    """A step of the demo did not end well."""

    reason = "DEMO_STEP_FAILED"
    kind = Kind.PRECONDITION


@dataclass
class Stage:
    """One stage: what it counted, and the seconds it took."""

    name: str
    seconds: float
    counts: dict[str, int | str]
    notes: list[str] = field(default_factory=list)


@dataclass
class Journey:
    """Everything the demo did and found."""

    url: str
    tenant: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    stages: list[Stage] = field(default_factory=list)
    views: dict[str, int] = field(default_factory=dict)
    quarantine: dict[str, int] = field(default_factory=dict)
    findings: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


class Traveller:
    """Walks the journey as the first user of a new tenant; `say` hears what each stage approved or noticed."""

    def __init__(self, client: Client, say: Callable[[Stage], None], progress: Say) -> None:
        self._client = client
        self._finished = say
        self._progress = progress
        self.journey = Journey(client.transport.url)

    def walk(self, locations: Sequence[tuple[str, str]], tenant: str) -> Journey:
        """Discover (name, location) pairs, approve what the platform asks, and run the pipeline."""
        self._sign_up(tenant)
        findings = self._discover(locations)
        connections = self._connect(findings)
        self._map(connections)
        self._run(connections)
        self._look(connections)
        self._ask()
        return self.journey

    def _stage(self, name: str, began: float, counts: dict[str, int | str], notes: Sequence[str] = ()) -> None:
        stage = Stage(name, round(time.monotonic() - began, 2), counts, list(notes))
        self.journey.stages.append(stage)
        self._finished(stage)

    def _sign_up(self, tenant: str) -> None:
        began = time.monotonic()
        journey = self.journey
        journey.email = f"demo-{secrets.token_hex(4)}@example.com"
        journey.password = secrets.token_urlsafe(12)
        user = self._client.register(tenant, journey.email, journey.password)
        journey.tenant = user["tenant_id"]
        self._stage("sign-up", began, {"tenants": 1, "users": 1})

    def _discover(self, locations: Sequence[tuple[str, str]]) -> list[Any]:
        began = time.monotonic()
        scans = [self._client.discovery.scan(location, name) for name, location in locations]
        ended = [self._until(partial(self._client.discovery.get_scan, scan["id"]), _scan_ended) for scan in scans]
        for scan in ended:
            if scan["state"] == "failed":
                raise StepFailed(f"The scan of {scan['location']} failed: {scan['error']}")
        findings = [self._client.discovery.finding(scan["finding_id"]) for scan in ended]
        data_sets = [data_set for finding in findings for data_set in finding["data_sets"]]
        unreadable = [d for d in data_sets if d["error"]]
        counts: dict[str, int | str] = {
            "findings": len(findings),
            "data sets": len(data_sets),
            "columns": sum(len(d["columns"]) for d in data_sets),
            "with personal data": sum(bool(c["pii"]) for d in data_sets for c in d["columns"]),
        }
        notes = [f"cannot be read: {d['error']}" for d in unreadable]
        notes += [reason for finding in findings for reason in finding["reasons"] if "left out" in reason]
        self._stage("discovery", began, counts, notes)
        return findings

    def _connect(self, findings: Sequence[Any]) -> list[Any]:
        began = time.monotonic()
        approved = [self._client.discovery.approve(finding["id"]) for finding in findings]
        ids = [finding["connection_id"] for finding in approved]
        connections = [self._until(partial(self._client.connections.get, one), _onboarded) for one in ids]
        for connection in connections:
            if connection["state"] == "FAILED":
                raise StepFailed(f"The connection {connection['name']} failed: {connection['error']}")
        streams = [stream for connection in connections for stream in connection["streams"]]
        notes = [f"approved for you: finding {finding['name']}" for finding in approved]
        notes += [f"{s['name']}: {s['error']}" for s in streams if s["error"]]
        self._stage("approval", began, {"connections": len(connections), "streams": len(streams)}, notes)
        return connections

    def _map(self, connections: Sequence[Any]) -> None:
        began = time.monotonic()
        proposals = [p for c in connections for p in self._client.proposals.list("", c["id"])]
        notes = []
        auto = sum(p["decided_by"] == "auto" for p in proposals)
        approved = 0
        for proposal in proposals:
            if proposal["state"] != "pending":
                continue
            try:
                self._client.proposals.approve(proposal["id"])
            except AosError as error:
                notes.append(f"{proposal['stream']} stays unmapped: {error.message}")
                continue
            approved += 1
            why = proposal["reasons"][-1] if proposal["reasons"] else "it asked for a person"
            notes.append(f"approved for you: {proposal['stream']} → {proposal['entity']} ({why})")
        for connection in connections:
            self._until(partial(self._client.connections.get, connection["id"]), self._mapped)
        fields = sum(len(p["fields"]) for p in proposals)
        counts: dict[str, int | str] = {"proposals": len(proposals), "fields": fields}
        self._stage("mapping", began, {**counts, "automatic": auto, "approved for you": approved}, notes)

    def _mapped(self, connection: Any) -> bool:
        waiting = {s["name"] for s in connection["streams"] if s["state"] == "needs_mapping"}
        decided = {p["stream"] for p in self._client.proposals.list("approved", connection["id"])}
        return not waiting & decided

    def _run(self, connections: Sequence[Any]) -> None:
        began = time.monotonic()
        asked = self._client.runs.start([connection["id"] for connection in connections])
        run = self._until(lambda: self._client.runs.get(asked["id"]), _run_ended)
        notes = [f"{step['name']}: {step['summary']}" for step in run["steps"]]
        if run["state"] != "succeeded":
            raise StepFailed(f"The pipeline {run['state']}: {run['error']}", hint="; ".join(notes))
        streams = [s for c in connections for s in next(iter(self._client.connections.sync_runs(c["id"])))["streams"]]
        counts: dict[str, int | str] = {
            "rows read": sum(int(s["rows_read"]) for s in streams),
            "rows published": sum(int(s["rows_published"]) for s in streams),
            "rows in quarantine": sum(int(s["rows_quarantined"]) for s in streams),
        }
        notes += [
            f"{s['stream']} {s['state']}: {s['error'] or s['note']}" for s in streams if s["state"] != "succeeded"
        ]
        self._stage("pipeline", began, counts, notes)

    def _look(self, connections: Sequence[Any]) -> None:
        began = time.monotonic()
        journey = self.journey
        journey.views = {view["name"]: view["rows"] for view in self._client.views.list() if view["rows"]}
        for connection in connections:
            for row in self._client.connections.quarantine(connection["id"]):
                journey.quarantine[row["stream"]] = journey.quarantine.get(row["stream"], 0) + 1
        journey.findings = self._client.runs.findings()
        self._stage("views", began, {**journey.views})

    def _ask(self) -> None:
        began = time.monotonic()
        asked = [question for view, question in QUESTIONS.items() if view in self.journey.views]
        self.journey.answers = [self._client.answers.ask(question) for question in asked]
        notes = [_told(question, answer) for question, answer in zip(asked, self.journey.answers, strict=True)]
        cited = sum(len(answer["citations"]) for answer in self.journey.answers)
        if asked:
            self._stage("questions", began, {"answers": len(asked), "citations": cited}, notes)

    def _until(self, fetch: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + STEP_SECONDS
        while time.monotonic() < deadline:
            answer = fetch()
            if done(answer):
                return answer
            self._progress(_line(answer))
            time.sleep(POLL_SECONDS)
        raise StepFailed(f"Not done after {STEP_SECONDS:.0f} s.", hint="Look at: aos status, aos logs")


def _scan_ended(scan: Any) -> bool:
    return scan["state"] in ("succeeded", "failed")


def _onboarded(connection: Any) -> bool:
    settled = connection["streams"] and all(s["state"] in SETTLED for s in connection["streams"])
    return connection["state"] == "FAILED" or (connection["state"] == "ACTIVE" and bool(settled))


def _run_ended(run: Any) -> bool:
    return run["state"] in ("succeeded", "failed", "cancelled")


def _line(answer: Any) -> str:
    running = [f"{s['name']} {s['summary']}" for s in answer.get("steps", ()) if s["state"] == "running"]
    return "; ".join(running) or str(answer["state"]).lower()


def _told(question: str, answer: Any) -> str:
    refusal = answer.get("refusal")
    return f"{question} {refusal['message'] if refusal else answer['text']}"
