"""Take each defence out of a copy of the tree and see whether its test notices.

python -m tests.mutants.run              all of them
python -m tests.mutants.run NAME …       only these
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.defences import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
COPIED = ("app", "migrations", "tests", "pyproject.toml")

PASSED, FAILED = 0, 1
"""What pytest answers when all tests passed, and when some failed."""


class Misfit(Exception):
    """A mutant no longer fits the code."""


def apply(mutant: Mutant, root: Path) -> None:
    """Make the mutant of the tree at `root`. Raises `Misfit`."""
    for path, old, new in mutant.changes:
        file = root / path
        text = file.read_text()
        if text.count(old) != 1:
            raise Misfit(f"{mutant.name}: found {text.count(old)} times in {path}: {old!r}")
        file.write_text(text.replace(old, new))


def copy_to(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)


def survives(mutant: Mutant) -> str:
    """Run the mutant's tests against it; answers the verdict."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        # The database server may run as somebody else, who must be able to look inside.
        folder.chmod(0o755)
        copy_to(folder)
        apply(mutant, folder)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *mutant.caught_by],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == FAILED:
        return "caught"
    if done.returncode == PASSED:
        return "SURVIVED"
    return f"BROKEN (pytest ended with {done.returncode})\n{done.stdout[-2_000:]}"


def main(names: Sequence[str]) -> int:
    """0 if every mutant was caught."""
    if unknown := set(names) - {mutant.name for mutant in MUTANTS}:
        print(f"no such mutants: {', '.join(sorted(unknown))}")  # noqa: T201 - a command prints.
        return 2
    wanted = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    escaped = 0
    for mutant in wanted:
        began = time.monotonic()
        verdict = survives(mutant)
        escaped += verdict != "caught"
        against = ", ".join(map(str, mutant.failures))
        spent = f"{time.monotonic() - began:5.1f} s"
        print(f"{mutant.name:<48} {against:<12} {spent}  {verdict}", flush=True)  # noqa: T201
    print(f"{len(wanted) - escaped} of {len(wanted)} caught")  # noqa: T201 - as above.
    return 1 if escaped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
