"""`lead-router simulate`: what a draft would have done, for people and as JSON."""

import asyncio
import json
import random
from copy import deepcopy
from pathlib import Path
from shutil import copyfile

import pytest
import yaml

from app.store.database import Database
from tests.cli.commands import Done, run
from tests.scenarios.past import CONFIG, History, something_happens

STRETCH = ("--from", "2026-03-01", "--to", "2026-03-16T20:00:00Z")


async def _fill(url: str) -> None:
    database = Database.of(url)
    office = await History.begin(database, CONFIG)
    chance = random.Random(2)  # noqa: S311 - no secret.
    for _ in range(12):
        await something_happens(office, chance)
    await database.close()


@pytest.fixture(scope="module")
def past(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with an afternoon's leads."""
    path = tmp_path_factory.mktemp("past") / "past.db"
    copyfile(sqlite_template, path)
    asyncio.run(_fill(f"sqlite:///{path}"))
    return path


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    document = deepcopy(CONFIG)
    document["routing"]["rules"] = [{"name": "dan", "to": {"agent": "dan"}}]
    file = tmp_path / "draft.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def simulate(past: Path, folder: Path, *arguments: str) -> Done:
    return run("simulate", *arguments, cwd=folder, database_url=f"sqlite:///{past}")


def test_a_draft_is_told_in_words_and_tables(past: Path, draft: Path, tmp_path: Path) -> None:
    done = simulate(past, tmp_path, "--config", str(draft), *STRETCH)

    assert (done.exit_code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].endswith(
        "leads from 2026-03-01T00:00:00Z to 2026-03-16T20:00:00Z, routed by the draft."
    )
    assert lines[1] == "Nothing was written."
    assert any(line.startswith("Another owner: ") for line in lines)
    assert any(line.startswith("dan ") and "100.0%" in line for line in lines)
    assert any(line.startswith("spanish") and line.split()[2] == "0" for line in lines)
    assert "would be dan. Rule dan names dan." in done.out
    assert "What is not exact:" in lines


def test_the_config_in_force_changes_nothing_and_json_says_all(past: Path, tmp_path: Path) -> None:
    done = simulate(past, tmp_path, "--json", *STRETCH)

    answer = json.loads(done.out)
    assert (done.exit_code, done.err, answer["config_version"]) == (0, "", 1)
    assert answer["leads"] > 10
    assert answer["owners_changed"]["count"] == 0


def test_what_cannot_be_rehearsed_is_a_line_that_says_why(
    past: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(yaml.safe_dump(CONFIG | {"colour": "red"}))

    wrong = simulate(past, tmp_path, "--config", str(broken), *STRETCH)
    assert (wrong.exit_code, "colour: unknown key" in wrong.err) == (1, True)
    backwards = simulate(past, tmp_path, "--from", "2026-03-02", "--to", "2026-03-01")
    assert (backwards.exit_code, backwards.err.startswith("--from must be earlier")) == (1, True)
    unread = simulate(past, tmp_path, "--last", "soon")
    assert (unread.exit_code, "such as 90s" in unread.err) == (2, True)
    copyfile(sqlite_template, tmp_path / "new.db")
    nothing = simulate(tmp_path / "new.db", tmp_path)
    assert (nothing.exit_code, "There is no config yet" in nothing.err) == (1, True)
