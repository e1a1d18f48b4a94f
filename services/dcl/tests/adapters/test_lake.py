import asyncio
import socket
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow as pa
import pytest
from aos_common.objects import ObjectStore
from aos_local.provision import Provisioned
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.store import DuckLake
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.errors import BatchInvalid, LakeUnavailable, PageExpired, QueryTooLong
from dcl.domain.view import Aggregation, Filter, GroupBy, Measure, OrderBy, column_of, columns_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ONTOLOGY = load_ontology()
ACCOUNT = ONTOLOGY.entity("account")
COST = ONTOLOGY.entity("cloud_cost")
DECIMAL = {"BilledCost": pa.decimal128(38, 18)}
Bench = Any  # the LakeBench of conftest.py


async def _names(bench: Bench, tenant: UUID) -> list[Any]:
    rows, _ = await bench.lake.page(
        tenant, ACCOUNT, columns_of(ACCOUNT), (), (OrderBy("account_name"),), snapshot=None, limit=100, offset=0
    )
    return [(row["account_name"], row["industry"], row["_records"]) for row in rows]


def _account(key: str, name: str | None, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"_key": key, "_version": version, "account_name": name, "industry": None, **more}


async def test_merge_when_two_sources_name_one_account_then_it_is_one_row(bench: Bench, tenant: UUID) -> None:
    crm = bench.batch(tenant, [_account("1", "ACME, Inc."), _account("2", "Bêta")])
    export = bench.batch(tenant, [_account("9", "Acme Inc", industry="retail"), _account("8", None)])
    await bench.lake.apply(tenant, ACCOUNT, "crm/a", [crm], snapshot=0)
    await bench.lake.apply(tenant, ACCOUNT, "export/b", [export], snapshot=0)
    assert await _names(bench, tenant) == [("Acme Inc", "retail", 2), ("Bêta", None, 1), (None, None, 1)]


async def test_merge_when_a_record_changes_its_name_then_both_entities_are_computed_again(
    bench: Bench, tenant: UUID
) -> None:
    for key, source in (
        (bench.batch(tenant, [_account("1", "Acme")]), "a"),
        (bench.batch(tenant, [_account("1", "Acme")]), "b"),
        (bench.batch(tenant, [_account("1", "Beta", version=2)]), "a"),
    ):
        await bench.lake.apply(tenant, ACCOUNT, source, [key], snapshot=0)
    assert await _names(bench, tenant) == [("Acme", None, 1), ("Beta", None, 1)]


async def test_merge_when_an_older_version_comes_late_then_it_changes_nothing(bench: Bench, tenant: UUID) -> None:
    new = bench.batch(tenant, [_account("1", "New", version=2)])
    old = bench.batch(tenant, [_account("1", "Old", version=1)])
    await bench.lake.apply(tenant, ACCOUNT, "a", [new], snapshot=0)
    await bench.lake.apply(tenant, ACCOUNT, "a", [old], snapshot=0)
    assert await _names(bench, tenant) == [("New", None, 1)]


async def test_snapshot_when_a_newer_one_is_applied_then_older_rows_go_and_cannot_come_back(
    bench: Bench, tenant: UUID
) -> None:
    first = bench.batch(tenant, [_account("1", "Gone"), _account("2", "Stays")])
    second = bench.batch(tenant, [_account("2", "Stays", version=2)])
    await bench.lake.apply(tenant, ACCOUNT, "a", [first], snapshot=1)
    await bench.lake.apply(tenant, ACCOUNT, "a", [second], snapshot=2)
    assert await _names(bench, tenant) == [("Stays", None, 1)]
    await bench.lake.apply(tenant, ACCOUNT, "a", [first], snapshot=1)
    await bench.lake.apply(tenant, ACCOUNT, "a", [first], snapshot=0)
    assert await _names(bench, tenant) == [("Stays", None, 1)]


async def test_snapshot_when_it_comes_after_its_own_changes_then_the_changes_stay(bench: Bench, tenant: UUID) -> None:
    changed = bench.batch(tenant, [_account("1", "Changed", version=15)])
    whole = bench.batch(tenant, [_account("1", "Acme", version=10), _account("2", "Beta", version=10)])
    await bench.lake.apply(tenant, ACCOUNT, "a", [changed], snapshot=0)
    for _ in range(2):
        await bench.lake.apply(tenant, ACCOUNT, "a", [whole], snapshot=10)
    assert await _names(bench, tenant) == [("Beta", None, 1), ("Changed", None, 1)]


