"""Named places where a process may be made to die, sleep or fail: for tests of faults.

`LEADROUTER_FAILPOINTS="intake.before_commit=kill"` is read once, at import. Without it,
reaching one costs a dictionary look-up.
"""

import os
import signal
import time

_SET = dict(
    place.split("=", 1)
    for place in os.environ.get("LEADROUTER_FAILPOINTS", "").split(",")
    if "=" in place
)


class Planted(RuntimeError):
    """A fault that was asked for."""


def failpoint(name: str) -> None:
    """Do here what the environment asks for: `kill`, `raise`, `exit`, `freeze:SECONDS`."""
    if not _SET:
        return
    match _SET.get(name, "").partition(":"):
        case ("kill", _, _):
            os.kill(os.getpid(), signal.SIGKILL)
        case ("exit", _, _):
            os._exit(70)
        case ("raise", _, _):
            raise Planted(name)
        case ("freeze", _, seconds):
            time.sleep(float(seconds or 1))
        case _:
            return
