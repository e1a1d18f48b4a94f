"""What was built boots as it was rendered, does the main job, and loses nothing when it is told to stop."""

import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
import psycopg
import pytest
from aos import AosError, Client
from aos_local.demo.company import make_company
from aos_local.demo.journey import Journey, Traveller
from aos_local.demo.sources import install
from aos_local.reachable import main as reachable

from tests.deploy.boot.build import missing
from tests.deploy.boot.cluster import Cluster
from tests.deploy.boot.conftest import RELEASE, SERVICES, STORES, TWICE
from tests.deploy.boot.service import Service

if trouble := missing():
    pytest.skip(trouble, allow_module_level=True)

pytestmark = pytest.mark.timeout(1800)  # the first one builds and boots
PAUSE = 0.05
"""Seconds between a client's requests, to stay below the limit of requests."""
MORE_DEALS = 60_000


@pytest.fixture(scope="module")
def admin(cluster: Cluster) -> str:
    """The evaluation's PostgreSQL, as its superuser."""
    password = cluster.rendering.secret["postgres-superuser"]
    return f"postgresql://postgres:{password}@{cluster.pods[f'{RELEASE}-postgresql'].address}:5432/postgres"


@pytest.fixture(scope="module")
def journey(cluster: Cluster, admin: str) -> Journey:
    """The demo's, over its CRM in a database and its exports in a volume."""
    locations = [("crm", install(make_company(), admin, "a password for tests")), ("exports", "/data/exports")]
    with Client(cluster.url) as client:
        return Traveller(client, lambda _: None, lambda _: None).walk(locations, "Example Ltd")


def test_images_when_built_then_each_says_its_size_and_none_has_an_installer(images: str, cluster: Cluster) -> None:
    sizes = dict(re.findall(r"autonomos-([a-z-]+):\S+  ([\d.]+ [MG]B)", images))
    assert len(sizes) == 11
    for service in SERVICES:
        own = cluster.container(f"{RELEASE}-{service}")
        tried = cluster.engine.run("exec", own, "python3", "-c", _INSTALLERS)
        assert tried == "[]", service


_INSTALLERS = "import importlib.util as u; print([n for n in ('pip', 'ensurepip', 'setuptools') if u.find_spec(n)])"


def test_every_pod_when_played_then_it_runs_without_privileges_on_a_root_it_cannot_write(cluster: Cluster) -> None:
    for name, pod in cluster.pods.items():
        about = cluster.state(name)
        assert about["HostConfig"]["ReadonlyRootfs"] is True, name
        assert about["Config"]["User"] == "10001:10001", name
        assert about["EffectiveCaps"] in (None, []), name
        assert "no-new-privileges" in about["HostConfig"]["SecurityOpt"], name
        assert about["HostConfig"]["Memory"] > 0, name
        assert pod.probe is None or about["RestartCount"] == 0, name


