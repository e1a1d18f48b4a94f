"""Every door of the platform: one row for each REST route and each RPC.

The gateway's routes are generated from these rows, and tests compare them with the services' OpenAPI documents and the
contract in proto/. What has no row here cannot be reached from outside.
"""

from dataclasses import dataclass
from enum import StrEnum

from aos_access.roles import Permission

__all__ = ["DOORS", "SERVICES", "Access", "Door", "Live", "rest_doors", "rpc_doors"]

SERVICES = ("identity", "aod", "aam", "dcl", "aoa", "nlp_gateway")
_PACKAGES = {"nlp_gateway": "nlp"}
"""Services whose package in the contract has another name."""
MAX_BODY = 10 * 1024 * 1024
MAX_SIGN_IN_BODY = 64 * 1024


class Access(StrEnum):
    """Who may come in."""

    PUBLIC = "public"  # anybody; limited by address
    TOKEN = "token"  # noqa: S105  a kind of door, not a token
    INSIDE = "inside"  # the platform's own services, never through the gateway


class Live(StrEnum):
    """Whether the answer takes as long as it takes, instead of seconds."""

    NO = ""
    DOWNLOAD = "download"  # long, and with an end
    SSE = "sse"
    WEBSOCKET = "websocket"


@dataclass(frozen=True)
class Door:
    """One REST route (`method`, `path` as in OpenAPI) or one RPC (`rpc`, `package.Service/Method`).

    `permission` None with a token means that any user may: it is about themselves, or a catalogue that is no tenant's.
    `writes` says that the call changes something and is therefore audited. `max_body` is in bytes.
    """

    service: str
    access: Access
    permission: Permission | None = None
    method: str = ""
    path: str = ""
    rpc: str = ""
    writes: bool = False
    live: Live = Live.NO
    max_body: int = MAX_BODY

    @property
    def name(self) -> str:
        """How logs and the audit call it."""
        return self.rpc or f"{self.method} {self.path}"


def _public(method: str, path: str) -> Door:
    """A door of identity that wants no token."""
    writes = method != "GET"
    return Door("identity", Access.PUBLIC, method=method, path=path, writes=writes, max_body=MAX_SIGN_IN_BODY)


def _read(service: str, path: str, permission: Permission | None, live: Live = Live.NO) -> Door:
    return Door(service, Access.TOKEN, permission, "GET", path, live=live)


def _ask(service: str, path: str, permission: Permission, live: Live = Live.NO) -> Door:
    """A question too large for a URL: POST that changes nothing."""
    return Door(service, Access.TOKEN, permission, "POST", path, live=live)


def _write(service: str, method: str, path: str, permission: Permission | None) -> Door:
    return Door(service, Access.TOKEN, permission, method, path, writes=True)


def _rpc(service: str, name: str, permission: Permission | None, *, writes: bool = False) -> Door:
    return Door(service, Access.TOKEN, permission, rpc=_full(service, name), writes=writes, max_body=0)


def _inside(service: str, name: str, permission: Permission | None = None, *, writes: bool = False) -> Door:
    return Door(service, Access.INSIDE, permission, rpc=_full(service, name), writes=writes, max_body=0)


def _full(service: str, name: str) -> str:
    return f"autonomos.{_PACKAGES.get(service, service)}.v1.{name}"


