"""Runs the emulator alone, for any bot: `python -m emulator --help`; docs/emulator.md is the manual."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from emulator.errors import BotApiError
from emulator.rules import FloodRules, Rules
from emulator.server import Emulator, make_bot


async def _serve(emulator: Emulator, host: str, port: int) -> None:
    url = await emulator.start(host, port)
    print(f"Bot API    {url}/bot<token>/<method>")
    print(f"Files      {url}/file/bot<token>/<file_path>")
    print(f"Chat page  {url}/", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await emulator.stop()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="Telegram, offline: a strict Bot API server and a chat page. Everything is kept in memory only.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; the chat page has no password (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8080, help="0 picks a free one (default: %(default)s)")
    parser.add_argument(
        "--token", default="42:emulated-bot-token", help="the bot's token, <id>:<anything> (default: %(default)s)"
    )
    parser.add_argument("--username", default="emulated_bot", help="the bot's username (default: %(default)s)")
    parser.add_argument("--name", default="Emulated bot", help="the bot's name (default: %(default)s)")
    parser.add_argument("--inline", action="store_true", help="the bot has inline mode")
    parser.add_argument("--guest", action="store_true", help="the bot has guest mode")
    parser.add_argument("--topics", action="store_true", help="private chats with the bot have topics")
    parser.add_argument("--no-privacy", action="store_true", help="the bot reads every message of a group")
    parser.add_argument("--no-flood-control", action="store_true", help="never answer 429 by itself")
    parser.add_argument("--strict-webhook", action="store_true", help="webhooks only by https on Telegram's ports")
    given = parser.parse_args()
    rules = Rules(flood=None if given.no_flood_control else FloodRules(), strict_webhook=given.strict_webhook)
    try:
        bot = make_bot(
            given.token,
            given.username,
            given.name,
            supports_inline=given.inline,
            reads_all_group_messages=given.no_privacy,
            supports_guests=given.guest,
            has_topics=given.topics,
        )
    except BotApiError as error:
        parser.error(f"--token: {error}")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(Emulator(bots=[bot], rules=rules), given.host, given.port))
    except OSError as error:
        sys.exit(f"cannot listen on {given.host}:{given.port}: {error.strerror}")


if __name__ == "__main__":
    main()
