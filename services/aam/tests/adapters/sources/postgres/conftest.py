"""What the tests of the postgres connector share: a database for each test, on a server with logical replication."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest


@pytest.fixture
def shop(source_url: str) -> Iterator[str]:
    """The URL of an empty database whose slots go with it."""
    name = f"shop_{uuid4().hex[:8]}"
    with psycopg.connect(source_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        # The log tells of what is on disk, and the servers of tests write lazily.
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        yield urlunsplit(urlsplit(source_url)._replace(path=f"/{name}"))
        slots = "SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = %s"
        for slot, pid in admin.execute(slots, [name]).fetchall():
            if pid:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            admin.execute("SELECT pg_drop_replication_slot(%s)", [slot])
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