_USER = "/api/v1/auth/users/{user_id}"
_PROVIDERS = "/api/v1/admin/identity-providers"
_ROBOTS = "/api/v1/auth/service-accounts"
_ACCOUNTS = (
    *(_public("POST", f"/api/v1/auth/{verb}") for verb in ("register", "login", "refresh")),
    _write("identity", "POST", "/api/v1/auth/logout", None),
    _read("identity", "/api/v1/auth/me", None),
    *(
        _public("POST", f"/api/v1/auth/{verb}")
        for verb in ("token", "invitations/accept", "password/forgot", "password/reset")
    ),
    # For web pages: the refresh token is a cookie, which is all that signing out needs.
    *(
        _public("POST", f"/api/v1/auth/browser/{verb}")
        for verb in ("register", "login", "refresh", "logout", "invitations/accept")
    ),
    _public("GET", "/api/v1/auth/oidc/{provider_id}/start"),
    _public("GET", "/api/v1/auth/oidc/{provider_id}/callback"),
    _read("identity", _PROVIDERS, Permission.CREDENTIALS_MANAGE),
    _write("identity", "POST", _PROVIDERS, Permission.CREDENTIALS_MANAGE),
    _read("identity", f"{_PROVIDERS}/{{provider_id}}", Permission.CREDENTIALS_MANAGE),
    _write("identity", "PUT", f"{_PROVIDERS}/{{provider_id}}", Permission.CREDENTIALS_MANAGE),
    _write("identity", "DELETE", f"{_PROVIDERS}/{{provider_id}}", Permission.CREDENTIALS_MANAGE),
    _write("identity", "POST", "/api/v1/auth/password/change", None),
    _read("identity", "/api/v1/auth/totp", None),
    _write("identity", "POST", "/api/v1/auth/totp", None),
    _write("identity", "POST", "/api/v1/auth/totp/confirm", None),
    _write("identity", "POST", "/api/v1/auth/totp/disable", None),
    _read("identity", "/api/v1/auth/sessions", None),
    _write("identity", "DELETE", "/api/v1/auth/sessions", None),
    _write("identity", "DELETE", "/api/v1/auth/sessions/{session_id}", None),
    _read("identity", "/api/v1/auth/users", Permission.USERS_READ),
    _read("identity", _USER, Permission.USERS_READ),
    _write("identity", "PUT", f"{_USER}/roles", Permission.USERS_MANAGE),
    _write("identity", "POST", f"{_USER}/disable", Permission.USERS_MANAGE),
    _write("identity", "POST", f"{_USER}/enable", Permission.USERS_MANAGE),
    _write("identity", "DELETE", f"{_USER}/sessions", Permission.USERS_MANAGE),
    _write("identity", "DELETE", f"{_USER}/totp", Permission.USERS_MANAGE),
    _write("identity", "DELETE", _USER, Permission.USERS_MANAGE),
    _write("identity", "POST", "/api/v1/auth/invitations", Permission.USERS_MANAGE),
    _read("identity", "/api/v1/auth/invitations", Permission.USERS_READ),
    _write("identity", "DELETE", "/api/v1/auth/invitations/{invitation_id}", Permission.USERS_MANAGE),
    _read("identity", _ROBOTS, Permission.CREDENTIALS_MANAGE),
    _write("identity", "POST", _ROBOTS, Permission.CREDENTIALS_MANAGE),
    _write("identity", "DELETE", f"{_ROBOTS}/{{account_id}}", Permission.CREDENTIALS_MANAGE),
    _write("identity", "POST", f"{_ROBOTS}/{{account_id}}/keys", Permission.CREDENTIALS_MANAGE),
    _write("identity", "DELETE", f"{_ROBOTS}/{{account_id}}/keys/{{key_id}}", Permission.CREDENTIALS_MANAGE),
    Door("identity", Access.PUBLIC, method="GET", path="/.well-known/jwks.json"),
    Door("identity", Access.INSIDE, method="POST", path="/oauth2/token"),
    # The gateway speaks REST to people; these three are for services and tests inside.
    _inside("identity", "AccountService/RegisterTenant", writes=True),
    _inside("identity", "AccountService/SignIn", writes=True),
    _inside("identity", "AccountService/RefreshSession", writes=True),
    _inside("identity", "AccountService/GetMe"),
)

_FLAG = "/api/v1/admin/feature-flags/{name}"
_ADMINISTRATION = (
    _read("identity", "/api/v1/admin/feature-flags", Permission.FLAGS_READ),
    _write("identity", "PUT", _FLAG, Permission.FLAGS_MANAGE),
    _write("identity", "DELETE", _FLAG, Permission.FLAGS_MANAGE),
    _read("identity", "/api/v1/admin/audit", Permission.AUDIT_READ),
    _read("identity", "/api/v1/admin/audit/verification", Permission.AUDIT_READ),
    _read("identity", "/api/v1/admin/audit/export", Permission.AUDIT_READ, Live.DOWNLOAD),
    _read("identity", "/api/v1/admin/audit/live", Permission.AUDIT_READ, Live.SSE),
    _read("identity", "/api/v1/admin/audit/socket", Permission.AUDIT_READ, Live.WEBSOCKET),
    _inside("identity", "FlagService/ListFlags", Permission.FLAGS_READ),
)

