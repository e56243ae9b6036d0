"""A real Chromium, spoken to over a pipe: opens pages, runs scripts in them, hears their errors.

The pipe is the browser's own way to be driven (`--remote-debugging-pipe`): JSON objects with a
NUL after each, on file descriptors 3 and 4. So it takes no port and no further package.
"""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PATIENCE = 30.0

_NAMES = ("chromium", "chromium-browser", "google-chrome")

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)

# Becomes the browser once the two ends of the pipes have the numbers that it looks for.
_START = """
import os, sys
for end, number in zip(sys.argv[1:3], (13, 14)):
    os.dup2(int(end), number)
os.dup2(13, 3)
os.dup2(14, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""

_numbers = itertools.count(1)


class BrowserSays(RuntimeError):
    """The browser refused, or a script in a page failed."""


@dataclass(slots=True)
class Page:
    """One tab; or the browser itself, which only opens others."""

    _to: IO[bytes]
    _from: IO[bytes]
    _session: str | None = None
    errors: list[str] = field(default_factory=list)
    """What went wrong in the page: exceptions, violations of its policy, failed requests."""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something, and wait for its answer."""
        number = next(_numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (answer := self._next()).get("id") != number:
            self._hear(answer)
        if "error" in answer:
            raise BrowserSays(answer["error"]["message"])
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            if not byte:
                raise BrowserSays("it has gone away")
            text += byte
        message: dict[str, Any] = json.loads(text)
        return message

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("sessionId") != self._session:
            return
        said = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(said["exceptionDetails"].get("exception", said)))
        if event.get("method") == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.errors.append(said["entry"]["text"])

    @contextmanager
    def another(self) -> Iterator["Page"]:
        """Open a tab that shares nothing with any other, and close it at the end."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self._to, self._from, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log"):
            page.call(f"{domain}.enable")
        yield page
        self.call("Target.disposeBrowserContext", browserContextId=context)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def run(self, script: str) -> Any:
        """Run a script in the page and answer its value. Raises `BrowserSays`."""
        done = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in done:
            raise BrowserSays(str(done["exceptionDetails"]))
        return done["result"].get("value")

    def text(self, selector: str = "body") -> str:
        """What a person reads there."""
        found = self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
        return str(found)

    def wait_until(self, holds: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"never {what}; the page reads:\n{self.text()}")
            time.sleep(0.05)

    def wait_for_text(self, words: str, selector: str = "body") -> None:
        self.wait_until(lambda: words in self.text(selector), f"read {words!r} in {selector}")


@contextmanager
def chromium() -> Iterator[Page]:
    """Start a browser with an empty profile; gone with all of it at the end."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise BrowserSays("chromium is missing; run .ci/packages servers, or install it")
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    # Should a helper of the browser still write as it is killed, a file of it is left behind:
    # that says nothing about the page under test.
    with tempfile.TemporaryDirectory(
        prefix="lead-router-browser-", ignore_cleanup_errors=True
    ) as profile:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", _START, str(to_read), str(from_write)),
                *(program, *_OPTIONS, f"--user-data-dir={Path(profile, 'profile')}"),
            ],
            pass_fds=(to_read, from_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile},
            start_new_session=True,
        )
        os.close(to_read)
        os.close(from_write)
        with os.fdopen(to_write, "wb") as to_it, os.fdopen(from_read, "rb") as from_it:
            try:
                yield Page(to_it, from_it)
            finally:
                process.terminate()
                process.wait(PATIENCE)
                # It has helpers, which go on writing into the profile for a moment.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
