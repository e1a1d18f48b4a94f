"""The client of DCL's mapping service, against a real gRPC server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aam.adapters.dcl_client import DclMappings
from aam.domain.connection import Connection, ConnectionState
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.schema import Column, StreamSchema
from aam.ports import SampleColumn
from aos_common import grpc as aos_grpc
from aos_common.auth import Caller
from aos_common.errors import DomainError, Kind
from aos_common.grpc import channel, current_caller
from autonomos.dcl.v1 import mappings_pb2 as pb
from autonomos.dcl.v1 import mappings_pb2_grpc as stubs


class NoMapping(DomainError):
    reason, kind = "MAPPING_NOT_FOUND", Kind.NOT_FOUND


class Anyone:
    """Takes every token for a service's."""

    async def verify(self, token: str) -> Caller:
        return Caller(uuid4(), "aam", frozenset({"service"}), token)


class Dcl(stubs.MappingServiceServicer):
    """Remembers what it was asked and answers from `mapping`."""

    def __init__(self) -> None:
        self.proposed: list[pb.ProposeMappingRequest] = []
        self.tokens: list[str] = []
        self.mapping: pb.Mapping | None = None

    async def ProposeMapping(self, request: pb.ProposeMappingRequest, context: Any) -> pb.ProposeMappingResponse:
        self.tokens.append(current_caller().token)
        self.proposed.append(request)
        return pb.ProposeMappingResponse()

    async def GetMapping(self, request: pb.GetMappingRequest, context: Any) -> pb.GetMappingResponse:
        if self.mapping is None:
            raise NoMapping("There is no mapping.")
        return pb.GetMappingResponse(mapping=self.mapping)


class Tokens:
    async def token_for(self, tenant_id: UUID) -> str:
        return f"for-{tenant_id}"


@pytest.fixture
async def dcl() -> AsyncIterator[tuple[Dcl, DclMappings]]:
    servicer = Dcl()
    add = [lambda one: stubs.add_MappingServiceServicer_to_server(servicer, one)]
    server, port = aos_grpc.server(Anyone(), add, "127.0.0.1:0")  # type: ignore[arg-type]  # the one method it uses
    await server.start()
    async with channel(f"127.0.0.1:{port}") as open_channel:
        yield servicer, DclMappings(open_channel, Tokens())  # type: ignore[arg-type]  # the one method it uses
    await server.stop(None)


async def test_propose_when_called_then_sends_the_sample_with_the_tenants_token(dcl: tuple[Dcl, DclMappings]) -> None:
    servicer, mappings = dcl
    tenant, now = uuid4(), datetime.now(UTC)
    connection = Connection(uuid4(), "crm", "postgres", {}, ConnectionState.PENDING, now)
    schema = StreamSchema((Column("id", "integer", False),), ("id",))
    await mappings.propose(tenant, connection, schema, "public.a", [SampleColumn("id", "integer", "key", ("1", ""))])
    [request] = servicer.proposed
    assert servicer.tokens == [f"for-{tenant}"]
    assert (request.connection_name, request.stream, list(request.primary_key)) == ("crm", "public.a", ["id"])
    assert (request.columns[0].description, list(request.columns[0].values)) == ("key", ["1", ""])


async def test_mapping_when_in_force_then_defaults_are_filled_and_when_none_then_is_none(
    dcl: tuple[Dcl, DclMappings],
) -> None:
    servicer, mappings = dcl
    assert await mappings.in_force(uuid4(), uuid4(), "a") is None
    transform = pb.Transform(kind="enum", values={"Won": "won"})
    field = pb.FieldMapping(source="s", attribute="stage", type="enum", transform=transform)
    servicer.mapping = pb.Mapping(version=3, entity="opportunity", key_columns=["id"], fields=[field])
    expected = FieldMapping("s", "stage", "enum", Transform("enum", values={"Won": "won"}))
    assert await mappings.in_force(uuid4(), uuid4(), "a") == Mapping(3, "opportunity", (expected,), ("id",))


async def test_dcl_when_down_then_is_named_unavailable() -> None:
    async with channel("127.0.0.1:1") as closed:
        mappings = DclMappings(closed, Tokens())  # type: ignore[arg-type]  # the one method it uses
        with pytest.raises(DomainError) as caught:
            await mappings.in_force(uuid4(), uuid4(), "a")
    assert caught.value.kind is Kind.UNAVAILABLE
