"""What was built boots as it was rendered, does the main job, and loses nothing when it is told to stop."""

import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psycopg
import pytest
from aos import AosError, Client
from aos_local.demo.company import make_company
from aos_local.demo.journey import Journey, Traveller
from aos_local.demo.sources import ExampleSources, place
from aos_local.reachable import main as reachable

from tests.deploy.boot import engine, system
from tests.deploy.boot.cluster import Cluster
from tests.deploy.boot.conftest import RELEASE, STORES, TWICE

if trouble := engine.missing() or system.missing():
    pytest.skip(trouble, allow_module_level=True)

pytestmark = pytest.mark.timeout(1800)  # the first one builds and boots
MORE_DEALS = 60_000


@pytest.fixture(scope="module")
def admin(cluster: Cluster) -> str:
    """The evaluation's PostgreSQL, as its superuser."""
    password = cluster.rendering.secret["postgres-superuser"]
    return f"postgresql://postgres:{password}@{cluster.pods[f'{RELEASE}-postgresql'].address}:5432/postgres"


@pytest.fixture(scope="module")
def source(admin: str, tmp_path_factory: pytest.TempPathFactory) -> ExampleSources:
    """The CRM of the demo's company, in a database of its own."""
    return place(make_company(), admin, "a password for tests", tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def journey(cluster: Cluster, source: ExampleSources) -> Journey:
    with Client(cluster.url) as client:
        return Traveller(client, lambda _: None, lambda _: None).walk([("crm", source.crm_url)], "Example Ltd")


def test_images_when_built_then_each_says_its_size_and_none_has_an_installer(images: str, cluster: Cluster) -> None:
    sizes = dict(re.findall(r"autonomos-([a-z-]+):\S+  ([\d.]+ [MG]B)", images))
    assert len(sizes) == 11
    for service in TWICE:
        own = cluster.container(service)
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
    assert journey.views["opportunity"] == len(company.deals)
    assert journey.views["account"] == len(company.companies)
    assert journey.quarantine == {}
    assert journey.findings
    assert "win rate" in journey.answers[0]["reading"]


def test_sync_when_the_pods_that_work_are_told_to_stop_in_the_middle_then_no_row_is_lost_or_doubled(
    cluster: Cluster, journey: Journey, admin: str, source: ExampleSources
) -> None:
    assert source.crm_url
    before, added = journey.views["opportunity"], _more_deals(admin)
    with Client(cluster.url) as client:
        client.sign_in(journey.email, journey.password)
        amount = _amount(client)
        (connection,) = client.connections.list()
        run = client.connections.sync(connection["id"])

        def is_(state: str) -> bool:
            return bool(client.connections.sync_run(run["id"])["state"] == state)

        cluster.until(lambda: is_("running"), 30, f"{RELEASE}-aam-background")
        for name in ("aam-background", "dcl-background"):
            cluster.stop(f"{RELEASE}-{name}", 60)
        cluster.until(lambda: is_("succeeded"), 120, f"{RELEASE}-aam-background")
        cluster.until(lambda: _count(client) >= before + MORE_DEALS, 120, f"{RELEASE}-dcl-background")
        time.sleep(2)
        assert _count(client) == before + MORE_DEALS
        assert _amount(client) == amount + added


def test_requests_when_one_pod_of_each_service_is_told_to_stop_then_every_one_is_answered(
    cluster: Cluster, journey: Journey
) -> None:
    ended, failures, answered = threading.Event(), list[str](), [0]

    def ask() -> None:
        with Client(cluster.url) as client:
            client.sign_in(journey.email, journey.password)
            calls = (client.connections.list, client.discovery.findings, client.views.list, client.runs.list)
            while not ended.is_set():
                for call in calls:
                    try:
                        list(call())
                        answered[0] += 1
                    except AosError as error:
                        failures.append(f"{call.__qualname__}: {error.reason} {error.message}")

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for one in askers:
        one.start()
    others = [f"{name}-1" for name in TWICE]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(cluster.stop, others))
    cluster.until_ready(others, 60)
    ended.set()
    for one in askers:
        one.join(60)
    assert Counter(failures) == {}, f"{answered[0]} were answered"
    assert answered[0] > 100


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
