"""The gRPC side: a server that verifies tokens and names errors, and channels with deadlines."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import grpc
import structlog
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from opentelemetry import propagate, trace

from aos_common import metrics
from aos_common.auth import Caller, TokenVerifier
from aos_common.calls.audit import Call, Trail, handling, identify
from aos_common.errors import WIRE, DependencyUnavailable, DomainError, Kind, Unauthenticated
from aos_common.tls import MutualTls

__all__ = ["RemoteError", "bearer", "calls", "channel", "current_caller", "server"]

log = structlog.get_logger()
tracer = trace.get_tracer(__name__)

DOMAIN = "autonomos.local"
HEALTH_SECONDS = 1.0
MAX_MESSAGE = 16 * 1024 * 1024
MAX_METADATA = 64 * 1024
"""Bytes of a request's metadata, twice what the gateway lets through. From 8 KiB on, gRPC's defaults end some calls
with RESOURCE_EXHAUSTED, at random and while they are being handled: one that was done could look refused."""
MAX_SAID = 1000
"""Bytes of an error's message, of its hint, and of all its other details together. The message is sent twice and grows
threefold where it is not ASCII; in all they stay below the 8 KiB from which on a gRPC client may lose the error."""

READ_VERBS = ("Get", "List", "Query", "Aggregate", "Search", "Classify", "Ask")
Context = grpc.aio.ServicerContext[Any, Any]
_caller: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """Return the verified caller of the RPC being handled."""
    return _caller.get()


class RemoteError(DomainError):
    """A failure another service named; reason and kind are its own."""

    def __init__(self, reason: str, kind: Kind, message: str, hint: str, metadata: dict[str, str]) -> None:
        super().__init__(message, hint=hint, **metadata)
        self.reason = reason
        self.kind = kind


def _status(error: DomainError) -> Any:
    said, left = {"hint": _cut(error.hint, MAX_SAID)}, MAX_SAID
    for name, text in error.metadata.items():
        said[name] = _cut(text, left)
        left -= len(said[name].encode())
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=said)
    detail = any_pb2.Any()
    detail.Pack(info)
    code = grpc.StatusCode[WIRE[error.kind].grpc].value[0]
    return rpc_status.to_status(status_pb2.Status(code=code, message=_cut(error.message, MAX_SAID), details=[detail]))


def _cut(text: str, size: int) -> str:
    """Return at most `size` bytes of the text, whole characters only."""
    return text.encode(errors="replace")[:size].decode(errors="ignore")


class _Verifying(grpc.aio.ServerInterceptor):
    """Verifies the token, continues the trace, and turns named errors into statuses."""

    def __init__(self, verifier: TokenVerifier, public: frozenset[str], trail: Trail | None) -> None:
        self._verifier = verifier
        self._public = public
        self._trail = trail

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        handler = await continuation(details)
        method = details.method
        if handler is None or method.startswith("/grpc.health."):
            return handler
        if handler.request_streaming:
            raise NotImplementedError(f"{method} takes a stream, and nothing here would verify its token")
        sent = details.invocation_metadata or ()
        metadata = {key: value for key, value in sent if isinstance(value, str)}
        if sum(key == "authorization" for key, _ in sent) > 1:
            metadata["authorization"] = ""  # which of them counts would be a guess

        async def once(request: Any, context: Context) -> Any:
            async with self._checked(method, metadata, request, context):
                return await handler.unary_unary(request, context)

        async def many(request: Any, context: Context) -> AsyncIterator[Any]:
            async with self._checked(method, metadata, request, context):
                async for message in handler.unary_stream(request, context):
                    yield message

        pair = (handler.request_deserializer, handler.response_serializer)
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(many, *pair)
        return grpc.unary_unary_rpc_method_handler(once, *pair)

    @asynccontextmanager
    async def _checked(
        self, method: str, metadata: dict[str, str], request: Any, context: Context
    ) -> AsyncIterator[None]:
        """Let a call of a verified caller run inside; what it raises ends the RPC with a named status."""
        began, code = time.perf_counter(), "OK"
        with (
            tracer.start_as_current_span(method, propagate.extract(metadata)) as span,
            handling(_call(method, request, metadata, span)),
        ):
            try:
                if method not in self._public:
                    _caller.set(await self._verified(metadata))
                yield
            except DomainError as error:
                refusal = error if self._trail is None else await self._trail.denied(error)
                code = WIRE[refusal.kind].grpc
                await context.abort_with_status(_status(refusal))
            except grpc.aio.AbortError:
                raise
            except Exception as error:  # the edge: nothing unnamed leaves the process
                code = "INTERNAL"
                log.error("grpc.unexpected", method=method, exc_info=error)
                await context.abort_with_status(_status(DomainError("Something went wrong on our side.")))
            finally:
                metrics.requests.labels("grpc", method.removeprefix("/"), code).observe(time.perf_counter() - began)

    async def _verified(self, metadata: dict[str, str]) -> Caller:
        scheme, _, token = metadata.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("This needs an access token.", hint="Send `authorization: Bearer …` as metadata.")
        caller = await self._verifier.verify(token)
        identify(caller)
        return caller


class _Health(health_pb2_grpc.HealthServicer):
    """The standard health service (grpc.health.v1): SERVING while what the service needs answers within a second."""

    def __init__(self, checks: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._checks = checks

    async def Check(self, request: health_pb2.HealthCheckRequest, context: Context) -> health_pb2.HealthCheckResponse:
        """Ask now: a status that was kept would say nothing of this moment."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                for check in self._checks:
                    await check()
        except (DomainError, OSError, TimeoutError):
            return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.NOT_SERVING)
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)


