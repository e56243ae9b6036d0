"""The mutants themselves take minutes to run; that they still fit the code is seen here."""

import re
from pathlib import Path

import pytest

from tests.mutants.defences import MUTANTS, Mutant
from tests.mutants.run import ROOT, Misfit, apply

every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)

DEFENDED = {1, 2, 3, 4, 5, 6, 7, 8, 12, 17, 20, 23, 25, 26, 27, 28, 29, 31, 33, 34}
"""The failures that a mutant must stand for."""


@every_mutant
def test_a_mutant_fits_the_code_and_is_still_python(mutant: Mutant, tmp_path: Path) -> None:
    for path, _, _ in mutant.changes:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((ROOT / path).read_text())

    apply(mutant, tmp_path)

    for path, _, _ in mutant.changes:
        changed = (tmp_path / path).read_text()
        assert changed != (ROOT / path).read_text()
        compile(changed, path, "exec")


@every_mutant
def test_the_tests_that_must_notice_exist(mutant: Mutant) -> None:
    for name in mutant.caught_by:
        path, _, test = name.partition("::")
        assert re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text(), re.MULTILINE)


def test_every_failure_we_promise_to_survive_has_its_mutant() -> None:
    assert {failure for mutant in MUTANTS for failure in mutant.failures} >= DEFENDED


def test_no_two_mutants_share_a_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_a_mutant_that_no_longer_fits_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")

    with pytest.raises(Misfit, match=r"found 0 times in a\.py"):
        apply(Mutant("any", (1,), (("a.py", "y", "z"),), ()), tmp_path)
