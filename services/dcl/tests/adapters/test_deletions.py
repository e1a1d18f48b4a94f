"""Deletes: overtaken by newer records, overtaking older ones, in any order and however often they come."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.view import OrderBy, columns_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ONTOLOGY = load_ontology()
ACCOUNT, COST = ONTOLOGY.entity("account"), ONTOLOGY.entity("cloud_cost")
Bench = Any  # the LakeBench of conftest.py


def _account(key: str, name: str, version: int) -> dict[str, Any]:
    return {"_key": key, "_version": version, "account_name": name}


def _gone(key: str, version: int) -> dict[str, Any]:
    return {"_key": key, "_version": version, "_deleted": True}


async def _apply(bench: Bench, tenant: UUID, *rows: dict[str, Any], source: str = "a", snapshot: int = 0) -> None:
    await bench.lake.apply(tenant, ACCOUNT, source, [bench.batch(tenant, list(rows))], snapshot)


async def _names(bench: Bench, tenant: UUID) -> list[Any]:
    rows, _ = await bench.lake.page(
        tenant, ACCOUNT, columns_of(ACCOUNT), (), (OrderBy("account_name"),), snapshot=None, limit=100, offset=0
    )
    return [(row["account_name"], row["_records"]) for row in rows]


async def test_delete_when_it_comes_then_the_row_is_gone_and_lineage_counts_it(bench: Bench, tenant: UUID) -> None:
    await _apply(bench, tenant, _account("1", "Acme", 1), _account("2", "Beta", 1), snapshot=1)
    await _apply(bench, tenant, _account("9", "ACME", 1), source="b")
    for _ in range(2):
        await _apply(bench, tenant, _gone("1", 2), _gone("2", 2), _account("3", "New", 2))
    assert await _names(bench, tenant) == [("ACME", 1), ("New", 1)]
    assert await bench.lake.deletions_by_source(tenant) == {"a": 2}
    await _apply(bench, tenant, _account("2", "Beta", 3))
    assert await bench.lake.deletions_by_source(tenant) == {"a": 1}


async def test_delete_when_it_comes_first_or_late_then_versions_decide(bench: Bench, tenant: UUID) -> None:
    await _apply(bench, tenant, _gone("1", 5))
    await _apply(bench, tenant, _account("1", "Old", 5))
    assert await _names(bench, tenant) == []
    await _apply(bench, tenant, _account("1", "Back", 6))
    await _apply(bench, tenant, _gone("1", 5))
    assert await _names(bench, tenant) == [("Back", 1)]


async def test_delete_when_a_newer_snapshot_comes_then_nothing_of_it_is_kept(bench: Bench, tenant: UUID) -> None:
    await _apply(bench, tenant, _gone("1", 2), _gone("2", 2))
    await _apply(bench, tenant, _account("1", "Acme", 3), snapshot=3)
    await _apply(bench, tenant, _gone("1", 2), _gone("2", 2))
    assert await _names(bench, tenant) == [("Acme", 1)]
    assert await bench.lake.deletions_by_source(tenant) == {}


async def test_delete_when_a_record_is_its_own_entity_then_it_leaves_the_view(bench: Bench, tenant: UUID) -> None:
    rows = [{"_key": key, "_version": 1, "ServiceName": key} for key in "xyz"]
    await bench.lake.apply(tenant, COST, "bill", [bench.batch(tenant, rows)], 1)
    await bench.lake.apply(tenant, COST, "bill", [bench.batch(tenant, [_gone("y", 2)])], 0)
    assert (await bench.lake.counts(tenant))["cloud_cost"] == (2, 2)


@pytest.mark.parametrize("shared", [True, False])
@given(data=st.data())
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_changes_when_they_come_in_any_order_and_again_then_the_content_is_the_same(
    bench: Bench, shared: bool, data: st.DataObject
) -> None:
    entity, attribute = (ACCOUNT, "account_name") if shared else (COST, "ServiceName")
    change = st.tuples(st.sampled_from("ab"), st.sampled_from("12"), st.integers(1, 5), st.sampled_from(["X", "Y", ""]))
    # One source says one thing at one version, except that a delete may share the version of what it deletes.
    said = {
        (source, key, version, name == ""): name
        for source, key, version, name in data.draw(st.lists(change, max_size=9))
    }
    deliveries = [
        (source, _gone(key, version) if gone else {"_key": key, "_version": version, attribute: name})
        for (source, key, version, gone), name in said.items()
    ]
    last: dict[tuple[str, str], tuple[int, bool]] = {}
    for source, key, version, gone in said:
        last[source, key] = max(last.get((source, key), (0, False)), (version, gone))
    hashes = []
    for order in (deliveries, data.draw(st.permutations(deliveries + deliveries[:4]))):
        tenant = uuid4()
        for source, row in order:
            await bench.lake.apply(tenant, entity, source, [bench.batch(tenant, [row])], snapshot=0)
        hashes.append(await bench.lake.content_hash(tenant, entity))
        living = sum(not gone for _, gone in last.values())
        assert (await bench.lake.counts(tenant))[entity.name][1] == living
    assert hashes[0] == hashes[1]
