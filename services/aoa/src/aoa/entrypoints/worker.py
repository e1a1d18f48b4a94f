"""The steps of the pipeline as Temporal activities, and the worker that does them.

Every step may run again: the run's row says whether it is still wanted, syncs carry a request id derived from the
run, and findings replace those of an earlier attempt.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from aos_common.errors import DomainError
from aos_common.flow import Stage, Status, tell
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from aoa.domain.agents import find_agent
from aoa.domain.errors import RunInterrupted
from aoa.domain.retry import gives_up
from aoa.domain.run import ANALYSE, RunState, StepOrder, StepState, Verdict
from aoa.domain.sync import Announcement
from aoa.entrypoints.pipeline_workflow import PipelineWorkflow
from aoa.ports import Clock, Findings, Ingestions, Mesh, Runs, Views
from aoa.usecases.analyse_views import analyse_views
from aoa.usecases.await_views import await_views
from aoa.usecases.polling import Poll
from aoa.usecases.sync_connections import sync_connections

log = structlog.get_logger()

REPORT_SECONDS = 0.5
MAX_BACKOFF = 30.0
_ENDS = {
    StepState.FAILED: (Stage.TASK_FAILED, Status.FAILURE),
    StepState.SKIPPED: (Stage.TASK_COMPLETED, Status.DEGRADED),
}


@dataclass
class _Step:
    """One attempt at a step: its place in the run, and what it said last."""

    runs: Runs
    tenant_id: UUID
    run_id: UUID
    name: str
    said: str = ""
    said_at: float = float("-inf")
    began: float = field(default_factory=time.monotonic)

    async def report(self, summary: str) -> None:
        """Show progress, at most twice a second."""
        if summary != self.said and time.monotonic() - self.said_at >= REPORT_SECONDS:
            self.said, self.said_at = summary, time.monotonic()
            await self.runs.report_step(self.tenant_id, self.run_id, self.name, summary)

    def tell(self, stage: Stage, status: Status, summary: str = "") -> None:
        """Tell the flow monitor."""
        seconds = None if stage is Stage.TASK_EXECUTING else time.monotonic() - self.began
        words = {"step": self.name, **({"summary": summary} if summary else {})}
        tell("agent", self.tenant_id, stage, status, f"run:{self.run_id}", seconds=seconds, **words)


@dataclass(frozen=True)
class PipelineSteps:
    """The activities, with their ports filled in."""

    runs: Runs
    findings: Findings
    mesh: Mesh
    views: Views
    ingestions: Ingestions
    clock: Clock
    poll: Poll

    @activity.defn(name="sync")
    async def sync(self, order: StepOrder) -> Announcement:
        """Sync the run's connections; return what DCL has to apply."""
        async with self._attempt(order) as step:
            summary, expected = await sync_connections(
                step.tenant_id, step.run_id, order.connection_ids, mesh=self.mesh, log=step, poll=self.poll
            )
            await self._end(step, StepState.SUCCEEDED if expected.connections else StepState.SKIPPED, summary)
            return expected

    @activity.defn(name="unify")
    async def unify(self, order: StepOrder, expected: Announcement) -> None:
        """Wait until the views show what was synced."""
        async with self._attempt(order) as step:
            if not expected.connections:
                await self._end(step, StepState.SKIPPED, "nothing was synced")
                return
            summary = await await_views(step.tenant_id, expected, ingestions=self.ingestions, log=step, poll=self.poll)
            await self._end(step, StepState.SUCCEEDED, summary)

    @activity.defn(name="analyse")
    async def analyse(self, order: StepOrder) -> None:
        """Let an agent read the views."""
        async with self._attempt(order) as step:
            agent = find_agent(order.step.removeprefix(ANALYSE))
            analysis = await analyse_views(
                step.tenant_id, step.run_id, agent, views=self.views, findings=self.findings, log=step
            )
            await self._end(step, StepState.SUCCEEDED if analysis.examined else StepState.SKIPPED, analysis.summary)

    @activity.defn(name="finish")
    async def finish(self, verdict: Verdict) -> None:
        """Write down how the run ended."""
        state = RunState(verdict.state)
        await self.runs.finish(UUID(verdict.tenant_id), UUID(verdict.run_id), state, verdict.error, self.clock())

    async def _end(self, step: _Step, state: StepState, summary: str) -> None:
        await self.runs.end_step(step.tenant_id, step.run_id, step.name, state, summary, self.clock())
        step.tell(*_ENDS.get(state, (Stage.TASK_COMPLETED, Status.SUCCESS)), summary)

    @asynccontextmanager
    async def _attempt(self, order: StepOrder) -> AsyncIterator[_Step]:
        """Begin an attempt, show signs of life while it lasts, and write down why it failed."""
        step = _Step(self.runs, UUID(order.tenant_id), UUID(order.run_id), order.step)
        alive = asyncio.create_task(_heartbeats())
        try:
            if not await self.runs.begin_step(step.tenant_id, step.run_id, step.name, self.clock()):
                raise RunInterrupted(f"The run {step.run_id} is over or gone.")
            step.tell(Stage.TASK_EXECUTING, Status.IN_PROGRESS)
            yield step
        except DomainError as error:
            raise await self._failed(step, error) from error
        except Exception as error:  # the edge: nothing unnamed reaches the run
            log.error("step.unexpected", step=step.name, run=str(step.run_id), exc_info=error)
            unnamed = DomainError("Something went wrong on our side.", hint="See the log of aoa.")
            raise await self._failed(step, unnamed) from error
        finally:
            alive.cancel()

    async def _failed(self, step: _Step, error: DomainError) -> ApplicationError:
        attempt = activity.info().attempt
        final = gives_up(error.kind, attempt)
        log.warning("step.failed", step=step.name, run=str(step.run_id), attempt=attempt, reason=error.reason)
        if final:
            await self._end(step, StepState.FAILED, str(error))
        else:
            text = f"attempt {attempt} failed, trying again: {error}"
            await self.runs.report_step(step.tenant_id, step.run_id, step.name, text)
        return ApplicationError(f"The step {step.name} failed: {error}", type=error.reason, non_retryable=final)


async def _heartbeats() -> None:
    timeout = activity.info().heartbeat_timeout
    assert timeout is not None
    while True:
        activity.heartbeat()
        await asyncio.sleep(timeout.total_seconds() / 4)


@dataclass(frozen=True)
class PipelineWorker:
    """A worker that outlives Temporal's absence: it connects again until it is cancelled."""

    connect: Callable[[], Awaitable[Client]]
    steps: PipelineSteps
    task_queue: str
    at_once: int

    async def run(self) -> None:
        """Work until cancelled."""
        # The steps say themselves in one line what failed; a traceback for each retry would bury it.
        logging.getLogger("temporalio.activity").setLevel(logging.ERROR)
        wait = 0.5
        while True:
            try:
                client = await self.connect()
                log.info("worker.connected", task_queue=self.task_queue)
                wait = 0.5
                await self._worker(client).run()
            except (RPCError, RuntimeError, OSError) as error:
                log.warning("worker.disconnected", error=str(error)[:300], wait=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, MAX_BACKOFF)

    def _worker(self, client: Client) -> Worker:
        steps = self.steps
        return Worker(
            client,
            task_queue=self.task_queue,
            workflows=[PipelineWorkflow],
            activities=[steps.sync, steps.unify, steps.analyse, steps.finish],
            max_concurrent_activities=self.at_once,
            max_concurrent_workflow_tasks=4,
            max_cached_workflows=100,
            # A killed worker's workflows wait this long for it before another takes them.
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
        )
