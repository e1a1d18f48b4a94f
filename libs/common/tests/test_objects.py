from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aos_common.errors import InvalidRequest
from aos_common.objects import ObjectStore
from aos_local.testing import s3


@pytest.fixture(scope="module")
def bucket() -> Iterator[ObjectStore]:
    with s3() as (url, options):
        yield ObjectStore(url, options)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "s3":
        return request.getfixturevalue("bucket")
    return ObjectStore(f"file://{tmp_path}")


def _write(store: ObjectStore, tenant: UUID, key: str, content: bytes) -> None:
    with store.tenant(tenant).write(key) as file:
        file.write(content)


def test_objects_when_written_then_only_their_tenant_reads_and_lists_them(store: ObjectStore) -> None:
    mine, other = uuid4(), uuid4()
    _write(store, mine, "landing/a/1.parquet", b"one")
    assert store.tenant(mine).read("landing/a/1.parquet").read() == b"one"
    assert store.tenant(mine).list("landing") == ["landing/a/1.parquet"]
    assert store.tenant(other).list("landing") == []
    assert not store.tenant(other).exists("landing/a/1.parquet")


def test_objects_when_a_prefix_is_deleted_then_the_rest_stays(store: ObjectStore) -> None:
    tenant = uuid4()
    _write(store, tenant, "landing/a/1", b"1")
    _write(store, tenant, "landing/ab/1", b"2")
    store.tenant(tenant).delete_prefix("landing/a")
    assert store.tenant(tenant).list("landing") == ["landing/ab/1"]


def test_objects_when_several_delete_a_prefix_at_once_then_none_fails_and_it_is_gone(store: ObjectStore) -> None:
    tenant = uuid4()
    for number in range(30):
        _write(store, tenant, f"runs/{number % 3}/{number}", b"x")
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(store.tenant(tenant).delete_prefix, ["runs"] * 6))
    assert store.tenant(tenant).list("runs") == []


@pytest.mark.parametrize("size", [4, 60_000_000])  # S3 sends the second in parts
def test_objects_when_writing_fails_then_nothing_appears(store: ObjectStore, size: int) -> None:
    objects = store.tenant(uuid4())
    with pytest.raises(ZeroDivisionError), objects.write("a/b") as file:
        file.write(bytes(size))
        raise ZeroDivisionError
    assert objects.list("a") == []


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "a\\..\\x", "a\x00b"])
def test_objects_when_a_key_leaves_the_tenant_then_it_is_refused(tmp_path: Path, key: str) -> None:
    objects = ObjectStore(f"file://{tmp_path}").tenant(uuid4())
    with pytest.raises(InvalidRequest):
        objects.exists(key)
