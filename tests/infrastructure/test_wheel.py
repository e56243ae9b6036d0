"""The built package, which is what the image runs, has every file of the checkout's."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("app", "migrations")
# It is only needed to write a new migration, which nobody does in an image.
_LEFT_OUT = {"migrations/script.py.mako"}


def test_the_package_leaves_no_file_behind(tmp_path: Path) -> None:
    shutil.copy(_ROOT / "pyproject.toml", tmp_path)
    shutil.copy(_ROOT / "README.md", tmp_path)
    for package in _PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(_ROOT / package, tmp_path / package, ignore=ignored)
    sources = {
        str(path.relative_to(tmp_path))
        for package in _PACKAGES
        for path in (tmp_path / package).rglob("*")
        if path.is_file()
    }

    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "."],
        cwd=tmp_path,
        check=True,
        timeout=50,
    )

    [wheel] = tmp_path.glob("*.whl")
    assert sources - set(zipfile.ZipFile(wheel).namelist()) == _LEFT_OUT & sources
