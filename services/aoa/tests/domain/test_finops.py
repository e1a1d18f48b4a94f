"""FinOps on the real FOCUS sample, and on small bills that bring one case each."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import duckdb
import pytest
from aoa.domain.agents.finops import FINOPS
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import Filter
from aoa_fakes.driving import findings_of
from aoa_fakes.duckdb_views import DuckDbViews
from aoa_fakes.real_data import empty_views, focus_views

Bill = Callable[..., None]


@pytest.fixture(scope="module")
def sample() -> Iterator[DuckDbViews]:
    views, connection = focus_views()
    yield views
    connection.close()


@pytest.fixture
def bill() -> Iterator[tuple[DuckDbViews, Bill]]:
    views, connection = empty_views()
    yield views, _writer(connection)
    connection.close()


def _writer(connection: duckdb.DuckDBPyConnection) -> Bill:
    def charge(**values: object) -> None:
        row = {"BilledCost": "1", "EffectiveCost": "1", "BillingCurrency": "USD"} | values
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO cloud_cost ({names}) VALUES ({marks})", list(row.values()))

    return charge


async def _found(views: DuckDbViews) -> dict[str, list[Finding]]:
    return await findings_of(FINOPS, views)


async def test_totals_when_the_sample_is_read_then_they_are_exact_to_the_last_digit(sample: DuckDbViews) -> None:
    found = await _found(sample)
    billed, effective = found["total_billed_cost"][0], found["total_effective_cost"][0]
    assert (billed.figure, billed.unit) == ("20.52022672899", "USD")
    assert (effective.figure, effective.unit) == ("14.97651418586", "USD")
    assert sample.count(billed.view, billed.filters) == 1000


@pytest.mark.parametrize("check", ["cost_by_service", "cost_by_region", "cost_by_account", "cost_by_tag"])
async def test_shares_when_the_filters_are_put_to_the_view_then_its_rows_add_up_to_the_figure(
    sample: DuckDbViews, check: str
) -> None:
    for finding in (await _found(sample))[check]:
        assert sample.total(finding.view, "EffectiveCost", finding.filters) == Decimal(finding.figure)
        assert 1 <= len(finding.evidence) <= 10


async def test_sample_when_it_is_read_then_the_known_figures_come_out(sample: DuckDbViews) -> None:
    found = await _found(sample)
    assert found["cost_by_account"][0].figure == "14.58088"
    assert found["commitment_coverage"][0].figure == "0"
    assert [f.subject for f in found["cost_by_tag"]] == ["USD:application", "USD:business_unit", "USD:environment"]
    assert "289 charges without tags" in found["untagged_spend"][0].title
    assert "unused_commitment" not in found, "the sample has no unused commitment, so there is nothing to say"
    assert found["top_movers"][0].figure == "-1"
    worst = found["contract_above_list"][0]
    assert (worst.figure, sample.count(worst.view, worst.filters)) == ("1", 3)


async def test_every_finding_when_its_filters_are_put_to_the_view_then_rows_prove_it(sample: DuckDbViews) -> None:
    found = await _found(sample)
    assert all(sample.count(f.view, f.filters) for findings in found.values() for f in findings)


async def test_totals_when_there_are_two_currencies_then_they_are_never_added(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    charge(BilledCost="0.1")
    charge(BilledCost="0.2")
    charge(BilledCost="5", BillingCurrency="EUR")
    found = (await _found(views))["total_billed_cost"]
    assert [(f.figure, f.unit) for f in found] == [("0.3", "USD"), ("5", "EUR")]
    assert [views.count(f.view, f.filters) for f in found] == [2, 1]


async def test_effective_cost_when_a_row_lacks_it_then_no_data_is_said_and_billed_cost_is_analysed(
    bill: tuple[DuckDbViews, Bill],
) -> None:
    views, charge = bill
    charge(ServiceName="a", BilledCost="3", EffectiveCost=None)
    charge(ServiceName="b", BilledCost="2", EffectiveCost="9")
    found = await _found(views)
    assert found["total_effective_cost"][0].figure == "no data"
    assert (found["cost_by_service"][0].figure, found["cost_by_service"][0].filters) == (
        "3",
        (Filter("ServiceName", "eq", ("a",)),),
    )


async def test_tags_when_no_charge_has_any_then_no_data_is_said(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    charge()
    found = await _found(views)
    assert (found["untagged_spend"][0].figure, "cost_by_tag" in found) == ("no data", False)


async def test_region_when_no_charge_has_a_name_then_the_id_is_used(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    charge(RegionId="eu-1")
    assert (await _found(views))["cost_by_region"][0].filters == (Filter("RegionId", "eq", ("eu-1",)),)


async def test_movers_when_two_months_compare_then_months_are_compared(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    charge(ServiceName="a", EffectiveCost="10", ChargePeriodStart="2024-08-01 00:00:00")
    charge(ServiceName="a", EffectiveCost="25", ChargePeriodStart="2024-09-01 00:00:00")
    finding = (await _found(views))["top_movers"][0]
    assert (finding.figure, finding.severity) == ("15", Severity.WARNING)
    assert "from 2024-08 to 2024-09" in finding.title


async def test_movers_when_the_last_month_is_cut_short_then_days_are_compared(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    for day in range(1, 31):
        charge(ServiceName="a", ChargePeriodStart=f"2024-09-{day:02} 00:00:00")
    charge(ServiceName="a", EffectiveCost="3", ChargePeriodStart="2024-10-01 00:00:00")
    finding = (await _found(views))["top_movers"][0]
    assert (finding.figure, "from 2024-09-30 to 2024-10-01" in finding.title) == ("2", True)


async def test_movers_when_there_is_one_period_then_it_says_so(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    charge(ServiceName="a", ChargePeriodStart="2024-09-01 00:00:00")
    assert (await _found(views))["top_movers"][0].figure == "no data"


async def test_prices_when_one_price_id_has_two_then_the_spread_is_told(bill: tuple[DuckDbViews, Bill]) -> None:
    views, charge = bill
    charge(SkuPriceId="p", PricingUnit="GB", ListUnitPrice="0.10", ContractedUnitPrice="0.10")
    charge(SkuPriceId="p", PricingUnit="GB", ListUnitPrice="0.25", ContractedUnitPrice="0")
    charge(SkuPriceId="q", PricingUnit="GB", ListUnitPrice="0.10", ContractedUnitPrice="0.10")
    finding = (await _found(views))["unit_price_outliers"][0]
    assert (finding.figure, views.count(finding.view, finding.filters)) == ("1", 2)
    assert "0.1 and of 0.25 per GB (2.50 times)" in finding.title


async def test_commitments_when_part_is_unused_then_coverage_and_waste_are_told(
    bill: tuple[DuckDbViews, Bill],
) -> None:
    views, charge = bill
    usage = {"ChargeCategory": "Usage"}
    charge(**usage, EffectiveCost="1", PricingCategory="Standard")
    charge(**usage, EffectiveCost="2", CommitmentDiscountId="c", CommitmentDiscountStatus="Used")
    charge(**usage, EffectiveCost="1", CommitmentDiscountId="c", CommitmentDiscountStatus="Unused")
    found = await _found(views)
    assert found["commitment_coverage"][0].figure == "75"
    assert (found["unused_commitment"][0].figure, found["unused_commitment"][0].severity) == ("1", Severity.PROBLEM)
