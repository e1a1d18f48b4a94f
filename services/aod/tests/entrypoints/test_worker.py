"""Scans that break off: they start afresh, and end with a reason when they never get through."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aod.adapters.findings import PostgresFindings
from aod.adapters.places.registry import InstalledPlaces
from aod.adapters.scans import PostgresScans
from aod.domain.scan import Scan, ScanState
from aod.entrypoints.api import AodApi
from aod.entrypoints.worker import MOST_ATTEMPTS, SCAN, handlers
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_common.jobs import Job
from aos_common.secrets import LocalKeys, SecretBox
from aos_common.testing import Issuer


class BrokenPlaces(InstalledPlaces):
    """Hands over one data set and breaks."""

    async def look(self, location: Any, found: Any) -> list[str]:
        await super().look(location, found)
        raise RuntimeError("the disk went away: s3cret")


class NoMesh:
    async def create(self, token: str, wish: Any) -> str:
        raise AssertionError("nothing is approved here")


@pytest.fixture
def tenant() -> UUID:
    return uuid4()


def _api(database: Database, places: InstalledPlaces) -> AodApi:
    box = SecretBox(LocalKeys([b"k" * 32]))

    def now() -> datetime:
        return datetime.now(UTC)

    return AodApi(places, PostgresScans(database, box, now, 10), PostgresFindings(database, box), NoMesh(), now)


async def _scan(api: AodApi, tenant: UUID, folder: Path) -> Scan:
    (folder / "a.csv").write_text("id\n1\n")
    return await api.scan(Issuer().caller(tenant), str(folder), "")


def _job(tenant: UUID, scan: Scan, attempts: int) -> Job:
    return Job(tenant, uuid4(), SCAN, "", {"scan_id": str(scan.id)}, attempts, attempts >= 5)


async def test_scan_when_it_breaks_off_then_the_next_attempt_starts_afresh(
    database: Database, tenant: UUID, tmp_path: Path
) -> None:
    broken, whole = (
        _api(database, kind(AllowedFolders((Path("/"),)), Egress("127.0.0.1")))
        for kind in (BrokenPlaces, InstalledPlaces)
    )
    scan = await _scan(whole, tenant, tmp_path)
    with pytest.raises(RuntimeError):
        await handlers(broken)[SCAN](_job(tenant, scan, 1))
    assert (await whole.scans.get(tenant, scan.id)).state is ScanState.RUNNING
    for attempt in (2, 3):  # a job may also be run again after it ended
        await handlers(whole)[SCAN](_job(tenant, scan, attempt))
        ended = await whole.scans.get(tenant, scan.id)
        assert (ended.state, ended.data_sets) == (ScanState.SUCCEEDED, 1)
    found = await whole.findings.get(tenant, scan.finding_id)
    assert [data_set.name for data_set in found.data_sets] == ["a.csv"]


async def test_scan_when_it_breaks_every_time_then_it_fails_and_names_no_secret(
    database: Database, tenant: UUID, tmp_path: Path
) -> None:
    api = _api(database, BrokenPlaces(AllowedFolders((Path("/"),)), Egress("127.0.0.1")))
    scan = await _scan(api, tenant, tmp_path)
    with pytest.raises(RuntimeError):
        await handlers(api)[SCAN](_job(tenant, scan, MOST_ATTEMPTS))
    ended = await api.scans.get(tenant, scan.id)
    assert ended.state is ScanState.FAILED
    assert "broke off" in ended.error
    assert "s3cret" not in ended.error


async def test_scan_when_its_workers_died_then_it_fails_without_being_tried_again(
    database: Database, tenant: UUID, tmp_path: Path
) -> None:
    api = _api(database, InstalledPlaces(AllowedFolders((Path("/"),)), Egress("127.0.0.1")))
    scan = await _scan(api, tenant, tmp_path)
    await handlers(api)[SCAN](_job(tenant, scan, MOST_ATTEMPTS + 1))
    assert (await api.scans.get(tenant, scan.id)).state is ScanState.FAILED


async def test_scan_when_it_is_unknown_then_the_job_ends(database: Database, tenant: UUID, tmp_path: Path) -> None:
    api = _api(database, InstalledPlaces(AllowedFolders((Path("/"),)), Egress("127.0.0.1")))
    scan = await _scan(api, tenant, tmp_path)
    await handlers(api)[SCAN](_job(uuid4(), scan, 1))
    assert (await api.scans.get(tenant, scan.id)).state is ScanState.QUEUED
