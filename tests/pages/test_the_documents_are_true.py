"""What the documents say about files, variables and troubles is so."""

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
import yaml

from app.config.condition import Condition
from app.config.demo import demo_text
from app.config.load import Document, check
from app.config.routing import Routing
from app.config.sources import KINDS
from app.routing.strategies.registry import STRATEGIES
from app.settings import Settings
from app.store import audit

_ROOT = Path(__file__).parents[2]

_DOCUMENTS = (
    *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"),
    *("docs/operating.md", "docs/going-distributed.md"),
    *("docs/sources.md", "docs/adding-a-source.md", "docs/routing.md"),
    *(str(each.relative_to(_ROOT)) for each in (_ROOT / "docs/decisions").glob("*.md")),
)


@pytest.mark.parametrize("document", _DOCUMENTS)
def test_every_link_within_the_project_leads_somewhere(document: str) -> None:
    text = (_ROOT / document).read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    places = [each for each in links if not each.startswith("http")]

    dead = [each for each in places if not (_ROOT / document).parent.joinpath(each).exists()]

    assert dead == []


@pytest.mark.parametrize("document", _DOCUMENTS)
def test_every_file_of_the_app_that_is_named_is_there(document: str) -> None:
    text = (_ROOT / document).read_text()
    named = set(re.findall(r"`(app/[\w/.]+\.(?:py|yaml))[`:]", text))

    assert {each for each in named if not (_ROOT / each).is_file()} == set()


def test_every_file_in_the_tree_is_there() -> None:
    tree = (_ROOT / "ARCHITECTURE.md").read_text().split("## The tree")[1].split("```")[1]
    folder, missing, found = Path(), [], 0
    for line in tree.splitlines():
        if top := re.match(r"[├└]── (\w+)/ ", line):
            folder = Path(top[1])
        elif file := re.match(r"(│   )?[├└]── ([\w/.]+\.\w+) ", line):
            found += 1
            place = _ROOT / "app" / (folder if file[1] else Path()) / file[2]
            missing += [] if place.is_file() else [str(place)]

    assert found > 150
    assert missing == []


def test_operating_names_every_variable() -> None:
    text = (_ROOT / "docs/operating.md").read_text()
    wanted = {f"LEADROUTER_{name.upper()}" for name in Settings.model_fields}

    assert wanted - set(re.findall(r"`(LEADROUTER_\w+)`", text)) == set()


def test_operating_says_what_each_trouble_means() -> None:
    text = (_ROOT / "docs/operating.md").read_text()
    questions = audit._questions(datetime(2026, 3, 14, 15, 26, tzinfo=UTC))
    beside = {"database", "redis", "database_away", "engine_of_this_process_late"}

    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) >= {*questions, *beside}


def test_operating_names_every_figure_of_metrics() -> None:
    text = (_ROOT / "docs/operating.md").read_text()
    source = Path(inspect.getsourcefile(audit) or "").parents[1].joinpath("api/health.py")
    names = set(re.findall(r'"lead_router_(\w+)"', source.read_text()))

    assert {"processes", "broken_promises", "config_version"} <= names
    assert {name for name in names if f"`lead_router_{name}`" not in text} == set()


def test_the_source_that_is_added_as_an_example_is_the_one_that_is_there() -> None:
    document = (_ROOT / "docs" / "adding-a-source.md").read_text()
    ours = (_ROOT / "app" / "sources" / "kinds" / "rechat.py").read_text()
    change = re.search(r"```diff\n(.*?)```", document, re.DOTALL)

    assert f"```python\n{ours}```" in document
    assert change is not None
    after = "\n".join(line[1:] for line in change[1].splitlines())
    assert after in (_ROOT / "app" / "config" / "sources.py").read_text()


def test_the_page_on_sources_names_every_kind() -> None:
    document = (_ROOT / "docs" / "sources.md").read_text()

    assert [kind for kind in KINDS if f"`{kind}`" not in document] == []
    assert f"all {len(KINDS)} kinds" in (_ROOT / "README.md").read_text()


def test_the_sources_that_are_shown_as_examples_pass_the_check() -> None:
    document = (_ROOT / "docs" / "sources.md").read_text()
    config = yaml.safe_load(demo_text())
    blocks = re.findall(r"```yaml\n(?:sources:\n)?(.*?)```", document, re.DOTALL)
    config["sources"] = {k: v for block in blocks for k, v in yaml.safe_load(block).items()}
    variables = dict.fromkeys(re.findall(r"\$\{(\w+)\}", document), "invented")

    assert check(Document.of(config), variables).warnings == ()
    assert set(config["sources"]) == {"website", "partner", "inbox"}


def test_the_rules_and_schedules_that_are_shown_as_examples_pass_the_check() -> None:
    document = (_ROOT / "docs" / "routing.md").read_text()
    config = yaml.safe_load((_ROOT / "tests" / "config" / "example.yaml").read_text())
    # What YAML 1.1 makes of `on:` is another story.
    config["follow_up_plans"] = []
    blocks = re.findall(r"```yaml\n(.*?)```", document, re.DOTALL)
    for block in blocks:
        config |= yaml.safe_load(block)

    assert len(blocks) == 2
    check(Document.of(config), {"ONCALL_ICS": "https://calendar.example.com/managers.ics"})


def test_the_page_on_routing_names_every_condition_strategy_and_policy() -> None:
    document = (_ROOT / "docs" / "routing.md").read_text()
    keys = {field.alias or name for name, field in Condition.model_fields.items()}
    policies = Routing.model_fields["after_absence"].annotation

    words = {*keys - {"extra"}, *STRATEGIES, *get_args(policies)}
    assert {each for each in words if f"`{each}`" not in document} == set()
