"""The knowledge base over REST, read in by a real worker, with the real model."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aos_common.db import Database

NOBODYS = "00000000-0000-7000-8000-000000000000"
ROUTES = [
    ("POST", "/collections"),
    ("GET", "/collections"),
    ("PUT", "/collections/{id}/access"),
    ("DELETE", "/collections/{id}"),
    ("POST", "/documents"),
    ("POST", "/files"),
    ("GET", "/documents"),
    ("GET", "/documents/{id}"),
    ("GET", "/documents/{id}/text"),
    ("DELETE", "/documents/{id}"),
    ("POST", "/search"),
]
HANDBOOK = """# Handbook

## Travel

Flights are booked by the travel desk. Write to travel@example.com a week before.

## Expenses

Receipts are handed in within thirty days, or nothing is paid back.

| Meal | Limit |
|---|---|
| Breakfast | 12 dollars |
| Dinner | 45 dollars |
"""


def kept(objects: Path) -> list[Path]:
    """The uploads that are still there."""
    return [path for path in objects.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(user: Any, method: str, path: str) -> None:
    user.headers = {}
    answer = await user.call(method, path.format(id=NOBODYS), json={})
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_route_when_another_tenant_asks_then_nothing_shows(user: Any, sign_in: Any) -> None:
    document = await user.add(HANDBOOK, media_type="text/markdown")
    collection = (await user.call("GET", "/collections")).json()["collections"][0]
    stranger = sign_in()
    for method, path in ROUTES:
        if "{id}" in path:
            owned = collection["id"] if path.startswith("/collections") else document["id"]
            body = {"roles": []} if method == "PUT" else None
            answer = await stranger.call(method, path.format(id=owned), json=body)
            assert answer.status_code == 404, f"{method} {path}"
    assert await stranger.search("Who books flights?") == []
    assert await stranger.search("Who books flights?", collections=["general"]) == []
    assert (await stranger.call("GET", "/documents")).json()["documents"] == []
    assert (await stranger.call("GET", "/collections")).json()["collections"] == []


async def test_write_when_the_role_may_only_read_then_403(sign_in: Any) -> None:
    viewer = sign_in(uuid4(), "viewer")
    body = {"name": "x", "text": "x"}
    for method, path in ROUTES:
        if method != "GET" and path != "/search":
            answer = await viewer.call(method, path.format(id=NOBODYS), json=body)
            assert answer.status_code == 403, path


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", "/collections", {"name": ""}, 422, "INVALID_REQUEST"),
        ("POST", "/collections", {"name": " "}, 422, "INVALID_REQUEST"),
        ("POST", "/collections", {"name": "x", "roles": ["x" * 101]}, 422, "INVALID_REQUEST"),
        ("PUT", f"/collections/{NOBODYS}/access", {}, 404, "COLLECTION_NOT_FOUND"),
        ("DELETE", f"/collections/{NOBODYS}", None, 404, "COLLECTION_NOT_FOUND"),
        ("POST", "/documents", {"text": ""}, 422, "INVALID_REQUEST"),
        ("POST", "/documents", {"text": " \n"}, 422, "CONTENT_REFUSED"),
        ("POST", "/documents", {"text": "x", "collection": "none such"}, 404, "COLLECTION_NOT_FOUND"),
        ("POST", "/documents", {"text": "x", "media_type": "image/png"}, 422, "CONTENT_REFUSED"),
        ("POST", "/documents", {"text": "x", "title": "a\x00b"}, 422, "INVALID_REQUEST"),
        ("POST", "/files", None, 422, "CONTENT_REFUSED"),
        ("GET", "/documents?page_token=nonsense", None, 422, "INVALID_REQUEST"),
        ("GET", "/documents/nonsense", None, 422, "INVALID_REQUEST"),
        ("GET", f"/documents/{NOBODYS}", None, 404, "DOCUMENT_NOT_FOUND"),
        ("GET", f"/documents/{NOBODYS}/text?end=30000", None, 422, "INVALID_REQUEST"),
        ("DELETE", f"/documents/{NOBODYS}", None, 404, "DOCUMENT_NOT_FOUND"),
        ("POST", "/search", {"question": " "}, 422, "INVALID_REQUEST"),
        ("POST", "/search", {"question": "a\x00b"}, 422, "INVALID_REQUEST"),
        ("POST", "/search", {"question": "x" * 2001}, 422, "INVALID_REQUEST"),
        ("POST", "/search", {"question": "x", "limit": 101}, 422, "INVALID_REQUEST"),
    ],
)
async def test_route_when_the_input_is_bad_then_the_error_has_a_name(
    user: Any, method: str, path: str, body: Any, status: int, reason: str
) -> None:
    answer = await user.call(method, path, json=body)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_document_when_read_in_then_its_passages_are_found_with_place_and_headings(user: Any) -> None:
    document = await user.add(HANDBOOK, media_type="text/markdown", source_uri="file:///handbook.md")
    assert (document["state"], document["error"], document["title"]) == ("ready", "", "Handbook")
    assert document["chunks_done"] == document["chunks_total"] == 3
    best = (await user.search("Who books a flight for me?"))[0]
    assert best["headings"] == ["Handbook", "Travel"]
    assert "travel desk" in best["text"]
    place = {"start": best["start"], "end": best["end"]}
    text = (await user.call("GET", f"/documents/{document['id']}/text", params=place)).json()["text"]
    assert text == best["text"]
    dinner = (await user.search("limit for dinner"))[0]
    assert dinner["headings"][-1] == "Meal | Limit"


async def test_document_when_it_holds_personal_data_then_none_is_stored_and_the_upload_is_gone(
    user: Any, database: Database, objects: Path
) -> None:
    document = await user.add(HANDBOOK, title="For ann@example.com", media_type="text/markdown")
    assert document["title"] == "For <EMAIL>"
    assert any("<EMAIL>" in one["text"] for one in await user.search("travel desk"))
    async with database.tenant_tx(user.tenant) as connection:
        tables = ("documents", "passages", "staged_passages", "terms", "jobs", "collections")
        for table in tables:
            stored = (await connection.execute(sa.text(f"SELECT t::text FROM {table} t"))).scalars().all()
            assert "travel@" not in " ".join(stored), table
            assert "ann@" not in " ".join(stored), table
    assert kept(objects) == []


async def test_document_when_redaction_fails_then_nothing_is_stored_and_it_says_why(
    user: Any, redactor: Any, database: Database, objects: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp_gateway.entrypoints.knowledge.worker.MOST_ATTEMPTS", 1)
    redactor.broken = True
    document = await user.add(HANDBOOK, media_type="text/markdown")
    assert document["state"] == "failed"
    assert "Personal data could not be looked for" in document["error"]
    assert document["characters"] == document["chunks_total"] == 0
    async with database.tenant_tx(user.tenant) as connection:
        for table in ("staged_passages", "passages", "postings", "vectors", "terms"):
            assert await connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0
    assert kept(objects) == []
    redactor.broken = False
    assert (await user.add(HANDBOOK, media_type="text/markdown"))["state"] == "ready"


async def test_document_when_deleted_then_nothing_of_it_is_found(user: Any) -> None:
    document = await user.add(HANDBOOK)
    assert (await user.call("DELETE", f"/documents/{document['id']}")).status_code == 204
    assert (await user.call("GET", f"/documents/{document['id']}")).status_code == 404
    assert await user.search("travel") == []


async def test_document_when_the_content_is_there_already_then_409(user: Any) -> None:
    await user.add("Some words.")
    answer = await user.call("POST", "/documents", json={"text": "Some words."})
    assert (answer.status_code, answer.json()["reason"]) == (409, "DOCUMENT_EXISTS")


async def test_file_when_its_content_is_not_what_it_says_then_422_at_once(user: Any) -> None:
    for content, headers, name in (
        (b"just text", {"Content-Type": "application/pdf"}, ""),
        (b"%PDF-1.7 ...", {"Content-Type": "text/plain"}, ""),
        (b"\x89PNG\r\n\x1a\n\x00\x00", {}, "a.txt"),
        (b"caf\xe9", {}, "a.md"),
        (b"x" * (10 * 1024 * 1024 + 1), {}, "a.txt"),
    ):
        answer = await user.call("POST", "/files", content=content, headers=headers, params={"name": name})
        assert (answer.status_code, answer.json()["reason"]) == (422, "CONTENT_REFUSED"), (name, answer.text)
        assert answer.json()["hint"]


async def test_collection_when_for_some_alone_then_others_see_neither_it_nor_its_documents(
    sign_in: Any, issuer: Any
) -> None:
    owner = sign_in()
    made = await owner.call("POST", "/collections", json={"name": "board", "roles": ["owner"]})
    document = await owner.add("The merger closes in May.", collection="board")
    viewer, operator = sign_in(owner.tenant, "viewer"), sign_in(owner.tenant, "operator")
    assert await viewer.search("merger") == await viewer.search("merger", collections=["board"]) == []
    assert (await viewer.call("GET", f"/documents/{document['id']}")).status_code == 404
    assert (await viewer.call("GET", f"/documents/{document['id']}/text")).status_code == 404
    assert (await viewer.call("GET", "/documents", params={"collection": "board"})).json()["documents"] == []
    assert (await operator.call("DELETE", f"/documents/{document['id']}")).status_code == 404
    added = await operator.call("POST", "/documents", json={"text": "x y", "collection": "board"})
    assert added.status_code == 404
    path = f"/collections/{made.json()['id']}/access"
    assert (await operator.call("PUT", path, json={"roles": ["operator"]})).status_code == 404
    # An admin is not on the list, but may put themselves there.
    admin = sign_in(owner.tenant, "admin")
    assert await admin.search("merger") == []
    assert (await admin.call("PUT", path, json={"roles": ["admin"]})).json()["roles"] == ["admin"]
    assert len(await admin.search("merger")) == 1
    assert await owner.search("merger") == []


async def test_collection_when_it_holds_documents_then_it_is_not_deleted(user: Any) -> None:
    made = (await user.call("POST", "/collections", json={"name": "a"})).json()
    taken = await user.call("POST", "/collections", json={"name": "a"})
    assert (taken.status_code, taken.json()["reason"]) == (409, "COLLECTION_EXISTS")
    document = await user.add("Words.", collection="a")
    answer = await user.call("DELETE", f"/collections/{made['id']}")
    assert (answer.status_code, answer.json()["reason"]) == (409, "COLLECTION_NOT_EMPTY")
    await user.call("DELETE", f"/documents/{document['id']}")
    assert (await user.call("DELETE", f"/collections/{made['id']}")).status_code == 204


async def test_list_when_there_are_many_then_pages_hold_each_once_newest_first(user: Any) -> None:
    added = [(await user.add(f"Text number {number}."))["id"] for number in range(3)]
    seen, token = [], ""
    for _ in range(3):
        page = (await user.call("GET", "/documents", params={"page_size": 1, "page_token": token})).json()
        seen += [one["id"] for one in page["documents"]]
        token = page["next_page_token"]
    assert (seen, token) == (added[::-1], "")
