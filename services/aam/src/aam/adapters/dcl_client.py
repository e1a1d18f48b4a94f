"""DCL's mapping service over gRPC, with a service token of the tenant."""

from collections.abc import Collection, Sequence
from uuid import UUID

import grpc
from aos_common.auth import ServiceTokens
from aos_common.errors import DomainError, Kind
from aos_common.grpc import bearer, calls
from autonomos.dcl.v1 import mappings_pb2 as pb
from autonomos.dcl.v1 import mappings_pb2_grpc as stubs

from aam.domain.connection import Connection
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.onboarding import ProposedField, ProposedMapping
from aam.domain.schema import StreamSchema
from aam.ports import SampleColumn

PROPOSE_SECONDS = 60.0
READ_SECONDS = 10.0
PAGE, MAX_PAGES = 200, 20


class DclMappings:
    """The `Mappings` and `Proposals` ports."""

    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = stubs.MappingServiceStub(channel)
        self._tokens = tokens

    async def propose(
        self,
        tenant_id: UUID,
        connection: Connection,
        schema: StreamSchema,
        stream: str,
        sample: Sequence[SampleColumn],
        *,
        hold: bool = False,
    ) -> None:
        """Ask for a proposal from a sample."""
        request = pb.ProposeMappingRequest(
            connection_id=str(connection.id),
            connection_name=connection.name,
            stream=stream,
            primary_key=list(schema.primary_key),
            hold=hold,
            columns=[
                pb.SampleColumn(
                    name=column.name,
                    type=column.type,
                    description=column.comment,
                    values=list(column.values),
                )
                for column in sample
            ],
        )
        metadata = bearer(await self._tokens.token_for(tenant_id))
        async with calls("DCL"):
            await self._stub.ProposeMapping(request, metadata=metadata, timeout=PROPOSE_SECONDS)

    async def in_force(self, tenant_id: UUID, connection_id: UUID, stream: str) -> Mapping | None:
        """The mapping version in force, if there is one."""
        request = pb.GetMappingRequest(connection_id=str(connection_id), stream=stream)
        metadata = bearer(await self._tokens.token_for(tenant_id))
        try:
            async with calls("DCL"):
                answer = await self._stub.GetMapping(request, metadata=metadata, timeout=READ_SECONDS)
        except DomainError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise
        return mapping_of(answer.mapping)

    async def proposed(
        self, tenant_id: UUID, connection_id: UUID, streams: Collection[str]
    ) -> dict[str, ProposedMapping]:
        """The newest proposal of each of the streams, from at most `MAX_PAGES` pages of the connection's."""
        metadata = bearer(await self._tokens.token_for(tenant_id))
        found: dict[str, ProposedMapping] = {}
        request = pb.ListProposalsRequest(connection_id=str(connection_id), page_size=PAGE)
        for _ in range(MAX_PAGES):
            async with calls("DCL"):
                answer = await self._stub.ListProposals(request, metadata=metadata, timeout=READ_SECONDS)
            for proposal in answer.proposals:
                if proposal.stream in streams:
                    found.setdefault(proposal.stream, _proposed(proposal))
            request.page_token = answer.next_page_token
            if not request.page_token or len(found) == len(streams):
                break
        return found


def _proposed(message: pb.Proposal) -> ProposedMapping:
    fields = tuple(ProposedField(_field(one), one.confidence, one.tier, tuple(one.reasons)) for one in message.fields)
    return ProposedMapping(
        id=message.id,
        stream=message.stream,
        state=message.state,
        tier=message.tier,
        entity=message.entity,
        confidence=message.entity_confidence,
        reasons=tuple(message.reasons),
        key_columns=tuple(message.key_columns),
        fields=fields,
        extras=tuple(message.extras),
    )


def _field(message: pb.FieldMapping) -> FieldMapping:
    return FieldMapping(message.source, message.attribute, message.type, _transform(message.transform))


def mapping_of(message: pb.Mapping) -> Mapping:
    """A mapping version from its message; what is left empty there takes its default here."""
    return Mapping(message.version, message.entity, tuple(map(_field, message.fields)), tuple(message.key_columns))


def _transform(message: pb.Transform) -> Transform:
    return Transform(
        kind=message.kind or "text",
        format=message.format,
        timezone=message.timezone or "UTC",
        true_values=tuple(message.true_values),
        false_values=tuple(message.false_values),
        values=dict(message.values),
        thousands=message.thousands,
        decimal_separator=message.decimal_separator or ".",
        currency=message.currency,
    )