_DISCOVERY = (
    _write("aod", "POST", "/api/v1/aod/scans", Permission.DISCOVERY_WRITE),
    _read("aod", "/api/v1/aod/scans", Permission.DISCOVERY_READ),
    _read("aod", "/api/v1/aod/scans/{scan_id}", Permission.DISCOVERY_READ),
    _read("aod", "/api/v1/aod/findings", Permission.DISCOVERY_READ),
    _read("aod", "/api/v1/aod/findings/{finding_id}", Permission.DISCOVERY_READ),
    _write("aod", "POST", "/api/v1/aod/findings/{finding_id}/approve", Permission.DISCOVERY_WRITE),
    _write("aod", "POST", "/api/v1/aod/findings/{finding_id}/reject", Permission.DISCOVERY_WRITE),
    _rpc("aod", "DiscoveryService/CreateScan", Permission.DISCOVERY_WRITE, writes=True),
    _rpc("aod", "DiscoveryService/GetScan", Permission.DISCOVERY_READ),
    _rpc("aod", "DiscoveryService/ListScans", Permission.DISCOVERY_READ),
    _rpc("aod", "DiscoveryService/ListFindings", Permission.DISCOVERY_READ),
    _rpc("aod", "DiscoveryService/GetFinding", Permission.DISCOVERY_READ),
    _rpc("aod", "DiscoveryService/ApproveFinding", Permission.DISCOVERY_WRITE, writes=True),
    _rpc("aod", "DiscoveryService/RejectFinding", Permission.DISCOVERY_WRITE, writes=True),
)

