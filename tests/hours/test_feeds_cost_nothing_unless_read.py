"""The calendar libraries are large: only the process that reads a feed may load them."""

import subprocess
import sys
from pathlib import Path

CHECK = """
import sys
import app.main
print(sorted({"icalendar", "recurring_ical_events", "dateutil"} & sys.modules.keys()))
"""


def test_the_service_does_not_load_them() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CHECK],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert result.stdout.strip() == "[]"
