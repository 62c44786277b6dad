"""docs/operating.md names every metric, alarm and exit code there is, and its commands run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
from prometheus_client import ProcessCollector
from typer.testing import CliRunner

from api.server.metrics import Metrics
from cli import run as product
from cli.main import app
from cli.settings import Settings
from engine.runner import EngineRunner
from service.stickers import StickerService, Submission
from tests.plain_engine import PlainEngine

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


async def test_every_metric_is_explained(tmp_path: Path) -> None:
    async with await StickerService.open(tmp_path) as service:
        text = (await Metrics(service, EngineRunner(PlainEngine())).render()).decode()
    names = {name for name in re.findall(r"^# TYPE (\S+) \w+", text, re.MULTILINE) if not name.endswith("_created")}
    documented = set(re.findall(r"`(stickerface_\w+?)(?:\{.*?\})?`", section("Health and metrics")))
    assert {name for name in names if name.startswith("stickerface_")} == documented
    assert all(name.startswith(("stickerface_", "process_")) for name in names)
    assert ProcessCollector and "`process_" in section("Health and metrics")


def test_every_alarm_is_explained() -> None:
    words = (ROOT / "bot" / "words" / "locales" / "en.ftl").read_text(encoding="utf-8")
    alarms = set(re.findall(r"^(alarm-[\w-]+) =", words, re.MULTILINE))
    assert set(re.findall(r"^\| `(alarm-[\w-]+)`", section("Alarms"), re.MULTILINE)) == alarms


def test_every_exit_code_is_explained() -> None:
    codes = {str(value) for name, value in vars(product).items() if name.startswith("EXIT_")}
    assert set(re.findall(r"^\| (\d+) \|", section("Exit codes"), re.MULTILINE)) == codes


def test_log_lines_worth_an_alert_are_in_the_code() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("api", "bot", "cli", "engine", "service", "storage")
        for path in (ROOT / package).rglob("*.py")
    )
    parts = re.findall(r"^\| `([^`]+)` \|", section("The log"), re.MULTILINE)
    assert len(parts) > 3
    assert [part for part in parts if part not in code] == []


def test_settings_that_are_named_exist() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", PAGE))
    others = {"CRITICAL", "DATABASE_URL"}
    assert {name for name in named if name.lower() not in Settings.model_fields} <= others


async def test_the_commands_run_as_they_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line of a `bash` block but those that need another program, in order, in one installation."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    async with await StickerService.open(Path("data")) as service:
        await service.submit(Submission("tg:7", "first"))
    backups = tmp_path / "backups"
    backups.mkdir()
    lines = [
        line.partition("  #")[0]
        for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
        for line in block.splitlines()
    ]
    ran = []
    for line in lines:
        if "|" in line or line == "stickerface doctor":  # the doctor has tests of its own
            continue
        program, *arguments = line.replace("/var/backups", str(backups)).split()
        assert program == "stickerface"
        if arguments[0] == "restore" and "--force" not in arguments:
            (tmp_path / "data").rename(tmp_path / "old")
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, (line, result.output)
        ran.append(arguments[0])
    assert {"backup", "restore"} <= set(ran)
    documented = set(re.findall(r"`?stickerface ([a-z]+)", PAGE)) - {"run"}
    commands = {each.name or cast("str", each.callback and each.callback.__name__) for each in app.registered_commands}
    assert documented <= commands | {"keys"}
