"""Where this machine keeps a server's program, or which Debian package would bring it."""

import shutil
from pathlib import Path

_POSTGRES_ROOT = Path("/usr/lib/postgresql")


class NotInstalled(RuntimeError):
    """A program is missing; the message names the Debian package that has it."""


def redis_binary() -> str:
    return _on_path("redis-server", package="redis-server")


def setpriv_binary() -> str:
    return _on_path("setpriv", package="util-linux")


def postgres_binary(name: str, *, root: Path = _POSTGRES_ROOT) -> str:
    """Find `initdb`, `postgres` … of the newest PostgreSQL; Debian keeps them off the PATH."""
    found = sorted(root.glob(f"*/bin/{name}"), key=_major_version)
    if found:
        return str(found[-1])
    return _on_path(name, package="postgresql")


def _major_version(program: Path) -> int:
    version = program.parent.parent.name
    return int(version) if version.isdigit() else 0


def _on_path(name: str, *, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotInstalled(f"{name} is missing; as root: apt-get install {package}")
    return found
