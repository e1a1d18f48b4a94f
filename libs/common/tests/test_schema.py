"""What a pod waits for before its service starts."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aos_common import cli
from aos_common.migrations import migrate
from aos_common.schema import SchemaBehind, wait_for_schema
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres

FOLDER = Path(__file__).parent / "migrations"


@pytest.fixture(scope="module")
def fresh() -> Iterator[Provisioned]:
    with provisioned_postgres(["aod"]) as urls:
        yield urls


def test_wait_before_the_migration_says_what_is_missing_and_after_it_returns(fresh: Provisioned) -> None:
    with pytest.raises(SchemaBehind, match="at revision none, and this release needs 0002"):
        wait_for_schema(fresh["aod"].app, "aod", FOLDER, 0)
    migrate(fresh["aod"].owner, "aod", FOLDER)
    wait_for_schema(fresh["aod"].app, "aod", FOLDER, 0)


def test_wait_when_the_schema_is_of_a_newer_release_is_content(fresh: Provisioned) -> None:
    with psycopg.connect(fresh["aod"].owner, autocommit=True) as owner:
        owner.execute("COMMENT ON SCHEMA aod IS 'revision 0900'")
    wait_for_schema(fresh["aod"].app, "aod", FOLDER, 0)


def test_wait_when_no_server_answers_names_the_schema() -> None:
    with pytest.raises(SchemaBehind, match="The schema aod"):
        wait_for_schema("postgresql://aod_app:none@127.0.0.1:1/autonomos", "aod", FOLDER, 0)


def test_wait_without_a_url_says_which_variable_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AOS_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit):
        cli.main("aod", ["wait"])
    assert "wait needs AOS_DATABASE_URL" in capsys.readouterr().err
