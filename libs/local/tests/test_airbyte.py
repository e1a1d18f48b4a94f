"""The stand-in for Airbyte, judged by the client that Airbyte publishes."""

import airbyte_api
import pytest
from airbyte_api import models
from airbyte_api.errors import SDKError
from aos_local.airbyte import CLIENT_ID, CLIENT_SECRET, airbyte


def test_deployment_when_airbytes_own_client_reads_it_then_every_answer_is_understood() -> None:
    with airbyte() as deployment:
        made = [deployment.connect(f"c{number}") for number in range(23)]
        deployment.run(made[0], "succeeded", "2026-03-01T00:00:00Z", rowsSynced=7, bytesSynced=70, duration="PT6S")
        deployment.run(made[0], "failed", "2026-03-02T00:00:00Z")
        deployment.run(made[1], "running", "2026-03-03T00:00:00Z")
        token_url = f"{deployment.url}/api/public/v1/applications/token"
        credentials = models.SchemeClientCredentials(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET, token_url=token_url
        )
        security = models.Security(client_credentials=credentials)
        with airbyte_api.AirbyteAPI(security=security, server_url=f"{deployment.url}/api/public/v1") as client:
            first = client.connections.list_connections(request={"limit": 20}).connections_response
            assert first is not None
            assert ([one.name for one in first.data], bool(first.next)) == ([f"c{n}" for n in range(20)], True)
            rest = client.connections.list_connections(request={"limit": 20, "offset": 20}).connections_response
            assert rest is not None
            assert (len(rest.data), rest.next) == (3, "")
            found = client.jobs.list_jobs(
                request={"connection_id": made[0], "limit": 1, "order_by": "createdAt|DESC"}
            ).jobs_response
            assert found is not None
            [job] = found.data
            assert (job.job_id, job.status, job.rows_synced) == (2, models.JobStatusEnum.FAILED, None)
            older = client.jobs.list_jobs(request={"connection_id": made[0], "order_by": "createdAt|ASC"}).jobs_response
            assert older is not None
            assert (older.data[0].rows_synced, older.data[0].bytes_synced) == (7, 70)
        refused = models.Security(bearer_auth="nobody's")
        with (
            airbyte_api.AirbyteAPI(security=refused, server_url=f"{deployment.url}/api/public/v1") as client,
            pytest.raises(SDKError),
        ):
            client.connections.list_connections(request={})
