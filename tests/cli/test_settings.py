from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.settings import Settings, SettingsInvalid, read_data_settings, read_engine_settings, read_settings

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAF3xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"


@pytest.fixture(autouse=True)
def empty_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_token_is_all_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    settings = read_settings()
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.engine == "auto"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nPORT=1111\nENGINE=portrait\n")
    monkeypatch.setenv("PORT", "2222")
    settings = read_settings()
    assert (settings.port, settings.engine) == (2222, "portrait")


def test_every_problem_is_reported_at_once_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "TELEGRAM_BOT_TOKEN": "hunter2-is-my-secret",
        "TELEGRAM_WEBHOOK_SECRET": "not allowed!",
        "TELEGRAM_API_URL": "telegram",
        "PORT": "eighty",
        "ENGINE": "magic",
        "ADMIN_IDS": "12, bob",
        "KEEP_PHOTOS_HOURS": "-1",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as caught:
        read_settings()
    report = str(caught.value)
    assert [name for name in wrong if f"\n  {name}: " not in report] == []
    assert "hunter2" not in report and "not allowed!" not in report
    assert "'eighty'" in report


def test_a_missing_token_is_explained() -> None:
    with pytest.raises(SettingsInvalid, match=r"TELEGRAM_BOT_TOKEN: is missing.*BotFather"):
        read_settings()


@pytest.mark.parametrize(
    ("text", "expected"), [("", frozenset()), ("12", {12}), ("12, 34 56", {12, 34, 56}), (" 7,", {7})]
)
def test_operators_are_listed_with_commas_or_spaces(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: set[int]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("ADMIN_IDS", text)
    assert read_settings().admin_ids == expected


@pytest.mark.parametrize(
    ("text", "is_good"), [("0", True), ("1016", True), ("1024", False), ("1015", False), ("256", False)]
)
def test_a_canvas_is_smaller_than_what_is_asked_for_and_fits_the_networks(
    monkeypatch: pytest.MonkeyPatch, text: str, is_good: bool
) -> None:
    monkeypatch.setenv("CANVAS", text)
    if is_good:
        assert read_engine_settings().canvas == int(text)
        return
    with pytest.raises(SettingsInvalid, match="CANVAS"):
        read_engine_settings()


def test_addresses_lose_their_last_slash_and_words_their_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8081/")
    monkeypatch.setenv("ENGINE", "Classic")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    settings = read_settings()
    assert (settings.telegram_api_url, settings.engine, settings.log_level) == (
        "http://127.0.0.1:8081",
        "portrait",
        "DEBUG",
    )


def _manual() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE))


def test_the_manual_names_every_setting_and_no_other() -> None:
    assert set(_manual()) == {name.upper() for name in Settings.model_fields}


def test_the_manuals_defaults_are_the_codes() -> None:
    empty_means_none = {
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_WEBHOOK_URL",
        "TELEGRAM_WEBHOOK_SECRET",
        "ADMIN_IDS",
        "FILES_URL",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "WEIGHTS_DIR",
        "PUBLIC_URL",
        "TLS_CERTIFICATE",
        "TLS_KEY",
        "CORS_ORIGINS",
    }
    for name, value in _manual().items():
        default = Settings.model_fields[name.lower()].default
        if name in empty_means_none:
            assert not default or not str(getattr(default, "get_secret_value", lambda: "")())
        else:
            assert (
                value.lower() == str(default).lower() if isinstance(default, bool) else type(default)(value) == default
            )


def test_a_batch_is_a_small_number_or_left_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in (("auto", "auto"), ("3", 3)):
        monkeypatch.setenv("MAX_BATCH", value)
        assert read_engine_settings().max_batch == expected
    monkeypatch.setenv("MAX_BATCH", "17")
    with pytest.raises(SettingsInvalid, match="MAX_BATCH"):
        read_engine_settings()


@pytest.mark.parametrize("url", ["s3://stickers", "s3://my.bucket-1/prod/eu", "file:///mnt/shared/stickers", ""])
def test_files_may_be_in_a_bucket_or_a_shared_folder(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FILES_URL", url)
    assert read_data_settings().files_url == url


@pytest.mark.parametrize("url", ["s3://", "s3://Bucket", "s3://b/x?region=y", "file://x", "/mnt/x", "gs://bucket"])
def test_files_anywhere_else_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FILES_URL", url)
    with pytest.raises(SettingsInvalid, match="FILES_URL: expected s3://bucket/prefix or file:///"):
        read_data_settings()
