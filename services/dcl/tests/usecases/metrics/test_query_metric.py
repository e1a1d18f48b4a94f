"""Metrics over real data with known truth, in a real lake; what a figure says, its rows say."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aos_local.demo.unified import write_canonical
from dcl.adapters.metrics_files import load_metrics
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.errors import QueryInvalid
from dcl.domain.metrics.figures import MetricResult, MetricRow
from dcl.domain.metrics.model import MetricUnknown
from dcl.domain.metrics.periods import Period
from dcl.domain.metrics.query import DimensionFilter, MetricQuery
from dcl.domain.view import Aggregation, Measure
from dcl.usecases.metrics.list_dimension_values import list_dimension_values
from dcl.usecases.metrics.query_metric import query_metric

ONTOLOGY = load_ontology()
METRICS = load_metrics(ONTOLOGY)
PLACES = Decimal("0.000001")
STAGES = {"Won": "won", "Lost": "lost", "Engaging": "engaging", "Prospecting": "prospecting"}


def _day(american: str) -> str | None:
    if not american:
        return None
    month, day, year = american.split("/")
    return f"{year}-{int(month):02}-{int(day):02}"


def deals(folder: Path) -> list[dict[str, Any]]:
    with (folder / "crm" / "sales_pipeline.csv").open(newline="") as file:
        return [
            {
                "opportunity_id": row["opportunity_id"],
                "owner_name": row["sales_agent"],
                "product_name": row["product"],
                "account_name": row["account"] or None,
                "stage": STAGES[row["deal_stage"]],
                "engage_date": _day(row["engage_date"]),
                "close_date": _day(row["close_date"]),
                "amount": row["close_value"] or None,
            }
            for row in csv.DictReader(file)
        ]


def charges(folder: Path) -> list[dict[str, Any]]:
    names = {attribute.name for attribute in ONTOLOGY.entity("cloud_cost").attributes}
    with (folder / "focus" / "focus_sample.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: None if value == "NULL" else value for name, value in row.items() if name in names} for row in rows]


async def fill(bench: Any, tenant: UUID, entity: str, rows: list[dict[str, Any]]) -> None:
    key = f"aam/canonical/{uuid4().hex}.parquet"
    write_canonical(bench.root / str(tenant) / key, rows)
    await bench.lake.apply(tenant, ONTOLOGY.entity(entity), f"test/{entity}", [key], snapshot=0)


async def ask(bench: Any, tenant: UUID, metric: str, **more: Any) -> MetricResult:
    return await query_metric(tenant, MetricQuery(metric, **more), metrics=METRICS, ontology=ONTOLOGY, lake=bench.lake)


def total(result: MetricResult) -> Decimal | None:
    (row,) = result.totals
    return row.figure.value


async def rows_behind(bench: Any, tenant: UUID, result: MetricResult, row: MetricRow) -> int:
    """Count the rows that a figure's own filters select, at its snapshot."""
    entity = ONTOLOGY.entity(result.metric.view)
    question = Aggregation((), (Measure("count", "", "n"),), row.figure.filters, (), 1)
    (answer,) = await bench.lake.aggregate(tenant, entity, question, snapshot=result.snapshot)
    return int(answer["n"])


async def test_metrics_when_over_the_real_crm_then_they_reproduce_its_truth(
    bench: Any, tenant: UUID, shared_data: Path
) -> None:
    rows = deals(shared_data)
    await fill(bench, tenant, "opportunity", rows)
    assert total(await ask(bench, tenant, "bookings")) == Decimal(10_005_534)
    assert total(await ask(bench, tenant, "won_deals")) == 4238
    assert total(await ask(bench, tenant, "lost_deals")) == 2473
    assert total(await ask(bench, tenant, "unlinked_deals")) == 1425
    assert total(await ask(bench, tenant, "open_deals")) == 1589 + 500
    rate = await ask(bench, tenant, "win_rate")
    assert total(rate) == Decimal("63.150052")  # 100 * 4238 / 6711, half even
    assert [(part.value, part.rows) for part in rate.totals[0].parts] == [(4238, 4238), (6711, 6711)]
    size = total(await ask(bench, tenant, "average_deal_size"))
    assert size == (Decimal(10_005_534) / 4238).quantize(PLACES)
    won = [
        (date.fromisoformat(r["close_date"]) - date.fromisoformat(r["engage_date"])).days
        for r in rows
        if r["stage"] == "won"
    ]
    assert total(await ask(bench, tenant, "sales_cycle")) == (Decimal(sum(won)) / len(won)).quantize(
        Decimal("0.000001")
    )
    quarter = await ask(bench, tenant, "won_deals", period=Period(date(2017, 7, 1), date(2017, 10, 1)), grain="month")
    assert [(row.dimensions[0][1], row.figure.value) for row in quarter.rows] == [
        (f"2017-{month}-01", sum(r["stage"] == "won" and r["close_date"][:7] == f"2017-{month}" for r in rows))
        for month in ("07", "08", "09")
    ]
    for result in (rate, quarter, await ask(bench, tenant, "bookings", dimensions=("seller",), limit=5)):
        for row in (*result.rows, *result.totals):
            assert await rows_behind(bench, tenant, result, row) == row.figure.rows


