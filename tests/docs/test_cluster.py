"""docs/cluster.md and deploy/cluster: what a stranger would type is tried, as far as one machine can."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.backends import get_backend

from cli.settings import Settings
from storage.object_files import ObjectFiles
from tests.object_store import ObjectStore

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/cluster"
TEXT = (ROOT / "docs/cluster.md").read_text(encoding="utf-8")
OF_OTHERS = {"CUDA_VISIBLE_DEVICES", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_USAGE_STATS_ENABLED"}


def _values() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((FOLDER / "kuberay-values.yaml").read_text(encoding="utf-8"))
    return values


def test_every_setting_the_page_assigns_exists() -> None:
    assigned = set(re.findall(r"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)=", TEXT)) - OF_OTHERS
    assert {"FILES_URL", "AWS_REGION", "KEEP_PHOTOS_HOURS"} <= assigned
    assert sorted(name for name in assigned if name.lower() not in Settings.model_fields) == []


def test_the_example_for_the_environment_is_accepted() -> None:
    blocks = "\n".join(re.findall(r"```ini\n(.*?)```", TEXT, re.DOTALL))
    given = {name.lower(): value for name, value in re.findall(r"^(\w+)=(.*)$", blocks, re.MULTILINE)}
    settings = Settings(**given | {"telegram_bot_token": "123456789:AAF3x"}, _env_file=None)
    assert settings.files_url == "s3://stickers/prod"


async def test_the_keys_policy_lets_us_do_all_we_need_and_nothing_elsewhere(
    bucket: str, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = json.loads((FOLDER / "policy.json").read_text().replace(":::stickers", f":::{bucket}"))
    # Amazon asks for this right to each object that a request deletes, moto for that to the bucket.
    many = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{bucket}"}
    iam = get_backend("iam")["123456789012"]["aws"]
    user = f"user-of-{bucket}"
    iam.create_user("us-east-1", user)
    key = iam.create_access_key(user_name=user)
    iam.put_user_policy(user, "stickers", json.dumps(policy | {"Statement": [*policy["Statement"], many]}))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)

    async def none() -> set[str]:
        return set()

    with object_store.asking_for_keys():
        files = ObjectFiles(f"s3://{bucket}/prod")
        await files.check()
        name = await files.save_photo("tg:1", b"photo", ".jpg")
        assert await files.photo("tg:1", name) == b"photo"
        assert await files.sweep(0, 0, none) == 0
        await files.delete_owner("tg:1")
        assert not await files.has_photo("tg:1", name)
        with pytest.raises(Exception, match="may not read, write, list"):
            await ObjectFiles(f"s3://{bucket}/staging").save_photo("tg:1", b"photo", ".jpg")


async def test_the_lifecycle_rules_name_our_prefixes_and_wait_longer_than_we_do(
    bucket: str, object_store: ObjectStore
) -> None:
    rules = json.loads((FOLDER / "lifecycle.json").read_text())["Rules"]
    days = {rule["Filter"]["Prefix"]: rule["Expiration"]["Days"] for rule in rules}
    files = ObjectFiles(f"s3://{bucket}/prod")
    await files.save_photo("tg:1", b"photo", ".jpg")
    await files.save_result("tg:1", "job", "sticker.webp", b"sticker")
    await files.save_upload("tg:1", "0" * 32, b"upload")
    assert {"/".join(key.split("/")[:2]) + "/" for key in object_store.objects(bucket)} == set(days)
    fields = Settings.model_fields
    assert days["prod/photos/"] * 24 > fields["keep_photos_hours"].default
    assert min(days["prod/results/"], days["prod/uploads/"]) > fields["keep_results_days"].default


def test_compose_reads_the_file(tmp_path: Path) -> None:
    program = shutil.which("docker-compose")
    ask = [program] if program else ["docker", "compose"]
    if not shutil.which(ask[0]) or subprocess.run([*ask, "version"], check=False, capture_output=True).returncode:
        pytest.skip("needs docker compose")
    shutil.copy(FOLDER / "compose.yaml", tmp_path)
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=1:a\nPOSTGRES_PASSWORD=p\nS3_SECRET=s\nRAY_AUTH_TOKEN=t\n")
    read = [*ask, "--profile", "*", "config", "-q"]
    told = subprocess.run(read, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_bots_token_is_where_the_bot_is_and_rays_ports_are_nowhere_outside() -> None:
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    bots = {name for name, each in services.items() if "env_file" in each and _token(each) is None}
    assert bots == {"bot", "ray-bot"}
    published = {name: each["ports"] for name, each in services.items() if "ports" in each}
    assert published == {"api": ["127.0.0.1:8000-8003:8000"]}
    for name, each in services.items():
        if name.startswith("ray-"):
            assert each["environment"]["RAY_AUTH_MODE"] == "token"


def _token(service: dict[str, Any]) -> str | None:
    token: str | None = (service.get("environment") or {}).get("TELEGRAM_BOT_TOKEN")
    return token


def test_kubernetes_gives_ray_a_token_and_no_way_in() -> None:
    values = _values()
    assert {"name": "RAY_AUTH_MODE", "value": "token"} in values["common"]["containerEnv"]
    assert values["head"]["rayStartParams"]["include-dashboard"] == "false"
    assert values["head"]["envFrom"] == values["worker"]["envFrom"] == [{"secretRef": {"name": "ray-token"}}]
    assert values["service"]["type"] == "ClusterIP"


def test_kubernetes_has_the_version_of_ray_that_is_pinned() -> None:
    pins = (ROOT / "constraints.txt").read_text()
    assert f"\nray=={_values()['head']['rayVersion']}\n" in pins
