"""The `Feedbacks` port on PostgreSQL."""

from datetime import datetime
from uuid import UUID

from aos_common.db import Database
from aos_common.ids import new_id
from sqlalchemy import insert

from nlp_gateway.adapters.answers.tables import feedback as table
from nlp_gateway.ports.asking import Asker, Clock, Feedback


class PostgresFeedback:
    """Stores feedback of tenants."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, asker: Asker, feedback: Feedback) -> UUID:
        """Store it and return its id."""
        made = new_id()
        row = {
            "tenant_id": asker.tenant_id,
            "id": made,
            "answer_id": feedback.answer_id,
            "subject": asker.subject,
            "helpful": feedback.helpful,
            "comment": feedback.comment,
            "create_time": self._now(),
        }
        async with self._database.tenant_tx(asker.tenant_id) as tx:
            await tx.execute(insert(table).values(row))
        return made

    def _now(self) -> datetime:
        return self._clock()
