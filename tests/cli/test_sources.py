"""`lead-router sources …` and `send-test`: what somebody does who sets a source up."""

import json
from pathlib import Path

import pytest

from app.config.sources import KINDS
from app.sources.files import sample_file
from app.sources.registry import SOURCES
from tests.cli.commands import run
from tests.servers.service import serving
from tests.world import CONFIG

WITH_FIELDS = CONFIG.replace(
    "honeypot: website_url}", "honeypot: website_url, fields: {message: wish}}"
)


def test_every_kind_is_listed_with_what_it_is(tmp_path: Path) -> None:
    listed = run("sources", "list", cwd=tmp_path).out

    lines = dict(line.split(maxsplit=1) for line in listed.splitlines() if line[:1].islower())
    assert lines == {kind: SOURCES[kind].about.title for kind in KINDS}


def test_a_kind_is_shown_with_all_that_is_needed_to_set_it_up(tmp_path: Path) -> None:
    shown = run("sources", "show", "google-ads", cwd=tmp_path).out

    assert "google_key in the body" in shown.replace("`", "").replace("\n    ", " ")
    assert "https://YOUR-HOST/webhooks/google-ads" in shown
    assert "google-ads: {kind: google-ads, google_key: '${GOOGLE_ADS_KEY}', medium: ppc}" in shown
    assert "https://developers.google.com/google-ads/webhook" in shown
    assert '"column_id": "FULL_NAME"' in shown


def test_a_sample_is_printed_as_it_is_sent(tmp_path: Path) -> None:
    printed = run("sources", "show", "--sample", "web-form", cwd=tmp_path).out

    assert printed.encode() == sample_file("web-form").read_bytes()


def test_a_kind_that_is_misspelt_is_answered_with_the_right_name(tmp_path: Path) -> None:
    done = run("sources", "show", "google-add", cwd=tmp_path)

    assert (done.exit_code, done.out) == (1, "")
    assert done.err.startswith("There is no kind google-add.")
    assert "google-ads" in done.err


def test_a_file_is_read_and_nothing_is_stored(tmp_path: Path) -> None:
    tried = run("sources", "try", "realtor-com", str(sample_file("realtor-com")), cwd=tmp_path)

    assert tried.exit_code == 0, tried.err
    assert tried.out.startswith("A lead:\n")
    assert "    first_name: Kwame\n" in tried.out
    assert "      state: FL\n" in tried.out
    assert "phone: '+15035550163'\n" in tried.out
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_read_as_a_source_of_a_config_would(tmp_path: Path) -> None:
    config, form = tmp_path / "config.yaml", tmp_path / "delivery.form"
    config.write_text(WITH_FIELDS)
    form.write_text("name=Ana+Cruz&email=ana%40example.com&wish=A+garden&website_url=spam")
    tried = run(
        "sources", "try", "web-form", str(form), "--config", str(config), "--json", cwd=tmp_path
    )

    (inquiry,) = json.loads(tried.out)["inquiries"]
    assert inquiry["source"] == "website"
    assert inquiry["message"] == "A garden"
    assert inquiry["spam"] == "the form's hidden field was filled in"


def test_a_file_that_cannot_be_read_says_where_reading_stopped(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"Lead": {"lead_info": ')
    done = run("sources", "try", "realtor-com", str(file), cwd=tmp_path)

    assert (done.exit_code, done.out) == (1, "")
    assert "This is not JSON; reading stopped at byte 23" in done.err


def test_a_source_that_the_config_does_not_name_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    file = str(sample_file("web-form"))
    done = run(
        "sources", "try", "web-form", file, "--config", str(config), "--source", "x", cwd=tmp_path
    )

    assert done.exit_code == 1
    assert done.err.rstrip().endswith(
        "name a source of kind web-form by --source; there is: website"
    )


def test_a_test_lead_goes_through_the_front_door_and_nobody_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    where = {"database_url": f"sqlite:///{tmp_path / 'router.db'}", "config": str(config)}
    with serving({f"LEADROUTER_{name.upper()}": value for name, value in where.items()}) as here:
        sent = run("send-test", "realtor", "--url", here.url, cwd=tmp_path, **where)
        assert sent.exit_code == 0, sent.err
        assert f"{here.url}/webhooks/realtor answered 200" in sent.out
        assert json.loads(sent.out.partition("\n")[2])["status"] == "test"

        nowhere = run("send-test", "realtors", "--url", here.url, cwd=tmp_path, **where)
        assert nowhere.exit_code == 1
        assert "There is no source realtors." in nowhere.err

        wrong = tmp_path / "wrong.yaml"
        wrong.write_text(CONFIG.replace("realtor-key-of-tests", "another-key"))
        refused = run(
            "send-test", "realtor", "--url", here.url, "--config", str(wrong), cwd=tmp_path, **where
        )
        assert refused.exit_code == 1
        assert "answered 401" in refused.out
        assert "The test lead was not taken." in refused.err


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("zillow", "only Amazon SNS can sign"),
        ("website", "Source website is off: set WEBSITE_SECRET."),
    ],
)
def test_what_cannot_be_sent_is_explained(tmp_path: Path, source: str, says: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        CONFIG.replace('sns_signature: "off"', "sns_signature: required").replace(
            "secret: website-secret-of-tests", 'secret: "${WEBSITE_SECRET}"'
        )
    )
    done = run("send-test", source, "--config", str(config), cwd=tmp_path)

    assert (done.exit_code, done.out) == (1, "")
    assert says in done.err