def test_gateway_when_all_pods_are_ready_then_every_service_answers_behind_it(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reachable([cluster.url]) == 0, capsys.readouterr().out


def test_journey_when_walked_against_the_pods_then_its_rows_and_answers_are_those_of_the_demo(journey: Journey) -> None:
    company = make_company()
    assert [stage.name for stage in journey.stages][-3:] == ["pipeline", "views", "questions"]
    for view, rows in (("opportunity", company.deals), ("cloud_cost", company.bill), ("usage", company.usage)):
        assert journey.views[view] == len(rows), view
    assert journey.views["account"] > len(company.companies), "partners' customers are accounts, too"
    assert journey.quarantine == {"partner_customers.csv": 1}
    assert journey.findings
    readings = [answer["reading"] for answer in journey.answers]
    assert [reading.partition(",")[0] for reading in readings] == ["effective cloud cost by team", "win rate"]


def test_run_when_the_pods_that_work_are_told_to_stop_in_the_middle_then_no_row_is_lost_or_doubled(
    cluster: Cluster, journey: Journey, admin: str
) -> None:
    before, added = journey.views["opportunity"], _more_deals(admin)
    with Client(cluster.url) as client:
        client.sign_in(journey.email, journey.password)
        amount = _amount(client)
        connection = next(one for one in client.connections.list() if one["name"] == "crm")
        run = client.runs.start([connection["id"]])

        def reading() -> bool:
            syncs = client.connections.sync_runs(connection["id"])
            return any(one["state"] == "running" for one in syncs)

        def done() -> bool:
            state = client.runs.get(run["id"])["state"]
            assert state not in ("failed", "cancelled"), client.runs.get(run["id"])
            return bool(state == "succeeded")

        cluster.until(reading, 30, f"{RELEASE}-aam-background")
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda service: cluster.stop(f"{RELEASE}-{service}-background", 60), SERVICES))
        cluster.until(done, 180, f"{RELEASE}-aoa-background")
        cluster.until(lambda: _count(client) >= before + MORE_DEALS, 120, f"{RELEASE}-dcl-background")
        time.sleep(2)
        assert _count(client) == before + MORE_DEALS
        assert _amount(client) == amount + added


def test_requests_when_one_pod_of_each_kind_is_told_to_stop_then_every_one_is_answered(
    cluster: Cluster, journey: Journey
) -> None:
    failures, answered = list[str](), [0]
    gateway = f"{RELEASE}-gateway"
    ended = threading.Event()
    with Service(cluster.addresses(gateway), 8080) as service:

        def ask() -> None:
            with Client(service.url) as client, httpx.Client(base_url=service.url) as browser:
                client.sign_in(journey.email, journey.password)
                calls = (client.connections.list, client.discovery.findings, client.views.list, client.runs.list)
                while not ended.is_set():
                    for call in (*calls, lambda: _page(browser)):
                        try:
                            list(call())
                            answered[0] += 1
                        except (AosError, httpx.HTTPError) as error:
                            failures.append(f"{getattr(call, '__qualname__', call)}: {error!r}")
                        time.sleep(PAUSE)

        def stop(name: str) -> None:
            service.leave(cluster.pods[name].address)  # what a cluster does first; only the gateway's is in there
            cluster.stop(name)

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for one in askers:
            one.start()
        with ThreadPoolExecutor(4) as pool:
            others = [f"{gateway}-1", *(f"{name}-1" for name in TWICE if name != gateway)]  # the slowest first
            list(pool.map(stop, others))
        cluster.until_ready(others, 60)
        ended.set()
        for one in askers:
            one.join(60)
    assert Counter(failures) == {}, f"{answered[0]} were answered"
    assert answered[0] > 100


def _page(browser: httpx.Client) -> list[str]:
    return [browser.get("/sign-in").raise_for_status().text]


def test_stores_when_told_to_stop_then_they_end_in_order(cluster: Cluster) -> None:
    with ThreadPoolExecutor(len(STORES)) as pool:
        list(pool.map(cluster.stop, STORES))


def _more_deals(admin: str) -> Decimal:
    """Add deals to the source, changed now; return the sum of their values."""
    with psycopg.connect(admin.rpartition("/")[0] + "/example_crm") as connection:
        connection.execute(
            "INSERT INTO deals SELECT 'M' || n, company_name, product, sales_rep, deal_stage, n, engage_date, "
            "close_date, now() FROM generate_series(1, %s) n, (SELECT * FROM deals ORDER BY deal_id LIMIT 1) one",
            [MORE_DEALS],
        )
        (added,) = connection.execute("SELECT sum(deal_value) FROM deals WHERE deal_id LIKE 'M%%'").fetchone() or (0,)
    return Decimal(added)


def _count(client: Client) -> int:
    return int(next(view["rows"] for view in client.views.list() if view["name"] == "opportunity"))


def _amount(client: Client) -> Decimal:
    (row,) = client.views.aggregate("opportunity", {"amount": "sum:amount"})
    return Decimal(row["amount"])
