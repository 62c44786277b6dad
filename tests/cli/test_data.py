from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from cli.compose import compose
from cli.data import export_aws, open_data
from cli.keys import keys_app
from cli.run import EXIT_FAILED, run
from cli.settings import DataSettings, ServerSettings
from tests.object_store import ObjectStore
from tests.plain_engine import PlainEngine


def test_what_the_file_says_of_the_bucket_reaches_its_client_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the environment")
    settings = DataSettings(
        files_url="s3://stickers",
        aws_endpoint_url="https://s3.example.org",
        aws_access_key_id="of the file",
        aws_secret_access_key=SecretStr("secret"),
        _env_file=None,
    )
    export_aws(settings)
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
    assert [os.environ.get(name) for name in names] == ["https://s3.example.org", "of the environment", "secret", None]


async def test_a_start_without_its_bucket_is_refused_with_a_sentence(
    bucket: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ServerSettings(data_dir=tmp_path, files_url=f"s3://{bucket}-other", port=0, _env_file=None)
    assert await run(settings) == EXIT_FAILED
    assert f"cannot start: s3://{bucket}-other: there is no such bucket" in caplog.text


async def test_a_start_on_a_bucket_keeps_files_there(bucket: str, object_store: ObjectStore, tmp_path: Path) -> None:
    settings = ServerSettings(data_dir=tmp_path, files_url=f"s3://{bucket}", port=0, _env_file=None)
    parts = await compose(settings, PlainEngine())
    await parts.service.uploads._files.save_upload("api:1", "0" * 32, b"face")
    await parts.close()
    assert [key.partition("/")[0] for key in object_store.objects(bucket)] == ["uploads"]


def test_keys_are_shown_while_the_bucket_is_away(
    bucket: str, object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILES_URL", f"s3://{bucket}")
    object_store.stop()
    try:
        assert CliRunner().invoke(keys_app, ["list"]).exit_code == 0
    finally:
        object_store.start()


def test_forgetting_a_key_deletes_its_files_in_the_bucket(
    bucket: str, object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILES_URL", f"s3://{bucket}")
    added = CliRunner().invoke(keys_app, ["add", "shop"]).stdout.strip()

    async def hand_in() -> None:
        async with await open_data(DataSettings(files_url=f"s3://{bucket}", _env_file=None)) as service:
            (key,) = await service.keys.all()
            await service.uploads._files.save_upload(key.owner, "0" * 32, b"face")

    asyncio.run(hand_in())
    assert len(object_store.objects(bucket)) == 1
    assert CliRunner().invoke(keys_app, ["revoke", added, "--forget"]).exit_code == 0
    assert object_store.objects(bucket) == {}