async def test_snapshot_when_it_is_empty_then_the_source_has_no_rows(bench: Bench, tenant: UUID) -> None:
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account("1", "Acme")])], snapshot=1)
    await bench.lake.apply(tenant, ACCOUNT, "a", [], snapshot=2)
    assert await _names(bench, tenant) == []


async def test_snapshot_when_its_stream_is_mapped_to_another_entity_then_it_leaves_the_first(
    bench: Bench, tenant: UUID
) -> None:
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account("1", "Acme")])], snapshot=1)
    cost = bench.batch(tenant, [{"_key": "1", "_version": 2, "ServiceName": "S"}])
    await bench.lake.apply(tenant, COST, "a", [cost], snapshot=2)
    counts = await bench.lake.counts(tenant)
    assert (counts["account"], counts["cloud_cost"]) == ((0, 0), (1, 1))


async def test_snapshot_when_it_has_many_files_then_all_are_applied_at_once(bench: Bench, tenant: UUID) -> None:
    files = [bench.batch(tenant, [_account(str(n), f"Account {n}")]) for n in range(20)]
    await bench.lake.apply(tenant, ACCOUNT, "a", files, snapshot=1)
    assert (await bench.lake.counts(tenant))["account"] == (20, 20)
    again = bench.batch(tenant, [_account("3", "again")])
    with pytest.raises(BatchInvalid, match="repeats 1 key"):
        await bench.lake.apply(tenant, ACCOUNT, "b", [*files, again], snapshot=1)
    assert (await bench.lake.counts(tenant))["account"] == (20, 20), "nothing of the refused stream stays"


async def test_merge_when_a_batch_repeats_a_key_then_it_is_refused_whole(bench: Bench, tenant: UUID) -> None:
    twice = bench.batch(tenant, [_account("1", "A"), _account("1", "B")])
    with pytest.raises(BatchInvalid, match="repeats 1 key"):
        await bench.lake.apply(tenant, ACCOUNT, "a", [twice], snapshot=0)
    assert await _names(bench, tenant) == []


async def test_aggregate_when_decimals_are_added_then_not_a_digit_is_lost(bench: Bench, tenant: UUID) -> None:
    costs = [Decimal("0.000000000000000001"), Decimal("20.52022672899"), None]
    rows = [{"_key": str(i), "BilledCost": cost, "ServiceName": "S"} for i, cost in enumerate(costs)]
    await bench.lake.apply(tenant, COST, "bill", [bench.batch(tenant, rows, DECIMAL)], snapshot=0)
    question = Aggregation((GroupBy("ServiceName"),), (Measure("sum", "BilledCost", "billed"),), (), (), 10)
    found = await bench.lake.aggregate(tenant, COST, question)
    assert found == [{"ServiceName": "S", "billed": "20.520226728990000001"}]


async def test_aggregate_when_grouped_by_a_tag_then_its_values_are_groups(bench: Bench, tenant: UUID) -> None:
    tags = ['{"team": "a"}', '{"team": "b", "x": 1}', None]
    rows = [{"_key": str(i), "Tags": tag, "BilledCost": Decimal(i)} for i, tag in enumerate(tags)]
    await bench.lake.apply(tenant, COST, "bill", [bench.batch(tenant, rows, DECIMAL)], snapshot=0)
    group = GroupBy("Tags", json_key="team", name="team")
    question = Aggregation((group,), (Measure("count", "", "n"),), (), (OrderBy("team"),), 10)
    found = await bench.lake.aggregate(tenant, COST, question)
    assert found == [{"team": "a", "n": 1}, {"team": "b", "n": 1}, {"team": None, "n": 1}]


