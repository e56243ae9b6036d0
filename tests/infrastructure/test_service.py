"""Waiting for the service: until it says it is ready, or it is plain that it never will."""

import sys

import pytest

from tests.servers.ports import free_port
from tests.servers.processes import NotReady, running
from tests.servers.service import Serving

_READY_AT_THE_THIRD_ASKING = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Answer.asked += 1
        self.send_response(200 if Answer.asked >= 3 else 503)
        self.end_headers()

HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def test_a_service_is_waited_for_until_it_is_ready() -> None:
    port = free_port()
    with running([sys.executable, "-c", _READY_AT_THE_THIRD_ASKING, str(port)]) as process:
        Serving(process, f"http://127.0.0.1:{port}").wait_until_ready()

        assert process.log.count("GET /readyz") == 3


def test_a_service_that_ends_instead_is_reported() -> None:
    with running([sys.executable, "-c", "raise SystemExit('no database')"]) as process:
        service = Serving(process, f"http://127.0.0.1:{free_port()}")

        with pytest.raises(NotReady, match="no database"):
            service.wait_until_ready()
