"""Reads a feed in a process of its own: whatever it holds, it costs no more than that process.

A calendar is a stranger's program: recurrences inside recurrences, in a library that cannot
be interrupted. So it is read by a child with a limit on its time and memory, none of our
environment, and the lowest priority; intake does not feel it, and the libraries are loaded
nowhere else.
"""

import asyncio
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from app.domain.lead import AgentId
from app.hours.feeds import FeedRead, FeedUnreadable, read_feed
from app.hours.named_in import Member
from app.hours.oncall import Shift

SECONDS = 10
"""Of computing. A year of somebody's calendar takes a tenth of one."""

_PATIENCE = 30.0
"""Seconds that may pass meanwhile, on a machine that is busy."""

_MEMORY = 512 * 1024 * 1024

_ROOT = str(Path(__file__).resolve().parents[2])
"""Where the child finds the code that this process runs."""


async def read_apart(
    feed: bytes,
    members: Sequence[Member],
    *,
    schedule: str,
    zone: str,
    now: datetime,
    patience: float = _PATIENCE,
) -> FeedRead:
    """`hours.feeds.read_feed`, in a child process. Raises `FeedUnreadable` for all it raises."""
    question = {
        "members": [[each.id, each.name, each.email] for each in members],
        "schedule": schedule,
        "zone": zone,
        "now": now.astimezone(UTC).isoformat(),
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "app.jobs.feed_reader"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={"PYTHONPATH": _ROOT},
    )
    try:
        async with asyncio.timeout(patience):
            said, _ = await child.communicate(orjson.dumps(question) + b"\n" + feed)
    except TimeoutError as error:
        raise FeedUnreadable("it takes too long to read") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise FeedUnreadable("it takes too much time or memory to read")
    return _answer(orjson.loads(said))


def _answer(said: dict[str, Any]) -> FeedRead:
    if "why" in said:
        raise FeedUnreadable(said["why"])
    seconds = said["refresh"]
    return FeedRead(
        tuple(
            Shift(datetime.fromisoformat(start), datetime.fromisoformat(end), AgentId(member))
            for start, end, member in said["shifts"]
        ),
        said["remark"],
        None if seconds is None else timedelta(seconds=seconds),
    )


def main() -> None:
    """The child: a question and a feed come in, what the feed says goes out."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.nice(10)
    question = orjson.loads(sys.stdin.buffer.readline())
    members = [Member(AgentId(each[0]), each[1], each[2]) for each in question["members"]]
    said: dict[str, Any]
    try:
        read = read_feed(
            sys.stdin.buffer.read(),
            members,
            schedule=question["schedule"],
            zone=ZoneInfo(question["zone"]),
            now=datetime.fromisoformat(question["now"]),
        )
        said = {
            "shifts": [
                [each.start.isoformat(), each.end.isoformat(), each.member] for each in read.shifts
            ],
            "remark": read.remark,
            "refresh": None if read.refresh is None else read.refresh.total_seconds(),
        }
    except FeedUnreadable as trouble:
        said = {"why": str(trouble)}
    sys.stdout.buffer.write(orjson.dumps(said))


if __name__ == "__main__":
    main()
