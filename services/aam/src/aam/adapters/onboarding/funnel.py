"""The stages of the funnel as conditions on stored connections, and how many meet each."""

from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database

from aam.adapters.tables import connections
from aam.domain.connection import ConnectionState as State
from aam.domain.errors import Obstacle
from aam.domain.onboarding import Funnel, Stage

NETWORK = (
    Obstacle.ADDRESS_NOT_ALLOWED,
    Obstacle.HOST_UNKNOWN,
    Obstacle.REFUSED,
    Obstacle.TIMEOUT,
    Obstacle.UNREACHABLE,
)


def _is(*states: State) -> sa.ColumnElement[bool]:
    return connections.c.state.in_([state.value for state in states])


def _failed(*obstacles: Obstacle) -> sa.ColumnElement[bool]:
    return sa.and_(_is(State.FAILED), connections.c.obstacle.in_([one.value for one in obstacles]))


IN_STAGE: dict[Stage, sa.ColumnElement[bool]] = {
    Stage.ELIGIBLE: sa.not_(_is(State.UNSUPPORTED_TYPE)),
    Stage.REACHABLE: _is(State.SAFE_MODE, State.ACTIVE, State.DRIFTED, State.HEALING),
    Stage.ACTIVE: _is(State.ACTIVE),
    Stage.AWAITING_CREDENTIALS: sa.or_(_is(State.AWAITING_CREDENTIALS), _failed(Obstacle.CREDENTIALS)),
    Stage.NETWORK_BLOCKED: _failed(*NETWORK),
    Stage.UNSUPPORTED_TYPE: _is(State.UNSUPPORTED_TYPE),
    Stage.HEALING: _is(State.DRIFTED, State.HEALING),
    Stage.ERROR: _failed(Obstacle.NONE),
    Stage.PENDING: _is(State.PENDING),
}
COUNTS = sa.select(*(sa.func.count().filter(condition).label(stage) for stage, condition in IN_STAGE.items()))


class PostgresFunnel:
    """The `Funnels` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def funnel(self, tenant_id: UUID) -> Funnel:
        """Count the tenant's connections in one query."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(COUNTS)).one()
        return Funnel({stage: int(count) for stage, count in zip(IN_STAGE, row, strict=True)})
