"""The holiday library is large: only a config that names holidays may load it."""

import subprocess
import sys
from pathlib import Path

CHECK = """
import sys
from app.config.load import check, read_yaml
check(read_yaml(sys.stdin.read()), {})
print("holidays" in sys.modules)
"""


def test_a_config_without_holidays_does_not_load_them() -> None:
    example = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")

    assert _loads_holidays(example) == "True"
    assert _loads_holidays(example.replace("    holidays: US-FL\n", "")) == "False"


def _loads_holidays(text: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", CHECK],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return result.stdout.strip()
