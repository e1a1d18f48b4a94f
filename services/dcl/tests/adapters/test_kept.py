from uuid import uuid4

from dcl.adapters.lake import kept
from dcl.adapters.lake.kept import Kept


def test_kept_when_the_snapshot_is_the_same_then_nothing_is_computed_again() -> None:
    answers, tenant = Kept(), uuid4()
    assert answers.get(tenant, 1, "n", lambda: 5) == 5
    assert answers.get(tenant, 1, "n", lambda: 6) == 5
    assert answers.get(tenant, 1, "m", lambda: 7) == 7
    assert answers.get(uuid4(), 1, "n", lambda: 8) == 8
    assert answers.get(tenant, 2, "n", lambda: 9) == 9
    answers.forget(tenant)
    assert answers.get(tenant, 2, "n", lambda: 10) == 10


def test_kept_when_too_many_tenants_ask_then_the_oldest_goes() -> None:
    answers, first = Kept(), uuid4()
    answers.get(first, 1, "n", lambda: 1)
    for _ in range(kept.TENANTS):
        answers.get(uuid4(), 1, "n", lambda: 1)
    assert answers.get(first, 1, "n", lambda: 2) == 2
