"""What is broken is named where it belongs, disturbs nothing else, and leaves nothing half done."""

from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aos import AosError

from tests.integration.helpers import approve_mappings, connect, hashes, run_pipeline, settled, sync, wait_until

GOOD = "account_id,account_name,industry,revenue\n1,Acme,retail,10.5\n2,Beta,finance,20\n"


def _stream(run: Any, name: str) -> Any:
    return next(stream for stream in run["streams"] if stream["stream"] == name)


def _parquet(path: Path) -> None:
    pq.write_table(pa.table({"product_name": [f"p{i}" for i in range(5000)], "list_price": list(range(5000))}), path)


def test_discovery_when_files_are_broken_then_each_says_why_and_the_good_one_goes_on(
    client: Any, tmp_path: Path
) -> None:
    (tmp_path / "accounts.csv").write_text(GOOD)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "mixed.csv").write_bytes("name,city\nJosé,Zürich\n".encode() + "Renée,Genève\n".encode("cp1252"))
    _parquet(tmp_path / "products.parquet")
    whole = (tmp_path / "products.parquet").read_bytes()
    (tmp_path / "products.parquet").write_bytes(whole[: len(whole) // 2])
    pq.write_table(pa.table({"span": pa.array([1, 2], pa.duration("s"))}), tmp_path / "odd.parquet")
    asked = client.discovery.scan(str(tmp_path), "mixture")
    scan = wait_until(lambda: client.discovery.get_scan(asked["id"]), lambda s: s["state"] in ("succeeded", "failed"))
    finding = client.discovery.finding(scan["finding_id"])
    problems = {data_set["name"]: data_set["error"] for data_set in finding["data_sets"]}
    assert problems["accounts.csv"] == ""
    for name in ("empty.csv", "mixed.csv", "products.parquet", "odd.parquet"):
        assert problems[name], f"{name} is broken and nothing says so"
    connection = settled(client, client.discovery.approve(finding["id"])["connection_id"])
    approve_mappings(client, connection["id"])
    assert run_pipeline(client)["state"] == "succeeded"
    assert {view["name"]: view["rows"] for view in client.views.list() if view["rows"]} == {"account": 2}


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("products.parquet", lambda whole: whole[: len(whole) // 2]),
        ("products.parquet", lambda _: b""),
    ],
)
def test_sync_when_a_file_breaks_later_then_its_stream_fails_and_the_views_stay(
    client: Any, tmp_path: Path, name: str, damage: Any
) -> None:
    (tmp_path / "accounts.csv").write_text(GOOD)
    _parquet(tmp_path / name)
    connection = connect(client, str(tmp_path), "later")
    approve_mappings(client, connection["id"])
    assert sync(client, connection["id"])["state"] == "succeeded"
    run_pipeline(client)
    before = hashes(client)
    assert set(before) == {"account", "product"}
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    (tmp_path / "accounts.csv").write_text(GOOD + "3,Gamma,retail,30\n")
    run = sync(client, connection["id"])
    broken = _stream(run, name)
    assert broken["state"] == "failed"
    assert name in broken["error"]
    assert _stream(run, "accounts.csv")["state"] == "succeeded"
    run_pipeline(client)
    after = hashes(client)
    assert after["product"] == before["product"], "what was there stays there"
    assert after["account"] != before["account"], "the good file went on"


def test_sync_when_an_encoding_turns_mixed_in_the_middle_then_no_row_of_the_file_shows(
    client: Any, tmp_path: Path
) -> None:
    (tmp_path / "accounts.csv").write_text(GOOD)
    connection = connect(client, str(tmp_path), "encodings")
    approve_mappings(client, connection["id"])
    rows = "".join(f"{n},Naïve {n},retail,1\n" for n in range(3, 20_000))
    (tmp_path / "accounts.csv").write_bytes((GOOD + rows).encode() + "99999,Genève,retail,1\n".encode("cp1252"))
    run = sync(client, connection["id"])
    broken = _stream(run, "accounts.csv")
    assert broken["state"] == "failed"
    assert "encod" in broken["error"].lower()
    assert [view for view in client.views.list() if view["rows"]] == []


def test_sync_when_values_do_not_fit_then_their_rows_are_in_quarantine_with_place_and_reason(
    client: Any, tmp_path: Path
) -> None:
    rows = "".join(f"{n},Company {n},retail,{n}.5\n" for n in range(1, 200))
    (tmp_path / "accounts.csv").write_text("account_id,account_name,industry,revenue\n" + rows)
    connection = connect(client, str(tmp_path), "misfits")
    approve_mappings(client, connection["id"])
    bad = "200,Company 200,retail,about a million\n201,Company 201,retail,1e-30\n202,Company 202,retail,7\n"
    (tmp_path / "accounts.csv").write_text("account_id,account_name,industry,revenue\n" + rows + bad)
    run = sync(client, connection["id"])
    assert _stream(run, "accounts.csv")["rows_quarantined"] == 2
    kept = list(client.connections.quarantine(connection["id"]))
    assert {(q["row"], q["column"], q["value"]) for q in kept} == {
        (200, "revenue", "about a million"),
        (201, "revenue", "1e-30"),
    }
    assert all(q["reason"] and q["file"].endswith("accounts.csv") for q in kept)
    run_pipeline(client)
    assert {v["name"]: v["rows"] for v in client.views.list() if v["rows"]} == {"account": 200}


def test_scan_when_the_database_password_is_wrong_then_the_scan_says_so_and_keeps_the_password_to_itself(
    stack: Any, client: Any
) -> None:
    admin = psycopg.conninfo.conninfo_to_dict(stack.platform.example_admin_url())
    location = f"postgresql://{admin['user']}:not-the-password@{admin['host']}:{admin['port']}/postgres"
    asked = client.discovery.scan(location, "wrong")
    scan = wait_until(lambda: client.discovery.get_scan(asked["id"]), lambda s: s["state"] in ("succeeded", "failed"))
    assert scan["state"] == "failed"
    assert "password" in scan["error"].lower()
    assert "not-the-password" not in str(scan)


def test_connection_when_the_database_password_is_wrong_then_the_connection_fails_with_what_to_do(
    stack: Any, client: Any
) -> None:
    admin = psycopg.conninfo.conninfo_to_dict(stack.platform.example_admin_url())
    location = f"postgresql://{admin['user']}:not-the-password@{admin['host']}:{admin['port']}/postgres"
    made = client.connections.create("wrong", "postgres", {"url": location})
    failed = wait_until(lambda: client.connections.get(made["id"]), lambda c: c["state"] != "PENDING")
    assert failed["state"] == "FAILED"
    assert failed["error"]
    assert "not-the-password" not in str(failed)


def test_scan_when_the_folder_does_not_exist_then_it_says_so(client: Any, tmp_path: Path) -> None:
    with pytest.raises(AosError) as caught:
        asked = client.discovery.scan(str(tmp_path / "nowhere"), "nowhere")
        scan = wait_until(lambda: client.discovery.get_scan(asked["id"]), lambda s: s["state"] != "running")
        scan = wait_until(
            lambda: client.discovery.get_scan(asked["id"]), lambda s: s["state"] in ("succeeded", "failed")
        )
        raise AosError("SCAN_FAILED", scan["error"])
    assert "nowhere" in caught.value.message
