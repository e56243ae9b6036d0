"""The PostgreSQL that the tests start: it starts, crashes, recovers, and copies databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.binaries import NotInstalled, postgres_binary
from tests.servers.postgres import PostgresServer, postgres


@pytest.fixture(scope="module")
def durable() -> Iterator[PostgresServer]:
    with postgres(durable=True) as server:
        yield server


def test_a_server_answers_with_the_limits_it_was_given(postgres_server: PostgresServer) -> None:
    settings = postgres_server.query(
        "select name, setting from pg_settings"
        " where name in ('fsync', 'max_connections') order by name"
    )

    assert settings.splitlines() == ["fsync|off", "max_connections|200"]


def test_a_durable_server_writes_through(durable: PostgresServer) -> None:
    settings = durable.query(
        "select setting from pg_settings"
        " where name in ('fsync', 'full_page_writes', 'synchronous_commit')"
    )

    assert settings.splitlines() == ["on", "on", "on"]


def test_a_crash_keeps_what_was_committed(durable: PostgresServer) -> None:
    durable.query("create table kept (word text); insert into kept values ('here')")

    durable.restart()

    assert durable.query("select word from kept") == "here"
    assert "automatic recovery in progress" in durable.process.log


def test_a_crashed_server_is_not_reached(durable: PostgresServer) -> None:
    durable.kill_immediate()

    with pytest.raises(RuntimeError, match="Connection refused"):
        durable.query("select 1")

    durable.start()


def test_a_stop_is_no_crash(durable: PostgresServer) -> None:
    already_said = len(durable.process.log)

    durable.stop()
    durable.start()

    assert "automatic recovery" not in durable.process.log[already_said:]


def test_a_database_is_a_copy_of_its_template(postgres_server: PostgresServer) -> None:
    postgres_server.create_database("original")
    postgres_server.query("create table t as select 7 as n", database="original")

    url = postgres_server.create_database("copy", template="original")

    assert url == f"postgresql://lead_router@127.0.0.1:{postgres_server.port}/copy"
    assert postgres_server.query("select n from t", database="copy") == "7"
    postgres_server.drop_database("copy")
    postgres_server.drop_database("original")


def test_nothing_is_left_when_a_server_is_done_with() -> None:
    with postgres() as server:
        folder = Path(server.query("show data_directory")).parent
        pid = server.process.pid

    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_missing_server_names_its_package(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="apt-get install postgresql"):
        postgres_binary("no-such-program", root=tmp_path)


def test_the_newest_version_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()

    assert postgres_binary("postgres", root=tmp_path) == str(tmp_path / "17/bin/postgres")
