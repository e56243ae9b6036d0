"""The API's documents, opened in a real browser that can reach nothing but the service."""

from pathlib import Path

from tests.pages.browser import chromium
from tests.pages.serving import board_with


def test_the_docs_show_the_calls_with_what_is_on_board(tmp_path: Path) -> None:
    with (
        board_with(folder=tmp_path) as client,
        chromium() as browser,
        browser.another() as page,
    ):
        page.open(f"{client.base_url}/docs")

        page.wait_for_text("Deliver a lead")
        page.wait_for_text("/v1/sla/summary")
        elsewhere = page.run(
            "performance.getEntriesByType('resource').map(each => each.name)"
            f".filter(name => !name.startsWith({str(client.base_url).rstrip('/')!r}))"
        )
        assert [name for name in elsewhere if not name.startswith("data:")] == []
