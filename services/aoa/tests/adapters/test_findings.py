from datetime import UTC, datetime
from uuid import UUID, uuid4

from aoa.adapters.findings import PostgresFindings
from aoa.adapters.runs import PostgresRuns
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import Filter
from aoa.domain.run import Run, RunState
from aos_common.db import Database
from aos_common.ids import new_id


def _finding(check: str, severity: Severity = Severity.INFO) -> Finding:
    filters = (Filter("stage", "in", ("won", "lost")), Filter("amount", "is_null"))
    evidence = ({"stage": "won", "deals": 3, "amount": "0.1", "owner": None},)
    return Finding(check, severity, "A title.", "0.100000000000000001", "USD", "Act.", "opportunity", filters, evidence)


async def test_replace_when_an_attempt_is_repeated_then_findings_keep_their_ids_and_none_is_doubled(
    database: Database, tenant: UUID
) -> None:
    run = await PostgresRuns(database).add(tenant, Run(new_id(), RunState.RUNNING, datetime.now(UTC)))
    findings = PostgresFindings(database)
    await findings.replace(tenant, run.id, "revops", [_finding("gone"), _finding("b")])
    before = {found.check: key for key, _, found in await findings.of_run(tenant, run.id, "", 10)}
    await findings.replace(tenant, run.id, "finops", [_finding("a")])
    await findings.replace(tenant, run.id, "revops", [_finding("b"), _finding("c", Severity.PROBLEM)])
    rows = await findings.of_run(tenant, run.id, "", 10)
    assert [(agent, found.check) for _, agent, found in rows] == [("revops", "c"), ("finops", "a"), ("revops", "b")]
    assert rows[2][0] == before["b"]
    assert rows[2][2] == _finding("b"), "what is read is what was written, to the last digit"
    assert await findings.of_run(uuid4(), run.id, "", 10) == []
