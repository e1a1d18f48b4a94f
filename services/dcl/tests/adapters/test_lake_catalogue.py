"""The lake when its catalogue is away for good: on a PostgreSQL of its own, which the test stops."""

from pathlib import Path
from uuid import UUID

import pytest
from aos_common.objects import ObjectStore
from aos_local.testing import provisioned_postgres
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.store import DuckLake
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.errors import LakeUnavailable


async def test_lake_when_its_catalogue_stops_then_reads_and_merges_say_unavailable(
    tmp_path: Path, tenant: UUID
) -> None:
    """Never anything else: another kind of failure would be counted, and bury a batch."""
    url, ontology = f"file://{tmp_path}", load_ontology()
    account = ontology.entity("account")
    with provisioned_postgres(["dcl"]) as urls:
        lake = DuckLake(LakeConnections(LakeSettings(urls.lake, url), ontology.entities), ObjectStore(url), ontology)
        await lake.counts(tenant)
    for _ in range(2):
        with pytest.raises(LakeUnavailable):
            await lake.apply(tenant, account, "a", [], 1)
        with pytest.raises(LakeUnavailable):
            await lake.counts(tenant)
    await lake.close()
