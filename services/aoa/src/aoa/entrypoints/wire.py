"""The one place where AOA's types turn into protobuf messages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from autonomos.aoa.v1 import runs_pb2 as pb
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from aoa.domain.agents.agent import Agent
from aoa.domain.finding import Finding
from aoa.domain.question import Filter, Row
from aoa.domain.run import Run, Step


def _moment(value: datetime | None) -> Timestamp | None:
    if value is None:
        return None
    message = Timestamp()
    message.FromDatetime(value)
    return message


def step_message(step: Step) -> pb.Step:
    """Show a step."""
    return pb.Step(
        name=step.name,
        state=step.state.value,
        summary=step.summary,
        attempts=step.attempts,
        start_time=_moment(step.started_at),
        end_time=_moment(step.ended_at),
    )


def run_message(run: Run) -> pb.Run:
    """Show a run."""
    return pb.Run(
        id=str(run.id),
        state=run.state.value,
        steps=map(step_message, run.steps),
        error=run.error,
        create_time=_moment(run.created_at),
        end_time=_moment(run.ended_at),
    )


def agent_message(agent: Agent) -> pb.Agent:
    """Show an agent."""
    return pb.Agent(name=agent.name, description=agent.description, consumes=agent.consumes)


def finding_message(run_id: UUID, finding_id: UUID, agent: str, finding: Finding) -> pb.Finding:
    """Show a finding."""
    return pb.Finding(
        id=str(finding_id),
        run_id=str(run_id),
        agent=agent,
        check=finding.check,
        severity=finding.severity.value,
        title=finding.title,
        figure=finding.figure,
        unit=finding.unit,
        action=finding.action,
        view=finding.view,
        filters=_filters(finding.filters),
        evidence=map(_row, finding.evidence),
    )


def _filters(filters: tuple[Filter, ...]) -> Value:
    message = Value(list_value=ListValue())
    for item in filters:
        one = message.list_value.add_struct()
        one["column"], one["op"] = item.column, item.op
        one.get_or_create_list("values").extend(item.values)
    return message


def _row(row: Row) -> Struct:
    message = Struct()
    values: dict[str, Any] = dict(row)
    message.update(values)
    return message
