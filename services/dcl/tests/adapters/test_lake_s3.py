"""The lake on a real S3 server, through TLS: the same calls, and the same wall between tenants."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aos_common.objects import ObjectStore
from aos_local.provision import Provisioned
from aos_local.testing import s3
from aos_local.testing_tls import authority, tls_before
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.store import DuckLake
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.errors import LakeUnavailable


@contextmanager
def encrypted(plain: dict[str, str]) -> Iterator[dict[str, str]]:
    """The options that reach the same server through TLS, with the authority to trust."""
    port = urlsplit(plain["endpoint_url"]).port
    assert port is not None
    with authority() as ours, tls_before(port, ours.issue("localhost")) as front:
        yield {**plain, "endpoint_url": f"https://localhost:{front}", "ca_file": str(ours.file)}


async def test_lake_when_objects_are_in_s3_then_batches_merge_and_another_tenants_file_is_refused(
    provisioned: Provisioned,
) -> None:
    ontology = load_ontology()
    account = ontology.entity("account")
    with s3() as (url, plain), encrypted(plain) as options:
        objects = ObjectStore(url, options)
        settings = LakeSettings(provisioned.lake, url, options)
        lake = DuckLake(LakeConnections(settings, ontology.entities), objects, ontology)
        mine, other = uuid4(), uuid4()
        table = pa.table(
            {"_key": ["1"], "_version": [1], "account_name": ["Acme"], "_extras": pa.nulls(1, pa.string())}
        )
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        with objects.tenant(mine).write("canonical/1.parquet") as file:
            file.write(buffer.getvalue())
        for _ in range(2):
            await lake.apply(mine, account, "a", ["canonical/1.parquet"], snapshot=1)
        assert (await lake.counts(mine))["account"] == (1, 1)
        path = objects.tenant(mine).path("canonical/1.parquet")

        def steal(cursor: Any) -> Any:
            return cursor.execute("SELECT * FROM read_parquet(?)", [path]).fetchall()

        with pytest.raises(Exception, match=r"Permission|disabled"):
            await lake._run(other, steal)
        await lake.close()
        with authority() as strangers:
            settings = LakeSettings(provisioned.lake, url, {**options, "ca_file": str(strangers.file)})
            deceived = DuckLake(LakeConnections(settings, ontology.entities), objects, ontology)
            with pytest.raises(LakeUnavailable) as refused:
                await deceived._run(mine, lambda cursor: cursor.execute("SELECT * FROM read_parquet(?)", [path]))
            await deceived.close()
        assert "SSL" in str(refused.value.__cause__)
