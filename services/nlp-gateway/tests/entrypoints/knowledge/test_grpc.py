"""The knowledge base over gRPC."""

from typing import Any
from uuid import uuid4

import grpc
import pytest
from autonomos.nlp.v1 import knowledge_pb2 as pb
from autonomos.nlp.v1 import knowledge_pb2_grpc as stubs
from nlp_gateway.entrypoints.knowledge.grpc import register

NOBODYS = "00000000-0000-7000-8000-000000000000"


async def test_rpcs_when_documents_are_kept_then_each_answers_its_tenant_alone(
    base: Any, issuer: Any, sign_in: Any
) -> None:
    tenant = uuid4()
    user = sign_in(tenant)
    async with issuer.rpc(lambda server: register(base.api, server)) as channel:
        service = stubs.KnowledgeServiceStub(channel)
        mine = {"metadata": (("authorization", f"Bearer {issuer.token(tenant)}"),)}
        theirs = {"metadata": (("authorization", f"Bearer {issuer.token(uuid4())}"),)}
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await service.ListDocuments(pb.ListDocumentsRequest())
        assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED

        made = (await service.CreateCollection(pb.CreateCollectionRequest(name="papers"), **mine)).collection
        sent = pb.AddDocumentRequest(collection="papers", name="a.md", content=b"# Leave\n\nTen days of leave a year.")
        added = (await service.AddDocument(sent, **mine)).document
        assert (added.state, added.media_type, added.bytes) == ("queued", "text/markdown", len(sent.content))
        await user.ended(added.id)
        document = (await service.GetDocument(pb.GetDocumentRequest(document_id=added.id), **mine)).document
        assert (document.state, document.title, document.chunks_done) == ("ready", "Leave", 1)
        assert document.end_time.ToMilliseconds() >= document.create_time.ToMilliseconds()

        question = pb.SearchPassagesRequest(question="How much leave?", collections=["papers"])
        [passage] = (await service.SearchPassages(question, **mine)).passages
        assert (passage.text, list(passage.headings)) == ("Ten days of leave a year.", ["Leave"])
        assert list((await service.SearchPassages(question, **theirs)).passages) == []
        assert list((await service.ListDocuments(pb.ListDocumentsRequest(), **theirs)).documents) == []
        assert [
            one.name for one in (await service.ListCollections(pb.ListCollectionsRequest(), **mine)).collections
        ] == ["papers"]
        closed = pb.SetCollectionAccessRequest(collection_id=made.id, subjects=["somebody else"])
        assert list((await service.SetCollectionAccess(closed, **mine)).collection.subjects) == ["somebody else"]
        assert list((await service.SearchPassages(question, **mine)).passages) == []
        await service.SetCollectionAccess(pb.SetCollectionAccessRequest(collection_id=made.id), **mine)

        for call, request in (
            (service.GetDocument, pb.GetDocumentRequest(document_id=added.id)),
            (service.DeleteDocument, pb.DeleteDocumentRequest(document_id=added.id)),
            (service.SetCollectionAccess, closed),
            (service.DeleteCollection, pb.DeleteCollectionRequest(collection_id=made.id)),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call(request, **theirs)
            assert refusal.value.code() is grpc.StatusCode.NOT_FOUND, request
        await service.DeleteDocument(pb.DeleteDocumentRequest(document_id=added.id), **mine)
        await service.DeleteCollection(pb.DeleteCollectionRequest(collection_id=made.id), **mine)
        assert list((await service.ListCollections(pb.ListCollectionsRequest(), **mine)).collections) == []
