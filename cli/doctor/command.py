"""`stickerface doctor` from the settings to the exit code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from rich.console import Console

from cli.doctor.cluster import check_cluster
from cli.doctor.data import check_data
from cli.doctor.drawing import check_drawing
from cli.doctor.findings import Finding, Level, print_finding
from cli.doctor.http import check_http
from cli.doctor.settings import check_settings
from cli.doctor.telegram import check_telegram
from cli.settings import ServerSettings, Settings


async def examine(*, with_bot: bool = True) -> int:
    """Print every finding; return 0 when all is well, 2 where a setting is wrong, 1 for any other problem."""
    console = Console(highlight=False)
    settings, about_settings = check_settings(with_bot=with_bot)
    counts = dict.fromkeys(Level, 0)
    for finding in about_settings:
        print_finding(console, finding)
        counts[finding.level] += 1
    are_settings_wrong, is_running = counts[Level.PROBLEM] > 0, False
    if settings is not None:
        async for finding in _findings(settings):
            print_finding(console, finding)
            counts[finding.level] += 1
            is_running = is_running or (finding.name == "process" and finding.level is Level.WELL)
    problems, notes = counts[Level.PROBLEM], counts[Level.NOTE]
    told = "All is well." if not problems else "1 problem." if problems == 1 else f"{problems} problems."
    if notes:
        told += " 1 line is worth a look (!)." if notes == 1 else f" {notes} lines are worth a look (!)."
    start = "stickerface run" if with_bot else "stickerface run --no-bot"
    console.print(f"\n{told}" + ("" if problems or is_running else f" Start: {start}"), markup=False, soft_wrap=True)
    return 2 if are_settings_wrong else 1 if problems else 0


async def _findings(settings: ServerSettings) -> AsyncIterator[Finding]:
    """Make every check; what waits for other servers and what draws go on meanwhile."""
    asked = asyncio.create_task(check_telegram(settings)) if isinstance(settings, Settings) else None
    if settings.pool == "local":
        drawn = asyncio.create_task(asyncio.to_thread(lambda: list(check_drawing(settings))))
    else:
        drawn = asyncio.create_task(check_cluster(settings))
    data = await check_data(settings)
    for finding in data.findings:
        yield finding
    for finding in await check_http(settings, is_running=data.is_running, has_database=data.has_database):
        yield finding
    for finding in await drawn:
        yield finding
    if asked is not None:
        for finding in await asked:
            yield finding
