"""RevOps on the real CRM, and on small ones that bring one case each."""

from collections.abc import Callable, Iterator

import pytest
from aoa.domain.agents.revops import REVOPS
from aoa.domain.finding import Finding, Severity
from aoa_fakes.driving import findings_of
from aoa_fakes.duckdb_views import DuckDbViews
from aoa_fakes.real_data import crm_views, empty_views

Add = Callable[..., None]


@pytest.fixture(scope="module")
def crm() -> Iterator[DuckDbViews]:
    views, connection = crm_views()
    yield views
    connection.close()


@pytest.fixture
def small() -> Iterator[tuple[DuckDbViews, Add]]:
    views, connection = empty_views()

    def add(view: str, times: int = 1, **values: object) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        for _ in range(times):
            connection.execute(f"INSERT INTO {view} ({names}) VALUES ({marks})", list(values.values()))

    yield views, add
    connection.close()


async def _found(views: DuckDbViews) -> dict[str, list[Finding]]:
    return await findings_of(REVOPS, views)


@pytest.mark.parametrize(
    ("check", "figure", "unit", "rows"),
    [
        ("win_rate", "63.15", "%", 4238 + 2473),
        ("won_amount", "10005534", "as in the source", 4238),
        ("pipeline_by_stage", "2089", "deals", 1589 + 500),
        ("cycle_time", "57", "days", 4238),
        ("stalled_deals", "1489", "deals", 1489),
        ("accounts_without_owner", "85", "accounts", 85),
        ("opportunities_without_account", "1425", "opportunities", 1425),
        ("unknown_product", "1480", "opportunities", 1480),
        ("industry_typos", "12", "accounts", 12),
        ("top_rep", "1153214", "as in the source", 349),
        ("highest_win_rate", "70.39", "%", 152),
        ("lowest_win_rate", "54.98", "%", 231),
    ],
)
async def test_crm_when_it_is_read_then_each_figure_is_known_and_its_filters_select_its_rows(
    crm: DuckDbViews, check: str, figure: str, unit: str, rows: int
) -> None:
    (finding,) = (await _found(crm))[check]
    assert (finding.figure, finding.unit) == (figure, unit)
    assert crm.count(finding.view, finding.filters) == rows
    assert 1 <= len(finding.evidence) <= 10


async def test_crm_when_names_do_not_join_then_the_nearest_known_name_is_suggested(crm: DuckDbViews) -> None:
    found = await _found(crm)
    product = found["unknown_product"][0]
    assert product.title == ("1,480 opportunities name a product that does not exist: GTXPro (did you mean GTX Pro?).")
    assert product.severity is Severity.PROBLEM
    assert "'technolgy'; it looks like 'technology'" in found["industry_typos"][0].title
    assert not {"unknown_account", "unknown_rep"} & set(found), "every account and seller named there exists"


async def test_crm_when_open_deals_have_no_amounts_then_that_is_said(crm: DuckDbViews) -> None:
    (finding,) = (await _found(crm))["pipeline_by_stage"]
    assert "1,589 engaging, 500 prospecting" in finding.title
    assert "no data" in finding.title


async def test_nothing_when_every_view_is_empty_then_nothing_is_found(small: tuple[DuckDbViews, Add]) -> None:
    views, _ = small
    assert await _found(views) == {}
    assert views.asked == []


async def test_win_rate_when_no_deal_is_closed_then_there_is_none(small: tuple[DuckDbViews, Add]) -> None:
    views, add = small
    add("opportunity", stage="engaging", account_name="a", owner_name="o")
    assert {"win_rate", "won_amount", "cycle_time", "stalled_deals", "top_rep"} & set(await _found(views)) == set()


async def test_won_amount_when_there_are_currencies_then_each_has_its_own(small: tuple[DuckDbViews, Add]) -> None:
    views, add = small
    add("opportunity", 2, stage="won", amount="0.1", currency="EUR")
    add("opportunity", stage="won", amount="7", currency="USD")
    add("opportunity", stage="won", currency="CHF")
    found = (await _found(views))["won_amount"]
    assert [(f.figure, f.unit, views.count(f.view, f.filters)) for f in found] == [("0.2", "EUR", 2), ("7", "USD", 1)]


async def test_reps_when_few_deals_are_closed_then_no_rate_is_shown(small: tuple[DuckDbViews, Add]) -> None:
    views, add = small
    add("opportunity", 19, stage="won", owner_name="few", amount="100")
    assert not {"top_rep", "lowest_win_rate"} & set(await _found(views))


async def test_cycle_when_a_deal_closed_before_it_began_then_it_is_left_out_and_said(
    small: tuple[DuckDbViews, Add],
) -> None:
    views, add = small
    add("opportunity", stage="won", engage_date="2024-01-01", close_date="2024-01-11")
    add("opportunity", stage="won", engage_date="2024-01-01", close_date="2024-01-14")
    add("opportunity", stage="won", engage_date="2024-02-01", close_date="2024-01-01")
    (finding,) = (await _found(views))["cycle_time"]
    assert (finding.figure, "1 that closed before they began" in finding.title) == ("11.5", True)


async def test_stalled_when_a_deal_is_just_as_old_as_the_limit_then_it_is_not_stalled(
    small: tuple[DuckDbViews, Add],
) -> None:
    views, add = small
    add("opportunity", stage="won", engage_date="2024-01-01", close_date="2024-01-21")
    add("opportunity", opportunity_id="same", stage="engaging", engage_date="2023-12-22", close_date="2030-01-01")
    add("opportunity", opportunity_id="older", stage="engaging", engage_date="2023-12-21")
    (finding,) = (await _found(views))["stalled_deals"]
    assert [(row["opportunity_id"], row["days"]) for row in finding.evidence] == [("older", 31)]


async def test_owners_when_some_accounts_have_one_then_the_others_are_found(small: tuple[DuckDbViews, Add]) -> None:
    views, add = small
    add("account", account_name="a", owner_name="o")
    add("account", account_name="b", revenue="5")
    found = await _found(views)
    assert found["accounts_without_owner"][0].title == "1 account of 2 has no owner."


async def test_accounts_when_no_deal_names_one_then_it_is_listed(small: tuple[DuckDbViews, Add]) -> None:
    views, add = small
    add("account", account_name="a")
    add("account", account_name="lonely")
    add("opportunity", stage="won", account_name="a")
    (finding,) = (await _found(views))["accounts_without_opportunity"]
    assert (finding.figure, finding.evidence) == ("1", ({"account_name": "lonely"},))


async def test_references_when_ids_are_used_then_ids_are_joined(small: tuple[DuckDbViews, Add]) -> None:
    views, add = small
    add("account", account_name="a", account_id="1")
    add("opportunity", stage="won", account_id="1")
    add("opportunity", 2, stage="won", account_id="2")
    found = await _found(views)
    assert "unknown_account" not in found
    assert (found["unknown_account_id"][0].figure, found["unknown_account_id"][0].filters[0].values) == ("2", ("2",))
