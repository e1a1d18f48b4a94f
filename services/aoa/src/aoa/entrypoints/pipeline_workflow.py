"""The durable pipeline: order, retries and time limits of the steps. What they do is in `worker.py`.

Replayed by Temporal, so nothing here may read a clock, a file or the network.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from aoa.domain.retry import MAX_ATTEMPTS
    from aoa.domain.run import ANALYSE, STEPS, PipelineOrder, RunState, StepOrder, Verdict
    from aoa.domain.sync import Announcement

RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15), maximum_attempts=MAX_ATTEMPTS
)
STEP_LIMIT = timedelta(hours=12)
FINISH_LIMIT = timedelta(hours=1)


@workflow.defn(name="Pipeline")
class PipelineWorkflow:
    """Sync, unify, analyse; then write down how the run ended."""

    @workflow.run
    async def run(self, order: PipelineOrder) -> None:
        """Do the steps; a failed or cancelled run fails or cancels the workflow too, once it is written down."""
        try:
            error = await self._steps(order)
        except (ActivityError, asyncio.CancelledError) as failure:
            if not is_cancelled_exception(failure):
                raise
            await _finish(order, RunState.CANCELLED, "The run was cancelled.")
            raise
        await _finish(order, RunState.FAILED if error else RunState.SUCCEEDED, error)
        if error:
            raise ApplicationError(error, non_retryable=True)

    async def _steps(self, order: PipelineOrder) -> str:
        """Return what failed; empty when nothing did."""
        try:
            expected = await workflow.execute_activity(
                "sync", _step(order, "sync"), result_type=Announcement, **_limits(order)
            )
            await workflow.execute_activity("unify", args=[_step(order, "unify"), expected], **_limits(order))
        except ActivityError as failure:
            return _told(failure)
        errors = []
        for step in STEPS:
            if step.startswith(ANALYSE):
                # One agent's failure does not keep the other from its work.
                try:
                    await workflow.execute_activity("analyse", _step(order, step), **_limits(order))
                except ActivityError as failure:
                    errors.append(_told(failure))
        return " ".join(errors)


def _step(order: PipelineOrder, step: str) -> StepOrder:
    return StepOrder(order.tenant_id, order.run_id, step, order.connection_ids)


def _limits(order: PipelineOrder) -> workflow.ActivityConfig:
    return workflow.ActivityConfig(
        start_to_close_timeout=STEP_LIMIT,
        heartbeat_timeout=timedelta(seconds=order.heartbeat_seconds),
        retry_policy=RETRIES,
    )


def _told(failure: ActivityError) -> str:
    """Return the message of a failed step; cancellation is no failure and goes on."""
    if is_cancelled_exception(failure):
        raise failure
    cause = failure.cause
    if isinstance(cause, ApplicationError):
        return cause.message
    return "A step got no further: its workers died or hung. See the log of aoa, then start the run again."


async def _finish(order: PipelineOrder, state: RunState, error: str) -> None:
    await workflow.execute_activity(
        "finish",
        Verdict(order.tenant_id, order.run_id, state.value, error),
        start_to_close_timeout=timedelta(seconds=30),
        schedule_to_close_timeout=FINISH_LIMIT,
    )