async def test_metrics_when_over_the_real_bill_then_not_a_digit_is_lost(
    bench: Any, tenant: UUID, shared_data: Path
) -> None:
    rows = charges(shared_data)
    await fill(bench, tenant, "cloud_cost", rows)
    billed = await ask(bench, tenant, "billed_cost", dimensions=("provider", "application"), limit=1000)
    assert total(billed) == Decimal("20.52022672899")
    assert sum((row.figure.value or Decimal(0) for row in billed.rows), Decimal(0)) == Decimal("20.52022672899")
    assert {row.unit for row in billed.rows} == {"USD"}
    for row in billed.rows[:40]:
        assert await rows_behind(bench, tenant, billed, row) == row.figure.rows
    assert total(await ask(bench, tenant, "effective_cost")) == Decimal("14.97651418586")
    untagged = await ask(bench, tenant, "untagged_cost")
    assert total(untagged) == sum(Decimal(r["EffectiveCost"]) for r in rows if r["Tags"] is None)
    assert untagged.totals[0].figure.rows == 289


async def test_metric_when_compared_then_changes_are_exact_and_what_is_gone_is_shown(bench: Any, tenant: UUID) -> None:
    lines = [
        ("a", "2026-09-03", "10.10"),
        ("b", "2026-09-04", "5"),
        ("a", "2026-10-01", "12.60"),
        ("c", "2026-10-31", "1"),
    ]
    rows = [
        {"ServiceName": name, "ChargePeriodStart": f"{day} 23:59:59", "EffectiveCost": cost, "BillingCurrency": "EUR"}
        for name, day, cost in lines
    ]
    await fill(bench, tenant, "cloud_cost", rows)
    october = Period(date(2026, 10, 1), date(2026, 11, 1))
    found = await ask(
        bench, tenant, "effective_cost", dimensions=("service",), period=october, comparison="previous_period"
    )
    seen = {row.dimensions[0][1]: (row.figure.value, row.compared.value) for row in found.rows if row.compared}
    assert seen == {
        "a": (Decimal("12.60"), Decimal("10.10")),
        "b": (None, Decimal(5)),
        "c": (Decimal(1), None),
    }
    assert {row.dimensions[0][1]: row.change for row in found.rows} == {"a": Decimal("2.50"), "b": -5, "c": 1}
    fell = await ask(
        bench, tenant, "effective_cost", dimensions=("service",), period=october, comparison="previous_period",
        order="change", limit=1,
    )  # fmt: skip
    assert fell.rows[0].dimensions == (("service", "b"),)
    (all_of_it,) = found.totals
    assert (all_of_it.change, all_of_it.change_percent) == (Decimal("-1.50"), Decimal("-9.9338"))
    assert found.compared_with == Period(date(2026, 9, 1), date(2026, 10, 1))
    assert (found.data_from[:10], found.data_until[:10]) == ("2026-09-03", "2026-10-31")


async def test_metric_when_there_are_two_currencies_then_they_are_never_added(bench: Any, tenant: UUID) -> None:
    rows = [{"ServiceName": "s", "EffectiveCost": "1", "BillingCurrency": unit} for unit in ("EUR", "USD", "USD", None)]
    await fill(bench, tenant, "cloud_cost", rows)
    found = await ask(bench, tenant, "effective_cost", dimensions=("service",))
    assert [(row.unit, row.figure.value, row.figure.rows) for row in found.totals] == [
        ("USD", 2, 2),
        ("EUR", 1, 1),
        ("", 1, 1),
    ]
    for row in found.rows:
        assert await rows_behind(bench, tenant, found, row) == row.figure.rows


async def test_metric_when_it_is_a_share_of_two_currencies_then_there_is_one_for_each(bench: Any, tenant: UUID) -> None:
    lines = [("EUR", "1", None), ("EUR", "3", "{}"), ("USD", "5", None)]
    rows = [{"EffectiveCost": cost, "Tags": tags, "BillingCurrency": unit} for unit, cost, tags in lines]
    await fill(bench, tenant, "cloud_cost", rows)
    found = await ask(bench, tenant, "untagged_share")
    assert [(row.dimensions, row.unit, row.figure.value) for row in found.totals] == [
        ((("currency", "USD"),), "%", 100),
        ((("currency", "EUR"),), "%", 25),
    ]
    for row in found.totals:
        assert await rows_behind(bench, tenant, found, row) == row.figure.rows


