"""The postgres connector under the conformance kit."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from aam.adapters.conformance import CHECKS, Check, Subject
from aam.adapters.sources.postgres import PostgresConnector, reading
from aam.ports import Json
from aos_common.egress import Egress
from psycopg.rows import dict_row

PASSWORD = "geheim & /?"
TABLE = """
CREATE TABLE deals (id bigint PRIMARY KEY, name text, amount numeric, ok boolean, updated_at timestamptz NOT NULL);
CREATE TABLE plain (id int);
"""
FILL = """
INSERT INTO deals
SELECT n, nullif('name ' || n, 'name 7'), n + 0.50, n % 2 = 0, '2024-01-01Z'::timestamptz + n * interval '1s'
FROM generate_series(1, 5000) n
"""
READS = re.compile(r"(SELECT|SHOW|SET|BEGIN|COMMIT|ROLLBACK|FETCH|CLOSE|DECLARE|COPY\s*\(.*TO STDOUT)")
WRITES = re.compile(r"\b(pg_create_\w+|pg_drop_\w+|pg_replication_slot_advance|nextval|setval|lo_\w+|INTO)\b", re.I)


class Postgres:
    """A database with a table of 5,000 rows and a cursor column, and a user of its own."""

    stream = "public.deals"
    primary_key = ("id",)
    carriers: Mapping[str, str] = {"numeric": "string", "timestamp with time zone": "timestamp[us, tz=UTC]"}
    batches = 4
    sees_deletions = False
    secrets: Sequence[str] = (PASSWORD,)
    made: Sequence[str] = ()
    """Statements that make what the connector's description says it makes."""

    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self.connector = PostgresConnector(Egress("127.0.0.1"))
        place = {"host": parts.hostname, "port": parts.port, "database": parts.path[1:], "user": parts.path[1:]}
        self.settings: Json = {**place, "password": PASSWORD}
        self.wrong = {
            "the password": {**self.settings, "password": f"{PASSWORD} not"},
            "the host": {**self.settings, "host": "no.such.host.invalid"},
            "the port": {**self.settings, "port": 1},
            "the database": {**self.settings, "database": "gone"},
            "a forbidden address": {**self.settings, "host": "169.254.169.254"},
        }

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with psycopg.connect(self._url, autocommit=True) as connection:
            return connection.cursor(row_factory=dict_row).execute(sql).fetchall()

    def expected(self) -> Sequence[Json]:
        return self._rows("SELECT id, name, amount::text, ok FROM deals")

    def change(self) -> Json:
        later = datetime.now(UTC) - timedelta(hours=1)
        return self._rows(
            f"UPDATE deals SET amount = 7.25, updated_at = '{later}' WHERE id = 3 RETURNING id, name, amount::text"
        )[0]

    def remove(self) -> Json:
        return self._rows("DELETE FROM deals WHERE id = 5 RETURNING id, name")[0]

    def beyond(self, cursor: Json) -> Json:
        if "seal" in cursor:  # the place in a whole reading has no time to come
            return {}
        return {**cursor, "after": "2999-01-01 00:00:00+00:00"}

    def content(self) -> str:
        tables = [self._rows(f"SELECT *, xmin::text, ctid::text FROM {name}") for name in ("deals", "plain")]
        written = self._written()
        assert not written, written
        return hashlib.sha256(repr(tables).encode()).hexdigest()

    def _written(self) -> list[str]:
        """What the server's own log says the connector's user did beside reading."""
        [place] = self._rows("SHOW data_directory")
        log = (Path(place["data_directory"]).parent / "log").read_text(errors="replace").replace("\n\t", " ")
        entry = rf"^\[{self.settings['user']}\] LOG:  (?:statement|execute [^:]*): (.*)$"
        found = [sql.strip() for sql in re.findall(entry, log, re.M)]
        return [sql for sql in found if sql not in self.made and (not READS.match(sql) or WRITES.search(sql))]


class Followed(Postgres):
    """The same, followed by logical replication."""

    sees_deletions = True

    def __init__(self, url: str) -> None:
        super().__init__(url)
        name = f"slot_{url.rsplit('/', 1)[1]}"
        added = {"replication": "required", "replication_name": name}
        self.made = (
            f'CREATE PUBLICATION "{name}"',
            f'ALTER PUBLICATION "{name}" ADD TABLE "public"."deals"',
            "SELECT pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')",
        )
        self.settings = {**self.settings, **added}
        self.wrong = {what: {**wrong, **added} for what, wrong in self.wrong.items()}

    def beyond(self, cursor: Json) -> Json:
        return {**cursor, "lsn": 1 << 62}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of few rows, and statements of not quite a multiple of them."""
    monkeypatch.setattr(reading, "MIN_ROWS", 1_200)
    monkeypatch.setattr(reading, "BATCH_BYTES", 60_000)
    monkeypatch.setattr(reading, "CHUNK_ROWS", 2_100)


@pytest.fixture(scope="module")
def subject(source_url: str) -> Iterator[Subject]:
    with filled(source_url) as url:
        yield Postgres(url)


@pytest.fixture(scope="module")
def followed(source_url: str) -> Iterator[Subject]:
    with filled(source_url, "REPLICATION") as url:
        subject = Followed(url)
        yield subject
        subject.connector.open(*subject.connector.split(subject.settings)).follower.release()


@contextmanager
def filled(source_url: str, right: str = "") -> Iterator[str]:
    """A database with a user of its own; one with the right to replicate also owns the tables."""
    name = f"kit_{uuid4().hex[:8]}"
    with psycopg.connect(source_url, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET log_line_prefix = '[%u] '")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute(f"CREATE DATABASE {name}")
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        admin.execute(f"CREATE ROLE {name} LOGIN {right} PASSWORD '{PASSWORD}'")
        url = urlunsplit(urlsplit(source_url)._replace(path=f"/{name}"))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLE)
            connection.execute(FILL)
            connection.execute(f"ALTER ROLE {name} SET log_statement = 'all'")
            connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
            if right:
                connection.execute(f"GRANT CREATE ON DATABASE {name} TO {name}")
                connection.execute(f"ALTER TABLE deals OWNER TO {name}")
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_postgres_when_the_kit_asks_then_conforms(
    check: Check, subject: Subject, record_property: Callable[[str, Any], None]
) -> None:
    record_property("conformance", ("postgres", check.__name__, "fails"))
    record_property("conformance", ("postgres", check.__name__, check(subject)))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_postgres_when_followed_and_the_kit_asks_then_conforms(
    check: Check, followed: Subject, record_property: Callable[[str, Any], None]
) -> None:
    record_property("conformance", ("postgres (replication)", check.__name__, "fails"))
    record_property("conformance", ("postgres (replication)", check.__name__, check(followed)))


def test_log_when_the_user_writes_then_the_kit_sees_it(source_url: str) -> None:
    with filled(source_url, "REPLICATION") as url:
        subject = Followed(url)
        subject.content()
        user, place = subject.settings["user"], urlsplit(url)
        own = urlunsplit(place._replace(netloc=f"{user}:{quote(PASSWORD, '')}@{place.hostname}:{place.port}"))
        with psycopg.connect(own, autocommit=True) as connection:
            connection.execute("UPDATE deals SET ok = ok WHERE false")
        with pytest.raises(AssertionError, match="UPDATE deals"):
            subject.content()
