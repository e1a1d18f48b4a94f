"""A database of the last release, with rows in it, comes up to date and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from aos_common.cli import migrations_folder
from aos_common.migrations import migrate
from aos_local.provision import Provisioned, in_database
from aos_local.testing import provisioned_postgres


@pytest.fixture
def empty() -> Iterator[Provisioned]:
    with provisioned_postgres(["identity"]) as urls:
        yield urls


def test_migrate_when_the_last_release_has_rows_then_users_and_sessions_go_on(empty: Provisioned) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder("identity")))
    config.attributes.update(url=empty["identity"].owner, schema="identity")
    command.upgrade(config, "0001")
    admin = in_database(empty.admin, "autonomos")
    now = datetime.now(UTC)
    tenants = [uuid4(), uuid4()]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SET search_path = identity")
        for tenant in tenants:
            user, family = uuid4(), uuid4()
            connection.execute("INSERT INTO tenants VALUES (%s, 'T', %s)", [tenant, now])
            row = [tenant, user, f"{user}@example.com", "hash", ["owner"], now]
            connection.execute("INSERT INTO users VALUES (%s, %s, %s, %s, %s, %s)", row)
            connection.execute("INSERT INTO sign_in_names VALUES (%s, %s, %s)", [tenant, f"{user}@example.com", user])
            for n in range(2):
                token = [tenant, uuid4(), family, user, b"hash", now + timedelta(days=30 - n), None if n else now]
                connection.execute("INSERT INTO refresh_tokens VALUES (%s, %s, %s, %s, %s, %s, %s)", token)
    migrate(empty["identity"].owner, "identity", migrations_folder("identity"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SET search_path = identity")
        sessions = connection.execute(
            "SELECT s.tenant_id, count(*) FROM sessions s JOIN refresh_tokens r"
            " ON (r.tenant_id, r.family_id) = (s.tenant_id, s.id) JOIN users u ON (u.tenant_id, u.id)"
            " = (s.tenant_id, s.user_id) GROUP BY s.tenant_id"
        ).fetchall()
        forced = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'identity'::regnamespace AND relkind = 'r'"
            " AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity)"
        ).fetchall()
        connection.execute("DELETE FROM users WHERE tenant_id = %s", [tenants[0]])
        left = connection.execute("SELECT DISTINCT tenant_id FROM refresh_tokens").fetchall()
    assert sorted(sessions) == sorted((tenant, 2) for tenant in tenants)
    assert forced == []
    assert left == [(tenants[1],)], "sessions go with their user"
