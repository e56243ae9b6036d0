"""`lead-router config diff` and `apply`: a plan first, then a change, and never blindly."""

import asyncio
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import yaml

from app.cli.program import main
from app.domain.clock import utc_now
from app.flow import configuring
from app.store.database import Database
from tests.cli.commands import Done
from tests.world import a_config

SECRET = "a-secret-that-somebody-wrote-down"


class Terminal(io.StringIO):
    """Somebody sits there, and types this."""

    def isatty(self) -> bool:
        return True


@dataclass
class Office:
    """A database with one version in force, and a file beside it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'office.db'}"

    @property
    def file(self) -> Path:
        return self.folder / "office.yaml"

    def write(self, edit: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
        document = a_config()
        edit(document)
        self.file.write_text(yaml.safe_dump(document, sort_keys=False))

    def run(self, *arguments: str) -> Done:
        """Run `lead-router config …` in this process: to start one takes longer than most tests."""
        self.monkeypatch.setenv("LEADROUTER_DATABASE_URL", self.url)
        self.monkeypatch.setattr(sys, "argv", ["lead-router", "config", *arguments])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    def diff(self, *options: str) -> Done:
        return self.run("diff", *options, str(self.file))

    def apply(self, *options: str) -> Done:
        return self.run("apply", *options, str(self.file))

    def put(self, document: dict[str, Any], *, after: int, by: str = "key:ops") -> None:
        """Somebody else puts a version in force."""
        asyncio.run(self._put(document, after, by))

    async def _put(self, document: dict[str, Any], after: int, by: str) -> None:
        database = Database.of(self.url)
        async with database.transaction() as tx:
            await configuring.put(tx, document, after=after, by=by, now=utc_now())
        await database.close()

    def versions(self) -> list[str]:
        return [line.split()[0] for line in self.run("history").out.splitlines()]


@pytest.fixture
def empty(
    tmp_path: Path,
    sqlite_template: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Office:
    copyfile(sqlite_template, tmp_path / "office.db")
    made = Office(tmp_path, monkeypatch, capsys)
    made.write()
    return made


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put(a_config(), after=0)
    return empty


def raise_weight(document: dict[str, Any]) -> None:
    document["agents"][0]["weight"] = 2
    document["sources"]["website"]["secret"] = SECRET


def test_a_file_that_says_the_same_differs_in_nothing_and_is_not_applied(office: Office) -> None:
    diff, apply = office.diff(), office.apply()

    assert (diff.exit_code, apply.exit_code) == (0, 0)
    assert diff.out == apply.out
    assert diff.out.startswith(f"{office.file} says the same as version 1 (by key:ops, 20")
    assert office.versions() == ["1"]


def test_a_plan_says_what_changes_and_what_follows_and_changes_nothing(office: Office) -> None:
    office.write(raise_weight)
    done = office.diff()
    header, _, body = done.out.partition("\n")

    assert (done.exit_code, done.err) == (2, "")
    assert header.startswith(f"{office.file} against version 1 (by key:ops, 20")
    assert body == (
        "\nagents\n  + dana.weight: 2\n"
        "\nsources\n  ~ website.secret: (secret) → another\n"
        "\nWhat follows\n"
        "  ! source website has another secret: whoever sends with the old one gets a 401.\n"
        "\n1 added, 1 changed.\n"
    )
    assert office.versions() == ["1"]


def test_where_nobody_can_be_asked_only_yes_applies_it(office: Office) -> None:
    office.write(raise_weight)
    asked, told = office.apply(), office.apply("--yes")

    assert asked.exit_code == 1
    assert asked.err == "Nothing was changed. Nobody is there to be asked: say --yes to apply it.\n"
    assert "+ dana.weight: 2" in asked.out
    assert (told.exit_code, told.out.splitlines()[-1]) == (0, "Version 2 is in force.")
    assert told.out.startswith(asked.out)
    assert office.versions() == ["2", "1"]
    assert SECRET not in asked.out + told.out


@pytest.mark.parametrize(("answer", "versions"), [("n\n", ["1"]), ("y\n", ["2", "1"])])
def test_on_a_terminal_it_asks(office: Office, answer: str, versions: list[str]) -> None:
    office.write(raise_weight)
    office.monkeypatch.setattr(sys, "stdin", Terminal(answer))
    done = office.apply()

    assert "Put it in force? [y/N]:" in done.out
    assert done.exit_code == (0 if len(versions) == 2 else 1)
    assert office.versions() == versions


def test_an_expected_version_that_is_not_in_force_stops_it(office: Office) -> None:
    office.write(raise_weight)
    stopped = office.apply("--yes", "--expect", "7")

    assert (stopped.exit_code, stopped.out) == (1, "")
    assert stopped.err == "Version 1 is in force, not 7: nothing was changed.\n"
    assert office.apply("--yes", "--expect", "1").exit_code == 0


def test_who_changes_it_between_the_plan_and_the_answer_wins(office: Office) -> None:
    """The plan is shown, somebody else is faster, and what was agreed to is not done."""
    office.write(raise_weight)

    class Slow(Terminal):
        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # As its parent.
            office.put(a_config(sla=[]), after=1, by="key:night-shift")
            return super().readline(size)

    office.monkeypatch.setattr(sys, "stdin", Slow("y\n"))
    done = office.apply()

    assert done.exit_code == 1
    said = done.err.strip().splitlines()[-1]
    assert said.startswith("Nothing was changed: key:night-shift put version 2 in force at 20")
    assert said.endswith(", after this plan was made. Look again with `lead-router config diff`.")
    assert office.versions() == ["2", "1"]


def test_an_older_version_may_be_compared_with(office: Office) -> None:
    office.put(a_config(sla=[]), after=1)
    old, newest, unknown = (
        office.diff("--against", "1"),
        office.diff(),
        office.diff("--against", "9"),
    )

    assert (old.exit_code, newest.exit_code) == (0, 2)
    assert "+ speed-to-lead: {" in newest.out
    assert (unknown.exit_code, unknown.err) == (1, "There is no version 9: the newest is 2.\n")


def test_mistakes_end_with_a_one_whatever_they_are(office: Office) -> None:
    office.write(lambda it: it.update(colour="red"))
    bad = office.diff()
    no_file = office.run("diff")
    no_option = office.diff("--wrong")

    assert [each.exit_code for each in (bad, no_file, no_option)] == [1, 1, 1]
    assert "colour" in bad.err
    assert "Missing argument 'FILE'." in no_file.err


def test_a_version_is_shown_as_it_was_written(office: Office) -> None:
    shown = office.run("show", "1")
    unknown = office.run("show", "4")

    assert yaml.safe_load(shown.out) == a_config()
    assert (unknown.exit_code, unknown.err) == (1, "There is no version 4.\n")


def test_into_an_empty_database_the_first_version_is_put(empty: Office) -> None:
    first, applied = empty.diff(), empty.apply("--yes")

    assert (first.exit_code, applied.exit_code) == (2, 0)
    assert first.out == f"There is no config yet: all of {empty.file} is new.\n"
    assert empty.versions() == ["1"]