def _call(method: str, request: Any, metadata: dict[str, str], span: trace.Span) -> Call:
    """Describe the call for the audit; verbs that only read (AIP-130) need no record."""
    name = method.removeprefix("/")
    writes = not name.rpartition("/")[2].startswith(READ_VERBS)
    address = metadata.get("x-forwarded-for", "").rpartition(",")[2].strip()
    trace_id = f"{span.get_span_context().trace_id:032x}"
    return Call(lambda: name, lambda: _ids(request), writes=writes, address=address, trace_id=trace_id)


def _ids(request: Any) -> dict[str, str]:
    """Return what the request names: its fields `…_id`."""
    fields = request.DESCRIPTOR.fields if hasattr(request, "DESCRIPTOR") else ()
    return {field.name: str(getattr(request, field.name)) for field in fields if field.name.endswith("_id")}


def server(
    verifier: TokenVerifier,
    add: Sequence[Callable[[grpc.aio.Server], None]],
    address: str,
    public: Sequence[str] = (),
    *,
    trail: Trail | None = None,
    tls: MutualTls | None = None,
    checks: Sequence[Callable[[], Awaitable[None]]] = (),
) -> tuple[grpc.aio.Server, int]:
    """Build a server with the given servicers and bind it; return it and its port. `public` methods need no token.

    `checks` raise while the service cannot serve; the health service says so.

    With `tls`, callers must show a certificate of the authority; their tokens are verified all the same.
    """
    instance = grpc.aio.server(
        interceptors=[_Verifying(verifier, frozenset(public), trail)],
        maximum_concurrent_rpcs=200,
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE),
            ("grpc.max_send_message_length", MAX_MESSAGE),
            ("grpc.max_metadata_size", MAX_METADATA),
            ("grpc.absolute_max_metadata_size", MAX_METADATA),
            ("grpc.so_reuseport", 0),
        ],
    )
    for register in add:
        register(instance)
    health_pb2_grpc.add_HealthServicer_to_server(_Health(checks), instance)
    if tls is None:
        return instance, instance.add_insecure_port(address)
    pair = (tls.key.read_bytes(), tls.certificate.read_bytes())
    credentials = grpc.ssl_server_credentials([pair], tls.authority.read_bytes(), require_client_auth=True)
    return instance, instance.add_secure_port(address, credentials)


def channel(address: str, tls: MutualTls | None = None) -> grpc.aio.Channel:
    """Open a channel to another service; it connects when used and reconnects by itself."""
    options: list[tuple[str, str | int]] = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.max_send_message_length", MAX_MESSAGE),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 2000),
        ("grpc.enable_http_proxy", 0),
    ]
    if not _is_one_machine(address):
        # Where a name leads to several replicas, all of them are asked in turn; a lost one is left out at once. An
        # address keeps the default: there a call waits for the connection, and does not fail while it is made anew.
        options.append(("grpc.lb_policy_name", "round_robin"))
    if tls is None:
        return grpc.aio.insecure_channel(address, options=options)
    credentials = grpc.ssl_channel_credentials(
        tls.authority.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes()
    )
    return grpc.aio.secure_channel(address, credentials, options=options)


def _is_one_machine(address: str) -> bool:
    try:
        ipaddress.ip_address(address.rpartition(":")[0].strip("[]"))
    except ValueError:
        return False
    return True


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return call metadata with the token and the current trace."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return (("authorization", f"Bearer {token}"), *carrier.items())


@asynccontextmanager
async def calls(peer: str) -> AsyncIterator[None]:
    """Turn gRPC failures inside the block back into named errors; `peer` is the callee's name for people."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise _named(peer, error) from None


def _named(peer: str, error: grpc.aio.AioRpcError) -> DomainError:
    call: Any = error  # it has the two methods that from_call reads
    status: Any = rpc_status.from_call(call)
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            metadata = dict(info.metadata)
            return RemoteError(info.reason, _kind(error.code()), status.message, metadata.pop("hint", ""), metadata)
    if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
        return DependencyUnavailable(f"{peer} does not answer.", hint="Try again in a moment.")
    return DomainError(f"{peer} failed: {error.code().name}.")


def _kind(code: grpc.StatusCode) -> Kind:
    return next((kind for kind, status in WIRE.items() if status.grpc == code.name), Kind.INTERNAL)
