"""Every setting that is wrong, misspelt or missing, at once, and what can be used of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from cli.doctor.findings import Finding, note, problem, well
from cli.settings import ServerSettings, Settings, SettingsInvalid, read_server_settings, read_settings

DOT_ENV = Path(".env")
NO_TOKEN = "0:missing"  # noqa: S105 - stands in for one that is not there, so that the rest can be looked at
_TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the setting's name
_TOGETHER = {"tls_certificate", "tls_key"}
_OURS = ("TELEGRAM_", "STICKERFACE_")  # beginnings of names in the environment that are meant for us


def check_settings(*, with_bot: bool) -> tuple[ServerSettings | None, list[Finding]]:
    """Return the settings, the wrong ones replaced by their defaults, and what is wrong.

    None where nothing can be read. Without `with_bot`, what only the bot needs may be missing.
    """
    try:
        settings: ServerSettings = read_settings() if with_bot else read_server_settings()
    except SettingsInvalid as report:
        findings = [*_problems(report), *_unknown_names(), *_mode_of_dot_env()]
        return _usable(report, with_bot=with_bot), findings
    where = f"from {DOT_ENV.absolute()} and the environment" if DOT_ENV.exists() else "from the environment; no .env"
    return settings, [well("settings", where), *_unknown_names(), *_mode_of_dot_env()]


def _problems(report: SettingsInvalid) -> Iterator[Finding]:
    if not report.problems:
        yield problem("settings", " ".join(str(report).split()), "save .env as UTF-8 text")
    for name, text in report.problems.items():
        if name == _TOKEN and "is missing" in text:
            yield _token_is_missing()
        else:
            yield problem("settings", f"{name}: {text}")


def _token_is_missing() -> Finding:
    where = f"set {_TOKEN} in {DOT_ENV}" if DOT_ENV.exists() else f"echo '{_TOKEN}=...' > {DOT_ENV}"
    there = "" if DOT_ENV.exists() else f"; there is no {DOT_ENV.absolute()}"
    return problem(
        "settings",
        f"{_TOKEN} is missing{there}",
        f"open @BotFather in Telegram, send /newbot, copy the token it gives; then: {where} . "
        "To try it without Telegram: stickerface demo. Only the HTTP API: stickerface doctor --no-bot.",
    )


def _usable(report: SettingsInvalid, *, with_bot: bool) -> ServerSettings | None:
    """Read the settings with the defaults of those that are wrong."""
    if not report.problems:
        return None
    names = {name.lower() for name in report.problems}
    names |= _TOGETHER if names & _TOGETHER else set()
    overrides: dict[str, Any] = {name: Settings.model_fields[name].default for name in names}
    if _TOKEN.lower() in names:
        overrides[_TOKEN.lower()] = NO_TOKEN
    try:
        return read_settings(**overrides) if with_bot else read_server_settings(**overrides)
    except SettingsInvalid:
        return None


def _unknown_names() -> Iterator[Finding]:
    """Find names in .env that no setting has, and in the environment those that are meant for us."""
    known = [name.upper() for name in Settings.model_fields]
    try:
        in_file = [name.upper() for name in dotenv_values(DOT_ENV, encoding="utf-8")]
    except UnicodeDecodeError:
        in_file = []  # the settings' own finding says so
    names = dict.fromkeys([*in_file, *(name for name in os.environ if name.startswith(_OURS))])
    for name in names:
        if name not in known:
            (meant,) = get_close_matches(name, known, 1) or [""]
            yield note("settings", f"{name} is no setting and changes nothing", f"{meant} is one" if meant else "")


def _mode_of_dot_env() -> Iterator[Finding]:
    if DOT_ENV.exists() and DOT_ENV.stat().st_mode & 0o077:
        yield note(".env", "others on this machine can read it, and the token in it", f"chmod 600 {DOT_ENV.absolute()}")
