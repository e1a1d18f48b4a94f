"""Feature flags of tenants, through OpenFeature: identity owns them, each process keeps those of its tenants in memory.

A tenant's flags are fetched from identity when first asked for, and changed in memory when `identity:flags` says so,
within two seconds of the change. While identity does not answer, what is known stays in force, and the default holds
for a tenant whose flags were never fetched.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from uuid import UUID

import grpc
import structlog
from autonomos.events.v1.flags_pb2 import FlagChanged
from autonomos.identity.v1.flags_pb2 import ListFlagsRequest
from autonomos.identity.v1.flags_pb2_grpc import FlagServiceStub
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import GeneralError, TargetingKeyMissingError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata

from aos_common.auth import ServiceTokens
from aos_common.errors import DomainError
from aos_common.grpc import bearer
from aos_common.streams import Event

__all__ = ["STREAM", "TYPE", "Flags"]

log = structlog.get_logger()

STREAM = "identity:flags"
TYPE = "autonomos.events.v1.FlagChanged"
FETCH_SECONDS = 2.0
FRESH_SECONDS = 300.0
"""Flags are fetched again after this time, should an event have been missed."""
RETRY_SECONDS = 5.0
MAX_TENANTS = 10_000


class _Known:
    """A tenant's flags, and when they are to be fetched again."""

    def __init__(self) -> None:
        self.values: dict[str, bool] = {}
        self.version = -1
        self.fetch_at = 0.0


class Flags:
    """Answers whether a flag is on for a tenant; the handler of a tail of `identity:flags`."""

    def __init__(self, service: str, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = FlagServiceStub(channel)
        self._tokens = tokens
        self._tenants: OrderedDict[UUID, _Known] = OrderedDict()
        self._fetching: dict[UUID, asyncio.Task[None]] = {}
        api.set_provider_and_wait(_Provider(self), service)
        self._client = api.get_client(service)

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        """Tell whether the flag is on for the tenant; `default` where nobody can tell."""
        context = EvaluationContext(targeting_key=str(tenant_id))
        return await self._client.get_boolean_value_async(flag, default, context)

    async def of(self, tenant_id: UUID) -> Mapping[str, bool]:
        """Return a tenant's flags, as far as they are known."""
        known = self._known(tenant_id)
        if known.fetch_at <= time.monotonic():
            task = self._fetching.get(tenant_id)
            if task is None:
                task = self._fetching[tenant_id] = asyncio.create_task(self._fetch(tenant_id, known))
            await asyncio.shield(task)
        return known.values

    def _known(self, tenant_id: UUID) -> _Known:
        known = self._tenants.setdefault(tenant_id, _Known())
        self._tenants.move_to_end(tenant_id)
        if len(self._tenants) > MAX_TENANTS:
            self._tenants.popitem(last=False)
        return known

    async def _fetch(self, tenant_id: UUID, known: _Known) -> None:
        try:
            token = await self._tokens.token_for(tenant_id)
            answer = await self._stub.ListFlags(ListFlagsRequest(), metadata=bearer(token), timeout=FETCH_SECONDS)
            if answer.version >= known.version:
                known.values = {flag.name: flag.enabled for flag in answer.flags}
                known.version = answer.version
            known.fetch_at = time.monotonic() + FRESH_SECONDS
        except (grpc.aio.AioRpcError, DomainError) as error:
            log.warning("flags.unreadable", error=type(error).__name__)
            known.fetch_at = time.monotonic() + RETRY_SECONDS
        finally:
            del self._fetching[tenant_id]

    async def __call__(self, event: Event) -> None:
        """Take over one change, for a tenant whose flags were asked for before."""
        known = self._tenants.get(event.tenant_id)
        message = FlagChanged.FromString(event.data)
        if known is None or message.version <= known.version:
            return
        if known.version >= 0 and message.version == known.version + 1:
            known.values = {**known.values, message.flag: message.enabled}
            known.version = message.version
        else:
            known.fetch_at = 0.0  # a change in between was missed


class _Provider(AbstractProvider):
    """OpenFeature's side of `Flags`: booleans alone, for the tenant that the targeting key names."""

    def __init__(self, flags: Flags) -> None:
        super().__init__()
        self._flags = flags

    def get_metadata(self) -> Metadata:
        """Return the provider's name."""
        return Metadata(name="autonomos")

    async def resolve_boolean_details_async(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Resolve a flag."""
        key = evaluation_context.targeting_key if evaluation_context else None
        if key is None:
            raise TargetingKeyMissingError("a flag is asked for a tenant")
        values = await self._flags.of(UUID(key))
        if flag_key not in values:
            return FlagResolutionDetails(default_value, reason=Reason.DEFAULT)
        return FlagResolutionDetails(values[flag_key], reason=Reason.TARGETING_MATCH)

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Refuse: flags are read over the network, which must not block the event loop."""
        raise GeneralError("ask for flags asynchronously")

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Refuse: flags are booleans."""
        raise TypeMismatchError("flags are booleans")

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Refuse: flags are booleans."""
        raise TypeMismatchError("flags are booleans")

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Refuse: flags are booleans."""
        raise TypeMismatchError("flags are booleans")

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """Refuse: flags are booleans."""
        raise TypeMismatchError("flags are booleans")
