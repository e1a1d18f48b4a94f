"""The main job on real data, as a user runs it: `aos demo --data DIR --json`."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aos.answers import filters_of

from tests.integration.helpers import hashes, run_pipeline


@pytest.fixture(scope="module")
def crm(stack: Any, shared: Path) -> dict[str, Any]:
    return dict(stack.demo(shared / "crm"))


@pytest.fixture(scope="module")
def focus(stack: Any, shared: Path) -> dict[str, Any]:
    return dict(stack.demo(shared / "focus"))


def _finding(document: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [finding for finding in document["findings"] if finding["check"] == check]


def test_crm_when_the_demo_ran_then_every_record_is_there(crm: dict[str, Any]) -> None:
    assert crm["views"] == {"account": 85, "opportunity": 8800, "product": 7, "sales_rep": 35}
    assert crm["quarantine"] == {}
    assert [stage["name"] for stage in crm["stages"]] == [
        "sign-up", "discovery", "approval", "mapping", "pipeline", "views", "questions",
    ]  # fmt: skip


def test_crm_when_deals_are_added_up_then_the_figures_are_the_sources_own(
    stack: Any, crm: dict[str, Any], shared: Path
) -> None:
    with (shared / "crm" / "sales_pipeline.csv").open() as file:
        truth = Counter(row["deal_stage"].lower() for row in csv.DictReader(file))
    client = stack.client_of(crm)
    rows = client.views.aggregate("opportunity", {"n": "count", "amount": "sum:amount"}, group_by=["stage"])
    stages = {row["stage"]: (row["n"], row["amount"]) for row in rows}
    assert {stage: count for stage, (count, _) in stages.items()} == dict(truth)
    assert stages["won"] == (4238, "10005534")


def test_crm_when_the_agents_ran_then_they_name_what_is_wrong_with_the_data(crm: dict[str, Any]) -> None:
    win_rate = _finding(crm, "win_rate")[0]
    assert (win_rate["figure"], win_rate["unit"]) == ("63.15", "%")
    said = " ".join(f"{finding['title']} {finding['figure']} {finding['evidence']}" for finding in crm["findings"])
    assert "GTXPro" in said
    assert any(finding["figure"] == "1425" for finding in crm["findings"])


def test_crm_when_a_finding_is_opened_then_its_filters_select_the_rows_it_counts(
    stack: Any, crm: dict[str, Any]
) -> None:
    client = stack.client_of(crm)
    finding = next(finding for finding in crm["findings"] if finding["figure"] == "1425")
    filters = [(f["column"], f["op"], f.get("values", [])) for f in finding["filters"]]
    assert sum(1 for _ in client.views.query(finding["view"], filters=filters, page_size=1000)) == 1425


def test_crm_when_synced_again_then_nothing_changes(stack: Any, crm: dict[str, Any]) -> None:
    client = stack.client_of(crm)
    before = hashes(client)
    run = run_pipeline(client)
    assert run["state"] == "succeeded"
    assert hashes(client) == before


def test_crm_when_lineage_is_drawn_then_it_leads_from_the_folder_to_the_agent(stack: Any, crm: dict[str, Any]) -> None:
    graph = stack.client_of(crm).lineage()
    kinds = Counter(node["kind"] for node in graph["nodes"])
    assert kinds == {"source": 1, "data_set": 4, "entity": 4, "agent": 1}
    ids = {node["id"] for node in graph["nodes"]}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in graph["edges"])
    flows = {(e["source"].split("/")[-1], e["target"]) for e in graph["edges"] if e["kind"] == "dataflow"}
    assert ("sales_pipeline.csv", "entity:opportunity") in flows


def test_focus_when_costs_are_added_up_then_not_a_digit_is_lost(stack: Any, focus: dict[str, Any]) -> None:
    assert focus["views"] == {"cloud_cost": 1000}
    client = stack.client_of(focus)
    measures = {"billed": "sum:BilledCost", "effective": "sum:EffectiveCost", "n": "count"}
    (row,) = client.views.aggregate("cloud_cost", measures)
    assert row == {"billed": "20.52022672899", "effective": "14.97651418586", "n": 1000}


def test_focus_when_compared_cell_by_cell_then_every_number_is_the_sources_own(
    stack: Any, focus: dict[str, Any], shared: Path
) -> None:
    with (shared / "focus" / "focus_sample.csv").open() as file:
        source = list(csv.DictReader(file))
    rows = list(stack.client_of(focus).views.query("cloud_cost", page_size=1000))
    for column in ("BilledCost", "ListUnitPrice", "ConsumedQuantity", "PricingQuantity", "ContractedUnitPrice"):
        expected = Counter(None if row[column] == "NULL" else Decimal(row[column]) for row in source)
        found = Counter(None if row[column] is None else Decimal(row[column]) for row in rows)
        assert found == expected, column


def test_focus_when_the_agent_ran_then_its_totals_are_exact(focus: dict[str, Any]) -> None:
    figures = {finding["figure"] for finding in focus["findings"]}
    assert {"20.52022672899", "14.97651418586"} <= figures


def test_crm_when_asked_in_a_sentence_then_the_figure_is_the_sources_own_and_opens_to_its_rows(
    stack: Any, crm: dict[str, Any]
) -> None:
    client = stack.client_of(crm)
    steps = list(client.answers.stream("What is our win rate?", "cro"))
    answer = steps[-1][1]
    assert [name for name, _ in steps[:2]] == ["understood", "evidence"]
    assert (answer["reading"], answer["engine"]) == ("win rate, all time", "offline")
    assert "63.15 % [1] (4,238 [2] of 6,711 [1])" in answer["text"]
    closed, won = answer["citations"]
    for citation, rows in ((closed, 6711), (won, 4238)):
        filters = filters_of(citation)
        opened = client.views.query(citation["view"], filters=filters, snapshot=int(citation["snapshot"]))
        assert (int(citation["rows"]), sum(1 for _ in opened)) == (rows, rows)


def test_crm_when_asked_about_what_is_not_connected_then_the_refusal_says_what_is_missing(
    stack: Any, crm: dict[str, Any]
) -> None:
    client = stack.client_of(crm)
    refusals = {q: client.ask(q)["refusal"] for q in ("cloud spend last month", "gross margin", "bookings on Mars")}
    assert {q: refusal["reason"] for q, refusal in refusals.items()} == {
        "cloud spend last month": "NO_DATA", "gross margin": "UNKNOWN_METRIC", "bookings on Mars": "UNKNOWN_WORDS",
    }  # fmt: skip
    assert "cloud bill" in refusals["cloud spend last month"]["message"]
    assert len(refusals["gross margin"]["suggestions"]) == 3
    tiles = {tile["name"]: tile for tile in client.answers.summary("cro")["tiles"]}
    assert (tiles["unlinked_deals"]["value"], tiles["quota_attainment"]["value"]) == ("1425", "")