_CONNECTION = "/api/v1/aam/connections/{connection_id}"
_WATCHES = "/api/v1/aam/watches"
_MESH = (
    _read("aam", "/api/v1/aam/connectors", None),
    _write("aam", "POST", "/api/v1/aam/connections", Permission.CONNECTIONS_WRITE),
    _read("aam", "/api/v1/aam/connections", Permission.CONNECTIONS_READ),
    _read("aam", _CONNECTION, Permission.CONNECTIONS_READ),
    _write("aam", "DELETE", _CONNECTION, Permission.CONNECTIONS_WRITE),
    _write("aam", "POST", f"{_CONNECTION}/check", Permission.CONNECTIONS_WRITE),
    _write("aam", "POST", f"{_CONNECTION}/discover", Permission.CONNECTIONS_WRITE),
    _write("aam", "POST", f"{_CONNECTION}/reconnect", Permission.CONNECTIONS_WRITE),
    _read("aam", f"{_CONNECTION}/streams", Permission.CONNECTIONS_READ),
    _read("aam", f"{_CONNECTION}/explain", Permission.CONNECTIONS_READ),
    _write("aam", "POST", f"{_CONNECTION}/sync", Permission.SYNCS_RUN),
    _read("aam", "/api/v1/aam/runs", Permission.CONNECTIONS_READ),
    _read("aam", "/api/v1/aam/runs/{run_id}", Permission.CONNECTIONS_READ),
    _write("aam", "POST", "/api/v1/aam/runs/{run_id}/cancel", Permission.SYNCS_RUN),
    _read("aam", "/api/v1/aam/quarantine", Permission.CONNECTIONS_READ),
    _read("aam", f"{_CONNECTION}/steering", Permission.CONNECTIONS_READ),
    _write("aam", "POST", f"{_CONNECTION}/pause", Permission.SYNCS_RUN),
    _write("aam", "POST", f"{_CONNECTION}/resume", Permission.SYNCS_RUN),
    _write("aam", "PUT", f"{_CONNECTION}/schedule", Permission.CONNECTIONS_WRITE),
    _write("aam", "PUT", f"{_CONNECTION}/limits", Permission.CONNECTIONS_WRITE),
    _write("aam", "POST", "/api/v1/aam/connections/onboard", Permission.CONNECTIONS_WRITE),
    _write("aam", "POST", "/api/v1/aam/connections/onboard/batch", Permission.CONNECTIONS_WRITE),
    _read("aam", f"{_CONNECTION}/preview", Permission.CONNECTIONS_READ),
    _write("aam", "POST", f"{_CONNECTION}/promote", Permission.CONNECTIONS_WRITE),
    _read("aam", "/api/v1/aam/funnel", Permission.CONNECTIONS_READ),
    _read("aam", f"{_CONNECTION}/statistics", Permission.CONNECTIONS_READ),
    _write("aam", "PUT", f"{_CONNECTION}/freshness", Permission.CONNECTIONS_WRITE),
    _write("aam", "POST", _WATCHES, Permission.CONNECTIONS_WRITE),
    _read("aam", _WATCHES, Permission.CONNECTIONS_READ),
    _read("aam", f"{_WATCHES}/{{watch_id}}", Permission.CONNECTIONS_READ),
    _write("aam", "DELETE", f"{_WATCHES}/{{watch_id}}", Permission.CONNECTIONS_WRITE),
    _rpc("aam", "WatchService/CreateWatch", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "WatchService/ListWatches", Permission.CONNECTIONS_READ),
    _rpc("aam", "WatchService/GetWatch", Permission.CONNECTIONS_READ),
    _rpc("aam", "WatchService/DeleteWatch", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "StatisticsService/GetStatistics", Permission.CONNECTIONS_READ),
    _rpc("aam", "StatisticsService/SetFreshness", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "OnboardingService/OnboardConnections", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "OnboardingService/GetPreview", Permission.CONNECTIONS_READ),
    _rpc("aam", "OnboardingService/PromoteConnection", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "OnboardingService/GetFunnel", Permission.CONNECTIONS_READ),
    _rpc("aam", "ConnectionService/ListConnectors", None),
    _rpc("aam", "ConnectionService/CreateConnection", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "ConnectionService/GetConnection", Permission.CONNECTIONS_READ),
    _rpc("aam", "ConnectionService/ListConnections", Permission.CONNECTIONS_READ),
    _rpc("aam", "ConnectionService/DeleteConnection", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "ConnectionService/ReconnectConnection", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "SteeringService/GetSteering", Permission.CONNECTIONS_READ),
    _rpc("aam", "SteeringService/PauseConnection", Permission.SYNCS_RUN, writes=True),
    _rpc("aam", "SteeringService/ResumeConnection", Permission.SYNCS_RUN, writes=True),
    _rpc("aam", "SteeringService/SetSchedule", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "SteeringService/SetLimits", Permission.CONNECTIONS_WRITE, writes=True),
    _rpc("aam", "SyncService/StartSync", Permission.SYNCS_RUN, writes=True),
    _rpc("aam", "SyncService/GetSyncRun", Permission.CONNECTIONS_READ),
    _rpc("aam", "SyncService/ListSyncRuns", Permission.CONNECTIONS_READ),
    _rpc("aam", "SyncService/ListQuarantinedRows", Permission.CONNECTIONS_READ),
)

