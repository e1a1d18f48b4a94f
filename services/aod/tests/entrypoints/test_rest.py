"""Discovery over REST: real files, a real worker, and a mesh that only remembers."""

from pathlib import Path
from typing import Any

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


async def test_scan_when_two_tenants_look_at_the_same_folder_then_each_has_a_finding(
    user: Any, sign_in: Any, folder: Path
) -> None:
    mine, theirs = await user.finding(str(folder)), await sign_in().finding(str(folder))
    assert mine["id"] != theirs["id"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "accounts.csv").write_text("account_id,name,revenue\n1,Acme,10.5\n2,Beta,20\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    return tmp_path


async def test_approve_when_a_folder_then_the_mesh_gets_every_readable_data_set(
    user: Any, mesh: Any, folder: Path
) -> None:
    finding = await user.finding(str(folder), "books")
    approved = (await user.call("POST", f"/findings/{finding['id']}/approve", json={"data_sets": []})).json()
    [asked] = mesh[0].asked
    assert approved["state"] == "approved"
    assert approved["connection_id"] == mesh[0].made[finding["id"]].id
    assert (asked.name, asked.connector, list(asked.streams)) == ("books", "files", ["accounts.csv"])
    assert MessageToDict(asked.settings) == {"path": str(folder)}