async def test_metric_when_it_is_a_state_then_only_the_newest_day_counts(bench: Any, tenant: UUID) -> None:
    rows = [
        {"account_name": name, "measured_on": day, "active_users": users, "last_login_days": 40}
        for name, day, users in (("a", "2026-10-01", 5), ("b", "2026-10-01", 7), ("a", "2026-10-31", 6))
    ]
    await fill(bench, tenant, "usage", rows)
    found = await ask(bench, tenant, "active_users")
    assert (total(found), found.as_of) == (6, "2026-10-31")
    assert total(await ask(bench, tenant, "active_users", period=Period(date(2026, 10, 1), date(2026, 10, 2)))) == 12
    daily = await ask(bench, tenant, "active_users", grain="day")
    assert ([row.figure.value for row in daily.rows], total(daily), daily.as_of) == ([12, 6], 6, "2026-10-31")
    with pytest.raises(QueryInvalid, match="state"):
        await ask(bench, tenant, "active_users", grain="month")


async def test_metric_when_rows_change_later_then_its_snapshot_still_shows_the_old_ones(
    bench: Any, tenant: UUID
) -> None:
    await fill(bench, tenant, "product", [{"product_name": "A", "list_price": "1"}])
    before = await ask(bench, tenant, "products")
    key = "aam/canonical/second.parquet"
    write_canonical(bench.root / str(tenant) / key, [{"product_name": "B", "list_price": "2"}])
    await bench.lake.apply(tenant, ONTOLOGY.entity("product"), "test/other", [key], snapshot=0)
    assert total(await ask(bench, tenant, "products")) == 2
    assert total(await ask(bench, tenant, "products", snapshot=before.snapshot)) == 1
    assert await rows_behind(bench, tenant, before, before.totals[0]) == 1


async def test_metric_when_a_date_means_for_ever_then_its_bucket_still_opens(bench: Any, tenant: UUID) -> None:
    rows = [
        {"opportunity_id": day, "stage": "won", "amount": "1", "close_date": day}
        for day in ("9999-12-31", "2026-10-01")
    ]
    await fill(bench, tenant, "opportunity", rows)
    found = await ask(bench, tenant, "bookings", grain="month")
    assert [row.dimensions[0][1] for row in found.rows] == ["2026-10-01", "9999-12-01"]
    for row in found.rows:
        assert await rows_behind(bench, tenant, found, row) == row.figure.rows == 1


async def test_metric_when_its_view_is_empty_then_there_is_no_figure(bench: Any, tenant: UUID) -> None:
    found = await ask(bench, tenant, "effective_cost", dimensions=("team",))
    assert (found.view_rows, found.rows, found.totals, found.data_until) == (0, (), (), "")


async def test_metric_when_filtered_by_a_tag_then_other_rows_are_out(bench: Any, tenant: UUID) -> None:
    rows = [
        {"EffectiveCost": cost, "Tags": tags, "BillingCurrency": "USD"}
        for cost, tags in (("1", '{"team": "web"}'), ("2", '{"team": "data"}'), ("4", None))
    ]
    await fill(bench, tenant, "cloud_cost", rows)
    web = await ask(bench, tenant, "effective_cost", filters=(DimensionFilter("team", "eq", ("web",)),))
    assert total(web) == 1
    nobody = await ask(bench, tenant, "effective_cost", filters=(DimensionFilter("team", "is_null"),))
    assert total(nobody) == 4
    hostile = DimensionFilter("team", "eq", ("web' OR '1'='1",))
    assert (await ask(bench, tenant, "effective_cost", filters=(hostile,))).totals == ()
    values = await list_dimension_values(
        tenant, "effective_cost", ["team"], 1, metrics=METRICS, ontology=ONTOLOGY, lake=bench.lake
    )
    assert (len(values[0].values), values[0].truncated) == (1, True)


@pytest.mark.parametrize(
    ("metric", "more", "said"),
    [
        ("pipeline_value", {"period": Period(date(2026, 1, 1), date(2026, 2, 1))}, "as it stands now"),
        ("effective_cost", {"dimensions": ("colour",)}, "cannot be split"),
        ("effective_cost", {"grain": "fortnight"}, "no grain"),
        ("effective_cost", {"comparison": "previous_period"}, "two whole periods"),
        ("effective_cost", {"order": "1; DROP"}, "Cannot sort"),
        ("effective_cost", {"filters": (DimensionFilter("team", "gt", ("a",)),)}, "no operator"),
        ("effective_cost", {"filters": (DimensionFilter("team", "eq", ()),)}, "number of values"),
    ],
)
async def test_metric_when_the_question_does_not_fit_then_it_is_refused(
    bench: Any, tenant: UUID, metric: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(QueryInvalid, match=said):
        await ask(bench, tenant, metric, **more)


async def test_metric_when_unknown_then_it_is_refused(bench: Any, tenant: UUID) -> None:
    with pytest.raises(MetricUnknown):
        await ask(bench, tenant, "gross_margin")
