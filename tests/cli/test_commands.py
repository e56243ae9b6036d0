"""`lead-router …`: does what it says, and says what went wrong in a line."""

import re
from pathlib import Path

import httpx
import pytest

from app.store import schema
from tests.cli.commands import Done, run
from tests.servers.postgres import PostgresServer
from tests.servers.service import serving
from tests.world import CONFIG

AWAY = "postgresql://nobody@127.0.0.1:1/nothing"


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'lead-router.db'}"


def refused(done: Done, exit_code: int = 1) -> str:
    """What a failed command said; never a traceback."""
    assert done.exit_code == exit_code, (done.out, done.err)
    assert "Traceback" not in done.err
    assert done.out == ""
    return done.err


def test_a_good_config_passes_and_says_what_is_off(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG)
    done = run("config", "check", str(file), cwd=tmp_path)

    assert (done.exit_code, done.err) == (0, "")
    said = done.out.splitlines()
    assert said[0].startswith(f"{file}: warning: line 28: sla.0.steps.2.via: ")
    assert said[1:] == [
        f"{file}: channel email is a sandbox: set SMTP_URL",
        f"{file}: channel push is a sandbox: set NTFY_URL",
        f"{file}: the config is good.",
    ]


def test_a_bad_config_fails_with_every_mistake_and_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    lines = CONFIG.replace("members: [dana]", "members: [dena]").splitlines()
    file.write_text("\n".join([*lines, "colour: red"]))
    said = refused(run("config", "check", str(file), cwd=tmp_path))

    members = next(at for at, line in enumerate(lines, 1) if "dena" in line)
    assert re.search(rf"line {members}: teams\.luxury\.members\.0: .*dena.*dana", said)
    assert re.search(rf"line {len(lines) + 1}: colour: unknown key", said)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: [", b"- 1", b""])
def test_what_is_no_config_fails_in_a_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(content)

    assert refused(run("config", "check", str(file), cwd=tmp_path))


def test_files_that_cannot_be_read_are_said_to_be(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"

    assert refused(run("config", "check", str(missing), cwd=tmp_path)) == (
        f"{missing}: No such file or directory\n"
    )
    assert refused(run("config", "check", str(tmp_path), cwd=tmp_path)) == (
        f"{tmp_path}: Is a directory\n"
    )
    served = run(
        "serve", cwd=tmp_path, database_url=sqlite(tmp_path), config=str(missing), port="0"
    )
    assert refused(served) == f"{missing}: No such file or directory\n"


def test_migrate_brings_a_database_to_head_once(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    for url in (sqlite(tmp_path), postgres_server.create_database("cli_migrate")):
        done = [run("migrate", cwd=tmp_path, database_url=url) for _ in range(2)]
        assert [(each.exit_code, each.out) for each in done] == [
            (0, "The database is at head now.\n"),
            (0, "The database is at head already.\n"),
        ]


@pytest.mark.parametrize("direction", [(), ("--down",)])
def test_a_revision_that_is_none_is_one_line(tmp_path: Path, direction: tuple[str, ...]) -> None:
    where = {"database_url": sqlite(tmp_path)}
    run("migrate", cwd=tmp_path, **where)

    said = refused(run("migrate", *direction, "--to", "nonsense", cwd=tmp_path, **where))

    assert said == (
        f"There is no way to revision 'nonsense': use head, base, or 0001 to {schema.HEAD}.\n"
    )


def test_a_key_is_shown_once_and_works_until_it_is_revoked(tmp_path: Path) -> None:
    where = {"database_url": sqlite(tmp_path)}
    made = run("keys", "create", "--role", "ops", "--name", "grafana", cwd=tmp_path, **where)
    assert (made.exit_code, made.err) == (0, "")
    key = made.out.strip()
    assert re.fullmatch(r"lr_ops_[0-9a-f]{40}", key)
    assert key.encode() not in Path(tmp_path, "lead-router.db").read_bytes()

    with serving({f"LEADROUTER_{name.upper()}": value for name, value in where.items()}) as service:

        def status() -> int:
            headers = {"Authorization": f"Bearer {key}"}
            return httpx.get(f"{service.url}/v1/leads", headers=headers).status_code

        assert status() == 200
        gone = run("keys", "revoke", "grafana", cwd=tmp_path, **where)
        assert (gone.exit_code, gone.out) == (0, "1 key revoked.\n")
        service.process.wait_until(lambda: status() == 401, within=2)
    assert "no key named grafana" in refused(
        run("keys", "revoke", "grafana", cwd=tmp_path, **where)
    )


def test_wrong_words_are_explained(tmp_path: Path) -> None:
    where = {"database_url": sqlite(tmp_path)}
    boss = run("keys", "create", "--role", "boss", "--name", "x", cwd=tmp_path, **where)
    assert "'boss' is not one of 'admin', 'ops', 'viewer', 'agent', 'intake'" in refused(boss, 2)
    agent = run("keys", "create", "--role", "agent", "--name", "x", cwd=tmp_path, **where)
    assert "needs --agent" in refused(agent)
    assert "No such command" in refused(run("swim", cwd=tmp_path), 2)


@pytest.mark.parametrize("command", ["migrate", "keys create --role ops --name x", "keys revoke x"])
def test_a_database_that_is_away_is_one_line(tmp_path: Path, command: str) -> None:
    said = refused(run(*command.split(), cwd=tmp_path, database_url=AWAY))

    assert said == "The database does not answer. Nothing was stored; send it again.\n"


def test_a_database_that_was_never_migrated_is_told_apart(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    url = postgres_server.create_database("cli_empty")
    for command in ("keys create --role ops --name x", "keys revoke x", "serve"):
        said = refused(run(*command.split(), cwd=tmp_path, database_url=url, port="0"))
        assert said == "The database is not at head: run `lead-router migrate` first.\n"


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "postgresql://x:y:z/", "sqlite"])
def test_an_address_that_is_no_database_is_explained(tmp_path: Path, url: str) -> None:
    said = refused(run("migrate", cwd=tmp_path, database_url=url))

    assert said.startswith("LEADROUTER_DATABASE_URL: use sqlite:///path or postgresql://")


def test_wrong_variables_are_named_all_at_once_and_never_quoted(tmp_path: Path) -> None:
    said = refused(run("serve", cwd=tmp_path, admin_key="too-short", port="many"), 2)

    assert said.splitlines() == [
        "LEADROUTER_ADMIN_KEY: use 20 characters or more",
        "LEADROUTER_PORT: Input should be a valid integer, unable to parse string as an integer",
    ]


def test_a_worker_needs_a_redis(tmp_path: Path) -> None:
    said = refused(run("worker", cwd=tmp_path, database_url=sqlite(tmp_path)))

    assert said.startswith("LEADROUTER_REDIS_URL is not set")