async def test_page_when_rows_change_between_pages_then_the_pages_show_one_snapshot(bench: Bench, tenant: UUID) -> None:
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account(n, n) for n in "abcd"])], snapshot=0)
    columns, order = columns_of(ACCOUNT), (OrderBy("account_name"),)
    first, at = await bench.lake.page(tenant, ACCOUNT, columns, (), order, snapshot=None, limit=2, offset=0)
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account("0", "0")])], snapshot=0)
    rest, _ = await bench.lake.page(tenant, ACCOUNT, columns, (), order, snapshot=at, limit=9, offset=2)
    assert [row["account_name"] for row in first + rest] == ["a", "b", "c", "d"]


async def test_page_when_a_filter_holds_sql_then_it_is_a_value(bench: Bench, tenant: UUID) -> None:
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account("1", "x' OR 1=1 --")])], snapshot=0)
    hostile = Filter("account_name", "eq", ("x' OR 1=1 --",))
    rows, _ = await bench.lake.page(
        tenant, ACCOUNT, columns_of(ACCOUNT), (hostile,), (), snapshot=None, limit=9, offset=0
    )
    assert len(rows) == 1
    other = Filter("account_name", "eq", ("' OR '1'='1",))
    rows, _ = await bench.lake.page(
        tenant, ACCOUNT, columns_of(ACCOUNT), (other,), (), snapshot=None, limit=9, offset=0
    )
    assert rows == []


async def test_lake_when_another_tenant_looks_then_it_finds_nothing(bench: Bench, tenant: UUID) -> None:
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account("1", "Secret")])], snapshot=0)
    assert await _names(bench, uuid4()) == []


async def test_lake_when_a_query_reads_another_tenants_file_then_duckdb_refuses(bench: Bench, tenant: UUID) -> None:
    key = bench.batch(tenant, [_account("1", "Secret")])
    path = bench.root / str(tenant) / key

    def steal(cursor: Any) -> Any:
        return cursor.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()

    with pytest.raises(Exception, match=r"Permission|disabled"):
        await bench.lake._run(uuid4(), steal)


@given(data=st.data())
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_merge_when_batches_come_in_any_order_and_twice_then_the_content_is_the_same(
    bench: Bench, data: st.DataObject
) -> None:
    record = st.tuples(
        st.sampled_from("ab"), st.sampled_from("12"), st.integers(1, 4), st.sampled_from(["Acme", "ACME!", "Beta"])
    )
    # One source says one thing at one version: that is what a version means.
    said = {(source, key, version): name for source, key, version, name in data.draw(st.lists(record, max_size=8))}
    deliveries = [(s, _account(k, name, version=v)) for (s, k, v), name in said.items()]
    hashes = []
    for order in (deliveries, data.draw(st.permutations(deliveries + deliveries[:3]))):
        tenant = uuid4()
        for source, row in order:
            await bench.lake.apply(tenant, ACCOUNT, source, [bench.batch(tenant, [row])], snapshot=0)
        hashes.append(await bench.lake.content_hash(tenant, ACCOUNT))
    assert hashes[0] == hashes[1]


def _other_process(bench: Bench) -> DuckLake:
    connections = LakeConnections(bench.lake._connections._settings, ONTOLOGY.entities)
    return DuckLake(connections, bench.lake._objects, ONTOLOGY)


async def test_apply_when_two_processes_first_load_one_stream_at_once_then_no_row_is_doubled(
    bench: Bench, tenant: UUID
) -> None:
    """As happens when a worker loses its lock in PostgreSQL while it still merges."""
    other = _other_process(bench)
    await bench.lake.counts(tenant)
    await other.counts(tenant)
    key = bench.batch(tenant, [_account(str(n), f"Account {n}") for n in range(300)])
    both = (lake.apply(tenant, ACCOUNT, "a", [key], snapshot=1) for lake in (bench.lake, other))
    failed = [error for error in await asyncio.gather(*both, return_exceptions=True) if error]
    assert all(isinstance(error, LakeUnavailable) for error in failed), failed
    assert (await bench.lake.counts(tenant))["account"] == (300, 300)
    await other.close()


LONG = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"


async def _started(bench: Bench, tenant: UUID, sql: str, **limits: Any) -> tuple["asyncio.Task[Any]", list[str]]:
    states: list[str] = []

    def work(cursor: Any) -> Any:
        states.append("begun")
        try:
            return cursor.execute(sql).fetchall()
        finally:
            states.append("ended")

    await bench.lake.counts(tenant)  # attaching takes its time
    task = asyncio.create_task(bench.lake._run(tenant, work, **limits))
    while not states:
        await asyncio.sleep(0.01)
    return task, states


