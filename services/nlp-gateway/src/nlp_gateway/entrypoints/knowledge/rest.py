"""The knowledge base over REST."""

from typing import Annotated

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Query, Request

from nlp_gateway.domain.knowledge.document import SourceKind
from nlp_gateway.domain.knowledge.errors import ContentRefused
from nlp_gateway.entrypoints.knowledge.api import KnowledgeApi
from nlp_gateway.entrypoints.knowledge.rest_models import (
    AccessBody,
    CollectionBody,
    CollectionOut,
    CollectionsOut,
    DocumentOut,
    DocumentPage,
    PassageOut,
    PassagesOut,
    SearchBody,
    TextBody,
    TextOut,
)
from nlp_gateway.usecases.knowledge.add_document import MOST_BYTES, Sent

__all__ = ["collection_router", "document_router", "search_router"]

Name = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Query(max_length=1000)]
PageSize = Annotated[int, Query(ge=1, le=200)]
Token = Annotated[str, Query(max_length=2000)]
Place = Annotated[int, Query(ge=0, le=2**31 - 1)]
_FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}}


def collection_router(api: KnowledgeApi) -> APIRouter:
    """Return the routes of collections."""
    routes = APIRouter(tags=["knowledge"])

    @routes.post("/kb/collections", status_code=201)
    async def create(body: CollectionBody, caller: CurrentCaller) -> CollectionOut:
        """Add a collection."""
        return CollectionOut.of(await api.create_collection(caller, body.name, body.access()))

    @routes.get("/kb/collections")
    async def list_collections(caller: CurrentCaller) -> CollectionsOut:
        """List the collections that you may read."""
        found = await api.list_collections(caller)
        return CollectionsOut(collections=[CollectionOut.of(one) for one in found])

    @routes.put("/kb/collections/{collection_id}/access")
    async def set_access(collection_id: str, body: AccessBody, caller: CurrentCaller) -> CollectionOut:
        """Replace who may read a collection."""
        return CollectionOut.of(await api.set_access(caller, collection_id, body.access()))

    @routes.delete("/kb/collections/{collection_id}", status_code=204)
    async def delete(collection_id: str, caller: CurrentCaller) -> None:
        """Delete an empty collection."""
        await api.delete_collection(caller, collection_id)

    return routes


def document_router(api: KnowledgeApi) -> APIRouter:
    """Return the routes of documents."""
    routes = APIRouter(tags=["knowledge"])

    @routes.post("/kb/documents", status_code=201)
    async def add_text(body: TextBody, caller: CurrentCaller) -> DocumentOut:
        """Add a document as text; it is read in in the background."""
        content = body.text.encode("utf-8", "replace")
        sent = Sent(body.collection, body.title, body.source_uri, body.media_type, "", content, SourceKind.TEXT)
        return DocumentOut.of(await api.add(caller, sent))

    @routes.post("/kb/files", status_code=201, openapi_extra=_FILE)
    async def add_file(
        request: Request, caller: CurrentCaller, name: Text = "", collection: Name = "", title: Text = "",
        source_uri: Text = "",
    ) -> DocumentOut:  # fmt: skip
        """Add a file, sent as the request's body: Markdown, text, HTML, PDF, DOCX or CSV, 10 MB at most."""
        media_type = request.headers.get("content-type", "")
        sent = Sent(collection, title, source_uri, media_type, name, await _body(request))
        return DocumentOut.of(await api.add(caller, sent))

    @routes.get("/kb/documents")
    async def list_documents(
        caller: CurrentCaller, collection: Name = "", page_size: PageSize = 50, page_token: Token = ""
    ) -> DocumentPage:
        """List documents that you may read, newest first."""
        found, token = await api.list_documents(caller, collection, page_size, page_token)
        return DocumentPage(documents=[DocumentOut.of(one) for one in found], next_page_token=token)

    _one(routes, api)
    return routes


def _one(routes: APIRouter, api: KnowledgeApi) -> None:
    @routes.get("/kb/documents/{document_id}")
    async def get(document_id: str, caller: CurrentCaller) -> DocumentOut:
        """Return one document with its progress."""
        return DocumentOut.of(await api.document(caller, document_id))

    @routes.get("/kb/documents/{document_id}/text")
    async def text(document_id: str, caller: CurrentCaller, start: Place = 0, end: Place = 2000) -> TextOut:
        """Return characters [start, end) of a document's stored text: what a citation points at."""
        return TextOut(text=await api.text(caller, document_id, start, end))

    @routes.delete("/kb/documents/{document_id}", status_code=204)
    async def delete(document_id: str, caller: CurrentCaller) -> None:
        """Delete a document, and everything that came of it."""
        await api.delete(caller, document_id)


def search_router(api: KnowledgeApi) -> APIRouter:
    """Return the route of searching."""
    routes = APIRouter(tags=["knowledge"])

    @routes.post("/kb/search")
    async def search(body: SearchBody, caller: CurrentCaller) -> PassagesOut:
        """Find the passages that answer a question best."""
        found = await api.search(caller, body.question, body.limit, body.collections)
        return PassagesOut(passages=[PassageOut.of(one) for one in found])

    return routes


async def _body(request: Request) -> bytes:
    """The body, as far as it may go: the gateway bounds it, too, but need not be the way it came."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise ContentRefused("The file is larger than 10 MB.", hint="Split it into several files.")
    return bytes(content)
