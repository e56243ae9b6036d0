"""How much of the machine went to processes that are none of the bench's, while it measured.

A machine that is busy with something else makes every figure worse, and this says so.
"""

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")

_BUSY = (1, 2, 3, 6, 7, 8)
"""Columns of the first line of `/proc/stat`: user, nice, system, irq, softirq, steal."""


class Others:
    """Knows how many cores others have used, on average, since it was made."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._theirs = _busy() - _ours()

    def cores(self) -> float:
        took = time.monotonic() - self._since
        return max(0.0, (_busy() - _ours() - self._theirs) / took)


def _busy() -> float:
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return sum(int(fields[each]) for each in _BUSY) / _TICKS


def _ours() -> float:
    """CPU seconds of this process and its descendants, those that have ended included."""
    parent: dict[int, int] = {}
    used: dict[int, float] = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            fields = (each / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
        parent[int(each.name)] = int(fields[1])
        # Its own, and what its children had used when they ended.
        used[int(each.name)] = sum(map(int, fields[11:15])) / _TICKS
    return sum(seconds for pid, seconds in used.items() if _is_ours(pid, parent))


def _is_ours(pid: int, parent: dict[int, int]) -> bool:
    while pid > 1 and pid != os.getpid():
        pid = parent.get(pid, 0)
    return pid == os.getpid()
