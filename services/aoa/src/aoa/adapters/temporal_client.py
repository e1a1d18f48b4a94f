"""The `Pipelines` port: one workflow per tenant, so that Temporal itself lets only one be active."""

import asyncio
from datetime import timedelta
from uuid import UUID

from aos_common.errors import DependencyUnavailable
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from aoa.domain.run import PipelineOrder

WORKFLOW = "Pipeline"
RPC_TIMEOUT = timedelta(seconds=5)
PATIENCE = 8.0
"""Seconds for one of the calls below, connecting included."""


def workflow_id(tenant_id: UUID | str) -> str:
    """The id of a tenant's pipeline."""
    return f"pipeline-{tenant_id}"


def unavailable() -> DependencyUnavailable:
    """The failure to show when Temporal does not answer."""
    return DependencyUnavailable("The orchestrator does not answer.", hint="Try again in a moment.")


class TemporalPipelines:
    """Starts and cancels workflows; connects when first used."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, order: PipelineOrder) -> str:
        """Start the tenant's pipeline unless one is active; return the id of the run that is active now."""
        name = workflow_id(order.tenant_id)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._start(name, order)
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise unavailable() from error

    async def _start(self, name: str, order: PipelineOrder) -> str:
        try:
            await self._client.start_workflow(
                WORKFLOW,
                order,
                id=name,
                task_queue=self._task_queue,
                memo={"run_id": order.run_id},
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return await self._run_of(await self._client.get_workflow_handle(name).describe(rpc_timeout=RPC_TIMEOUT))
        return order.run_id

    async def cancel(self, tenant_id: UUID, run_id: UUID) -> bool:
        """Ask the run's workflow to stop; False when there is none."""
        handle = self._client.get_workflow_handle(workflow_id(tenant_id))
        try:
            async with asyncio.timeout(PATIENCE):
                found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
                if found.status is not WorkflowExecutionStatus.RUNNING or await self._run_of(found) != str(run_id):
                    return False
                # Naming the execution keeps a cancel that comes late from hitting the tenant's next run.
                this = self._client.get_workflow_handle(found.id, run_id=found.run_id)
                await this.cancel(rpc_timeout=RPC_TIMEOUT)
                return True
        except (RPCError, RuntimeError, TimeoutError) as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise unavailable() from error

    @staticmethod
    async def _run_of(found: WorkflowExecutionDescription) -> str:
        return str(await found.memo_value("run_id", ""))