_PROPOSAL = "/api/v1/dcl/proposals/{proposal_id}"
_UNIFICATION = (
    _read("dcl", "/api/v1/dcl/ontology", None),
    _read("dcl", "/api/v1/dcl/proposals", Permission.MAPPINGS_READ),
    _read("dcl", _PROPOSAL, Permission.MAPPINGS_READ),
    _write("dcl", "POST", f"{_PROPOSAL}/approve", Permission.MAPPINGS_DECIDE),
    _write("dcl", "POST", f"{_PROPOSAL}/reject", Permission.MAPPINGS_DECIDE),
    _read("dcl", "/api/v1/dcl/mappings/{connection_id}/{stream=**}", Permission.MAPPINGS_READ),
    _read("dcl", "/api/v1/dcl/views", Permission.VIEWS_READ),
    _read("dcl", "/api/v1/dcl/views/{view}", Permission.VIEWS_READ),
    _ask("dcl", "/api/v1/dcl/views/{view}/query", Permission.VIEWS_READ),
    _ask("dcl", "/api/v1/dcl/views/{view}/aggregate", Permission.VIEWS_READ),
    _read("dcl", "/api/v1/dcl/views/{view}/hash", Permission.VIEWS_READ),
    _read("dcl", "/api/v1/dcl/lineage/graph", Permission.VIEWS_READ),
    _read("dcl", "/api/v1/dcl/metrics", Permission.VIEWS_READ),
    _ask("dcl", "/api/v1/dcl/metrics/{metric}/query", Permission.VIEWS_READ),
    _rpc("dcl", "MappingService/ProposeMapping", Permission.MAPPINGS_PROPOSE, writes=True),
    _rpc("dcl", "MappingService/GetMapping", Permission.MAPPINGS_READ),
    _rpc("dcl", "MappingService/ListProposals", Permission.MAPPINGS_READ),
    _rpc("dcl", "MappingService/GetProposal", Permission.MAPPINGS_READ),
    _rpc("dcl", "MappingService/ApproveProposal", Permission.MAPPINGS_DECIDE, writes=True),
    _rpc("dcl", "MappingService/RejectProposal", Permission.MAPPINGS_DECIDE, writes=True),
    _rpc("dcl", "ViewService/ListViews", Permission.VIEWS_READ),
    _rpc("dcl", "ViewService/QueryView", Permission.VIEWS_READ),
    _rpc("dcl", "ViewService/AggregateView", Permission.VIEWS_READ),
    _rpc("dcl", "ViewService/GetViewHash", Permission.VIEWS_READ),
    _rpc("dcl", "ViewService/GetIngestion", Permission.VIEWS_READ),
    _rpc("dcl", "LineageService/GetGraph", Permission.VIEWS_READ),
    _rpc("dcl", "MetricService/ListMetrics", Permission.VIEWS_READ),
    _rpc("dcl", "MetricService/QueryMetric", Permission.VIEWS_READ),
    _rpc("dcl", "MetricService/ListDimensionValues", Permission.VIEWS_READ),
)

_ORCHESTRATION = (
    _write("aoa", "POST", "/api/v1/aoa/runs", Permission.RUNS_WRITE),
    _read("aoa", "/api/v1/aoa/runs", Permission.RUNS_READ),
    _read("aoa", "/api/v1/aoa/runs/{run_id}", Permission.RUNS_READ),
    _write("aoa", "POST", "/api/v1/aoa/runs/{run_id}/cancel", Permission.RUNS_WRITE),
    _read("aoa", "/api/v1/aoa/agents", None),
    _read("aoa", "/api/v1/health", None),
    _read("aoa", "/api/v1/flow-monitor", Permission.FLOW_READ),
    _read("aoa", "/api/v1/events/stream", Permission.FLOW_READ, Live.SSE),
    _read("aoa", "/api/v1/ws/flow-monitor", Permission.FLOW_READ, Live.WEBSOCKET),
    _read("aoa", "/api/v1/aoa/findings", Permission.RUNS_READ),
    _rpc("aoa", "RunService/StartRun", Permission.RUNS_WRITE, writes=True),
    _rpc("aoa", "RunService/GetRun", Permission.RUNS_READ),
    _rpc("aoa", "RunService/ListRuns", Permission.RUNS_READ),
    _rpc("aoa", "RunService/CancelRun", Permission.RUNS_WRITE, writes=True),
    _rpc("aoa", "RunService/ListAgents", None),
    _rpc("aoa", "RunService/ListFindings", Permission.RUNS_READ),
)

