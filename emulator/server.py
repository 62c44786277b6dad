"""The emulated Telegram behind an HTTP port."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from PIL import Image

from emulator import http, pack_owner, people
from emulator.bot_api import BotApi
from emulator.calls import CallLog
from emulator.client.routes import ClientApi
from emulator.clock import Clock
from emulator.driver import PersonDriver
from emulator.errors import BotApiError
from emulator.faults import Faults
from emulator.rules import Rules
from emulator.seen import decode
from emulator.state import Bot, Json
from emulator.webhook_delivery import WebhookDelivery
from emulator.world import World

PAGE = Path(__file__).parent / "page"


def make_bot(
    token: str,
    username: str = "emulated_bot",
    name: str = "Emulated bot",
    *,
    supports_inline: bool = False,
    reads_all_group_messages: bool = False,
    supports_guests: bool = False,
    has_topics: bool = False,
) -> Bot:
    """Return a bot account; its id is the number before the token's colon.

    Raises `BotApiError` where `token` cannot be a token.
    """
    http.check_token(token)
    bot_id = int(token.partition(":")[0])
    return Bot(bot_id, token, username, name, supports_inline, reads_all_group_messages, supports_guests, has_topics)


class Emulator:
    """A Telegram of one's own. State lives in `world` and survives `stop()` and `start()`."""

    def __init__(
        self,
        bots: Iterable[Bot],
        clock: Clock | None = None,
        faults: Faults | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.faults = faults or Faults()
        self.world = World(bots, rules or Rules(), self.clock, self.faults)
        self.calls = CallLog()
        self.url = ""
        self._bot_api = BotApi(self.world, self.calls, self.faults)
        self._runner: web.AppRunner | None = None
        self._deliveries: list[asyncio.Task[None]] = []

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and return the base URL (`http://127.0.0.1:4321`). Raises `OSError` where the port is taken."""
        app = web.Application(client_max_size=http.MAX_REQUEST_BYTES)
        self._bot_api.add_routes(app)
        app.add_routes(ClientApi(self.world, self.calls, self.faults, host).routes())
        app.router.add_get("/{path:.*}", _send_page)
        app.router.add_route("*", "/{path:.*}", _not_found)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        self._deliveries = [
            asyncio.ensure_future(WebhookDelivery(self.world, bot, self.faults, self._bot_api.execute).run())
            for bot in self.world.bots
        ]
        return self.url

    async def stop(self) -> None:
        """Close the port; long polls die as they do when a server restarts."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._bot_api.close()

    async def restart(self) -> None:
        """Stop and start at the same address, with all state."""
        address = urlsplit(self.url)
        await self.stop()
        await self.start(address.hostname or "127.0.0.1", address.port or 0)

    def person(self, user_id: int, first_name: str, *, language: str = "en", bot: str = "") -> PersonDriver:
        """Return a person for tests to act as; `bot` is a username, the first bot where it is left out."""
        person = people.introduce(self.world, user_id, first_name, language_code=language)
        return PersonDriver(self.world, person, self.world.bot_named(bot))

    def packs_of(self, person: PersonDriver) -> list[Json]:
        """Return a person's packs in the shape of CLIENT_API.md."""
        return person.packs

    def stickers(self, name: str) -> list[Image.Image]:
        """Return the pictures of a pack, decoded, in order. Raises `Refusal` no_such_pack."""
        return [decode(sticker.file.data) for sticker in pack_owner.find_pack(self.world, name).stickers]

    def check_presses_answered(self) -> None:
        """Assert that the bot answered every pressed button.

        Raises `AssertionError` with the data of those it left spinning.
        """
        spinning = [query.data for query in self.world.callback_queries.values() if not query.answered.is_set()]
        if spinning:
            raise AssertionError(f"presses left unanswered: {spinning}")


async def _send_page(request: web.Request) -> web.StreamResponse:
    """Send a file of the chat page, never cached: they are edited while it is open."""
    path = (PAGE / (request.match_info["path"] or "index.html")).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        return await _not_found(request)
    return web.FileResponse(path, headers={"Cache-Control": "no-store"})


async def _not_found(request: web.Request) -> web.StreamResponse:
    return http.answer(BotApiError(404, "").body())
