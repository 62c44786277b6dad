"""Run the emulator alone: `python -m emulator --port 8080 --token 42:secret --username my_bot`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from emulator.server import Emulator, make_bot


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator", description="Telegram, offline.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 picks a free one (default: %(default)s)")
    parser.add_argument("--token", default="42:emulated-bot-token", help="the bot's token (default: %(default)s)")
    parser.add_argument("--username", default="emulated_bot", help="the bot's username (default: %(default)s)")
    parser.add_argument("--name", default="Emulated bot", help="the bot's name (default: %(default)s)")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    bot = make_bot(arguments.token, arguments.username, arguments.name)
    emulator = Emulator(bots=[bot])
    url = await emulator.start(arguments.host, arguments.port)
    print(f"Bot API    {url}/bot<token>/<method>   (python-telegram-bot: base_url {url}/bot)", flush=True)
    print(f"Chat page  {url}/", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await emulator.stop()


def main() -> None:
    """Serve until interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(_arguments()))


if __name__ == "__main__":
    main()
