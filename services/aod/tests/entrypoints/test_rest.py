"""Discovery over REST: real files, a real worker, and a mesh that only remembers."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from google.protobuf.json_format import MessageToDict

ROUTES = [
    ("POST", "/scans"),
    ("GET", "/scans"),
    ("GET", "/scans/{id}"),
    ("GET", "/findings"),
    ("GET", "/findings/{id}"),
    ("POST", "/findings/{id}/approve"),
    ("POST", "/findings/{id}/reject"),
]
NOBODYS = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "accounts.csv").write_text("account_id,contact_email\n1,ann@example.com\n2,bo@example.com\n")
    (tmp_path / "orders.csv").write_text("order_id,amount\n1,10.5\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(user: Any, method: str, path: str) -> None:
    user.headers = {}
    answer = await user.call(method, path.format(id=NOBODYS), json={})
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_route_when_another_tenant_asks_then_nothing_shows(user: Any, sign_in: Any, folder: Path) -> None:
    scan = await user.scan(str(folder))
    stranger = sign_in()
    for method, path in ROUTES[2:]:
        owned = scan["id"] if path.startswith("/scans") else scan["finding_id"]
        answer = await stranger.call(method, path.format(id=owned), json={} if method == "POST" else None)
        if "{id}" in path:
            assert answer.status_code == 404, f"{method} {path}"
        else:
            assert answer.json()["findings"] == []
    assert (await stranger.call("GET", "/scans")).json()["scans"] == []


async def test_write_when_the_role_may_only_read_then_403(sign_in: Any) -> None:
    viewer = sign_in(uuid4(), "viewer")
    for method, path in ROUTES:
        if method == "POST":
            answer = await viewer.call(method, path.format(id=NOBODYS), json={"location": "/tmp"})
            assert answer.status_code == 403, path


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", "/scans", {}, 422, "INVALID_REQUEST"),
        ("POST", "/scans", {"location": "relative"}, 422, "LOCATION_INVALID"),
        ("POST", "/scans", {"location": "postgresql://ann:s3cret@host"}, 422, "LOCATION_INVALID"),
        ("POST", "/scans", {"location": "/tmp", "name": "x" * 101}, 422, "INVALID_REQUEST"),
        ("GET", "/scans/nonsense", None, 422, "INVALID_REQUEST"),
        ("GET", f"/scans/{NOBODYS}", None, 404, "SCAN_NOT_FOUND"),
        ("GET", "/scans?page_token=nonsense", None, 422, "INVALID_REQUEST"),
        ("GET", "/findings?page_token=WyJhIiwiYiJd", None, 422, "INVALID_REQUEST"),
        ("GET", "/findings?state=lost", None, 422, "INVALID_REQUEST"),
        ("GET", "/findings?page_size=0", None, 422, "INVALID_REQUEST"),
        ("GET", f"/findings/{NOBODYS}", None, 404, "FINDING_NOT_FOUND"),
        ("POST", f"/findings/{NOBODYS}/approve", {}, 404, "FINDING_NOT_FOUND"),
        ("POST", f"/findings/{NOBODYS}/reject", {"note": "x" * 2001}, 422, "INVALID_REQUEST"),
    ],
)
async def test_route_when_the_input_is_bad_then_the_error_has_a_name(
    user: Any, method: str, path: str, body: Any, status: int, reason: str
) -> None:
    answer = await user.call(method, path, json=body)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert "s3cret" not in answer.text


async def test_scan_when_it_ends_then_its_finding_shows_profiles_and_no_personal_data(user: Any, folder: Path) -> None:
    scan = await user.scan(str(folder) + "/")
    assert (scan["state"], scan["kind"], scan["location"], scan["data_sets"]) == ("succeeded", "folder", str(folder), 3)
    assert scan["end_time"] >= scan["create_time"]
    finding = (await user.call("GET", f"/findings/{scan['finding_id']}")).json()
    assert (finding["name"], finding["state"], finding["connection_id"]) == (folder.name, "open", "")
    assert 0 < finding["score"] <= 1
    assert finding["reasons"][0] == "2 of 3 data sets can be read"
    accounts, empty, orders = finding["data_sets"]
    assert (accounts["name"], accounts["format"], accounts["rows"]) == ("accounts.csv", "csv", 2)
    assert accounts["columns"][1] == {
        "name": "contact_email",
        "type": "string",
        "null_ratio": 0.0,
        "distinct": 2,
        "samples": ["a***@e***.com", "b***@e***.com"],
        "pii": "email",
    }
    assert "empty" in empty["error"]
    assert orders["error"] == ""


async def test_scan_when_the_folder_is_gone_then_it_fails_and_says_what_to_do(user: Any, tmp_path: Path) -> None:
    scan = await user.scan(str(tmp_path / "nowhere"))
    assert (scan["state"], scan["finding_id"]) == ("failed", "")
    assert "nowhere does not exist" in scan["error"]


async def test_scan_when_repeated_then_the_finding_is_refreshed_and_keeps_its_name(user: Any, folder: Path) -> None:
    first = await user.finding(str(folder), "books")
    (folder / "orders.csv").unlink()
    second = await user.finding(str(folder))
    assert (second["id"], second["name"], second["create_time"]) == (first["id"], "books", first["create_time"])
    assert [data_set["name"] for data_set in second["data_sets"]] == ["accounts.csv", "empty.csv"]
    assert len((await user.call("GET", "/findings")).json()["findings"]) == 1


async def test_scan_when_two_tenants_look_at_the_same_folder_then_each_has_a_finding(
    user: Any, sign_in: Any, folder: Path
) -> None:
    mine, theirs = await user.finding(str(folder)), await sign_in().finding(str(folder))
    assert mine["id"] != theirs["id"]


async def test_scan_when_too_many_wait_then_the_next_is_refused(start: Any, issuer: Any, tmp_path: Path) -> None:
    service = await start("serve", scans_unfinished=1, file_roots=str(tmp_path))
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://aod") as http:
        headers = issuer.headers(uuid4())
        path = "/api/v1/aod/scans"
        outside = await http.post(path, headers=headers, json={"location": "/etc"})
        assert (outside.status_code, outside.json()["reason"]) == (403, "PATH_NOT_ALLOWED")
        answers = [await http.post(path, headers=headers, json={"location": str(tmp_path)}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 429]
        assert answers[1].json()["reason"] == "TOO_MANY_SCANS"


async def test_lists_when_there_are_many_then_pages_hold_each_once_in_order(user: Any, tmp_path: Path) -> None:
    for number in range(3):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "a.csv").write_text("id,price\n" + "1,2\n" * 10**number)
        await user.scan(str(place))
    for kind in ("findings", "scans"):
        seen, token = [], ""
        for _ in range(3):
            page = (await user.call("GET", f"/{kind}", params={"page_size": 1, "page_token": token})).json()
            seen += page[kind]
            token = page["next_page_token"]
        assert (len({one["id"] for one in seen}), token) == (3, "")
        if kind == "findings":
            assert [one["score"] for one in seen] == sorted((one["score"] for one in seen), reverse=True)
            assert all(data_set["columns"] == [] for one in seen for data_set in one["data_sets"])


async def test_approve_when_a_folder_then_the_mesh_gets_every_readable_data_set(
    user: Any, mesh: Any, folder: Path
) -> None:
    finding = await user.finding(str(folder), "books")
    approved = (await user.call("POST", f"/findings/{finding['id']}/approve", json={"data_sets": []})).json()
    [asked] = mesh[0].asked
    assert approved["state"] == "approved"
    assert approved["connection_id"] == mesh[0].made[finding["id"]].id
    assert (asked.name, asked.connector, list(asked.streams)) == ("books", "files", ["accounts.csv", "orders.csv"])
    assert MessageToDict(asked.settings) == {"path": str(folder)}
    open_ones = await user.call("GET", "/findings", params={"state": "open"})
    assert open_ones.json()["findings"] == []


async def test_approve_when_data_sets_are_chosen_then_those_alone_are_connected(
    user: Any, mesh: Any, folder: Path
) -> None:
    finding = await user.finding(str(folder))
    approve = f"/findings/{finding['id']}/approve"
    for wrong, reason in (("other.csv", "UNKNOWN_DATA_SET"), ("empty.csv", "DATA_SET_UNREADABLE")):
        answer = await user.call("POST", approve, json={"data_sets": [wrong]})
        assert answer.json()["reason"] == reason
        assert answer.json()["hint"]
    assert (await user.call("POST", approve, json={"data_sets": ["orders.csv"]})).status_code == 200
    assert [list(asked.streams) for asked in mesh[0].asked] == [["orders.csv"]]


async def test_approve_when_the_name_is_taken_then_the_connection_gets_a_suffix(
    user: Any, mesh: Any, tmp_path: Path
) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.csv").write_text("id\n1\n")
        finding = await user.finding(str(tmp_path / place), "books")
        assert (await user.call("POST", f"/findings/{finding['id']}/approve")).status_code == 200
    assert [connection.name for connection in mesh[0].made.values()] == ["books", "books 2"]


async def test_approve_when_nothing_can_be_read_then_the_error_says_so(user: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    finding = await user.finding(str(tmp_path))
    answer = await user.call("POST", f"/findings/{finding['id']}/approve")
    assert (finding["score"], answer.json()["reason"]) == (0.0, "NOTHING_READABLE")


async def test_approve_when_the_mesh_is_away_then_503_and_the_finding_stays_open(
    start: Any, issuer: Any, user: Any, folder: Path
) -> None:
    finding = await user.finding(str(folder))
    service = await start(aam_grpc="127.0.0.1:1")
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://aod") as http:
        path = f"/api/v1/aod/findings/{finding['id']}/approve"
        answer = await http.post(path, headers=user.headers)
    assert (answer.status_code, answer.json()["reason"]) == (503, "DEPENDENCY_UNAVAILABLE")
    assert (await user.call("GET", f"/findings/{finding['id']}")).json()["state"] == "open"


async def test_decision_when_made_then_it_stays_through_scans_and_cannot_be_changed(
    user: Any, mesh: Any, folder: Path
) -> None:
    finding = await user.finding(str(folder))
    rejected = (await user.call("POST", f"/findings/{finding['id']}/reject", json={"note": "an old copy"})).json()
    assert rejected["state"] == "rejected"
    assert "rejected: an old copy" in rejected["reasons"]
    assert (await user.finding(str(folder)))["state"] == "rejected"
    for decision in ("approve", "reject"):
        answer = await user.call("POST", f"/findings/{finding['id']}/{decision}")
        assert (answer.status_code, answer.json()["reason"]) == (409, "FINDING_DECIDED")
        assert "an old copy" in answer.json()["detail"]
    assert mesh[0].asked == []


async def test_approve_when_made_then_a_later_scan_keeps_its_connection(user: Any, folder: Path) -> None:
    finding = await user.finding(str(folder))
    approved = (await user.call("POST", f"/findings/{finding['id']}/approve")).json()
    again = await user.finding(str(folder))
    assert (again["state"], again["connection_id"]) == ("approved", approved["connection_id"])
    answer = await user.call("POST", f"/findings/{finding['id']}/approve")
    assert answer.json()["reason"] == "FINDING_DECIDED"
    assert approved["connection_id"] in answer.json()["detail"]
