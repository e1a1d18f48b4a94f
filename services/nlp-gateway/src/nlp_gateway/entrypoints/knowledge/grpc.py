"""The knowledge base over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.nlp.v1 import knowledge_pb2 as pb
from autonomos.nlp.v1 import knowledge_pb2_grpc as stubs

from nlp_gateway.domain.knowledge.collection import Access
from nlp_gateway.entrypoints.knowledge.api import KnowledgeApi
from nlp_gateway.entrypoints.knowledge.wire import collection_message, document_message, passage_message
from nlp_gateway.usecases.knowledge.add_document import Sent

Context = grpc.aio.ServicerContext[Any, Any]


class KnowledgeServicer(stubs.KnowledgeServiceServicer):
    """Serves KnowledgeService."""

    def __init__(self, api: KnowledgeApi) -> None:
        self._api = api

    async def CreateCollection(
        self, request: pb.CreateCollectionRequest, context: Context
    ) -> pb.CreateCollectionResponse:
        """Add a collection."""
        access = Access(tuple(request.roles), tuple(request.subjects))
        made = await self._api.create_collection(current_caller(), request.name, access)
        return pb.CreateCollectionResponse(collection=collection_message(made))

    async def ListCollections(self, request: pb.ListCollectionsRequest, context: Context) -> pb.ListCollectionsResponse:
        """List the collections that the caller may read."""
        found = await self._api.list_collections(current_caller())
        return pb.ListCollectionsResponse(collections=[collection_message(one) for one in found])

    async def SetCollectionAccess(
        self, request: pb.SetCollectionAccessRequest, context: Context
    ) -> pb.SetCollectionAccessResponse:
        """Replace who may read a collection."""
        access = Access(tuple(request.roles), tuple(request.subjects))
        changed = await self._api.set_access(current_caller(), request.collection_id, access)
        return pb.SetCollectionAccessResponse(collection=collection_message(changed))

    async def DeleteCollection(
        self, request: pb.DeleteCollectionRequest, context: Context
    ) -> pb.DeleteCollectionResponse:
        """Delete an empty collection."""
        await self._api.delete_collection(current_caller(), request.collection_id)
        return pb.DeleteCollectionResponse()

    async def AddDocument(self, request: pb.AddDocumentRequest, context: Context) -> pb.AddDocumentResponse:
        """Take a document in."""
        named = (request.collection, request.title, request.source_uri, request.media_type, request.name)
        added = await self._api.add(current_caller(), Sent(*named, request.content))
        return pb.AddDocumentResponse(document=document_message(added))

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Context) -> pb.GetDocumentResponse:
        """Return one document with its progress."""
        found = await self._api.document(current_caller(), request.document_id)
        return pb.GetDocumentResponse(document=document_message(found))

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: Context) -> pb.ListDocumentsResponse:
        """List documents, newest first."""
        found, token = await self._api.list_documents(
            current_caller(), request.collection, request.page_size, request.page_token
        )
        return pb.ListDocumentsResponse(documents=[document_message(one) for one in found], next_page_token=token)

    async def DeleteDocument(self, request: pb.DeleteDocumentRequest, context: Context) -> pb.DeleteDocumentResponse:
        """Delete a document, and everything that came of it."""
        await self._api.delete(current_caller(), request.document_id)
        return pb.DeleteDocumentResponse()

    async def SearchPassages(self, request: pb.SearchPassagesRequest, context: Context) -> pb.SearchPassagesResponse:
        """Find the passages that answer a question best."""
        found = await self._api.search(current_caller(), request.question, request.limit, list(request.collections))
        return pb.SearchPassagesResponse(passages=[passage_message(one) for one in found])


def register(api: KnowledgeApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_KnowledgeServiceServicer_to_server(KnowledgeServicer(api), server)
