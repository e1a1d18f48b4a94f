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


def test_kept_when_a_tenant_asks_too_much_or_too_large_then_the_oldest_answer_goes_and_the_large_one_is_not_kept() -> (
    None
):
    answers, tenant = Kept(), uuid4()
    assert answers.newest(tenant) is None
    for number in range(kept.ANSWERS + 1):
        answers.get(tenant, 1, str(number), lambda number=number: number)
    assert answers.get(tenant, 1, "0", lambda: -1) == -1
    assert answers.get(tenant, 1, str(kept.ANSWERS), lambda: -1) == kept.ANSWERS
    assert answers.get(tenant, 1, "large", lambda: 9, lambda _: False) == 9
    assert answers.get(tenant, 1, "large", lambda: 10) == 10
    assert answers.newest(tenant) == 1
