"""The files that other programs read: Dockerfile, compose.yaml, the systemd unit, Procfile and requirements.txt."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.run import EXIT_SETTINGS, SHUTDOWN_S
from cli.settings import Settings
from tests.install.conftest import PACKAGES, ROOT, documents

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
SETTINGS = {name.upper() for name in Settings.model_fields}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's (instruction, arguments), in order."""
    text = re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in text.splitlines() if line.strip()]


def last(instruction: str) -> str:
    return next(arguments for name, arguments in reversed(instructions()) if name == instruction)


def is_sent_to_docker(path: str) -> bool:
    """Whether .dockerignore lets a file through: the last pattern that fits it, or a folder above it, decides."""
    is_ignored = False
    for line in read(".dockerignore").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        if line and not line.startswith("#"):
            parts = Path(path).parts
            above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
            if any(fnmatch.fnmatch(each, pattern) for each in above):
                is_ignored = not line.startswith("!")
    return not is_ignored


def test_the_image_gets_all_that_it_is_built_of_and_no_secret() -> None:
    copied = {name for kind, arguments in instructions() if kind == "COPY" for name in arguments.split()[:-1]}
    needed = {name for name in copied if not name.startswith(("-", "/")) and name != "."}
    assert {"pyproject.toml", "constraints.txt", "deploy/healthcheck.py"} <= needed
    for name in (*needed, "LICENSE", "stickerface.py", *documents(), *(f"{each}/__init__.py" for each in PACKAGES)):
        assert (ROOT / name).exists(), name
        assert is_sent_to_docker(name), name
    for name in (".env", "data/stickerface.sqlite3", ".git/config", "demo/1_toon.webp", "tests/test_words.py"):
        assert not is_sent_to_docker(name), name


def test_the_image_runs_as_nobody_special_and_gets_its_signals() -> None:
    user = last("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user), "a number, which Kubernetes can check"
    assert json.loads(last("ENTRYPOINT")) == ["stickerface"], "without a shell between, SIGTERM arrives"
    assert json.loads(last("CMD")) == ["run"]
    assert last("STOPSIGNAL") == "SIGTERM"
    command = json.loads(last("HEALTHCHECK").split("CMD", 1)[1])
    assert command[-1] == "/opt/stickerface/healthcheck.py"
    set_names = set(re.findall(r"(\w+)=", last("ENV"))) - {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert set_names == {"DATA_DIR", "HOST"} <= SETTINGS
    assert f"DATA_DIR={last('VOLUME')}" in last("ENV").split()


@pytest.fixture
def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(read("compose.yaml"))["services"]
    return services


def test_compose_gives_the_container_nothing_that_it_does_not_need(services: dict[str, Any]) -> None:
    service = services["stickerface"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["environment"]) <= SETTINGS
    assert service["environment"]["DATA_DIR"] == service["volumes"][0].split(":")[1] == last("VOLUME")
    assert service["ports"] == [f"${{PUBLISH:-127.0.0.1:8000}}:{service['environment']['PORT']}"]
    assert int(service["stop_grace_period"].removesuffix("s")) > SHUTDOWN_S


def test_compose_starts_the_gpu_only_when_asked(services: dict[str, Any]) -> None:
    assert "profiles" not in services["stickerface"]
    assert services["gpu"]["profiles"] == ["gpu"]
    assert services["gpu"]["extends"] == {"service": "stickerface"}
    arguments = services["gpu"]["build"]["args"]
    assert arguments["EXTRAS"] in EXTRAS
    assert set(arguments) <= {text.split("=")[0] for kind, text in instructions() if kind == "ARG"}
    (device,) = services["gpu"]["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}


def directives(name: str) -> dict[str, list[str]]:
    """Return a unit's directives; one may stand there several times."""
    found = dict[str, list[str]]()
    for key, value in re.findall(r"^(\w+)=(.*)$", read(name), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def test_the_service_is_started_again_unless_a_setting_is_wrong() -> None:
    unit = directives("deploy/stickerface.service")
    assert unit["Restart"] == ["always"]
    assert unit["RestartPreventExitStatus"] == [str(EXIT_SETTINGS)]
    assert unit["StartLimitIntervalSec"] == ["0"], "else systemd gives up after five starts"
    assert unit["Wants"] == unit["After"] == ["network-online.target"]
    assert float(unit["TimeoutStopSec"][0]) > SHUTDOWN_S
    assert unit["WantedBy"] == ["multi-user.target"]


def test_the_service_and_the_script_that_installs_it_mean_the_same_places() -> None:
    unit = directives("deploy/stickerface.service")
    script = dict(re.findall(r"^(\w+)=(/\S+)", read("deploy/install.sh"), re.MULTILINE))
    assert unit["EnvironmentFile"] == [script["settings"]]
    assert unit["WorkingDirectory"] == [script["state"]] == [f"/var/lib/{unit['StateDirectory'][0]}"]
    assert unit["ExecStart"] == ["/usr/local/bin/stickerface run"]
    assert Path(script["unit"]).name == "stickerface.service"
    assert f'useradd --system --user-group --home-dir "$state" --shell /usr/sbin/nologin {unit["User"][0]}' in read(
        "deploy/install.sh"
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (Debian: systemd)")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "stickerface"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "stickerface.service"
    unit.write_text(read("deploy/stickerface.service").replace("/usr/local/bin/stickerface", str(program)))
    with_gpu = tmp_path / "stickerface.service.d" / "gpu.conf"
    for _ in range(2):  # without, and with the drop-in for a GPU
        command = ["systemd-analyze", "verify", "--man=no", str(unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if str(unit) in line or str(with_gpu) in line]
        assert said == []
        with_gpu.parent.mkdir(exist_ok=True)
        with_gpu.write_text(read("deploy/stickerface-gpu.conf"))


def test_the_procfile_starts_the_program_itself_and_listens_where_it_is_told() -> None:
    ((kind, line),) = re.findall(r"^([\w-]+): (.*)$", read("Procfile"), re.MULTILINE)
    words = shlex.split(line)
    assert kind == "web", "the kind of process that gets a PORT"
    assert words[:2] == ["exec", "env"], "no shell stays between the supervisor's SIGTERM and the program"
    assert words[2] == "HOST=0.0.0.0"
    assert words[3] in PROJECT["project"]["scripts"]
    assert "PORT" in SETTINGS


def test_hosts_that_install_requirements_txt_get_the_pinned_versions() -> None:
    lines = [line for line in read("requirements.txt").splitlines() if not line.startswith("#")]
    assert lines == ["-c constraints.txt", "."]
    assert f">={read('.python-version').strip()}" == PROJECT["project"]["requires-python"]
