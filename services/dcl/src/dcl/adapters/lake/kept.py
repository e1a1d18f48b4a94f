"""What was asked of a lake and holds until its next snapshot: counting every table costs more than many a question."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")
TENANTS = 1_000
ANSWERS = 200
"""Of a tenant."""


class Kept:
    """Answers of each tenant's newest snapshot.

    The least recently asked tenant goes when there are too many, of a tenant's answers the oldest.
    """

    def __init__(self, tenants: int = TENANTS) -> None:
        self._most = tenants
        self._tenants: OrderedDict[UUID, tuple[int, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def newest(self, tenant_id: UUID) -> int | None:
        """Return the snapshot that a tenant's answers are of."""
        with self._lock:
            return self._tenants[tenant_id][0] if tenant_id in self._tenants else None

    def get(
        self,
        tenant_id: UUID,
        snapshot: int,
        name: str,
        compute: Callable[[], T],
        worth_keeping: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """Return the answer `name`, computed at `snapshot` or later, from the same snapshot where it is known."""
        with self._lock:
            answers = self._of(tenant_id, snapshot)
            if name in answers:
                found: T = answers[name]
                return found
        computed = compute()
        if worth_keeping(computed):
            with self._lock:
                answers = self._of(tenant_id, snapshot)
                answers[name] = computed
                if len(answers) > ANSWERS:
                    del answers[next(iter(answers))]
        return computed

    def forget(self, tenant_id: UUID) -> None:
        """Drop a tenant's answers: its catalogue may have come back with another past."""
        with self._lock:
            self._tenants.pop(tenant_id, None)

    def _of(self, tenant_id: UUID, snapshot: int) -> dict[str, Any]:
        known, answers = self._tenants.get(tenant_id, (None, {}))
        if known != snapshot:
            answers = {}
        self._tenants[tenant_id] = (snapshot, answers)
        self._tenants.move_to_end(tenant_id)
        while len(self._tenants) > self._most:
            self._tenants.popitem(last=False)
        return answers