async def test_lake_when_a_connection_is_let_go_then_those_who_use_it_finish(bench: Bench, tenant: UUID) -> None:
    task, _ = await _started(bench, tenant, "SELECT count(*) FROM range(300000000) t(i) WHERE i % 7 = 3")
    bench.lake._connections.discard(tenant)
    assert (await task)[0][0] > 0


async def test_lake_when_its_caller_is_cancelled_then_the_work_has_ended_before_the_caller_goes_on(
    bench: Bench, tenant: UUID
) -> None:
    task, states = await _started(bench, tenant, LONG)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert states == ["begun", "ended"]


async def test_lake_when_a_question_takes_too_long_then_it_is_broken_off(bench: Bench, tenant: UUID) -> None:
    task, states = await _started(bench, tenant, LONG, seconds=0.3)
    with pytest.raises(QueryTooLong):
        await task
    assert states == ["begun", "ended"]


async def test_lake_when_the_catalogue_accepts_but_never_answers_then_it_says_unavailable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = LakeSettings(f"postgresql://x:y@127.0.0.1:{silent.getsockname()[1]}/z", f"file://{tmp_path}")
        connections = LakeConnections(settings, ONTOLOGY.entities)
        async with asyncio.timeout(30):
            with pytest.raises(LakeUnavailable):
                await asyncio.to_thread(connections.cursor, uuid4())


async def test_merge_when_files_far_apart_repeat_a_key_then_no_row_is_lost_unsaid(bench: Bench, tenant: UUID) -> None:
    await bench.lake.apply(tenant, ACCOUNT, "a", [bench.batch(tenant, [_account("x", "X")])], snapshot=0)
    files = [bench.batch(tenant, [_account(str(n), f"Account {n}")]) for n in range(20)]
    with pytest.raises(BatchInvalid, match="repeats 1 key"):
        await bench.lake.apply(tenant, ACCOUNT, "a", [*files, bench.batch(tenant, [_account("3", "again")])], 0)


async def test_page_when_a_decimal_has_38_digits_then_all_are_shown(bench: Bench, tenant: UUID) -> None:
    cost = "12345678901234567890.123456789012345678"
    rows = [{"_key": "1", "BilledCost": Decimal(cost), "ServiceName": "S"}]
    await bench.lake.apply(tenant, COST, "bill", [bench.batch(tenant, rows, DECIMAL)], snapshot=0)
    columns = (column_of(COST, "BilledCost"),)
    found, _ = await bench.lake.page(tenant, COST, columns, (), (), snapshot=None, limit=1, offset=0)
    assert found == [{"BilledCost": cost}]


@pytest.mark.parametrize("snapshot", [0, 10**9])
async def test_page_when_its_snapshot_is_none_then_the_page_has_expired(
    bench: Bench, tenant: UUID, snapshot: int
) -> None:
    with pytest.raises(PageExpired):
        await bench.lake.page(tenant, ACCOUNT, columns_of(ACCOUNT), (), (), snapshot=snapshot, limit=1, offset=0)


async def test_counts_when_another_process_changes_the_lake_then_they_are_counted_again(
    bench: Bench, tenant: UUID, provisioned: Provisioned, objects_root: Path
) -> None:
    key = bench.batch(tenant, [_account("1", "Acme"), _account("2", "acme")])
    assert (await bench.lake.counts(tenant))["account"] == (0, 0)
    connections = LakeConnections(LakeSettings(provisioned.lake, f"file://{objects_root}"), ONTOLOGY.entities)
    other = DuckLake(connections, ObjectStore(f"file://{objects_root}"), ONTOLOGY)
    await other.apply(tenant, ACCOUNT, "a", [key], snapshot=0)
    await other.close()
    for _ in range(2):
        assert (await bench.lake.counts(tenant))["account"] == (1, 2)
        assert await bench.lake.records_by_source(tenant, [ACCOUNT]) == {("account", "a"): 2}
        assert await bench.lake.records_by_source(tenant, [COST]) == {}
