import pytest
from aoa.domain.retry import gives_up
from aos_common.errors import Kind


@pytest.mark.parametrize(
    ("kind", "last"), [(Kind.NOT_FOUND, 1), (Kind.INTERNAL, 5), (Kind.UNAVAILABLE, 20), (Kind.UNAUTHENTICATED, 20)]
)
def test_gives_up_when_attempts_go_on_then_each_kind_has_its_end(kind: Kind, last: int) -> None:
    assert next(attempt for attempt in range(1, 25) if gives_up(kind, attempt)) == last