_KB = "/api/v1/nlp/kb"
_KNOWLEDGE = (
    _write("nlp_gateway", "POST", f"{_KB}/collections", Permission.KNOWLEDGE_WRITE),
    _read("nlp_gateway", f"{_KB}/collections", Permission.KNOWLEDGE_READ),
    _write("nlp_gateway", "PUT", f"{_KB}/collections/{{collection_id}}/access", Permission.KNOWLEDGE_WRITE),
    _write("nlp_gateway", "DELETE", f"{_KB}/collections/{{collection_id}}", Permission.KNOWLEDGE_WRITE),
    _write("nlp_gateway", "POST", f"{_KB}/documents", Permission.KNOWLEDGE_WRITE),
    _write("nlp_gateway", "POST", f"{_KB}/files", Permission.KNOWLEDGE_WRITE),
    _read("nlp_gateway", f"{_KB}/documents", Permission.KNOWLEDGE_READ),
    _read("nlp_gateway", f"{_KB}/documents/{{document_id}}", Permission.KNOWLEDGE_READ),
    _read("nlp_gateway", f"{_KB}/documents/{{document_id}}/text", Permission.KNOWLEDGE_READ),
    _write("nlp_gateway", "DELETE", f"{_KB}/documents/{{document_id}}", Permission.KNOWLEDGE_WRITE),
    _ask("nlp_gateway", f"{_KB}/search", Permission.KNOWLEDGE_READ),
    _rpc("nlp_gateway", "KnowledgeService/CreateCollection", Permission.KNOWLEDGE_WRITE, writes=True),
    _rpc("nlp_gateway", "KnowledgeService/ListCollections", Permission.KNOWLEDGE_READ),
    _rpc("nlp_gateway", "KnowledgeService/SetCollectionAccess", Permission.KNOWLEDGE_WRITE, writes=True),
    _rpc("nlp_gateway", "KnowledgeService/DeleteCollection", Permission.KNOWLEDGE_WRITE, writes=True),
    _rpc("nlp_gateway", "KnowledgeService/AddDocument", Permission.KNOWLEDGE_WRITE, writes=True),
    _rpc("nlp_gateway", "KnowledgeService/GetDocument", Permission.KNOWLEDGE_READ),
    _rpc("nlp_gateway", "KnowledgeService/ListDocuments", Permission.KNOWLEDGE_READ),
    _rpc("nlp_gateway", "KnowledgeService/DeleteDocument", Permission.KNOWLEDGE_WRITE, writes=True),
    _rpc("nlp_gateway", "KnowledgeService/SearchPassages", Permission.KNOWLEDGE_READ),
)

_QUESTIONS = (
    _read("nlp_gateway", "/api/v1/nlp/personas", None),
    *_KNOWLEDGE,
    _ask("nlp_gateway", "/api/v1/nlp/persona/classify", Permission.QUESTIONS_ASK),
    _rpc("nlp_gateway", "UnderstandingService/ClassifyQuestion", Permission.QUESTIONS_ASK),
    _read("nlp_gateway", "/api/v1/nlp/provider", Permission.QUESTIONS_ASK),
    _write("nlp_gateway", "PUT", "/api/v1/nlp/provider", Permission.CREDENTIALS_MANAGE),
    _write("nlp_gateway", "DELETE", "/api/v1/nlp/provider", Permission.CREDENTIALS_MANAGE),
    _write("nlp_gateway", "POST", "/api/v1/nlp/provider/check", Permission.CREDENTIALS_MANAGE),
    _ask("nlp_gateway", "/api/v1/nlp/query", Permission.QUESTIONS_ASK),
    _ask("nlp_gateway", "/api/v1/nlp/query/stream", Permission.QUESTIONS_ASK, Live.SSE),
    _read("nlp_gateway", "/api/v1/nlp/persona/summary", Permission.QUESTIONS_ASK),
    _write("nlp_gateway", "POST", "/api/v1/nlp/feedback", Permission.QUESTIONS_ASK),
    _rpc("nlp_gateway", "AnswerService/Ask", Permission.QUESTIONS_ASK),
    _rpc("nlp_gateway", "AnswerService/AskStream", Permission.QUESTIONS_ASK),
    _rpc("nlp_gateway", "AnswerService/GetPersonaSummary", Permission.QUESTIONS_ASK),
    _rpc("nlp_gateway", "AnswerService/SendFeedback", Permission.QUESTIONS_ASK, writes=True),
)

DOORS: tuple[Door, ...] = (
    *_ACCOUNTS,
    *_ADMINISTRATION,
    *_DISCOVERY,
    *_MESH,
    *_UNIFICATION,
    *_ORCHESTRATION,
    *_QUESTIONS,
)


def rest_doors() -> tuple[Door, ...]:
    """Return the REST routes."""
    return tuple(door for door in DOORS if door.path)


def rpc_doors() -> tuple[Door, ...]:
    """Return the RPCs."""
    return tuple(door for door in DOORS if door.rpc)
