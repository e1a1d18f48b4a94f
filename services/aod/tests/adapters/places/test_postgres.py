"""Looking at a real PostgreSQL."""

from collections.abc import Iterator

import asyncpg
import pytest
from aod.adapters.places.postgres import PostgresPlace
from aod.domain.errors import PlaceUnreadable
from aod.domain.finding import DataSet
from aod.domain.location import parse_location
from aos_common.egress import Egress
from aos_local.testing import postgres

SETUP = """
CREATE ROLE reader LOGIN PASSWORD 's3cret';
CREATE SCHEMA crm; GRANT USAGE ON SCHEMA crm TO reader;
CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TYPE pair AS (x int, y int);
CREATE TABLE crm.contacts (nr int PRIMARY KEY, email text, "Odd ""Name" numeric(12, 2), mood mood, tags text[]);
INSERT INTO crm.contacts
    SELECT n, 'user' || n || '@example.com', n * 1.5, 'good', '{a}' FROM generate_series(1, 5000) n;
CREATE TABLE crm.empty (a int);
CREATE TABLE crm.composite (p pair);
CREATE TABLE crm.hidden (a int);
CREATE TABLE crm.counted AS SELECT n FROM generate_series(1, 150000) n; ANALYZE crm.counted;
CREATE VIEW crm.everybody AS SELECT * FROM crm.contacts;
CREATE VIEW crm.some AS SELECT * FROM crm.contacts WHERE nr <= 10;
CREATE VIEW crm.failing AS SELECT email::int AS n FROM crm.contacts;
CREATE VIEW crm.slow AS SELECT pg_sleep(30)::text AS s;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO reader; REVOKE SELECT ON crm.hidden FROM reader;
CREATE FUNCTION crm.write() RETURNS int LANGUAGE sql AS 'INSERT INTO crm.empty VALUES (1) RETURNING a';
GRANT INSERT ON crm.empty TO reader;
CREATE VIEW crm.writing AS SELECT crm.write() AS n; GRANT SELECT ON crm.writing TO reader;
"""


@pytest.fixture(scope="module")
def admin() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(scope="module")
def prepared() -> list[str]:
    return []


@pytest.fixture
async def reader(admin: str, prepared: list[str]) -> str:
    """The URL of a user who may read most of the database."""
    if not prepared:
        connection = await asyncpg.connect(admin)
        await connection.execute(SETUP)
        await connection.close()
        prepared.append(admin)
    return "postgresql://reader:s3cret@" + admin.partition("@")[2]


async def look(url: str) -> dict[str, DataSet]:
    found: dict[str, DataSet] = {}

    async def keep(data_set: DataSet) -> None:
        found[data_set.name] = data_set

    assert await PostgresPlace(Egress("127.0.0.1"), statement_seconds=1).look(parse_location(url), keep) == []
    return found


async def test_look_when_a_database_then_tables_and_views_show_with_rows_where_counting_is_cheap(reader: str) -> None:
    found = await look(reader)
    assert {name: (d.format, d.rows) for name, d in found.items() if not d.error} == {
        "crm.contacts": ("table", 5000),
        "crm.counted": ("table", 150_000),
        "crm.empty": ("table", 0),
        "crm.everybody": ("view", -1),
        "crm.some": ("view", 10),
    }
    contacts = found["crm.contacts"]
    assert [column.type for column in contacts.columns] == [
        "integer",
        "text",
        "numeric(12,2)",
        "public.mood",
        "text[]",
    ]
    assert contacts.columns[1].pii == "email"
    assert contacts.columns[1].samples == ("u***@e***.com",)
    assert contacts.columns[2].name == 'Odd "Name'
    assert contacts.keyed
    assert contacts.bytes > 0
    assert found["crm.counted"].looked_at > 100


async def test_look_when_a_table_cannot_be_read_then_it_says_why_and_no_other_suffers(reader: str) -> None:
    found = await look(reader)
    assert "crm.hidden" not in found
    assert "public.pair" in found["crm.composite"].error
    assert "took too long" in found["crm.slow"].error
    assert "cannot be read" in found["crm.failing"].error
    assert "user1@example.com" not in found["crm.failing"].error


async def test_look_when_a_view_tries_to_write_then_the_session_refuses(reader: str, admin: str) -> None:
    found = await look(reader)
    assert "read-only" in found["crm.writing"].error
    connection = await asyncpg.connect(admin)
    assert await connection.fetchval("SELECT count(*) FROM crm.empty") == 0
    await connection.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.replace("s3cret", "wr0ng"), "refused the user or the password"),
        (lambda url: url.replace("reader", "nobody"), "refused the user or the password"),
        (lambda url: url.rpartition("/")[0] + "/nowhere", "no such database"),
        (lambda _: "postgresql://reader:s3cret@no.such.host.invalid/crm", "has no address"),
        (lambda _: "postgresql://reader:s3cret@127.0.0.1:1/crm", "does not answer"),
        (lambda url: url + "?sslmode=require", "no encrypted connection"),
    ],
)
async def test_look_when_the_database_cannot_be_reached_then_it_says_why_and_keeps_the_password(
    reader: str, change: object, told: str
) -> None:
    assert callable(change)
    with pytest.raises(PlaceUnreadable, match=told) as caught:
        await look(change(reader))
    assert caught.value.hint
    assert "s3cret" not in str(caught.value)
    assert "wr0ng" not in str(caught.value)
